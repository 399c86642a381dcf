"""Free trials: who starts one, how far they get, and who becomes a paying customer.

It plants T35 (parents who buy for a child, trials taken twice, conversions between day 15 and day 30) and a stall: since
July 2026 far fewer trials get from uploaded data to reviewed labels.
"""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import pyarrow as pa

from demo.halden import columns, names
from demo.halden.columns import day
from demo.halden.world import LAST_DAY, MARKETS, SEGMENTS, Account, Customer, World

STAGES = ("signed_up", "project_created", "data_uploaded", "labels_reviewed", "results_exported", "converted")
GO_ON = (86, 80, 77, 71, 42)  # percent that reach the next stage
STALL_STAGE, STALL_FROM, STALL_PERCENT = 2, day(2026, 7, 6), 38
PLANS = (("starter", 49_900), ("team", 149_900), ("scale", 499_900))
FIRST_START = day(2024, 1, 8)
ACTIONS = ("login", "view_results", "invite", "open_docs", "label_preview")


class Trial(NamedTuple):
    """One trial. `reached` has an instant for every stage reached; `again` marks a second trial of the same account."""

    id: str
    account: Account
    workspace_id: str
    starts: int  # instant
    plan: str
    reached: tuple[int, ...]
    again: bool
    buyer: Customer | None  # who bought, if somebody did
    bought: int | None  # the day the subscription starts
    mrr: int
    seats: int
    extra: tuple[tuple[int, str], ...]  # other events: instant, name


class Trials(NamedTuple):
    """All trials by start, the accounts behind them, and the customers they became."""

    all: list[Trial]
    accounts: list[Account]
    customers: list[Customer]


def trials(world: World) -> Trials:
    """The trials of this world."""
    return world.once("trials", _make)


def _make(world: World) -> Trials:
    return _Maker(world).made()


class _Maker:
    """Makes trials in the order they start, from one generator."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng("growth.trial")
        self.company = names.companies(world.rng("world.companies"))
        for _ in world.accounts:
            next(self.company)
        self.trials: list[Trial] = []
        self.accounts: list[Account] = []
        self.customers: list[Customer] = []

    def made(self) -> Trials:
        """All trials of the calendar."""
        rng = self.rng
        for monday in range(FIRST_START, LAST_DAY + 1, 7):
            for _ in range(rng.randrange(4, 9) + (monday - FIRST_START) // 180):
                number = monday + rng.randrange(7)
                repeat = (
                    self.trials[rng.randrange(len(self.trials) // 2)] if len(self.trials) > 60 and rng.random() < 0.04 else None
                )
                if number <= LAST_DAY:
                    self.start(number, repeat)
        return Trials(sorted(self.trials, key=lambda trial: (trial.starts, trial.id)), self.accounts, self.customers)

    def start(self, number: int, repeat: Trial | None) -> None:
        """One trial more. A repeat never buys and never counts for conversion."""
        rng = self.rng
        if repeat and (repeat.again or repeat.bought is not None or repeat.starts >= columns.instant(number - 40)):
            repeat = None
        account, parent = (repeat.account, None) if repeat else self.account(next(self.company))
        starts = columns.instant(number, 14 + rng.randrange(8), rng.randrange(60))
        reached = _journey(rng, number, starts, stop_before_buying=repeat is not None)
        plan, mrr = PLANS[min(2, int(rng.random() * rng.random() * 4))]
        seats = 1 + rng.randrange(12)
        buyer = self.buyer(parent or account) if len(reached) == len(STAGES) else None
        extra = [(starts + rng.randrange(60, 13 * columns.DAY_SECONDS), rng.choice(ACTIONS)) for _ in range(rng.randrange(2, 26))]
        self.trials.append(
            Trial(
                id=f"TR-{len(self.trials) + 1:05d}",
                account=account,
                workspace_id=f"ws-{len(self.trials) + 1:05d}",
                starts=starts,
                plan=plan,
                reached=reached,
                again=repeat is not None,
                buyer=buyer,
                bought=reached[-1] // columns.DAY_SECONDS if buyer else None,
                mrr=mrr,
                seats=seats,
                extra=tuple(event for event in extra if event[0] < columns.instant(LAST_DAY + 1)),
            )
        )

    def buyer(self, payer: Account) -> Customer:
        """The customer that a trial became."""
        market = next(m for m in MARKETS if m[0] == payer.country)
        customer = Customer(2001 + len(self.customers), f"{payer.name} LLC", payer, market[2], market[3], 1)
        self.customers.append(customer)
        return customer

    def account(self, name: str) -> tuple[Account, Account | None]:
        """A new account, and its parent where it has one."""
        rng = self.rng
        market = rng.choices(MARKETS, [m[4] for m in MARKETS])[0]
        segment = rng.choices(SEGMENTS, (2, 1, 0, 5, 3))[0]
        owner = self.world.sellers[rng.randrange(len(self.world.sellers))][0]
        parent = None
        if rng.random() < 0.12:
            parent_id = names.salesforce_id("001", 1000 + len(self.accounts), rng)
            parent = Account(parent_id, f"{name} Group", segment, market[0], market[1], owner, "parent")
            self.accounts.append(parent)
        account_id = names.salesforce_id("001", 1000 + len(self.accounts), rng)
        account = Account(account_id, name, segment, market[0], market[1], owner, "trial", parent.id if parent else None)
        self.accounts.append(account)
        return account, parent


def _journey(rng: random.Random, number: int, starts: int, *, stop_before_buying: bool) -> tuple[int, ...]:
    reached = [starts]
    for stage, percent in enumerate(GO_ON):
        if stage == STALL_STAGE and number >= STALL_FROM:
            percent = STALL_PERCENT
        last = stage == len(GO_ON) - 1
        if rng.randrange(100) >= percent or (last and stop_before_buying):
            break
        # Most buy within 14 days; every fourth takes up to five weeks, so that 14 and 30 days differ.
        slow = last and rng.random() < 0.28
        wait = rng.randrange(15, 36) * columns.DAY_SECONDS if slow else rng.randrange(3_600, 52 * 3_600)
        instant = (starts if slow else reached[-1]) + wait
        if instant >= columns.instant(LAST_DAY + 1):
            break
        reached.append(max(instant, reached[-1] + 60))
    return tuple(reached)


def tables(world: World) -> dict[str, pa.Table]:
    """`growth.trial`, `growth.trial_event`, `growth.account_xref`."""
    made = trials(world)
    events = [
        (f"{trial.id}-{position:03d}", trial.id, name, instant)
        for trial in made.all
        for position, (instant, name) in enumerate(
            sorted([*((instant, STAGES[stage]) for stage, instant in enumerate(trial.reached)), *trial.extra])
        )
    ]
    event_ids, trial_ids, event_names, instants = zip(*events, strict=True)
    return {
        "growth.trial": columns.table(
            {
                "trial_id": columns.text([trial.id for trial in made.all]),
                "crm_account_id": columns.text([trial.account.id for trial in made.all]),
                "workspace_id": columns.text([trial.workspace_id for trial in made.all]),
                "started_at": columns.stamps([trial.starts for trial in made.all]),
                "plan": columns.text([trial.plan for trial in made.all]),
            }
        ),
        "growth.trial_event": columns.table(
            {
                "event_id": columns.text(event_ids),
                "trial_id": columns.text(trial_ids),
                "event": columns.text(event_names),
                "occurred_at": columns.stamps(instants),
            }
        ),
        "growth.account_xref": _xref(world, made),
    }


def _xref(world: World, made: Trials) -> pa.Table:
    rows: list[tuple[Any, ...]] = [
        (customer.account.id, customer.id, None, "billing_ref", 100) for customer in (*world.customers, *made.customers)
    ]
    rows += [(trial.account.id, None, trial.workspace_id, "workspace_owner", 95) for trial in made.all]
    accounts, customers, workspaces, methods, confidence = zip(*rows, strict=True)
    return columns.table(
        {
            "crm_account_id": columns.text(accounts),
            "customer_id": columns.whole(customers),
            "workspace_id": columns.text(workspaces),
            "method": columns.text(methods),
            "confidence": columns.decimal(confidence, 2),
        }
    )
