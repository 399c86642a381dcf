"""What a model may cost: turns, tokens, dollars and seconds, for one question and for one team's day.

Asked before each call, with what that call can cost at most: a limit is not passed and then noticed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from anabot.agent.model import Usage
from anabot.agent.prices import price_of
from anabot.errors import ModelError


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What has been used up."""

    turns: int = 0
    tokens: int = 0
    usd: Decimal = Decimal(0)
    seconds: float = 0.0

    def plus(self, other: Spent) -> Spent:
        """Both together."""
        return Spent(
            turns=self.turns + other.turns,
            tokens=self.tokens + other.tokens,
            usd=self.usd + other.usd,
            seconds=self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that may be used up."""

    turns: int
    tokens: int
    usd: Decimal
    seconds: float

    def passed_by(self, spent: Spent) -> str:
        """What would be more than is allowed, in a word; "" where nothing is."""
        over = {
            "turns": spent.turns > self.turns,
            "tokens": spent.tokens > self.tokens,
            "dollars": spent.usd > self.usd,
            "seconds": spent.seconds >= self.seconds,
        }
        return next((name for name, too_much in over.items() if too_much), "")


class Ledger(Protocol):
    """What each team has spent today. Shared by every process."""

    def today(self, team: str) -> Spent:
        """What the team has spent since midnight, UTC."""

    def add(self, team: str, spent: Spent) -> None:
        """Note that the team has spent this, too."""


@dataclass(slots=True, kw_only=True)
class Budget:
    """The purse of one question."""

    model: str
    team: str
    question: Limits
    day: Limits
    ledger: Ledger
    clock: Callable[[], float] = time.monotonic
    spent: Spent = Spent()
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.clock()

    def left_s(self) -> float:
        """How many seconds this question still has."""
        return max(self.question.seconds - (self.clock() - self._began), 0.0)

    def before(self, read: int, out: int) -> None:
        """Ask whether a call that reads `read` tokens and writes `out` may still be made.

        Raises:
            ModelError: the question's or the team's limit would be passed.
        """
        most = Spent(turns=1, tokens=read + out, usd=price_of(self.model).at_most(read, out))
        gone = Spent(seconds=self.clock() - self._began)
        passed = self.question.passed_by(
            Spent(turns=self.spent.turns, tokens=self.spent.tokens, usd=self.spent.usd).plus(most).plus(gone)
        )
        if passed:
            raise ModelError(
                f"One question may not use more {passed} than this.", todo="Ask it in fewer parts, or in the metrics' own names."
            )
        passed = self.day.passed_by(self.ledger.today(self.team).plus(most))
        if passed:
            raise ModelError(
                f"Your team's {passed} for the model are used up for today.", todo="Ask in the metrics' own names, or tomorrow."
            )

    def charge(self, usage: Usage, seconds: float) -> None:
        """Note what a call has used, in this question and in the team's day."""
        one = Spent(turns=1, tokens=usage.tokens, usd=price_of(self.model).of(usage), seconds=seconds)
        self.spent = self.spent.plus(one)
        self.ledger.add(self.team, one)
