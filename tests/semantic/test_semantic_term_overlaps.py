"""A term says of what its readings count some; what cannot be laid over another is a fault with its line."""

from __future__ import annotations

import pytest

from anabot.errors import RegistryError
from anabot.semantic import parse_registry

MODEL = """\
models:
- name: costs
  semantic_model: {enabled: true, name: costs}
  columns:
  - name: cost_id
    entity: {name: bill, type: primary}
  metrics:
  - {name: open_bills, label: Open, type: simple, agg: sum, expr: is_open, config: {meta: {ana: {unit: count}}}}
  - {name: late_bills, label: Late, type: simple, agg: sum, expr: is_late, config: {meta: {ana: {unit: count}}}}
  - {name: owed, label: Owed, type: simple, agg: sum, expr: amount, config: {meta: {ana: {unit: usd}}}}
"""


def read(metrics: str, entity: str) -> object:
    company = f"terms:\n- word: bills\n  metrics: [{metrics}]\n  overlap: {entity}\n"
    return parse_registry({"models/costs.yml": MODEL, "company.yml": company}, governed=False, schema="main").terms["bills"]


def test_readings_that_count_the_same_things_overlap() -> None:
    assert read("open_bills, late_bills", "bill").overlap == "bill"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("metrics", "entity", "what"),
    [
        ("open_bills, owed", "bill", "company.yml:4  These readings have no overlap."),
        ("open_bills, late_bills", "bil", "company.yml:4  The model `costs` of `open_bills` has no entity `bil`."),
    ],
)
def test_readings_that_do_not_are_a_fault(metrics: str, entity: str, what: str) -> None:
    with pytest.raises(RegistryError) as caught:
        read(metrics, entity)

    assert what in str(caught.value)
