"""crosswalks/*.yml: tables that say which ids of several systems are one person, or one thing. It opens no table.

    crosswalk: person_ids
    relation: analytics.person_ids
    connection: default
    ids: {employee: hr_id, crm_user: crm_id, slack_user: slack_id}     # entity: column, each id once in the table

A crosswalk is a model of keys alone, unique each, so that joins lead through it; ids that it lacks are counted and said.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlglot import exp

from anabot.semantic.documents import Document
from anabot.semantic.draft import Draft
from anabot.semantic.registry import Entity, SemanticModel

_Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class CrosswalkSpec(BaseModel):
    """One file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    crosswalk: _Name
    relation: Annotated[str, Field(pattern=r"^\w+(\.\w+){0,2}$")]
    connection: str = "default"
    ids: dict[_Name, _Name] = Field(min_length=2)


def read_crosswalk(draft: Draft, doc: Document) -> None:
    """Read one crosswalk as a model of the draft."""
    spec = draft.shape(CrosswalkSpec, doc.value, doc, ())
    if spec is None or not draft.claim("model", spec.crosswalk, doc, ()):
        return
    ids = {
        entity: Entity(name=entity, model=spec.crosswalk, kind="unique", expr=column, tree=exp.column(column))
        for entity, column in spec.ids.items()
    }
    draft.models[spec.crosswalk] = SemanticModel(
        name=spec.crosswalk,
        relation=tuple(spec.relation.split(".")),
        connection=spec.connection,
        entities=ids,
        file=doc.file,
        line=1,
        crosswalk=True,
    )
