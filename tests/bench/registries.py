"""Semantic layers of any size, made up the same way each time: facts with their own metrics, and tables they join to.

The same models in two spellings: embedded in dbt models with everything that governance asks for, and dbt's standalone spec,
which other compilers read as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

Text = dict[str, str]
# Words read best as words.
_AREAS = "web app store partner field cloud billing support legal media mobile retail sales supply travel plant search".split()  # noqa: SIM905
_NOUNS = "order visit campaign ticket claim trip lease audit batch course grant panel recipe shift survey token voucher".split()  # noqa: SIM905
_PLACES = "customer product depot agency vendor program team site channel fleet".split()  # noqa: SIM905
_SUMS = "spend clicks hours refunds seats bookings weight".split()  # noqa: SIM905
_CUTS = ("status", "source", "priority")
_ATTRIBUTES = ("region", "segment", "tier")
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True, slots=True)
class Fact:
    """A table that metrics are measured on."""

    name: str
    places: tuple[str, ...]  # the tables it joins to
    metrics: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A made-up semantic layer. `small` has 120 metrics over 12 tables, `large` 5,000 over 500."""

    facts: tuple[Fact, ...]
    places: tuple[str, ...]

    @property
    def metrics(self) -> int:
        """How many metrics there are."""
        return sum(fact.metrics for fact in self.facts)


def layer(facts: int, places: int) -> Layer:
    """Facts with twelve metrics, every second one of more than 100 with thirteen."""
    named = tuple(_named(_PLACES, n) for n in range(places))
    return Layer(tuple(_fact(n, named, 12 + (n % 2 if facts > 100 else 0)) for n in range(facts)), named)


def _named(words: list[str] | tuple[str, ...], n: int) -> str:
    return words[n] if n < len(words) else f"{_AREAS[n // len(words) - 1]}_{words[n % len(words)]}"


def _fact(n: int, places: tuple[str, ...], metrics: int) -> Fact:
    name = f"{_AREAS[n % len(_AREAS)]}_{_NOUNS[n // len(_AREAS) % len(_NOUNS)]}" + (f"_{n}" if n >= 289 else "")
    return Fact(name, (places[n % len(places)], places[(n * 7 + 1) % len(places)]), metrics)


SMALL, LARGE = layer(10, 2), layer(400, 100)


def embedded(made: Layer) -> Text:
    """The layer in dbt models, one file for ten of them."""
    models = [*(_place(name) for name in made.places), *(_embedded(fact) for fact in made.facts)]
    files = {f"models/part_{n // 10}.yml": _yaml({"models": models[n : n + 10]}) for n in range(0, len(models), 10)}
    return {**files, "models/spine.yml": _yaml({"models": [_spine()]})}


def standalone(made: Layer) -> Text:
    """The layer in dbt's standalone spec, in one file."""
    models = [*(_lone_place(name) for name in made.places), *(_lone_fact(fact) for fact in made.facts)]
    metrics = [metric for fact in made.facts for metric in _lone_metrics(fact)]
    return {"layer.yml": _yaml({"models": [_spine()], "semantic_models": models, "metrics": metrics})}


def _yaml(value: Any) -> str:
    return str(yaml.dump(value, Dumper=_DUMPER, sort_keys=False, width=120))


def _spine() -> dict[str, Any]:
    return {
        "name": "time_spine",
        "config": {"schema": "marts"},
        "time_spine": {"standard_granularity_column": "date_day"},
        "columns": [{"name": "date_day", "granularity": "day"}],
    }


def _place(name: str) -> dict[str, Any]:
    cuts = [
        {"name": each, "description": f"The {each} of the {name}.", "dimension": {"type": "categorical"}} for each in _ATTRIBUTES
    ]
    return {
        "name": f"dim_{name}",
        "description": f"One row for each {name}.",
        "config": {"schema": "marts"},
        "semantic_model": {"enabled": True, "name": name},
        "columns": [{"name": f"{name}_id", "entity": {"name": name, "type": "primary"}}, *cuts],
    }


def _embedded(fact: Fact) -> dict[str, Any]:
    keys = [{"name": f"{place}_id", "entity": {"name": place, "type": "foreign"}} for place in fact.places]
    cuts = [{"name": each, "description": f"The {each} at the time.", "dimension": {"type": "categorical"}} for each in _CUTS]
    return {
        "name": f"fct_{fact.name}",
        "description": f"One row for each {fact.name.replace('_', ' ')}.",
        "config": {"schema": "marts"},
        "semantic_model": {"enabled": True, "name": fact.name},
        "agg_time_dimension": "happened_at",
        "columns": [
            {"name": f"{fact.name}_id", "entity": {"name": fact.name, "type": "primary"}},
            *keys,
            {"name": "happened_at", "granularity": "day", "dimension": {"type": "time"}},
            *cuts,
        ],
        "metrics": [_governed(metric) for metric in _metrics(fact)],
    }


def _governed(metric: dict[str, Any]) -> dict[str, Any]:
    words = metric["name"].replace("_", " ")
    ana = {
        "owner": "data_lead",
        "unit": "ratio" if metric["type"] == "ratio" else "usd",
        "synonyms": [f"all {words}"],
        "certified": {"by": "data_lead", "at": "2026-07-01", "expires": "2027-01-31"},
        "golden": [{"period": ["2026-05-01", "2026-08-01"], "value": "1200.50"}],
    }
    said = f"The {words} that were recorded in the period, without what was cancelled later."
    return {**metric, "label": words.capitalize(), "description": said, "config": {"meta": {"ana": ana}}}


def _filter(fact: Fact) -> str:
    return f"{{{{ Dimension('{fact.name}__status') }}}} = 'open'"


def _metrics(fact: Fact) -> list[dict[str, Any]]:
    name = fact.name
    sums = [{"name": f"{name}_{each}", "type": "simple", "agg": "sum", "expr": each} for each in _SUMS]
    count = {"name": f"{name}_count", "type": "simple", "agg": "count_distinct", "expr": f"{name}_id"}
    net = {"name": f"{name}_net_spend", "type": "simple", "agg": "sum", "expr": "spend - refunds"}
    share = {
        "name": f"{name}_open_share",
        "type": "ratio",
        "numerator": {"name": f"{name}_spend", "filter": _filter(fact)},
        "denominator": {"name": f"{name}_spend"},
    }
    growth = {
        "name": f"{name}_growth",
        "type": "derived",
        "expr": "now - before",
        "input_metrics": [
            {"name": f"{name}_spend", "alias": "now"},
            {"name": f"{name}_spend", "alias": "before", "offset_window": "1 month"},
        ],
    }
    each = {
        "name": f"{name}_spend_each",
        "type": "derived",
        "expr": f"{name}_spend / {name}_count",
        "input_metrics": [{"name": f"{name}_spend"}, {"name": f"{name}_count"}],
    }
    running = {
        "name": f"{name}_so_far",
        "type": "cumulative",
        "input_metric": {"name": f"{name}_spend"},
        "grain_to_date": "month",
    }
    return [*sums, count, net, share, growth, each, running][: fact.metrics]


def _lone_place(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "model": f"ref('dim_{name}')",
        "entities": [{"name": name, "type": "primary", "expr": f"{name}_id"}],
        "dimensions": [{"name": each, "type": "categorical"} for each in _ATTRIBUTES],
    }


def _lone_fact(fact: Fact) -> dict[str, Any]:
    time = {"name": "happened_at", "type": "time", "type_params": {"time_granularity": "day"}}
    simple = [each for each in _metrics(fact) if each["type"] == "simple"]
    return {
        "name": fact.name,
        "model": f"ref('fct_{fact.name}')",
        "defaults": {"agg_time_dimension": "happened_at"},
        "entities": [
            {"name": fact.name, "type": "primary", "expr": f"{fact.name}_id"},
            *({"name": place, "type": "foreign", "expr": f"{place}_id"} for place in fact.places),
        ],
        "dimensions": [time, *({"name": each, "type": "categorical"} for each in _CUTS)],
        "measures": [{"name": f"{each['name']}_rows", "agg": each["agg"], "expr": each["expr"]} for each in simple],
    }


def _lone_metrics(fact: Fact) -> list[dict[str, Any]]:
    return [{"name": each["name"], "label": each["name"], "description": each["name"], **_lone(each)} for each in _metrics(fact)]


def _lone(metric: dict[str, Any]) -> dict[str, Any]:
    match metric["type"]:
        case "simple":
            params: dict[str, Any] = {"measure": f"{metric['name']}_rows"}  # one that is called like the metric confuses some
        case "ratio":
            params = {key: metric[key] for key in ("numerator", "denominator")}
        case "derived":
            params = {"expr": metric["expr"], "metrics": metric["input_metrics"]}
        case _:
            params = {"cumulative_type_params": {"metric": metric["input_metric"], "grain_to_date": metric["grain_to_date"]}}
    return {"type": metric["type"], "type_params": params}
