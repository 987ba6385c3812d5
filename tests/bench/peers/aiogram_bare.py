"""A bare aiogram dispatcher: one command and one button for one person. Argument: base address."""

from __future__ import annotations

import asyncio
import sys

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

TOKEN, OWNER = "1000:bench-token", 1001


async def said(message: Message) -> None:
    await message.answer("This is what I can do.")


async def tapped(query: CallbackQuery) -> None:
    await query.answer("This button is old.")


async def main(url: str) -> None:
    dispatcher = Dispatcher()
    dispatcher.message.register(said, Command("help"), F.from_user.id == OWNER)
    dispatcher.callback_query.register(tapped)
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    await dispatcher.start_polling(bot, polling_timeout=25, handle_signals=False)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
