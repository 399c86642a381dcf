"""A playbook's owner is changed in its text, and every other byte stays."""

import pytest

from anabot.errors import PlaybookError
from anabot.playbooks.frontmatter import Source, split
from anabot.playbooks.rewriting import with_owner

TEXT = (
    '---\ntitle: A\nowner: bea   # since spring\r\nchannel: "#b"\nqueries: {a: {metrics: [sales]}}\n---\nowner: {{ a.sales }}\n'
)


@pytest.mark.parametrize("owner", ["sam", "yes", "012", "o'neil", "a: b", "null", "fin_analyst", "x.y"])
def test_whatever_the_handle_yaml_reads_it_back_as_it_is(owner: str) -> None:
    changed = with_owner("p/a.md", TEXT, owner)

    source = split("p/a.md", changed)
    assert isinstance(source, Source)
    assert source.settings["owner"] == owner
    lines, before = changed.split("\n"), TEXT.split("\n")
    assert [line for n, line in enumerate(lines) if n != 2] == [line for n, line in enumerate(before) if n != 2]
    assert lines[2].endswith("\r")


@pytest.mark.parametrize(
    "text",
    ["no front matter", "---\ntitle: A\n---\nx\n", "---\n{title: A, owner: b}\n---\nx\n", "---\nowner: >\n  b\n---\nx\n"],
)
def test_a_text_without_a_line_for_its_owner_is_left_to_people(text: str) -> None:
    with pytest.raises(PlaybookError):
        with_owner("p/a.md", text, "sam")
