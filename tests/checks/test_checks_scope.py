"""`scope prove` finds nothing in what the compiler writes, and something as soon as any one of its predicates is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlglot import exp

from anabot.access.policy import parse_policy
from anabot.access.roles import roles_of
from anabot.checks.scope import Report, prove_scope
from anabot.errors import NotAllowed, UnknownName
from anabot.semantic import compiler, conditions, lower, masks, parse_registry, people, protect
from anabot.semantic.catalog import catalog_of
from anabot.semantic.meaning import Vocabulary
from anabot.semantic.plan import Aggregated, Joined, Scanned
from anabot.semantic.protect import Protection
from anabot.types import MaskRule, PeopleRule, Person, RowRule, UserId
from tests.tiny import tiny_files, tiny_registry

REGISTRY = tiny_registry()
ROLES = roles_of(parse_policy(tiny_files()["access.yml"], REGISTRY))
CLERK = next(grant for name, grant in ROLES.items() if name == "@shops-north")
ABOUT_CUSTOMERS = PeopleRule(
    metrics=frozenset({"customers_served", "orders_placed"}), person="customer", by=("tier", "channel"), k=5
)
MASKS = (
    MaskRule(model="customers", dimension="tier", form="hash", key="a key that is not known"),
    MaskRule(model="shops", dimension="opened_on", form="year"),
    MaskRule(model="regions", dimension="region", form="constant"),
    MaskRule(model="orders", dimension="channel", form="null"),
)
FOLDER = Path(__file__).parents[2] / "semantic_layer"


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """What names mean is kept by the catalog: a mutation must neither be masked by it nor outlive its test."""
    catalog_of.cache_clear()
    yield
    catalog_of.cache_clear()


def proved() -> Report:
    return prove_scope(REGISTRY, {"@shops-north": replace(CLERK, people=(ABOUT_CUSTOMERS,), masks=MASKS)})


@cache
def whole() -> Report:
    return prove_scope(REGISTRY, ROLES)


def test_every_role_metric_and_dimension_of_the_bakery_is_proved() -> None:
    report = whole()

    assert report.violations == ()
    assert report.combinations > 1_000
    assert str(report).endswith(" combinations, 0 violations")


def test_the_roles_are_every_group_and_pair_of_groups_in_every_place() -> None:
    assert {"nobody", "@books", "@shops", "@shops-north", "@shops-all", "@people", "@books + @people"} <= set(ROLES)
    assert any(name.startswith("@books in #") for name in ROLES)
    assert ROLES["nobody"].metrics == frozenset()


def test_the_roles_are_also_what_an_e_mail_makes_of_somebody_and_what_a_service_may_say() -> None:
    said = yaml.safe_load(tiny_files()["access.yml"])
    said["teams"] |= {"post": {"template": "clerks"}, "chief": {"sees": ["books"]}}
    said["templates"] = {"clerks": {"sees": ["company"], "deny": ["customers.tier"]}}
    said["emails"] = {"@crumb.example": "post", "ida@crumb.example": "chief"}
    said["services"] = {"morning": {"owner": "bea", "sees": ["company"], "deny": ["orders.channel"]}}
    roles = roles_of(parse_policy(yaml.safe_dump(said), REGISTRY))

    assert "customers.tier" in roles["@crumb.example"].denied
    assert {"cost", "sales"} <= roles["ida@crumb.example"].metrics
    assert roles["@books + @crumb.example"].denied == {"customers.tier"}
    assert "orders.channel" in roles["morning in #books"].denied
    assert prove_scope(REGISTRY, {"@crumb.example": roles["@crumb.example"]}).violations == ()


def test_halden_has_roles_with_rows_and_without(tmp_path: Path) -> None:
    registry = parse_registry({str(path.relative_to(FOLDER)): path.read_text() for path in sorted(FOLDER.rglob("*.yml"))})
    roles = roles_of(parse_policy((FOLDER / "access.yml").read_text(), registry))
    few = {name: roles[name] for name in ("nobody", "@ops-latam")}

    assert len(roles) > 50
    assert prove_scope(registry, few).violations == ()


def test_what_runs_on_postgresql_and_snowflake_is_proved_as_it_is_written_there() -> None:
    for dialect in ("postgres", "snowflake"):
        masked = replace(CLERK, people=(ABOUT_CUSTOMERS,), masks=MASKS)

        assert prove_scope(REGISTRY, {"@shops-north": masked}, dialects={"default": dialect}).violations == ()


def test_the_roles_are_also_what_a_table_of_people_makes_of_somebody_whatever_case_their_address_is_in() -> None:
    said = yaml.safe_load(tiny_files()["access.yml"])
    said["emails"] = {"Ida@Crumb.example": "shops"}
    said["people"] = {"model": "regions", "email": "country", "attributes": {"region": "region"}}
    policy = parse_policy(yaml.safe_dump(said), REGISTRY)
    roles = roles_of(policy)
    known = roles["@shops + what the table of people says"]

    assert known.rows[0].values == ("what the table says",)
    assert roles["@shops"].rows[0].values == ()
    assert prove_scope(REGISTRY, {"known": known}).violations == ()
    for address in ("ida@crumb.example", "IDA@CRUMB.EXAMPLE", "Ida@Crumb.example"):
        ida = Person(user=UserId("U1"), name="ida", email=address, confirmed=True)
        assert policy.decide(ida, None, [ida]).own.fingerprint() == roles["@shops"].fingerprint()


# Each mutation forgets one thing that the compiler does for a grant.


def _no_rules_at_a_base_scan(self: Protection, scan: Scanned, *, base: bool) -> Scanned:
    return SCAN(self, scan, base=base) if not base else _touched(self, scan)


def _no_rules_at_a_joined_scan(self: Protection, scan: Scanned, *, base: bool) -> Scanned:
    return SCAN(self, scan, base=base) if base else _touched(self, scan)


def _touched(self: Protection, scan: Scanned) -> Scanned:
    self.touched.add(scan.model.name)
    return scan


def _one_rule_too_few(self: Protection, scan: Scanned, *, base: bool) -> Scanned:
    found = SCAN(self, scan, base=base)
    return replace(found, only=found.only[:-1])


def _the_end_of_a_semi_join_left_open(self: Protection, *args: Any) -> exp.Expression:
    return ALLOWED(self, *args) if args[2] else exp.true()


def _a_semi_join_by_another_key(self: Protection, *args: Any) -> exp.Expression:
    tree = ALLOWED(self, *args)
    if isinstance(tree, exp.In) and tree.args.get("query") is not None:
        tree.args["query"].this.expressions[0].replace(exp.column("country", table="shops__regions"))
    return tree


def _what_cannot_be_restricted_is_let_through(self: Protection, model: Any, alias: str, rule: Any, *, base: bool) -> Any:
    return RULE(self, model, alias, rule, base=False)


def _a_part_left_out(self: Protection, part: Any) -> Any:
    if isinstance(part, Aggregated):
        for scan in _scans(part.rows):
            self.touched.add(scan.model.name)
        return part
    return PART(self, part)


def _scans(rows: Any) -> list[Scanned]:
    if isinstance(rows, Scanned):
        return [rows]
    if isinstance(rows, Joined):
        return [*_scans(rows.left), *_scans(rows.right)]
    return _scans(rows.rows) if hasattr(rows, "rows") else []


def _a_plain_table(scan: Scanned) -> exp.Expression:
    return lower.table(scan.model.relation, scan.alias)


def _any_of_the_rules(scan: Scanned) -> exp.Expression:
    return SCANNED(replace(scan, only=(exp.Or(this=scan.only[0], expression=exp.true()),))) if scan.only else SCANNED(scan)


def _any_value(*_: Any) -> exp.Expression:
    return exp.true()


def _all_but_the_values(*args: Any) -> exp.Expression:
    return exp.Not(this=exp.Paren(this=TRUE_ALLOWED(*args)))


def _nothing_denied(self: Vocabulary, slot: Any) -> bool:
    return False


def _denied_by_name_alone(self: Vocabulary, slot: Any) -> bool:
    return f"{slot.element.model}.{slot.element.name}" in (self.grant.denied if self.grant else ()) and slot.hops == ()


def _nothing_about_people(*_: Any) -> tuple[()]:
    return ()


def _by_whatever_is_asked(name: str, rule: Any, declared: Any, meaning: Any) -> str:
    return next(iter(declared), "job")


def _every_metric(self: Vocabulary, name: str) -> Any:
    return self.registry.metrics[name] if name in self.registry.metrics else METRIC(self, name)


def _hidden_is_forbidden(self: Vocabulary, name: str) -> Any:
    if name in self.registry.metrics and self.grant is not None and name not in self.grant.metrics:
        raise NotAllowed(f"You may not see `{name}` here.")
    return METRIC(self, name)


def _hidden_in_other_words(self: Vocabulary, name: str) -> Any:
    try:
        return METRIC(self, name)
    except UnknownName as error:
        raise UnknownName(f"There is no {'metric' if name in self.registry.metrics else 'word'} `{name}`.", name=name) from error


def _hidden_is_suggested(self: Vocabulary, name: str) -> Any:
    try:
        return METRIC(self, name)
    except UnknownName as error:
        raise UnknownName(error.what, name=name, nearest=tuple(self.registry.metrics)) from error


def _nothing_masked(tree: Any, *_: Any) -> Any:
    return tree


def _a_hash_with_another_key(column: Any, rule: Any, dialect: str, bind: Any) -> Any:
    return SEEN(column, replace(rule, key="of somebody else"), dialect, bind)


def _the_joined_left_as_they_are(scan: Any, *args: Any) -> None:
    if not isinstance(scan.parent_select.parent.parent if scan.parent_select.parent else scan.parent, exp.Join):
        MASK(scan, *args)


def _beside_its_mask(column: Any, *args: Any) -> Any:
    return exp.Coalesce(this=GIVEN(column, *args).unalias(), expressions=[column.copy()])


def _any_metric(*_: Any) -> None:
    return None


SEEN, MASK, GIVEN = masks.seen, masks._mask, masks._given
SCAN, ALLOWED, RULE, PART = Protection.scan, Protection._allowed, Protection._rule, Protection._part
SCANNED, METRIC, TRUE_ALLOWED = lower.scanned, Vocabulary.metric, conditions.allowed
MUTATIONS: list[tuple[Any, str, Callable[..., Any]]] = [
    (Protection, "scan", _no_rules_at_a_base_scan),
    (Protection, "scan", _no_rules_at_a_joined_scan),
    (Protection, "scan", _one_rule_too_few),
    (Protection, "_allowed", _the_end_of_a_semi_join_left_open),
    (Protection, "_allowed", _a_semi_join_by_another_key),
    (Protection, "_rule", _what_cannot_be_restricted_is_let_through),
    (Protection, "_part", _a_part_left_out),
    (lower, "scanned", _a_plain_table),
    (lower, "scanned", _any_of_the_rules),
    (protect.conditions, "allowed", _any_value),
    (protect.conditions, "allowed", _all_but_the_values),
    (Vocabulary, "denied", _nothing_denied),
    (Vocabulary, "denied", _denied_by_name_alone),
    (compiler, "masked", _nothing_masked),
    (compiler, "refuse_masked", _any_metric),
    (masks, "_mask", _the_joined_left_as_they_are),
    (masks, "_given", _beside_its_mask),
    (masks, "seen", _a_hash_with_another_key),
    (compiler, "people_of", _nothing_about_people),
    (people, "_one", _by_whatever_is_asked),
    (Vocabulary, "metric", _every_metric),
    (Vocabulary, "metric", _hidden_is_forbidden),
    (Vocabulary, "metric", _hidden_in_other_words),
    (Vocabulary, "metric", _hidden_is_suggested),
]


@pytest.mark.parametrize(("where", "name", "mutation"), MUTATIONS, ids=[each[2].__name__ for each in MUTATIONS])
def test_whatever_the_compiler_forgets_is_a_violation(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, mutation: Callable[..., Any]
) -> None:
    monkeypatch.setattr(where, name, mutation)

    assert proved().violations


def _every_key_allowed(*args: Any) -> exp.Select:
    keys = KEYS(*args)
    return keys.where(exp.true(), append=False)


def _no_keys_asked_for(key: Any, *_: Any) -> exp.Expression:
    return exp.true()


def _another_key(*args: Any) -> exp.Select:
    keys = KEYS(*args)
    keys.expressions[0].replace(exp.column("country", table=args[1]))
    return keys


KEYS, EQUAL = Protection._keys, conditions.allowed
MOVED = {name: replace(REGISTRY.models[name], connection="hr") for name in ("regions", "shops")}
APART = replace(REGISTRY, models={**REGISTRY.models, **MOVED})
NORTH = {"@shops-north": replace(CLERK, masks=MASKS)}
ANY_CASE = {"one": replace(CLERK, rows=(RowRule(model="regions", dimension="region", values=("north",), lower=True),))}


def test_rules_across_connections_and_past_upper_and_lower_case_are_proved_too() -> None:
    assert prove_scope(APART, NORTH).violations == ()
    assert prove_scope(REGISTRY, ANY_CASE).violations == ()


@pytest.mark.parametrize(
    ("where", "name", "mutation"),
    [
        (Protection, "_keys", staticmethod(_every_key_allowed)),
        (Protection, "_keys", staticmethod(_another_key)),
        (protect, "listed", _no_keys_asked_for),
        (protect.conditions, "allowed", _any_value),
        (compiler, "masked", _nothing_masked),
    ],
    ids=["every key", "another key", "no keys", "any value", "no mask"],
)
def test_whatever_is_forgotten_across_connections_is_a_violation_too(
    where: Any, name: str, mutation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, mutation)

    assert prove_scope(APART, NORTH).violations


def _as_it_is_written(dimension: Any, tree: exp.Expression, *args: Any) -> exp.Expression:
    return EQUAL(dimension, tree.this if isinstance(tree, exp.Lower) else tree, *args)


def test_a_rule_that_forgets_to_look_past_upper_and_lower_case_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protect.conditions, "allowed", _as_it_is_written)

    assert prove_scope(REGISTRY, ANY_CASE).violations


def test_the_rule_about_people_is_proved_too() -> None:
    assert proved().violations == ()


def test_a_violation_names_its_role_metric_dimension_and_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Vocabulary, "denied", _nothing_denied)

    assert "@shops-north: waiting_time by phone: is answered, although the dimension is denied" in [
        str(each) for each in proved().violations
    ]


def test_a_denied_column_is_looked_for_in_what_was_parsed_again_not_in_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_the_phone(*args: Any, **more: Any) -> Any:
        compiled = compiler.compile_query(*args, **more)
        if compiled.query.group_by == ("tier",):
            tree = compiled.prepared[0].tree.copy()
            tree.expressions[0].set("this", exp.column("phone", table="customers"))
            return replace(compiled, prepared=(replace(compiled.prepared[0], tree=tree),))
        return compiled

    monkeypatch.setattr("anabot.checks.scope.compile_query", with_the_phone)

    assert "books: orders_placed by tier: reads customers.phone, which is denied" in [
        str(each) for each in prove_scope(REGISTRY, {"books": replace(ROLES["@shops-all"], rows=())}).violations
    ]


def test_the_command_ends_with_the_count(
    bakery_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from anabot.commands.scope import prove

    monkeypatch.setattr("anabot.checks.scope.prove_scope", lambda *_, **__: whole())

    prove(as_json=False)

    assert capsys.readouterr().out.strip().splitlines()[-1] == str(whole())


@pytest.fixture
def bakery_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tiny = Path(__file__).parents[1] / "tiny"
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "cast.yml").write_text(yaml.safe_dump(yaml.safe_load((tiny / "cast.yml").read_text())))
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "SEMANTIC_LAYER": tiny / "semantic_layer",
        "PLAYBOOKS": tmp_path / "playbooks",
        "DIRECTORY": tmp_path / "cast.yml",
        "WAREHOUSE_URL": f"duckdb:///{tmp_path}/none.duckdb",
        "STORE_URL": f"sqlite:///{tmp_path}/store.db",
    }.items():
        monkeypatch.setenv(f"ANABOT_{name}", str(value))
    return tmp_path
