"""Build Halden Labeling: raw Parquet, the warehouse that dbt makes of it, and the answer key.

`python -m demo.build [--out var/halden] [--size ci] [--force]`. The same sources give the same Parquet and the same
`truth.json`, byte for byte. Everything is built aside and moved into place at the end. It never touches a network.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from demo.halden import load_log, sources, truth
from demo.halden.world import World, build_world

DEMO = Path(__file__).parent
DEFAULT_OUT = DEMO.parent / "var" / "halden"
STAMP = "built.json"
talk = Console(stderr=True, highlight=False)


def build(out: Path, size: str = "ci", *, force: bool = False) -> bool:
    """Build into the folder `out`; False when what is there is up to date.

    Raises:
        SystemExit: dbt found a fault; its words have been printed.
    """
    stamp = {"sources": fingerprint(), "size": size}
    if not force and _stamp(out) == stamp:
        return False
    aside = out.parent / f".{out.name}.building-{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        with talk.status("Halden: generating events"):
            world = build_world(size)
            tables = raw_tables(world)
            write_raw(tables, aside / "raw")
            (aside / "truth.json").write_text(truth_text(world))
        rows = sum(table.num_rows for table in tables.values())
        talk.print(f"Halden: {len(tables)} raw tables, {rows:,} rows")
        with talk.status("Halden: dbt is building the marts"):
            load_raw(tables, aside / "halden.duckdb")
            run_dbt(aside)
        (aside / STAMP).write_text(json.dumps(stamp))
        _move_in(aside, out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    talk.print(f"Halden: built in {out}")
    return True


def raw_tables(world: World) -> dict[str, pa.Table]:
    """Every raw table by `schema.table`, the load log last."""
    tables: dict[str, pa.Table] = {}
    for source in sources.ALL:
        tables.update(source.tables(world))
    return {**tables, "meta.load_log": load_log.table(tables)}


def truth_text(world: World) -> str:
    """The answer key as JSON, in a stable order."""
    return json.dumps(truth.truth(world), indent=0, sort_keys=True, ensure_ascii=False) + "\n"


def write_raw(tables: dict[str, pa.Table], folder: Path) -> None:
    """One Parquet file a table: `raw/<schema>/<table>.parquet`."""
    for name, table in tables.items():
        schema, _, short = name.partition(".")
        (folder / schema).mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / schema / f"{short}.parquet", compression="zstd")


def load_raw(tables: dict[str, pa.Table], database: Path) -> None:
    """Land the raw tables in the warehouse, each in its schema."""
    with duckdb.connect(str(database)) as connection:
        for name, table in tables.items():
            schema, _, short = name.partition(".")
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            connection.register("landing", table)
            connection.execute(f'CREATE TABLE "{schema}"."{short}" AS FROM landing')  # names are our own, never a person's
            connection.unregister("landing")


def run_dbt(folder: Path) -> None:
    """Build and test every model in `folder/halden.duckdb`; keep the manifest and the results beside it.

    Raises:
        SystemExit: a model or a test failed.
    """
    target = folder / "dbt"
    environment = {
        **os.environ,
        "HALDEN_DATABASE": str(folder / "halden.duckdb"),
        "DBT_PROFILES_DIR": str(DEMO / "dbt"),
        "DBT_PROJECT_DIR": str(DEMO / "dbt"),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": str(DEMO.parent),
    }
    words = ["--quiet", "--no-version-check", "--no-use-colors", "--no-partial-parse", "build", "--threads", "2"]
    code = f"import sys; from dbt.cli.main import cli; sys.argv = ['dbt', *{words!r}]; cli()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        talk.print(done.stdout + done.stderr, markup=False)
        raise SystemExit("dbt could not build Halden's marts; its words are above.")
    (folder / "target").mkdir()
    for name in ("manifest.json", "run_results.json"):
        shutil.copyfile(target / name, folder / "target" / name)
    shutil.rmtree(target)


def fingerprint() -> str:
    """A hash of all that the build is made from."""
    digest = hashlib.sha256()
    for path in _parts():
        digest.update(str(path.relative_to(DEMO)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _parts() -> Iterator[Path]:
    kinds = {".py", ".sql", ".yml", ".csv"}
    for path in sorted(DEMO.rglob("*")):
        inside = path.relative_to(DEMO).parts
        if path.is_file() and path.suffix in kinds and not {"target", "logs"} & set(inside):
            yield path


def _stamp(out: Path) -> Any:
    try:
        return json.loads((out / STAMP).read_text())
    except (OSError, ValueError):
        return None


def _move_in(aside: Path, out: Path) -> None:
    """Put what was built in place: each part is replaced at once, the stamp last."""
    out.mkdir(parents=True, exist_ok=True)
    (out / STAMP).unlink(missing_ok=True)
    for part in sorted(aside.iterdir(), key=lambda path: path.name == STAMP):
        goal = out / part.name
        if goal.is_dir():
            shutil.rmtree(goal)
        part.replace(goal)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m demo.build", description="Build Halden Labeling's warehouse.")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parser.add_argument("--size", choices=["ci"], default="ci")
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    given = parser.parse_args()
    if not build(given.out.resolve(), given.size, force=given.force):
        talk.print("Halden: up to date")


if __name__ == "__main__":
    main()
