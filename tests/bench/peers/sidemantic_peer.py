"""sidemantic: the standalone spec through its own MetricFlow adapter, then `compile`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sidemantic import SemanticLayer
from sidemantic.loaders import load_from_directory
from timing import measured

LAYER = SemanticLayer(auto_register=False)
TASK = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
load_from_directory(LAYER, Path(TASK["layer"]).parent)


def make(question: dict[str, Any]) -> Callable[[str, str], str]:
    fact = question["fact"]
    names = {"metric_time__month": f"{fact}.happened_at__month"}
    dimensions = [names.get(name, name.replace("__", ".")) for name in question["group_by"]]

    def compiles(start: str, end: str) -> str:
        filters = [f"{fact}.happened_at >= '{start}'", f"{fact}.happened_at < '{end}'"]
        return LAYER.compile(metrics=[question["metric"]], dimensions=dimensions, filters=filters)

    return compiles


measured(make)
