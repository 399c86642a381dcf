"""The guard's look at all statements of one compiled question, each by what it is for. It runs none of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from anabot.access import guard
from anabot.access.proof import Allowed, only_joined, rules_of
from anabot.semantic import Compiled, Prepared, render
from anabot.semantic.bound import bound, wanted
from anabot.semantic.masks import masks_of
from anabot.semantic.pieces import MERGE
from anabot.semantic.registry import Registry
from anabot.types import Grant, Statement

Checked = tuple[Statement, exp.Expression]


def checked(registry: Registry, compiled: Compiled, grant: Grant, prepared: Prepared, lists: Sequence[Allowed] = ()) -> Checked:
    """One statement that may run, and its tree: over the tables of its own connection, or in the merge over answers alone.

    Raises:
        UnsafeQuery: naming what was refused.
    """
    statement, at = render(prepared), prepared.connection
    if at == MERGE:
        tree = guard.check(statement, relations={(each.name,) for each in compiled.prepared})
        only_joined(tree, {each.name for each in compiled.prepared if each.role in ("describes", "chooses")})
        return statement, tree
    here = {each.relation for each in registry.models.values() if each.connection == at}
    here |= {each.relation for each in registry.spines if each.connection == at}
    rules = rules_of(registry, grant, at)
    masks = masks_of(registry, grant.masks, at)
    return statement, guard.check(
        statement, relations=compiled.relations & here, rules=rules, lists=lists, role=prepared.role, masks=masks
    )


def checked_before(registry: Registry, compiled: Compiled, grant: Grant) -> Iterator[Checked]:
    """All statements before any runs: lists that are not known yet are taken to be empty.

    Raises:
        UnsafeQuery: naming what was refused.
    """
    names = {each.name for each in compiled.prepared}
    for each in compiled.prepared:
        empty = bound(each, dict.fromkeys(wanted(each, names), ())) if len(names) > 1 else each
        yield checked(registry, compiled, grant, empty)
