"""Whether something is posted, and in how many pieces: conditions, long tables, batches."""

import pytest
from bakery_playbooks import BY_SHOP, QUIET, WEEK
from runner_bench import MONDAY, Bench, book, golden

from anabot.errors import PlaybookError, PlaybookHeld, PlaybookSkipped


@pytest.mark.parametrize(
    ("condition", "posts"), [("total.sales > 1", True), ("total.sales > 1000000", False), ("1 / 0 > 1", None)]
)
def test_a_digest_is_posted_only_when_its_condition_holds(bench: Bench, condition: str, posts: bool | None) -> None:
    playbook = book(WEEK.replace("parameters:", f"post_when: {condition}\nparameters:"))

    if posts:
        assert bench.runner.run(playbook, MONDAY).markdown == bench.runner.run(book(WEEK), MONDAY).markdown
        return
    with pytest.raises(PlaybookError) as caught:
        bench.runner.run(playbook, MONDAY)

    assert caught.value.code == ("playbook" if posts is None else "skipped")
    if posts is False:
        assert caught.value.what == f"books/week has nothing to post: `{condition}` does not hold."


def test_nothing_found_is_nothing_to_post_where_there_is_a_condition(bench: Bench) -> None:
    quiet = QUIET.replace("queries:", "post_when: total.sales > 0\nqueries:")

    with pytest.raises(PlaybookError, match="has nothing to post"):
        bench.runner.run(book(quiet), MONDAY)


def test_a_long_table_is_a_file_with_all_the_rows_that_the_owner_and_the_channel_may_see(bench: Bench) -> None:
    orders = "  days: {metrics: [sales], group_by: [metric_time__day], order_by: [metric_time__day], period: trailing_6_months}\n"
    text = WEEK.replace("bridges:", orders + "bridges:", 1).replace("{{ chart", "{{ days | table(4) }}\n\n{{ chart", 1)
    digest = bench.runner.run(book(text), MONDAY)

    assert list(digest.files) == ["days"]
    rows = digest.files["days"].rows
    assert f"_… and {len(rows) - 4:,} more in the file days.csv._" in digest.markdown
    months = bench.runner.again(book(text), MONDAY)[0]["months"].table
    assert sum(row[1] for row in rows if row[1]) == sum(row[1] for row in months.rows if row[1])


def test_a_batch_has_a_part_for_each_of_the_first_values_in_the_order_of_its_first_metric(bench: Bench) -> None:
    digest = bench.runner.run(book(BY_SHOP, "books/shops"), MONDAY)

    golden("shops-one-by-one", "\n".join([digest.markdown, *(f"# {part.title}\n\n{part.markdown}" for part in digest.parts)]))
    assert [part.title for part in digest.parts] == [f"Shops one by one: {name}" for name in ("Castle", "Market", "Ferry")]
    assert {receipt for part in digest.parts for receipt in part.receipts} < set(digest.receipts)
    shops = bench.runner.again(book(WEEK), MONDAY)[0]["shops"]
    for part, row in zip(digest.parts, shops, strict=False):
        assert f"{row['shop_name']} sold ${row['sales']:,.2f} in 2026-08" in part.markdown


def test_a_part_whose_condition_does_not_hold_is_left_out_and_without_any_nothing_is_posted(bench: Bench) -> None:
    def parts(condition: str) -> list[str]:
        text = BY_SHOP.replace("batch:", f"post_when: {condition}\nbatch:")
        return [part.title[-6:] for part in bench.runner.run(book(text, "books/shops"), MONDAY).parts]

    assert parts("total.sales > 100") == ["Castle", "Market"]
    with pytest.raises(PlaybookSkipped, match="none of its parts"):
        parts("total.sales > 100000")


def test_a_batch_without_any_value_says_so_and_goes_through_its_gates(bench: Bench) -> None:
    text = BY_SHOP.replace("period: last_month", "period: {start: 2031-01-06, end: 2031-01-13}")
    text = text.replace(", period: trailing_6_months", "")
    digest = bench.runner.run(book(text, "books/shops"), MONDAY)

    assert digest.parts == ()
    assert "no part follows" in digest.markdown
    assert "6 Jan – 12 Jan 2031" in digest.markdown
    with pytest.raises(PlaybookHeld):
        bench.runner.run(book(text.replace("batch:", "gates: {rows: {months: {min: 1}}}\nbatch:"), "books/shops"), MONDAY)
    with pytest.raises(PlaybookSkipped):
        bench.runner.run(book(text.replace("batch:", "post_when: total.sales > 1\nbatch:"), "books/shops"), MONDAY)
