"""Let a model settle one question: turns, tools side by side, and what came of it. Bounded in every direction.

It never shows a model's number that no result holds, never runs anything but the tools, and never goes on without a record.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from typing import Any

from anabot.agent.budget import Budget
from anabot.agent.model import Call, Model, Prompt, Reply, text_turn
from anabot.agent.prices import estimated_tokens
from anabot.agent.prompt import DEFINITION, NONE
from anabot.agent.tools import TOOLS, Bench, Tool, Used
from anabot.agent.tools.bench import used
from anabot.agent.understanding import Ambiguous
from anabot.errors import ModelError
from anabot.types import Answer

MAX_TOKENS = 2_000  # of one turn, its thinking included
_SIDE_BY_SIDE, _CALLS_A_TURN = 4, 8
_DOING = {
    "search_registry": "Looking for the metric …",
    "query_metrics": "Asking the warehouse …",
    "chart": "Asking the warehouse …",
    "explain_metric": "Reading the definition …",
}
Faults = Callable[
    [str, Sequence[Answer]], Sequence[str]
]  # what in a text no result bears out, in words; nothing where all is well
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Queries that were answered, and the model's own words for them: "" where they were not borne out."""

    answers: tuple[Answer, ...]
    text: str = ""
    struck: bool = False  # whether words were left out because no result bore them out


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """A meaning was asked for: of these metrics."""

    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """Nothing came of it. `why` is a sentence for people, "" where the model knew no metric either."""

    why: str = ""


Outcome = Settled | Defined | Ambiguous | Unsettled


@dataclass(slots=True, kw_only=True)
class Conversation:
    """One question between Ana and a model."""

    model: Model
    bench: Bench
    budget: Budget
    faults: Faults
    progress: Progress = lambda _: None
    tools: Mapping[str, Tool] = field(default_factory=lambda: {tool.name: tool for tool in TOOLS})
    _batches: list[tuple[Answer, ...]] = field(default_factory=list)
    _explained: list[str] = field(default_factory=list)
    _rewritten: bool = False

    def settle(self, prompt: Prompt) -> Outcome:
        """What came of the question.

        Raises:
            StoreError: something could not be recorded.
        """
        try:
            while True:
                self.progress("Reading the question …" if not self._batches else "Putting it into words …")
                reply = self._reply(prompt)
                if reply.calls and reply.stop != "max_tokens":
                    found = self._use(reply.calls)
                    back = next((each.back for each in found if each.back), None)
                    if back is not None:
                        return back
                    prompt = _answered(prompt, reply, found)
                    continue
                outcome = self._end(reply)
                if outcome is not None:
                    return outcome
                prompt = self._again(prompt, reply)
        except ModelError as error:
            return self._broken(str(error))

    def _reply(self, prompt: Prompt) -> Reply:
        self.budget.before(estimated_tokens(prompt), MAX_TOKENS)
        started = time.monotonic()
        reply = self.model.reply(prompt, max_tokens=MAX_TOKENS, timeout_s=self.budget.left_s())
        self.budget.charge(reply.usage, time.monotonic() - started)
        return reply

    def _use(self, calls: Sequence[Call]) -> list[Used]:
        """Every call of a turn, side by side. All are answered, also those that are too many."""
        for call in calls[:1]:
            self.progress(_DOING.get(call.tool, "Working on it …"))
        allowed = calls[:_CALLS_A_TURN]
        with ThreadPoolExecutor(max_workers=_SIDE_BY_SIDE, thread_name_prefix="tool") as pool:
            running = [pool.submit(copy_context().run, used, call, self.tools, self.bench) for call in allowed]
            found = [each.result() for each in running]
        found += [Used(words=f"At most {_CALLS_A_TURN} calls a turn.", failed=True)] * (len(calls) - len(allowed))
        batch = tuple(each.answer for each in found if each.answer is not None)
        if batch:
            self._batches.append(batch)
        self._explained += [each.explained for each in found if each.explained]
        return found

    def _end(self, reply: Reply) -> Outcome | None:
        """What the last words come to; None where they must be written again."""
        if reply.stop in ("refusal", "max_tokens", "model_context_window_exceeded"):
            said = "did not want to answer that" if reply.stop == "refusal" else "did not come to an end"
            return self._broken(f"{self.model.name} {said}.")
        word = reply.text.strip().strip(".*`\"'").upper()
        if word == NONE:
            return Unsettled()
        if not self._batches:
            return (
                Defined(metrics=tuple(dict.fromkeys(self._explained))) if self._explained and word == DEFINITION else Unsettled()
            )
        return self._grounded(reply.text)

    def _grounded(self, text: str) -> Outcome | None:
        newest, everything = _once(self._batches[-1]), _once([each for batch in self._batches for each in batch])
        if not text or text.strip().upper() == DEFINITION:
            return Settled(answers=newest)
        for answers in (newest, everything):
            if not self.faults(text, answers):
                return Settled(answers=answers, text=text)
        return Settled(answers=newest, struck=True) if self._rewritten else None

    def _again(self, prompt: Prompt, reply: Reply) -> Prompt:
        """Ask once for other words, saying what is wrong with these."""
        self._rewritten = True
        faults = "; ".join(self.faults(reply.text, self._batches[-1]))[:600]
        asked = text_turn(
            f"This is not borne out by the rows: {faults}. Write it again, with numbers copied from the rows, or shorter."
        )
        said = {"role": "assistant", "content": list(reply.content)}
        return replace(prompt, messages=(*prompt.messages, said, asked))

    def _broken(self, why: str) -> Outcome:
        """It stopped in the middle: what was found is not thrown away, but said in Ana's own words."""
        if not self._batches:
            return Unsettled(why=why)
        return Settled(answers=_once(self._batches[-1]))


def _answered(prompt: Prompt, reply: Reply, found: Sequence[Used]) -> Prompt:
    """The prompt with the model's calls and all their results, in one turn."""
    results: list[dict[str, Any]] = [
        {"type": "tool_result", "tool_use_id": call.call_id, "content": each.words, **({"is_error": True} if each.failed else {})}
        for call, each in zip(reply.calls, found, strict=True)
    ]
    said = {"role": "assistant", "content": list(reply.content)}
    return replace(prompt, messages=(*prompt.messages, said, {"role": "user", "content": results}))


def _once(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    return tuple({each.query_hash: each for each in answers}.values())
