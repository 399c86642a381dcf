"""One line of a file of questions: what is asked, by whom, and what must come of it. Shapes only; it judges nothing."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from anabot.errors import BadQuery
from anabot.semantic.query import MetricQuery

_LETTERS = {"A": "answered", "A!": "answered", "C": "clarify", "O": "refused", "F": "forbidden"}
_SAME = {"answer": "answered", "refuse": "refused", "asked": "clarify"}
Kind = Annotated[
    Literal["answered", "clarify", "refused", "forbidden"],
    BeforeValidator(lambda said: _LETTERS.get(said, _SAME.get(said, said)) if isinstance(said, str) else said),
]


class Expect(BaseModel):
    """What must come of a question: its class, and for an answer the query, the rows, or both.

    `rows` are compared as exact numbers, each to the decimals it is written with; in their order where `ordered`, else in any.
    `columns` names the columns that `rows` have, where an answer may show more of them. `says` must stand in the text.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)
    kind: Kind = Field(alias="class")
    query: MetricQuery | None = None
    rows: tuple[tuple[Any, ...], ...] | None = None
    columns: tuple[str, ...] = ()
    ordered: bool = False
    says: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _only_answers_have_rows(self) -> Expect:
        if self.kind != "answered" and (self.rows is not None or self.query is not None):
            raise ValueError("only an answer has a query or rows")
        return self


class EvalLine(BaseModel):
    """A question of `ask --batch` with what is expected of it. Lines of one `thread` are one conversation, in their order.

    Lines with the same `group` say one thing in other words, so that they must give one query.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)
    line_id: str = Field(alias="id")
    text: str
    as_user: str = Field(alias="as")
    channel: str = ""
    thread: str = ""
    group: str = ""
    expect: Expect


def read_lines(text: str) -> tuple[EvalLine, ...]:
    """Every line that is not blank.

    Raises:
        BadQuery: naming the first line that is not a question with an expectation, or an id that stands twice.
    """
    found: dict[str, EvalLine] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        one = _read(number, line)
        if one.line_id in found:
            raise BadQuery(f"Line {number} has the id `{one.line_id}`, which an earlier line has.", todo="Give each its own.")
        found[one.line_id] = one
    return tuple(found.values())


def _read(number: int, line: str) -> EvalLine:
    todo = 'Write {"id": …, "text": …, "as": …, "expect": {"class": "answered", "query": {…} or "rows": [[…]]}}.'
    try:
        return EvalLine.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadQuery(f"Line {number} is not a question to score.", why=f"`{where}`: {first['msg']}.", todo=todo) from None
    except (ValueError, RecursionError):
        raise BadQuery(f"Line {number} is not a question to score.", why="It is not JSON.", todo=todo) from None
