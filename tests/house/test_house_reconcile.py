"""`anabot reconcile`: a bridge by its name, closed to the cent or refused the seal; seen by whom it may be seen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from office import Office

OFFLINE = "- {metric: offline_sales, label: Counter and phone, sign: 1}"
CERTIFIED = "unit: usd, certified: {by: bea, at: 2026-01-01, expires: 2027-01-01},"
QUARTER = ("2026-05-01", "2026-08-01")


@pytest.fixture
def file(office: Office) -> str:
    found = sorted((office.folder / "semantic_layer" / "reconciliations").glob("*.yml"))
    return f"semantic_layer/reconciliations/{found[0].name}"


@pytest.mark.parametrize("name", ["sales_bridge", "Sales Bridge", "online gap", "From all sales to online sales"])
def test_a_bridge_has_every_name_that_people_give_it(office: Office, name: str) -> None:
    told = office.run("reconcile", name, "FY26 Q2", "--as", "bea", "--json")

    (bridge,) = told.json["bridges"]
    amounts = [Decimal(line["amount"]) for line in bridge["lines"]]
    assert told.code == 0
    assert (told.json["query"]["period"]["start"], told.json["query"]["period"]["end"]) == QUARTER
    assert amounts[0] == amounts[1] + amounts[2]
    assert (bridge["residual"], bridge["tolerance"]) == ("0.00", "0.00")


def test_a_bridge_reads_from_one_side_to_the_other(office: Office) -> None:
    told = office.run("reconcile", "sales_bridge", "2026-07", "--as", "bea")

    lines = told.out.splitlines()
    start = lines.index("From all sales to online sales")
    assert [line.split("  ")[1] for line in lines[start + 1 : start + 5]] == [
        "All sales",
        "Counter and phone",
        "Residual, not explained",
        "Online sales",
    ]


def test_the_bridges_of_a_dimension_add_up_to_the_whole(office: Office) -> None:
    whole, *parts = office.run("reconcile", "sales_bridge", "FY26 Q2", "--as", "bea", "--by", "region", "--json").json["bridges"]

    assert {part["title"] for part in parts} >= {
        "From all sales to online sales: North",
        "From all sales to online sales: (none)",
    }
    for n, line in enumerate(whole["lines"]):
        assert sum(Decimal(part["lines"][n]["amount"]) for part in parts) == Decimal(line["amount"])


def test_a_bridge_that_does_not_close_ends_in_failure_and_takes_the_seal_away(office: Office, file: str) -> None:
    before = office.run("reconcile", "sales_bridge", "2026-07", "--as", "bea", "--json").json
    office.edit(file, OFFLINE, OFFLINE.replace("sign: 1", "sign: -1"))

    told = office.run("reconcile", "sales_bridge", "2026-07", "--as", "bea", "--json")

    (bridge,) = told.json["bridges"]
    assert before["bridges"][0]["residual"] == "0.00"
    assert told.code == 1
    assert Decimal(bridge["residual"]) == 2 * Decimal(before["bridges"][0]["lines"][1]["amount"])
    assert f"leaves {Decimal(bridge['residual']):,.2f} unexplained, where 0.00 is tolerated." in told.err


def test_an_open_bridge_takes_the_certificate_from_an_answer_that_touches_both_sides(office: Office, file: str) -> None:
    sales = "semantic_layer/models/sales.yml"
    text = (office.folder / sales).read_text(encoding="utf-8")
    office.write(sales, text.replace("unit: usd, synonyms: [web sales]", CERTIFIED + " synonyms: [web sales]"))
    both = '{"metrics": ["sales", "online_sales"], "period": {"start": "2026-09-21", "end": "2026-09-28"}}'
    wide = both.replace("2026-09-21", "2026-05-01")

    closed = office.run("query", wide, "--as", "bea", "--json").json["badge"]
    office.edit(file, 'tolerance: "0.00"', 'tolerance: "1000000"')
    office.edit(file, OFFLINE, OFFLINE.replace("sign: 1", "sign: -1"))
    tolerated = office.run("query", wide, "--as", "bea", "--json").json["badge"]
    office.edit(file, 'tolerance: "1000000"', 'tolerance: "0.00"')
    opened = office.run("query", wide, "--as", "bea", "--json").json["badge"]

    assert closed["level"] == tolerated["level"] == "certified", closed
    assert opened["level"] == "team"
    assert "From all sales to online sales leaves" in opened["why"]


def test_an_answer_with_filters_has_its_bridge_under_the_same_filters(office: Office) -> None:
    body = '{"metrics": ["sales", "online_sales"], "where": [{"field": "region", "values": ["North"]}],' \
        ' "period": {"start": "2026-05-01", "end": "2026-08-01"}}'  # fmt: skip

    told = office.run("query", body, "--as", "bea", "--json").json

    assert told["bridges"][0]["lines"][0]["amount"] == told["rows"][0][0]


def test_an_answer_by_group_has_a_bridge_for_each(office: Office) -> None:
    body = (
        '{"metrics": ["sales", "online_sales"], "group_by": ["region"], "period": {"start": "2026-05-01", "end": "2026-08-01"}}'
    )

    told = office.run("query", body, "--as", "bea", "--json").json

    by_title = {bridge["title"]: bridge["lines"][0]["amount"] for bridge in told["bridges"]}
    assert by_title["From all sales to online sales: North"] == {row[0]: row[1] for row in told["rows"]}["North"]


def test_a_bridge_with_a_hidden_term_does_not_exist(office: Office, file: str) -> None:
    text = (office.folder / file).read_text(encoding="utf-8")
    office.write(file, text.replace("metric: offline_sales", "metric: headcount"))

    hidden = office.run("reconcile", "sales_bridge", "2026-07", "--as", "sam", "--json")
    unknown = office.run("reconcile", "salts_bridge", "2026-07", "--as", "sam", "--json")

    assert hidden.code == unknown.code == 1
    assert hidden.json["text"].replace("sales_bridge", "salts_bridge") == unknown.json["text"]


def test_a_misspelt_bridge_is_named_with_the_nearest(office: Office) -> None:
    told = office.run("reconcile", "sales_brige", "2026-07", "--as", "bea")

    assert told.code == 1
    assert "Did you mean `sales_bridge`" in told.err


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-Q2", "2026-04-01", "2026-07-01"),
        ("fy26", "2026-02-01", "2027-02-01"),
        ("FY26 Q4", "2026-11-01", "2027-02-01"),
        ("2026-W40", "2026-09-28", "2026-10-05"),
        ("2026-07-01", "2026-07-01", "2026-07-02"),
        ("2026-07-01..2026-07-15", "2026-07-01", "2026-07-16"),
        ("last month", "2026-08-01", "2026-09-01"),
    ],
)
def test_a_period_is_written_as_people_write_it(office: Office, period: str, start: str, end: str) -> None:
    told = office.run("reconcile", "sales_bridge", period, "--as", "bea", "--json").json

    assert told["query"]["period"] == {"start": start, "end": end}


@pytest.mark.parametrize("period", ["2026-13", "2026-W60", "2026-02-30", "2026-07-15..2026-07-01", "soon"])
def test_what_is_no_period_says_what_one_looks_like(office: Office, period: str) -> None:
    told = office.run("reconcile", "sales_bridge", period, "--as", "bea")

    assert told.code == 1
    assert "There is no period called" in told.err


def test_a_playbook_whose_bridge_does_not_close_loses_its_seal(office: Office, file: str) -> None:
    office.edit(file, OFFLINE, OFFLINE.replace("sign: 1", "sign: -1"))

    told = office.run("playbook", "run", "books/week", "--at", "2026-09-14T08:00+02:00", "--dry-run")

    assert told.code == 0, told.err
    assert "From all sales to online sales leaves" in told.out
