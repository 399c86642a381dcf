"""Growth's part of the answer key: pipeline, trials and campaign spend from the generator's own events.

It reads no SQL, no Parquet and nothing of `anabot`.
"""

from __future__ import annotations

from typing import Any

from demo.halden import crm, marketing, rates, trials
from demo.halden.columns import DAY_SECONDS, as_date, day, instant, rounded
from demo.halden.crm import CLOSED, STAGES, Opportunity
from demo.halden.tally import (
    FY26_Q2,
    HALF_YEAR,
    LAST_MONTH,
    LAST_WEEK,
    MONTH,
    Answer,
    Entry,
    Fact,
    Span,
    shares,
    sums,
    usual,
)
from demo.halden.trials import Trial
from demo.halden.world import AS_OF_DAY, World

THIS_WEEK: Span = (AS_OF_DAY, AS_OF_DAY + 7)
SINCE_STALL: Span = (day(2026, 7, 6), AS_OF_DAY)
USUAL_STALL: Span = (day(2025, 2, 1), day(2026, 2, 1))  # FY25
SETTLED_DAYS = 14


def truth(world: World) -> dict[str, dict[str, Any]]:
    """Growth's metrics."""
    return {"metrics": {**_pipeline(world), **_trials(world), **_stages(world), "campaign_spend": _spend(world)}}


def _deal_groups(world: World, deal: Opportunity, stage: str) -> dict[str, str | None]:
    sellers = dict(world.sellers)
    return {
        "segment": deal.account.segment,
        "region": deal.account.region,
        "account_name": deal.account.name,
        "sales_rep_name": sellers[deal.owner_id],
        "campaign_name": deal.campaign.name if deal.campaign else "Unallocated",
        "stage": stage,
        "forecast_category": crm.FORECAST[stage],
    }


def _pipeline(world: World) -> dict[str, list[Answer]]:
    deals = [deal for deal in crm.opportunities(world) if not deal.deleted]
    created = [Fact(deal.created // DAY_SECONDS, deal.cents, _deal_groups(world, deal, deal.stage)) for deal in deals]
    closed = [Fact(deal.close_day, 1, _deal_groups(world, deal, deal.stage)) for deal in deals if deal.stage in CLOSED]
    won = [fact for fact in closed if fact.groups["stage"] == STAGES[4]]
    live = [Fact(None, deal.cents, _deal_groups(world, deal, deal.stage)) for deal in deals if deal.stage not in CLOSED]
    cuts = ("segment", "region", "sales_rep_name", "campaign_name")
    decided = [*usual(*cuts), Entry(None)]  # open deals have a close date ahead, and count in no period and not in all
    ways = [Entry(None), *(Entry(None, (cut,)) for cut in (*cuts, "stage", "forecast_category"))]
    return {
        "pipeline_created": sums(created, [*usual(*cuts), Entry(LAST_WEEK, ("segment",))], places=2),
        "opportunities_won": sums(won, decided, places=0),
        "opportunities_closed": sums(closed, decided, places=0),
        "win_rate": shares(won, closed, decided),
        "pipeline_open_live": sums(live, [*ways, Entry(None, (), (("segment", "robotics"),))], places=2),
        **_snapshots(world),
    }


def _snapshots(world: World) -> dict[str, list[Answer]]:
    seen = []
    for monday, deal in crm.snapshots(world):
        at = instant(monday, 6)
        stage = deal.stage_at(at)
        if stage not in CLOSED:
            cents = deal.cents if deal.bare else deal.cents_at(at)
            seen.append((monday, cents, _deal_groups(world, deal, stage)))
    mondays = sorted({monday for monday, _, _ in seen})
    amounts = [Fact(monday, cents, groups) for monday, cents, groups in seen]
    weeks = [Entry(LAST_WEEK), Entry(THIS_WEEK), *(Entry(LAST_WEEK, (cut,)) for cut in ("segment", "stage", "sales_rep_name"))]
    # A longer period shows its last snapshot, a month its own last one.
    last = max(monday for monday in mondays if monday < FY26_Q2[1])
    month_ends = {as_date(monday).replace(day=1): monday for monday in mondays}
    at_month_ends = [fact for fact in amounts if fact.day in month_ends.values()]
    quarter = [Entry(FY26_Q2), Entry(FY26_Q2, ("segment",)), Entry(FY26_Q2, (), (("segment", "robotics"),))]
    return {
        "pipeline_open_snapshot": [
            *sums(amounts, weeks, places=2),
            *sums([fact for fact in amounts if fact.day == last], quarter, places=2),
            *sums(at_month_ends, [Entry(HALF_YEAR, (MONTH,))], places=2),
        ]
    }


def _trial_groups(trial: Trial) -> dict[str, str | None]:
    return {"segment": trial.account.segment, "region": trial.account.region, "plan": trial.plan}


def _trials(world: World) -> dict[str, list[Answer]]:
    made = trials.trials(world).all
    cuts = ("segment", "region", "plan")
    started = [Fact(trial.starts // DAY_SECONDS, 1, _trial_groups(trial)) for trial in made]
    answers: dict[str, list[Answer]] = {"trial_starts": sums(started, usual(*cuts), places=0)}
    for days in (14, 30):
        known = [
            (trial.starts // DAY_SECONDS, trial)
            for trial in made
            if not trial.again and trial.starts // DAY_SECONDS <= AS_OF_DAY - days
        ]
        counted = {trial.id for _, trial in known}
        # Every trial is listed in both, so that a group without a purchase has a share of zero.
        eligible = [Fact(number, 1, _trial_groups(trial)) for number, trial in known]
        converted = [Fact(number, int(_bought_within(trial, days)), _trial_groups(trial)) for number, trial in known]
        others = [Fact(trial.starts // DAY_SECONDS, 0, _trial_groups(trial)) for trial in made if trial.id not in counted]
        entries = [*usual(*cuts), Entry(LAST_MONTH)]  # some trials of last month are older than 14 days and younger than 30
        answers[f"trials_eligible_{days}d"] = sums([*eligible, *others], entries, places=0)
        answers[f"trials_converted_{days}d"] = sums([*converted, *others], entries, places=0)
        answers[f"trial_conversion_{days}d"] = shares([*converted, *others], [*eligible, *others], entries)
    return answers


def _bought_within(trial: Trial, days: int) -> bool:
    return trial.bought is not None and trial.bought - trial.starts // DAY_SECONDS <= days


def stage_facts(world: World) -> list[tuple[int, str, bool, Trial]]:
    """Each stage that a trial reached at least 14 days ago: day, stage, whether it stalled there, and the trial."""
    return [
        (at // DAY_SECONDS, trials.STAGES[stage], stage + 1 >= len(trial.reached), trial)
        for trial in trials.trials(world).all
        for stage, at in enumerate(trial.reached[: len(trials.STAGES) - 1])
        if at // DAY_SECONDS <= AS_OF_DAY - SETTLED_DAYS
    ]


def usual_stalls(world: World) -> dict[str, int]:
    """The share that stalled at each stage in FY25, in ten-thousandths."""
    counts: dict[str, list[int]] = {}
    for number, stage, stalled, _ in stage_facts(world):
        if USUAL_STALL[0] <= number < USUAL_STALL[1]:
            reached = counts.setdefault(stage, [0, 0])
            reached[0] += stalled
            reached[1] += 1
    return {stage: rounded(10_000 * stalled, reached) for stage, (stalled, reached) in counts.items()}


def _stages(world: World) -> dict[str, list[Answer]]:
    usual_share = usual_stalls(world)
    found = [
        (number, stalled, {**_trial_groups(trial), "trial_stage": stage}) for number, stage, stalled, trial in stage_facts(world)
    ]
    reached = [Fact(number, 1, groups) for number, _, groups in found]
    stalls = [Fact(number, int(stalled), groups) for number, stalled, groups in found]
    excess = [
        Fact(number, 10_000 * stalled - usual_share[str(groups["trial_stage"])], groups) for number, stalled, groups in found
    ]
    entries = [
        Entry(SINCE_STALL),
        Entry(SINCE_STALL, ("trial_stage",)),
        Entry(FY26_Q2, ("trial_stage",)),
        Entry(SINCE_STALL, ("segment", "trial_stage")),
        *(Entry(SINCE_STALL, (), (("trial_stage", stage),)) for stage in trials.STAGES[:-1]),
    ]
    return {
        "trial_stages_reached": sums(reached, entries, places=0),
        "trial_stages_stalled": sums(stalls, entries, places=0),
        "trial_stalls_over_usual": sums(excess, entries, places=4),
        "trial_stall_rate": shares(stalls, reached, entries),
        "trial_stall_excess": shares(excess, reached, entries, scale=10_000),
    }


def _spend(world: World) -> list[Answer]:
    fx = rates.rates(world)
    facts = [
        Fact(
            event.day,
            fx.at_average(event.cents, event.currency, event.day),
            {"campaign_name": event.campaign.name, "platform": event.platform, "campaign_type": event.campaign.kind},
        )
        for event in marketing.spend(world)
    ]
    return sums(facts, usual("campaign_name", "platform", "campaign_type", segment=False), places=2)
