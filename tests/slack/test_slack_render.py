"""Answers as blocks: one golden file a case, and nothing that Slack would refuse or that a value could abuse."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_told import PLACES, REGISTRY, TAKINGS, answered, bridged, clarifying

from anabot.slack import details, explain, render
from anabot.slack.blocks import MESSAGE_BLOCKS, MESSAGE_TEXT, Message, text_size
from anabot.slack.home import home_view
from anabot.slack.markdown import blocks_of
from anabot.slack.plainer import ladder
from anabot.slack.poster import pages
from anabot.slack.render import Setting
from anabot.slack.tables import Grid, grid, table_block
from anabot.types import Answer, Badge, Bridge, Column, Digest, Overlap, Receipt, Table
from anabot.workspace.blocks import read_blocks
from anabot.workspace.pings import pings_in

GOLDEN = Path(__file__).parents[1] / "golden" / "blocks"
SETTING = Setting(registry=REGISTRY, zone=ZoneInfo("America/Los_Angeles"), asker="U0FAY")
HOSTILE = "<!channel> <@U0FAY> *b* `c` <https://evil.example|x> :tada:"
DIGEST = """# The week in money

Takings were **$1,197.50**, *down* 3 % on the week before. See `net_revenue` and [the dashboard](https://example.test/d?a=1&b=2).

## By place

| Place | Takings |
| :---- | ------: |
| North \\| East | $1,200.50 |
| &lt;!channel&gt; \\*bold\\* | -$3.00 |

![Takings by place](chart:takings)

- one net\\_revenue
- two
  1. nested

> quoted

```
code <!here>
```

---
- 28 Sep – 4 Oct 2026 against 21 Sep – 27 Sep 2026
- By @fay, Mondays at 08:00 (Los Angeles time) · receipts R-1
"""


def long_table(rows: int) -> Table:
    return Table(
        columns=PLACES.columns, rows=tuple((f"Place {number}", Decimal(number)) for number in range(rows)), truncated=True
    )


CASES: dict[str, Answer] = {
    "answered_table": answered(),
    "answered_one_number": answered(
        table=Table(columns=PLACES.columns[1:], rows=((Decimal("5.00"),),)), chart="", assumptions=()
    ),
    "answered_long": answered(table=long_table(40)),
    "answered_hostile": answered(text=HOSTILE, period=HOSTILE, assumptions=(HOSTILE,), badge=Badge(level="draft", why=HOSTILE)),
    "answered_bridge": bridged(),
    "compound": replace(
        answered(), text="One.\nTwo.", parts=(answered(text="One."), answered(text="Two.", receipt=Receipt("R-2")))
    ),
    "abreast": replace(
        answered(),
        text="One.\nTwo.",
        abreast=True,
        parts=(answered(text="One."), answered(text="Two.", assumptions=("Weekends.",))),
    ),
    "clarify": clarifying(),
    "refused": Answer(
        status="refused",
        text="I do not know what “colour” means here. The nearest I have: Takings.",
        reason="unknown_words",
        unknown=("colour",),
        nearest=("Takings",),
        owner="fay",
        receipt=Receipt("R-3"),
    ),
    "forbidden": Answer(
        status="forbidden", text="Takings is not open to you here. Its owner is @fay.", reason="forbidden", owner="fay"
    ),
    "error": Answer(
        status="error", text="The warehouse did not answer within 30 seconds. Narrow the question.", reason="timeout"
    ),
    "elsewhere": Answer(status="answered", text="That may not be said in #general.", private="x", aside=answered()),
}


def golden(name: str, made: Any) -> None:
    path = GOLDEN / f"{name}.json"
    written = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("ANABOT_GOLDEN"):
        path.write_text(written, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == written


def as_json(messages: list[Message]) -> list[dict[str, Any]]:
    return [{"text": message.text, "blocks": list(message.blocks)} for message in messages]


def accepted(messages: list[Message]) -> None:
    """Slack's own limits, as the local workspace holds them."""
    for message in messages:
        read_blocks(list(message.blocks), file_ok=lambda _: True)
        assert pings_in(message.text, message.blocks) == ()


@pytest.mark.parametrize("name", CASES)
def test_an_answer_becomes_these_blocks(name: str) -> None:
    messages = render.render(CASES[name], SETTING)

    accepted(messages)
    golden(name, as_json(messages))


def test_a_picture_stands_instead_of_the_table_and_offers_the_way_back() -> None:
    messages = render.render(answered(), SETTING, picture="F0123456789")

    accepted(messages)
    golden("answered_chart", as_json(messages))


def test_how_it_was_computed_becomes_this_modal() -> None:
    query = {
        "metrics": ["takings"],
        "group_by": ["place", "metric_time__month"],
        "compare": "previous_year",
        "limit": 5,
        "order_by": ["-takings"],
        "where": [{"any": [{"field": "place", "op": "eq", "values": [HOSTILE]}, {"not": {"field": "x", "op": "is_null"}}]}],
        "having": [{"field": "takings", "op": "between", "values": ["1", "2"]}],
    }

    view = details.modal(answered(query=query, sql=(("default", "SELECT " + ", ".join(f"c{n}" for n in range(900))),)), SETTING)

    golden("modal", view)
    assert len(view["title"]["text"]) <= 24


def test_the_home_tab_of_somebody_unknown_shows_nothing() -> None:
    golden("home_unknown", home_view(None))


def test_a_digest_becomes_these_blocks() -> None:
    messages = pages(Digest(title="The week in money", markdown=DIGEST, charts={"takings": b"png"}, receipts=(Receipt("R-1"),)))

    accepted(messages)
    golden("digest", as_json(messages))


def test_a_long_digest_is_split_in_order_and_loses_no_line() -> None:
    lines = [f"Paragraph {number} " + "word " * 60 for number in range(120)]

    messages = pages(Digest(title="Long", markdown="\n\n".join(lines)))

    accepted(messages)
    said = " ".join(block["text"]["text"] for message in messages for block in message.blocks)
    assert all(f"Paragraph {number} " in said for number in range(120))
    assert len(messages) > 2


def test_a_chart_that_is_missing_is_said_so() -> None:
    made = list(blocks_of("![Takings](chart:none)", {}))

    assert "could not be drawn" in made[0]["elements"][0]["text"]


def test_rows_that_are_not_shown_are_counted() -> None:
    words = json.dumps(as_json(render.render(answered(table=long_table(40)), SETTING)))

    assert "15 of 40 rows shown; all 40 are in the CSV." in words
    assert "There are more rows than one answer may carry" in words


def test_each_plainer_message_is_one_that_slack_takes_and_the_last_is_words_alone() -> None:
    for case in ("answered_bridge", "compound", "answered_table", "answered_long"):
        first, *_ = render.render(CASES[case], SETTING)

        rungs = [message for _, message in ladder(first)]

        accepted([rung for rung in rungs if rung.blocks])
        assert rungs[-1].blocks == ()
        assert sum(block["type"] == "table" for rung in rungs[-2:] for block in rung.blocks) == 0


def test_a_picture_is_waited_for_before_it_is_given_up() -> None:
    first, *_ = render.render(answered(), SETTING, picture="F0123456789")

    rungs = list(ladder(first))

    assert [wait for wait, _ in rungs][:4] == [0.0, 0.5, 1.0, 2.0]
    assert "could not be shown here" in json.dumps(rungs[4][1].blocks)


def comparison(*names: str) -> Table:
    endings = {"": "money", "__previous": "money", "__change": "money", "__percent_change": "ratio"}
    columns = [Column(name=name + ending, type=kind, label=name.title()) for name in names for ending, kind in endings.items()]
    row = tuple(Decimal("0.5") for _ in columns)
    return Table(columns=tuple(columns), rows=(row,))


def test_one_row_of_comparisons_becomes_a_line_for_each_metric() -> None:
    shown = grid(comparison("takings", "tips"))

    assert shown.rows == (
        (" ", "Now", "Before", "Change", "Change in %"),
        ("Takings", "$0.50", "$0.50", "$0.50", "50.0%"),
        ("Tips", "$0.50", "$0.50", "$0.50", "50.0%"),
    )


def test_one_row_of_many_numbers_becomes_a_list() -> None:
    columns = tuple(Column(name=f"m{n}", type="integer", label=f"Metric {n}") for n in range(6))

    shown = grid(Table(columns=columns, rows=((1, 2, 3, 4, 5, None),)))

    assert shown.rows[1] == ("Metric 0", "1")
    assert shown.rows[-1] == ("Metric 5", "–")


cells = st.one_of(
    st.none(), st.text(max_size=300), st.decimals(allow_nan=True, allow_infinity=True), st.integers(), st.booleans(), st.dates()
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    text=st.text(max_size=5000),
    rows=st.lists(st.tuples(cells, cells, cells), max_size=30),
    labels=st.tuples(*[st.text(max_size=80)] * 3),
    assumptions=st.lists(st.text(max_size=500), max_size=5),
)
def test_whatever_an_answer_holds_slack_takes_it_and_nobody_is_pinged(
    text: str, rows: list[tuple[Any, ...]], labels: tuple[str, ...], assumptions: list[str]
) -> None:
    columns = tuple(Column(name=f"c{n}", type="number", unit="usd", label=label) for n, label in enumerate(labels))
    answer = answered(text=text, table=Table(columns=columns, rows=tuple(rows)), assumptions=tuple(assumptions))

    messages = render.render(answer, SETTING)

    accepted(messages)
    assert all(len(message.blocks) <= MESSAGE_BLOCKS and text_size(message.blocks) <= MESSAGE_TEXT + 3000 for message in messages)
    assert all(message.text.strip() or message.blocks for message in messages)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=3000))
def test_any_markdown_at_all_becomes_blocks_that_slack_takes(markdown: str) -> None:
    accepted(pages(Digest(title="t", markdown=markdown)))


def test_a_definition_says_formula_owner_and_what_it_is_not() -> None:
    words = json.dumps(list(explain.describe(TAKINGS, REGISTRY)), ensure_ascii=False)

    assert "*Computed as* the sum of amount in sales" in words
    assert "Owner: @fay" in words
    assert "Unit: USD" in words
    assert "Not the same as: tips" in words


def test_what_a_number_is_gets_words_and_models_and_the_sql_where_it_is_asked_for() -> None:
    lineage = (("fct_sales", ("stg_sales",)), ("stg_sales", ("source:till.sale",)))
    told = {
        ask: json.dumps(as_json(render.render(answered(ask=ask, lineage=lineage), SETTING)), ensure_ascii=False)
        for ask in ("definition", "sql")
    }

    assert "fct_sales ← stg_sales\\nstg_sales ← till.sale (source)" in told["definition"]
    assert "SELECT" not in told["definition"]
    assert "SELECT place" in told["sql"]
    assert "North" not in told["sql"]


def test_the_footer_of_a_digest_is_small_print_and_says_each_receipt_once() -> None:
    digest = Digest(
        title="T", markdown="Body.\n\n---\n- 1 May – 31 Jul 2026\n- by @fay · receipts R-1\n", receipts=(Receipt("R-1"),)
    )

    (message,) = pages(digest)

    assert [block["type"] for block in message.blocks] == ["header", "section", "context"]
    assert json.dumps(message.blocks).count("R-1") == 1


def test_a_question_asked_back_shows_how_its_readings_overlap_under_the_buttons() -> None:
    overlap = Overlap(entity="person", regions=((("Takings", "Tips"), 1088), (("Tips",), 9)))

    blocks = [block for message in render.render(replace(clarifying(), overlap=overlap), SETTING) for block in message.blocks]

    said = json.dumps(blocks)
    assert said.find("ana_choose_0") < said.find("Takings and Tips")
    assert "1,088" in said
    assert "only Tips" in said
    assert "counted in one line only" in said


def test_a_question_asked_back_shows_what_lies_between_its_readings_under_the_buttons() -> None:
    lines = (("Takings", Decimal(90), "takings"), ("Tips", Decimal(10), "tips"), ("Sales", Decimal(100), "sales"))
    bridge = Bridge(name="till", title="Till", unit="usd", lines=lines, residual=Decimal(0), tolerance=Decimal(0))

    blocks = [block for message in render.render(replace(clarifying(), bridges=(bridge,)), SETTING) for block in message.blocks]

    said = json.dumps(blocks)
    assert 0 < said.find("ana_choose_0") < said.find("$90.00") < said.find("$100.00")


def test_a_long_name_over_numbers_is_laid_on_several_lines_and_a_short_one_is_not() -> None:
    name = "Share of Net revenue where Segment is robotics"
    shown = Grid(rows=(("Region", name, "Orders"), ("LATAM", "71.7%", "12")), right=(False, True, True))

    assert [each["is_wrapped"] for each in table_block(shown)["column_settings"]] == [True, True, False]
