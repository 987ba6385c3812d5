"""One log, from which secrets are cut wherever they come from: messages, arguments, exceptions."""

import logging
import re
import sys
from collections.abc import Iterable

TOKEN = re.compile(r"(?<!\d)\d{3,12}:[A-Za-z0-9_-]{16,}")
SHADE = "[secret]"
QUIET = ("httpx", "httpcore", "telegram", "aiosqlite", "uvicorn.access", "asyncio")


class Redacting(logging.Formatter):
    """Formats first and cuts then, so that tracebacks and arguments are covered, too."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = sorted({secret for secret in secrets if len(secret) >= 4}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, SHADE)
        return TOKEN.sub(SHADE, text)


def start_log(secrets: Iterable[str], level: str = "INFO") -> None:
    """Log to stderr; libraries that print addresses (which carry the bot token) only from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
