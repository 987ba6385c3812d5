"""The desk's settings, from the environment or `.env`; refused at start with one clear line when they are not right."""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.clients.file_addresses import check_entry
from bot.domain.policy import Policy

PREFIXES = ("DESK_", "GATE_", "GATEPAY_", "MTPAY_", "TELEGRAM_")
ENV_FILE = Path(".env")
PAIR = re.compile(r"[A-Z0-9]{2,12}/[A-Z0-9]{2,12}\Z")


class SettingsError(Exception):
    """One line that names what is wrong."""


@dataclass(frozen=True, slots=True)
class Venue:
    """Settings that only make sense together."""

    name: str
    needed: tuple[str, ...]


VENUES = (
    Venue("Gate C2C", ("GATE_API_KEY", "GATE_API_SECRET")),
    Venue("Gate Pay", ("GATEPAY_CLIENT_ID", "GATEPAY_SECRET")),
    Venue("MTPay", ("MTPAY_API_URL", "MTPAY_ACCESS_KEY", "MTPAY_SECRET_KEY")),
)

Ids = Annotated[tuple[int, ...], NoDecode]
Words = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Every name of `.env.example`. Secrets never print."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_file=None, hide_input_in_errors=True)

    telegram_token: SecretStr
    telegram_api_url: str = "https://api.telegram.org"
    telegram_proxy: str | None = None
    telegram_webhook: bool = False

    desk_chat_id: int | None = None
    desk_topics: Literal["need", "every", "off"] = "need"
    desk_owners: Ids = Field(min_length=1)
    desk_markets: Words = ("USDT/CNY",)
    desk_language: Literal["en", "zh"] = "en"
    desk_timezone: str = "UTC"
    desk_retention_days: int = Field(default=90, ge=1)
    desk_follow_hours: int = Field(default=24, ge=0, le=720)

    approval_seconds: int = Field(default=120, ge=10, le=600)
    quote_seconds: int = Field(default=12, ge=3, le=120)
    poll_seconds: float = Field(default=3, ge=0.2, le=60)

    gate_api_url: str = "https://api.gateio.ws/api/v4"
    gate_api_key: str | None = Field(default=None, repr=False)
    gate_api_secret: SecretStr | None = None
    gate_file_hosts: Words = (".gateimg.com", ".gate.io", ".gate.com")

    gatepay_api_url: str = "https://openplatform.gateapi.io"
    gatepay_client_id: str | None = Field(default=None, repr=False)
    gatepay_secret: SecretStr | None = None
    gatepay_on_behalf_of: Words = ()
    gatepay_own_convert: bool = False
    gatepay_institution_prefix: str = "/payment/open/institution"

    mtpay_api_url: str | None = None
    mtpay_access_key: str | None = Field(default=None, repr=False)
    mtpay_secret_key: SecretStr | None = None

    public_url: str | None = None
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    database_url: str = "sqlite:///desk.db"
    bell_url: str | None = None

    @field_validator("desk_owners", mode="before")
    @classmethod
    def _ids(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("desk_markets", "gate_file_hosts", "gatepay_on_behalf_of", mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("desk_markets")
    @classmethod
    def _pairs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not all(PAIR.match(pair) for pair in value):
            raise ValueError("wants asset/fiat pairs such as USDT/CNY")
        return value

    @field_validator("gate_file_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            check_entry(entry)
        return value

    @field_validator("telegram_webhook")
    @classmethod
    def _polling_only(cls, value: bool) -> bool:
        if value:
            raise ValueError("webhook mode is not built yet; leave it false, the desk polls")
        return value

    @field_validator("desk_timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("wants a time zone such as Asia/Shanghai")
        return value

    @field_validator("telegram_api_url", "gate_api_url", "gatepay_api_url", "mtpay_api_url", "public_url", "bell_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https?://[^\s/]+", value):
            raise ValueError("wants an address such as https://example.org")
        return value

    @field_validator("telegram_proxy")
    @classmethod
    def _proxy(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"(https?|socks5h?)://[^\s/]+", value):
            raise ValueError("wants an address such as socks5://127.0.0.1:1080")
        return value

    @field_validator("desk_owners")
    @classmethod
    def _people(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(owner <= 0 for owner in value):
            raise ValueError("wants numeric ids of people, which are positive")
        return value

    @field_validator("desk_chat_id")
    @classmethod
    def _group(cls, value: int | None) -> int | None:
        if value is not None and value >= 0:
            raise ValueError("wants the id of a group, which is negative")
        return value

    @property
    def gate_is_on(self) -> bool:
        return self.gate_api_key is not None

    def policy(self) -> Policy:
        """What flows may know."""
        return Policy(
            owners=frozenset(self.desk_owners),
            markets=tuple((pair.split("/")[0], pair.split("/")[1]) for pair in self.desk_markets),
            desk_chat_id=self.desk_chat_id,
            topics=self.desk_topics,
            language=self.desk_language,
            timezone=self.desk_timezone,
            approval_seconds=self.approval_seconds,
            poll_seconds=self.poll_seconds,
            retention_days=self.desk_retention_days,
            follow_hours=self.desk_follow_hours,
            checkout_hosts=tuple(_host(url) for url in (self.mtpay_api_url, self.public_url) if url),
        )


def _host(url: str) -> str:
    """The name behind `https://`, without a port."""
    return (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("api.")


NAMES = frozenset(name.upper() for name in Settings.model_fields)


def load(env_file: Path = ENV_FILE, environment: dict[str, str] | None = None) -> Settings:
    """Read `.env` and the environment (which wins). Raises SettingsError with one line."""
    given = _from_file(env_file) | {
        name: value for name, value in (os.environ if environment is None else environment).items() if _is_ours(name)
    }
    return build(given)


def _is_ours(name: str) -> bool:
    return name in NAMES or name.startswith(PREFIXES)


def build(given: dict[str, str]) -> Settings:
    """Settings from names and texts. Raises SettingsError with one line."""
    unknown = sorted(name for name in given if name not in NAMES)
    if unknown:
        raise SettingsError(f"{unknown[0]} is not a setting of the desk; see .env.example")
    given = {name: value for name, value in given.items() if value.strip()}
    if not given.get("TELEGRAM_TOKEN"):
        raise SettingsError("TELEGRAM_TOKEN is missing: the token that BotFather gave")
    if not given.get("DESK_OWNERS"):
        raise SettingsError("DESK_OWNERS is missing: numeric Telegram ids of the owners, separated by commas")
    for venue in VENUES:
        _check_venue(venue, given)
    try:
        return Settings.model_validate({name.lower(): value for name, value in given.items()})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "settings"
        raise SettingsError(f"{name}: {first['msg']}") from None


def _check_venue(venue: Venue, given: dict[str, str]) -> None:
    present = [name for name in venue.needed if given.get(name)]
    missing = [name for name in venue.needed if not given.get(name)]
    if present and missing:
        raise SettingsError(f"{missing[0]} is missing: {venue.name} needs {' and '.join(venue.needed)}")


def _from_file(path: Path) -> dict[str, str]:
    """Names and verbatim values; a trailing `=` of a secret is kept. Refuses a file that others can read."""
    if not path.exists():
        return {}
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path.name} can be read by others: chmod 600 {path.name}")
    found: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} cannot be read as text: {type(error).__name__}") from None
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, sign, value = text.partition("=")
        if not sign:
            raise SettingsError(f"{path.name} line {number} is not NAME=value")
        found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    is_quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value
