"""What has come due while its playbook was paused: skipped, on record, so that nobody posts it later. It posts nothing."""

from __future__ import annotations

from collections.abc import Sequence

from anabot.playbooks.schedule import Slot
from anabot.store import Store


def skip_paused(store: Store, slots: Sequence[Slot]) -> None:
    """Claim the slots of paused playbooks and say that they were skipped: what is claimed here nobody else runs."""
    pauses = store.changes.pauses() if slots else {}
    for slot in slots:
        if slot.playbook in pauses and store.slots.claim(slot.playbook, slot.key):
            store.slots.finish(slot.playbook, slot.key, "skipped", {"reason": "It was paused."})
