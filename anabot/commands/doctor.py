"""`anabot doctor`: every part of an installation examined, each alone where the whole does not open. Repairs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer

from anabot.bootstrap import file_directory, memory_words, open_connections, open_house, registry_words
from anabot.checks.doctor import Finding, examine
from anabot.commands.saying import say
from anabot.config import Settings, load_settings
from anabot.errors import AnabotError
from anabot.standing import Standing
from anabot.store import open_store


def doctor() -> None:
    """Examine this installation: registry, playbooks, warehouse, loads, golden values, memory, Slack."""
    settings = load_settings()
    findings = (*_inside(settings), *examine({"Slack": lambda: _slack(settings)}))
    for finding in findings:
        say(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what}")
        if finding.todo:
            say(f"      {finding.todo}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _inside(settings: Settings) -> tuple[Finding, ...]:
    try:
        with open_house(settings) as house:
            return examine(house.vitals())
    except AnabotError:
        return examine(_alone(settings))


def _alone(settings: Settings) -> Mapping[str, Callable[[], str]]:
    """Parts that can be looked at while the house does not stand."""
    return {
        "Registry": lambda: registry_words(Standing(settings, file_directory(settings)).laws),
        "Warehouse": lambda: _warehouses(settings),
        "Memory": lambda: _memory(settings),
    }


def _warehouses(settings: Settings) -> str:
    found = open_connections(settings)
    try:
        return ", ".join(f"{name} {each.watermark()[:12] or each.dialect}" for name, each in found.items())
    finally:
        for each in found.values():
            each.close()


def _memory(settings: Settings) -> str:
    store = open_store(settings)
    try:
        store.migrate()
        return memory_words(store)
    finally:
        store.close()


def _slack(settings: Settings) -> str:
    if not settings.slack.configured:
        return "not connected, as SLACK_BOT_TOKEN is not set"
    from anabot.slack.app import open_line

    return open_line(settings.slack).who()
