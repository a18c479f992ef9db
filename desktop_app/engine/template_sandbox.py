"""Jinja for templates out of strangers' files: the sandbox that transformers uses, plus budgets.

Jinja's `ImmutableSandboxedEnvironment` keeps a template from Python's objects, not from endless loops
or from ``'x' * 10**9``. Here every loop turn, call and character written is charged to a `Budget`,
operators that can blow up are checked before they run, and only the filters and methods that chat
templates have a use for exist at all.
"""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from jinja2 import TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

MAX_SOURCE = 256 * 1024  # characters; the longest template known has about 30,000
MAX_STEPS = 3_000_000
MAX_SECONDS = 20.0
MAX_LENGTH = 64 << 20  # characters of one string, or items of one list

_FILTERS = [
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "groupby",
    "int",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "sort",
    "string",
    "sum",
    "title",
    "trim",
    "unique",
    "upper",
]
_METHODS = frozenset(
    [
        "capitalize",
        "count",
        "endswith",
        "find",
        "get",
        "index",
        "isalpha",
        "isdigit",
        "islower",
        "isnumeric",
        "isspace",
        "isupper",
        "items",
        "join",
        "keys",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "title",
        "upper",
        "values",
    ]
)


class Budget:
    """What one rendering may still use. Raises SecurityError when it is spent."""

    def __init__(self, characters: int) -> None:
        self.steps = MAX_STEPS
        self.characters = characters
        self.deadline = time.monotonic() + MAX_SECONDS

    def step(self, cost: int = 1) -> None:
        self.steps -= cost
        if self.steps < 0 or time.monotonic() > self.deadline:
            raise SecurityError("the template runs too long")

    def write(self, value: Any) -> Any:
        self.characters -= self.length(value)
        if self.characters < 0:
            raise SecurityError("the template writes too much")
        return value

    def length(self, value: Any) -> int:
        """At least the characters of ``str(value)``, within a factor; walks containers under budget."""
        if isinstance(value, str):
            return len(value)
        if not isinstance(value, list | tuple | dict | set):
            return 32
        total, todo = 0, [value]
        while todo:
            self.step()
            here = todo.pop()
            for item in [*here.keys(), *here.values()] if isinstance(here, dict) else here:
                if isinstance(item, list | tuple | dict | set):
                    todo.append(item)
                total += len(item) if isinstance(item, str) else 32
        return total


def check_length(length: int) -> None:
    if length > MAX_LENGTH:
        raise SecurityError("the template makes something too large")


class TemplateSandbox(ImmutableSandboxedEnvironment):
    """The environment. Set ``budget`` before each rendering; one rendering at a time."""

    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.loopcontrols", _GenerationTag],
            finalize=lambda value: self.budget.write(value),
            auto_reload=False,
            cache_size=0,
        )
        self.budget = Budget(0)
        known = self.filters
        self.filters = {name: known[name] for name in _FILTERS}
        self.filters["tojson"] = self._tojson
        self.filters["join"] = self._sized(known["join"], lambda value, d="", *_: self._join_size(d, value))
        self.filters["replace"] = self._sized_plain(known["replace"])
        self.filters["string"] = lambda value: str(self.budget.write(value))
        self.globals = {
            "range": self.globals["range"],
            "dict": dict,
            "namespace": self.globals["namespace"],
            "raise_exception": _raise_exception,
            "strftime_now": lambda form: datetime.datetime.now().strftime(str(form)[:200]),
            "_text": str,
            "_counted": self._counted,
            "_joined": self._joined,
        }

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = _Charge().visit(super()._parse(source, name, filename))
        return tree

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        self.budget.step()
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise SecurityError(f"templates may not use {operator} here")
        if operator == "*":
            for text, times in ((left, right), (right, left)):
                if isinstance(text, str | list | tuple) and isinstance(times, int):
                    check_length(len(text) * times)
            if isinstance(left, int) and isinstance(right, int):
                check_length(left.bit_length() + right.bit_length())
        elif isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
            check_length(len(left) + len(right))
            self.budget.step((len(left) + len(right)) // 1024)
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 (as Jinja)
        __self.budget.step()
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str | list | tuple | dict):
            name = getattr(__obj, "__name__", "")
            if name not in _METHODS:
                raise SecurityError(f"templates may not call {name}")
            if isinstance(owner, str):
                __self.budget.step(len(owner) // 1024)
                if name == "join" and args:
                    args = (list(args[0]), *args[1:])
                    check_length(__self._join_size(owner, args[0]))
                elif name == "replace" and len(args) > 1:
                    check_length(len(owner) + (owner.count(args[0])) * len(args[1]))
        return super().call(__context, __obj, *args, **kwargs)

    def _counted(self, items: Any) -> Iterator[Any]:
        for item in items:
            self.budget.step()
            yield item

    def _joined(self, *parts: Any) -> str:
        total = sum(self.budget.length(part) for part in parts)
        check_length(total)
        self.budget.step(total // 1024)
        return "".join(map(str, parts))

    def _join_size(self, separator: Any, parts: Iterable[Any]) -> int:
        return sum(self.budget.length(part) + len(str(separator)) for part in parts)

    def _sized(self, known: Callable[..., Any], size: Callable[..., int]) -> Callable[..., Any]:
        def checked(eval_context: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
            value = list(value)
            check_length(size(value, *args))
            return known(eval_context, value, *args, **kwargs)

        for name in ("jinja_pass_arg",):
            setattr(checked, name, getattr(known, name))
        return checked

    def _sized_plain(self, known: Callable[..., Any]) -> Callable[..., Any]:
        def checked(eval_context: Any, value: Any, old: Any, new: Any, count: Any = None) -> Any:
            check_length(len(str(value)) + str(value).count(str(old)) * len(str(new)))
            return known(eval_context, value, old, new, count)

        checked.jinja_pass_arg = known.jinja_pass_arg  # type: ignore[attr-defined]
        return checked

    def _tojson(self, value: Any, indent: int | None = None, **options: Any) -> str:
        self.budget.write(value)
        allowed = {key: options[key] for key in ("separators", "sort_keys") if key in options}
        step = indent if isinstance(indent, int) and 0 <= indent <= 16 else None
        return json.dumps(value, ensure_ascii=False, indent=step, **allowed)


def _raise_exception(message: object) -> NoReturn:
    raise TemplateError(str(message)[:500])


class _Charge(NodeTransformer):
    """Rewrites loops, ``~`` and literal text so that they pass through the budget."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = _call("_counted", [node.iter], node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _call("_joined", node.nodes, node.lineno)

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:
        return _call("_text", [nodes.Const(node.data, lineno=node.lineno)], node.lineno)


def _call(name: str, arguments: list[nodes.Expr], line: int) -> nodes.Call:
    return nodes.Call(nodes.Name(name, "load", lineno=line), arguments, [], None, None, lineno=line)


class _GenerationTag(Extension):
    """``{% generation %}``: marks the assistant's words for training; here they are just written."""

    tags = {"generation"}  # noqa: RUF012 (Jinja's own way)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)
