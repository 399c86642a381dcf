"""A second look at the text that is about to run: parse it again, allow what is known to be harmless, refuse the rest by name.

It is not the wall (the engine's read-only role and its locks are), and it trusts nothing that the compiler says about its tree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.errors import SqlglotError

from anabot.access import allowed
from anabot.access.masked import NONE, prove_masked
from anabot.access.proof import Allowed, Rule, prove
from anabot.errors import UnsafeQuery
from anabot.semantic.masks import Masks
from anabot.types import Statement

MAX_BYTES = 200_000
MAX_TOKENS = 20_000
MAX_DEPTH = 60
MAX_NODES = 40_000
_KEPT = 128  # texts that were looked at lately, each with its relations
_OPEN = {TokenType.L_PAREN}
_CLOSE = {TokenType.R_PAREN}
_NEVER = {
    TokenType.SEMICOLON: "a second statement",
    TokenType.L_BRACKET: "an array or an index",
    TokenType.L_BRACE: "a struct",
    TokenType.HINT: "a hint",
}
Relation = tuple[str, ...]


def check(
    statement: Statement,
    *,
    relations: Collection[Relation],
    rules: Sequence[Rule] = (),
    lists: Sequence[Allowed] = (),
    role: str = "answer",
    masks: Masks = NONE,
) -> exp.Expression:
    """The statement's tree, if it is one SELECT over `relations` made of nothing but what is allowed.

    `rules` are a grant's row rules: each scan that they concern must be restricted by them, or by the keys in `lists`, which
    another connection gave. `role` is what its rows are for, see `proof.prove`. `masks` are the columns that may only be read as
    their masks leave them.

    Raises:
        UnsafeQuery: naming what was refused.
    """
    tree = _looked_at(statement.text, statement.dialect, frozenset(relations))
    prove(tree, rules, statement.params, lists=lists, role=role)
    prove_masked(tree, masks, statement, rules, lists)
    return tree


@lru_cache(maxsize=_KEPT)
def _looked_at(text: str, dialect: str, relations: frozenset[Relation]) -> exp.Expression:
    """The tree of a text that is allowed over these relations: kept, for it says nothing of values, grants or rules.

    What was refused is not kept. Whoever gets the tree may read it, and never change it.
    """
    tree = _parsed(text, dialect)
    for count, node in enumerate(tree.walk()):
        if count > MAX_NODES:
            raise _refused("more parts than a question can need")
        _node(node, relations)
    return tree


def _parsed(text: str, dialect: str) -> exp.Expression:
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise _refused("a text this long")
    try:
        _tokens(sqlglot.tokenize(text, read=dialect))
        trees = sqlglot.parse(text, read=dialect)
    except (SqlglotError, RecursionError, TypeError, ValueError, AttributeError) as error:  # what the parser raises on nonsense
        raise _refused("what does not parse") from error
    if len(trees) != 1 or trees[0] is None:
        raise _refused("anything but one statement")
    tree = trees[0]
    if not isinstance(tree, exp.Select | exp.Union):
        raise _refused(_name(tree))
    return tree


def _tokens(tokens: Sequence[Token]) -> None:
    # Before the parse, because a parser may be made to recurse, or to take its time.
    if len(tokens) > MAX_TOKENS:
        raise _refused("more words than a question can need")
    depth = 0
    for token in tokens:
        if token.comments:
            raise _refused("a comment")
        if token.token_type in _NEVER:
            raise _refused(_NEVER[token.token_type])
        depth += (token.token_type in _OPEN) - (token.token_type in _CLOSE)
        if depth > MAX_DEPTH:
            raise _refused("parentheses this deep")


def _node(node: exp.Expr, relations: Collection[Relation]) -> None:
    kind = type(node)
    if kind in allowed.SHAPES:
        extra = [name for name, value in node.args.items() if value and name not in allowed.SHAPES[kind]]
        if extra:
            raise _refused(f"{_name(node)} with {extra[0].strip('_').upper()}")
    elif kind not in allowed.PLAIN and kind not in allowed.FUNCTIONS and not _known_by_name(node):
        raise _refused(_name(node))
    for problem in _problems(node, relations):
        raise _refused(problem)


def _placing(window: exp.Window) -> bool:
    return isinstance(window.this, allowed.PLACES) and bool(window.args.get("order"))


def _adding_up(window: exp.Window) -> bool:
    """A total, or a running one, of a column that the SELECT inside has computed."""
    return isinstance(window.this, exp.Sum) and isinstance(window.this.this, exp.Column)


def _problems(node: exp.Expr, relations: Collection[Relation]) -> Iterator[str]:
    match node:
        case exp.Table():
            yield from _table(node, relations)
        case exp.Star() if not _may_be_star(node):
            yield "a star"
        case exp.Join() if node.side not in allowed.JOIN_SIDES or node.kind not in allowed.JOIN_KINDS or not node.args.get("on"):
            yield f"a {node.side} {node.kind} JOIN without a condition".replace("  ", " ")
        case exp.Window() if not _placing(node) and not _adding_up(node):
            yield "a window that neither gives rows a place in an order nor adds up a column"
        case exp.DataType() if not isinstance(node.this, exp.DType) or node.this.name not in allowed.TYPES:
            yield f"the type {node.sql()}"
        case exp.Column() if not node.table and not node.this.args.get("quoted") and node.name.lower() in allowed.SESSION_WORDS:
            yield f"{node.name.upper()}"


def _table(node: exp.Table, relations: Collection[Relation]) -> Iterator[str]:
    if not all(isinstance(part, exp.Identifier) for part in node.parts):
        yield f"a table function {_name(node.this)}"
    elif tuple(part.name for part in node.parts) not in relations:
        yield f"the table {'.'.join(part.name for part in node.parts)}"


def _may_be_star(node: exp.Star) -> bool:
    """`count(*)`, or the whole of a row-restricted scan: one table and a WHERE."""
    if any(node.args.values()):
        return False
    parent = node.parent
    if isinstance(parent, exp.Count):
        return True
    if not isinstance(parent, exp.Select) or parent.args.get("joins") or not parent.args.get("where"):
        return False
    source = parent.args.get("from_")
    return isinstance(source, exp.From) and isinstance(source.this, exp.Table)


def _known_by_name(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and isinstance(node.this, str) and node.this.upper() in allowed.BY_NAME


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return f"the function {node.name}"
    if isinstance(node, exp.Command):
        return str(node.this).upper()
    return node.key.upper()


def _refused(what: str) -> UnsafeQuery:
    return UnsafeQuery(
        "This query was not run.",
        why=f"The guard does not let through {what}.",
        todo="Tell the data team, with the receipt; if a metric's expression needs it, it must be added to the guard's list.",
    )
