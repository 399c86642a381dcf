"""Whatever a value says, what Slack is sent pings nobody, links nowhere and formats nothing; and it still says the same letters.

`make fuzz` looks longer: ANABOT_FUZZ is how many values are tried. What is found becomes an attack.
"""

from __future__ import annotations

import os
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anabot.playbooks.markdown import escape
from anabot.slack import mrkdwn
from anabot.slack.markdown import inline

TRIES = int(os.environ.get("ANABOT_FUZZ", "80"))
_IN_A_ROW = (
    "<!channel> <!here|x> <@U0ABCDEF> <#C0ABCDEF|x> <https://e.example|x> <mailto:a@b.example> &lt; &amp; &gt; & < > * _ ~ ` ``` "
    "**x** __x__ [x](https://e.example) ![x](chart:y) :tada: :+1: > # - 1. | \\ \\* \\\\ = a b c net_revenue "
    "\u200b \u202e \u2066 \ufeff \u0000 \u001b[31m é 🎉"
)
PARTS = _IN_A_ROW.split(" ")
values = st.one_of(
    st.lists(st.sampled_from([*PARTS, " ", "\n", "\r\n", "\t", "\u2028"]), max_size=14).map("".join), st.text(max_size=60)
)
bounded = settings(
    max_examples=TRIES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="ANABOT_FUZZ" not in os.environ,
)
_FORMATS = re.compile(r"[*~`]|(?<![A-Za-z0-9_])_|_(?![A-Za-z0-9_])|:[a-z0-9_+'-]+:|^&gt;", re.IGNORECASE | re.MULTILINE)
_UNSEEN = re.compile("[\u0000-\u0008\u001b\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def shown(text: str) -> str:
    """What a reader of escaped mrkdwn sees, letters and digits alone."""
    opened = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return "".join(letter for letter in opened if letter.isalnum() and letter != "ˍ" and letter != "ˋ")


@bounded
@given(values)
def test_an_escaped_value_only_shows(value: str) -> None:
    said = mrkdwn.escape(value)

    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", said), said
    assert not _FORMATS.search(said), said
    assert not _UNSEEN.search(said), said
    assert shown(said) == "".join(letter for letter in value if letter.isalnum())


@bounded
@given(values)
def test_a_value_in_a_playbook_s_words_only_shows(value: str) -> None:
    said = inline(escape(value))

    assert not re.search(r"[<>]", said), said
    assert not _FORMATS.search(said), said


@bounded
@given(values, st.integers(min_value=8, max_value=40))
def test_cutting_a_value_to_a_limit_opens_no_markup_and_loses_no_letter(value: str, most: int) -> None:
    said = mrkdwn.escape(value)
    parts = list(mrkdwn.pieces(said, most))

    assert all(len(part) <= most for part in parts)
    assert not any(re.search(r"&(?!amp;|lt;|gt;)", part) for part in parts), parts
    assert "".join(map(shown, parts)) == shown(said)
