"""Where the desk's day begins: limits and counts are per calendar day of the desk's own time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.flows.desk import Desk


def day_start(desk: Desk) -> int:
    """Unix milliseconds of the last midnight in the desk's time zone."""
    now = datetime.fromtimestamp(desk.now() / 1000, ZoneInfo(desk.policy.timezone))
    return int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
