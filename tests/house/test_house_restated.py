"""At Halden a bill is corrected late, and then a definition changes: each post is answered in its own thread, with the truth."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from halden_data import ROOT, halden_settings
from office import Office
from on_air import OnAir, dm
from pydantic import SecretStr

from anabot import serving
from anabot.demo import running
from anabot.workspace import LOCAL_TOKEN
from anabot.workspace.limits import Limits, PostLimiter
from demo.halden import cloud, facts_finance
from demo.halden.columns import as_date, rounded
from demo.halden.world import World, build_world

FIN_ANALYST, FIN_CLOUD, ADMIN = "U0FINANALY", "C0FINCLOUD", "U0WSADMIN1"
LAST_WEEK, MIDDLE = (date(2026, 9, 28), date(2026, 10, 5)), (date(2026, 9, 14), date(2026, 9, 21))
LOADED = "INSERT INTO meta.load_log VALUES ('aws', 'cur2', TIMESTAMP '2026-10-05 14:50:00', TIMESTAMP '2026-10-04 18:00:00', 1)"


@dataclass(frozen=True)
class Halden:
    """Halden on the air, over data and definitions that may be changed."""

    air: OnAir

    def post(self) -> str:
        """Post the digest of cloud cost. Returns the message's own id."""
        return self.air.demo.service.worker.run_now("finance/cloud-cost-movers", "fin_analyst")

    def answers(self, message: str, count: int) -> list[dict[str, Any]]:
        """What stands under a post of what has moved, once there are so many."""

        def found() -> list[dict[str, Any]]:
            thread = self.air.get(f"page/messages?as={FIN_ANALYST}&channel={FIN_CLOUD}&thread={message}")["messages"]
            return [one for one in thread if "of this post" in str(one)]

        return self.air.wait(lambda: said if len(said := found()) >= count else None)

    def load(self, world: World) -> None:
        """Land the cloud bills as they are in this world, and build their mart by dbt's own SELECT."""
        folder = self.air.office.folder
        aside = folder / "next" / "halden.duckdb"  # the views name their database
        aside.parent.mkdir()
        shutil.copyfile(folder / "halden.duckdb", aside)
        manifest = json.loads((ROOT / "var/halden/target/manifest.json").read_text(encoding="utf-8"))
        with duckdb.connect(str(aside)) as con:
            con.register("bill", cloud.tables(world)["raw_aws.cur2"])
            con.execute("CREATE OR REPLACE TABLE raw_aws.cur2 AS FROM bill")
            con.execute(LOADED)
            for mart in ("fct_cloud_cost", "fct_load"):
                con.execute(
                    f"CREATE OR REPLACE TABLE marts.{mart} AS {manifest['nodes'][f'model.halden.{mart}']['compiled_code']}"
                )
        aside.replace(folder / "halden.duckdb")


@pytest.fixture
def halden(halden_built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Halden]:
    monkeypatch.setattr(serving, "LOOK_S", 0.3)  # a round comes every minute; nobody here waits for it
    shutil.copyfile(halden_built / "halden.duckdb", tmp_path / "halden.duckdb")
    shutil.copytree(ROOT / "semantic_layer", tmp_path / "semantic_layer")
    own = {
        "warehouse_url": f"duckdb:///{tmp_path / 'halden.duckdb'}",
        "semantic_layer": tmp_path / "semantic_layer",
        "slack_bot_token": SecretStr(LOCAL_TOKEN),
        "slack_signing_secret": SecretStr("only-for-these-tests"),
    }
    with running(halden_settings(tmp_path / "ana.db").model_copy(update=own)) as demo:
        air = OnAir(Office(tmp_path), demo)
        air.workspace.limiter = PostLimiter(Limits(post_per_second=1000.0))
        yield Halden(air)


def corrected(world: World) -> World:
    """September's AWS bill, each line of usage charged 6 % more by a correction."""
    bills = cloud.charges(world)
    usage = [one for one in bills if (one.provider, one.kind, as_date(one.day).month) == ("AWS", "Usage", 9)]
    late = [one._replace(cost=rounded(one.cost * 6, 100)) for one in usage if as_date(one.day).year == 2026]
    bills.extend(late)
    return world


def rows_of(answer: dict[str, Any]) -> dict[str, list[str]]:
    """Each number that an answer names: was, is, moved by."""
    (table,) = [block for block in answer["blocks"] if block["type"] == "table"]
    return {name: cells for name, *cells in ([cell["text"] for cell in row] for row in table["rows"])}


def told(world: World, days: tuple[date, date], *, but: str = "") -> str:
    """What the cloud cost in these days, by the generator's own events; `but` is a kind of charge to leave out."""
    facts = zip(
        facts_finance.infra_effective(world), (c for c in cloud.charges(world) if c.kind != "SavingsPlanNegation"), strict=True
    )
    cents = sum(fact.value for fact, charge in facts if days[0] <= as_date(charge.day) < days[1] and charge.kind != but)
    return f"${Decimal(cents).scaleb(-2):,.2f}"


def changed_definition(halden: Halden) -> None:
    """Cloud cost no longer counts what is bought once, such as support; said to Ana as her people say it."""
    file = halden.air.office.folder / "semantic_layer" / "models" / "finance" / "cost.yml"
    text, expr = file.read_text(encoding="utf-8"), "    expr: effective_cost\n"
    assert text.count(expr) == 1
    narrower = "    filter: \"{{ Dimension('charge__charge_category') }} != 'Purchase'\"\n"
    file.write_text(text.replace(expr, expr + narrower), encoding="utf-8")
    halden.air.type(ADMIN, dm(ADMIN), "/ana reload")


def test_a_bill_corrected_late_and_then_a_changed_definition_are_answered_in_the_thread_of_the_digest(halden: Halden) -> None:
    before, after = build_world(), corrected(build_world())
    message = halden.post()

    halden.load(after)
    (late,) = halden.answers(message, 1)
    changed_definition(halden)
    _, narrower = halden.answers(message, 2)

    assert rows_of(late)["Effective cloud cost"] == [told(before, LAST_WEEK), told(after, LAST_WEEK), "+1.0%"]
    assert rows_of(late)["Effective cloud cost, week of 14 Sep 2026"] == [told(before, MIDDLE), told(after, MIDDLE), "+2.4%"]
    assert "the data was loaded again, as of 5 Oct 2026, 05:40 PDT; it was as of 5 Oct 2026, 05:10 PDT" in str(late)
    assert rows_of(narrower)["Effective cloud cost"][:2] == [told(after, LAST_WEEK), told(after, LAST_WEEK, but="Fee")]
    assert "Why: the definition has changed, from version" in str(narrower)
    assert late["metadata"] != narrower["metadata"]
