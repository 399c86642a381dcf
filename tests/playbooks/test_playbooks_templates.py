import datetime as dt
import time
from decimal import Decimal

import pytest

from anabot.errors import PlaybookError
from anabot.periods import Period
from anabot.playbooks.files import Files
from anabot.playbooks.templates import ATTACH, Flaw, Words, facts, parse
from anabot.playbooks.view import Result
from anabot.types import Cell, Column, Table, Unit

WEEK = Period(dt.date(2026, 9, 21), dt.date(2026, 9, 28))
COLUMNS = (
    Column(name="region", type="text", label="Region"),
    Column(name="sales", type="money", unit="usd", label="Sales"),
    Column(name="sales__previous", type="money", unit="usd", label="Sales before"),
    Column(name="sales__change", type="money", unit="usd", label="Sales change"),
    Column(name="sales__percent_change", type="ratio", unit="ratio", label="Sales %"),
)
NORTH = ("North", Decimal("1234.50"), Decimal("1000.00"), Decimal("234.50"), Decimal("0.2345"))
SOUTH = ("South", Decimal("10.00"), Decimal("40.00"), Decimal("-30.00"), Decimal("-0.75"))
ISLES = ("Isles", Decimal("5.00"), None, None, None)


def result(*rows: tuple[Cell, ...], name: str = "regions") -> Result:
    before = Period(dt.date(2026, 9, 14), dt.date(2026, 9, 21))
    return Result(name=name, table=Table(columns=COLUMNS, rows=rows), metrics=("sales",), period=WEEK, previous=before)


def words(body: str) -> Words:
    found = parse(body)
    assert isinstance(found, Words), found
    return found


def render(body: str, **more: object) -> str:
    values = {"regions": result(NORTH, SOUTH, ISLES), "total": result(NORTH, name="total"), "nothing": result(name="nothing")}
    return words(body).render({**values, **more})


def one(cell: Cell, unit: str, kind: str = "number") -> Result:
    return Result(
        name="one", table=Table(columns=(Column(name="x", type=kind, unit=unit, label="X"),), rows=((cell,),)), metrics=("x",)
    )


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("{{ total.sales }}", "$1,234.50"),
        ("{{ total.sales | money }}", "$1,234.50"),
        ("{{ total.sales | money(0) }}", "$1,235"),
        ("{{ (total.sales - 2000) | money }}", "-$765.50"),
        ("{{ (total.sales / 2) | money(2, 'eur') }}", "€617.25"),
        ("{{ total.sales | short }}", "$1.2K"),
        ("{{ 0.1234 | percent }}", "12.3%"),
        ("{{ 12345.6 | count }}", "12,346"),
        ("{{ total | change('sales') }}", "▲ $234.50 (+23.5%)"),
        ("{{ regions.first | change('sales') }}", "▲ $234.50 (+23.5%)"),
        ("{{ total.sales__change | change }}", "▲ $234.50"),
        ("{{ regions.last | change('sales') }}", "with nothing to compare it with"),
        ("{{ regions.dates }}, {{ regions.label }}", "21 Sep – 27 Sep 2026, 2026-W39"),
        ("{{ regions.previous_dates }}", "14 Sep – 20 Sep 2026"),
        ("{{ regions.rows }} {{ nothing.empty }} {{ regions.empty }}", "3 yes no"),
        ("{{ regions | by('sales') | map(attribute='region') | join }}", "Isles, South, North"),
        ("{{ regions | by('-sales') | top(2) | map(attribute='region') | join(' and ') }}", "North and South"),
        ("{{ regions | movers('sales', 1) | map(attribute='region') | join }}", "North"),
        ("{{ regions | sum(attribute='sales') }}", "$1,249.50"),
        ("{% for row in regions if row.sales < 100 %}{{ row.region }};{% endfor %}", "South;Isles;"),
        ("{% if total.sales > 1000 %}much{% else %}little{% endif %}", "much"),
        ("{{ regions.last.sales__change is defined }}", "no"),
        ("{% macro b(x) %}**{{ x }}**{% endmacro %}{{ b(total.region) }}", "**North**"),
        ("{% set x %}_{{ total.region }}_{% endset %}{{ x }}", "_North_"),
    ],
)
def test_words_show_a_value_as_people_read_it(body: str, shown: str) -> None:
    assert render(body) == shown


@pytest.mark.parametrize(
    ("cell", "unit", "shown"),
    [
        (Decimal("0.5"), "ratio", "50.0%"),
        (1234, "count", "1,234"),
        (Decimal("12.34"), "hours", "12.3 h"),
        (Decimal("1234567.8"), "usd", "$1,234,567.80"),
        (1.5, "", "1.50"),
    ],
)
def test_a_number_is_shown_in_its_metric_s_own_unit(cell: Cell, unit: str, shown: str) -> None:
    assert words("{{ one.x }}").render({"one": one(cell, unit)}) == shown


@pytest.mark.parametrize(
    ("cell", "unit", "shown"),
    [(Decimal("2500000"), "usd", "$2.50M"), (Decimal("-12340"), "hours", "-12,300 h"), (Decimal("999"), "count", "999")],
)
def test_a_headline_number_is_short(cell: Cell, unit: str, shown: str) -> None:
    assert words("{{ one.x | short }}").render({"one": one(cell, unit)}) == shown


@pytest.mark.parametrize(
    ("unit", "cells", "shown"),
    [
        ("usd", ("9999.5", "12"), ["$9,999.50", "$12.00"]),
        ("usd", ("12000.5", "-40.4", "0.3"), ["$12,001", "-$40", "$0.30"]),
        ("hours", ("80", "77.24"), ["80.0 h", "77.2 h"]),
        ("hours", ("80", "77"), ["80 h", "77 h"]),
        ("hours", ("1820.2", "-7.6"), ["1,820 h", "-8 h"]),
        ("times", ("1200.25", "2"), ["1,200.25×", "2×"]),
        ("ratio", ("20000",), ["2,000,000.0%"]),
        ("count", ("20000", "1.5"), ["20,000", "1.50"]),
    ],
)
def test_a_table_is_as_precise_as_its_largest_amount_needs(unit: Unit, cells: tuple[str, ...], shown: list[str]) -> None:
    columns = (Column(name="g", type="text"), Column(name="x", type="number", unit=unit))
    rows = tuple((f"row {place}", Decimal(cell)) for place, cell in enumerate(cells))

    said = words("{{ q | table }}").render({"q": Result(name="q", table=Table(columns=columns, rows=rows), metrics=("x",))})

    assert [line.split(" | ")[-1].removesuffix(" |").replace("\\", "") for line in said.splitlines()[2:]] == shown


def test_a_change_is_as_precise_as_what_has_changed() -> None:
    columns = [Column(name=name, type="money", unit="usd") for name in ("s", "s__previous", "s__change", "s__percent_change")]

    def moved(*cells: str) -> str:
        found = Result(name="q", table=Table(columns=tuple(columns), rows=(tuple(map(Decimal, cells)),)), metrics=("s",))
        return words("{{ q | change('s') }}").render({"q": found})

    assert moved("118063.15", "107657.35", "10405.80", "0.0967") == "▲ $10,406 (+9.7%)"
    assert moved("118063.15", "118062.80", "0.35", "0.000003") == "▲ $0.35 (+0.0%)"
    assert moved("110.50", "100.25", "10.25", "0.1022") == "▲ $10.25 (+10.2%)"


def test_how_many_of_what_is_said_in_the_right_number() -> None:
    assert words("{{ 1 | plural('pair') }}, {{ 22 | plural('pair') }}").render({}) == "1 pair, 22 pairs"
    assert words("{{ 0 | plural('day', 'days') }}, {{ 2000 | plural('person', 'people') }}").render({}) == "0 days, 2,000 people"


def test_a_ratio_moves_by_points_and_what_has_not_moved_says_so() -> None:
    columns = [Column(name=name, type="ratio", unit="ratio") for name in ("r", "r__previous", "r__change", "r__percent_change")]

    def moved(*cells: Cell) -> str:
        found = Result(name="q", table=Table(columns=tuple(columns), rows=(cells,)), metrics=("r",))
        return words("{{ q | change('r') }}").render({"q": found})

    assert moved(Decimal("0.40"), Decimal("0.45"), Decimal("-0.05"), Decimal("-0.11")) == "▼ 5.0 pts"
    assert moved(Decimal("0.40"), Decimal("0.40"), Decimal("0.00"), Decimal("0")) == "unchanged"


def test_a_table_shows_the_first_rows_what_moved_and_how_many_are_left() -> None:
    assert render("{{ regions | table(2) }}") == (
        "| Region | Sales | Change |\n| --- | ---: | ---: |\n"
        "| North | $1,234.50 | ▲ $234.50 (+23.5%) |\n| South | $10.00 | ▼ $30.00 (-75.0%) |\n\n_… and 1 more._"
    )


def shops(rows: int, wide: int = 1, *, truncated: bool = False) -> Result:
    columns = (Column(name="shop", type="text", label="Shop"), Column(name="sales", type="integer", label="Sales"))
    cells = tuple((f"Shop {n} " + "x" * wide, n) for n in range(rows))
    return Result(name="top_shops", table=Table(columns=columns, rows=cells, truncated=truncated), metrics=("sales",))


@pytest.mark.parametrize(
    ("body", "found", "lines", "more"),
    [
        ("{{ q | table }}", shops(10), 10, ""),
        ("{{ q | table(3) }}", shops(10), 3, "_… and 7 more._"),
        ("{{ q | table }}", shops(23), 10, "_… and 13 more in the file top-shops.csv._"),
        ("{{ q | table(26) }}", shops(23), 23, ""),
        ("{{ q | table(400) }}", shops(60), 10, "_… and 50 more in the file top-shops.csv._"),
        ("{{ q | table(26) }}", shops(23, 400), 10, "_… and 13 more in the file top-shops.csv._"),
        (
            "{{ q | table }}",
            shops(23, truncated=True),
            10,
            "_… and 13 more in the file top-shops.csv, which does not hold all of them._",
        ),
    ],
)
def test_a_table_too_long_to_read_keeps_its_first_rows_and_names_its_file(
    body: str, found: Result, lines: int, more: str
) -> None:
    files = Files()
    said = words(body).render({"q": found, ATTACH: files.attach})

    assert said.count("| Shop ") == lines + (1 if lines else 0)
    assert said.partition("\n\n")[2] == more
    assert files.tables == ({"top-shops": found.table} if "file" in more else {})


def test_one_table_is_one_file_and_other_rows_of_a_query_are_another() -> None:
    files, found = Files(), shops(23)
    said = words("{{ q | table }}{% for n in [1] %}{{ q | table(5) }}{% endfor %}{{ q | by('-sales') | table }}").render(
        {"q": found, ATTACH: files.attach}
    )

    assert [len(table.rows) for table in files.tables.values()] == [23, 23]
    assert said.count("top-shops.csv") == 2
    assert said.count("top-shops-2.csv") == 1
    assert files.tables["top-shops-2"].rows[0][1] == 22


def test_a_table_shows_the_columns_asked_for() -> None:
    assert render("{{ total | table(columns=['sales', 'region']) }}") == (
        "| Sales | Region |\n| ---: | --- |\n| $1,234.50 | North |"
    )


def test_an_empty_table_names_the_dates_it_looked_at() -> None:
    assert render("{{ nothing | table }}") == "_No rows for 21 Sep – 27 Sep 2026._"


def test_a_value_that_formats_pings_or_breaks_tables_is_only_shown() -> None:
    nasty = ("<!channel> | *x* ![y](chart:z)\n# h", *NORTH[1:])
    shown = words("{{ q | table }}\n{{ q.region }}").render({"q": result(nasty, name="q")})

    row, sentence = shown.splitlines()[2], shown.splitlines()[3]
    safe = "&lt;!channel&gt; \\| \\*x\\* !\\[y\\](chart:z) \\# h"
    assert row == f"| {safe} | $1,234.50 | ▲ $234.50 (+23.5%) |"
    assert sentence == safe


@pytest.mark.parametrize("body", ["{{ q.region + '!' }}", "{{ q.region[:3] }}", "{{ [q.region] | join }}"])
def test_no_way_of_handling_a_value_makes_it_act(body: str) -> None:
    nasty = ("<!channel>|", *NORTH[1:])

    shown = words(body).render({"q": result(nasty, name="q")})

    assert "<" not in shown
    assert "|" not in shown.replace("\\|", "")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("a\n{{ total.colour }}", "`total` has no column `colour`; it has `region`, `sales`"),
        ("a\n{{ regions.sales | money }}", "`regions` has 3 rows: say which"),
        ("a\n{{ nothing.sales | money }}", "`nothing.sales` has no value: `nothing` has no rows for 21 Sep – 27 Sep 2026"),
        ("a\n{{ nothing.first.sales }}", "`nothing.sales` has no value"),
        ("a\n{{ regions.last.sales__previous }}", "`regions.sales__previous` has no value"),
        ("a\n{{ regions | table(columns=['colour']) }}", "has no column `colour`"),
        ("a\n{{ regions | by('colour') | table }}", "has no column `colour`"),
        ("a\n{{ total | change('region') }}", "does not compare `region`"),
        ("a\n{{ regions | sum(attribute='sales__change') }}", "has no value"),
        ("a\n{{ total }}", "A result cannot be printed"),
        ("a\n{{ parameters.top }}", "has no attribute 'top'"),
        ("a\n{{ 5 | money }}", "does not know the currency"),
        ("a\n{{ total.region | money }}", "not a number"),
        ("a\n{{ 1 / 0 }}", "division by zero"),
        ("a\n{{ total.region + 1 }}", ""),
    ],
)
def test_a_missing_or_wrong_value_fails_the_run_and_names_itself_and_its_line(body: str, why: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        render(body, parameters=facts())

    assert why in caught.value.what
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ total.table }}",
        "{{ total.first.cells }}",
        "{{ total.first.result.table }}",
        "{{ total.region.upper() }}",
        "{{ total.__class__ }}",
        "{{ total.region.format }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 'x' * 999999999 }}",
        "{{ [1] * 999999999 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ range(10) }}",
        "{{ lipsum() }}",
        "{{ self }}",
        "{{ [total.region] }}",
        "{{ total.first }}",
        "{{ cycler }}",
        "{{ '<b>' | safe }}",
        "{{ total | attr('table') }}",
        "{% include 'x' %}",
        "{% extends 'x' %}",
        "{% import 'x' as y %}",
        "{% for a in [1] %}{{ loop.__class__ }}{% endfor %}",
        "{% set x = total.region ~ total.region %}{{ nope }}",
    ],
)
def test_what_a_template_may_not_do_fails(body: str) -> None:
    with pytest.raises(PlaybookError):
        render(body)


@pytest.mark.parametrize(
    "body",
    [
        "{% for a in regions %}" * 12 + "{% endfor %}" * 12,
        "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        "{% macro f(n) %}{% if n < 900 %}{% set x = n * n * n %}{{ f(x) }}{% endif %}{% endmacro %}{{ f(2) }}"
        "{% macro g(n, k) %}{% if k %}{{ g(n * n, k - 1) }}{% endif %}{% endmacro %}{{ g(3, 200) }}",
        "{% macro f(s, n) %}{% if n %}{{ f(s + s, n - 1) }}{% endif %}{% endmacro %}{{ f('xxxxxxxx', 40) }}",
        "{% for a in " + "[" + "1," * 9000 + "]" + " %}{{ 'x' * 1 if false else 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy' }}{% endfor %}",
    ],
)
def test_words_without_an_end_are_stopped_soon(body: str) -> None:
    started = time.process_time()

    with pytest.raises(PlaybookError):
        render(body)

    assert time.process_time() - started < 10


@pytest.mark.parametrize("body", ["{% if %}", "{{ x", "{% for a in b %}", "{{" + "(" * 2000 + ")" * 2000 + "}}"])
def test_bad_jinja_is_a_flaw_with_a_line(body: str) -> None:
    found = parse("first\n" + body, first_line=10)

    assert isinstance(found, Flaw)
    assert found.line in (10, 11)


def test_flaws_are_all_found_without_a_single_value() -> None:
    body = "{{ total.sales }}\n{{ nope }} {{ other | shout }}\n{% include 'x' %}{{ 'a' ~ 'b' }}{{ 2 ** 3 }}\n{{ 1 is prime }}"

    flaws = words(body).flaws({"total", "other"})

    assert [(flaw.line, flaw.what.split(":")[0]) for flaw in flaws] == [
        (2, "There is no filter `shout`"),
        (2, "There is no variable `nope`"),
        (3, "`**` is not available"),
        (3, "`include` is not available"),
        (3, "`~` is not available"),
        (4, "There is no test `prime`"),
    ]


def test_the_same_inputs_give_the_same_bytes() -> None:
    body = "{{ regions | table }}{% for row in regions | movers('sales') %}{{ row.region }}{% endfor %}"

    assert len({render(body) for _ in range(5)}) == 1


def test_dates_are_shown_by_their_grain() -> None:
    columns = (Column(name="metric_time__month", type="date"), Column(name="metric_time__fiscal_quarter", type="date"))
    table = Table(columns=columns, rows=((dt.date(2026, 5, 1), dt.date(2026, 5, 1)),))
    found = Result(name="q", table=table, metrics=(), fiscal_start=2)

    shown = words("{{ q.metric_time__month }}, {{ q.metric_time__fiscal_quarter }}").render({"q": found})

    assert shown == "May 2026, FY26 Q2"


def test_a_name_set_in_one_branch_is_no_flaw() -> None:
    body = "{% if total.sales > 1 %}{% set best = total.region %}{{ best }}{% else %}-{% endif %}"

    assert words(body).flaws({"total"}) == ()
    assert render(body) == "North"


@pytest.mark.parametrize(
    "body", ["{{ 9 ** 9999 }}", "{{ 'x' * 99999999999 }}", "{% if 9 ** 99999 %}x{% endif %}", "{{ '%99999999999d' % 1 }}"]
)
def test_looking_for_flaws_computes_nothing(body: str) -> None:
    assert all("available" in flaw.what for flaw in words(body).flaws(()))
