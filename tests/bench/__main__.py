"""`make bench`: what was promised and what is measured, as ratios in one run. A ratio of 1.0 or less keeps the promise.

`python -m tests.bench load compile` measures some subjects only, `--quick` leaves out what takes minutes. Nothing here fails a
build: shared machines are noisy.
"""

from __future__ import annotations

import importlib
import sys

from anabot import log
from tests.bench.report import machine

SUBJECTS = ("load", "compile", "tpch", "rows", "words", "record", "worker", "playbooks", "demo")


def main() -> None:
    """Measure the subjects named, or all."""
    named = [word for word in sys.argv[1:] if not word.startswith("-")]
    unknown = [word for word in named if word not in SUBJECTS]
    if unknown:
        sys.exit(f"There is no subject {', '.join(unknown)}. There are: {', '.join(SUBJECTS)}.")
    log.configure(level=40)
    print(machine())
    for name in named or SUBJECTS:
        importlib.import_module(f"tests.bench.{name}").main()


if __name__ == "__main__":
    main()
