"""What people do to playbooks is kept in order, once each, whoever does it and from how many processes."""

from threading import Thread

from anabot.store import Store


def test_a_playbook_is_paused_once_and_resumed_once_and_both_are_in_its_history(store: Store) -> None:
    assert store.changes.pause("books/sales", "U0BEA")
    assert not store.changes.pause("books/sales", "U0SAM")
    assert store.changes.pauses()["books/sales"].by == "U0BEA"

    assert store.changes.resume("books/sales", "U0SAM")
    assert not store.changes.resume("books/sales", "U0SAM")

    assert store.changes.pauses() == {}
    assert [(one.number, one.act, one.by) for one in store.changes.list("books/sales")] == [
        (2, "resumed", "U0SAM"),
        (1, "paused", "U0BEA"),
    ]


def test_the_text_that_a_change_replaces_is_kept_first_where_nobody_has_kept_it(store: Store) -> None:
    assert store.changes.add("books/sales", "U0BEA", "owner", text="two", before="one") == 2
    assert store.changes.add("books/sales", "U0BEA", "owner", text="three", before="two") == 3
    assert store.changes.add("books/sales", "U0BEA", "reverted", text="one", before="edited by hand") == 5

    texts = [(one.act, one.text) for one in store.changes.list("books/sales")]
    assert texts == [
        ("reverted", "one"), ("found", "edited by hand"), ("owner", "three"), ("owner", "two"), ("found", "one"),
    ]  # fmt: skip
    assert store.changes.revision() == 5


def test_a_version_is_only_what_has_a_text(store: Store) -> None:
    store.changes.pause("books/sales", "U0BEA")
    store.changes.add("books/sales", "U0BEA", "scheduled", text="one")

    assert store.changes.version("books/sales", 1) is None
    assert store.changes.version("books/orders", 2) is None
    found = store.changes.version("books/sales", 2)
    assert found is not None
    assert found.text == "one"


def test_many_at_once_lose_no_change(store: Store) -> None:
    def change() -> None:
        for number in range(8):
            store.changes.add("books/sales", "U0BEA", "scheduled", text=f"text {number}")

    threads = [Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert [one.number for one in store.changes.list("books/sales")] == list(range(32, 0, -1))


def test_a_proposal_is_decided_once(store: Store) -> None:
    name = store.proposals.add(playbook="books/sales", channel="books", by="U0SAM", decider="U0BEA", text="one", state="asked")

    assert [one.proposal for one in store.proposals.list("asked", "proposed")] == [name]
    assert store.proposals.move(name, "asked", "accepted")
    assert not store.proposals.move(name, "asked", "declined")

    found = store.proposals.get(name)
    assert found is not None
    assert (found.state, found.by, found.decider, found.text) == ("accepted", "U0SAM", "U0BEA", "one")
    assert store.proposals.list("asked") == ()
    assert store.proposals.get("nothing") is None
