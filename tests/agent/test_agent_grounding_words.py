"""Claims without a number, or with a true number in the wrong words: each lie is caught, and honest prose passes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from anabot.agent.grounding import Shown
from anabot.types import Column, Unit
from tests.agent.test_agent_grounding import BY_REGION, MONEY, MOVED, TOTAL, result, text_column, wrong


def column(name: str, type: str, unit: Unit) -> Column:
    return Column(name=name, type=type, unit=unit)


def compared(metric: str, kind: str, unit: str, *numbers: str) -> Shown:
    """A metric with what it was, how much it moved, and by what part of it."""
    parts = [column(metric + part, kind, unit) for part in ("", "__previous", "__change")]
    parts.append(column(f"{metric}__percent_change", "ratio", "ratio"))
    return result(tuple(map(Decimal, numbers)), columns=tuple(parts), metrics=[metric], compare="previous_period")


def by_region(metric: str, kind: str, unit: str, **rows: str) -> Shown:
    cells = [(name, Decimal(number)) for name, number in rows.items()]
    return result(*cells, columns=(text_column("region"), column(metric, kind, unit)), metrics=[metric], group_by=["region"])


RATE = by_region("margin_pct", "ratio", "ratio", North="0.42", South="0.35", Isles="-0.08")
LOSS = by_region("margin", "money", "usd", North="200", Isles="-50.00")
COUNT = by_region("orders_placed", "integer", "count", North="12", South="5", Isles="2")
RATE_MOVED = compared("margin_pct", "ratio", "ratio", "0.42", "0.40", "0.02", "0.05")
FELL = compared("sales", "money", "usd", "800", "1000", "-200", "-0.2")
HOURS = result((Decimal("480.0"),), columns=(column("paid_hours", "number", "hours"),), metrics=["paid_hours"])
SERIES = result(
    *((dt.date(2026, month, 1), Decimal(value)) for month, value in ((6, "1300"), (7, "1500"), (8, "1000"), (9, "1234.50"))),
    columns=(Column(name="metric_time__month", type="date"), MONEY),
    group_by=["metric_time__month"],
    period={"start": "2026-06-01", "end": "2026-10-01"},
)
TWOCOL = result(
    ("North", Decimal("900"), 12),
    ("South", Decimal("300"), 5),
    columns=(text_column("region"), MONEY, column("orders_placed", "integer", "count")),
    metrics=["sales", "orders_placed"],
    group_by=["region"],
)
LIES = [
    ("South had net sales of $900.00 and North $300.00.", BY_REGION),
    ("Net sales for North and South were $934.50.", BY_REGION),
    ("North and Isles together sold $1,200.00 of net sales.", BY_REGION),
    ("North accounts for most of net sales, at 24.3%.", BY_REGION),
    ("Most of net sales came in the South.", BY_REGION),
    ("South makes up the majority of net sales.", BY_REGION),
    ("More than half of net sales was South's.", BY_REGION),
    ("Isles was the second largest region by net sales, with $34.50.", BY_REGION),
    ("South ranked first in net sales with $300.00.", BY_REGION),
    ("South came third in net sales with $300.00.", BY_REGION),
    ("The runner-up is Isles with net sales of $34.50.", BY_REGION),
    ("Every region had net sales above $100.00.", BY_REGION),
    ("All regions had net sales of more than $100.00.", BY_REGION),
    ("Net sales were at least $1,000.00 in every region.", BY_REGION),
    ("No region had net sales below $300.00.", BY_REGION),
    ("North sold twice as much as South in net sales.", BY_REGION),
    ("North had net sales almost ten times those of South.", BY_REGION),
    ("Net sales hit a record $1,234.50 in Sep 2026.", SERIES),
    ("Net sales reached an all-time high of $1,234.50 in Sep 2026.", SERIES),
    ("Sep 2026 was the best month for net sales, with $1,234.50.", SERIES),
    ("Net sales peaked in Sep 2026 at $1,234.50.", SERIES),
    ("Net sales hit their low in Jun 2026 at $1,300.00.", SERIES),
    ("Net sales have grown every month since June 2026.", SERIES),
    ("Net sales grew steadily from $1,300.00 in Jun 2026 to $1,500.00 in Jul 2026 and $1,000.00 in Aug 2026.", SERIES),
    ("Net sales were flat between Aug 2026 and Sep 2026.", SERIES),
    ("Net sales stayed the same at $1,234.50.", MOVED),
    ("Net sales were unchanged at $1,234.50, against $1,000.00.", MOVED),
    ("Net sales doubled to $1,234.50.", MOVED),
    ("Net sales more than doubled to $1,234.50 from $1,000.00.", MOVED),
    ("Net sales halved to $800.00.", FELL),
    ("Net sales fell by a third to $800.00.", FELL),
    ("Net sales improved by $200.00 to $800.00.", FELL),
    ("Net sales recovered to $800.00 from $1,000.00.", FELL),
    ("The margin rate rose 2% to 42%.", RATE_MOVED),
    ("The margin rate rose by 5 percentage points to 42%.", RATE_MOVED),
    ("The margin rate was 0.42%.", RATE_MOVED),
    ("Isles had a margin rate of 8%.", RATE),
    ("Isles made a margin of $50.00.", LOSS),
    ("Every region was profitable: margin was $200.00 in the North and $50.00 in Isles.", LOSS),
    ("Net sales were about $1,300.00 in Sep 2026.", TOTAL),
    ("Net sales were nearly $1,200.00 in Sep 2026.", TOTAL),
    ("Net sales were almost $1,230.00 in Sep 2026.", TOTAL),
    ("Net sales exceeded $1,250.00 in Sep 2026.", TOTAL),
    ("Net sales were well over $1,300.00 in Sep 2026.", TOTAL),
    ("Net sales came in just under $1,234.00 in Sep 2026.", TOTAL),
    ("Paid hours were 480 days.", HOURS),
    ("Paid hours were 480 minutes.", HOURS),
    ("Paid hours were 20 days.", HOURS),
    ("Net sales were $1,234.50 a day in Sep 2026.", TOTAL),
    ("Net sales averaged $1,234.50 per month.", TOTAL),
    ("On average, each region had net sales of $1,234.50.", BY_REGION),
    ("The average region had net sales of $900.00.", BY_REGION),
    ("The median region had net sales of $900.00.", BY_REGION),
    ("Net sales were ١٬٢٣٥ dollars in Sep 2026.", TOTAL),
    ("Net sales were $1.234,50 in Sep 2026.", TOTAL),
    ("Net sales were $１,２４３.５０ in Sep 2026.", TOTAL),
    ("Net sales were a million dollars in Sep 2026.", TOTAL),
    ("Net sales were a few hundred dollars in Sep 2026.", TOTAL),
    ("Net sales were in the thousands of euros in Sep 2026.", TOTAL),
    ("Net sales were $1,234.50 in late August 2026.", TOTAL),
    ("Net sales were $1,234.50 last year.", TOTAL),
    ("Net sales were $1,234.50 last month, in August 2026.", TOTAL),
    ("Net sales were $1,234.50 so far this week.", TOTAL),
    ("Net sales rose 23.5% year on year to $1,234.50.", MOVED),
    ("Net sales rose 23.5% since last year to $1,234.50.", MOVED),
    ("Net sales rose 23.5% week over week to $1,234.50.", MOVED),
    ("North had 5 orders and South 12.", COUNT),
    ("North had orders worth $12.", COUNT),
    ("North had 12 customers served.", COUNT),
    ("Two of the three regions had more than 10 orders.", COUNT),
    ("Only one region had more than 4 orders.", COUNT),
    ("None of the regions had fewer than 5 orders.", COUNT),
    ("North leads with net sales of $900.00, followed by Isles.", BY_REGION),
    ("Net sales were highest for the South.", BY_REGION),
    ("The South outsold the North in net sales.", BY_REGION),
    ("South's net sales exceed those of North.", BY_REGION),
    ("North trails South in net sales.", BY_REGION),
    ("Net sales met the target of $1,234.50.", TOTAL),
    ("Net sales beat the plan at $1,234.50.", TOTAL),
    ("Net sales are expected to reach $1,234.50.", TOTAL),
    ("Net sales will be $1,234.50 in Sep 2026.", TOTAL),
    ("North had 900 orders.", TWOCOL),
    ("North had net sales of $12.00 and orders of 900.", TWOCOL),
    ("The North is the smallest region by net sales.", BY_REGION),
    ("Isles outperforms South on net sales.", BY_REGION),
    ("South is ahead of North in net sales.", BY_REGION),
    ("South overtook North in net sales.", BY_REGION),
    ("South is not behind North in net sales.", BY_REGION),
    ("Net sales: South first, then North, then Isles.", BY_REGION),
    ("Isles takes the lion's share of net sales.", BY_REGION),
    ("Almost all net sales came from South.", BY_REGION),
    ("Net sales are split evenly between North and South.", BY_REGION),
    ("North and South have similar net sales.", BY_REGION),
    ("South is far and away the leader in net sales.", BY_REGION),
    ("South has the highest net sales ($300.00).", BY_REGION),
    ("The weakest region is South with net sales of $300.00.", BY_REGION),
    ("Nothing but North contributed to net sales.", BY_REGION),
    ("North alone accounts for nine tenths of net sales.", BY_REGION),
    ("Net sales for the North are $900.00, roughly 5 times South's.", BY_REGION),
    ("Net sales have been falling since July 2026 and stand at $1,234.50 in Sep 2026.", SERIES),
    ("Net sales declined for three months in a row.", SERIES),
    ("After a dip in Jul 2026, net sales were $1,234.50 in Sep 2026.", SERIES),
    ("July 2026 was the weakest month for net sales.", SERIES),
    ("Net sales were higher in Aug 2026 than in Jul 2026.", SERIES),
    ("Net sales of Sep 2026 were below those of Aug 2026.", SERIES),
    ("Net sales in Jun 2026 were $1,500.00, the peak.", SERIES),
    ("Net sales set a new high in Sep 2026.", SERIES),
    ("Net sales have never been higher than in Sep 2026.", SERIES),
    ("Net sales tumbled to $1,234.50.", MOVED),
    ("Net sales barely moved, at $1,234.50 against $1,000.00.", MOVED),
    ("Net sales nearly doubled to $1,234.50.", MOVED),
    ("Net sales grew tenfold to $1,234.50.", MOVED),
    ("Net sales rose by a quarter million dollars.", MOVED),
    ("Net sales rose 23.5 points to $1,234.50.", MOVED),
    ("Net sales are up $234.50 on last year, at $1,234.50.", MOVED),
    ("Net sales grew 23.5% annually to $1,234.50.", MOVED),
    ("Net sales soared to $800.00.", FELL),
    ("Net sales worsened to $1,234.50.", MOVED),
    ("Net sales slipped 20 points to $800.00.", FELL),
    ("The margin rate is up 2 percent, at 42%.", RATE_MOVED),
    ("The margin rate improved by 5 points to 42%.", RATE_MOVED),
    ("Isles has a positive margin rate of 8%.", RATE),
    ("All three regions have a positive margin rate.", RATE),
    ("No region lost money: margin was $200.00 in the North.", LOSS),
    ("Margin in Isles was 50 dollars.", LOSS),
    ("Net sales were one point two million dollars in Sep 2026.", TOTAL),
    ("Net sales were mil doscientos dollars in Sep 2026.", TOTAL),
    ("Net sales were twelve hundred and fifty dollars in Sep 2026.", TOTAL),
    ("Net sales were $1,234.50 in each week of Sep 2026.", TOTAL),
    ("Net sales were $1,234.50 on 3 Sep 2026.", TOTAL),
    ("Net sales were $1,234.50 between 1 Sep and 29 Sep 2026.", TOTAL),
    ("Net sales were $1,234.50 in Q3 2026.", TOTAL),
    ("Net sales were $1,234.50 per employee.", TOTAL),
    ("Orders were 19 in total, of which North had two thirds and South a half.", COUNT),
    ("North placed ten more orders than South.", COUNT),
    ("The regions placed 20 orders in total.", COUNT),
    ("The gap between North and South is 8 orders.", COUNT),
]
HONEST = [
    ("Net sales were $1,234.50 in Sep 2026.", TOTAL),
    ("Net sales were roughly $1,200 in Sep 2026.", TOTAL),
    ("Net sales came in just over $1,234 in Sep 2026.", TOTAL),
    ("Net sales exceeded $1,200.00 in Sep 2026.", TOTAL),
    ("Net sales were a little under $1,235 in Sep 2026.", TOTAL),
    ("North leads with net sales of $900.00, followed by South ($300.00) and Isles ($34.50).", BY_REGION),
    ("North had the highest net sales, $900.00; Isles had the lowest, $34.50.", BY_REGION),
    ("South is second with net sales of $300.00.", BY_REGION),
    ("South ranked second in net sales with $300.00.", BY_REGION),
    ("Isles came third in net sales with $34.50.", BY_REGION),
    ("North makes up most of net sales, 72.9%.", BY_REGION),
    ("Most of net sales came from the North ($900.00).", BY_REGION),
    ("The majority of net sales, 72.9%, is North's.", BY_REGION),
    ("Net sales of North and South together were $1,200.00.", BY_REGION),
    ("North sold three times as much as South: net sales of $900.00 against $300.00.", BY_REGION),
    ("Net sales were $900.00 in the North, $300.00 in the South and $34.50 in Isles, $1,234.50 in total.", BY_REGION),
    ("The 3 regions add up to net sales of $1,234.50.", BY_REGION),
    ("Net sales peaked at $1,500.00 in Jul 2026.", SERIES),
    ("Jul 2026 was the best month for net sales, with $1,500.00.", SERIES),
    ("Net sales were lowest in Aug 2026, at $1,000.00.", SERIES),
    ("Net sales rose from $1,000.00 in Aug 2026 to $1,234.50 in Sep 2026.", SERIES),
    ("Net sales fell from $1,500.00 in Jul 2026 to $1,000.00 in Aug 2026, and were $1,234.50 in Sep 2026.", SERIES),
    ("Net sales rose 23.5% to $1,234.50, from $1,000.00 the month before.", MOVED),
    ("Net sales rose 23.5% month over month to $1,234.50.", MOVED),
    ("Net sales grew by $234.50, or 23.5%.", MOVED),
    ("Net sales improved by $234.50 to $1,234.50.", MOVED),
    ("Net sales fell by a fifth to $800.00.", FELL),
    ("Net sales fell 20% to $800.00.", FELL),
    ("Net sales were down $200.00 on the month before, at $800.00.", FELL),
    ("The margin rate rose 2 percentage points to 42%.", RATE_MOVED),
    ("The margin rate rose by 5% to 42%.", RATE_MOVED),
    ("The margin rate was up 2.0 points, from 40% to 42%.", RATE_MOVED),
    ("Isles had a negative margin rate of -8%.", RATE),
    ("The margin rate was 42% in the North, 35% in the South and -8% in Isles.", RATE),
    ("Isles made a loss: margin was -$50.00.", LOSS),
    ("Margin was $200.00 in the North and -$50.00 in Isles.", LOSS),
    ("Paid hours were 480 hours.", HOURS),
    ("Paid hours came to 480 h in Sep 2026.", HOURS),
    ("North had 12 orders, South 5 and Isles 2.", COUNT),
    ("Orders: 12 in the North, more than twice the 5 of the South.", COUNT),
    ("North had net sales of $900.00 and 12 orders.", TWOCOL),
    ("North outsold South in net sales, $900.00 to $300.00.", BY_REGION),
    ("Net sales of North exceed those of South by $600.00.", BY_REGION),
    ("North's lead over South is $600.00 of net sales.", BY_REGION),
    ("Net sales are now $1,234.50 for Sep 2026.", TOTAL),
    ("Here is what you asked for: net sales were $1,234.50 in Sep 2026.", TOTAL),
    ("Net sales in Sep 2026 came to $1,234.50, the last complete month.", TOTAL),
    ("Net sales for Sep 2026 came in at $1,234.50.", TOTAL),
    ("September closed with net sales of $1,234.50.", TOTAL),
    ("In September 2026 (1–30 Sep), net sales totalled $1,234.50.", TOTAL),
    ("Net sales: about $1.2k in September.", TOTAL),
    ("Net sales of $1,234.50 were recorded in Sep 2026.", TOTAL),
    ("I looked up net sales for Sep 2026: $1,234.50. The definition is owned by the data team.", TOTAL),
    ("North generated $900.00 of net sales, well ahead of South ($300.00) and Isles ($34.50).", BY_REGION),
    ("By region, net sales were largest in the North ($900.00) and smallest in Isles ($34.50).", BY_REGION),
    ("North accounts for about 73% of net sales, South for 24% and Isles for 3%.", BY_REGION),
    ("North is the largest of the three regions, with $900.00 in net sales.", BY_REGION),
    ("The top region was North with net sales of $900.00.", BY_REGION),
    ("South's net sales were a third of North's, $300.00 against $900.00.", BY_REGION),
    ("Isles trails both, with net sales of $34.50.", BY_REGION),
    ("North is ahead of South by $600.00 of net sales.", BY_REGION),
    ("South is the second largest region by net sales ($300.00).", BY_REGION),
    ("Net sales in the North are three times those of the South.", BY_REGION),
    ("North leads on net sales.", BY_REGION),
    ("South follows North with net sales of $300.00.", BY_REGION),
    (
        "Net sales went from $1,300.00 in Jun 2026 to $1,500.00 in Jul 2026, then dropped to $1,000.00 in Aug 2026.",
        SERIES,
    ),
    ("Net sales peaked in July 2026 ($1,500.00) and were lowest in August 2026 ($1,000.00).", SERIES),
    ("Aug 2026 was the weakest month for net sales, at $1,000.00.", SERIES),
    ("Net sales in Sep 2026 were $1,234.50, higher than in Aug 2026 ($1,000.00).", SERIES),
    ("Over the four months, net sales added up to $5,034.50.", SERIES),
    ("Net sales are up on the month before: $1,234.50 after $1,000.00.", MOVED),
    ("Net sales rose by $234.50 (23.5%) compared with August, to $1,234.50.", MOVED),
    ("Compared with the previous month, net sales increased by 23.5%.", MOVED),
    ("Net sales climbed almost a quarter, to $1,234.50.", MOVED),
    ("Net sales fell by $200.00, which is 20% less than the month before.", FELL),
    ("Net sales dropped a fifth, to $800.00 from $1,000.00.", FELL),
    ("The margin rate improved from 40% to 42%, up 2 points.", RATE_MOVED),
    ("The margin rate gained 2 percentage points and now stands at 42%.", RATE_MOVED),
    ("The margin rate is highest in the North (42%) and negative in Isles (-8%).", RATE),
    ("The margin rate of Isles was -8%, the lowest of the three.", RATE),
    ("Isles lost money: its margin was -$50.00.", LOSS),
    ("Margin was $200.00 in the North but -$50.00 in Isles.", LOSS),
    ("The three regions placed 19 orders in total.", COUNT),
    ("North placed 7 more orders than South.", COUNT),
    ("North had the most orders (12), Isles the fewest (2).", COUNT),
    ("Paid hours amounted to 480.0 hours.", HOURS),
]


@pytest.mark.parametrize(("text", "shown"), LIES, ids=[text for text, _ in LIES])
def test_a_claim_that_the_rows_do_not_show_is_named(text: str, shown: Shown) -> None:
    assert wrong(text, shown)


@pytest.mark.parametrize(("text", "shown"), HONEST, ids=[text for text, _ in HONEST])
def test_honest_prose_passes(text: str, shown: Shown) -> None:
    assert wrong(text, shown) == []


def test_what_is_better_low_improves_when_it_falls() -> None:
    cost = compared("cost", "money", "usd", "80", "100", "-20", "-0.2")

    assert wrong("Cost improved to $80.00.", cost) == []
    assert "worsened" in wrong("Cost worsened to $80.00.", cost)


def test_days_to_come_may_be_spoken_of_as_such_where_the_result_has_some() -> None:
    assert wrong("Net sales will be $1,234.50 in Sep 2026.", TOTAL) == ["will be"]


def test_groups_that_have_just_as_much_are_counted() -> None:
    tied = by_region("orders_placed", "integer", "count", North="12", South="12", Isles="12")

    assert wrong("Orders were highest for North and 2 others (12).", tied) == []
    assert wrong("Orders were highest for North and 3 others (12).", tied) == ["3"]
