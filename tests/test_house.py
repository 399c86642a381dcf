"""The house rules that a tool alone does not hold: sizes, docstrings, one door, no foreign words."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "anabot").rglob("*.py")) + [ROOT / "app.py"]
CODE = [path for path in MODULES if "migrations" not in path.parts]
IDS = [path.relative_to(ROOT).as_posix() for path in CODE]


@pytest.mark.parametrize("path", CODE, ids=IDS)
def test_no_file_is_longer_than_one_can_read_at_once(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", CODE, ids=IDS)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", CODE, ids=IDS)
def test_no_sql_is_written_as_text(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]

    pasted = [ast.unparse(node) for node in joined if re.search(r"\bSELECT\b", ast.unparse(node))]

    assert not pasted


def test_only_the_engine_runs_statements_in_a_warehouse() -> None:
    outside = [path for path in CODE if "warehouses" not in path.parts and path.name != "engine.py"]

    runners = [path.name for path in outside if re.search(r"warehouse\w*(\[.*\])?\.run\(", path.read_text(encoding="utf-8"))]

    assert not runners


def test_only_two_rooms_speak_slack() -> None:
    outside = [path for path in CODE if not {"slack", "workspace"} & set(path.parts)]

    speakers = {path.name for path in outside if re.search(r"^(from|import) slack_", path.read_text(encoding="utf-8"), re.M)}

    assert speakers <= {"web.py", "serving.py"}


def test_nothing_of_the_demo_company_is_known_to_the_product() -> None:
    words = re.compile(r"\b(halden|net_revenue|spend_efficiency|robotics|latam|fin_analyst)\b", re.I)

    leaks = {path.name for path in CODE if path.name != "demo.py" and words.search(_without_docstrings(path))}

    assert not leaks


def test_the_lock_pins_every_dependency_of_the_project() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]

    pinned = {_plain_name(line.partition("==")[0]) for line in lock.splitlines() if "==" in line}

    assert {_plain_name(re.split(r"[\[<>=!~]", name)[0]) for name in wanted} <= pinned


def _plain_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.partition("[")[0].strip()).lower()


def _without_docstrings(path: Path) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
