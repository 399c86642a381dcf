"""What `/ana` can do beyond answering and playbooks: status, definitions, the record, a reload. Never shows a hidden name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anabot.ask import Asker
from anabot.errors import NotAllowed, UnknownName
from anabot.preview import Preview, preview
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.search import search
from anabot.store import Intended, Store
from anabot.types import Channel, Person

if TYPE_CHECKING:
    from anabot.replay import Replayer

_AUDITED = (
    "at", "workspace", "actor", "place", "kind", "status", "reason", "metrics", "rows", "ms", "tokens", "cost_usd", "receipt",
    "query_hash", "sql_hash", "result_hash", "access", "why", "registry", "question_id",
)  # fmt: skip


def audit_rows(store: Store, count: int, *, words: bool = False, **wanted: Any) -> list[dict[str, Any]]:
    """The newest `count` entries of the record, newest first; `wanted` filters as `Audit.list` does."""
    names = (*_AUDITED, "words", "query") if words else _AUDITED
    rows = [{name: getattr(entry, name) for name in names} for entry in store.audit.list(count, **wanted)]
    return [{**row, "cost_usd": format(row["cost_usd"], "f")} for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """The desk behind `/ana`, but for playbooks. `vitals` and `read_again` are handed in whole."""

    asker: Asker
    vitals: Callable[[], Mapping[str, str]]
    read_again: Callable[[], str]
    replayer: Callable[[], Replayer]

    def status(self) -> Mapping[str, str]:
        """Label → words, in the order they are shown."""
        return self.vitals()

    def metrics(self, text: str, person: Person, channel: Channel) -> Sequence[Metric]:
        """The metrics listed for this person here, best match first; all of them, by label, for an empty search."""
        registry = self.asker.current().registry
        visible = self.asker.decision(person, channel).named
        names = search(registry, text, visible) if text.strip() else sorted(visible, key=_catalogue(registry))
        return [registry.metrics[name] for name in names]

    def define(self, name: str, person: Person, channel: Channel) -> Metric:
        """One listed metric by name, label or synonym.

        Raises:
            UnknownName: no such metric, or one that is hidden from this person: the same words for both.
        """
        registry = self.asker.current().registry
        visible = self.asker.decision(person, channel).grant.listed
        wanted = name.strip().casefold()
        for metric in (registry.metrics[one] for one in sorted(visible)):
            if wanted in (metric.name, metric.label.casefold(), *(synonym.casefold() for synonym in metric.synonyms)):
                return metric
        nearest = tuple(search(registry, name, visible))[:2]
        raise UnknownName(f"There is no metric called “{name}” here.", name=name, nearest=nearest, todo="Try `/ana metrics`.")

    def audit(self, count: int) -> Sequence[Mapping[str, Any]]:
        """The newest `count` audit rows, newest first."""
        return audit_rows(self.asker.store, count)

    def replay(self, receipt: str, person: Person) -> Sequence[str]:
        """Run an answer again; whether it is the same or what moved, line by line.

        Raises:
            NotAllowed: it is somebody else's, and this person is no admin; the words are the same for one that does not exist.
        """
        replayer = self.replayer()
        if not person.admin and replayer.asked_by(receipt) != person.user:
            raise NotAllowed("You may replay the answers that you asked for.", todo="An admin may replay any.")
        return [line for one in replayer.replay(receipt, by=person.user) for line in one.lines()]

    @contextmanager
    def recorded(self, word: str, rest: str, person: Person, channel: str) -> Iterator[None]:
        """What is done inside is this person's `/ana` with this word, on record with its end. `rest` is kept as their words."""
        asked = Intended(question_id=f"/ana {word}", actor=person.user, place=channel, kind="admin", words=rest)
        with self.asker.store.audit.act(asked):
            yield

    def preview(self, person: Person, channel: Channel | None, by: Person) -> Preview:
        """What the person would see, alone and in a channel, and why. The look is on record."""
        return preview(self.asker, person, channel, by=by.user)

    def reload(self) -> str:
        """Read registry, access and playbooks again; one sentence that says what is now in force."""
        return self.read_again()


def _catalogue(registry: Registry) -> Callable[[str], tuple[bool, str]]:
    """By label; what is only a step of a bridge comes last."""
    steps = {metric for one in registry.reconciliations.values() for metric, _, _ in one.terms}
    return lambda name: (name in steps, registry.metrics[name].label.casefold())
