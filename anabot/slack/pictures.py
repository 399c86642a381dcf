"""Draw an answer's rows and hand the picture to Slack. It chooses no numbers, and a picture that fails costs nobody the table."""

from __future__ import annotations

from typing import Literal, cast

import structlog
from slack_sdk.errors import SlackApiError

from anabot.charts import chart_png, suits
from anabot.errors import BadQuery
from anabot.semantic.formula_words import filter_words
from anabot.semantic.registry import Registry
from anabot.semantic.units import is_number
from anabot.slack.csv_file import file_name
from anabot.slack.post import BROKEN, Voice
from anabot.types import Answer, Table

log = structlog.get_logger()
NO_UPLOAD = "The picture could not be uploaded, so here is the table."


def picture(answer: Answer, registry: Registry, voice: Voice) -> tuple[str, str]:
    """The uploaded picture's id and "", or "" and the line that says why there is none."""
    table = rows(answer)
    kind = cast(Literal["line", "bar"], answer.chart or suited(answer) or "bar")
    name = title(table)
    try:
        fiscal_start, under = registry.calendar.fiscal_start, _subtitle(answer, registry)
        png = chart_png(table, kind, title=name, subtitle=under, fiscal_start=fiscal_start, of_each=_of_each(answer))
        return voice.upload(f"{file_name(name)}.png", png, title=name), ""
    except (SlackApiError, *BROKEN) as error:
        log.warning("slack.upload_failed", error=type(error).__name__)
        return "", NO_UPLOAD


def asked_for(answer: Answer) -> bool:
    """Whether the question itself wanted a picture, and its rows have one."""
    return bool(answer.chart and not answer.parts and answer.aside is None and suited(answer))


def suited(answer: Answer) -> Literal["", "line", "bar"]:
    """The picture that suits the answer's rows, or ""."""
    return suits(answer.table, of_each=_of_each(answer)) if answer.table is not None else ""


def _of_each(answer: Answer) -> bool:
    return bool((answer.query or {}).get("limit_by"))


def rows(answer: Answer) -> Table:
    """The answer's table.

    Raises:
        BadQuery: there is none.
    """
    if answer.table is None:
        raise BadQuery("There are no rows behind this message.", todo="Ask the question again.")
    return answer.table


def title(table: Table) -> str:
    """`Net revenue by segment`, from the columns' labels."""
    numbers = [column for column in table.columns if is_number(column)]
    along = [_lower(column.label or column.name) for column in table.columns if column not in numbers]
    first = (numbers[0].label or numbers[0].name) if numbers else "Result"
    return f"{first} by {' and '.join(along)}" if along else first


def _subtitle(answer: Answer, registry: Registry) -> str:
    where = (answer.query or {}).get("where") or ()
    return " · ".join(part for part in (answer.period, *(filter_words(one, registry) for one in where)) if part)


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
