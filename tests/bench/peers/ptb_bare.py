"""A bare python-telegram-bot Application: one command and one button for one person. Argument: base address."""

from __future__ import annotations

import sys

from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, filters

TOKEN, OWNER = "1000:bench-token", 1001


async def said(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text("This is what I can do.")


async def tapped(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer("This button is old.")


def main(url: str) -> None:
    application = Application.builder().token(TOKEN).base_url(f"{url}/bot").build()
    application.add_handler(CommandHandler("help", said, filters=filters.User(OWNER)))
    application.add_handler(CallbackQueryHandler(tapped))
    application.run_polling(timeout=25)


if __name__ == "__main__":
    main(sys.argv[1])
