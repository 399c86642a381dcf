"""A connection that runs as the asker: each gets the rows that PostgreSQL's own policies leave to their role, and no others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from psycopg import sql

from anabot.access.faults import Known
from anabot.access.policy import Policy, parse_policy
from anabot.access.running_as import under
from anabot.bootstrap import open_house
from anabot.config import Settings
from anabot.engine import Engine, Intent, Outcome
from anabot.errors import NotAllowed, RegistryError, WarehouseError, WarehouseLacks
from anabot.people import PeopleTable
from anabot.semantic import parse_registry
from anabot.semantic.query import MetricQuery
from anabot.store import Store
from anabot.types import Channel, ChannelId, Grant, Person, Question, RunAs, Statement, UserId
from anabot.warehouses.connect import open_postgres
from anabot.warehouses.postgres import Postgres
from tests.access.test_access_people_table import ROSTER
from tests.tiny import tiny_files, tiny_registry
from tests.tiny.warehouse import build_postgres

REGISTRY = tiny_registry()
TEXT = """
classes: {company: {}, books: {}, people: {}}
groups: {north: north, south: south, late: late}
teams:
  north: {sees: [company, books], role: "north clerk"}
  south: {sees: company, role: {default: south}}
  late: {sees: company}
services:
  morning: {owner: bea, sees: company, role: south}
"""
NORTH, SOUTH = (
    Person(user=UserId(f"U{n}"), name=n, groups=frozenset({n}), email=f"{n}@x.example", confirmed=True)
    for n in ("north", "south")
)
ASKED = Intent(question_id="q", actor="U1", place="dm", kind="question")
BY_SHOP = MetricQuery(metrics=("orders_placed",), group_by=("shop_name",))


def policy(text: str = TEXT, *, told: bool = True, known: Known | None = None) -> Policy:
    return parse_policy(text, REGISTRY, run_as={"default": told}, known=known)


def granted(person: Person, **more: Any) -> Grant:
    return policy(**more).decide(person, None, [person]).own


class Gate:
    """The bakery behind one sign-in that holds nothing itself, and may take two roles, each with rows of its own."""

    def __init__(self, url: str, home: Path) -> None:
        self.admin = psycopg.connect(url, autocommit=True)
        self.roles = {name: f"{name}_{self.admin.info.dbname}" for name in ("gate", "north clerk", "south", "ana")}
        self._fill()
        self.warehouse = open_postgres(url.replace("ana@", f"{self.roles['gate']}@"), as_asker=True, user_setting="app.user")
        self.store = Store(f"sqlite:///{home}/ana.db")
        self.store.migrate()
        self.engine = Engine(
            lambda: SimpleNamespace(registry=REGISTRY),
            {"default": self.warehouse},
            self.store.audit,
            run_as={"default": self.roles["ana"]},
        )

    def _fill(self) -> None:
        run = self.admin.execute
        build_postgres(self.admin)
        run("ALTER TABLE crumb.shops ENABLE ROW LEVEL SECURITY")
        run("ALTER TABLE crumb.orders ENABLE ROW LEVEL SECURITY")
        gate, north, south, ana = (sql.Identifier(name) for name in self.roles.values())
        run(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT").format(gate))
        for role in (north, south, ana):
            run(sql.SQL("CREATE ROLE {0}; GRANT {0} TO {1}; GRANT USAGE ON SCHEMA crumb TO {0}").format(role, gate))
            run(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA crumb TO {}").format(role))
        run(sql.SQL("REVOKE SELECT ON crumb.costs FROM {}").format(north))
        one = "CREATE POLICY {} ON crumb.shops TO {} USING (region_id = {})"
        run(sql.SQL(one).format(sql.Identifier("n"), north, sql.Literal("north")))
        run(sql.SQL(one).format(sql.Identifier("s"), south, sql.Literal("south")))
        mine = "CREATE POLICY {} ON crumb.orders TO {} USING ({} = current_setting('app.user', true))"
        run(sql.SQL(mine).format(sql.Identifier("n"), north, sql.Literal("north@x.example")))
        run(sql.SQL(mine).format(sql.Identifier("s"), south, sql.Literal("south@x.example")))

    def grant(self, person: Person) -> Grant:
        own = granted(person)
        return replace(own, runs_as=tuple(replace(each, role=self.roles.get(each.role, each.role)) for each in own.runs_as))

    def asked(self, person: Person, query: MetricQuery = BY_SHOP) -> Outcome:
        return self.engine.run(query, self.grant(person), intent=ASKED)

    def shops(self, person: Person) -> set[Any]:
        return {row[0] for row in self.asked(person).table.rows} - {None}

    def close(self) -> None:
        self.warehouse.close()
        self.store.close()
        self.admin.execute(sql.SQL("DROP SCHEMA crumb CASCADE"))
        for name in self.roles.values():
            self.admin.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(name)))
        self.admin.close()


@pytest.fixture
def gate(postgres_url: str, tmp_path: Path) -> Iterator[Gate]:
    gate = Gate(postgres_url, tmp_path)
    yield gate
    gate.close()


@pytest.mark.postgres
def test_each_asker_gets_the_rows_of_their_own_role_in_turns_and_at_once(gate: Gate) -> None:
    for _ in range(3):
        assert gate.shops(NORTH) == {"Harbour", "Market"}
        assert gate.shops(SOUTH) == {"Castle"}

    with ThreadPoolExecutor(4) as several:
        found = list(several.map(lambda n: (n % 2, gate.shops((NORTH, SOUTH)[n % 2])), range(12)))

    assert all(shops == ({"Castle"} if odd else {"Harbour", "Market"}) for odd, shops in found)


@pytest.mark.postgres
def test_the_next_question_on_the_same_session_has_its_own_role_also_after_an_error(gate: Gate) -> None:
    assert isinstance(gate.warehouse, Postgres)
    with pytest.raises(WarehouseLacks, match="does not let this be read"):
        gate.asked(NORTH, MetricQuery(metrics=("cost",)))

    assert gate.shops(SOUTH) == {"Castle"}
    (session,) = gate.warehouse._idle
    assert session.execute("SELECT current_user, current_setting('app.user', true)").fetchone() == (gate.roles["gate"], "")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute("SELECT * FROM crumb.shops")
    session.rollback()


@pytest.mark.postgres
def test_a_policy_that_looks_at_who_asks_is_told(gate: Gate) -> None:
    somebody = replace(NORTH, email="Other@x.example")

    assert sum(row[1] for row in gate.asked(NORTH).table.rows) > 0
    assert gate.asked(somebody).table.rows == ()


@pytest.mark.postgres
def test_the_values_that_one_may_name_are_those_of_their_role(gate: Gate) -> None:
    north, south = (gate.engine.values(gate.grant(each)).by_dimension["shops", "shop_name"] for each in (NORTH, SOUTH))

    assert (set(north), set(south)) == ({"Harbour", "Market"}, {"Castle"})


@pytest.mark.postgres
def test_what_the_role_may_not_read_keeps_no_other_value_from_being_named(gate: Gate) -> None:
    known = gate.engine.values(gate.grant(NORTH)).by_dimension

    assert known["costs", "kind"] == ()
    assert known["shops", "shop_name"]


@pytest.mark.postgres
def test_a_role_that_ana_may_not_take_and_a_statement_without_one_are_refused(gate: Gate) -> None:
    stranger = replace(gate.grant(NORTH), runs_as=(RunAs(connection="default", role='postgres"; RESET ROLE; --', user="x"),))
    bare = Statement(connection="default", dialect="postgres", text="SELECT 1")

    with pytest.raises(WarehouseError, match="does not let Ana ask under your role"):
        gate.engine.run(BY_SHOP, stranger, intent=ASKED)
    with pytest.raises(WarehouseError, match="runs as the asker, and nobody is named"):
        gate.warehouse.run(bare, max_rows=1, max_bytes=1_000, timeout_s=5)


@pytest.mark.postgres
def test_who_has_no_role_is_refused_on_record_and_no_statement_runs(gate: Gate) -> None:
    late = Person(user=UserId("U3"), name="late", groups=frozenset({"late"}), email="late@x.example", confirmed=True)

    with pytest.raises(NotAllowed, match="a role of their own, and there is none for you"):
        gate.asked(late)

    (entry,) = gate.store.audit.list(5)
    assert entry.status == "forbidden"
    gate.asked(NORTH)
    assert f"`default` answers them as {granted(NORTH).runs_as[0].role}." in gate.store.audit.list(1)[0].why
    assert gate.engine.values(gate.grant(late)).by_dimension["shops", "shop_name"] == ()


@pytest.mark.postgres
def test_what_ana_asks_herself_runs_under_a_role_of_her_own(gate: Gate) -> None:
    assert gate.engine.freshness().keys() == {"till", "books", "people"}


def test_services_and_teams_have_the_roles_that_the_file_says_and_nobody_else_has_one() -> None:
    here = Channel(channel=ChannelId("C1"), name="general")
    both = replace(NORTH, groups=frozenset({"north", "south"}))

    assert granted(NORTH).runs_as == (RunAs(connection="default", role="north clerk", user="north@x.example"),)
    assert granted(both).runs_as == granted(NORTH).runs_as  # the first team's
    assert granted(SOUTH, told=False).runs_as == (RunAs(connection="default", role="south"),)
    assert granted(replace(SOUTH, confirmed=False)).runs_as == ()
    assert policy().serve("morning", here, [SOUTH]).grant.runs_as == (RunAs(connection="default", role="south", user="morning"),)
    assert (
        parse_policy(
            TEXT.replace(', role: "north clerk"', "").replace(", role: {default: south}", "").replace(", role: south", ""),
            REGISTRY,
        )
        .decide(NORTH, None, [])
        .own.runs_as
        == ()
    )


def test_the_nearest_of_defaults_template_and_team_says_the_role() -> None:
    text = TEXT.replace("teams:", "defaults: {role: {default: anybody}}\ntemplates: {desk: {role: desk}}\nteams:", 1)
    text = text.replace("late: {sees: company}", "late: {sees: company, template: desk}")
    late = replace(NORTH, groups=frozenset({"late"}))

    assert [each.role for each in granted(late, text=text).runs_as] == ["desk"]
    assert [each.role for each in granted(NORTH, text=text).runs_as] == ["north clerk"]


def test_grants_under_other_roles_or_for_other_people_share_nothing_that_is_kept() -> None:
    one, two = granted(NORTH), granted(replace(NORTH, email="other@x.example"))

    assert one.fingerprint() != two.fingerprint()
    assert granted(NORTH, told=False).fingerprint() == granted(replace(NORTH, email="other@x.example"), told=False).fingerprint()


def test_a_strict_class_is_not_said_where_a_member_asks_under_another_role() -> None:
    text = TEXT.replace("company: {}", "company: {strict: true}") + "channels: {'#floor': {owner: bea, says: company}}\n"
    floor = Channel(channel=ChannelId("C1"), name="floor")

    assert policy(text, told=False).decide(NORTH, floor, [NORTH, replace(NORTH, user=UserId("U9"))]).grant.metrics
    assert not policy(text, told=False).decide(NORTH, floor, [NORTH, SOUTH]).grant.metrics


def test_only_a_question_of_the_house_runs_under_the_house_s_role() -> None:
    statement, run_as = Statement(connection="default", dialect="postgres", text="SELECT 1"), {"default": "ana"}
    house = Grant(subject="ana", audience="ana", house=True)

    assert under(statement, house, run_as).role == "ana"
    assert under(statement, house, {}).role == ""
    for grant, roles in ((replace(house, house=False), run_as), (house, {"default": ""})):
        with pytest.raises(NotAllowed):
            under(statement, grant, roles)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("role: {default: south}", "role: {other: south}", r"`other` does not run as the asker"),
        ("role: {default: south}", "role: none", r"is no name of a role"),
        ("role: {default: south}", "role: 'a\tb'", r"is no name of a role"),
        ("owner: bea", "owner: bea", r"Team `late` has no `role` on `default`"),
    ],
)
def test_a_role_that_cannot_work_or_is_missing_is_named(before: str, after: str, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        policy(TEXT.replace(before, after), known=Known())


@pytest.mark.postgres
def test_a_table_of_people_behind_it_is_read_under_the_house_s_role(gate: Gate) -> None:
    gate.admin.execute("CREATE TABLE crumb.roster AS SELECT 1 AS person_id, 'north@x.example' AS email, 'North' AS area")
    gate.admin.execute(sql.SQL("GRANT SELECT ON crumb.roster TO {}").format(sql.Identifier(gate.roles["ana"])))
    registry = parse_registry({**tiny_files(), "models/roster.yml": ROSTER})
    spec = TEXT.replace("teams:", "people: {model: roster, email: email, attributes: {region: area_name}}\nteams:", 1)
    spec = spec.replace(
        "south: {sees: company,", "south: {rows: [{model: regions, dimension: region, attribute: region}], sees: company,"
    )
    rules = parse_policy(spec, registry, run_as={"default": True})
    engine = Engine(
        lambda: SimpleNamespace(registry=registry),
        {"default": gate.warehouse},
        gate.store.audit,
        run_as={"default": gate.roles["ana"]},
    )

    table = PeopleTable(lambda: SimpleNamespace(registry=registry, policy=rules), engine)

    assert table({"north@x.example"}) == {"north@x.example": (("region", ("North",)),)}


@pytest.mark.postgres
def test_a_whole_house_answers_each_under_their_own_role(gate: Gate, tmp_path: Path) -> None:
    url = gate.admin.info
    host, database = url.host, url.dbname
    for path, text in tiny_files().items():
        (tmp_path / "layer" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "layer" / path).write_text(text)
    roles = f'{{sees: [company, books], role: "{gate.roles["north clerk"]}"}}', f"{{sees: company, role: {gate.roles['south']}}}"
    said = TEXT.replace('{sees: [company, books], role: "north clerk"}', roles[0]).replace(
        "{sees: company, role: {default: south}}", roles[1]
    )
    (tmp_path / "layer" / "access.yml").write_text(said)
    people = "north: {id: U1, name: North, groups: [north], email: north@x.example}"
    people += "\n  south: {id: U2, name: South, groups: [south], email: south@x.example}"
    (tmp_path / "cast.yml").write_text(f"people:\n  {people}\n  bea: {{id: U3, name: Bea}}\nchannels: {{}}\n")
    entry = f"url: 'postgresql://{gate.roles['gate']}@/{database}?host={host}', run_as: asker, own_role: {gate.roles['ana']}"
    (tmp_path / "connections.yml").write_text(f"default: {{{entry}, user_setting: app.user}}\n")
    (tmp_path / "playbooks").mkdir()
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        connections=tmp_path / "connections.yml",
        store_url=f"sqlite:///{tmp_path}/house.db",
        semantic_layer=tmp_path / "layer",
        playbooks=tmp_path / "playbooks",
        directory=tmp_path / "cast.yml",
        cache=tmp_path / "cache",
        now=dt.datetime(2026, 9, 15, tzinfo=dt.UTC),
    )

    with open_house(settings) as house:
        shops = {}
        for name in ("north", "south", "north"):
            person = house.directory.person(name)
            assert person is not None
            answer = house.asker.ask(Question(question_id=f"q{len(shops)}", text="orders by shop in 2025", person=person))
            assert answer.table is not None, answer.text
            shops[name] = {row[0] for row in answer.table.rows} - {None}

    assert shops == {"north": {"Harbour", "Market"}, "south": {"Castle"}}
