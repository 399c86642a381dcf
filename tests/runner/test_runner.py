"""One run of a playbook, from its slot to what would be posted: the words, the record, and what may be heard where."""

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from bakery import bakery_people
from bakery_playbooks import PEOPLE, QUIET, WEEK
from runner_bench import GOLDEN, MONDAY, Bench, book, golden
from tiny.warehouse import build

from anabot.errors import PlaybookError, WarehouseTimeout
from anabot.types import Channel, Person


def test_a_playbook_becomes_words_tables_bridge_and_footer(bench: Bench) -> None:
    digest = bench.runner.run(book(WEEK), MONDAY)

    golden("books-week", digest.markdown)
    assert digest.title == "Sales of the week"
    assert digest.charts == {"months": b"png"}
    assert len(digest.receipts) == len(set(digest.receipts)) == 4


def test_strict_people_data_is_said_where_everybody_may_hear_it(bench: Bench) -> None:
    golden("people-by-job", bench.runner.run(book(PEOPLE, "people/jobs"), MONDAY).markdown)


def test_a_period_without_rows_says_so_with_its_dates(bench: Bench) -> None:
    digest = bench.runner.run(book(QUIET), MONDAY)

    golden("nothing-to-report", digest.markdown)
    assert digest.markdown.startswith("_Nothing to report: there are no rows for 6 Jan – 12 Jan 2031._")


def test_the_same_slot_gives_the_same_bytes_later_and_in_a_dry_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    playbook = book(WEEK)
    first = bench.runner.run(playbook, MONDAY)

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    later = bench.runner.run(playbook, MONDAY.astimezone(dt.timezone(dt.timedelta(hours=9))))
    dry = bench.runner.run(playbook, MONDAY, dry_run=True)

    assert first == later == dry


def test_a_run_months_later_is_anchored_on_its_slot(bench: Bench) -> None:
    june = bench.runner.run(book(WEEK), dt.datetime(2026, 6, 1, 6, 0, tzinfo=dt.UTC))

    assert "in 2026-05" in june.markdown
    assert "1 May – 31 May 2026 against 1 Apr – 30 Apr 2026" in june.markdown


def test_every_query_is_on_record_as_the_playbook_s(bench: Bench) -> None:
    digest = bench.runner.run(book(WEEK), MONDAY)

    entries = [entry for entry in bench.store.audit.list(50) if entry.kind == "playbook"]
    assert {entry.place for entry in entries} == {"playbook:books/week"}
    assert {entry.actor for entry in entries} == {"bea"}
    assert set(digest.receipts) <= {entry.receipt for entry in entries}


def test_a_chart_shows_the_metric_and_not_what_it_is_compared_with(bench: Bench) -> None:
    compared = WEEK.replace("{query: months", "{query: shops")

    bench.runner.run(book(compared), MONDAY)

    ((table, kind, title),) = bench.drawn
    assert [column.name for column in table.columns] == ["shop_name", "sales", "orders_placed"]
    assert (kind, title) == ("line", "Sales by month")


def test_a_chart_that_no_word_asks_for_is_not_drawn(bench: Bench) -> None:
    digest = bench.runner.run(book(WEEK.replace('{{ chart("months") }}', "")), MONDAY)

    assert digest.charts == {}
    assert bench.drawn == []


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("owner: bea", "owner: bob", "owned by bob, who is not in the directory"),
        ('"#books"', '"#bakes"', "goes to #bakes, which Ana cannot find"),
        ('"#books"', '"#shops"', "may not say `margin`, `margin_pct`"),
        ("[sales, margin, margin_pct]", "[sales, headcount, margin_pct]", "may not say `headcount` in #books"),
        ("group_by: [shop_name]", "group_by: [shop_nam]", "query `shops` failed"),
        ("{{ total.sales | money }}", "{{ total.profit }}", "its words failed on line 16 of playbooks/books/week.md"),
        ("[sales_bridge]", "{sales_bridge: {start: 2026-02-01, end: 2026-01-01}}", "bridge `sales_bridge` failed"),
    ],
)
def test_a_run_that_cannot_be_right_fails_and_says_which_part(bench: Bench, old: str, new: str, why: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        bench.runner.run(book(WEEK.replace(old, new, 1)), MONDAY)

    assert why in caught.value.what


def test_a_missing_value_names_the_query_and_the_column(bench: Bench) -> None:
    future = WEEK.replace("[sales_bridge]", "{sales_bridge: last_month}").replace(
        "{metrics: [sales, margin, margin_pct], compare: previous_period}",
        "{metrics: [sales, margin, margin_pct], period: {start: 2031-01-01, end: 2031-02-01}, compare: previous_period}",
    )

    with pytest.raises(PlaybookError, match=r"`total.sales` has no value for 1 Jan – 31 Jan 2031"):
        bench.runner.run(book(future), MONDAY)


def test_what_the_owner_may_see_and_the_channel_may_not_hear_is_not_computed(bench: Bench) -> None:
    costs = WEEK.replace("[sales, margin, margin_pct]", "[sales, cost]").replace("{{ total.margin_pct | percent }}", "x")

    bench.runner.run(book(costs), MONDAY)
    with pytest.raises(PlaybookError, match="cost"):
        bench.runner.run(book(costs.replace('"#books"', '"#shops"')), MONDAY)

    assert [entry for entry in bench.store.audit.list(50) if entry.status == "forbidden"]


def test_rows_follow_the_owner_s_own_rule(bench: Bench) -> None:
    shops = QUIET.replace("{start: 2031-01-06, end: 2031-01-13}", "last_month").replace(
        "Sales were {{ total.sales }}.", "{{ shops | table }}"
    )
    all_of_them = bench.runner.run(book(shops.replace('"#books"', '"#shops"')), MONDAY).markdown

    north = bench.runner.run(book(shops.replace("owner: bea", "owner: nora").replace('"#books"', '"#shops"')), MONDAY).markdown

    assert "Castle" in all_of_them
    assert "Castle" not in north
    assert "Market" in north


def test_a_guest_in_the_channel_keeps_everything_back(bench: Bench) -> None:
    class WithGuest:
        """A guest has joined since the membership was last read."""

        stale = True

        def person(self, user: str) -> Person | None:
            return bakery_people().person(user)

        def channel(self, channel: str) -> Channel | None:
            return bakery_people().channel(channel)

        def members(self, channel: Channel) -> list[Person]:
            guest = bakery_people().person("gus")
            assert guest is not None
            return [*bakery_people().members(channel), *(() if self.stale else (guest,))]

        def renew(self, channel: str) -> None:
            self.stale = False

    with pytest.raises(PlaybookError, match="may not say `margin`"):
        replace(bench.runner, directory=WithGuest()).run(book(WEEK), MONDAY)


def test_a_channel_that_was_shared_with_another_company_since_hears_nothing(bench: Bench) -> None:
    class Shared:
        """The channel has been opened to another company."""

        def __init__(self) -> None:
            self.known = bakery_people()

        def person(self, user: str) -> Person | None:
            return self.known.person(user)

        def channel(self, channel: str) -> Channel | None:
            found = self.known.channel(channel)
            return found and replace(found, external=True)

        def members(self, channel: Channel) -> list[Person]:
            return list(self.known.members(channel))

        def renew(self, channel: str) -> None:
            return

    with pytest.raises(PlaybookError, match="may not say `margin`"):
        replace(bench.runner, directory=Shared()).run(book(WEEK), MONDAY)

    assert [entry for entry in bench.store.audit.list(50) if entry.status == "answered"] == []


def test_a_hostile_value_in_the_data_is_shown_and_does_nothing(bench: Bench) -> None:
    hostile = "<!channel> | **free** ![x](chart:months)"
    with duckdb.connect(str(bench.file)) as con:
        con.execute("UPDATE crumb.shops SET shop = ? WHERE shop_id = 1", [hostile])

    shown = bench.runner.run(book(WEEK.replace("parameters: {top: 3}", "parameters: {top: 9}")), MONDAY).markdown

    assert "&lt;!channel&gt; \\| \\*\\*free\\*\\* !\\[x\\](chart:months)" in shown
    assert "<!channel>" not in shown


def test_the_golden_folder_holds_what_these_tests_write() -> None:
    assert {file.stem for file in GOLDEN.glob("*.md")} >= {"books-week", "people-by-job", "nothing-to-report"}


def test_one_slot_is_the_same_to_the_byte_on_machines_of_other_languages_and_zones(tmp_path: Path) -> None:
    build(tmp_path / "bakery.duckdb")
    machines = [{"LC_ALL": "C", "TZ": "UTC"}, {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "Pacific/Auckland"}]

    told = [json.loads(_rendered(tmp_path, name, machine)) for name, machine in zip("ab", machines, strict=True)]

    assert told[0]["said"] == told[1]["said"]
    assert told[0]["here"] != told[1]["here"]  # they do differ in what the machine says of itself
    assert len(told[0]["said"]["charts"]["months"]) == 64


def _rendered(tmp_path: Path, name: str, machine: dict[str, str]) -> str:
    (tmp_path / name).mkdir()
    program = [sys.executable, str(Path(__file__).parent / "rendered.py"), str(tmp_path / "bakery.duckdb"), str(tmp_path / name)]
    locales = machine if machine["LC_ALL"] in _locales() else {**machine, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(program, env={**os.environ, **locales}, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _locales() -> set[str]:
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    return {name.replace("utf8", "UTF-8") for name in known} | {"C"}


def test_what_changed_stands_where_the_words_place_it_and_else_before_the_next_step(bench: Bench) -> None:
    weekly = WEEK.replace("period: last_month", "period: trailing_13_weeks", 1)
    by_itself = bench.runner.run(book(weekly), MONDAY).markdown
    placed = bench.runner.run(book(weekly.replace("### Shops", "{{ what_changed }}\n### Shops")), MONDAY).markdown

    assert by_itself.index("### What changed since 21 Sep 2026") in range(
        by_itself.index("### Online"), by_itself.index("### Next")
    )
    assert placed.index("### What changed since 21 Sep 2026") < placed.index("### Shops")
    assert placed.count("### What changed") == 1


class _Away:
    """A door behind which no warehouse answers."""

    loaded = None

    def watermark(self) -> str:
        return ""

    def run(self, *args: object, **more: object) -> None:
        raise WarehouseTimeout("The warehouse did not answer.")


def test_a_warehouse_that_does_not_answer_is_said_to_be_a_thing_that_passes(bench: Bench) -> None:
    away = replace(bench.runner, engine=_Away())

    with pytest.raises(PlaybookError, match="did not answer") as failed:
        away.run(book(WEEK), MONDAY)

    assert failed.value.passing


def test_words_that_cannot_be_written_are_not_said_to_pass(bench: Bench) -> None:
    with pytest.raises(PlaybookError) as failed:
        bench.runner.run(book(WEEK + "{{ total.nothing }}\n"), MONDAY)

    assert not failed.value.passing
