"""An owner opens a metric to somebody who asks: for a while, on record, within the rules, and for nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from halden_data import Halden

from anabot.errors import AnabotError, NotAllowed
from anabot.lending import Lending
from anabot.preview import preview, preview_json
from anabot.types import Answer, Person, Question

METRIC, ASKED = "gross_margin", "Gross margin last month"


@dataclass
class Later:
    """Business time that a test moves."""

    start: dt.datetime
    days: float = 0

    def now(self) -> dt.datetime:
        return self.start + dt.timedelta(days=self.days)


@dataclass(frozen=True)
class Company:
    halden: Halden
    lending: Lending
    clock: Later

    def who(self, handle: str) -> Person:
        person = self.halden.house.directory.person(handle)
        assert person is not None
        return person

    def ask(self, handle: str, text: str = ASKED, where: str = "") -> Answer:
        house = self.halden.house
        channel = house.directory.channel(where) if where else None
        return house.asker.ask(
            Question(question_id=f"{handle}:{text}:{where}", text=text, person=self.who(handle), channel=channel)
        )


@pytest.fixture
def company(halden: Halden, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    house = halden.house
    clock = Later(house.clock.now())
    monkeypatch.setattr(house.clock, "now", clock.now)
    yield Company(halden=halden, lending=Lending(asker=house.asker), clock=clock)
    for one in house.store.requests.list():
        house.store.requests.decide(one, "ended", by="test")


def approve(company: Company, days: int = 7) -> str:
    company.lending.ask(company.who("growth_mgr"), METRIC, "dm")
    return company.lending.approve(company.who("fin_analyst"), company.who("growth_mgr").user, METRIC, days)[1]


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(NotAllowed) as caught:
        work()
    return str(caught.value)


def test_a_listed_metric_is_refused_with_a_way_to_ask_and_answered_once_its_owner_has_opened_it(company: Company) -> None:
    before = company.ask("growth_mgr")

    words = approve(company)

    assert (before.status, before.request, before.owner) == ("forbidden", METRIC, "fin_analyst")
    assert words == "Gross margin is open to Growth manager until 12 Oct 2026."
    assert company.ask("growth_mgr").status == "answered"
    assert company.ask("growth_ops").status == "forbidden"


def test_a_loan_runs_out_by_itself_and_can_be_taken_back_before(company: Company) -> None:
    approve(company)
    company.clock.days = 7.01
    assert company.ask("growth_mgr").status == "forbidden"

    company.clock.days = 1
    assert company.ask("growth_mgr").status == "answered"
    company.lending.end(company.who("fin_analyst"), company.who("growth_mgr").user, METRIC)
    assert company.ask("growth_mgr").status == "forbidden"


def test_what_is_lent_is_said_only_where_its_class_is_declared(company: Company) -> None:
    approve(company)

    assert company.ask("growth_mgr", where="#growth-weekly").reason == "audience"
    assert company.ask("growth_mgr", where="#fin-weekly").status == "answered"


def test_nobody_but_the_owner_decides_and_only_what_was_asked(company: Company) -> None:
    growth = company.who("growth_mgr")
    company.lending.ask(growth, METRIC, "dm")

    for somebody in ("growth_mgr", "fin_controller", "admin", "exec"):
        refused(lambda somebody=somebody: company.lending.approve(company.who(somebody), growth.user, METRIC, 7))
        refused(lambda somebody=somebody: company.lending.decline(company.who(somebody), growth.user, METRIC))
    owner = company.who("fin_analyst")
    refused(lambda: company.lending.approve(owner, growth.user, METRIC, 3_650))
    refused(lambda: company.lending.approve(owner, company.who("growth_ops").user, METRIC, 7))
    refused(lambda: company.lending.approve(owner, growth.user, "net_revenue", 7))
    assert company.ask("growth_mgr").status == "forbidden"
    company.lending.decline(owner, growth.user, METRIC)
    refused(lambda: company.lending.approve(owner, growth.user, METRIC, 7))


def test_a_hidden_metric_a_strict_one_and_one_that_does_not_exist_cannot_be_asked_for_in_the_same_words(company: Company) -> None:
    said = {
        refused(lambda: company.lending.ask(company.who("supply_ops_latam"), METRIC, "dm")),  # hidden
        refused(lambda: company.lending.ask(company.who("data_lead"), "headcount_hris_active", "dm")),  # listed, strict
        refused(lambda: company.lending.ask(company.who("growth_mgr"), "no_such_metric", "dm")),
        refused(lambda: company.lending.ask(company.who("guest"), METRIC, "dm")),
        refused(lambda: company.lending.ask(company.who("growth_mgr"), "win_rate", "dm")),  # seen already
    }

    assert len(said) == 1


def test_a_wish_that_is_still_open_is_not_made_twice(company: Company) -> None:
    first = company.lending.ask(company.who("growth_mgr"), METRIC, "dm")
    second = company.lending.ask(company.who("growth_mgr"), METRIC, "#general")

    assert (first.repeated, second.repeated) == (False, True)
    assert first.days == (1, 7, 30, 90)


def test_each_act_is_on_record_and_shown_by_the_preview(company: Company) -> None:
    approve(company)
    asker, person = company.halden.house.asker, company.who("growth_mgr")

    found = preview(asker, person, asker.directory.channel("general"), by="U0WSADMIN1")

    assert found.loans == ("gross_margin until 2026-10-12, by @fin_analyst",)
    assert {one.name: len(one.metrics) for one in found.held}["finance"] == 2  # what is lent, and usage revenue
    assert preview_json(found)["channel"]["held"][0]["why"] == "the channel does not declare finance"
    acts = [(one.status, one.actor) for one in asker.store.audit.list(5) if one.kind == "admin"]
    assert acts[:3] == [("previewed", "U0WSADMIN1"), ("approved", "U0FINANALY"), ("asked", "U0GROWTHMG")]


def test_a_hot_cache_does_not_answer_whose_loan_has_run_out(company: Company) -> None:
    approve(company)
    receipt = company.ask("growth_mgr").receipt
    company.clock.days = 8

    with pytest.raises(AnabotError):
        company.halden.house.asker.recall(receipt, replace(company.who("growth_mgr")), None)
