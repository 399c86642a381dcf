"""`anabot import dbt`: somebody with a dbt project has a registry, and asks it, without having read a manual."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from office import Office
from tiny.warehouse import orders

from anabot.semantic import parse_registry
from anabot.semantic.registry import Metric, Registry
from anabot.standing import read_tree

CONFORMANCE = Path(__file__).parents[3] / "shared" / "conformance"
ORDERS = """version: 2
models:
- name: orders
  description: "{{ doc('orders') }}"
  columns:
  - name: order_id
    data_tests: [unique]
semantic_models:
- name: orders
  model: ref('orders')
  defaults: {agg_time_dimension: ordered_on}
  entities:
  - {name: order, type: primary, expr: order_id}
  dimensions:
  - {name: ordered_on, type: time, type_params: {time_granularity: day}}
  - {name: channel, type: categorical}
  measures:
  - {name: orders, agg: count, expr: order_id}
  - {name: minutes, agg: sum}
metrics:
- name: orders_placed
  label: Orders placed
  type: simple
  config: {meta: {owner: olga}}
  type_params: {measure: {name: orders, fill_nulls_with: 0, join_to_timespine: true}}
- name: minutes_waited
  label: Minutes waited
  type: simple
  type_params: {measure: minutes}
- name: minutes_per_order
  label: Minutes per order
  type: ratio
  type_params: {numerator: minutes_waited, denominator: orders_placed}
"""
EMBEDDED = """models:
- name: orders
  semantic_model: true
  agg_time_dimension: ordered_on
  columns:
  - {name: order_id, entity: {name: order, type: primary}}
  - {name: ordered_on, granularity: day, dimension: {type: time}}
  metrics:
  - {name: orders_placed, label: Orders placed, type: simple, agg: count, expr: order_id}
"""
JULY = sum(day.isoformat().startswith("2026-07") for _, _, _, day, *_ in orders())
PEOPLE = "people:\n  dana: {id: U0DANA, name: Dana, groups: [data]}\nchannels: {}\n"


@pytest.fixture
def project(office: Office) -> Path:
    """The bakery's own dbt project, beside an installation without a semantic layer."""
    office.write("cast.yml", PEOPLE)
    office.edit(".env", "ANABOT_STORE_URL", "ANABOT_SEMANTIC_LAYER=layer\nANABOT_PLAYBOOKS=layer\nANABOT_STORE_URL")
    office.write("shop/dbt_project.yml", "name: bakery\nmodels: {bakery: {marts: {+schema: marts}}}\n")
    office.write("shop/models/orders.sql", "select * from {{ source('till', 'orders') }}")
    office.write("shop/models/orders.md", "{% docs orders %}\nOne row an order.\n{% enddocs %}")
    office.write("shop/models/orders.yml", ORDERS)
    return office.folder / "shop"


def imported(office: Office, *more: str) -> Any:
    told = office.run("import", "dbt", "shop", "--schema", "crumb", "--json", *more)
    assert told.code == 0, told.out + told.err
    return told.json


def test_a_project_is_imported_and_asked_in_three_commands(office: Office, project: Path) -> None:
    told = office.run("import", "dbt", "shop", "--schema", "crumb", "--owner", "dana")
    checked = office.run("check")
    answer = office.ask("orders placed in july 2026", "dana")

    assert told.code == checked.code == 0, told.out + checked.out
    assert "3 metrics on 1 model, from the standalone spec" in told.out
    assert (answer["status"], answer["rows"]) == ("answered", [[JULY]])
    assert answer["badge"]["level"] == "draft"


def test_what_only_a_person_knows_is_named_where_it_is_written(office: Office, project: Path) -> None:
    told = imported(office)

    lines = (office.folder / "layer" / "ana.yml").read_text(encoding="utf-8").splitlines()
    assert {lines[each["line"] - 1].split(":")[0].strip() for each in told["todo"]} == {"minutes_waited", "minutes_per_order"}
    assert {each["what"].split(" has ")[1] for each in told["todo"]} == {"no owner."}
    assert office.run("check").code == 1


def test_an_owner_and_a_unit_are_taken_over_where_dbt_leaves_no_doubt(office: Office, project: Path) -> None:
    imported(office)

    ana = yaml.safe_load((office.folder / "layer" / "ana.yml").read_text(encoding="utf-8"))["metrics"]
    assert ana["orders_placed"] == {"owner": "olga", "unit": "count", "draft": True}
    assert ana["minutes_per_order"]["unit"] == "ratio"
    assert ana["minutes_waited"]["unit"] == ""


def test_a_second_import_keeps_what_people_wrote_and_adds_what_is_new(office: Office, project: Path) -> None:
    imported(office)
    office.edit(
        "layer/ana.yml",
        'minutes_waited: {owner: "", unit: "", draft: true}',
        "minutes_waited: {owner: eva, unit: minutes}  # hers",
    )
    office.write(
        "shop/models/more.yml",
        "metrics:\n- {name: both, label: Both, type: derived, type_params: {expr: orders_placed, metrics: [orders_placed]}}\n",
    )

    again = imported(office)

    text = (office.folder / "layer" / "ana.yml").read_text(encoding="utf-8")
    assert again["new"] == ["both"]
    assert "minutes_waited: {owner: eva, unit: minutes}  # hers" in text
    assert text.startswith("# What dbt has no place for.")
    assert imported(office)["written"] == []


def test_ana_yml_lies_over_the_definitions_of_dbt(office: Office, project: Path) -> None:
    imported(office, "--owner", "dana")
    office.edit(
        "layer/ana.yml",
        "metrics:\n",
        "dimensions:\n  orders.channel: {synonyms: [till]}\nmodels:\n  orders: {source: shop}\nmetrics:\n",
    )

    registry = parse_registry(read_tree(office.folder / "layer"))

    assert registry.models["orders"].source == "shop"
    assert registry.models["orders"].dimensions["channel"].synonyms == ("till",)
    assert (registry.metrics["minutes_waited"].owner, registry.metrics["minutes_waited"].draft) == ("dana", True)


def test_ana_yml_names_what_nothing_has(office: Office, project: Path) -> None:
    imported(office, "--owner", "dana")
    office.edit("layer/ana.yml", "metrics:\n", "metrics:\n  orders_placd: {owner: x}\n")

    told = office.run("check")

    assert told.code == 1
    assert "ana.yml:" in told.out
    assert "There is no metric `orders_placd`.\n  Did you mean `orders_placed`?" in told.out


def test_a_fault_of_the_project_is_named_in_its_own_file_and_nothing_is_written(office: Office, project: Path) -> None:
    office.edit("shop/models/orders.yml", "measure: minutes}", "measure: minuts}")
    office.edit("shop/models/orders.yml", "denominator: orders_placed", "denominator: orders_plcaed")

    told = office.run("import", "dbt", "shop")

    line = ORDERS.splitlines().index("  type_params: {measure: minutes}") + 1
    assert told.code == 1
    assert f"shop/models/orders.yml:{line}  There is no measure `minuts`.\n  Did you mean `minutes`?" in told.out
    assert "`orders_placed`?" in told.out
    assert told.err == "2 problems; nothing was written.\n"
    assert not (office.folder / "layer").exists()


def test_a_dry_run_prints_the_files_and_writes_none(office: Office, project: Path) -> None:
    told = office.run("import", "dbt", "shop", "--dry-run", "--schema", "crumb")

    assert told.code == 0
    assert "--- layer/dbt.yml" in told.out
    assert "name: orders_placed" in told.out
    assert not (office.folder / "layer").exists()


def test_a_file_of_somebody_is_not_written_over(office: Office, project: Path) -> None:
    office.write("layer/dbt.yml", "metrics: []\n")
    office.write("layer/access.yml", "classes: {company: {}}\n")

    told = office.run("import", "dbt", "shop")
    forced = imported(office, "--force")

    assert told.code == 1
    assert "somebody's own" in told.err
    assert "--force" in told.err
    assert [Path(each).name for each in forced["written"]] == ["dbt.yml", "ana.yml", "company.yml"]


def test_a_name_that_the_registry_has_already_stops_the_import(office: Office, project: Path) -> None:
    told = office.run("import", "dbt", "shop", "--into", "semantic_layer")

    assert told.code == 1
    assert "`orders_placed` is defined a second time" in told.out
    assert not (office.folder / "semantic_layer" / "dbt.yml").exists()


def test_the_embedded_spec_is_imported_too(office: Office, project: Path) -> None:
    office.write("shop/models/orders.yml", EMBEDDED)

    told = imported(office, "--owner", "dana")

    assert told["spec"] == "the spec embedded in models"
    assert told["models"] == {"orders": "crumb.orders"}
    assert office.ask("orders placed in july 2026", "dana")["rows"] == [[JULY]]


@pytest.mark.parametrize(
    ("properties", "code", "schema", "place"),
    [
        ("{}", "", "crumb", "crumb.orders"),
        ("{}", "", "", "orders"),
        ("{}", "{{ config(materialized='table', alias='halts') }}", "crumb", "crumb.halts"),
        ("{schema: own, database: vault}", "", "crumb", "vault.crumb_own.orders"),
        ("{schema: own}", "{{ config(schema = 'code') }}", "crumb", "crumb_code.orders"),
    ],
)
def test_a_model_lies_where_dbt_builds_it(
    office: Office, project: Path, properties: str, code: str, schema: str, place: str
) -> None:
    office.write("shop/models/orders.sql", f"{code} select 1")
    office.write("shop/models/orders.yml", EMBEDDED.replace("- name: orders", f"- name: orders\n  config: {properties}"))

    told = office.run("import", "dbt", "shop", "--json", *(("--schema", schema) if schema else ()))

    assert told.json["models"] == {"orders": place}


def test_a_folder_of_the_project_names_the_schema_of_its_models(office: Office, project: Path) -> None:
    (project / "models" / "orders.sql").unlink()
    office.write("shop/models/marts/orders.sql", "select 1")

    assert imported(office)["models"] == {"orders": "crumb_marts.orders"}


def test_the_manifest_says_where_a_model_lies(office: Office, project: Path) -> None:
    node = {"name": "orders", "resource_type": "model", "schema": "gold", "alias": "orders_v2"}
    office.write("shop/target/manifest.json", json.dumps({"nodes": {"model.bakery.orders": node}}))

    assert imported(office)["models"] == {"orders": "gold.orders_v2"}


def test_a_model_that_the_manifest_has_not_is_a_fault_with_the_nearest(office: Office, project: Path) -> None:
    node = {"name": "order", "resource_type": "model", "schema": "gold"}
    office.write("shop/target/manifest.json", json.dumps({"nodes": {"model.bakery.order": node}}))

    told = office.run("import", "dbt", "shop")

    assert told.code == 1
    assert "has no model `orders`.\n  So it has no table to ask.\n  Did you mean `order`?" in told.out


def test_a_macro_that_names_schemas_is_said(office: Office, project: Path) -> None:
    office.write("shop/macros/names.sql", "{% macro generate_schema_name(custom, node) %}{% endmacro %}")

    assert "its own generate_schema_name: run `dbt parse`" in imported(office)["notes"][0]


def test_what_dbt_has_built_is_imported_where_there_is_nothing_else(office: Office, project: Path) -> None:
    said = yaml.safe_load(ORDERS)
    place = {"alias": "orders", "schema_name": "crumb", "database": None, "relation_name": "crumb.orders"}
    noted = {"unique_id": "x", "resource_type": "y", "fqn": ["a"], "depends_on": {"nodes": []}, "created_at": 1.0}
    built = {
        "nodes": {},
        "semantic_models": {f"s.{each['name']}": {**each, **noted, "node_relation": place} for each in said["semantic_models"]},
        "metrics": {f"m.{each['name']}": {**each, **noted, "metadata": None} for each in said["metrics"]},
    }
    office.write("built/manifest.json", json.dumps(built))

    told = office.run("import", "dbt", "built", "--owner", "dana", "--json").json

    assert (told["spec"], told["why"]) == ("manifest.json", "there is no semantic_manifest.json")
    assert told["todo"] == []
    assert office.ask("orders placed in july 2026", "dana")["rows"] == [[JULY]]


def test_a_folder_without_dbt_says_what_to_give(office: Office) -> None:
    told = office.run("import", "dbt", "playbooks")

    assert told.code == 1
    assert "playbooks is not a dbt project." in told.err


def test_the_demos_project_defines_no_metric_and_says_so(office: Office) -> None:
    told = office.run("import", "dbt", str(Path(__file__).parents[2] / "demo" / "dbt"))

    assert told.code == 1
    assert "defines no metric" in told.err


SPELLINGS = {
    "dbt_latest": "the spec embedded in models",
    "dbt_legacy": "the standalone spec",
    "manifests": "semantic_manifest.json",
}
MODELS = ("simple_manifest", "multi_hop_join_manifest", "scd_manifest", "extended_date_manifest")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("folder", SPELLINGS)
def test_each_spelling_of_dbt_is_imported_as_it_is_read(office: Office, folder: str, model: str) -> None:
    given = CONFORMANCE / folder / (f"{model}.json" if folder == "manifests" else model)
    if not given.exists():
        pytest.skip("dbt's own cases are not beside the project")

    told = office.run("import", "dbt", str(given), "--into", "taken", "--owner", "sam", "--schema", "mf", "--json").json

    taken, read = parse_registry(read_tree(office.folder / "taken")), _read(given)
    assert told["spec"] == SPELLINGS[folder]
    assert told["todo"] == []
    assert {name: _plain(each) for name, each in taken.metrics.items()} == {
        name: _plain(each) for name, each in read.metrics.items()
    }
    assert {each.name: each.relation for each in taken.models.values()} == {
        each.name: each.relation for each in read.models.values()
    }
    assert taken.spines == read.spines
    assert taken.saved_queries == read.saved_queries


def _read(given: Path) -> Registry:
    if given.suffix == ".json":
        return parse_registry({"semantic_manifest.json": given.read_text(encoding="utf-8")}, governed=False)
    return parse_registry(read_tree(given), governed=False, schema="mf")


def _plain(metric: Metric) -> Metric:
    return replace(metric, owner="", unit="", draft=False, file="", line=0)
