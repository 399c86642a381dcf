import pytest
from hypothesis import given
from hypothesis import strategies as st

from anabot.playbooks.markdown import escape, plain

HOSTILE = [
    "<!channel>",
    "<@U123> & <https://evil.example|here>",
    "a | b || c",
    "**bold** _it_ ~gone~ `code`",
    "![x](chart:total)",
    "[here](http://evil.example)",
    "# heading",
    "- item",
    "back\\slash \\| |",
    "&lt;!here&gt;",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_is_read_back_as_it_was(value: str) -> None:
    assert plain(escape(value)) == value


@given(st.text())
def test_any_value_is_one_line_without_anything_that_acts(value: str) -> None:
    escaped = escape(value)

    bare = escaped.replace("\\\\", "").replace("\\|", "")
    assert "<" not in escaped
    assert ">" not in escaped
    assert "|" not in bare
    assert len(escaped.splitlines()) <= 1
    assert plain(escaped) == escape_free(value)


def escape_free(value: str) -> str:
    return plain(escape(plain(escape(value))))


def test_line_breaks_and_marks_that_reverse_text_are_gone() -> None:
    assert escape("one\r\ntwo\u2028three\u202efour") == "one two threefour"
