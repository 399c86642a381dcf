"""How the readings of a word overlap, to the last person: against the generator's own sets, and never where it tells of few."""

from __future__ import annotations

import uuid
from dataclasses import replace

import duckdb
import pytest
from halden_data import NOW, Halden

from anabot.agent import Ambiguous, understand
from anabot.choices import offered
from anabot.engine import Intent
from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.plain import plain
from anabot.semantic.query import Condition, MetricQuery, Span
from anabot.semantic.values import ValueIndex
from anabot.types import Answer, Grant, Question, RowRule
from demo.build import DEFAULT_OUT

HR = ("headcount_hris_active", "headcount_perf_active", "headcount_wfa_active")
SUPPLY = ("contributors_status_active", "active_contributors_28d", "contributors_available")
CUSTOMERS = ("customers_invoiced", "customers_with_usage")
INTENT = Intent(question_id="test", actor="test", place="test", kind="check")


def ask(halden: Halden, user: str, text: str) -> Answer:
    person = halden.house.directory.person(user)
    assert person is not None
    return halden.house.asker.ask(Question(question_id=uuid.uuid4().hex, text=text, person=person))


def regions(answer: Answer) -> dict[frozenset[str], int]:
    assert answer.overlap is not None
    return {frozenset(names): count for names, count in answer.overlap.regions}


def truth(halden: Halden, trap: str, letters: dict[str, str]) -> dict[frozenset[str], int]:
    labels = {letter: halden.registry.metrics[metric].label for letter, metric in letters.items()}
    venn = halden.truth["traps"][trap]["venn"]
    return {frozenset(labels[letter] for letter in key): count for key, count in venn.items()}


def test_three_counts_of_employees_overlap_as_the_generator_made_them(halden: Halden) -> None:
    answer = ask(halden, "hr_bp", "how many active employees do we have")

    assert [choice.value for choice in answer.choices] == ["1,214", "1,187", "1,161"]
    assert regions(answer) == truth(halden, "T50", dict(zip("HPW", HR, strict=True)))
    assert "1,088  Headcount, HRIS and Headcount, performance tool and Headcount, workforce allocation" in plain(answer)


def test_three_counts_of_contributors_overlap_as_the_generator_made_them(halden: Halden) -> None:
    assert regions(ask(halden, "ops_lead", "active contributors")) == truth(halden, "T41", dict(zip("SDA", SUPPLY, strict=True)))


def test_counts_of_two_models_overlap_as_their_rows_do(halden: Halden) -> None:
    quarter = ("2026-05-01", "2026-08-01")
    compiled = {name: _ids(halden, name, quarter) for name in CUSTOMERS}
    invoiced, used = (compiled[name] for name in CUSTOMERS)
    labels = [halden.registry.metrics[name].label for name in CUSTOMERS]

    found = regions(ask(halden, "fin_analyst", "how many customers last quarter"))

    sets = {frozenset(labels): invoiced & used, frozenset(labels[:1]): invoiced - used, frozenset(labels[1:]): used - invoiced}
    assert found == {names: len(ids) for names, ids in sets.items() if ids}


def _ids(halden: Halden, name: str, quarter: tuple[str, str]) -> set[str]:
    """The customers of one metric, by SQL of this test's own."""
    metric = halden.registry.metrics[name]
    model = halden.registry.models[metric.model]
    time = model.dimensions[metric.time_dimension].expr
    conditions = " AND ".join([f"{time} >= ? AND {time} < ?", f"({metric.expr}) IS NOT NULL"])
    with duckdb.connect(str(DEFAULT_OUT / "halden.duckdb"), read_only=True) as connection:
        text = f"SELECT DISTINCT {metric.expr} FROM {'.'.join(model.relation[-2:])} WHERE {conditions}"
        return {row[0] for row in connection.execute(text, quarter).fetchall()}


def test_row_rules_hold_in_every_part(halden: Halden) -> None:
    everybody, latam = (
        ask(halden, "ops_lead", "active contributors in LATAM"),
        ask(halden, "supply_ops_latam", "active contributors"),
    )

    assert regions(everybody) == regions(latam)


@pytest.mark.parametrize(
    ("user", "text"),
    [
        ("hr_bp", "headcount in LATAM"),
        ("hr_bp", "headcount by function"),
        ("fin_analyst", "customers last quarter by segment"),
        ("exec", "how many active people do we have"),
        ("exec", "revenue last quarter"),
    ],
)
def test_what_is_cut_or_counts_different_things_has_no_overlap(halden: Halden, user: str, text: str) -> None:
    answer = ask(halden, user, text)

    assert answer.status == "clarify"
    assert answer.overlap is None


def grant(halden: Halden, k: int = 5, **more: object) -> Grant:
    """What the HR partner may see alone, where small groups are of fewer than k."""
    person = halden.house.directory.person("hr_bp")
    assert person is not None
    own = halden.house.asker.enforced(person)
    return replace(own, people=tuple(replace(rule, k=k) for rule in own.people), **more)  # type: ignore[arg-type]


def test_a_part_of_too_few_people_leaves_the_whole_unsaid(halden: Halden) -> None:
    query = MetricQuery(metrics=HR)

    assert len(halden.house.engine.overlap(query, "person", grant(halden, 9), intent=INTENT).rows) == 7
    with pytest.raises(NotAllowed, match="is not said"):
        halden.house.engine.overlap(query, "person", grant(halden, 10), intent=INTENT)


@pytest.mark.parametrize(
    ("query", "entity", "rows"),
    [
        (MetricQuery(metrics=HR, where=(Condition(field="region", values=("LATAM",)),)), "person", ()),
        (MetricQuery(metrics=HR), "person", (RowRule(model="regions", dimension="region", values=("LATAM",)),)),
        (MetricQuery(metrics=HR), "country", ()),
    ],
)
def test_people_are_counted_whole_or_not_at_all(
    halden: Halden, query: MetricQuery, entity: str, rows: tuple[RowRule, ...]
) -> None:
    with pytest.raises(NotAllowed):
        halden.house.engine.overlap(query, entity, grant(halden, rows=rows), intent=INTENT)


def test_what_is_broken_down_already_is_not_laid_over(halden: Halden) -> None:
    with pytest.raises(BadQuery):
        halden.house.engine.overlap(MetricQuery(metrics=HR, group_by=("function",)), "person", grant(halden), intent=INTENT)


def test_a_metric_that_may_not_be_seen_has_no_part_in_it(halden: Halden) -> None:
    person = halden.house.directory.person("ops_lead")
    assert person is not None
    own = halden.house.asker.enforced(person)

    with pytest.raises(UnknownName):
        halden.house.engine.overlap(MetricQuery(metrics=(*SUPPLY, HR[0])), "contributor", own, intent=INTENT)


def test_an_overlap_is_on_record_before_it_runs(halden: Halden) -> None:
    answer = ask(halden, "ops_lead", "active contributors")

    entries = [one for one in halden.house.store.audit.list(10) if set(one.metrics) == set(SUPPLY)]
    assert answer.overlap is not None
    assert entries[0].status == "answered"
    assert entries[0].rows == 7


def test_a_period_is_laid_over_the_same_days(halden: Halden) -> None:
    engine, own = halden.house.engine, halden.house.asker.enforced(halden.house.directory.person("fin_analyst"))  # type: ignore[arg-type]
    spans = [Span(start=start, end=end) for start, end in (("2026-05-01", "2026-08-01"), ("2026-08-01", "2026-11-01"))]

    first, second = (
        engine.overlap(MetricQuery(metrics=CUSTOMERS, period=span), "customer", own, intent=INTENT) for span in spans
    )

    assert first.rows != second.rows


def test_readings_that_are_money_are_asked_back_with_the_way_from_one_to_the_other(halden: Halden) -> None:
    answer = ask(halden, "fin_analyst", "revenue last quarter")

    values = {choice.label: choice.value for choice in answer.choices}
    (bridge,) = answer.bridges
    (_, start), *_, (_, end) = bridge.walk()
    assert (f"${start:,.2f}", f"${end:,.2f}") == (values["Usage revenue"], values["Net revenue"])
    assert f"${end:,.2f}" == halden.told("net_revenue", "2026-05-01", "2026-08-01")
    assert (answer.overlap, bridge.residual) == (None, 0)


def test_no_way_from_one_to_the_other_is_shown_where_a_part_of_it_is_not_open(halden: Halden) -> None:
    person = halden.house.directory.person("fin_analyst")
    assert person is not None
    standing = halden.house.standing()
    own = standing.policy.decide(person, None, (person,)).own
    less = replace(own, metrics=own.metrics - {"bridge_credits"})
    found = understand(
        "revenue last quarter", registry=standing.registry, grant=less, values=ValueIndex(), team="finance", now=NOW
    )
    assert isinstance(found, Ambiguous)

    assert offered(found, halden.house.engine, standing.registry, own, INTENT).bridges
    assert offered(found, halden.house.engine, standing.registry, less, INTENT).bridges == ()
