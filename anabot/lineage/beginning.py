"""The files that an import writes: the definitions, what governs them, and the first words on access and company. Texts only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from anabot.lineage.importing import Imported
from anabot.semantic import documents
from anabot.semantic.registry import Metric, Registry

MARK = "# Written by `anabot import dbt`"
_GENERATED = """{mark} from {path} ({spec}), and written again by the next import.
# Change the dbt project, never this file. What dbt has no place for stands in ana.yml.
"""
_ANA = """# What dbt has no place for. This file is yours: `anabot import dbt` adds new metrics and changes no other line.
#
#   owner: who answers for what it means     unit: usd, eur, count, ratio, hours …     scope: its class in access.yml
#   synonyms: [what people call it]          golden: [{period: [2026-01-01, 2026-02-01], value: 123.45}]
#   certified: {by: somebody, at: 2026-02-01, expires: 2027-02-01}
#
# `draft: true` lets unit, description and golden value wait. Take it away when the metric is finished.
"""
ACCESS = """# Who may see what, and what may be said where. Without a rule there is nothing. This file is yours.
classes:
  company: {}             # the scope of a metric that names no other

groups:                   # Slack user groups, or those of the directory file, by handle
  data: {team: data}

teams:
  data: {sees: [company]}
"""
COMPANY = """# Your company's calendar, and the words that have several meanings. This file is yours.
company:
  zone: UTC
  fiscal_year_starts: january

teams:
  data: {label: Data}
"""
_COUNTS = ("count", "count_distinct", "sum_boolean")


def definitions(imported: Imported, path: str) -> str:
    """The registry file, in dbt's words."""
    head = _GENERATED.format(mark=MARK, path=path, spec=imported.spec)
    body = yaml.dump(dict(imported.body), Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=120)
    return f"{head}{body}"


def governance(registry: Registry, owner: str, owners: Mapping[str, str], before: str = "") -> tuple[str, tuple[str, ...]]:
    """ana.yml with a line for each metric that it has none for, and those metrics. What stands there already stays as it is."""
    known = _known(before)
    new = [metric for name, metric in registry.metrics.items() if not metric.hidden and name not in known]
    lines = "".join(f"  {_line(metric, registry, owners.get(metric.name) or owner)}\n" for metric in new)
    names = tuple(metric.name for metric in new)
    if not before.strip():
        return f"{_ANA}metrics:\n{lines}" if lines else "", names
    return (_inserted(before, lines) if lines else before), names


def dbt_owners(body: Mapping[str, Any]) -> dict[str, str]:
    """Who owns a metric, where dbt's `meta` or `group` says it."""
    metrics = [*(body.get("metrics") or ()), *(each for model in body.get("models") or () for each in model.get("metrics") or ())]
    return {str(each.get("name")): owner for each in metrics if isinstance(each, dict) and (owner := _owner(each))}


def _owner(metric: Mapping[str, Any]) -> str:
    config = metric.get("config") or {}
    said = [(config.get("meta") or {}).get("owner"), (metric.get("meta") or {}).get("owner"), config.get("group")]
    return next((each for each in (*said, metric.get("group")) if isinstance(each, str)), "")


def _line(metric: Metric, registry: Registry, owner: str) -> str:
    said = {"owner": owner, "unit": _unit(metric, registry), "draft": True}
    values = ", ".join(f"{key}: {_scalar(value)}" for key, value in said.items())
    return f"{metric.name}: {{{values}}}"


def _scalar(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True).strip().removesuffix("...").strip()
    return '""' if value == "" else text


def _unit(metric: Metric, registry: Registry) -> str:
    """The unit where the aggregation leaves no choice, else ""."""
    if metric.kind == "ratio" or (metric.conversion and metric.conversion.rate):
        return "ratio"
    if metric.kind in ("cumulative", "conversion") and metric.inputs and metric.inputs[-1].metric in registry.metrics:
        return _unit(registry.metrics[metric.inputs[-1].metric], registry)
    return "count" if metric.agg in _COUNTS or (metric.agg, metric.expr) == ("sum", "1") else ""


def _known(text: str) -> set[str]:
    doc, _ = documents.parse("ana.yml", text)
    metrics = doc.value.get("metrics") if doc is not None and isinstance(doc.value, dict) else None
    return set(metrics) if isinstance(metrics, dict) else set()


def _inserted(text: str, lines: str) -> str:
    """The new lines at the top of `metrics:`, so that every other byte stays."""
    rows = text.splitlines(keepends=True)
    place = next((i for i, row in enumerate(rows) if row.split("#")[0].strip() == "metrics:"), None)
    if place is None:
        return text + ("" if text.endswith("\n") else "\n") + f"metrics:\n{lines}"
    return "".join([*_ended(rows[: place + 1]), lines, *rows[place + 1 :]])


def _ended(rows: list[str]) -> Iterator[str]:
    yield from rows[:-1]
    yield rows[-1] if rows[-1].endswith("\n") else f"{rows[-1]}\n"


class _Blocks(yaml.SafeDumper):
    """Texts of several lines in blocks, as people write dbt's files, and nothing by reference."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's own signature
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Blocks.add_representer(str, _text)
