"""The real connector against a loopback server that speaks Snowflake's wire: what is sent, what comes back, what is cancelled."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from anabot.errors import ConfigError, WarehouseError, WarehouseLacks, WarehouseLimit, WarehouseTimeout
from anabot.types import Statement
from anabot.warehouses.base import Result
from anabot.warehouses.snowflake import Snowflake
from anabot.warehouses.snowflake_login import SnowflakeOptions
from tests.warehouses.snowflake_stub import EXPECTED, QUERY_ID, Wire, serving

URL = "snowflake://ana@acme/DB/PUBLIC?warehouse=WH&role=READER"
ASKED = Statement(
    connection="default", dialect="snowflake", text="SELECT region, sales FROM t WHERE x = ?", params=("a",), tag="R-7"
)
PHRASE = "open sesame"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with serving() as wire:
        yield wire


def pem(key: rsa.RSAPrivateKey) -> bytes:
    locked = serialization.BestAvailableEncryption(PHRASE.encode())
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)


def ask(wire: Wire, *, max_rows: int = 100, max_bytes: int = 10_000_000, timeout_s: float = 20, token: str = "T0KEN") -> Result:
    warehouse = Snowflake(URL, SnowflakeOptions(server=wire.url, token=token))
    try:
        return warehouse.run(ASKED, max_rows=max_rows, max_bytes=max_bytes, timeout_s=timeout_s)
    finally:
        warehouse.close()


def submitted(wire: Wire) -> dict[str, object]:
    (body,) = [body for body in wire.bodies("/queries/v1/query-request") if body["sqlText"] == ASKED.text]
    return body


def test_a_key_pair_signs_in_with_a_token_that_its_public_key_proves(wire: Wire, key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    (tmp_path / "ana.p8").write_bytes(pem(key))
    options = SnowflakeOptions(server=wire.url, private_key_file=tmp_path / "ana.p8", private_key_passphrase=PHRASE)

    warehouse = Snowflake(URL, options)
    result = warehouse.run(ASKED, max_rows=10, max_bytes=10_000, timeout_s=20)
    warehouse.close()

    login = wire.bodies("/session/v1/login-request")[0]["data"]
    head, claims, signature = login["TOKEN"].split(".")
    signed = base64.urlsafe_b64decode(signature + "==")
    key.public_key().verify(signed, f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert login["AUTHENTICATOR"] == "SNOWFLAKE_JWT"
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["sub"] == "ACME.ANA"
    assert "PASSWORD" not in login
    assert result.rows == EXPECTED


def test_a_session_is_told_its_zone_its_weeks_and_one_role_alone(wire: Wire) -> None:
    ask(wire)

    told = wire.bodies("/session/v1/login-request")[0]["data"]["SESSION_PARAMETERS"]
    place = next(path for path, _ in wire.asked if path.startswith("/session/v1/login-request"))
    assert (told["TIMEZONE"], str(told["WEEK_START"])) == ("UTC", "0")
    assert "roleName=READER" in place
    assert "warehouse=WH" in place
    assert wire.bodies("/queries/v1/query-request")[0]["sqlText"] == "USE SECONDARY ROLES NONE"


def test_a_statement_carries_its_receipt_its_time_limit_and_its_values_apart(wire: Wire) -> None:
    ask(wire, timeout_s=7.2)

    body = submitted(wire)
    assert json.loads(body["parameters"]["QUERY_TAG"]) == {"app": "anabot", "receipt": "R-7"}  # type: ignore[index]
    assert str(body["parameters"]["STATEMENT_TIMEOUT_IN_SECONDS"]) == "8"  # type: ignore[index]
    assert body["bindings"]["1"]["value"] == "a"  # type: ignore[index]


def test_rows_come_as_decimals_and_no_more_than_were_asked_for(wire: Wire) -> None:
    assert ask(wire) == Result(names=("REGION", "SALES"), rows=EXPECTED, truncated=False)
    assert ask(wire, max_rows=2) == Result(names=("REGION", "SALES"), rows=EXPECTED[:2], truncated=True)


def test_rows_that_weigh_too_much_are_refused(wire: Wire) -> None:
    wire.rows = 5_000

    with pytest.raises(WarehouseLimit):
        ask(wire, max_rows=10_000, max_bytes=10_000)


def test_a_statement_past_its_time_is_cancelled_on_the_server(wire: Wire) -> None:
    wire.status = "RUNNING"

    with pytest.raises(WarehouseTimeout):
        ask(wire, timeout_s=0.3)

    assert wire.aborted.wait(5)
    assert any(QUERY_ID in path and "abort" in path for path, _ in wire.asked)


def test_what_runs_while_the_process_stops_is_cancelled_on_the_server(wire: Wire) -> None:
    wire.status = "RUNNING"
    warehouse = Snowflake("snowflake://ANA@acc/db", SnowflakeOptions(token="T0KEN", server=wire.url))
    statement = Statement(connection="billing", dialect="snowflake", text="SELECT 1")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(warehouse.run, statement, max_rows=1, max_bytes=10_000, timeout_s=20)
        until = time.monotonic() + 10
        while not wire.bodies("/monitoring/queries/") and time.monotonic() < until:
            time.sleep(0.02)

        warehouse.close()

        assert wire.aborted.wait(5)
        wire.status, wire.error = "FAILED_WITH_ERROR", ("000604", "cancelled")
        with pytest.raises(WarehouseTimeout):
            running.result(timeout=10)


@pytest.mark.parametrize(
    ("number", "kind"),
    [("000604", WarehouseTimeout), ("000630", WarehouseTimeout), ("002003", WarehouseLacks), ("100038", WarehouseError)],
)
def test_an_error_is_of_its_kind_and_repeats_nothing_of_the_row(wire: Wire, number: str, kind: type[WarehouseError]) -> None:
    wire.status, wire.error = "FAILED_WITH_ERROR", (number, "Numeric value 'SECRET-WORD' is not recognized")

    with pytest.raises(kind) as told:
        ask(wire)

    assert "SECRET-WORD" not in str(told.value)


def test_a_refused_sign_in_shows_a_number_and_no_secret(wire: Wire) -> None:
    wire.refuse_login = ("390303", "Invalid token T0KEN")

    with pytest.raises(WarehouseError) as told:
        ask(wire)

    assert "cannot be reached" in str(told.value)
    assert "T0KEN" not in str(told.value)
    assert "T0KEN" not in repr(SnowflakeOptions(token="T0KEN"))


def test_a_token_that_expired_is_read_again_from_its_file(wire: Wire, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first")
    warehouse = Snowflake(URL, SnowflakeOptions(server=wire.url, token_file=file))
    warehouse.run(ASKED, max_rows=10, max_bytes=10_000, timeout_s=20)
    file.write_text("second")
    wire.expire = 1

    assert warehouse.run(ASKED, max_rows=10, max_bytes=10_000, timeout_s=20).rows == EXPECTED

    assert [body["data"]["TOKEN"] for body in wire.bodies("/session/v1/login-request")] == ["first", "second"]
    warehouse.close()


def test_a_key_with_another_passphrase_is_refused_without_showing_either(key: rsa.RSAPrivateKey) -> None:
    options = SnowflakeOptions(private_key=pem(key).decode(), private_key_passphrase="wrong words")

    with pytest.raises(ConfigError) as told:
        Snowflake(URL, options).run(ASKED, max_rows=1, max_bytes=1000, timeout_s=1)

    assert "wrong words" not in str(told.value)
    assert "PRIVATE KEY" not in repr(options)


def test_a_key_and_a_token_together_are_refused() -> None:
    with pytest.raises(ConfigError, match="more than one"):
        Snowflake(URL, SnowflakeOptions(private_key="x", token="y"))


def test_as_the_asker_each_role_signs_in_for_itself_and_no_session_ever_changes_its_role(wire: Wire) -> None:
    warehouse = Snowflake(URL, SnowflakeOptions(server=wire.url, token="T0KEN", as_asker=True))
    for role in ("FINANCE", 'odd "role', "FINANCE"):
        warehouse.run(replace(ASKED, role=role), max_rows=10, max_bytes=10_000, timeout_s=20)
    warehouse.close()

    logins = [path for path, _ in wire.asked if path.startswith("/session/v1/login-request")]
    roles = [parse_qs(urlsplit(path).query)["roleName"][0] for path in logins]
    texts = [body["sqlText"] for body in wire.bodies("/queries/v1/query-request")]
    assert roles == ["FINANCE", '"odd ""role"']
    assert [text for text in texts if text != ASKED.text] == ["USE SECONDARY ROLES NONE"] * 2
    assert texts.count(ASKED.text) == 3


def test_as_the_asker_nothing_runs_without_a_role(wire: Wire) -> None:
    warehouse = Snowflake(URL, SnowflakeOptions(server=wire.url, token="T0KEN", as_asker=True))

    with pytest.raises(WarehouseError, match="nobody is named"):
        warehouse.run(ASKED, max_rows=10, max_bytes=10_000, timeout_s=20)

    assert wire.asked == []


def test_a_role_that_ana_was_not_given_is_refused_at_the_door_of_the_account(wire: Wire) -> None:
    wire.refuse_login = ("390189", "Role 'FINANCE' specified in the connect string is not granted to this user. SECRET-WORD")
    warehouse = Snowflake(URL, SnowflakeOptions(server=wire.url, token="T0KEN", as_asker=True))

    with pytest.raises(WarehouseError, match="cannot be reached") as caught:
        warehouse.run(replace(ASKED, role="FINANCE"), max_rows=10, max_bytes=10_000, timeout_s=20)

    assert "SECRET-WORD" not in str(caught.value)
    assert submitted_texts(wire) == []


def submitted_texts(wire: Wire) -> list[object]:
    return [body["sqlText"] for body in wire.bodies("/queries/v1/query-request")]
