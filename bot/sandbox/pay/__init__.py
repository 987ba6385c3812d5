"""A local Gate Pay: convert and institution convert of the contract over real HTTP, with state, faults and controls."""

from bot.sandbox.pay.control import pay_control_routes
from bot.sandbox.pay.face import pay_app
from bot.sandbox.pay.venue import PayVenue

__all__ = ["PayVenue", "pay_app", "pay_control_routes"]
