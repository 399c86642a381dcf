"""What a call costs, by the public price list in US dollars for a million tokens. Never a bill: that comes from whoever sent it.

A Claude model that is not in the list counts as the dearest that is, so that a limit in dollars holds. Any other name is a model
that somebody runs themselves, and costs nothing by this list.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from anabot.agent.model import Prompt, Usage

_MILLION = Decimal(1_000_000)
BYTES_A_TOKEN = 3


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens: read, written to the cache for five minutes, read from the cache, written as an answer."""

    fresh: Decimal
    written: Decimal
    kept: Decimal
    out: Decimal

    def of(self, usage: Usage) -> Decimal:
        """The dollars of one call."""
        sums = self.fresh * usage.fresh + self.written * usage.written + self.kept * usage.kept + self.out * usage.out
        return sums / _MILLION

    def at_most(self, read: int, out: int) -> Decimal:
        """The dollars of a call that reads and writes as much as it may, with nothing in the cache."""
        return (max(self.fresh, self.written) * read + self.out * out) / _MILLION


def _price(*dollars: str) -> Price:
    return Price(*map(Decimal, dollars))


PRICES = {
    "claude-haiku-5-5": _price("0.10", "0.125", "0.01", "0.50"),
    "claude-sonnet-5-5": _price("2", "2.50", "0.10", "10"),
    "claude-opus-5-5": _price("4", "5", "0.20", "20"),
    "claude-fable-5-1": _price("10", "12.50", "0.25", "50"),
}
_DEAREST = _price("10", "12.50", "1", "50")
_FREE = _price("0", "0", "0", "0")


def price_of(model: str) -> Price:
    """The price of a model, by its name or by its name with a date behind it."""
    listed = (price for name, price in PRICES.items() if model == name or model.startswith(f"{name}-"))
    return next(listed, _DEAREST if model.startswith("claude") else _FREE)


def estimated_tokens(prompt: Prompt) -> int:
    """About how many tokens a prompt is, never too few: a third of its bytes as JSON. English prose has about four a token."""
    said: list[Any] = [list(prompt.tools), prompt.system, list(prompt.messages)]
    return -(-size(said) // BYTES_A_TOKEN)


def size(said: Any) -> int:
    """The bytes of something as JSON."""
    return len(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
