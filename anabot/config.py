"""Read the settings from the environment and `.env`, and name every fault at once. Never keeps a secret in a `repr`.

A secret may also lie in a file: `SLACK_BOT_TOKEN_FILE` or `ANABOT_STORE_URL_FILE` names it in the environment.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from anabot.errors import ConfigError


def _known_scheme(url: str) -> str:
    if not url.startswith(("duckdb://", "snowflake://", "postgresql://", "postgres://")):
        raise ValueError("must start with duckdb:///, snowflake:// or postgresql://")
    return url


def _known_store(url: str) -> str:
    if not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    return url


def _web_address(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("must start with https:// or http://")
    return url if url.endswith("/") else url + "/"


_SECRETS = (
    *("warehouse_url", "store_url", "audit_key", "mask_key", "anthropic_api_key"),
    *("slack_bot_token", "slack_app_token", "slack_signing_secret"),
)


class _SecretFiles(PydanticBaseSettingsSource):
    """Secrets from the files that `…_FILE` names, where the variable itself is not set."""

    def __call__(self) -> dict[str, Any]:
        """Each secret by its setting's name.

        Raises:
            ConfigError: a file that cannot be read, by its variable.
        """
        foreign = ("slack_", "anthropic_")  # variables that are not ours to prefix
        named = {name: _variable((name.upper() if name.startswith(foreign) else name,)) for name in _SECRETS}
        known = {name: variable for name, variable in named.items() if name in self.settings_cls.model_fields}
        files = {name: os.environ.get(f"{variable}_FILE", "") for name, variable in known.items() if not os.environ.get(variable)}
        return {name: _secret(f"{known[name]}_FILE", Path(path)) for name, path in files.items() if path}

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - the name is theirs
        """Nothing: the whole is read at once."""
        return None, field_name, False


def _secret(variable: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{variable} names no file that can be read.", why=type(error).__name__, todo="Correct it.") from None


def _either_name(name: str) -> AliasChoices:
    """A variable that other tools read, too, may be set for Ana alone."""
    return AliasChoices(f"ANABOT_{name}", name)


DEFAULT_MODEL = "claude-sonnet-5-5"


class SlackSettings(BaseModel):
    """What Slack needs: a bot token, and either an app token (Socket Mode) or a signing secret (HTTP)."""

    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")
    api_url: str = "https://slack.com/api/"

    @property
    def configured(self) -> bool:
        """Whether Ana can speak Slack at all."""
        return bool(self.bot_token.get_secret_value())


class _SlackTokens(BaseSettings):
    """What Slack gives, as it is found. An empty variable is one that is not set."""

    model_config = SettingsConfigDict(
        env_prefix="ANABOT_", env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    slack_bot_token: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_SIGNING_SECRET")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, the environment, the files that it names, `.env`."""
        return init_settings, env_settings, _SecretFiles(settings_cls), dotenv_settings, file_secret_settings


class Settings(_SlackTokens):
    """Every setting, validated at start. Secrets, and URLs that may hold one, never show in a `repr`."""

    connections: Path | None = None
    warehouse_url: str = Field(default="", repr=False, validate_default=True)
    store_url: Annotated[str, AfterValidator(_known_store)] = Field(default="sqlite:///var/anabot.db", repr=False)
    checkpoints: Path | None = None  # beside a store in SQLite, or var/checkpoints
    audit_key: SecretStr = SecretStr("")  # a file with an Ed25519 key, or the key itself
    mask_key: SecretStr = SecretStr("")  # what the mask `hash` is keyed with; without one such a column stands empty
    semantic_layer: Path = Path("semantic_layer")
    playbooks: Path = Path("playbooks")
    directory: Path | None = None
    dbt_target: Path | None = None
    cache: Path = Path("var/cache")
    now: AwareDatetime | None = None
    model: str = ""  # "offline", or a model's name; without one, a key alone means DEFAULT_MODEL
    model_rows: int = Field(default=40, ge=0, le=200)  # of each result, that a model may read
    model_turns: int = Field(default=6, ge=1, le=20)
    model_tokens: int = Field(default=60_000, ge=1_000, le=90_000)
    model_usd: Decimal = Field(default=Decimal("0.10"), ge=0)
    model_seconds: float = Field(default=45.0, gt=0, le=300)
    team_day_turns: int = Field(default=1_000, ge=0)
    team_day_tokens: int = Field(default=3_000_000, ge=0)
    team_day_usd: Decimal = Field(default=Decimal("5"), ge=0)
    team_day_seconds: float = Field(default=10_000.0, ge=0)
    anthropic_api_key: SecretStr = Field(default=SecretStr(""), validation_alias=_either_name("ANTHROPIC_API_KEY"))
    anthropic_base_url: str | None = Field(default=None, validation_alias=_either_name("ANTHROPIC_BASE_URL"), repr=False)
    max_rows: int = Field(default=5_000, ge=1, le=100_000)
    max_bytes: int = Field(default=64_000_000, ge=1_000)
    part_rows: int = Field(default=100_000, ge=1, le=1_000_000)
    timeout_s: float = Field(default=30.0, gt=0, le=600)
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65_535)
    slack_api_url: Annotated[str, AfterValidator(_web_address)] = Field(
        default="https://slack.com/api/", validation_alias="SLACK_API_URL"
    )

    @field_validator("warehouse_url")
    @classmethod
    def _warehouse_is_needed(cls, url: str, known: ValidationInfo) -> str:
        if not url and known.data.get("connections") is None:
            raise PydanticCustomError("missing", "is not set")
        return _known_scheme(url) if url else url

    @field_validator("now", mode="before")
    @classmethod
    def _zone_is_needed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            parsed = dt.datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("is not an instant such as 2026-10-05T07:58-07:00") from None
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)

    @field_validator("anthropic_base_url")
    @classmethod
    def _base_is_an_address(cls, url: str | None) -> str | None:
        return _web_address(url).rstrip("/") if url else None

    @property
    def brain(self) -> str:
        """The model that helps the rules, or "offline": without a key, and without a server that needs none, there is none."""
        reachable = bool(self.anthropic_api_key.get_secret_value() or self.anthropic_base_url)
        return (self.model or DEFAULT_MODEL) if reachable else "offline"

    @property
    def slack(self) -> SlackSettings:
        """The Slack part alone, as the Slack room takes it."""
        return SlackSettings(
            bot_token=self.slack_bot_token,
            app_token=self.slack_app_token,
            signing_secret=self.slack_signing_secret,
            api_url=self.slack_api_url,
        )


class _Folders(BaseSettings):
    """Where the data team's files lie; known before there is a warehouse."""

    model_config = SettingsConfigDict(env_prefix="ANABOT_", env_file=".env", env_ignore_empty=True, extra="ignore")
    semantic_layer: Path = Path("semantic_layer")


def semantic_layer_folder() -> Path:
    """The folder of ANABOT_SEMANTIC_LAYER, for commands that need no other setting."""
    return _Folders().semantic_layer


_MISSING = "Settings are missing or wrong. Set them in the environment or in `.env`; `make demo` writes one that needs no Slack."


def load_settings(*, slack: bool = False, events: bool = False) -> Settings:
    """The settings of this process. `slack`: it speaks in Slack. `events`: it hears Slack, too.

    Raises:
        ConfigError: naming every setting that is missing or wrong, each with its variable and never with its value.
    """
    try:
        settings, faults = Settings(), []
    except ValidationError as error:
        settings, faults = None, [f"{_variable(fault['loc'])} {_words(fault['type'], fault['msg'])}" for fault in error.errors()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("The file `.env` cannot be read.", why=type(error).__name__, todo="Save it as UTF-8 text.") from None
    if settings is not None and settings.model not in ("", "offline", settings.brain):
        faults.append(f"ANTHROPIC_API_KEY is not set, and ANABOT_MODEL asks for {settings.model}; `offline` needs none")
    if slack or events:
        faults.extend(_slack_faults(_SlackTokens(), events=events))
    if settings is None or faults:
        raise ConfigError("\n  ".join([_MISSING, *faults]))
    return settings


def _slack_faults(tokens: _SlackTokens, *, events: bool) -> Iterator[str]:
    if not tokens.slack_bot_token.get_secret_value():
        yield "SLACK_BOT_TOKEN is not set; it begins with xoxb- and is shown when the app is installed in Slack"
    hears = tokens.slack_app_token.get_secret_value() or tokens.slack_signing_secret.get_secret_value()
    if events and not hears:
        yield "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is not set; Socket Mode needs the first, HTTP the second"


def _variable(loc: tuple[int | str, ...]) -> str:
    name = str(loc[0]) if loc else "settings"
    return name if name.startswith(("SLACK_", "ANTHROPIC_", "ANABOT_")) else f"ANABOT_{name.upper()}"


def _words(kind: str, message: str) -> str:
    if kind == "missing":
        return "is not set"
    return message.removeprefix("Value error, ").replace("Input should", "should")
