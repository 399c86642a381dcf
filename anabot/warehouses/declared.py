"""The file of ANABOT_CONNECTIONS: several named connections, each a URL, or the fields of a Snowflake account.

    default: {url: "duckdb:///var/warehouse.duckdb"}
    hr: {url_env: HR_DATABASE_URL}
    billing: {type: snowflake, account: ab12345.eu-west-1, user: ANA, role: READER, warehouse: SMALL, database: BILLING,
              private_key_file: /run/secrets/ana.p8, private_key_passphrase_env: ANA_KEY_PASSPHRASE}

    crm: {url_env: CRM_DATABASE_URL, run_as: asker, own_role: ana_reader, user_setting: app.user}

With `run_as: asker` each question runs under the role that access.yml gives whoever asks, and what Ana asks herself under
`own_role`; PostgreSQL is told who asks in `user_setting`. A secret stands in an environment variable or a file that the entry
names; no error and no `repr` ever shows one. Every fault is named at once. Nothing is connected here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from anabot.errors import ConfigError
from anabot.warehouses.base import Warehouse
from anabot.warehouses.connect import open_postgres, open_snowflake, open_warehouse
from anabot.warehouses.later import Later

_DIALECTS = {"duckdb": "duckdb", "postgresql": "postgres", "postgres": "postgres", "snowflake": "snowflake"}
_TODO = "Give it `url`, `url_env` or `url_file`, or `type: snowflake` with `account` and `user`."
_RESERVED = ("merge",)  # where answers of several connections are merged


class Declared(BaseModel):
    """One entry. Of each secret one way to it: `…_env` names a variable, `…_file` a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str = Field(default="", repr=False)
    url_env: str = ""
    url_file: Path | None = None
    type: Literal["snowflake", ""] = ""
    account: str = ""
    user: str = ""
    role: str = ""
    warehouse: str = ""
    database: str = ""
    schema_name: str = Field(default="", alias="schema")
    server: str = ""
    run_as: Literal["asker", ""] = ""
    own_role: str = ""
    user_setting: str = Field(default="", pattern=r"^([a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*)?$")
    private_key_file: Path | None = None
    private_key_env: str = ""
    private_key_passphrase_env: str = ""
    private_key_passphrase_file: Path | None = None
    token_env: str = ""
    token_file: Path | None = None
    password_env: str = ""
    password_file: Path | None = None


def declared(path: Path, environ: Mapping[str, str] = os.environ) -> dict[str, Warehouse]:
    """The warehouses that the file at `path` declares, by name.

    Raises:
        ConfigError: naming every fault of the file, each with its connection and never with a value.
    """
    found: dict[str, Warehouse] = {}
    faults: list[str] = []
    for name, entry in _entries(path):
        try:
            found[name] = _warehouse(name, entry, environ)
        except ConfigError as error:
            faults.append(f"{name}: {error}")
        except ValidationError as error:
            faults += _faults_of(name, error)
    if faults:
        raise _faulty(path, faults)
    if not found:
        raise ConfigError(f"{path} declares no connection.", todo='Write `default: {url: "duckdb:///path/to/file.duckdb"}`.')
    return found


def asking(path: Path | None) -> dict[str, Declared]:
    """The entries that run as the asker. What is wrong with others is said by `declared`.

    Raises:
        ConfigError: naming every fault of theirs.
    """
    found: dict[str, Declared] = {}
    faults: list[str] = []
    for name, entry in _entries(path) if path is not None else []:
        try:
            if isinstance(entry, dict) and entry.get("run_as"):
                found[name] = Declared.model_validate(entry)
        except ValidationError as error:
            faults += _faults_of(name, error)
    if faults:
        raise _faulty(path, faults)
    return found


def _faults_of(name: str, error: ValidationError) -> list[str]:
    return [f"{name}: {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False)]


def _faulty(path: Path | None, faults: Sequence[str]) -> ConfigError:
    return ConfigError("\n  ".join([f"The connections in {path} have faults.", *faults]))


def names(path: Path) -> frozenset[str]:
    """The names of the connections that the file declares."""
    return frozenset(name for name, _ in _entries(path))


def _entries(path: Path) -> list[tuple[str, Any]]:
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read.", why=type(error).__name__, todo="Set ANABOT_CONNECTIONS to a file.") from None
    except yaml.YAMLError as error:  # whose words may quote a line, and with it a secret
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        raise ConfigError(f"{path} is not YAML.", why=f"Line {line} cannot be read.", todo="Correct it.") from None
    if isinstance(value, dict) and set(value) == {"connections"}:
        value = value["connections"]
    if not isinstance(value, dict):
        raise ConfigError(f"{path} is not a mapping of names to connections.", todo='Write `default: {url: "duckdb:///…"}`.')
    return [(str(name), entry) for name, entry in value.items()]


def _warehouse(name: str, entry: Any, environ: Mapping[str, str]) -> Warehouse:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name) or name in _RESERVED:
        raise ConfigError("This is not a name for a connection.", todo="Use letters, digits, `_` and `-`, and not `merge`.")
    spec = Declared.model_validate({"url": entry} if isinstance(entry, str) else entry)
    if (spec.own_role or spec.user_setting) and not spec.run_as:
        raise ConfigError("It has `own_role` or `user_setting`, and does not run as the asker.", todo="Say `run_as: asker`.")
    if spec.run_as and not spec.own_role:
        why = "How fresh the data is, whether golden values hold and who is in the table of people she asks herself."
        raise ConfigError("It runs as the asker and has no role for Ana.", why=why, todo="Name one by `own_role`.")
    if spec.type:
        url, options = _snowflake(spec, environ), dict(_options(spec, environ))
        return Later("snowflake", lambda: open_snowflake(url, **options))
    url = _url(spec, environ)
    scheme = url.partition(":")[0].lower()
    if scheme not in _DIALECTS:
        raise ConfigError("It has no URL that is known.", todo="Begin it with duckdb:///, postgresql:// or snowflake://.")
    if spec.run_as:
        return _as_asker(url, _DIALECTS[scheme], spec)
    opener: Callable[[], Warehouse] = lambda: open_warehouse(url)  # noqa: E731
    return Later(_DIALECTS[scheme], opener) if scheme == "snowflake" else opener()


def _as_asker(url: str, dialect: str, spec: Declared) -> Warehouse:
    if dialect == "postgres":
        return open_postgres(url, as_asker=True, user_setting=spec.user_setting)
    todo = "Let PostgreSQL or `type: snowflake` run as the asker, and restrict the others in access.yml."
    raise ConfigError("It cannot run as the asker.", why="DuckDB has no roles, and Snowflake needs fields.", todo=todo)


def _url(spec: Declared, environ: Mapping[str, str]) -> str:
    ours = {"url", "url_env", "url_file", "password_env", "password_file", "run_as", "own_role", "user_setting"}
    set_beside = sorted(spec.model_fields_set - ours)
    if set_beside:
        raise ConfigError(f"`{set_beside[0]}` is for `type: snowflake`.", todo=_TODO)
    url = spec.url or _secret("url", spec.url_env, spec.url_file, environ)
    if not url:
        raise ConfigError("It says not where it is.", todo=_TODO)
    password = _secret("password", spec.password_env, spec.password_file, environ)
    if not password:
        return url
    scheme, at, rest = url.partition("://")
    user, there, host = rest.rpartition("@")
    if not (at and there) or ":" in user:
        raise ConfigError("Its URL has no place for a password.", todo="Write it as `postgresql://user@host:5432/database`.")
    return f"{scheme}://{user}:{quote(password, safe='')}@{host}"


def _snowflake(spec: Declared, environ: Mapping[str, str]) -> str:
    missing = [name for name in ("account", "user") if not getattr(spec, name)]
    if missing or spec.url or spec.url_env or spec.url_file:
        raise ConfigError(f"It has no {' and no '.join(missing)}." if missing else "It has a URL, too.", todo=_TODO)
    if spec.user_setting:
        raise ConfigError("`user_setting` is for PostgreSQL.", todo="Let Snowflake's policies look at the role.")
    password = _secret("password", spec.password_env, spec.password_file, environ)
    user = quote(spec.user, safe="") + (f":{quote(password, safe='')}" if password else "")
    place = "/".join(quote(part, safe="") for part in (spec.database, spec.schema_name) if part)
    return f"snowflake://{user}@{quote(spec.account, safe='.-')}/{place}"


def _options(spec: Declared, environ: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """What stands beside the URL. A key and a token go by the name of their file or variable, to be read anew at each sign-in."""
    yield from ((name, value) for name in ("role", "warehouse", "server") if (value := getattr(spec, name)))
    if spec.run_as:
        yield "as_asker", True
    if spec.private_key_file is not None and not spec.private_key_file.is_file():
        raise ConfigError("Its `private_key_file` is not there.", todo="Name the file with the PEM key.")
    for what in ("private_key", "token"):
        variable, file = getattr(spec, f"{what}_env"), getattr(spec, f"{what}_file")
        _secret(what, variable, file, environ)  # so that one that is missing is told at the start
        yield from ((name, value) for name, value in ((f"{what}_env", variable), (f"{what}_file", file)) if value)
    phrase = _secret("private_key_passphrase", spec.private_key_passphrase_env, spec.private_key_passphrase_file, environ)
    if phrase:
        yield "private_key_passphrase", phrase


def _secret(what: str, variable: str, file: Path | None, environ: Mapping[str, str]) -> str:
    if variable and not environ.get(variable):
        raise ConfigError(f"Its `{what}_env` names {variable}, which is not set.", todo=f"Set {variable}.")
    if variable:
        return environ[variable]
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Its `{what}_file` cannot be read.", why=type(error).__name__, todo="Name a file with it.") from None
