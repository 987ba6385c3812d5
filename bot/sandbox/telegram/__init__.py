"""A local Telegram: a Bot API server for one bot, its people, and a control door for tests and the page."""

from bot.sandbox.telegram.control import telegram_control_routes
from bot.sandbox.telegram.server import telegram_app
from bot.sandbox.telegram.world import TelegramWorld

__all__ = ["TelegramWorld", "telegram_app", "telegram_control_routes"]
