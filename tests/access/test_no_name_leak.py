"""What somebody may not know of is not named to them: by no refusal, suggestion, choice, list, error or lineage."""

from __future__ import annotations

import json
import re

import pytest
from halden_data import Halden

from anabot.admin import Administration
from anabot.errors import AnabotError, UnknownName
from anabot.hello import hello
from anabot.replay import Replayer
from anabot.semantic.catalog import dimensions_of
from anabot.semantic.query import MetricQuery
from anabot.types import Answer, Channel, Person, Question
from anabot.wire import answer_json

PERSONAS = ("fin_analyst", "growth_mgr", "supply_ops_latam", "hr_bp", "exec", "data_lead", "admin", "guest")
POKES = (
    "{label}",
    "What was {label} last month?",
    "{label} by region last quarter",
    "define {label}",
    "how is {label} computed?",
    "show me the SQL of {label}",
    "{typo} last month",
    "{name}",
)
COMMON = (
    "what can you do",
    "help",
    "which metrics are there?",
    "revenue",
    "headcount",
    "cost last month",
    "why did it fall?",
    "by customer name",
    "compare it with everything",
    "top 3",
)


class Poker:
    """Somebody who tries words that mean nothing to them, wherever Ana answers."""

    def __init__(self, halden: Halden, handle: str) -> None:
        self.house, self.registry = halden.house, halden.registry
        person = self.house.directory.person(handle)
        assert person is not None
        self.person: Person = person
        self.own = self.house.asker.decision(person, None).own

    def hidden(self) -> list[str]:
        return sorted(name for name, metric in self.registry.metrics.items() if name not in self.own.listed and not metric.hidden)

    def forbidden(self) -> re.Pattern[str]:
        """The names and labels of what is hidden, where they are not also words of something that is not."""
        known = " ".join(
            " ".join(
                (self.registry.metrics[one].label, self.registry.metrics[one].description, *self.registry.metrics[one].synonyms)
            )
            for one in self.own.listed
        ).casefold()
        names = set(self.hidden())
        labels = {self.registry.metrics[one].label.casefold() for one in names}
        return re.compile("|".join(re.escape(word) for word in sorted(names | {one for one in labels if one not in known})))

    def ask(self, text: str, channel: Channel | None = None) -> Answer:
        return self.house.asker.ask(Question(question_id=f"leak:{text}", text=text, person=self.person, channel=channel))

    def said(self, answer: Answer, asked: str) -> str:
        """All that an answer says, without the asker's own words and the names of its fields."""
        whole = json.dumps({**answer_json(answer), "timings_ms": {}}) + repr(answer)
        for own in (asked, asked.casefold(), *asked.split(), *asked.casefold().split()):
            whole = whole.replace(json.dumps(own)[1:-1], " ").replace(own, " ")
        return whole.casefold()


def _never() -> Replayer:
    raise AssertionError("nothing is replayed here")


@pytest.fixture(scope="module", params=PERSONAS)
def poker(request: pytest.FixtureRequest, halden: Halden) -> Poker:
    return Poker(halden, request.param)


def few_hidden(poker: Poker, most: int = 6) -> list[str]:
    """Hidden metrics of different classes, evenly spread."""
    names = poker.hidden()
    return names[:: max(1, len(names) // most)][:most]


def test_no_reply_names_a_hidden_metric(poker: Poker) -> None:
    forbidden = poker.forbidden()
    asked = list(COMMON)
    for number, name in enumerate(few_hidden(poker)):
        label = poker.registry.metrics[name].label
        pokes = POKES[number % 2 :: 2]
        asked += [poke.format(label=label.lower(), name=name, typo=label.lower().replace("e", "", 1)) for poke in pokes]

    for text in asked:
        said = poker.said(poker.ask(text), text)

        if poker.hidden():
            assert not (found := forbidden.search(said)), f"{text!r} is answered with {found[0]!r}"


def test_a_hidden_metric_is_refused_as_a_word_that_means_nothing(poker: Poker) -> None:
    for name in few_hidden(poker, 3):
        one, two = poker.ask(f"{name} last month"), poker.ask("zzyzx_qwfp last month")

        assert one.query is two.query is None
        assert one.request in poker.own.listed | {""}
        assert one.status == two.status or one.reason == "forbidden"  # some of its words may be the name of what is known
        labels = {poker.registry.metrics[each].label for each in poker.own.listed}
        owners = {poker.registry.metrics[each].owner for each in poker.own.listed}
        assert set(one.nearest) <= labels  # what is offered is near to the word, and known
        assert one.owner in owners | {""}


def test_a_typed_query_for_what_is_hidden_fails_like_one_for_nothing(poker: Poker) -> None:
    for name in few_hidden(poker, 3):
        hidden = poker.house.asker.run(MetricQuery(metrics=(name,)), poker.person)
        nothing = poker.house.asker.run(MetricQuery(metrics=("zzyzx_qwfp",)), poker.person)

        assert (hidden.status, hidden.reason) == (nothing.status, nothing.reason) == ("refused", "unknown_name")
        assert set(hidden.nearest) <= poker.own.listed


def test_the_desk_lists_defines_and_greets_without_a_hidden_name(poker: Poker) -> None:
    asker, forbidden = poker.house.asker, poker.forbidden()
    desk = Administration(asker=asker, replayer=_never, vitals=dict, read_again=lambda: "")
    channel = Channel(channel=poker.house.directory.channel("general").channel, name="general")  # type: ignore[union-attr]
    listed = {metric.name for metric in desk.metrics("", poker.person, channel)}

    assert listed <= poker.own.listed
    if not poker.hidden():
        return
    assert not forbidden.search(repr(hello(asker, poker.person, None)).casefold())
    for name in few_hidden(poker):
        found = {metric.name for metric in desk.metrics(poker.registry.metrics[name].label, poker.person, channel)}
        with pytest.raises(UnknownName) as caught:
            desk.define(name, poker.person, channel)
        assert found <= poker.own.listed
        assert set(caught.value.nearest) <= poker.own.listed


def test_a_denied_dimension_is_as_unknown_as_one_that_does_not_exist(poker: Poker) -> None:
    for denied in sorted(poker.own.denied):
        model, _, dimension = denied.partition(".")
        for name in sorted(poker.own.metrics):
            refs = [
                ref
                for ref in dimensions_of(poker.registry, name)
                if (ref.dimension.model, ref.dimension.name) == (model, dimension)
            ]
            for ref in refs[:1]:
                hidden = poker.house.asker.run(MetricQuery(metrics=(name,), group_by=(ref.name,)), poker.person)
                nothing = poker.house.asker.run(MetricQuery(metrics=(name,), group_by=("zzyzx_qwfp",)), poker.person)
                assert (hidden.status, hidden.reason) == (nothing.status, nothing.reason)
                assert ref.name not in hidden.nearest
                break


def test_a_value_beyond_the_rows_is_as_unknown_as_one_that_does_not_exist(halden: Halden) -> None:
    latam, lead = Poker(halden, "supply_ops_latam"), Poker(halden, "ops_lead")

    assert lead.ask("units delivered last month in Southeast Asia").status == "answered"
    beyond, nothing = latam.ask("units delivered last month in Southeast Asia"), latam.ask("units delivered last month in ZZYZX")
    assert (beyond.status, beyond.reason) == (nothing.status, nothing.reason)
    assert beyond.nearest == nothing.nearest


def test_in_a_channel_nothing_is_named_that_somebody_there_may_not_know(halden: Halden) -> None:
    finance, growth = Poker(halden, "fin_analyst"), Poker(halden, "growth_mgr")
    general, weekly = (halden.house.directory.channel(name) for name in ("general", "fin-weekly"))

    for asker, text in (
        (finance, "gros margn last mnth"),
        (growth, "gross margin last month"),
        (finance, "gross margin by zzyzx"),
    ):
        public, alone = asker.ask(text, general), asker.ask(text)
        assert "margin" not in public.text.casefold().replace(text, ""), public.text
        assert public.status == alone.status
    assert growth.ask("gross margin last month", weekly).text.startswith("Gross margin is not open to you here.")


def test_a_thread_about_something_hidden_has_no_past_for_who_may_not_know_it(halden: Halden) -> None:
    finance, latam = Poker(halden, "fin_analyst"), Poker(halden, "supply_ops_latam")
    house = halden.house
    first = Question(question_id="leak:1", text="gross margin last month", person=finance.person, thread="leak:thread")
    assert house.asker.ask(first).status == "answered"

    replies = [
        house.asker.ask(Question(question_id="leak:2", text="by month", person=latam.person, thread=thread))
        for thread in ("leak:thread", "leak:nothing")
    ]

    assert replies[0].text == replies[1].text
    assert (
        house.asker.overhear(Question(question_id="leak:3", text="by month", person=latam.person, thread="leak:thread")) is None
    )


def test_what_was_answered_warmly_is_not_recalled_by_somebody_colder(halden: Halden) -> None:
    finance, latam, growth = (Poker(halden, who) for who in ("fin_analyst", "supply_ops_latam", "growth_mgr"))
    answer = finance.ask("gross margin last month")
    assert answer.status == "answered"
    asker = halden.house.asker

    for somebody in (latam, growth):
        with pytest.raises(AnabotError) as caught:
            asker.recall(answer.receipt, somebody.person, None)
        if somebody is latam:
            assert not somebody.forbidden().search(str(caught.value).casefold().replace("gross_margin", ""))
    assert asker.recall(answer.receipt, finance.person, None).table == answer.table


@pytest.mark.parametrize(
    ("handle", "text", "hidden"),
    [
        ("supply_ops_latam", "define contributor retention", "attrition"),
        ("hr_bp", "define units delivered", "units submitted"),
        ("growth_mgr", "how is units delivered computed?", "units submitted"),
    ],
)
def test_a_definition_is_not_the_same_as_only_what_may_be_known(halden: Halden, handle: str, text: str, hidden: str) -> None:
    poker = Poker(halden, handle)
    told, whole = poker.ask(text), Poker(halden, "exec").ask(text)

    assert told.status == whole.status == "answered"
    assert f"not the same as {hidden}" in whole.text.casefold()
    assert hidden not in poker.said(told, text)


def test_values_and_words_are_kept_apart_for_each_grant(halden: Halden) -> None:
    latam, lead = Poker(halden, "supply_ops_latam"), Poker(halden, "ops_lead")
    engine = halden.house.engine
    warm, cold = engine.values(lead.own), engine.values(latam.own)

    assert engine.values(lead.own) is warm
    region = ("regions", "region")
    assert set(cold.by_dimension[region]) == {"LATAM"} < set(warm.by_dimension[region])
