"""Turn a digest's Markdown into blocks: headings, paragraphs, bold, italic, code, bullets, quotes, tables, pictures, rules.

Pure. Only what the author wrote formats; data values arrive escaped and stay text. Links are shown as text with their
address and are never live. It never drops a line: what it does not know, it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from anabot.playbooks.markdown import plain
from anabot.slack import mrkdwn
from anabot.slack.blocks import Block, code, context, divider, header, image, sections
from anabot.slack.tables import TABLE_TEXT, Grid, table_block

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_PICTURE = re.compile(r"^!\[(?P<alt>(?:\\.|[^\]\\])*)\]\(chart:(?P<name>[^)\s]+)\)$")
_BULLET = re.compile(r"^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$")
_RULE = re.compile(r"^ {0,3}(?:-{3,}|\*{3,}|_{3,})$")
_DIVISION = re.compile(r"^\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$")
_CELLS = re.compile(r"(?<!\\)\|")
_STYLED = re.compile(
    r"\*\*(?P<bold>(?:\\.|[^\\])+?)\*\*"
    r"|(?<!\*)\*(?P<star>(?:\\.|[^\\*])+?)\*"
    r"|(?<!\w)_(?P<under>(?:\\.|[^\\_])+?)_(?!\w)"
    r"|`(?P<code>[^`]+)`"
    r"|!?\[(?P<label>(?:\\.|[^\]\\])*)\]\((?P<target>[^)\s]+)\)"
    r"|(?P<escaped>\\.)",
    re.DOTALL,
)
_TABLE_ROWS = 99


def blocks_of(markdown: str, pictures: Mapping[str, str]) -> Iterator[Block]:
    """The blocks of a digest in order. `pictures` gives the uploaded file of each chart's name; one without is said so."""
    lines = markdown.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        kind = _kind(lines, at)
        end = _end(lines, at, kind)
        yield from _blocks(kind, lines[at:end], pictures)
        at = end


def inline(markdown: str) -> str:
    """One line of Markdown as mrkdwn, all that came from data shown as it is."""
    merged = groupby(_spans(markdown), key=lambda span: span[0])
    return "".join(_written(style, "".join(text for _, text in spans)) for style, spans in merged)


def _kind(lines: list[str], at: int) -> str:
    line = lines[at]
    if line.startswith("```"):
        return "code"
    if "|" in line and at + 1 < len(lines) and _DIVISION.match(lines[at + 1].strip()) and "-" in lines[at + 1]:
        return "table"
    if _RULE.match(line):
        return "rule"
    for kind, pattern in (("heading", _HEADING), ("picture", _PICTURE), ("bullets", _BULLET)):
        if pattern.match(line if kind == "bullets" else line.strip()):
            return kind
    if line.startswith(">"):
        return "quote"
    return "text" if line.strip() else "blank"


def _end(lines: list[str], at: int, kind: str) -> int:
    if kind in ("heading", "picture", "rule", "blank"):
        return at + 1
    if kind == "code":
        closing = (n for n in range(at + 1, len(lines)) if lines[n].startswith("```"))
        return next(closing, len(lines) - 1) + 1
    end = at + 1
    if kind == "table":
        while end < len(lines) and "|" in lines[end]:
            end += 1
        return end
    while end < len(lines) and _kind(lines, end) == kind:
        end += 1
    return end


def _blocks(kind: str, lines: list[str], pictures: Mapping[str, str]) -> Iterator[Block]:
    if kind == "heading":
        yield from _heading(lines[0].strip())
    elif kind == "picture":
        yield from _picture(lines[0].strip(), pictures)
    elif kind == "table":
        yield from _table(lines)
    elif kind == "code":
        yield from code("\n".join(lines[1:-1] if len(lines) > 1 and lines[-1].startswith("```") else lines[1:]))
    elif kind == "rule":
        yield divider()
    elif kind == "bullets":
        yield from sections("\n".join(_bullet(line) for line in lines))
    elif kind == "quote":
        yield from sections("\n".join(f">{inline(line.lstrip('>').strip())}" for line in lines))
    elif kind == "text":
        yield from sections(inline("\n".join(line.strip() for line in lines)))


def _heading(line: str) -> Iterator[Block]:
    found = _HEADING.match(line)
    if found is None:
        return
    words = plain("".join(text for _, text in _spans(found[2])))
    if len(found[1]) == 1 and len(words) <= 150:
        yield header(words)
    else:
        yield from sections(mrkdwn.bold(words))


def _picture(line: str, pictures: Mapping[str, str]) -> Iterator[Block]:
    found = _PICTURE.match(line)
    if found is None:
        return
    alt = plain(found["alt"])
    if found["name"] in pictures:
        yield image(pictures[found["name"]], alt or found["name"])
    else:
        yield from context(f"The chart {mrkdwn.italic(alt or found['name'])} could not be drawn or uploaded.")


def _table(lines: list[str]) -> Iterator[Block]:
    head = _row(lines[0])
    align = [part.strip().endswith(":") for part in _split(lines[1])]
    right = tuple((align + [False] * len(head))[: len(head)])
    body = [(*_row(line), *[" "] * len(head))[: len(head)] for line in lines[2:]]
    for rows in _fitting(body):
        yield table_block(Grid(rows=(head, *rows), right=right))


def _fitting(body: list[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    page: list[tuple[str, ...]] = []
    size = 0
    for row in body:
        weight = sum(map(len, row))
        if page and (len(page) >= _TABLE_ROWS or size + weight > TABLE_TEXT):
            yield page
            page, size = [], 0
        page.append(row)
        size += weight
    yield page


def _row(line: str) -> tuple[str, ...]:
    return tuple(mrkdwn.one_line("".join(text for _, text in _spans(cell.strip()))) or " " for cell in _split(line))


def _split(line: str) -> list[str]:
    inner = line.strip()
    inner = inner[1:] if inner.startswith("|") else inner
    cells = _CELLS.split(inner)
    return cells[:-1] if len(cells) > 1 and not cells[-1].strip() else cells


def _bullet(line: str) -> str:
    found = _BULLET.match(line)
    if found is None:
        return inline(line)
    indent, number, rest = found.groups()
    return f"{indent}{number + '.' if number else '•'} {inline(rest)}"


def _spans(markdown: str) -> Iterator[tuple[str, str]]:
    """(style, plain text): the style is "", bold, italic or code."""
    at = 0
    for found in _STYLED.finditer(markdown):
        yield "", plain(markdown[at : found.start()])
        at = found.end()
        if found["escaped"] is not None:
            yield "", plain(found["escaped"])
        elif found["bold"] is not None:
            yield "bold", _bare(found["bold"])
        elif found["code"] is not None:
            yield "code", plain(found["code"])
        elif found["target"] is not None:
            yield "", f"{plain(found['label'])} ({plain(found['target'])})"
        else:
            yield "italic", _bare(found["star"] or found["under"])
    yield "", plain(markdown[at:])


def _bare(markdown: str) -> str:
    return "".join(text for _, text in _spans(markdown))


def _written(style: str, text: str) -> str:
    if style == "bold":
        return mrkdwn.bold(text)
    if style == "italic":
        return mrkdwn.italic(text)
    if style == "code":
        return f"`{mrkdwn.value(text)}`" if text.strip() else ""
    return mrkdwn.escape(text)
