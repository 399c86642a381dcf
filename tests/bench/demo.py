"""What a newcomer waits for: a question in the page, a second start, a clean clone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "journeys")]

from halden_data import ROOT, halden_settings  # noqa: E402 - found on the path above
from people import Seat  # noqa: E402
from pydantic import SecretStr  # noqa: E402

from anabot.demo import Running, running  # noqa: E402
from anabot.resting import lasting  # noqa: E402
from anabot.workspace import LOCAL_TOKEN  # noqa: E402
from demo.build import DEFAULT_OUT, build  # noqa: E402
from tests.bench.report import line, p50, p95, title  # noqa: E402

ASKED = [
    ("fin_analyst", "fin-weekly", "what was net revenue last quarter by segment?"),
    ("fin_analyst", "fin-weekly", "net revenue by month, last 6 months"),
    ("fin_analyst", "fin-weekly", "what's our spend efficiency across campaigns?"),
    ("growth_mgr", "growth-weekly", "pipeline created last week by segment"),
    ("growth_mgr", "growth-weekly", "where do free trials stall?"),
    ("ops_lead", "ops-capacity", "units delivered last week by region"),
    ("ops_lead", "ops-capacity", "on-time delivery last week"),
    ("hr_bp", "hr-core", "contributor retention by region"),
]
ROUNDS = 10


def main() -> None:
    """Print the times."""
    title("Demo: what a newcomer waits for")
    build(DEFAULT_OUT)
    with _demo() as demo:
        waits = _questions(demo)
        line("question to answer in the page, p50", p50(waits), 150, "ms")
        line("question to answer in the page, p95", p95(waits), 500, "ms")
        line("memory of web, worker and engine", _memory_mb(), 700, "MB")
    line("second start", _timed([sys.executable, "-m", "anabot", "demo", "--check"], ROOT), 6, "s")
    if "--quick" not in sys.argv:
        line("clean clone to first answer, packages downloaded", _clean_clone(), 150, "s")


@contextmanager
def _demo() -> Iterator[Running]:
    with tempfile.TemporaryDirectory() as folder:
        settings = halden_settings(Path(folder) / "ana.db")
        local = {"slack_bot_token": SecretStr(LOCAL_TOKEN), "slack_signing_secret": SecretStr("only-for-the-bench")}
        with running(settings.model_copy(update=local)) as demo:
            demo.service.warm()
            lasting()  # as `anabot demo` and `app.py` do
            yield demo


def _questions(demo: Running) -> list[float]:
    seats = [(Seat(demo.url, handle, channel), text) for handle, channel, text in ASKED]
    for seat, text in seats:
        seat.ask(text)
    waits = []
    for _ in range(ROUNDS):
        for seat, text in seats:
            started = time.perf_counter()
            seat.ask(text)
            waits.append(time.perf_counter() - started)
            time.sleep(0.3)  # people do not ask faster than Slack lets an app post
    return waits


def _memory_mb() -> float:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return sum(_rss_mb(pid) for pid in [str(os.getpid()), *children])


def _rss_mb(pid: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def _clean_clone() -> float:
    folder = tempfile.mkdtemp()
    try:
        subprocess.run(["git", "clone", "-q", str(ROOT), f"{folder}/clone"], check=True)
        return _timed(["make", "demo-check"], Path(folder) / "clone")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _timed(command: list[str], folder: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started
