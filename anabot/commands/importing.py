"""`anabot import dbt`: the metrics of a dbt project become a registry. Overwrites nothing that is somebody's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anabot.commands.saying import AsJson, say, say_json, talk
from anabot.errors import ConfigError, Fault, RegistryError

if TYPE_CHECKING:
    from anabot.lineage.importing import Imported
    from anabot.semantic.registry import Registry

_DEFINED = "dbt.yml"
_SHOWN = 20
app = typer.Typer(no_args_is_help=True, help="Take over what is defined elsewhere.")


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would write: path → text, only where something changes; and what is left to do."""

    files: Mapping[Path, str]
    registry: Registry
    imported: Imported
    new: tuple[str, ...]
    todo: tuple[Fault, ...]


@app.callback()
def importing() -> None:
    """Take over what is defined elsewhere."""


@app.command("dbt")
def import_dbt(
    path: Annotated[Path, typer.Argument(help="The folder of a dbt project, its `target` folder, or a manifest.", exists=True)],
    into: Annotated[
        Path | None, typer.Option(help="The folder to write to; without one it is ANABOT_SEMANTIC_LAYER.", file_okay=False)
    ] = None,
    schema: Annotated[str, typer.Option(help="The schema that dbt builds into, where there is no manifest.json.")] = "",
    owner: Annotated[str, typer.Option(help="Who answers for metrics that say nobody: a handle.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be written; write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help=f"Write over a {_DEFINED} that somebody has written.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read the metrics of a dbt project, in any of dbt's formats, into one registry."""
    folder = into or _semantic_layer()
    try:
        plan = planned(path, folder, schema=schema, owner=owner, force=force)
    except RegistryError as error:
        _refuse(error, as_json)
    if not dry_run:
        for file, text in plan.files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    if as_json:
        say_json(_as_json(plan, dry_run))
        return
    if dry_run:
        say("\n".join(f"--- {file.as_posix()}\n{text}" for file, text in plan.files.items()).rstrip())
        talk(_source(plan))
    else:
        say("\n".join(_told(plan, folder)))
    for note in plan.imported.notes:
        talk(note)


def planned(path: Path, folder: Path, *, schema: str, owner: str, force: bool) -> Plan:
    """Everything an import would do.

    Raises:
        ConfigError: there is nothing to import, or a file is somebody's own.
        RegistryError: faults of the project, or names that the folder already defines elsewhere.
    """
    from anabot.lineage import beginning
    from anabot.lineage.importing import import_dbt as read_definitions
    from anabot.lineage.project import read_project
    from anabot.semantic import parse_registry
    from anabot.standing import read_tree

    before = read_tree(folder) if folder.is_dir() else {}
    defined = folder / _DEFINED
    held = before.get(defined.as_posix())
    if held is not None and not held.startswith(beginning.MARK) and not force:
        raise ConfigError(
            f"{defined} is somebody's own.", why="No import wrote it.", todo="Rename it, write elsewhere with --into, or --force."
        )
    imported = read_definitions(read_project(path), schema=schema)
    text = beginning.definitions(imported, path.as_posix())
    registry = parse_registry({defined.as_posix(): text}, governed=False)
    ana = folder / "ana.yml"
    governance, new = beginning.governance(registry, owner, beginning.dbt_owners(imported.body), before.get(ana.as_posix(), ""))
    files = {defined: text, ana: governance}
    for name, beginning_text in (("access.yml", beginning.ACCESS), ("company.yml", beginning.COMPANY)):
        if not any(Path(each).name == name for each in before):
            files[folder / name] = beginning_text
    after = {**before, **{file.as_posix(): each for file, each in files.items()}}
    todo = tuple(_faults(after))
    clash = [fault for fault in todo if "is defined a second time" in fault.what]
    if clash:
        raise RegistryError(clash)
    changed = {file: each for file, each in files.items() if each and before.get(file.as_posix()) != each}
    return Plan(files=changed, registry=registry, imported=imported, new=new, todo=todo)


def _faults(files: Mapping[str, str]) -> Iterator[Fault]:
    """What `anabot check` would say of the folder's registry."""
    from anabot.semantic import parse_registry

    try:
        parse_registry(files)
    except RegistryError as error:
        yield from error.faults


def _semantic_layer() -> Path:
    from anabot.config import semantic_layer_folder

    return semantic_layer_folder()


def _refuse(error: RegistryError, as_json: bool) -> None:
    if as_json:
        say_json({"written": [], "faults": [_fault(fault) for fault in error.faults]})
    else:
        for fault in error.faults:
            say(str(fault))
    talk(f"{_many(len(error.faults), 'problem')}; nothing was written.")
    raise typer.Exit(1)


def _told(plan: Plan, folder: Path) -> Iterator[str]:
    yield _source(plan)
    for file in plan.files:
        yield f"wrote {file.as_posix()}"
    if not plan.files:
        yield f"{folder.as_posix()} says the same already; nothing was written"
    for fault in plan.todo[:_SHOWN]:
        yield str(fault)
    if plan.todo:
        more = f", {_SHOWN} of them above" if len(plan.todo) > _SHOWN else ""
        yield f"{_many(len(plan.todo), 'thing')} to add{more}: `anabot check` names them"


def _source(plan: Plan) -> str:
    asked = sum(not metric.hidden for metric in plan.registry.metrics.values())
    counted = f"{_many(asked, 'metric')} on {_many(len(plan.registry.models), 'model')}"
    return f"{counted}, from {plan.imported.spec}: {plan.imported.why}."


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _as_json(plan: Plan, dry_run: bool) -> dict[str, Any]:
    return {
        "spec": plan.imported.spec,
        "why": plan.imported.why,
        "metrics": sorted(name for name, metric in plan.registry.metrics.items() if not metric.hidden),
        "models": {name: ".".join(model.relation) for name, model in sorted(plan.registry.models.items())},
        "new": list(plan.new),
        "written": [] if dry_run else [file.as_posix() for file in plan.files],
        "files": {file.as_posix(): text for file, text in plan.files.items()} if dry_run else {},
        "notes": list(plan.imported.notes),
        "todo": [_fault(fault) for fault in plan.todo],
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {"file": fault.file, "line": fault.line, "what": fault.what, "why": fault.why, "todo": fault.todo}
