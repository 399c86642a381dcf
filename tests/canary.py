"""Two canaries for the whole suite: a secret in the environment, and a name in the data.

Every test runs with the secret in variables where secrets lie. When the session ends, everything that tests have written into
temporary folders is read, and everything that they said: the secret may stand nowhere, and the name in warehouse files alone.
With several processes the first of them looks, as the folders of the others lie in its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

SECRET = "cAnArY-s3cr3t-" + "9f2d61"
NAME = "Quillon " + "Canarywood"
_MOST = 64_000_000
_VARIABLES = ("ANABOT_CANARY_SECRET", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY")
# Where the name may lie: warehouses and what they are built from.
_DATA = (".duckdb", ".parquet", ".wal", ".arrow")


def leaks(folder: Path, words: str, *, besides: tuple[str, ...] = ()) -> list[Path]:
    """The files under a folder that hold these words, but for those with one of the endings."""
    return [path for path in _files(folder) if path.suffix not in besides and words.encode() in path.read_bytes()]


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and 0 < path.stat().st_size < _MOST:
            yield path


class Canary:
    """Watches one process of the suite: each of its workers has temporary folders of its own."""

    def __init__(self) -> None:
        self.kept = {name: os.environ.get(name) for name in _VARIABLES}
        self.said: list[str] = []

    def pytest_sessionstart(self) -> None:
        """Set the secret free."""
        os.environ.update(dict.fromkeys(_VARIABLES, SECRET))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember the tests whose output holds one of them."""
        if any(word in text for _, text in report.sections for word in (SECRET, NAME)):
            self.said.append(f"the output of {report.nodeid}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Look everywhere. What is found fails the session and is named."""
        base = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        found = [*self.said]
        found += [f"{path} holds the secret" for path in leaks(base, SECRET)]
        found += [f"{path} holds the name" for path in leaks(base, NAME, besides=_DATA)]
        for name, value in self.kept.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
        if found:
            reporter = session.config.pluginmanager.get_plugin("terminalreporter")
            for line in found if reporter is not None else ():
                reporter.write_line(f"CANARY: {line}", red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_configure(config: pytest.Config) -> None:
    """Watch from the process that starts the others, or from the only one."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Canary(), "canary-watch")
