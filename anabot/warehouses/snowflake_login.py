"""How Ana signs in to Snowflake: a key pair or an OAuth token beside the URL, and what every session of hers is set to.

A key and a token are read anew for each session, so that a rotated one is taken up. None is shown, logged or kept in an error.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from snowflake.sqlalchemy.snowdialect import SnowflakeDialect
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from anabot.errors import ConfigError

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_LOGIN_S = 20
_ANSWER_S = 120  # for one exchange with the server; how long a statement may run is said with the statement
_SESSION = {
    "QUERY_TAG": json.dumps({"app": "anabot"}),
    "TIMEZONE": "UTC",
    "WEEK_START": 0,  # weeks begin on Monday, whatever the account says
    "WEEK_OF_YEAR_POLICY": 0,
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
    "ABORT_DETACHED_QUERY": True,  # what nobody waits for any more is stopped by the server
    "CLIENT_SESSION_KEEP_ALIVE": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowflakeOptions:
    """What stands beside the URL: one key (a PEM text, its file, or the name of a variable with it) or one OAuth token, likewise.

    File and variable are read again whenever a session is opened. `server` is a private link's URL.
    """

    private_key: str = field(default="", repr=False)
    private_key_file: Path | None = None
    private_key_env: str = ""
    private_key_passphrase: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    token_file: Path | None = None
    token_env: str = ""
    role: str = ""
    warehouse: str = ""
    database: str = ""
    schema: str = ""
    server: str = ""
    as_asker: bool = False  # each statement has a role of its own, and so have the sessions


class Login:
    """The arguments of a new session, complete each time they are asked for."""

    def __init__(self, url: str, options: SnowflakeOptions) -> None:
        self._said = _arguments(url)
        self._options = _with_url(options, self._said)

    @property
    def as_asker(self) -> bool:
        """Whether every statement says under which role it runs."""
        return self._options.as_asker

    def arguments(self, role: str = "") -> dict[str, Any]:
        """What the connector is opened with, under `role` where one is given.

        Raises:
            ConfigError: a key or token that is not there or cannot be read.
        """
        options = self._options
        places = {name: getattr(options, name) for name in ("role", "warehouse", "database", "schema")}
        return {
            **self._said,
            **{name: value for name, value in places.items() if value},
            **({"role": role if _PLAIN.fullmatch(role) else '"' + role.replace('"', '""') + '"'} if role else {}),
            **({"server_url": options.server} if options.server else {}),
            **_secret(options),
            "paramstyle": "qmark",
            "session_parameters": dict(_SESSION),
            "login_timeout": _LOGIN_S,
            "query_timeout": _ANSWER_S,
            "application": "anabot",
            "autocommit": True,
            "arrow_number_to_decimal": True,  # money is not a float
        }


def _arguments(url: str) -> dict[str, Any]:
    todo = "Write `snowflake://user@account/database/schema?warehouse=…&role=…`."
    try:
        _, said = SnowflakeDialect().create_connect_args(make_url(url))
    except (ArgumentError, ValueError, TypeError):
        raise ConfigError("The Snowflake URL cannot be read.", todo=todo) from None
    if not said.get("account") or not said.get("user"):
        raise ConfigError("The Snowflake URL names no account or no user.", todo=todo)
    return dict(said)


def _with_url(options: SnowflakeOptions, said: dict[str, Any]) -> SnowflakeOptions:
    """The options, filled up with the key or token that the URL names; those are taken out of what the driver is told."""
    file, phrase = said.pop("private_key_file", ""), said.pop("private_key_file_pwd", "")
    token, token_file = said.pop("token", ""), said.pop("token_file_path", "")
    given = {
        "private_key_file": Path(file) if file else None,
        "private_key_passphrase": phrase,
        "token": token,
        "token_file": Path(token_file) if token_file else None,
    }
    held = {name: getattr(options, name) for name in options.__dataclass_fields__}
    options = SnowflakeOptions(**{**held, **{name: value for name, value in given.items() if value and not held[name]}})
    keys = [bool(each) for each in (options.private_key, options.private_key_file, options.private_key_env)]
    tokens = [bool(each) for each in (options.token, options.token_file, options.token_env)]
    if sum(keys) + sum(tokens) > 1:
        raise ConfigError("Snowflake is given more than one key or token.", todo="Keep one: a key pair or an OAuth token.")
    return options


def _secret(options: SnowflakeOptions) -> dict[str, Any]:
    if options.private_key or options.private_key_file or options.private_key_env:
        pem = options.private_key or _read("private key", options.private_key_file, options.private_key_env)
        return {"authenticator": "SNOWFLAKE_JWT", "private_key": _key(pem, options.private_key_passphrase)}
    if options.token or options.token_file or options.token_env:
        token = options.token or _read("token", options.token_file, options.token_env)
        return {"authenticator": "oauth", "token": token}
    return {}


def _read(what: str, file: Path | None, variable: str) -> str:
    try:
        text = file.read_text(encoding="utf-8") if file else os.environ.get(variable, "")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Snowflake's {what} cannot be read.", why=type(error).__name__, todo=f"Check the file {file}."
        ) from None
    if not text.strip():
        raise ConfigError(f"Snowflake's {what} is empty.", todo=f"Check {file or variable}.")
    return text.strip()


def _key(pem: str, phrase: str) -> Any:
    try:
        return load_pem_private_key(pem.encode(), phrase.encode() or None)
    except (ValueError, TypeError):  # whose words may quote what was given
        raise ConfigError(
            "Snowflake's private key cannot be opened.",
            why="It is not a PEM key, or the passphrase is missing or another one.",
            todo="Give the key that `openssl genrsa | openssl pkcs8 -topk8` wrote, with its passphrase.",
        ) from None
