"""What attackers try, one function a kind. Each acts as `given` and `tried` say, and returns all that could then be read.

Nothing here knows of a defence: an error that the house raises is part of what is read, by its kind and its words.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import attack_desk
import attack_model
import attack_people
import pyarrow as pa
import yaml
from slack_bolt import App
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from anabot.access import guard
from anabot.access.proof import Rule
from anabot.bootstrap import House, read_query
from anabot.charts import png
from anabot.config import Settings
from anabot.engine import Engine, Intent
from anabot.errors import AnabotError
from anabot.periods import Calendar
from anabot.playbooks import frontmatter
from anabot.playbooks.templates import Flaw, facts, parse
from anabot.playbooks.view import Result
from anabot.semantic.registry import Metric, Registry
from anabot.slack import csv_file, render, tables
from anabot.slack.blocks import button, code, header, image
from anabot.slack.explain import describe
from anabot.slack.markdown import blocks_of
from anabot.slack.render import Setting
from anabot.store import Store
from anabot.types import Answer, Choice, Column, Grant, MaskRule, Question, Receipt, RowRule, Statement, Table
from anabot.warehouses.duckdb import DuckDB
from anabot.warehouses.merge import merge
from anabot.web import create_web
from anabot.workspace.gate import LoopbackOnly
from tests.tiny import tiny_registry

KEY = "what hashes are keyed with in these attacks"


@dataclass(frozen=True)
class Scene:
    """Where an attack takes place. `own` is a house whose files are all in `folder`; `halden` is larger."""

    house: Callable[[], House]
    own: Callable[[], House]
    halden: Callable[[], House]
    settings: Callable[[], Settings]
    warehouse: Path
    folder: Path


def attempt(act: str, given: Any, tried: Any, scene: Scene) -> str:
    """All that could be read after it. What the house refuses is read as `Refused` and the error's words."""
    try:
        return ACTS[act](given, tried, scene)
    except AnabotError as error:
        return f"Refused ({type(error).__name__}): {error} {getattr(error, 'nearest', '')}"


# A playbook's words


def template(given: Any, tried: str, _: Scene) -> str:
    columns = (Column(name="region", type="text", label="Region"), Column(name="sales", type="money", unit="usd", label="Sales"))
    rows = ((given or "North", Decimal("1234.50")), ("South", Decimal("10.00")))
    result = Result(name="regions", table=Table(columns=columns, rows=rows), metrics=("sales",))
    words = parse(tried)
    if isinstance(words, Flaw):
        return f"Refused (Flaw): {words.what}"
    flaws = words.flaws({"regions", "total", "parameters"})
    if given == "checked first" and flaws:
        return f"Refused (Flaw): {flaws[0].what}"
    one = replace(result, table=replace(result.table, rows=rows[:1]))
    said = words.render({"regions": result, "total": one, "parameters": facts(top=3)})
    return f"Rendered {len(said)} characters: {said[:2000]}"


def settings(_: Any, tried: str, __: Scene) -> str:
    found = frontmatter.split("p.md", f"---\n{tried}\n---\nwords")
    return str(found) if hasattr(found, "what") else f"Read: {str(found.settings)[:500]}"


# What Slack shows


def slack(given: str, tried: str, _: Scene) -> str:
    made: dict[str, Callable[[str], Any]] = {
        "sentence": lambda text: _shown(_answer(text=text)),
        "cell": lambda text: _shown(_answer(table=_table(text))),
        "fixed width": lambda text: list(tables.fixed_width(tables.grid(_table(text)))),
        "question": lambda text: _shown(_answer(), said=text, said_by="Fay", said_in="in #general"),
        "name": lambda text: _shown(_answer(), said="takings", said_by=text, said_in="in #general"),
        "choice": lambda text: _shown(_asked_back(text)),
        "assumption": lambda text: _shown(_answer(assumptions=(text,))),
        "definition": lambda text: list(describe(_metric(text), _registry(text))),
        "error": lambda text: _shown_messages(render.failure(text)),
        "heading": lambda text: header(text),
        "button": lambda text: button(text, "ana_ask_0", text),
        "code": lambda text: list(code(text)),
        "picture": lambda text: image("F1", text),
        "playbook": lambda text: list(blocks_of(text, {})),
        "playbook value": lambda text: list(blocks_of(template(text, "# {{ total.region }}\n{{ total.region }}\n", _)[24:], {})),
    }
    return json.dumps(made[given](tried), ensure_ascii=False)


def spreadsheet(given: str, tried: str, _: Scene) -> str:
    name = tried if given == "column" else "c"
    table = Table(columns=(Column(name=name, type="text"),), rows=((None if given == "column" else tried,),))
    cells = list(csv.reader(io.StringIO(csv_file.table_csv(table).decode("utf-8-sig"))))
    return repr(cells[0][0] if given == "column" else cells[1][0])


def file_name(_: Any, tried: str, __: Scene) -> str:
    return f"{csv_file.file_name(tried)}.csv"


# The house, by its front door


def ask(given: Mapping[str, Any] | None, tried: Any, scene: Scene) -> str:
    """`given` may hold `first`, what others ask before. `tried` is what is asked last; only that is read."""
    house = scene.house()
    receipts = [_step(house, step, "", scene.folder)[1] for step in (given or {}).get("first", ())]
    return _step(house, tried, receipts[-1] if receipts else "", scene.folder)[0]


def memory(given: Mapping[str, Any], tried: str, scene: Scene) -> str:
    """Everything that Ana's own files hold after `given` was asked: `tried` says of whom the reader is thinking."""
    house = scene.own()
    for step in given["first"]:
        _step(house, step, "", scene.folder)
    house.store.close()
    return "\n".join(path.read_bytes().decode("latin-1") for path in sorted(scene.folder.rglob("*")) if path.is_file())


def _step(house: House, step: Mapping[str, Any], receipt: str, folder: Path) -> tuple[str, str]:
    person = house.directory.person(step["as"])
    assert person is not None, step
    channel = house.directory.channel(step["in"]) if "in" in step else None
    thread = f"{folder.name}:{step['thread']}" if "thread" in step else None
    if "query" in step:
        answer = house.asker.run(read_query(json.dumps(step["query"], default=str)), person)
    elif step.get("press") == "recall":
        answer = house.asker.recall(receipt, person, channel)
    elif "choose" in step:
        answer = house.asker.choose(receipt, step["choose"], person, channel)
    else:
        question = Question(
            question_id=f"{folder.name}:{step['as']}", text=step["ask"], person=person, channel=channel, thread=thread
        )
        answer = house.asker.ask(question)
    return _read(answer), answer.receipt


def _read(answer: Answer) -> str:
    """What whoever reads the channel reads: everything but the part that is sent to the asker alone."""
    rows = [str(cell) for part in (answer, *answer.parts) if part.table for row in part.table.rows for cell in row]
    choices = [f"{choice.label} {choice.value}" for choice in answer.choices]
    return f"{answer.status}: {answer.text} {rows} {choices} {answer.lineage}"


# Several connections


def across(given: Mapping[str, Any], tried: Mapping[str, Any], scene: Scene) -> str:
    """`tried` asked of the bakery with some models on another connection, under row rules or masks, and with limits."""
    registry = tiny_registry()
    moved = {name: replace(registry.models[name], connection="hr") for name in given["apart"]}
    split = replace(registry, models={**registry.models, **moved})
    every = frozenset(registry.metrics)
    rules = tuple(RowRule(model=model, dimension=by, values=tuple(values)) for model, by, values in given.get("rules", ()))
    masks = tuple(MaskRule(model=model, dimension=by, form=form, key=KEY) for model, by, form in given.get("masks", ()))
    denied = frozenset(given.get("deny", ()))
    grant = Grant(subject="m", audience="dm", metrics=every, listed=every, rows=rules, denied=denied, masks=masks)
    return _opened(scene, split, given.get("limits", {}), tried, grant)


def limits(given: Mapping[str, Any], tried: Mapping[str, Any], scene: Scene) -> str:
    """`tried` asked of an engine with small limits."""
    every = frozenset(tiny_registry().metrics)
    return _opened(scene, tiny_registry(), given, tried, Grant(subject="m", audience="dm", metrics=every, listed=every))


def _opened(scene: Scene, registry: Registry, most: Mapping[str, Any], tried: Mapping[str, Any], grant: Grant) -> str:
    store = Store(f"sqlite:///{scene.folder}/engine.db")
    store.migrate()
    warehouses = {"default": _open(scene.warehouse), "hr": _open(scene.warehouse)}
    engine = Engine(lambda: SimpleNamespace(registry=registry), warehouses, store.audit, **most)
    intent = Intent(question_id="q", actor="m", place="dm", kind="question")
    try:
        table = engine.run(read_query(json.dumps(tried)), grant, intent=intent).table
    finally:
        store.close()
    return f"Answered{' (cut off)' if table.truncated else ''}: {[[str(cell) for cell in row] for row in table.rows]}"


@cache
def _open(path: Path) -> DuckDB:
    """One child for all attacks on a file; it ends with this process."""
    return DuckDB(path)


def merged(_: Any, tried: str, __: Scene) -> str:
    """A statement given straight to the DuckDB in which answers are merged, past the guard."""
    secret = pa.table({"word": ["a word of this process"]})
    parts = {"part_1": pa.table({"key_1": [1, 2], "value_1": [10, 20]})}
    statement = Statement(connection="merge", dialect="duckdb", text=tried)
    result = merge(statement, parts, max_rows=10, max_bytes=100_000, timeout_s=1)
    return f"Ran beside {secret.num_rows}: {result.rows}"


def people(given: str | None, tried: Mapping[str, Any], scene: Scene) -> str:
    return attack_people.told(scene.halden(), given or "hr_bp", tried)


def model(given: Mapping[str, Any], tried: Mapping[str, Any], scene: Scene) -> str:
    return attack_model.told(scene.settings(), scene.warehouse, scene.folder, given, tried)


def guarded(given: Mapping[str, Any] | None, tried: str, _: Scene) -> str:
    """A statement at the guard alone, which lets `shop.sales` be read; under a row rule where `given` names its table."""
    free: frozenset[Any] = frozenset()
    rules = [
        Rule(relation=tuple(relation), dimension=(True, frozenset({"name"})), values=("a",), joins=free, apart=free)
        for relation in [(given or {}).get("rule")]
        if relation
    ]
    statement = Statement(connection="default", dialect="duckdb", text=tried, params=("a",) if rules else ())
    guard.check(statement, relations={("shop", "sales")}, rules=rules)
    return "Passed"


def engine_alone(_: Any, tried: str, scene: Scene) -> str:
    """A statement at the warehouse's engine alone, beside a memory of Ana's in the same folder."""
    memory = scene.folder / "memory.db"
    Store(f"sqlite:///{memory}").close()
    memory.write_bytes(b"SQLite format 3\x00")
    opened = DuckDB(scene.warehouse)
    try:
        statement = Statement(connection="default", dialect="duckdb", text=tried.replace("MEMORY", str(memory)))
        return f"Ran: {opened.run(statement, max_rows=10, max_bytes=100_000, timeout_s=5).rows}"
    finally:
        opened.close()


def admin(given: Mapping[str, str], tried: Mapping[str, Any], scene: Scene) -> str:
    """`/ana run` and `/ana playbooks` of somebody; the one playbook is bea's, posted in #books."""
    return attack_desk.told(scene.settings(), given["as"], tried)


# Pictures, files and the web


def chart(given: str, tried: Any, scene: Scene) -> str:
    """A specification that loads something from this machine: what was asked of it is read."""
    (scene.folder / "secret.csv").write_text("a,b\n1,2\n")
    with _listening(scene.folder) as (address, log):
        told = json.loads(json.dumps(tried).replace("HERE", address).replace("FOLDER", str(scene.folder)))
        base = {"mark": "bar", "encoding": {"x": {"field": "a"}, "y": {"field": "b"}}}
        try:
            picture = png.render({**base, **told})
        except ValueError as error:
            return f"Refused by the drawing library: {error} {log.read_text()}"
        return f"Drawn ({len(picture)} bytes): {log.read_text()}"


@contextmanager
def _listening(folder: Path) -> Iterator[tuple[str, Path]]:
    """A server of the folder, in a process of its own: the drawing library keeps all threads of this one waiting."""
    log = folder / "asked.log"
    served = "import http.server as h; s = h.ThreadingHTTPServer(('127.0.0.1', 0), h.SimpleHTTPRequestHandler); "
    code = served + "print(s.server_port, flush=True); s.serve_forever()"
    with (
        log.open("w") as asked,
        subprocess.Popen([sys.executable, "-c", code], cwd=folder, stdout=subprocess.PIPE, stderr=asked, text=True) as server,
    ):
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}", log
        finally:
            server.kill()


def http_request(given: Mapping[str, Any], tried: Mapping[str, Any], _: Scene) -> str:
    """A request to Ana's own web server (`given: {to: ana}`) or to the local workspace."""
    headers = dict(given.get("headers", {}))
    body = b"x" * given["bytes"] if "bytes" in given else json.dumps(tried.get("body", {})).encode()
    if given.get("to") == "workspace":
        inner = Starlette(routes=[Route("/page/people", lambda request: PlainTextResponse("everybody"), methods=["GET", "POST"])])
        app: Any = Starlette(routes=inner.routes, middleware=[Middleware(LoopbackOnly)])
    else:
        slack_app = App(token="xoxb-test", signing_secret="s", token_verification_enabled=False)
        app = create_web(slack_app, ready=lambda: _broken(given))
    client = TestClient(app, client=(given.get("from", "127.0.0.1"), 50000), base_url="http://127.0.0.1")
    answer = client.request(tried.get("method", "GET"), tried["path"], headers=headers, content=body)
    return f"{answer.status_code}: {answer.text[:500]}"


def _broken(given: Mapping[str, Any]) -> Mapping[str, bool]:
    if "fails with" in given:
        raise RuntimeError(given["fails with"])
    return {"store": True}


def _table(text: str) -> Table:
    columns = (Column(name="place", type="text", label=text), Column(name="takings", type="money", unit="usd", label="Takings"))
    return Table(columns=columns, rows=((text, Decimal(1)), ("South", Decimal(2))))


def _answer(**more: Any) -> Answer:
    given: dict[str, Any] = {"status": "answered", "text": "Takings were $1.00.", "receipt": Receipt("R-ABCDEFGHJK")}
    return Answer(**{**given, **more})


def _asked_back(text: str) -> Answer:
    choices = (Choice(label=text, query={"metrics": ["takings"]}, value=text), Choice(label="Tips", query={"metrics": ["tips"]}))
    return Answer(status="clarify", text=f"“{text}”?", reason="ambiguous", choices=choices, receipt=Receipt("R-CLARIFY234"))


def _metric(description: str) -> Metric:
    return Metric(name="takings", kind="simple", label="Takings", description=description, model="sales", agg="sum", expr="a")


def _registry(description: str = "What the till took.") -> Registry:
    calendar = Calendar(zone=ZoneInfo("UTC"), fiscal_start=1)
    return Registry(models={}, metrics={"takings": _metric(description)}, calendar=calendar, company="Test")


def _shown(answer: Answer, **more: str) -> Any:
    setting = Setting(registry=_registry(), zone=ZoneInfo("UTC"), asker="U0FAY", **more)
    return _shown_messages(render.render(answer, setting))


def _shown_messages(messages: Any) -> Any:
    return [{"text": message.text, "blocks": message.blocks} for message in messages]


ACTS: Mapping[str, Callable[[Any, Any, Scene], str]] = {
    "template": template,
    "settings": settings,
    "slack": slack,
    "spreadsheet": spreadsheet,
    "file name": file_name,
    "ask": ask,
    "memory": memory,
    "across": across,
    "limits": limits,
    "merged": merged,
    "people": people,
    "model": model,
    "guard": guarded,
    "engine": engine_alone,
    "admin": admin,
    "chart": chart,
    "http": http_request,
}


def load(folder: Path) -> Iterator[dict[str, Any]]:
    """Every attack of every file that names its act, with its file."""
    for path in sorted(folder.glob("*.yml")):
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(held, dict):
            for one in held["attacks"]:
                yield {"given": held.get("given"), "act": held.get("act"), "file": path.stem, **one}
