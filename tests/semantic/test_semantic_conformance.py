"""dbt's own integration cases in all three spellings, from beside the project; what we answer differently, and why."""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conformance import Adapter

DATA = Path(__file__).parents[3] / "shared" / "conformance"
Read = Callable[[str, str], Adapter]
FORMATS = {"manifest": "manifests", "legacy": "dbt_legacy", "latest": "dbt_latest"}


def _requests(name: str) -> list[Any]:
    if not (DATA / name).exists():
        return []
    found = [case for case in json.loads((DATA / name).read_text()) if "skipped" not in case]
    return [
        pytest.param(written, case, id=f"{written}-{case['id']}")
        for written, folder in FORMATS.items()
        for case in found
        if (DATA / folder / case["manifest"]).is_dir()
    ]


@lru_cache(maxsize=1)
def _score() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", DATA / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def adapter() -> Read:
    con = _score().load_db(DATA)

    def read(written: str, manifest: str) -> Adapter:
        folder = DATA / FORMATS[written] / manifest
        return Adapter(folder.with_suffix(".json") if written == "manifest" else None, folder, con)

    return lru_cache(maxsize=None)(read)


def test_the_cases_are_here() -> None:
    if not DATA.is_dir():
        pytest.skip(f"the conformance data is not at {DATA}")
    assert _requests("cases.json")


@pytest.mark.parametrize(("written", "case"), _requests("cases.json"))
def test_a_request_gets_dbts_rows(adapter: Read, written: str, case: dict[str, Any]) -> None:
    columns, rows = adapter(written, case["manifest"]).query(case["request"])

    expected = case["expected"]
    wanted = expected["rows"] if "rows" in expected else json.loads(gzip.decompress((DATA / expected["rows_file"]).read_bytes()))
    names = [column["name"] for column in expected["columns"]]
    assert _score().compare(names, wanted, list(columns), list(rows), case["check_order"]) is None


@pytest.mark.parametrize(("written", "case"), _requests("cases_must_refuse.json"))
def test_a_request_that_fans_out_or_is_unreachable_is_refused(adapter: Read, written: str, case: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=r"."):
        adapter(written, case["manifest"]).query(case["request"])
