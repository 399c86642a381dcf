"""What a warehouse lacks is said by its own name, whatever the statement calls it, and nothing else of the driver's words."""

from __future__ import annotations

import pytest

from anabot.types import Statement
from anabot.warehouses.lacking import lacking

SQL = "SELECT s.amount FROM (SELECT * FROM shop.sales AS inner_sales WHERE x = 1) AS s JOIN shop.places AS p ON s.id = p.id"


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (
            'Binder Error: Table "p" does not have a column named "town"\n\nCandidate bindings: "a"',
            "`shop.places` has no column `town`.",
        ),
        ('Binder Error: Table "s" does not have a column named "amount"', "`shop.sales` has no column `amount`."),
        ('Binder Error: Referenced column "town" not found in FROM clause!', "What it reads has no column `town`."),
        ("Catalog Error: Table with name places does not exist!\nDid you mean", "There is no table `shop.places`."),
        ('Catalog Error: Table with name "shop.places" does not exist', "There is no table `shop.places`."),
        ("column p.town does not exist\nLINE 1: SELECT", "`shop.places` has no column `town`."),
        ('relation "shop.places" does not exist', "There is no table `shop.places`."),
        ("Binder Error: Cannot compare a DATE and a VARCHAR\nLINE 1: SELECT", "Cannot compare a DATE and a VARCHAR"),
        ("", ""),
    ],
)
def test_a_lack_is_named(message: str, why: str) -> None:
    error = lacking(message, Statement(connection="default", dialect="duckdb", text=SQL))

    assert error.why == why
    assert "SELECT" not in str(error)
    assert "Rebuild the warehouse" in error.todo
