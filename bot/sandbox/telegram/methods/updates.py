"""getMe, getUpdates and the webhook."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.sandbox.telegram import shapes
from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.refusals import Violation, not_built
from bot.sandbox.telegram.updates import Webhook
from bot.sandbox.telegram.world import TelegramWorld


def get_me(world: TelegramWorld, _: Json) -> Json:
    return shapes.bot_itself(world)


async def get_updates(world: TelegramWorld, params: Json) -> list[Json]:
    return await world.updates.poll(
        offset=params.get("offset", 0),
        limit=params.get("limit", 100),
        timeout=params.get("timeout", 0),
        allowed=params.get("allowed_updates"),
    )


def set_webhook(world: TelegramWorld, params: Json) -> bool:
    if "certificate" in params:
        raise not_built("setWebhook's certificate")
    url = params["url"]
    webhook = None
    if url:
        _check_url(url)
        webhook = Webhook(url, params.get("secret_token"), params.get("max_connections", 40), params.get("ip_address"))
    drop = params.get("drop_pending_updates", False)
    world.updates.set_webhook(webhook, drop_pending=drop, allowed=params.get("allowed_updates"))
    return True


def _check_url(url: str) -> None:
    """HTTPS as on Telegram; plain HTTP to this machine is allowed, or no local bot could have a webhook."""
    parts = urlsplit(url)
    is_loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback):
        raise Violation("url", "setWebhook.url", "bad webhook: An HTTPS URL must be provided for webhook")


def delete_webhook(world: TelegramWorld, params: Json) -> bool:
    world.updates.set_webhook(None, drop_pending=params.get("drop_pending_updates", False), allowed=None)
    return True


def get_webhook_info(world: TelegramWorld, _: Json) -> Json:
    webhook = world.updates.webhook
    shown: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending),
        "allowed_updates": world.updates.allowed,
    }
    if webhook is not None:
        shown |= {
            "max_connections": webhook.max_connections,
            "ip_address": webhook.ip_address,
            "last_error_date": webhook.last_error_date,
            "last_error_message": webhook.last_error_message,
        }
    return {key: value for key, value in shown.items() if value is not None}


def log_out_or_close(_: TelegramWorld, __: Json) -> bool:
    raise not_built("moving to another Bot API server")


METHODS = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "logOut": log_out_or_close,
    "close": log_out_or_close,
}
