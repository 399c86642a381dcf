"""What a model may cost, how it is bounded and recorded, and the settings and the key that it is asked with."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from statistics import median

from modelled import JULY, MODEL, Bakery, settings
from office import Office

from anabot.agent.model import Usage
from anabot.agent.prices import price_of
from anabot.bootstrap import open_house
from anabot.wire import answer_json
from tests.messages_api import MessagesApi, Turn, asked, query


def test_tokens_and_dollars_are_those_of_the_price_list_in_the_answer_and_on_record(bakery: Bakery) -> None:
    bakery.plays(Turn(calls=[query("sales", period="July")]), Turn(text="Sales were $433.21."))

    answer = bakery.ask(JULY)

    used = [
        Usage(
            fresh=u["input_tokens"],
            written=u["cache_creation_input_tokens"],
            kept=u["cache_read_input_tokens"],
            out=u["output_tokens"],
        )
        for u in bakery.api.usage
    ]
    cost = sum((price_of(MODEL).of(each) for each in used), Decimal(0)).quantize(Decimal("0.000001"))
    (entry,) = [each for each in bakery.record() if each.kind == "model"]
    assert (answer.tokens, answer.cost_usd) == (sum(each.tokens for each in used), cost)
    assert (entry.tokens, entry.cost_usd, entry.status, entry.words) == (answer.tokens, cost, "done", JULY)
    assert answer_json(answer)["cost_usd"] == str(cost)
    assert answer.timings_ms["model"] > 0


def test_a_typical_question_costs_less_than_two_cents_even_with_a_cold_cache(folder: Path, api: MessagesApi) -> None:
    costs, prompts = [], []
    by_shop = query("sales", group_by=["shop_name"], period="July")
    scripts = [
        [Turn(thinking="Sales in July. " * 20, calls=[query("sales", period="July")]), Turn(text="Sales were $433.21.")],
        [Turn(calls=[("search_registry", {"text": "dough"})]), Turn(thinking="? " * 200, calls=[by_shop]), Turn(text="")],
        [Turn(calls=[("ask_user", {"word": "dough", "choices": [asked("sales"), asked("cost")]})])],
        [Turn(calls=[query("sales", period="July")]), Turn(text="Sales were $1.00."), Turn(text="Sales were $433.21.")],
        [Turn(text="NONE")],
    ]  # fmt: skip
    with open_house(settings(folder, api, team_day_usd=Decimal(50))) as house:
        bakery = Bakery(house, api)
        for script in scripts:
            api._cached.clear()
            bakery.plays(*script)
            costs.append(bakery.ask(JULY).cost_usd)
            prompts.append(api.usage[0]["input_tokens"] + api.usage[0]["cache_creation_input_tokens"])

    assert median(costs) <= Decimal("0.02")
    assert max(prompts) <= 6_000


def test_a_question_stops_before_it_passes_its_dollars(folder: Path, api: MessagesApi) -> None:
    with open_house(settings(folder, api, model_usd=Decimal("0.04"), team_day_usd=Decimal(50))) as house:
        bakery = Bakery(house, api)
        bakery.plays(*[Turn(calls=[("search_registry", {"text": "dough"})], thinking="so much " * 700) for _ in range(6)])

        answer = bakery.ask(JULY)

    assert answer.status == "refused"
    assert 0 < answer.cost_usd <= Decimal("0.04")
    assert "dollars" in answer.text


def test_a_team_that_has_spent_its_day_is_told_so_and_no_model_is_asked(folder: Path, api: MessagesApi) -> None:
    with open_house(settings(folder, api, team_day_turns=2)) as house:
        bakery = Bakery(house, api)
        house.store.spending.add("people", turns=2, tokens=10, usd=Decimal("0.01"), seconds=1)
        bakery.plays(Turn(text="NONE"))

        answer = bakery.ask("how many blokes toil here?", "pia")
        other = bakery.ask(JULY, "gus")

    assert "used up for today" in answer.text
    assert other.status == "refused"  # who may see nothing has nothing to ask a model about
    assert api.requests == []


def test_a_thread_stays_with_the_model_it_began_with(folder: Path, api: MessagesApi) -> None:
    with open_house(settings(folder, api, team_day_usd=Decimal(50))) as house:
        first = Bakery(house, api)
        first.plays(Turn(calls=[query("sales", period="July")]), Turn(text=""))
        first.ask(JULY, thread="t-stays")
    with open_house(settings(folder, api, team_day_usd=Decimal(50), model="claude-haiku-5-5")) as house:
        later = Bakery(house, api, number=1_000)
        later.plays(Turn(text="NONE"), Turn(text="NONE"))
        later.ask("and pray what of the dough in June?", thread="t-stays")
        later.ask("and pray what of the dough in June?", thread="t-other")

    assert [request["model"] for request in api.requests] == [MODEL, "claude-haiku-5-5"]


def test_the_record_lists_what_a_question_cost_and_nothing_where_it_cost_nothing(office: Office, api: MessagesApi) -> None:
    env = {"ANTHROPIC_API_KEY": "a-key", "ANTHROPIC_BASE_URL": api.url}
    api.plays(Turn(calls=[query("sales", period="July")]), Turn(text=""))
    asked_model, asked_rules = office.ask(JULY, **env), office.ask("sales in July", **env)

    lines = office.run("audit", "list").out.splitlines()
    spent = next(line for line in lines if " model " in line)

    assert asked_model["tokens"] > asked_rules["tokens"] == 0
    assert {"tokens", "cost_usd"} <= set(lines[0].split())
    assert str(asked_model["tokens"]) in spent.split()
    assert asked_model["cost_usd"].rstrip("0") in spent
    assert sum(str(asked_model["tokens"]) in line.split() for line in lines) == 1


def test_without_a_key_nothing_is_asked_and_the_brain_is_offline(office: Office, api: MessagesApi) -> None:
    api.plays(Turn(text="NONE"))

    answer = office.ask(JULY)

    assert (answer["status"], answer["brain"], answer["tokens"]) == ("refused", "offline", 0)
    assert api.requests == []


def test_offline_stays_offline_with_a_key(office: Office, api: MessagesApi) -> None:
    api.plays(Turn(text="NONE"))

    answer = office.ask(JULY, ANTHROPIC_API_KEY="a-key", ANTHROPIC_BASE_URL=api.url, ANABOT_MODEL="offline")

    assert answer["brain"] == "offline"
    assert api.requests == []


def test_a_model_without_a_key_is_a_fault_by_name_and_a_server_of_ones_own_needs_none(office: Office, api: MessagesApi) -> None:
    told = office.run("ask", "sales", "--as", "bea", ANABOT_MODEL=MODEL)
    api.plays(Turn(calls=[query("sales", period="July")]), Turn(text=""))
    answer = office.ask(JULY, ANTHROPIC_BASE_URL=api.url, ANABOT_MODEL="qwen3:14b")

    assert told.code != 0
    assert "ANTHROPIC_API_KEY is not set" in told.err
    assert (answer["brain"], Decimal(answer["cost_usd"])) == ("qwen3:14b", 0)
    assert answer["tokens"] > 0


def test_a_key_is_in_no_message_and_no_file(office: Office, api: MessagesApi) -> None:
    api.plays(Turn(status=401))

    told = office.run("ask", JULY, "--as", "bea", "--json", ANTHROPIC_API_KEY="sk-ant-very-secret", ANTHROPIC_BASE_URL=api.url)

    assert "very-secret" not in told.out + told.err
    assert not [path for path in office.folder.rglob("*") if path.is_file() and b"very-secret" in path.read_bytes()]
