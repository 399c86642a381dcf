"""Read the settings from the environment and `.env`, and name every fault at once. Never keeps a secret in a `repr`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from anabot.errors import ConfigError


def _known_scheme(url: str) -> str:
    if not url.startswith(("duckdb://", "snowflake://", "postgresql://")):
        raise ValueError("must start with duckdb:///, snowflake:// or postgresql://")
    return url


def _known_store(url: str) -> str:
    if not url.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    return url


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


class Settings(BaseSettings):
    """Every setting, validated at start. Secrets never show in a `repr`."""

    model_config = SettingsConfigDict(env_prefix="ANABOT_", env_file=".env", extra="ignore", populate_by_name=True)

    warehouse_url: Annotated[str, AfterValidator(_known_scheme)]
    store_url: Annotated[str, AfterValidator(_known_store)] = "sqlite:///var/anabot.db"
    semantic_layer: Path = Path("semantic_layer")
    playbooks: Path = Path("playbooks")
    directory: Path | None = None
    dbt_target: Path | None = None
    now: AwareDatetime | None = None
    model: str = "offline"
    max_rows: int = Field(default=5_000, ge=1, le=100_000)
    max_bytes: int = Field(default=64_000_000, ge=1_000)
    timeout_s: float = Field(default=30.0, gt=0, le=600)
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65_535)
    slack_bot_token: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_SIGNING_SECRET")
    slack_api_url: str = Field(default="https://slack.com/api/", validation_alias="SLACK_API_URL")

    @field_validator("now", mode="before")
    @classmethod
    def _zone_is_needed(cls, value: object) -> object:
        if isinstance(value, str) and value:
            parsed = dt.datetime.fromisoformat(value)
            return parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)
        return value or None

    @field_validator("slack_api_url")
    @classmethod
    def _base_ends_in_a_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"

    @property
    def slack(self) -> SlackSettings:
        """The Slack part alone, as the Slack room takes it."""
        return SlackSettings(
            bot_token=self.slack_bot_token,
            app_token=self.slack_app_token,
            signing_secret=self.slack_signing_secret,
            api_url=self.slack_api_url,
        )


def load_settings(**overrides: object) -> Settings:
    """The settings of this process.

    Raises:
        ConfigError: naming every setting that is missing or wrong, each with its variable.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks what mypy cannot see
    except ValidationError as error:
        faults = [f"{_variable(fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise ConfigError(
            "Settings are missing or wrong.\n" + "\n".join(f"  {fault}" for fault in faults),
            todo="Set them in the environment or in `.env`; `make demo` writes an `.env` that works.",
        ) from None


def _variable(loc: tuple[int | str, ...]) -> str:
    name = str(loc[0]) if loc else "settings"
    return name if name.startswith("SLACK_") else f"ANABOT_{name.upper()}"
