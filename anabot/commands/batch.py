"""`anabot ask --batch`: a file of questions, answered in order by one house. A bad line costs its own answer and no other."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import structlog
import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from anabot.bootstrap import House, open_house
from anabot.commands.asking import question_of
from anabot.commands.saying import failed, say_json, talk
from anabot.config import load_settings
from anabot.errors import AnabotError
from anabot.types import Answer
from anabot.wire import answer_json

log = structlog.get_logger()
_SHAPE = 'Write {"id": …, "text": "…", "as": "…", "channel": "…", "thread": "…"}; channel and thread may be left out.'


class BatchLine(BaseModel):
    """One question of a batch. Keys that other tools put beside it are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    text: str
    as_user: str = Field(alias="as")
    channel: str | None = None
    thread: str | None = None


def answer_batch(path: Path) -> int:
    """Print one JSON answer for each line that is not blank, in order. 0, or 1 where a line could not be asked."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{path} is not UTF-8 text") from None
    errors = 0
    with open_house(load_settings()) as house:
        # Only a newline ends a line: JSON may hold every other separator of Unicode as it is.
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                answer = _one(house, number, line)
                errors += answer["status"] == "error"
                say_json(answer)
    if errors:
        talk(f"{errors} line{'s' if errors > 1 else ''} of {path} could not be asked.")
    return 1 if errors else 0


def _one(house: House, number: int, line: str) -> dict[str, Any]:
    given = _json(line)
    try:
        asked = BatchLine.model_validate(given)
        answer = house.learning.ask(question_of(house, asked.text, asked.as_user, asked.channel or "", asked.thread or ""))
    except ValidationError as error:
        answer = Answer(status="error", text=f"Line {number} is not a question: {_why(error, given)}. {_SHAPE}", reason="misused")
    except AnabotError as error:
        answer = failed(error)
    except Exception:  # a door: one line that breaks must not take the others with it
        reference = uuid.uuid4().hex[:8]
        log.exception("batch.broke", reference=reference)
        answer = Answer(status="error", text=f"Something broke that should not have: {reference} in the log.", reason="broken")
    return {"id": given.get("id") if isinstance(given, dict) else None, **answer_json(answer)}


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _why(error: ValidationError, given: Any) -> str:
    if not isinstance(given, dict):
        return "it is not a JSON object"
    faults = error.errors()
    missing = [f"`{fault['loc'][0]}`" for fault in faults if fault["type"] == "missing"]
    if missing:
        return f"it has no {' and no '.join(missing)}"
    return f"`{faults[0]['loc'][0]}` is not text"
