"""company.yml and reconciliations/*.yml: calendar, teams, terms, freshness, bridges. It never resolves a metric's name."""

from __future__ import annotations

import calendar
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict

from anabot.periods import Calendar
from anabot.semantic.documents import Document, Path
from anabot.semantic.draft import Draft
from anabot.semantic.names import did_you_mean
from anabot.semantic.registry import Reconciliation, Team, Term
from anabot.semantic.spec import Texts

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FreshnessSpec(_Strict):
    """The metric that says when data was last loaded, and the dimension that holds the source."""

    metric: str
    by: str


class CompanySpec(_Strict):
    """The company itself."""

    name: str = ""
    zone: str = "UTC"
    fiscal_year_starts: Annotated[str, BeforeValidator(lambda v: str(v).lower())] = "january"
    freshness: FreshnessSpec | None = None


class TeamSpec(_Strict):
    """A team, and questions that work for it."""

    label: str = ""
    questions: Texts = ()


class TermSpec(_Strict):
    """A word with several governed meanings."""

    word: str
    synonyms: Texts = ()
    metrics: Texts
    defaults: dict[str, str] = {}
    overlap: str = ""


class CompanyFile(_Strict):
    """The whole file."""

    company: CompanySpec = CompanySpec()
    teams: dict[str, TeamSpec] = {}
    terms: tuple[TermSpec, ...] = ()


class SideSpec(_Strict):
    """One side of a bridge."""

    metric: str
    label: str = ""


class BridgeTermSpec(SideSpec):
    """One reason for the difference."""

    sign: Literal[1, -1] = 1


class ReconciliationSpec(_Strict):
    """One reconciliation file."""

    name: str
    title: str
    unit: str = "usd"
    synonyms: Texts = ()
    tolerance: Decimal = Decimal(0)
    left: SideSpec
    right: SideSpec
    terms: tuple[BridgeTermSpec, ...] = ()


def read_company(draft: Draft, doc: Document) -> None:
    """Read company.yml into the draft."""
    spec = draft.shape(CompanyFile, doc.value or {}, doc, ())
    if spec is None:
        return
    draft.company_file = doc.file
    fresh = spec.company.freshness
    draft.company = {
        "company": spec.company.name,
        "calendar": _calendar(draft, doc, spec.company),
        "freshness": (fresh.metric, fresh.by) if fresh else None,
    }
    draft.where["company", ""] = (doc, ())
    draft.teams.update(
        {
            name: Team(name=name, label=team.label or name.capitalize(), questions=team.questions)
            for name, team in spec.teams.items()
        }
    )
    for i, term in enumerate(spec.terms):
        if draft.claim("term", term.word.lower(), doc, ("terms", i)):
            read = Term(
                word=term.word, metrics=term.metrics, defaults=term.defaults, synonyms=term.synonyms, overlap=term.overlap
            )
            draft.terms[term.word.lower()] = read


def _calendar(draft: Draft, doc: Document, spec: CompanySpec) -> Calendar:
    month = _MONTHS.get(spec.fiscal_year_starts)
    if month is None:
        todo = did_you_mean(spec.fiscal_year_starts, _MONTHS)
        draft.fault(
            doc,
            ("company", "fiscal_year_starts"),
            f"`{spec.fiscal_year_starts}` is not a month.",
            "",
            todo or "Write it in English.",
        )
    try:
        zone = ZoneInfo(spec.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        draft.fault(doc, ("company", "zone"), f"`{spec.zone}` is not a time zone.", "", "Write one as `Europe/Berlin`.")
        zone = ZoneInfo("UTC")
    return Calendar(zone, month or 1)


def read_reconciliation(draft: Draft, doc: Document) -> None:
    """Read one reconciliations/*.yml, which holds one bridge or a list of them."""
    value: Any = doc.value
    places: list[tuple[Path, Any]] = [((i,), each) for i, each in enumerate(value)] if isinstance(value, list) else [((), value)]
    for path, item in places:
        spec = draft.shape(ReconciliationSpec, item, doc, path)
        if spec is None or not draft.claim("reconciliation", spec.name, doc, path):
            continue
        draft.reconciliations[spec.name] = Reconciliation(
            name=spec.name,
            title=spec.title,
            unit=spec.unit,
            left=(spec.left.metric, spec.left.label),
            right=(spec.right.metric, spec.right.label),
            terms=tuple((term.metric, term.label, term.sign) for term in spec.terms),
            tolerance=spec.tolerance,
            synonyms=spec.synonyms,
            file=doc.file,
        )
