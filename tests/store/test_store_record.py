"""People can be forgotten, two processes write one chain, workspaces have chains of their own, and old records stay readable."""

import datetime as dt
import hashlib
import multiprocessing
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text

from anabot.errors import BadQuery, StoreError
from anabot.store import FORGOTTEN, Intended, Store, chain
from anabot.store.database import to_json
from anabot.store.tables import audit, metadata

SAID = "what did Tremor Robotics pay?"
ASKED = Intended(
    question_id="C1/1", actor="U0FIN", place="#fin-weekly", words=SAID, query={"where": [{"values": ["Tremor Robotics"]}]},
    metrics=("net_revenue",), access="g1", why="The finance team sees company metrics.",
)  # fmt: skip


def everything(store: Store) -> str:
    """Every cell of every table, as somebody with the database reads it."""
    with store._database.read() as connection:
        return str([connection.execute(select(table)).all() for table in metadata.sorted_tables])


def write(url: str, folder: Path) -> None:
    store = Store(url, checkpoints=folder)
    for _ in range(20):
        store.audit.close(store.audit.open(ASKED), status="answered")
    store.close()


def test_two_processes_write_one_unbroken_chain_and_its_checkpoints(store: Store, store_url: str, tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write, args=(store_url, tmp_path / "checkpoints")) for _ in range(2)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(60)

    (local,) = store.examine()

    assert [process.exitcode for process in writers] == [0, 0]
    assert (local.found, local.open) == ((), 0)
    assert len(store.audit.list(100)) == 40
    assert {entry.words for entry in store.audit.list(100)} == {SAID}


def test_nothing_that_was_said_lies_in_the_database_in_clear(store: Store) -> None:
    entry = store.audit.open(ASKED)
    store.audit.close(entry, status="bad_query", reason="There is no segment called Tremor Robotics.")

    assert "Tremor" not in everything(store)
    assert store.audit.list()[0].words == SAID
    assert store.audit.list()[0].reason == "There is no segment called Tremor Robotics."


def test_a_forgotten_persons_words_are_gone_and_the_chain_holds(store: Store) -> None:
    store.audit.close(store.audit.open(ASKED), status="bad_query", reason="There is no Tremor Robotics.")
    store.audit.refusal(
        Intended(question_id="q2", actor="U0OPS", place="dm", words="hello"), status="refused", reason="unknown_words"
    )
    store.answers.put("R-1", {"query": {"where": ["Tremor"]}, "parts": []}, actor="U0FIN", thread="t1")
    store.answers.put("R-2", {"parts": []}, actor="U0OPS", thread="t1")
    store.threads.put("t1", {"query": {"where": ["Tremor"]}}, actor="U0OPS")
    store.threads.put("t2", {"query": {"where": ["Tremor"]}}, actor="U0FIN")
    store.feedback.add("R-1", "U0FIN", "down", "Tremor is wrong")

    gone = store.forget(("U0FIN", "fin_analyst"))

    assert (gone.keys, gone.answers, gone.threads, gone.notes) == (1, 1, 2, 1)
    other, theirs = store.audit.list()
    assert (theirs.words, theirs.reason, theirs.query, theirs.status) == (FORGOTTEN, FORGOTTEN, None, "bad_query")
    assert (other.words, store.answers.get("R-1"), store.threads.get("t1")) == ("hello", None, None)
    assert store.answers.get("R-2") is not None
    assert store.audit.verify() is None
    assert "Tremor" not in everything(store)
    assert not store.forget(("U0FIN",))


def test_whoever_was_forgotten_may_speak_again(store: Store) -> None:
    store.audit.open(ASKED)
    store.forget(("U0FIN",))
    store.audit.open(ASKED)

    assert [entry.words for entry in store.audit.list()] == [SAID, FORGOTTEN]


def test_the_list_is_filtered_by_person_metric_status_and_time(store: Store) -> None:
    for actor, metric, status in (("U1", "cost", "answered"), ("U2", "cost", "timeout"), ("U1", "cost_of_sales", "answered")):
        asked = Intended(question_id=f"{actor}{metric}", actor=actor, place="dm", metrics=(metric,))
        store.audit.close(store.audit.open(asked), status=status)

    def found(**wanted: object) -> list[str]:
        return [entry.question_id for entry in store.audit.list(10, **wanted)]  # type: ignore[arg-type]

    assert found(actors=["U1"]) == ["U1cost_of_sales", "U1cost"]
    assert found(metric="cost") == ["U2cost", "U1cost"]
    assert found(status="timeout") == ["U2cost"]
    assert found(since=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)) == []


def test_each_workspace_has_a_chain_of_its_own(store: Store, store_url: str, tmp_path: Path) -> None:
    elsewhere = Store(store_url, checkpoints=tmp_path / "checkpoints", workspace=lambda: "T0OTHER")
    store.audit.open(ASKED)
    entry = elsewhere.audit.open(ASKED)
    store.audit.close(entry, status="answered")
    elsewhere.close()

    assert [(one.workspace, one.found) for one in store.examine()] == [("T0OTHER", ()), ("local", ())]
    with store._database.read() as connection:
        links = connection.execute(select(audit.c.workspace, audit.c.seq).where(audit.c.event != "checkpoint")).all()
    assert sorted(tuple(link) for link in links) == [("T0OTHER", 1), ("T0OTHER", 2), ("local", 1)]


def test_an_act_is_on_record_with_how_it_ended(store: Store) -> None:
    act = Intended(question_id="/ana reload", actor="U0ROOT", place="C1", kind="admin", words="reload")

    with store.audit.act(act):
        assert store.audit.list()[0].status == "open"
    with pytest.raises(BadQuery), store.audit.act(act):
        raise BadQuery("A folder is missing.")

    assert [entry.status for entry in store.audit.list()] == ["bad_query", "done"]
    assert store.audit.list()[0].reason == "A folder is missing."


def test_the_key_is_made_once_for_its_owner_alone_and_another_key_opens_nothing(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    store.audit.open(ASKED)
    key = tmp_path / "checkpoints" / "audit.key"
    stranger = Store(store_url, checkpoints=tmp_path / "other")

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert Store(store_url, checkpoints=tmp_path / "other2", key=str(key)).vault.name() == store.vault.name()
    assert Store(store_url, checkpoints=tmp_path / "other2", key=key.read_text()).vault.name() == store.vault.name()
    with pytest.raises(StoreError, match="ANABOT_AUDIT_KEY"):
        stranger.audit.list()


def test_records_of_the_first_shape_stay_readable_and_hold(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(store_url, checkpoints=tmp_path / "checkpoints")
    _as_it_was(store, monkeypatch)

    store.migrate()
    (old,) = store.audit.list()
    store.audit.open(ASKED)
    holds = store.audit.verify()
    store.forget(("U0FIN",))

    assert (old.words, old.status, old.workspace, old.receipt) == (SAID, "answered", "local", "R-OLD")
    assert holds is None
    assert store.audit.verify() is None
    assert "Tremor" not in everything(store)


def _as_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of the first shape, with one question in it, made as the code of then made it."""
    from alembic import command

    upgrade: Callable[..., None] = command.upgrade
    monkeypatch.setattr(command, "upgrade", lambda config, _: upgrade(config, "0001"))
    store.migrate()
    monkeypatch.undo()
    said, previous = to_json({"words": SAID, "query": None}), chain.GENESIS
    same = {
        "entry": "e1", "kind": "question", "question_id": "q", "actor": "U0FIN", "place": "dm", "access": "g", "metrics": '["a"]',
        "query_hash": "", "sql_hash": "", "receipt": "R-OLD", "reason": "", "rows": 0, "ms": 0.0, "result_hash": "",
    }  # fmt: skip
    with store._database.write() as connection:
        for seq, (event, status) in enumerate((("intent", "open"), ("outcome", "answered")), 1):
            words = hashlib.sha256(f"salt{said}".encode()).hexdigest() if event == "intent" else ""
            body = {**same, "seq": seq, "at": f"2026-01-0{seq}T00:00:00.000000+00:00", "event": event, "status": status}
            link = {**body, "words_hash": words, "prev": previous}
            previous = hashlib.sha256(to_json(link).encode()).hexdigest()
            row = {**link, "hash": previous}
            names = ", ".join(row)
            connection.execute(text(f"INSERT INTO audit ({names}) VALUES ({', '.join(f':{name}' for name in row)})"), row)
        beside = {"entry": "e1", "actor": "U0FIN", "salt": "salt", "words": said}
        connection.execute(
            text("INSERT INTO audit_words (entry, actor, salt, words) VALUES (:entry, :actor, :salt, :words)"), beside
        )
