"""Render a playbook's words: Jinja in a sandbox, strict, without loaders or calls but our own, bounded in steps and size.

Pure: same inputs, same bytes. A template sees results and parameters only, and cannot change them. It never prints a
value unescaped, and never leaves a hole where a value is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from jinja2 import Template, TemplateError, TemplateSyntaxError, meta, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS as BUILTIN_FILTERS
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from anabot.errors import PlaybookError
from anabot.playbooks.amounts import Md, shown
from anabot.playbooks.filters import FILTERS, table
from anabot.playbooks.view import Missing, Result, Row

_MAX_STEPS = 200_000
_MAX_CHARACTERS = 200_000
_MAX_BITS = 256
_TOO_DEEP = "The template is nested too deeply"
# Names that the template itself is rewritten with, to count its steps.
_BUDGET, _EACH, _WHOLE = "__budget", "__each", "__whole"
# Under which `render` may be given what takes long tables.
ATTACH = "__attach"
_BUILTINS = (
    *("abs", "first", "last", "length", "list", "map", "max", "min", "reject", "rejectattr", "round"),
    *("select", "selectattr", "sort", "sum", "unique"),
)
_RESULT_WORDS = frozenset({"rows", "first", "last", "empty", "dates", "previous_dates", "label"})
# What an expression of an author can raise beside Jinja's own errors: adding text to a number, dividing by zero …
_RUNTIME_ERRORS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
_REFUSED = {
    nodes.Include: "`include` is not available: a playbook is one file",
    nodes.Extends: "`extends` is not available: a playbook is one file",
    nodes.Import: "`import` is not available: a playbook is one file",
    nodes.FromImport: "`import` is not available: a playbook is one file",
    nodes.Concat: "`~` is not available: write two `{{ }}` side by side",
    nodes.Pow: "`**` is not available",
}


@dataclass(frozen=True, slots=True, order=True)
class Flaw:
    """Something wrong in a template, on a line of its file."""

    line: int
    what: str


class Words:
    """One template, parsed once. Lines are counted from `first_line`, so that they are the file's own."""

    def __init__(self, body: str, *, file: str = "playbook", first_line: int = 1) -> None:
        self._file, self._before = file, first_line - 1
        self._environment = _Environment(
            autoescape=True, undefined=Missing, finalize=shown, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
        )
        self._body, self._tree = body, _counted(self._environment.parse(body))

    def flaws(self, known: Iterable[str]) -> tuple[Flaw, ...]:
        """Everything that can be seen to be wrong without a value, when only the variables `known` are given."""
        found = [self._flaw(node, what) for kind, what in _REFUSED.items() for node in self._tree.find_all(kind)]
        try:
            unknown = meta.find_undeclared_variables(_Lenient().parse(self._body)) - set(known)
        except RecursionError:
            return (Flaw(self._before + 1, _TOO_DEEP),)
        names = list(self._tree.find_all(nodes.Name))
        # A name that is set in one branch of an `if` only counts as undeclared too; the rehearsal sees those.
        unknown -= {name.name for name in names if name.ctx == "store"}
        for name in names:
            if name.name in unknown:
                found.append(self._flaw(name, f"There is no variable `{name.name}`"))
        for kind, offered in ((nodes.Filter, self._environment.filters), (nodes.Test, self._environment.tests)):
            for used in self._tree.find_all(kind):
                if used.name not in offered:
                    found.append(self._flaw(used, f"There is no {kind.__name__.lower()} `{used.name}`"))
        return tuple(sorted(set(found)))

    def render(self, values: Mapping[str, Any]) -> str:
        """The words with their values.

        Raises:
            PlaybookError: a value is missing, the template does what it may not, or grows without end. Names the line.
        """
        try:
            pieces = self._template().generate({**values, _BUDGET: _Budget(_MAX_STEPS)})
            return "".join(_bounded(pieces))
        except PlaybookError as error:
            raise PlaybookError(error.what, why=error.why, todo=error.todo, line=self._line(error)) from None
        except RecursionError:
            raise PlaybookError("A macro of the playbook's words calls itself too often.") from None
        except _RUNTIME_ERRORS as error:
            what = str(error).rstrip(".") or type(error).__name__
            raise PlaybookError(f"{what}.", line=self._line(error)) from error

    def _template(self) -> Template:
        code = self._environment.compile(self._tree, filename=self._file)
        return self._environment.template_class.from_code(self._environment, code, {})

    def _flaw(self, node: nodes.Node, what: str) -> Flaw:
        return Flaw(self._before + node.lineno, what)

    def _line(self, error: Exception) -> int:
        line, traceback = 0, error.__traceback__
        while traceback is not None:
            if traceback.tb_frame.f_code.co_filename == self._file:
                line = traceback.tb_lineno
            traceback = traceback.tb_next
        return self._before + line if line else 0


def parse(body: str, *, file: str = "playbook", first_line: int = 1) -> Words | Flaw:
    """The template, or what is wrong with its Jinja."""
    try:
        return Words(body, file=file, first_line=first_line)
    except TemplateSyntaxError as error:
        return Flaw(first_line - 1 + error.lineno, f"This is not Jinja: {error.message}")
    except RecursionError:
        return Flaw(first_line, _TOO_DEEP)


class _Environment(ImmutableSandboxedEnvironment):
    """Only our filters, a few plain ones of Jinja's, no globals, and no method of any value."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        plain = {name: BUILTIN_FILTERS[name] for name in _BUILTINS}
        self.filters = {**plain, **FILTERS, "table": _table, _EACH: _each, _WHOLE: _whole}
        self.globals = {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Columns and parameters come before anything Python calls by that name."""
        if isinstance(obj, Result | Row | Mapping):
            return self.getitem(obj, attribute)
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, _value: Any) -> bool:
        """Results by their few words, loops by theirs; nothing else has attributes."""
        if isinstance(obj, Result):
            return attr in _RESULT_WORDS
        return isinstance(obj, LoopContext) and not attr.startswith("_")

    def is_safe_callable(self, obj: Any) -> bool:
        """Macros of the same file, and the functions that a playbook is given."""
        return isinstance(obj, Macro | Function)

    def call(self, context: Context, obj: Any, /, *arguments: Any, **named: Any) -> Any:
        """Call what may be called, for one step."""
        context[_BUDGET].spend(1)
        return super().call(context, obj, *arguments, **named)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on numbers, and `+` on short texts: nothing that grows by itself."""
        texts = isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple)
        if operator == "**" or (texts and operator != "+"):
            raise SecurityError(f"`{operator}` is not available here")
        if texts and len(left) + len(right) > _MAX_CHARACTERS:
            raise SecurityError("The text is too long")
        if isinstance(left, int) and isinstance(right, int) and max(left.bit_length(), right.bit_length()) > _MAX_BITS:
            raise SecurityError("The number is too long")
        return super().call_binop(context, operator, left, right)


class _AnyName(dict[str, Any]):
    def get(self, _key: str, _default: Any = None) -> Any:
        return str


class _Lenient(ImmutableSandboxedEnvironment):
    """For reading names only: an unknown filter is a flaw of its own and must not hide the rest.

    Jinja computes what is constant while it looks for names, so that no operator may be left to it here either.
    """

    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def __init__(self) -> None:
        super().__init__(autoescape=True)
        self.filters, self.tests = _AnyName(), _AnyName()


@dataclass(frozen=True, slots=True)
class Function:
    """A function that a playbook's words may call, such as `chart("name")`."""

    does: Callable[..., Md]

    def __call__(self, *arguments: Any) -> Md:
        """What it does."""
        return self.does(*arguments)


def facts(**values: Any) -> Mapping[str, Any]:
    """A group of values by name that a template can read and not change."""
    return MappingProxyType(values)


class _Budget:
    """Steps that one rendering may still take."""

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def spend(self, steps: int) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise PlaybookError("The playbook's words take too many steps.", todo="Loop over fewer rows, in fewer loops.")


@pass_context
def _table(context: Context, result: object, limit: int = 10, columns: Sequence[str] = ()) -> Md:
    return table(result, limit, columns, attach=context.get(ATTACH))


def _each(values: Any, budget: _Budget) -> Iterator[Any]:
    for value in values:
        budget.spend(1)
        yield value


def _whole(value: Any, budget: _Budget) -> Any:
    budget.spend(len(value) if isinstance(value, Sized) and not isinstance(value, Missing) else 1)
    return value


def _counted(tree: nodes.Template) -> nodes.Template:
    """The template with every loop counting its rounds, and every filter the size of what it is given."""
    for used in list(tree.find_all(nodes.Filter)):
        if used.node is not None:
            used.node = _through(_WHOLE, used.node)
    for loop in tree.find_all(nodes.For):
        loop.iter = _through(_EACH, loop.iter)
    if tree.environment is not None:
        tree.set_environment(tree.environment)
    return tree


def _through(name: str, value: nodes.Node) -> nodes.Filter:
    budget = nodes.Name(_BUDGET, "load", lineno=value.lineno)
    return nodes.Filter(value, name, [budget], [], None, None, lineno=value.lineno)


def _bounded(pieces: Iterator[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > _MAX_CHARACTERS:
            raise PlaybookError(f"The playbook's words are longer than {_MAX_CHARACTERS:,} characters.", todo="Use `| top(10)`.")
        yield piece
