"""The defences that attacks name, and how each is switched off, so that an attack which would fail anyway is noticed."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import duckdb
import pytest
from jinja2 import Environment
from slack_bolt.middleware.request_verification.request_verification import RequestVerification
from sqlglot import parse_one

from anabot import consulting, engine, web
from anabot.access import guard, policy
from anabot.agent import past
from anabot.agent.tools import looking
from anabot.ask import Asker
from anabot.charts import png
from anabot.engine import Engine
from anabot.playbooks import amounts, frontmatter, templates, view
from anabot.semantic import compiler, conditions, meaning
from anabot.semantic import masks as semantic_masks
from anabot.semantic.bindings import Values
from anabot.semantic.protect import Protection
from anabot.slack import blocks, csv_file, mrkdwn, tables
from anabot.stewards.known import Shelf
from anabot.store import keys
from anabot.warehouses import child, federation
from anabot.warehouses.base import Result
from anabot.warehouses.duckdb import DuckDB
from anabot.workspace import gate

Patch = pytest.MonkeyPatch


def row_rules(patch: Patch) -> None:
    """No scan is restricted."""
    patch.setattr(Protection, "scan", _unrestricted)


def proof(patch: Patch) -> None:
    """The guard takes it on trust that scans are restricted."""
    patch.setattr(guard, "prove", lambda *_, **__: None)


def masks(patch: Patch) -> None:
    """No scan is masked."""
    patch.setattr(compiler, "masked", lambda tree, *_: tree)


def mask_proof(patch: Patch) -> None:
    """The guard takes it on trust that masks stand at the scans."""
    patch.setattr(guard, "prove_masked", lambda *_: None)


def mask_refusal(patch: Patch) -> None:
    """A metric is given over whatever its columns are masked as."""
    patch.setattr(compiler, "refuse_masked", lambda *_: None)


def mask_told_apart(patch: Patch) -> None:
    """Groups are counted by whatever they are masked as."""
    patch.setattr(compiler, "refuse_told_apart", lambda *_: None)


def mask_key(patch: Patch) -> None:
    """Hashes have no key."""
    patch.setattr(semantic_masks, "Secret", lambda _: "")


def columns(patch: Patch) -> None:
    """No column is denied."""
    patch.setattr(meaning.Vocabulary, "denied", lambda self, slot: False)
    patch.setattr(meaning.Vocabulary, "_visible", lambda self, slots: tuple(slots))


def grants(patch: Patch) -> None:
    """Everybody may see everything and be told it anywhere."""
    patch.setattr(Asker, "_decide", _everything)


def audience(patch: Patch) -> None:
    """A channel hears what the asker may see alone."""
    decide = Asker._decide
    patch.setattr(Asker, "_decide", lambda self, now, person, channel: _own_everywhere(decide(self, now, person, channel)))


def threads(patch: Patch) -> None:
    """Whoever speaks in a thread goes on from it, whatever it was about."""
    patch.setattr(Asker, "_previous", _whole_past)


def caches(patch: Patch) -> None:
    """What was read for one grant answers for all."""
    patch.setattr(
        Engine, "values", lambda self, grant: self._indexes.get("all", lambda: self._index(self._current().registry, grant))
    )


def small_cells(patch: Patch) -> None:
    """Cells of a few people are shown like others."""
    patch.setattr(engine, "left_out", lambda table, *_: table)


def people_rules(patch: Patch) -> None:
    """No metric is about people."""
    run = Engine.run
    patch.setattr(Engine, "run", lambda self, query, grant, **more: run(self, query, replace(grant, people=()), **more))


def declared_ways(patch: Patch) -> None:
    """People are counted in any way that is asked for."""
    patch.setattr(compiler, "people_of", lambda *_: ())


def known_names(patch: Patch) -> None:
    """What is said of a metric names others, whoever reads it."""
    patch.setattr(looking, "as_known", lambda registry, _: registry)


def borne_out(patch: Patch) -> None:
    """A model's words are said as they come."""
    patch.setattr(consulting, "faults", lambda *_: ())


def relations(patch: Patch) -> None:
    """The guard lets any table be read."""
    patch.setattr(guard, "_table", lambda *_: iter(()))


def node_types(patch: Patch) -> None:
    """The guard lets any statement through that parses."""
    patch.setattr(guard, "_node", lambda *_: None)


def bound_values(patch: Patch) -> None:
    """Values become a part of the SQL's text."""
    patch.setattr(Values, "bind", lambda self, value, origin=None: parse_one(f"'{value}'"))
    patch.setattr(conditions, "grouped", lambda tree: tree, raising=False)


def locked_engine(patch: Patch) -> None:
    """The warehouse is an ordinary DuckDB of this process, where anything runs."""
    patch.setattr(DuckDB, "run", _run_openly)


def owners(patch: Patch) -> None:
    """Anybody looks after any playbook."""
    patch.setattr(Shelf, "tended", lambda self, known, person: True)


def readers(patch: Patch) -> None:
    """Playbooks are listed for whoever asks."""
    patch.setattr(Shelf, "reads", lambda self, person, channel: True)


def rows_are_not_kept(patch: Patch) -> None:
    """Answers are kept with their rows."""
    patch.setattr("anabot.ask.without_rows", lambda answer: answer)


def sealing(patch: Patch) -> None:
    """What people said is kept as it was said."""
    patch.setattr(keys.PeopleKeys, "seal", lambda self, connection, actor, text, entry: ("", text))


def attributes(patch: Patch) -> None:
    """A template may read any attribute."""
    patch.setattr(templates._Environment, "is_safe_attribute", lambda self, obj, attr, value: True)
    patch.setattr(templates._Environment, "getattr", Environment.getattr)


def calls(patch: Patch) -> None:
    """A template may call anything."""
    patch.setattr(templates._Environment, "is_safe_callable", lambda self, obj: True)


def few_names(patch: Patch) -> None:
    """Templates have all filters and names that Jinja brings."""
    start = templates._Environment.__init__

    def made(self: Any, **options: Any) -> None:
        start(self, **options)
        whole = Environment()
        self.filters, self.globals = {**whole.filters, **self.filters}, dict(whole.globals)

    patch.setattr(templates._Environment, "__init__", made)


def steps(patch: Patch) -> None:
    """Nobody counts the steps of a template."""
    patch.setattr(templates._Budget, "spend", lambda self, steps: None)


def sizes(patch: Patch) -> None:
    """A template may write as much as it likes."""
    patch.setattr(templates, "_bounded", lambda pieces: pieces)


def arithmetic(patch: Patch) -> None:
    """Operators are Python's own."""
    plain = {"*": operator.mul, "**": operator.pow, "%": operator.mod, "+": operator.add}
    patch.setattr(templates._Environment, "call_binop", lambda self, context, sign, left, right: plain[sign](left, right))


def printing(patch: Patch) -> None:
    """Whatever a template holds is printed."""
    patch.setattr(templates, "shown", lambda value: amounts.Md(value))


def markdown(patch: Patch) -> None:
    """Values are put into a playbook's words as they are."""
    for module in (view, amounts):
        patch.setattr(module, "escape", lambda text: text)


def aliases(patch: Patch) -> None:
    """YAML aliases of a playbook are followed."""
    patch.setattr(frontmatter.yaml, "AliasEvent", type("None", (), {}))


def escaping(patch: Patch) -> None:
    """Values are put into Slack's markup as they are."""
    for name in ("escape", "value"):
        patch.setattr(mrkdwn, name, lambda text: text)


def cleaning(patch: Patch) -> None:
    """Characters that nobody sees are kept."""
    for module in (mrkdwn, blocks):
        patch.setattr(module, "clean", lambda text: text)


def lines(patch: Patch) -> None:
    """Values may have lines."""
    for module in (mrkdwn, blocks, tables):
        patch.setattr(module, "one_line", lambda text: text)


def verbatim(patch: Patch) -> None:
    """Slack looks for links and names in what is said."""
    patch.setattr(blocks, "_mrkdwn", lambda text: {"type": "mrkdwn", "text": text})


def no_emoji(patch: Patch) -> None:
    """Names of emoji in labels become pictures."""
    patch.setattr(blocks, "_plain", lambda text: {"type": "plain_text", "text": text, "emoji": True})


def formulas(patch: Patch) -> None:
    """A spreadsheet runs what a cell says."""
    patch.setattr(csv_file, "_FORMULA", re.compile("(?!)"))


def signatures(patch: Patch) -> None:
    """Slack's signature is not looked at."""
    patch.setattr(RequestVerification, "process", lambda self, *, req, resp, next: next())


def file_names(patch: Patch) -> None:
    """A file is called what its title says."""
    patch.setattr(csv_file, "file_name", lambda name: name)


def chart_addresses(patch: Patch) -> None:
    """A chart's specification may name addresses."""
    patch.setattr(png, "forbid_urls", lambda drawn: None)


def chart_network(patch: Patch) -> None:
    """The drawing library may load what it is told to."""
    import vl_convert

    draw = vl_convert.vegalite_to_png

    def anywhere(drawn: Mapping[str, Any], *, allowed_base_urls: list[str], **more: Any) -> bytes:
        png_bytes: bytes = draw(drawn, allowed_base_urls=["http://127.0.0.1"], **more)
        return png_bytes

    patch.setattr(vl_convert, "vegalite_to_png", anywhere)


def merge_lock(patch: Patch) -> None:
    """The DuckDB in which answers are merged is an ordinary one."""
    patch.setattr("anabot.warehouses.merge.open_locked", _unlocked)


def merge_select(patch: Patch) -> None:
    """It runs whatever it is given."""
    patch.setattr("anabot.warehouses.merge.run", _run_anything)


def travel(patch: Patch) -> None:
    """Any number of rows may travel between connections."""
    patch.setattr(federation.Federation, "_left", _no_limit)


def bodies(patch: Patch) -> None:
    """A request may be of any size."""
    patch.setattr(web, "LARGEST_BODY", 10**9)


def this_machine(patch: Patch) -> None:
    """Counters are for everybody."""
    patch.setattr(web, "_from_this_machine", lambda request: True)


def loopback(patch: Patch) -> None:
    """The local workspace answers whoever asks."""
    patch.setattr(gate, "_fault", lambda headers: "")


def readiness(patch: Patch) -> None:
    """A part that fails says why."""

    def asked(ready: Callable[[], Mapping[str, bool]]) -> Mapping[str, bool]:
        try:
            return ready()
        except Exception as error:
            return {str(error): False}

    patch.setattr(web, "_asked", asked)


def result_rows(patch: Patch) -> None:
    """An answer may have any number of rows."""
    start = Engine.__init__
    patch.setattr(Engine, "__init__", lambda self, *given, **more: start(self, *given, **{**more, "max_rows": 10**6}))


def result_bytes(patch: Patch) -> None:
    """An answer may be of any size."""
    start = Engine.__init__
    patch.setattr(Engine, "__init__", lambda self, *given, **more: start(self, *given, **{**more, "max_bytes": 10**9}))


def _unrestricted(self: Protection, scan: Any, *, base: bool) -> Any:
    self.touched.add(scan.model.name)
    return scan


def _unlocked(_: str, *, tables: Mapping[str, Any], **__: Any) -> Any:
    connection = duckdb.connect(config={"python_scan_all_frames": "true"})
    for name, table in tables.items():
        connection.register(name, table)
    return connection


def _everything(self: Asker, now: Any, person: Any, channel: Any) -> policy.Decision:
    every = frozenset(now.registry.metrics)
    grant = replace(now.policy.decide(person, None, [person]).own, metrics=every, listed=every, rows=(), denied=frozenset())
    return policy.Decision(grant=grant, own=grant, named=every)


def _own_everywhere(decision: policy.Decision) -> policy.Decision:
    return replace(decision, grant=decision.own, held=frozenset(), named=decision.own.listed)


def _whole_past(self: Asker, thread: str | None, *_: Any, back: int = 0) -> Any:
    state = self.store.threads.get(thread) if thread else None
    return past.shown(state, back)


def _no_limit(self: Any, max_rows: int) -> federation.Limits:
    return replace(self._limits, max_rows=10**6, part_rows=10**6)


def _run_openly(self: DuckDB, statement: Any, **_: Any) -> Result:
    with duckdb.connect() as connection:
        found = connection.execute(statement.text).fetchall()
    return Result(names=(), rows=tuple(found), truncated=False)


def _run_anything(connection: Any, request: Mapping[str, Any]) -> tuple[bytes, bool]:
    table = connection.execute(request["text"]).to_arrow_table()
    return child._gather(table.to_reader(), request["max_rows"], request["max_bytes"])


def switch_off(patch: Patch, *wanted: str) -> None:
    """Switch these defences off until the test ends."""
    for name in wanted:
        globals()[name](patch)


__all__ = ["switch_off"]
