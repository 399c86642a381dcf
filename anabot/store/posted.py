"""The numbers that playbooks have posted, until they are too old to be looked at again. It compares nothing.

They lie under the key of the playbook's owner, as the groups they belong to may be names.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update

from anabot.store import tables
from anabot.store.database import Database, now_text, to_json
from anabot.store.keys import PeopleKeys
from anabot.store.memory import upsert

_table = tables.posted


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What one delivery said. `message` is its own id, `figures` is JSON, `checked` the state of the data last looked at."""

    delivery_id: str
    playbook: str
    actor: str
    channel: str
    message: str
    at: dt.datetime
    checked: str
    figures: Any


class PostedFigures:
    """What was posted. What an owner who was forgotten has posted can no longer be read, and is gone."""

    def __init__(self, database: Database, keys: PeopleKeys) -> None:
        self._database, self._keys = database, keys

    def put(
        self, delivery_id: str, figures: Mapping[str, Any], *, playbook: str, actor: str, channel: str, message: str, checked: str
    ) -> None:
        """Keep what a delivery said, in place of what is kept of it."""
        row = {"delivery_id": delivery_id, "playbook": playbook, "actor": actor, "channel": channel, "message": message}
        with self._database.write() as connection:
            key, sealed = self._keys.seal(connection, actor, to_json(dict(figures)), delivery_id)
            row |= {"at": now_text(), "checked": checked, "key": key, "figures": sealed}
            upsert(self._database, connection, _table, row)

    def stale(self, state: str, *, since: dt.datetime) -> tuple[Posted, ...]:
        """What was posted since then and not looked at in this state of the data, the newest first."""
        wanted = select(_table).where(_table.c.checked != state, _table.c.at >= since.isoformat(timespec="microseconds"))
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(_table.c.at.desc())).all()
            keys = self._keys.wrapped(connection, (row.key for row in rows))
        found = [(row, self._keys.open(row.key, keys[row.key], row.figures, row.delivery_id)) for row in rows if row.key in keys]
        return tuple(_posted(row, json.loads(text)) for row, text in found if text is not None)

    def looked(self, posted: Posted, state: str, figures: Mapping[str, Any] | None = None) -> None:
        """Note that it was looked at, and what has been said since."""
        this = (_table.c.delivery_id == posted.delivery_id) & (_table.c.checked == posted.checked)
        values: dict[str, Any] = {"checked": state}
        with self._database.write() as connection:
            if figures is not None:
                key, sealed = self._keys.seal(connection, posted.actor, to_json(dict(figures)), posted.delivery_id)
                values |= {"key": key, "figures": sealed}
            connection.execute(update(_table).where(this).values(values))

    def forget(self, before: dt.datetime) -> int:
        """Drop what was posted before then. Returns how much."""
        with self._database.write() as connection:
            return connection.execute(delete(_table).where(_table.c.at < before.isoformat(timespec="microseconds"))).rowcount


def _posted(row: Any, figures: Any) -> Posted:
    return Posted(
        delivery_id=row.delivery_id,
        playbook=row.playbook,
        actor=row.actor,
        channel=row.channel,
        message=row.message,
        at=dt.datetime.fromisoformat(row.at),
        checked=row.checked,
        figures=figures,
    )
