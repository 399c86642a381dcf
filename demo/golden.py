"""Copy golden values from the answer key into the semantic layer: `python -m demo.golden [--check]`.

It rewrites only the `value` of lines such as `- {period: [2026-05-01, 2026-08-01], value: "1.00"}` under a metric, and only
where the answer key has that period and filter. It never adds or removes a line.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from demo.build import DEFAULT_OUT

LAYER = Path(__file__).parent.parent / "semantic_layer"
_NAME = re.compile(r"^\s*- name: (\w+)")
_LINE = re.compile(r"^(?P<indent>\s*)- (?P<body>\{.*\bvalue: .*\})\s*$")
_VALUE = re.compile(r'value: "[^"]*"')

Truth = Mapping[str, Any]


def golden_value(truth: Truth, metric: str, period: list[str] | None, where: Mapping[str, str]) -> str | None:
    """What the answer key says for that period and filter, or None where it says nothing. A group counts as a filter."""
    for answer in truth["metrics"].get(metric, []):
        for *groups, value in answer["rows"] if answer["period"] == period else []:
            if {**answer["where"], **dict(zip(answer["group_by"], groups, strict=True))} == where:
                found: str | None = value
                return found
    return None


def with_truth(text: str, truth: Truth) -> str:
    """The file's text with each golden value as the answer key has it."""
    metric, lines = "", []
    for line in text.split("\n"):
        if named := _NAME.match(line):
            metric = named[1]
        found = _LINE.match(line)
        lines.append(_rewritten(line, found["body"], truth, metric) if found else line)
    return "\n".join(lines)


def _rewritten(line: str, body: str, truth: Truth, metric: str) -> str:
    golden = yaml.safe_load(body)
    period = [day.isoformat() for day in golden["period"]] if golden.get("period") else None
    value = golden_value(truth, metric, period, golden.get("where", {}))
    return line if value is None else _VALUE.sub(f'value: "{value}"', line)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m demo.golden", description="Copy golden values from the answer key.")
    parser.add_argument("--truth", type=Path, default=DEFAULT_OUT / "truth.json")
    parser.add_argument("--check", action="store_true", help="say which files differ, and change nothing")
    given = parser.parse_args()
    truth = json.loads(given.truth.read_text())
    changed = False
    for path in sorted(LAYER.rglob("models/**/*.yml")):
        text = path.read_text()
        fresh = with_truth(text, truth)
        if fresh != text:
            changed = True
            print(path.relative_to(LAYER), file=sys.stderr)
            if not given.check:
                path.write_text(fresh)
    sys.exit(1 if changed and given.check else 0)


if __name__ == "__main__":
    main()
