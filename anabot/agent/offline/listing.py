"""Read a question for the values of a dimension alone: "which regions do we have", "list all skills".

Pure. It offers only names that a metric of the asker leads to; people's own dimensions are told beside a number only.
"""

from __future__ import annotations

from dataclasses import dataclass

from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.slots import Cut, Slots
from anabot.agent.understanding import Ambiguous, Reading
from anabot.errors import NotAllowed, UnknownName
from anabot.semantic.compiler import compile_query
from anabot.semantic.distinct import through
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import DimensionRef

_CHOICES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One clause that names dimensions and nothing to count."""

    lexicon: Lexicon
    slots: Slots

    def is_asked(self, previous: MetricQuery | None) -> bool:
        """Whether the clause is about values alone: it names one dimension, and nothing that a metric would be needed for."""
        slots = self.slots
        said = (
            slots.mentions,
            slots.listed,
            slots.saved,
            slots.phrases,
            slots.unknown,
            slots.picks,
            slots.matches,
            slots.bounds,
            slots.amounts,
            slots.when,
        )
        more = (
            slots.rank,
            slots.sort,
            slots.over,
            slots.against,
            slots.define,
            slots.verbs,
            slots.wants_cut,
            slots.why,
            slots.blank,
            slots.compared,
            slots.openly,
            slots.stands,
        )
        loose = {cut.text for cut in slots.bare}
        asked = previous is None and (slots.which or bool(slots.bare))
        return (
            asked
            and not (any((*said, *more)) or slots.share or slots.running)
            and set(slots.misplaced) <= loose
            and len(self._cuts()) == 1
        )

    def reading(self) -> Reading:
        """The reading. Raises Exit where several dimensions have the name."""
        (cut,) = self._cuts()
        found = {ref.dimension.label: ref for ref in reversed(self._refs(cut))}
        if not found:
            raise stuck(
                "no_metric", f"I can tell the values of “{cut.text}” only beside a number. Name a metric.", unknown=[cut.text]
            )
        if len(found) == 1:
            return Reading(query=MetricQuery(group_by=(next(iter(found.values())).name,)))
        choices = tuple((label, MetricQuery(group_by=(ref.name,))) for label, ref in sorted(found.items())[:_CHOICES])
        raise Exit(Ambiguous(word=cut.text, choices=choices))

    def _cuts(self) -> list[Cut]:
        return [cut for cut in (*self.slots.cuts, *self.slots.bare) if cut.dimensions]

    def _refs(self, cut: Cut) -> list[DimensionRef]:
        """The dimensions of that name, by the shortest way to each."""
        found: dict[tuple[str, str], DimensionRef] = {}
        for metric in self.lexicon.visible:
            for ref in self.lexicon.reach(metric):
                home = (ref.dimension.model, ref.dimension.name)
                nearer = home not in found or len(ref.path) < len(found[home].path)
                if home in cut.dimensions and nearer and self._may(ref):
                    found[home] = ref
        return list(found.values())

    def _may(self, ref: DimensionRef) -> bool:
        query = MetricQuery(group_by=(ref.name,))
        try:
            through(self.lexicon.registry, query, self.lexicon.grant)
            compile_query(self.lexicon.registry, query, self.lexicon.grant)  # there may be no rows that a row rule can restrict
        except (UnknownName, NotAllowed):
            return False
        return True


def of_what_is_shown(slots: Slots, shown: MetricQuery | None) -> None:
    """ "all of them" needs a list that was cut off; "which of these" is none of rows that were cut off or sorted out."""
    if slots.these and shown and (shown.limit or shown.having):
        slots.misplaced += slots.these
    if slots.uncut and not (shown and shown.limit):
        slots.misplaced += slots.uncut
