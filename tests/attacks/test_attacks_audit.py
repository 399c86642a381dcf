"""Somebody who may write to Ana's database covers a trace. Each attack is found, its place and its kind are named, and each
succeeds when the defence it names is switched off.

They know how the chain is made and can compute every hash; what they have not is the key that signs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from anabot.store import Intended, Store, chain, checkpoints
from anabot.store.tables import audit, audit_words

QUESTIONS = 4  # eight links, and the checkpoint's own
SEALED = 2 * QUESTIONS
Defence = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def record(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A record with a checkpoint, and two links after it."""
    url = f"sqlite:///{tmp_path}/ana.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    store = Store(str(url), checkpoints=tmp_path / "elsewhere")
    store.migrate()
    for number in range(QUESTIONS):
        _ask(store, f"q{number}")
    store.seal()
    _ask(store, "afterwards")
    yield store
    store._database.close()


def _ask(store: Store, question: str) -> None:
    asked = Intended(
        question_id=question, actor="U0MALLORY", place="dm", words=f"net revenue of {question}", metrics=("net_revenue",)
    )
    store.audit.close(store.audit.open(asked), status="answered", rows=1, result_hash=f"r-{question}")


def edit_a_link(connection: Connection, _: Path) -> None:
    connection.execute(update(audit).where(audit.c.seq == 3).values(actor="U0ALICE"))


def edit_how_it_ended(connection: Connection, _: Path) -> None:
    connection.execute(update(audit).where(audit.c.seq == 4).values(status="forbidden", rows=0))


def edit_a_link_and_its_hash(connection: Connection, _: Path) -> None:
    link = _link(connection, 3)
    changed = {**link, "actor": "U0ALICE"}
    connection.execute(update(audit).where(audit.c.seq == 3).values(actor="U0ALICE", hash=chain.link_hash(changed)))


def pass_a_link_off_as_one_of_the_first_shape(connection: Connection, _: Path) -> None:
    """The hash of the first shape covers fewer columns."""
    changed = {**_link(connection, 3), "version": 1, "why": "Everybody may."}
    connection.execute(update(audit).where(audit.c.seq == 3).values({**changed, "hash": chain.link_hash(changed)}))
    _rehash(connection, 4)


def delete_a_link(connection: Connection, _: Path) -> None:
    connection.execute(delete(audit).where(audit.c.seq == 3))


def delete_the_first_links(connection: Connection, _: Path) -> None:
    connection.execute(delete(audit).where(audit.c.seq <= 2))


def swap_two_links(connection: Connection, _: Path) -> None:
    connection.execute(update(audit).where(audit.c.seq == 3).values(seq=999))
    connection.execute(update(audit).where(audit.c.seq == 5).values(seq=3))
    connection.execute(update(audit).where(audit.c.seq == 999).values(seq=5))


def swap_what_two_links_say(connection: Connection, _: Path) -> None:
    kept = ("seq", "prev", "hash")
    one, other = _link(connection, 3), _link(connection, 5)
    for at, says in ((3, other), (5, one)):
        said = {name: value for name, value in says.items() if name not in kept}
        connection.execute(update(audit).where(audit.c.seq == at).values(said))


def rebuild_the_whole_chain(connection: Connection, _: Path) -> None:
    connection.execute(update(audit).where(audit.c.actor == "U0MALLORY").values(actor="U0ALICE"))
    connection.execute(delete(audit_words))
    _rehash(connection, 1)


def rebuild_from_the_middle(connection: Connection, _: Path) -> None:
    connection.execute(update(audit).where(audit.c.seq == 5).values(actor="U0ALICE"))
    _rehash(connection, 5)


def delete_a_question_and_close_the_gap(connection: Connection, _: Path) -> None:
    connection.execute(delete(audit).where(audit.c.seq.in_((3, 4))))
    for seq in range(5, SEALED + 4):
        connection.execute(update(audit).where(audit.c.seq == seq).values(seq=seq - 2))
    _rehash(connection, 1)


def cut_the_tail_before_the_checkpoint(connection: Connection, _: Path) -> None:
    connection.execute(delete(audit).where(audit.c.seq > SEALED - 2))


def empty_the_record(connection: Connection, _: Path) -> None:
    connection.execute(delete(audit))
    connection.execute(delete(audit_words))


def change_what_was_said(connection: Connection, _: Path) -> None:
    entry = _link(connection, 3)["entry"]
    connection.execute(update(audit_words).where(audit_words.c.entry == entry).values(words="bm90aGluZw=="))


def move_what_was_said_to_another_link(connection: Connection, _: Path) -> None:
    one, other = _link(connection, 3)["entry"], _link(connection, 5)["entry"]
    words = connection.scalar(select(audit_words.c.words).where(audit_words.c.entry == other))
    connection.execute(update(audit_words).where(audit_words.c.entry == one).values(words=words))


def add_words_that_nobody_said(connection: Connection, _: Path) -> None:
    beside = {"entry": f"{_link(connection, 3)['entry']}{chain.END}", "actor": "U0MALLORY", "key": "", "salt": "", "words": "{}"}
    connection.execute(insert(audit_words).values(beside))


def remove_the_checkpoints(_: Connection, file: Path) -> None:
    file.unlink()


def rewrite_a_checkpoint(_: Connection, file: Path) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), "hash": "0" * 64}) + "\n")


def scribble_over_a_checkpoint(_: Connection, file: Path) -> None:
    file.write_text("{}\n")


def forge_the_checkpoint_with_a_key_of_ones_own(connection: Connection, file: Path) -> None:
    """A chain rebuilt whole, and a checkpoint of it that another key signs."""
    rebuild_the_whole_chain(connection, file)
    file.unlink()
    forger = checkpoints.Vault(file.parent / "forged")
    checkpoints.Checkpoints(file.parent, file.name.split(".")[0], forger).add("local", SEALED, _link(connection, SEALED)["hash"])


def _no_hashes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(chain, "sound", lambda link: True)


def _no_order(patch: pytest.MonkeyPatch) -> None:
    """Links are not compared with the one before, nor counted: each is taken where it stands."""
    patch.setattr("anabot.store.examining._Chain._walk", _walked_blindly)


def _walked_blindly(self: Any) -> Iterator[Any]:
    for link in self._links():
        self._last = link["seq"]
        if not chain.sound(link):
            self._unsound.append(link)
        self._compare(link)
    return iter(())


def _no_checkpoints(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(checkpoints.Checkpoints, "read", lambda self, workspace: [])
    patch.setattr("anabot.store.examining._Chain._missing", lambda self: iter(()))


def _no_signatures(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(checkpoints.Checkpoints, "_flaw", lambda self, *_: "")
    patch.setattr("anabot.store.examining._Chain._missing", lambda self: iter(()))


def _no_naming(patch: pytest.MonkeyPatch) -> None:
    """The chain does not tell which checkpoints there are."""
    patch.setattr("anabot.store.examining._Chain._missing", lambda self: iter(()))


def _no_words(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("anabot.store.examining._Chain._words", lambda self: iter(()))


@dataclass(frozen=True)
class Attack:
    does: Callable[[Connection, Path], None]
    kind: str
    link: int
    without: tuple[Defence, ...]  # with these switched off it would not be found


ATTACKS = [
    Attack(edit_a_link, "edited", 3, (_no_hashes,)),
    Attack(edit_how_it_ended, "edited", 4, (_no_hashes,)),
    Attack(edit_a_link_and_its_hash, "edited", 3, (_no_order,)),
    Attack(pass_a_link_off_as_one_of_the_first_shape, "edited", 3, (_no_hashes, _no_checkpoints)),
    Attack(delete_a_link, "deleted", 3, (_no_order,)),
    Attack(delete_the_first_links, "deleted", 1, (_no_order,)),
    Attack(swap_two_links, "swapped", 3, (_no_hashes, _no_order)),
    Attack(swap_what_two_links_say, "swapped", 5, (_no_hashes,)),
    Attack(rebuild_the_whole_chain, "rebuilt", SEALED, (_no_checkpoints,)),
    Attack(rebuild_from_the_middle, "rebuilt", SEALED, (_no_checkpoints,)),
    Attack(delete_a_question_and_close_the_gap, "rebuilt", SEALED, (_no_checkpoints,)),
    Attack(cut_the_tail_before_the_checkpoint, "cut", SEALED - 1, (_no_checkpoints,)),
    Attack(empty_the_record, "cut", 1, (_no_checkpoints,)),
    Attack(change_what_was_said, "words", 3, (_no_words,)),
    Attack(move_what_was_said_to_another_link, "words", 3, (_no_words,)),
    Attack(add_words_that_nobody_said, "words", 4, (_no_words,)),
    Attack(remove_the_checkpoints, "checkpoint_missing", SEALED + 1, (_no_naming,)),
    Attack(rewrite_a_checkpoint, "checkpoint_altered", SEALED, (_no_checkpoints,)),
    Attack(scribble_over_a_checkpoint, "checkpoint_altered", 0, (_no_checkpoints,)),
    Attack(forge_the_checkpoint_with_a_key_of_ones_own, "checkpoint_altered", SEALED, (_no_signatures,)),
]
each = pytest.mark.parametrize("attack", ATTACKS, ids=[attack.does.__name__ for attack in ATTACKS])


@each
def test_the_attack_is_found_and_its_place_and_kind_are_named(attack: Attack, record: Store) -> None:
    assert record.audit.verify() is None

    _attack(record, attack)

    (local,) = record.examine()
    assert (attack.kind, attack.link) in {(one.kind, one.link) for one in local.found}, local.found


@each
def test_the_attack_is_not_found_without_the_defence(attack: Attack, record: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _attack(record, attack)
    for switch_off in attack.without:
        switch_off(monkeypatch)

    assert [one for chained in record.examine() for one in chained.found if one.kind == attack.kind] == []


def test_a_tail_cut_after_the_last_checkpoint_is_the_window_that_is_stated(record: Store) -> None:
    (before,) = record.examine()
    with record._database.write() as connection:
        connection.execute(delete(audit).where(audit.c.seq > SEALED + 1))

    (after,) = record.examine()

    assert (before.links, before.open) == (SEALED + 3, 2)
    assert (after.found, after.links, after.open) == ((), SEALED + 1, 0)


def test_a_rebuilt_chain_is_still_found_when_ana_has_written_and_sealed_on(record: Store) -> None:
    with record._database.write() as connection:
        rebuild_from_the_middle(connection, Path())
    _ask(record, "later")
    record.seal()

    (local,) = record.examine()

    assert [(one.kind, one.link) for one in local.found] == [("rebuilt", SEALED)]


def _attack(record: Store, attack: Attack) -> None:
    file = record._checkpoints.file("local")
    with record._database.write() as connection:
        attack.does(connection, file)


def _link(connection: Connection, seq: int) -> dict[str, Any]:
    return dict(connection.execute(select(audit).where(audit.c.seq == seq)).mappings().one())


def _rehash(connection: Connection, start: int) -> None:
    """Make every hash from a link on right again, as whoever may write can."""
    previous = _link(connection, start - 1)["hash"] if start > 1 else chain.GENESIS
    for link in [
        dict(row) for row in connection.execute(select(audit).where(audit.c.seq >= start).order_by(audit.c.seq)).mappings()
    ]:
        made = {**link, "prev": previous}
        previous = chain.link_hash(made)
        connection.execute(update(audit).where(audit.c.seq == link["seq"]).values(prev=made["prev"], hash=previous))
