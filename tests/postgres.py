"""A throwaway PostgreSQL for the tests that want a real one. Never touches a server that is already there.

The cluster is made once per test process, on a Unix socket in a temporary folder, and not by root, whom `initdb` refuses.
Where the server is not installed, the tests that asked for it are skipped by name; with ANABOT_REQUIRE_ALL=1 they fail.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest


def waits_for(what: str, request: pytest.FixtureRequest) -> None:
    """Skip the test and say that it waits for `what`; fail it where everything must be there."""
    message = f"{request.node.nodeid} waits for {what}"
    if os.environ.get("ANABOT_REQUIRE_ALL") == "1":
        pytest.fail(message)
    pytest.skip(message)


@dataclass(frozen=True)
class Cluster:
    """A running cluster. `home` is its socket's folder."""

    home: Path
    binaries: Path
    user: str | None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-k {self.home} -c listen_addresses='' -c fsync=off -c max_connections=60"
        data, log = self.home / "data", self.home / "log"
        _run([self.binaries / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "-t", "60", "start"], self.user)

    def stop(self, mode: str = "immediate") -> None:
        """Stop it, in the middle of whatever it does."""
        subprocess.run(
            [self.binaries / "pg_ctl", "-D", self.home / "data", "-m", mode, "stop"], user=self.user, capture_output=True, cwd="/"
        )

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database, dropped again when the block ends."""
        name = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(host=str(self.home), user="ana", dbname="postgres", autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
        yield f"postgresql://ana@/{name}?host={self.home}"
        with psycopg.connect(host=str(self.home), user="ana", dbname="postgres", autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def cluster() -> Iterator[Cluster | None]:
    """A cluster of its own for as long as the block lasts, or None where PostgreSQL is not installed."""
    binaries = _binaries()
    if binaries is None:
        yield None
        return
    home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    made = Cluster(home, binaries, _unprivileged(home))
    try:
        _run(
            [binaries / "initdb", "-D", home / "data", "-U", "ana", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"],
            made.user,
        )
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str | None]:
    """The socket folder of a running cluster, or None where PostgreSQL is not installed."""
    with cluster() as running:
        yield None if running is None else str(running.home)


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres_cluster: str | None) -> Iterator[str]:
    """The URL of an empty database of its own for each test."""
    if postgres_cluster is None:
        waits_for("PostgreSQL", request)
        return
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(host=postgres_cluster, user="ana", dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"postgresql://ana@/{name}?host={postgres_cluster}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _binaries() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _unprivileged(home: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    user = next((name for name in ("postgres", "nobody") if _exists(name)), None)
    if user is not None:
        shutil.chown(home, user)
    return user


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _run(command: list[str | Path], user: str | None) -> None:
    # The server inherits what pg_ctl has open, so its output must go to a file, not to a pipe that we would wait on.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command, user=user, cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False, timeout=120
        )
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{command[0]} failed: {said.read().decode()}")
