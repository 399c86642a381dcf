"""A masked column is seen as its mask leaves it, in whatever way somebody asks, and nothing else is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
import sqlglot
from sqlglot import exp

from anabot.access import guard
from anabot.access.faults import Known
from anabot.access.policy import parse_policy
from anabot.access.statements import checked_before
from anabot.engine import Engine, Intent
from anabot.errors import NotAllowed, RegistryError, UnsafeQuery
from anabot.semantic import compile_query, display_sql, render
from anabot.semantic.masks import masks_of
from anabot.semantic.query import MetricQuery
from anabot.store import Store
from anabot.types import Channel, ChannelId, Grant, MaskRule, Person, UserId
from anabot.warehouses.connect import open_warehouse
from tests.tiny import tiny_files, tiny_registry
from tests.tiny.warehouse import build, build_postgres, rows

REGISTRY = tiny_registry()
TEXT = tiny_files()["access.yml"]
KEY = "only this bakery has this key"
ASKED = Intent(question_id="q", actor="U1", place="dm", kind="question")
YEAR = {"start": "2026-01-01", "end": "2027-01-01"}
MASKS = (
    "mask: {customers.phone: last4, customers.tier: hash, shops.opened_on: year, orders.channel: null, "
    "order_lines.product: constant}"
)
MASKED = TEXT.replace(
    "books: {sees: [company, books], lists: [people]}", f"books: {{sees: [company, books], lists: [people], {MASKS}}}"
)


def granted(text: str = MASKED, *groups: str, key: str = KEY) -> Grant:
    person = Person(user=UserId("U1"), name="one", groups=frozenset(groups or ("books",)))
    return parse_policy(text, REGISTRY, mask_key=key).decide(person, None, [person]).own


def query(**said: Any) -> MetricQuery:
    return MetricQuery.model_validate({"period": YEAR, **said})


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The bakery behind a DuckDB file, or behind a PostgreSQL server."""
    build(tmp_path / "w.duckdb")
    url = f"duckdb:///{tmp_path}/w.duckdb"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        with psycopg.connect(url) as server:
            build_postgres(server)
    store = Store(f"sqlite:///{tmp_path}/ana.db")
    store.migrate()
    warehouse = open_warehouse(url)
    yield Engine(lambda: SimpleNamespace(registry=REGISTRY), {"default": warehouse}, store.audit)
    warehouse.close()
    store.close()


def hashed(value: str, key: str = KEY) -> str:
    return hashlib.sha256(f"{key}{value}".encode()).hexdigest()[:16]


def test_groups_filters_and_lists_see_the_mask_alone(door: Engine) -> None:
    def asked(grant: Grant, **said: Any) -> list[tuple[Any, ...]]:
        return list(door.run(query(**said), grant, intent=ASKED).table.rows)

    free, books = granted(TEXT), granted()
    plain = dict(asked(free, metrics=["orders_placed"], group_by=["tier"]))
    seen = dict(asked(books, metrics=["orders_placed"], group_by=["tier"]))
    phones = {row[0] for row in asked(books, metrics=["orders_placed"], group_by=["phone"])}
    opened = {row[0] for row in asked(books, metrics=["orders_placed"], group_by=["opened_on"])}

    assert seen == {tier and hashed(tier): count for tier, count in plain.items()}
    assert phones <= {None, *(f"…{phone[-4:]}" if len(phone) >= 8 else "…" for *_, phone in rows()["customers"] if phone)}
    assert len(phones) > 1
    assert opened <= {None, *(day.replace(month=1, day=1) for *_, day in rows()["shops"])}
    assert asked(books, metrics=["orders_placed"], group_by=["channel"]) == [(None, sum(plain.values()))]
    assert {row[0] for row in asked(books, metrics=["sales"], group_by=["product"])} == {"masked"}
    for value, count in (("gold", 0), (hashed("gold"), plain["gold"])):
        where = [{"field": "tier", "op": "eq", "values": [value]}]
        assert asked(books, metrics=["orders_placed"], where=where) == [(count,)]
    tiers = tuple(sorted(map(hashed, ("gold", "silver", "bronze"))))
    assert asked(books, metrics=[], group_by=["tier"], period=None) == [*((each,) for each in tiers), (None,)]
    assert door.values(books).by_dimension["customers", "tier"] == tiers
    assert not door.values(books).by_dimension.get(("orders", "channel"))
    assert set(door.values(free).by_dimension["customers", "tier"]) == {"gold", "silver", "bronze"}


def test_an_answer_says_what_is_seen_masked(door: Engine) -> None:
    outcome = door.run(query(metrics=["orders_placed"], group_by=["tier"]), granted(), intent=ASKED)
    plain = door.run(query(metrics=["orders_placed"], group_by=["region"]), granted(), intent=ASKED)

    assert outcome.notes == ("Shown masked: Tier.",)
    assert plain.notes == ()
    assert KEY not in outcome.sql[0][1]


def test_a_row_rule_compares_what_is_there_and_not_the_mask(door: Engine) -> None:
    text = TEXT.replace('deny: ["customers.phone"]', 'deny: ["customers.phone"]\n    mask: {regions.region: null}')
    north = granted(text, "shops-north")

    table = door.run(query(metrics=["sales"], group_by=["region"]), north, intent=ASKED).table
    whole = door.run(query(metrics=["sales"]), granted(TEXT, "shops-north"), intent=ASKED).table

    assert table.rows == ((None, whole.rows[0][0]),)


@pytest.mark.parametrize("metric", ["online_sales", "offline_sales"])
def test_a_metric_that_is_made_of_a_masked_column_is_refused_and_its_column_not_named(metric: str) -> None:
    with pytest.raises(NotAllowed, match="made of something that you may only see masked") as caught:
        compile_query(REGISTRY, query(metrics=[metric]), granted())

    assert "channel" not in str(caught.value)


def test_a_metric_timed_by_a_masked_time_is_refused() -> None:
    timed = replace(granted(TEXT), masks=(MaskRule(model="orders", dimension="ordered_on", form="year"),))

    with pytest.raises(NotAllowed, match="only see masked"):
        compile_query(REGISTRY, query(metrics=["orders_placed"]), timed)


def test_without_a_key_a_hash_shows_nothing() -> None:
    rule = next(each for each in granted(key="").masks if each.name == "customers.tier")

    assert (rule.form, rule.key) == ("null", "")


def test_who_is_in_two_teams_sees_the_stricter_mask_of_each_column_on_every_model_of_its_table() -> None:
    text = MASKED.replace('deny: ["customers.phone"]', "mask: {customers.phone: null, customers.tier: hash}")
    both = granted(text, "books", "shops-all")
    two = (
        MaskRule(model="customers", dimension="tier", form="last4"),
        MaskRule(model="customers", dimension="tier", form="null"),
    )

    assert {each.name: each.form for each in both.masks if each.model == "customers"} == {
        "customers.phone": "null",
        "customers.tier": "hash",
    }
    assert masks_of(REGISTRY, two)[REGISTRY.models["customers"].relation]["tier"].form == "null"


def test_a_channel_masks_what_is_said_there_and_a_strict_class_waits_for_whoever_sees_it_masked() -> None:
    text = TEXT.replace(
        '"#people": {owner: pia, says: [company, people]}',
        '"#people": {owner: pia, says: [company, people], mask: {staff.job: null}}',
    )
    pia = Person(user=UserId("U1"), name="pia", groups=frozenset({"people"}))
    ida = Person(user=UserId("U2"), name="ida", groups=frozenset({"people", "shops-all"}))
    place = Channel(channel=ChannelId("C1"), name="people")
    masked = text.replace('deny: ["customers.phone"]', 'deny: ["customers.phone"]\n    mask: {regions.region: null}').replace(
        'deny: ["staff.rating"]', 'deny: ["staff.rating", "customers.phone"]'
    )

    here = parse_policy(text, REGISTRY).decide(pia, place, [pia])
    both = parse_policy(masked, REGISTRY).decide(pia, place, [pia, ida])

    assert [each.name for each in here.grant.masks] == ["staff.job"]
    assert here.own.masks == ()
    assert "headcount" in here.grant.metrics
    assert "headcount" in both.held


def test_grants_with_other_masks_or_another_key_share_nothing_that_is_kept() -> None:
    free, masked, elsewhere = granted(TEXT), granted(), granted(key="another key than that one")

    assert len({free.fingerprint(), masked.fingerprint(), elsewhere.fingerprint()}) == 3
    assert KEY not in repr(masked)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "snowflake"])
def test_the_guard_refuses_a_masked_column_that_is_read_as_it_is(dialect: str) -> None:
    grant = granted()
    whole = compile_query(REGISTRY, query(metrics=["orders_placed"], group_by=["tier", "phone"]), grant, dialect=dialect)
    ((statement, _),) = checked_before(REGISTRY, whole, grant)
    mask = sqlglot.parse_one(statement.text, read=dialect)
    (tier,) = [each for each in mask.find_all(exp.Alias) if each.alias == "tier" and each.find(exp.Left)]
    tier.replace(exp.column("tier", table="customers"))
    free = compile_query(REGISTRY, query(metrics=["orders_placed"], group_by=["tier"]), granted(TEXT), dialect=dialect)

    for text in (mask.sql(dialect=dialect), render(free.prepared[0]).text):
        with pytest.raises(UnsafeQuery, match=r"(customers\.tier|orders\.channel)`, which is masked"):
            guard.check(replace(statement, text=text), relations=whole.relations, masks=masks_of(REGISTRY, grant.masks))


def test_what_people_read_as_sql_holds_no_key() -> None:
    compiled = compile_query(REGISTRY, query(metrics=["orders_placed"], group_by=["tier"]), granted())

    assert KEY in render(compiled.prepared[0]).params
    assert KEY not in display_sql(compiled.prepared[0])


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        ("customers.tear: hash", r"no dimension `customers.tear`.*`customers.tier`"),
        ("customers.tier: year", r"`customers.tier` cannot be masked as `year`.*It is no time"),
        ("shops.opened_on: hash", r"cannot be masked as `hash`.*It is a time"),
        ("orders.is_gift: last4", r"cannot be masked as `last4`.*It is boolean"),
        ("customers.tier: blur", r"It must be 'null'"),
        ("staff.rating: null", r"`staff.rating` is masked for nothing.*Nothing that is seen"),
        ("customers.phone: last4", r"`customers.phone` is masked for nothing.*It is denied anyway"),
    ],
)
def test_a_mask_that_cannot_hold_or_changes_nothing_is_named(mask: str, said: str) -> None:
    text = TEXT.replace('deny: ["customers.phone"]', f'deny: ["customers.phone"]\n    mask: {{{mask}}}')

    with pytest.raises(RegistryError, match=f"(?s){said}"):
        parse_policy(text, REGISTRY, known=Known())


def test_a_column_that_tables_are_joined_by_is_not_masked() -> None:
    files = {
        name: text.replace("{name: tier, type: categorical}", "{name: card, type: categorical}", 1)
        for name, text in tiny_files().items()
    }
    files["models/geography.yml"] = files["models/geography.yml"].replace(
        "  - name: customer_id\n    entity: {name: customer, type: primary}\n",
        "  - name: customer_id\n    entity: {name: customer, type: primary}\n    dimension: {name: number, type: categorical}\n",
    )
    from anabot.semantic import parse_registry

    registry = parse_registry(files, governed=False)
    text = TEXT.replace('deny: ["customers.phone"]', "mask: {customers.number: hash}")

    with pytest.raises(RegistryError, match="a column that tables are joined by"):
        parse_policy(text, registry)
