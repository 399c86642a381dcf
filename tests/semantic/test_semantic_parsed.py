"""Parsed documents that are kept: they say what the files say, or nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable

import pytest

from anabot.errors import RegistryError
from anabot.semantic import documents, parse_registry
from anabot.semantic import parsed as module
from anabot.semantic.parsed import Parsed
from anabot.semantic.registry import Registry
from tests.tiny import tiny_files

ODD = """models: []
exposures:
- {name: dated, at: 2026-05-01, when: 2026-05-01T10:00:00Z, "on": yes, share: 0.1, none: , 7: seven, text: 'ŷ'}
"""


def kept(files: dict[str, str]) -> bytes:
    parsed = Parsed()
    parse_registry(files, parsed=parsed)
    return parsed.written()


def said(registry: Registry) -> tuple[object, ...]:
    trees = [each.tree.sql() for each in registry.metrics.values()]
    return registry.models, registry.metrics, registry.terms, registry.reconciliations, registry.version, trees


def no_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr(documents, "_Loader", refuse)


def test_kept_documents_give_the_same_registry_without_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    files = tiny_files()
    fresh, body = parse_registry(files), kept(files)
    no_yaml(monkeypatch)

    parsed = Parsed(body)
    again = parse_registry(files, parsed=parsed)

    assert said(again) == said(fresh)
    assert not parsed.grown


def test_only_a_changed_file_is_parsed_again() -> None:
    files = tiny_files()
    parsed = Parsed(kept(files))
    name = next(name for name in files if "models" in name)

    changed = parse_registry({**files, name: files[name] + "\n# later\n"}, parsed=parsed)

    assert changed.metrics == parse_registry(files).metrics
    assert parsed.grown


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "another aggregation": lambda body: body.replace(b"sum", b"max"),
    "cut short": lambda body: body[:-9],
    "empty": lambda body: b"",
    "of another version": lambda body: body.replace(b"1", b"2", 1),
}


@pytest.mark.parametrize("how", SPOILT)
def test_documents_that_were_tampered_with_are_parsed_again(how: str) -> None:
    files = tiny_files()

    parsed = Parsed(SPOILT[how](kept(files)))
    registry = parse_registry(files, parsed=parsed)

    assert said(registry) == said(parse_registry(files))
    assert parsed.grown


def test_bytes_signed_by_somebody_who_knows_the_form_are_still_validated_or_nothing() -> None:
    text = "models: []\n"
    for body in ('{"x":', "[]", '{"x": 3}', '{"x": [{}, [[]]]}', '{"x": [{"\ufdd0": ["date", "never"]}, []]}'):
        digest = hashlib.sha256(body.encode()).hexdigest()
        assert Parsed(f"{module._FORMAT} {digest}\n{body}".encode()).find(text) is None


def test_dates_numbers_and_words_come_back_as_they_were() -> None:
    parsed = Parsed()
    exact = ODD.replace("7: seven, ", "")
    value = documents.parse("m.yml", exact, parsed)[0].value  # type: ignore[union-attr]

    found = Parsed(parsed.written()).find(exact)

    assert found is not None
    assert found[0] == value
    assert found[0]["exposures"][0]["at"] == dt.date(2026, 5, 1)
    assert found[0]["exposures"][0]["when"] == dt.datetime(2026, 5, 1, 10, tzinfo=dt.UTC)


def test_what_json_would_change_is_not_kept() -> None:
    parsed = Parsed()
    documents.parse("m.yml", ODD, parsed)

    assert Parsed(parsed.written()).find(ODD) is None


def test_faults_in_kept_files_still_say_their_lines() -> None:
    files = tiny_files()
    name = next(name for name in files if "models" in name)
    broken = {name: files[name], "zz.yml": files[name]}  # every name a second time

    with pytest.raises(RegistryError) as fresh:
        parse_registry(broken)
    with pytest.raises(RegistryError) as again:
        parse_registry(broken, parsed=Parsed(kept(files)))

    assert again.value.faults == fresh.value.faults
