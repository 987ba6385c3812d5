"""getMe, getUpdates and the webhook."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.sandbox.telegram import shapes
from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.refusals import Violation, not_built
from bot.sandbox.telegram.webhooks import LOOPBACK, Webhook
from bot.sandbox.telegram.world import TelegramWorld

PORTS = (None, 443, 80, 88, 8443)


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
    """As on Telegram, but for this machine, where plain HTTP and any port will do: else no local bot could have one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise Violation("url", "setWebhook.url", "bad webhook: invalid webhook URL specified")
    if host in LOOPBACK and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https":
        raise Violation("url", "setWebhook.url", "bad webhook: An HTTPS URL must be provided for webhook")
    if port not in PORTS:
        words = "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
        raise Violation("url", "setWebhook.url", words)


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
