"""Where values are left out, what has none at all is left out, too, and the answer says how much that is."""

from __future__ import annotations

from office import Office

from tests.semantic import oracle

JULY = [row for row in oracle.ORDERS if str(row["time"]).startswith("2026-07")]


def told(office: Office, text: str, user: str = "bea") -> list[str]:
    answer = office.ask(text, user)
    assert answer["status"] == "answered"
    return [line for line in answer["assumptions"] if "is left out, too" in line]


def test_what_has_no_value_is_told_beside_what_is_left_out(office: Office) -> None:
    nobody = sum(row["tier"] is None for row in JULY)

    answer = office.ask("orders in July excluding gold")

    assert nobody > 0
    assert answer["rows"] == [[sum(row["tier"] not in ("gold", None) for row in JULY)]]
    assert told(office, "orders in July excluding gold") == [f"What has no tier is left out, too (Orders: {nobody})."]
    assert told(office, "orders by channel in July not from gold or silver customers") == [
        f"What has no tier is left out, too (Orders: {nobody})."
    ]


def test_it_is_told_under_the_other_conditions_and_the_askers_own_rows(office: Office) -> None:
    north = sum(row["tier"] is None and row["region"] == "North" for row in oracle.ORDERS)
    counter = sum(row["tier"] is None and row["channel"] == "counter" for row in JULY)

    assert told(office, "orders of all time excluding gold", "nora") == [f"What has no tier is left out, too (Orders: {north})."]
    assert told(office, "counter orders in July excluding gold") == (
        [f"What has no tier is left out, too (Orders: {counter})."] if counter else []
    )


def test_nothing_is_said_where_everything_has_a_value_or_nothing_is_left_out(office: Office) -> None:
    assert all(row["channel"] is not None for row in JULY)
    assert told(office, "orders in July excluding online") == []
    assert told(office, "orders in July from gold customers") == []
    assert told(office, "orders in July not on weekends") == []


def test_those_for_whom_there_is_nothing_are_named(office: Office) -> None:
    sold = {row["shop_name"] for row in oracle.LINES if str(row["time"]).startswith("2026-07")}
    nobody = sorted({"Harbour", "Market", "Castle", "Ferry", "Popup"} - sold)

    answer = office.ask("which shops had no sales in July")

    assert nobody
    assert sorted(row[0] for row in answer["rows"]) == nobody
    assert answer["text"] == f"No Sales in Jul 2026 for: {', '.join(row[0] for row in answer['rows'])}."


def test_a_misspelled_name_is_asked_about(office: Office) -> None:
    answer = office.ask("sales in Harbuor in July")

    assert answer["status"] == "refused"
    assert answer["text"] == "I do not know what “Harbuor” means here. Do you mean Harbour?"
