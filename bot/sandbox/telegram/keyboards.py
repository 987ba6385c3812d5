"""Rules for reply markups that names and types alone cannot say."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.sandbox.telegram.model import Chat, Json
from bot.sandbox.telegram.refusals import Violation, bad_request

ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
)
MAX_BUTTONS = 100


def checked_markup(markup: Json | None, chat: Chat) -> Json | None:
    """The markup as it will be shown; None when it holds no button. Raises for a button Telegram would refuse."""
    if markup is None:
        return None
    rows = markup.get("inline_keyboard")
    if rows is None:
        return markup
    if sum(len(row) for row in rows) > MAX_BUTTONS:
        raise Violation("markup", "reply_markup", "REPLY_MARKUP_TOO_LONG")
    for row in rows:
        for button in row:
            _check(button, chat)
    rows = [row for row in rows if row]
    return {"inline_keyboard": rows} if rows else None


def _check(button: Json, chat: Chat) -> None:
    actions = [name for name in ACTIONS if name in button]
    if not button.get("text", "").strip():
        raise Violation("button_text", "inline_keyboard", "can't parse inline keyboard button: text must be non-empty")
    if not actions:
        words = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        raise Violation("button_action", "inline_keyboard", words)
    if len(actions) > 1:
        words = f"can't parse inline keyboard button: exactly one action is allowed, found {', '.join(actions)}"
        raise Violation("button_action", "inline_keyboard", words)
    if "url" in button:
        _check_url(button["url"])
    if "web_app" in button and not chat.is_private:
        raise bad_request("BUTTON_TYPE_INVALID")


def _check_url(url: str) -> None:
    shown = f"inline keyboard button URL '{url}' is invalid: "
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port
    except ValueError:
        raise Violation("button_url", "inline_keyboard", shown + "Wrong port number specified in the URL") from None
    if parts.scheme == "tg":
        return
    if parts.scheme not in ("http", "https"):
        raise Violation("button_url", "inline_keyboard", shown + "Unsupported URL protocol")
    if not parts.hostname or " " in url or ("." not in parts.hostname) or port == 0:
        raise Violation("button_url", "inline_keyboard", shown + "Wrong HTTP URL")
