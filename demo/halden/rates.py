"""Exchange rates, as the finance system keeps them: daily spot, the month's average, and the month's booking rate.

A rate is millionths of a dollar for one unit of the currency. USD is listed too, at one.
"""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from demo.halden import columns
from demo.halden.columns import as_date, rounded
from demo.halden.world import AS_OF_DAY, FIRST_DAY, World

ONE = 1_000_000
START = {"USD": ONE, "EUR": 1_085_000, "GBP": 1_265_000, "CAD": 742_000, "INR": 12_020, "PHP": 17_850, "KES": 7_310}


class Rates:
    """Spot by day, average and booking rate by month, for each currency."""

    def __init__(self, spot: dict[tuple[str, int], int]) -> None:
        self.spot = spot
        self.average: dict[tuple[str, dt.date], int] = {}
        self.booking: dict[tuple[str, dt.date], int] = {}
        months: dict[tuple[str, dt.date], list[int]] = {}
        for (currency, number), rate in spot.items():
            months.setdefault((currency, as_date(number).replace(day=1)), []).append(rate)
        for key, seen in months.items():
            self.average[key] = rounded(sum(seen), len(seen))
            self.booking[key] = seen[0]

    def at_average(self, cents: int, currency: str, number: int) -> int:
        """Dollars in cents, at the average of the month around the day: what the registry reports in."""
        return rounded(cents * self.average[currency, as_date(number).replace(day=1)], ONE)

    def at_spot(self, cents: int, currency: str, number: int) -> int:
        """Dollars in cents, at the day's spot rate: what procurement shows."""
        return rounded(cents * self.spot[currency, number], ONE)

    def from_dollars(self, cents: int, currency: str, number: int) -> int:
        """The other way, at the month's booking rate: what an invoice is written in."""
        return rounded(cents * ONE, self.booking[currency, as_date(number).replace(day=1)])


def rates(world: World) -> Rates:
    """The rates of this world."""
    return world.once("rates", _make)


def _make(world: World) -> Rates:
    rng = world.rng("fin.fx_rate")
    spot: dict[tuple[str, int], int] = {}
    for currency, start in START.items():
        rate = start
        for number in range(FIRST_DAY, AS_OF_DAY + 1):
            spot[currency, number] = rate
            if currency != "USD":
                rate += rounded(rate * rng.randrange(-40, 41), 10_000)
    return Rates(spot)


def tables(world: World) -> dict[str, pa.Table]:
    """`fin.fx_rate` (all three kinds) and `raw_proc.exchange_rate` (spot, as procurement received it)."""
    made = rates(world)
    rows = [
        (columns.as_date(number).toordinal() - columns.EPOCH, currency, "spot", rate)
        for (currency, number), rate in made.spot.items()
    ]
    for kind, monthly in (("month_avg", made.average), ("booking", made.booking)):
        rows += [(month.toordinal() - columns.EPOCH, currency, kind, rate) for (currency, month), rate in monthly.items()]
    days, currencies, kinds, values = zip(*rows, strict=True)
    spot = list(made.spot.items())
    return {
        "fin.fx_rate": columns.table(
            {
                "rate_date": columns.dates(days),
                "currency": columns.text(currencies),
                "rate_type": columns.text(kinds),
                "rate": columns.decimal(values, 6),
            }
        ),
        "raw_proc.exchange_rate": columns.table(
            {
                "rate_date": columns.dates([key[1] for key, _ in spot]),
                "from_currency": columns.text([key[0] for key, _ in spot]),
                "to_currency": columns.text(["USD"] * len(spot)),
                "rate": columns.decimal([rate for _, rate in spot], 6),
            }
        ),
    }
