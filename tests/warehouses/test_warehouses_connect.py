"""A URL opens the warehouse it names, without a network, or is refused with one that would do."""

from pathlib import Path

import pytest

from anabot.errors import ConfigError, WarehouseError
from anabot.types import Statement
from anabot.warehouses.connect import open_warehouse


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("duckdb:///var/shop.duckdb", "duckdb"),
        ("duckdb:////srv/shop%20two.duckdb?memory_mb=256&threads=1", "duckdb"),
        ("postgresql://ana@localhost/shop", "postgres"),
        ("snowflake://ana@account/db/schema?warehouse=wh&role=reader", "snowflake"),
    ],
)
def test_a_scheme_opens_its_warehouse(url: str, dialect: str) -> None:
    warehouse = open_warehouse(url)

    assert warehouse.dialect == dialect
    warehouse.close()


def test_three_slashes_are_relative_and_four_are_absolute() -> None:
    with pytest.raises(WarehouseError, match=f"{Path.cwd()}/none.duckdb"):
        open_warehouse("duckdb:///none.duckdb").watermark()
    with pytest.raises(WarehouseError, match=" /none.duckdb"):
        open_warehouse("duckdb:////none.duckdb").watermark()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.duckdb",
        "mysql://db/shop",
        "duckdb://",
        "duckdb:///:memory:",
        "duckdb:///a.duckdb?access_mode=write",
        "duckdb:///a?threads=two",
    ],
)
def test_a_url_that_opens_nothing_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        open_warehouse(url)


def test_a_server_that_is_not_there_is_said_without_the_password(tmp_path: Path) -> None:
    warehouse = open_warehouse(f"postgresql://ana:canary@/shop?host={tmp_path}")

    with pytest.raises(WarehouseError, match="cannot be reached") as caught:
        warehouse.run(Statement(connection="d", dialect="postgres", text="SELECT 1"), max_rows=1, max_bytes=1000, timeout_s=5)
    assert "canary" not in str(caught.value)
