"""dbt's saved queries → questions with a name, as MetricQuery JSON. It never compiles them."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from anabot.semantic.documents import Document, Path
from anabot.semantic.draft import Draft
from anabot.semantic.filters import BadTemplate, Predicate, parse_filter, parse_ref
from anabot.semantic.registry import SavedQuery
from anabot.semantic.spec import QueryParams, SavedQuerySpec
from anabot.semantic.spec_ana import SavedQueryAna

_OPS: dict[type[exp.Expr], str] = {exp.EQ: "eq", exp.NEQ: "ne", exp.LT: "lt", exp.LTE: "le", exp.GT: "gt", exp.GTE: "ge"}


def read_saved_query(draft: Draft, doc: Document, path: Path, value: Any) -> None:
    """Read one entry of `saved_queries:` into the draft, or note its faults."""
    spec = draft.shape(SavedQuerySpec, value, doc, path)
    if spec is None or not draft.claim("saved query", spec.name, doc, path):
        return
    ana = draft.shape(SavedQueryAna, spec.config.meta.ana, doc, (*path, "config", "meta", "ana")) or SavedQueryAna()
    try:
        query = query_json(spec.query_params, draft.dialect)
    except BadTemplate as error:
        draft.fault(
            doc, (*path, "query_params"), f"The saved query `{spec.name}` cannot be read.", str(error), "Write names as dbt does."
        )
        return
    draft.saved_queries[spec.name] = SavedQuery(
        name=spec.name,
        label=spec.label or spec.name.replace("_", " ").capitalize(),
        query=query,
        synonyms=ana.synonyms,
        description=spec.description or "",
    )


def query_json(spec: QueryParams, dialect: str) -> dict[str, Any]:
    """The question as MetricQuery JSON. Raises BadTemplate where a filter says more than a MetricQuery can."""
    order = [parse_ref(text) for text in spec.order_by]
    query = {
        "metrics": list(spec.metrics),
        "group_by": [parse_ref(text).dunder for text in spec.group_by],
        "where": [condition_json(parse_filter(text, dialect)) for text in spec.where],
        "order_by": [("-" if ref.descending else "") + ref.dunder for ref in order],
        "limit": spec.limit,
        "limit_by": [parse_ref(text).dunder for text in spec.limit_by],
    }
    return {key: part for key, part in query.items() if part}


def condition_json(predicate: Predicate) -> dict[str, Any]:
    """A template as typed filter JSON: comparisons, IN, IS NULL, BETWEEN, AND, OR, NOT. Raises BadTemplate beyond that."""
    return _json(predicate.tree, predicate)


def _json(node: exp.Expr, of: Predicate) -> dict[str, Any]:
    if isinstance(node, exp.Paren):
        return _json(node.this, of)
    if isinstance(node, exp.And | exp.Or):
        return {"all" if isinstance(node, exp.And) else "any": [_json(node.left, of), _json(node.right, of)]}
    if isinstance(node, exp.Not):
        return {"not": _json(node.this, of)}
    if isinstance(node, exp.Column):
        return {"field": _field(node, of), "op": "eq", "values": ["true"]}
    if isinstance(node, exp.In) and not node.args.get("query"):
        return {"field": _field(node.this, of), "op": "in", "values": [_value(each) for each in node.expressions]}
    if isinstance(node, exp.Between):
        return {"field": _field(node.this, of), "op": "between", "values": [_value(node.args["low"]), _value(node.args["high"])]}
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        return {"field": _field(node.this, of), "op": "is_null"}
    if type(node) in _OPS:
        return {"field": _field(node.this, of), "op": _OPS[type(node)], "values": [_value(node.expression)]}
    raise BadTemplate(f"`{of.text}` says more than a saved question can; use comparisons, IN, BETWEEN, IS NULL, AND, OR and NOT.")


def _field(node: exp.Expr, of: Predicate) -> str:
    if not isinstance(node, exp.Column):
        raise BadTemplate(f"`{of.text}` must compare a dimension with a value.")
    return of.refs[int(node.name.removeprefix("__ref_"))].dunder


def _value(node: exp.Expr) -> str:
    plain = node.this if isinstance(node, exp.Cast) else node
    if isinstance(plain, exp.Literal):
        return str(plain.this)
    if isinstance(plain, exp.Boolean):
        return str(plain.this).lower()
    if isinstance(plain, exp.Neg) and isinstance(plain.this, exp.Literal):
        return f"-{plain.this.this}"
    raise BadTemplate(f"`{node.sql()}` is not a plain value.")
