"""The desk's settings, from the environment or `.env`; refused at start with one clear line when they are not right."""

import os
import re
import stat
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.clients.file_addresses import check_entry
from bot.domain.policy import Policy
from bot.domain.quotes import OWN
from bot.domain.updates import WEBHOOK_PATH

PREFIXES = ("DESK_", "GATE_", "GATEPAY_", "MTPAY_", "TELEGRAM_")
ENV_FILE = Path(".env")
SUB_ACCOUNT = re.compile(r"[0-9]{1,16}\Z")
PAIR = re.compile(r"[A-Z0-9]{2,12}/[A-Z0-9]{2,12}\Z")
TELEGRAM = "https://api.telegram.org"
STAGES, MOST_MINUTES = 3, 120
WEBHOOK_PORTS = (None, 443, 80, 88, 8443)
"""the only ones that Telegram calls"""


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
Minutes = Annotated[tuple[int, ...], NoDecode]


class Settings(BaseSettings):
    """Every name of `.env.example`. Secrets never print."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_file=None, hide_input_in_errors=True)

    telegram_token: SecretStr
    telegram_api_url: str = TELEGRAM
    telegram_proxy: str | None = Field(default=None, repr=False)
    telegram_webhook: bool = False

    desk_chat_id: int | None = None
    desk_topics: Literal["need", "every", "off"] = "need"
    topic_keep_hours: int = Field(default=24, ge=0, le=720)
    desk_owners: Ids = Field(min_length=1)
    desk_markets: Words = ("USDT/CNY",)
    desk_language: Literal["en", "zh"] = "en"
    desk_timezone: str = "UTC"
    desk_retention_days: int = Field(default=90, ge=1)
    desk_follow_hours: int = Field(default=24, ge=0, le=720)

    desk_step_up: Literal["optional", "required"] = "optional"
    desk_step_up_above: Decimal | None = Field(default=None, gt=0, le=1_000_000_000)

    approval_seconds: int = Field(default=120, ge=10, le=600)
    quote_seconds: int = Field(default=12, ge=3, le=120)
    poll_seconds: float = Field(default=3, ge=0.2, le=60)

    price_far_percent: Decimal = Field(default=Decimal(3), gt=0, le=100)

    desk_two_people_above: Decimal | None = Field(default=None, ge=0)
    solo_release: Literal["off", "delay"] = "off"
    solo_stop_seconds: int = Field(default=300, ge=30, le=3600)
    solo_daily_cap: Decimal = Field(default=Decimal(0), ge=0)

    escalate_minutes: Minutes = (3, 6, 10)

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
    mtpay_webhook_covers_body: bool = False

    public_url: str | None = None
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    database_url: str = "sqlite:///desk.db"
    bell_url: str | None = Field(default=None, repr=False)

    @field_validator("desk_owners", "escalate_minutes", mode="before")
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

    @field_validator("escalate_minutes")
    @classmethod
    def _stages(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(value) != STAGES or not 0 < value[0] < value[1] < value[2] <= MOST_MINUTES:
            raise ValueError("wants three increasing numbers of minutes such as 3,6,10")
        return value

    @field_validator("bell_url")
    @classmethod
    def _bell(cls, value: str | None) -> str | None:
        """It tells what waits: in the open it goes nowhere but to this very machine."""
        if value is not None and not _is_bell(value):
            raise ValueError("wants an address that begins with https:// (http:// only for 127.0.0.1)")
        return value

    @field_validator("gate_file_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            check_entry(entry)
        return value

    @field_validator("gatepay_on_behalf_of")
    @classmethod
    def _accounts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(SUB_ACCOUNT.match(account) for account in value) or len(set(value)) != len(value):
            raise ValueError("wants ids of sub-accounts such as 2124538349, each once")
        return value

    @field_validator("gatepay_institution_prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        if not re.match(r"(/[A-Za-z0-9_-]+)+\Z", value):
            raise ValueError("wants a path such as /payment/open/institution")
        return value

    @field_validator("desk_timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        if value not in _time_zones():
            raise ValueError("wants a time zone such as Asia/Shanghai")
        return value

    @field_validator("telegram_api_url", "gate_api_url", "gatepay_api_url", "mtpay_api_url", "public_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https?://[^\s/]+", value):
            raise ValueError("wants an address such as https://example.org")
        return value

    @field_validator("telegram_proxy")
    @classmethod
    def _proxy(cls, value: str | None) -> str | None:
        if value is not None and not _is_proxy(value):
            raise ValueError("wants an address such as socks5://127.0.0.1:1080 or http://127.0.0.1:3128")
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

    @model_validator(mode="after")
    def _webhook(self) -> Self:
        if self.telegram_webhook:
            _check_webhook(self.public_url, is_telegrams_own=self.telegram_api_url.rstrip("/") == TELEGRAM)
        return self

    @model_validator(mode="after")
    def _solo(self) -> Self:
        if self.solo_release != "off":
            _check_solo(self.desk_two_people_above, self.solo_daily_cap)
        return self

    @property
    def webhook_url(self) -> str | None:
        """Where Telegram brings updates; None when the desk asks for them itself."""
        if not self.telegram_webhook or self.public_url is None:
            return None
        return self.public_url.rstrip("/") + WEBHOOK_PATH

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
            topic_keep_hours=self.topic_keep_hours,
            language=self.desk_language,
            timezone=self.desk_timezone,
            approval_seconds=self.approval_seconds,
            poll_seconds=self.poll_seconds,
            retention_days=self.desk_retention_days,
            follow_hours=self.desk_follow_hours,
            quote_seconds=self.quote_seconds,
            price_far_percent=self.price_far_percent,
            step_up=self.desk_step_up,
            step_up_above=self.desk_step_up_above,
            two_people_above=self.desk_two_people_above,
            solo_release=self.solo_release,
            solo_stop_seconds=self.solo_stop_seconds,
            solo_daily_cap=self.solo_daily_cap,
            escalate_minutes=(self.escalate_minutes[0], self.escalate_minutes[1], self.escalate_minutes[2]),
            rings_outside=self.bell_url is not None,
            convert_accounts=self._convert_accounts(),
            checkout_hosts=tuple(_host(url) for url in (self.mtpay_api_url, self.public_url) if url),
        )

    def _convert_accounts(self) -> tuple[str, ...]:
        """Sub-accounts first; the own account beside them only when that is switched on."""
        if not self.gatepay_on_behalf_of:
            return (OWN,)
        return (*self.gatepay_on_behalf_of, OWN) if self.gatepay_own_convert else self.gatepay_on_behalf_of


def _is_bell(value: str) -> bool:
    if not re.match(r"https?://[^\s/?#]+[^\s]*\Z", value):
        return False
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    is_near = parts.scheme == "http" and parts.hostname == "127.0.0.1"
    return bool(parts.hostname) and parts.username is None and port != 0 and (parts.scheme == "https" or is_near)


def _is_proxy(value: str) -> bool:
    if not re.match(r"(https?|socks5h?)://[^\s/]+/?\Z", value):
        return False
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _check_webhook(public_url: str | None, *, is_telegrams_own: bool) -> None:
    """Raises ValueError where Telegram could not bring anything."""
    if public_url is None:
        raise ValueError(
            "PUBLIC_URL is missing: TELEGRAM_WEBHOOK=true needs the address at which Telegram finds the desk"
        )
    try:
        parts = urlsplit(public_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.username is not None or parts.query or parts.fragment:
        raise ValueError("PUBLIC_URL wants no more than https://HOST for TELEGRAM_WEBHOOK=true")
    is_local = host == "127.0.0.1"
    if parts.scheme != "https" and not is_local:
        raise ValueError("PUBLIC_URL must begin with https:// for TELEGRAM_WEBHOOK=true: Telegram calls nothing else")
    if is_telegrams_own and is_local:
        raise ValueError(
            "PUBLIC_URL is this machine's own address: Telegram cannot reach it with TELEGRAM_WEBHOOK=true"
        )
    if is_telegrams_own and port not in WEBHOOK_PORTS:
        raise ValueError("PUBLIC_URL: Telegram calls a webhook on port 443, 80, 88 or 8443 only")


def _check_solo(above: Decimal | None, cap: Decimal) -> None:
    """Raises ValueError where nothing could ever be sent that way, or where nothing would need it."""
    if above is None:
        raise ValueError("DESK_TWO_PEOPLE_ABOVE is missing: SOLO_RELEASE=delay means nothing without it")
    if cap <= above:
        raise ValueError(
            "SOLO_DAILY_CAP must be above DESK_TWO_PEOPLE_ABOVE: so many coins a day may go out by SOLO_RELEASE=delay"
        )


@cache
def _time_zones() -> frozenset[str]:
    """Many small files stand behind these names: read once."""
    return frozenset(available_timezones())


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
    if given.get("GATEPAY_ON_BEHALF_OF") and not given.get("GATEPAY_CLIENT_ID"):
        raise SettingsError("GATEPAY_CLIENT_ID is missing: GATEPAY_ON_BEHALF_OF means nothing without it")
    try:
        return Settings.model_validate({name.lower(): value for name, value in given.items()})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        # What was said of several names together says the names itself
        said = f"{str(first['loc'][0]).upper()}: {first['msg']}" if first["loc"] else first["msg"].partition(", ")[2]
        raise SettingsError(said) from None


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
