"""Halden's own playbooks: each runs, says what the generator's events say, and every team has some."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from halden_data import NOW, Halden

from anabot.errors import PlaybookError
from anabot.semantic.units import format_cell
from anabot.types import Column

LAST_QUARTER, LAST_WEEK, TWELVE_MONTHS = (
    ("2026-05-01", "2026-08-01"),
    ("2026-09-28", "2026-10-05"),
    ("2025-10-01", "2026-10-01"),
)
HEADLINES = [
    ("finance/margin-by-segment", "gross_margin_pct", LAST_QUARTER),
    ("growth/win-rate", "win_rate", LAST_QUARTER),
    ("ops/on-time-delivery", "on_time_delivery_rate", LAST_WEEK),
    ("ops/quality-and-rework", "first_pass_acceptance", LAST_WEEK),
    ("ops/contributor-retention", "contributor_retention_90d", TWELVE_MONTHS),
    ("people/attrition", "attrition_rate_12m", TWELVE_MONTHS),
]
PERCENT = Column(name="", type="ratio", unit="ratio")


@pytest.mark.parametrize(("playbook", "metric", "period"), HEADLINES)
def test_a_digest_opens_with_the_generators_own_number(
    halden: Halden, playbook: str, metric: str, period: tuple[str, str]
) -> None:
    truth = next(
        case["rows"][0][-1]
        for case in halden.truth["metrics"][metric]
        if case["period"] == list(period) and not case["group_by"] and not case.get("where")
    )

    digest = halden.house.runner.run(halden.house.standing.laws.playbooks[playbook], NOW, dry_run=True)

    assert format_cell(Decimal(truth), PERCENT) in digest.markdown.split("\n", 1)[0]


def test_every_playbook_runs_and_ends_with_its_dates_its_age_and_its_receipts(halden: Halden) -> None:
    for name, playbook in halden.house.standing.laws.playbooks.items():
        digest = halden.house.runner.run(playbook, NOW, dry_run=True)

        opening, end = digest.markdown.split("\n", 1)[0], digest.markdown.rsplit("\n---\n", 1)[1]
        assert "**" in opening or opening.startswith("_"), name
        assert ("### Next step" in digest.markdown) != bool(digest.parts), name
        assert "Data as of" in end, name
        assert "receipts R-" in end, name


def test_every_team_has_three_playbooks_or_more_on_a_named_weekday(halden: Halden) -> None:
    playbooks = halden.house.standing.laws.playbooks
    teams = Counter(name.split("/")[0] for name in playbooks)

    assert len(playbooks) >= 16
    assert all(teams[team] >= 3 for team in ("finance", "growth", "ops", "people")), teams


def test_each_region_s_part_opens_with_the_generator_s_own_count(halden: Halden) -> None:
    truth = next(
        dict(case["rows"])
        for case in halden.truth["metrics"]["units_submitted"]
        if case["period"] == list(LAST_WEEK) and case["group_by"] == ["region"]
    )

    digest = halden.house.runner.run(halden.house.standing.laws.playbooks["ops/region-by-region"], NOW, dry_run=True)

    largest = sorted(truth, key=lambda region: -int(truth[region]))[:6]
    assert [part.title.removeprefix("Region by region: ") for part in digest.parts] == largest
    for region, part in zip(largest, digest.parts, strict=True):
        assert part.markdown.startswith(f"**{region} submitted {int(truth[region]):,} units last week**")


def test_what_finance_and_operations_read_together_takes_the_service_that_may_see_both(halden: Halden) -> None:
    playbook = halden.house.standing.laws.playbooks["finance/cost-of-quality"]

    together = halden.house.runner.run(playbook, NOW, dry_run=True)
    with pytest.raises(PlaybookError, match="may not say `rework_rate`, `units_reworked`"):
        halden.house.runner.run(replace(playbook, service=""), NOW, dry_run=True)

    assert "By @fin_analyst as the service quality-cost" in together.markdown
