"""Open the warehouse that a URL names. Drivers are imported when they are used, and no URL is ever shown with its secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from anabot.errors import ConfigError
from anabot.warehouses.base import Warehouse
from anabot.warehouses.duckdb import MEMORY_MB, THREADS, DuckDB

_KNOWN = "duckdb:///path, postgresql://… or snowflake://…"


def open_warehouse(url: str) -> Warehouse:
    """The warehouse behind `url`; nothing is connected yet.

    `duckdb:///relative/path` or `duckdb:////absolute/path`, with `?memory_mb=512&threads=2` if need be.

    Raises:
        ConfigError: a scheme or an option that is not known.
    """
    scheme = url.partition(":")[0].lower()
    if scheme == "duckdb":
        return _duckdb(url)
    if scheme in ("postgresql", "postgres"):
        from anabot.warehouses.postgres import Postgres

        return Postgres(url)
    if scheme == "snowflake":
        from anabot.warehouses.snowflake import Snowflake

        return Snowflake(url)
    raise ConfigError(f"No warehouse is known by `{scheme}`.", todo=f"Set ANABOT_WAREHOUSE_URL to {_KNOWN}.")


def open_postgres(url: str, *, as_asker: bool, user_setting: str = "") -> Warehouse:
    """The PostgreSQL database behind `url`, where each statement may run under the role of whoever asks; see `Postgres`."""
    from anabot.warehouses.postgres import Postgres

    return Postgres(url, as_asker=as_asker, user_setting=user_setting)


def open_snowflake(url: str, **options: Any) -> Warehouse:
    """The Snowflake account behind `url`; `options` are those of `SnowflakeOptions`."""
    from anabot.warehouses.snowflake import Snowflake
    from anabot.warehouses.snowflake_login import SnowflakeOptions

    return Snowflake(url, SnowflakeOptions(**options))


def _duckdb(url: str) -> DuckDB:
    parts = urlsplit(url)
    path = unquote(parts.path[1:])
    if parts.netloc or not path or path == ":memory:":
        raise ConfigError("That URL names no DuckDB file.", todo="Write `duckdb:///path/to/file.duckdb`.")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    try:
        memory_mb, threads = int(options.pop("memory_mb", MEMORY_MB)), int(options.pop("threads", THREADS))
    except ValueError as error:
        raise ConfigError("`memory_mb` and `threads` of the DuckDB URL are whole numbers.") from error
    if options or memory_mb < 64 or threads < 1:
        raise ConfigError("The DuckDB URL has an option that cannot be used.", todo="Use `memory_mb` (64 or more) and `threads`.")
    return DuckDB(Path(path), memory_mb=memory_mb, threads=threads)
