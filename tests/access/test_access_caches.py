"""What is kept for one person never answers another: every cache of the house is listed here, with why nobody colder reads it.

A house that has answered everybody answers each as one that has answered nobody but them; and where a cache is made to forget
whose it is, it does not, so that the comparison is known to notice.
"""

from __future__ import annotations

import ast
import datetime as dt
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from halden_data import Halden

from anabot.access import guard
from anabot.access.proof import Rule
from anabot.agent import prompt
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.lexicons import Lexicons
from anabot.bootstrap import House, open_house
from anabot.config import Settings
from anabot.engine import Engine, Intent
from anabot.errors import UnsafeQuery
from anabot.semantic import compiler, find
from anabot.semantic.meaning import Meaning, Vocabulary
from anabot.semantic.query import MetricQuery
from anabot.types import Grant, Question, RowRule, Statement
from anabot.wire import answer_json
from tests.tiny import FOLDER
from tests.tiny.warehouse import build

ROOT = Path(__file__).parents[2] / "anabot"
GRANT = "by the grant"
PLAIN = "of names and definitions, before any grant is looked at"
ONE = "of one question, statement, run or answer, and gone with it"
WHO = "by who it is, and the grant is decided anew from it"
HOUSE = "of the house itself: what is running, loaded or checked"
CACHES = {
    "access/crowds.py:_known": ONE,
    "access/guard.py:_looked_at": "of a text and the tables it may read; row rules are proved each time",
    "access/privacy.py:cells": ONE,
    "access/privacy.py:within": ONE,
    "agent/offline/lexicon.py:nearby": GRANT,
    "agent/offline/lexicon.py:entries": GRANT,
    "agent/offline/lexicon.py:loose": GRANT,
    "agent/offline/lexicon.py:longest": GRANT,
    "agent/offline/lexicon.py:value_roots": GRANT,
    "agent/offline/lexicon.py:headed": GRANT,
    "agent/offline/lexicon.py:parts": GRANT,
    "agent/offline/lexicon.py:numbered": GRANT,
    "agent/offline/lexicon.py:numbers": GRANT,
    "agent/offline/lexicon.py:_reached": GRANT,
    "agent/offline/lexicon.py:_naming": GRANT,
    "agent/offline/lexicon.py:_deeds": GRANT,
    "agent/offline/lexicon.py:_whole": GRANT,
    "agent/offline/lexicons.py:_kept": GRANT,
    "agent/offline/nearby.py:_length": GRANT,
    "agent/offline/nearby.py:_phrases": GRANT,
    "agent/offline/nearby.py:_words": GRANT,
    "agent/offline/text.py:words": PLAIN,
    "agent/prompt.py:tool_definitions": PLAIN,
    "agent/prompt.py:_digest": GRANT,
    "agent/prompt.py:_digest_bytes": PLAIN,
    "bootstrap.py:learning": HOUSE,
    "bootstrap.py:proposing": HOUSE,
    "bootstrap.py:runner": HOUSE,
    "bootstrap.py:replayer": HOUSE,
    "checks/scope.py:_dimensions": ONE,
    "checks/scope.py:_closed": ONE,
    "checks/scope.py:_invented": ONE,
    "checks/scope.py:_known": ONE,
    "engine.py:_indexes": GRANT,
    "engine.py:_crowds": GRANT,
    "engine.py:_loads": HOUSE,
    "people.py:_kept": WHO,
    "playbooks/due.py:_schedules": HOUSE,
    "playbooks/files.py:tables": "of one digest, made for it and dropped with it",
    "playbooks/templates.py:globals": HOUSE,
    "semantic/catalog.py:catalog_of": PLAIN,
    "semantic/catalog.py:_reach": PLAIN,
    "semantic/catalog.py:_slots": PLAIN,
    "semantic/catalog.py:_leaves": PLAIN,
    "semantic/catalog.py:meanings": "by what the grant denies, which is all that it looks at",
    "semantic/catalog.py:formulas": PLAIN,
    "semantic/catalog.py:plans": "by all that the grant permits",
    "semantic/crossed.py:keys": ONE,
    "semantic/definitions.py:definition_hash": PLAIN,
    "semantic/formula.py:needs": ONE,
    "semantic/masks.py:masks_of": "by the masks themselves",
    "semantic/masks_kept.py:made_of": PLAIN,
    "semantic/names.py:_laid_out": "of the very names that may be suggested",
    "semantic/parsed.py:_read": PLAIN,
    "semantic/parsed.py:_used": PLAIN,
    "semantic/present.py:_known": ONE,
    "semantic/protect.py:_named": ONE,
    "semantic/recent.py:_held": "by the key that it is given",
    "semantic/regroup.py:_things": ONE,
    "semantic/render.py:text": "of one tree, with no value in it",
    "semantic/search.py:_index": PLAIN,
    "semantic/search.py:_elements": "by the metrics that are granted and what is denied",
    "semantic/search.py:_split": PLAIN,
    "semantic/search.py:places": PLAIN,
    "semantic/source.py:_gone": ONE,
    "semantic/trees.py:_reserved": PLAIN,
    "semantic/trees.py:_quoted": PLAIN,
    "semantic/trees.py:_type": PLAIN,
    "semantic/values.py:_folded": GRANT,
    "slack/identity.py:_kept": WHO,
    "slack/poster.py:_files": HOUSE,
    "standing.py:_checked": HOUSE,
    "store/audit.py:_opened": ONE,
    "store/examining.py:_named": ONE,
    "store/kept.py:_kept": "by the key that it is given",
    "store/keys.py:_held": WHO,
    "types.py:_fingerprint": GRANT,
    "warehouses/child.py:_running": ONE,
    "warehouses/federation.py:_given": ONE,
    "warehouses/snowflake.py:_pools": "by the role that its sessions have, and never change",
    "warehouses/snowflake.py:_running": ONE,
    "watch.py:_looked": WHO,
    "worker/clock.py:_busy": HOUSE,
    "worker/pulse.py:_looks": HOUSE,
}


def test_every_cache_is_listed_with_why_nobody_colder_reads_it() -> None:
    found = {f"{path.relative_to(ROOT)}:{name}" for path in ROOT.rglob("*.py") for name in _caches(path)}

    assert found == set(CACHES)


def _caches(path: Path) -> Iterator[str]:
    """Whatever a file keeps: functions that remember their answers, and mappings that begin empty and stay with an object."""
    if path.is_relative_to(ROOT / "workspace"):  # the demo's small Slack, which knows of no grant
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef() if any(
                _called(one) in ("lru_cache", "cache", "cached_property") for one in node.decorator_list
            ):
                yield node.name
            case ast.Assign(targets=[ast.Attribute(attr=name)]) | ast.AnnAssign(target=ast.Attribute(attr=name)):
                if _called(node.value) in ("Kept", "Lately", "Recent", "OrderedDict") or ast.unparse(node.value or node) == "{}":
                    yield name
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(keywords=keywords)) if name.startswith("_"):
                if any(one.arg == "default_factory" and ast.unparse(one.value) in ("dict", "OrderedDict") for one in keywords):
                    yield name


def _called(node: ast.expr | None) -> str:
    return ast.unparse(node.func if isinstance(node, ast.Call) else node) if node is not None else ""


# A bakery that has answered everybody

PEOPLE = ("bea", "pia", "sam", "nora")
ASKED = (
    "sales by region last quarter",
    "sales in Castle last quarter",
    "sales in Harbour last quarter",
    "which shops are there?",
    "which regions are there?",
    "margin by shop last quarter",
    "headcount by job",
    "paid hours of bakers last month",
    "orders by phone",
    "orders of flour",
    "costs by kind this year",
    "what can you do",
    "castel sales",
    "hedcount",
)
TYPED: tuple[dict[str, Any], ...] = (
    {"metrics": ["orders_placed"], "group_by": ["phone"]},
    {"metrics": ["orders_placed"], "group_by": ["customer__phone"], "limit": 3},
    {"metrics": ["sales"], "where": [{"field": "region", "values": ["South"]}]},
    {"metrics": ["headcount"], "group_by": ["rating"]},
    {"metrics": ["headcount"], "group_by": ["job"]},
)


@pytest.fixture(scope="module")
def bakery_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cached-bakery") / "bakery.duckdb"
    build(path)
    return path


@contextmanager
def a_house(warehouse: Path, folder: Path) -> Iterator[House]:
    folder.mkdir()
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        warehouse_url=f"duckdb:///{warehouse}",
        store_url=f"sqlite:///{folder}/ana.db",
        checkpoints=folder / "checkpoints",
        cache=folder / "cache",
        semantic_layer=FOLDER,
        playbooks=folder,
        directory=FOLDER.parent / "cast.yml",
        now=dt.datetime(2026, 10, 5, 14, 58, tzinfo=dt.UTC),
    )
    with open_house(settings) as house:
        yield house


def told(house: House, handle: str) -> list[Any]:
    """All that somebody is told who asks everything, without what differs from one asking to the next."""
    person = house.directory.person(handle)
    assert person is not None
    answers = [
        house.asker.ask(Question(question_id=f"{handle}:{number}", text=text, person=person)) for number, text in enumerate(ASKED)
    ]
    answers += [house.asker.run(MetricQuery.model_validate(query), person) for query in TYPED]
    grant = house.asker.decision(person, None).own
    registry, values = house.standing().registry, house.engine.values(grant)
    looked = [find(registry, text, grant, values) for text in ("phone", "castle", "rating", "headcount", "cost kind")]
    bare = [{**answer_json(one), "timings_ms": {}, "receipt": "", "as_of": ""} for one in answers]
    return [*bare, looked, dict(values.by_dimension), prompt.digest(registry, grant)]


@pytest.fixture(scope="module")
def alone(bakery_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Any]]:
    """What each is told by a house that nobody else has ever asked."""
    found = {}
    for handle in PEOPLE:
        with a_house(bakery_file, tmp_path_factory.mktemp("alone") / handle) as house:
            found[handle] = told(house, handle)
    return found


def test_a_house_that_has_answered_everybody_answers_each_as_if_alone(
    bakery_file: Path, tmp_path: Path, alone: Mapping[str, list[Any]]
) -> None:
    with a_house(bakery_file, tmp_path / "warm") as house:
        for handle in PEOPLE:
            told(house, handle)

        for handle in reversed(PEOPLE):
            assert told(house, handle) == alone[handle], handle


def forget_the_grant(patch: pytest.MonkeyPatch) -> None:
    """All grants have one fingerprint."""
    patch.setattr(Grant, "fingerprint", lambda self: "same")


def forget_whose_values(patch: pytest.MonkeyPatch) -> None:
    """Values that may be named are kept for all."""
    patch.setattr(
        Engine, "values", lambda self, grant: self._indexes.get("all", lambda: self._index(self._current().registry, grant))
    )


def forget_whose_words(patch: pytest.MonkeyPatch) -> None:
    """One lexicon is kept for all."""
    kept: dict[int, Lexicon] = {}
    patch.setattr(
        Lexicons, "of", lambda self, registry, grant, values: kept.setdefault(id(registry), Lexicon(registry, grant, values))
    )


def forget_what_is_denied(patch: pytest.MonkeyPatch) -> None:
    """What a name means is kept whatever is denied."""

    def meaning(self: Vocabulary, name: str, leaves: Any, taken: Any = ()) -> Meaning:
        key = (tuple(self.metrics), tuple(leaves), name, tuple(taken))
        if key not in self.catalog.meanings:
            self.catalog.meanings[key] = self._meaning(name, leaves, taken)
        found: Meaning = self.catalog.meanings[key]
        return found

    patch.setattr(Vocabulary, "meaning", meaning)


def forget_whose_plans(patch: pytest.MonkeyPatch) -> None:
    """What was compiled is kept whatever the grant permits."""
    patch.setattr(Grant, "permits", lambda self: ())
    patch.setattr(compiler, "_recalled", compiler._recalled.__wrapped__)  # type: ignore[attr-defined]
    patch.setattr(guard, "prove", lambda *_, **__: None)


def forget_whose_elements(patch: pytest.MonkeyPatch) -> None:
    """The dimensions that a search may find are kept for all."""
    _keep_first(patch, sys.modules["anabot.semantic.search"], "_elements")


def forget_whose_digest(patch: pytest.MonkeyPatch) -> None:
    """What a model is told of the metrics is kept for all."""
    _keep_first(patch, prompt, "_digest")


def _keep_first(patch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    make, kept = getattr(module, name), list[Any]()

    def first(*given: Any) -> Any:
        kept[:] = kept or [make(*given)]
        return kept[0]

    patch.setattr(module, name, first)


BROKEN = (
    forget_the_grant,
    forget_whose_values,
    forget_whose_words,
    forget_what_is_denied,
    forget_whose_plans,
    forget_whose_elements,
    forget_whose_digest,
)


@pytest.mark.parametrize("forget", BROKEN, ids=lambda forget: forget.__name__)
def test_a_cache_that_forgets_whose_it_is_tells_somebody_colder(
    forget: Callable[[pytest.MonkeyPatch], None],
    bakery_file: Path,
    tmp_path: Path,
    alone: Mapping[str, list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forget(monkeypatch)
    with a_house(bakery_file, tmp_path / "warm") as house:
        told(house, "bea")
        told(house, "pia")

        assert told(house, "nora") != alone["nora"]


# The guard and the crowds


def test_a_text_that_was_looked_at_is_refused_over_other_tables_and_proved_under_other_rules() -> None:
    statement = Statement(connection="default", dialect="duckdb", text="SELECT s.amount FROM shop.sales AS s")
    rule = Rule(
        relation=("shop", "sales"),
        dimension=(True, frozenset({"region"})),
        values=("North",),
        joins=frozenset(),
        apart=frozenset(),
    )

    guard.check(statement, relations={("shop", "sales")})

    with pytest.raises(UnsafeQuery, match=r"the table shop\.sales"):
        guard.check(statement, relations={("shop", "costs")})
    with pytest.raises(UnsafeQuery):
        guard.check(statement, relations={("shop", "sales")}, rules=[rule])


def test_people_who_were_counted_for_one_grant_are_counted_anew_for_a_colder_one(
    halden: Halden, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, person = halden.house.engine, halden.house.directory.person("hr_bp")
    assert person is not None
    warm = halden.house.asker.decision(person, None).own
    cold = replace(warm, rows=(RowRule(model="regions", dimension="region", values=("LATAM",)),))
    query = MetricQuery(metrics=("headcount_hris_active",), group_by=("function", "job_level"))

    def shown(grant: Grant) -> Any:
        intent = Intent(question_id="cached", actor="hr_bp", place="dm", kind="question")
        return engine.run(query, grant, intent=intent).table

    apart = shown(cold)
    shown(warm)

    assert shown(cold) == apart
    assert apart.suppressed
    shown(warm)
    monkeypatch.setattr(Grant, "fingerprint", lambda self: "same")
    shown(warm)
    assert shown(cold).suppressed != apart.suppressed
