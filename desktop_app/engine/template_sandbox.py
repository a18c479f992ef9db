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
import warnings
from collections.abc import Iterable, Iterator, Sequence
from types import CodeType
from typing import Any, NoReturn

from jinja2 import TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

MAX_SOURCE = 256 * 1024  # characters; the longest template known has about 30,000
MAX_STEPS = 1_000_000
MAX_SECONDS = 8.0
MAX_MADE = 64 << 20  # characters of strings, and items of lists, made in one rendering
MAX_INTEGER_BITS = 4096

_FILTERS = """
abs capitalize count d default dictsort e escape first float groupby int items join last length list lower
map max min reject rejectattr replace reverse round safe select selectattr sort string sum title trim unique
upper
""".split()  # noqa: SIM905 (a list of 30 strings, one a line, is no easier to read)
_METHODS = frozenset(
    """
capitalize count endswith find get index isalpha isdigit islower isnumeric isspace isupper items join keys
lower lstrip partition removeprefix removesuffix replace rfind rpartition rsplit rstrip split splitlines
startswith strip title upper values
""".split()  # noqa: SIM905
)


class Budget:
    """What one rendering may still use. Raises SecurityError when it is spent."""

    def __init__(self, characters: int) -> None:
        self._steps = MAX_STEPS
        self._characters = characters
        self._made = MAX_MADE
        self._deadline = time.monotonic() + MAX_SECONDS

    def step(self) -> None:
        self._steps -= 1
        if self._steps < 0 or time.monotonic() > self._deadline:
            raise SecurityError("it runs too long")

    def write(self, value: Any) -> Any:
        """Charge what ``value`` adds to the output, and return it."""
        self._characters -= self.length(value)
        if self._characters < 0:
            raise SecurityError("it writes too much")
        return value

    def make(self, length: int) -> None:
        """Charge a new string of ``length`` characters, or a list of so many items."""
        self.step()
        self._made -= length
        if self._made < 0:
            raise SecurityError("it makes something too large")

    def length(self, value: Any) -> int:
        """About the characters of ``str(value)``; walks containers at a step each."""
        if isinstance(value, str):
            return len(value)
        total, todo = 32, [value] if isinstance(value, list | tuple | dict | set) else []
        while todo:
            self.step()
            here = todo.pop()
            for item in [*here.keys(), *here.values()] if isinstance(here, dict) else here:
                if isinstance(item, list | tuple | dict | set):
                    todo.append(item)
                total += len(item) if isinstance(item, str) else 32
        return total


class TemplateSandbox(ImmutableSandboxedEnvironment):
    """The environment. Set ``budget`` before each rendering; one rendering at a time."""

    intercepted_binops = frozenset(("+", "*", "**", "%"))
    budget: Budget

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.loopcontrols", _GenerationTag],
            finalize=self._write,
            auto_reload=False,
            cache_size=0,
        )
        self.budget = Budget(0)
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.filters |= {
            "tojson": self._tojson,
            "join": self._join,
            "replace": self._replace,
            "string": self._string,
        }
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

    def _compile(self, source: str, filename: str) -> CodeType:
        """Python warns of what a template does to a number, as in ``{{ 1[0] }}``: that is for its makers."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return super()._compile(source, filename)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """``+``, ``*``, ``**`` and ``%``, the operators whose result can be far larger than its parts."""
        self.budget.step()
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise SecurityError(f"it uses {operator}")
        if isinstance(left, int) and isinstance(right, int):
            if left.bit_length() + right.bit_length() > MAX_INTEGER_BITS:
                raise SecurityError("it makes something too large")
        elif operator == "*":
            for sequence, times in ((left, right), (right, left)):
                if isinstance(sequence, str | list | tuple) and isinstance(times, int):
                    self.budget.make(len(sequence) * max(0, times))
        elif isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
            self.budget.make(len(left) + len(right))
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 (Jinja's)
        """Every call of a template comes through here."""
        __self.budget.step()
        owner, name = getattr(__obj, "__self__", None), getattr(__obj, "__name__", "")
        if isinstance(owner, str | list | tuple | dict):
            if name not in _METHODS:
                raise SecurityError(f"it calls {name[:40]}")
            if isinstance(owner, str):
                if name == "join":
                    return __self._join(args[0], owner)
                if name == "replace":
                    return __self._replace(owner, *args)
                __self.budget.make(len(owner))
        return super().call(__context, __obj, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> None:
        """No ``str.format``: Jinja's safe one keeps attributes away, but not a width of 10**9. Without
        a wrapper the method comes to `call`, which does not know it."""

    def _write(self, value: Any) -> Any:
        return self.budget.write(value)

    def _counted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.budget.step()
            yield item

    def _joined(self, *parts: Any) -> str:
        return str(self._join(parts))

    def _join(self, parts: Iterable[Any], separator: Any = "", attribute: str | int | None = None) -> str:
        found = list(self._counted(parts))
        if attribute is not None:
            found = [self.getitem(part, attribute) for part in found]
        self.budget.make(sum(self.budget.length(part) for part in found) + len(str(separator)) * len(found))
        return str(separator).join(map(str, found))

    def _replace(self, text: Any, old: Any, new: Any, count: int | None = None) -> str:
        whole, gone, put = str(self.budget.write(text)), str(old), str(new)
        self.budget.make(len(whole) + whole.count(gone) * len(put))
        return whole.replace(gone, put, -1 if count is None else count)

    def _string(self, value: Any) -> str:
        return str(self.budget.write(value))

    def _tojson(
        self,
        value: Any,
        ensure_ascii: bool = False,
        indent: int | None = None,
        separators: tuple[str, str] | None = None,
        sort_keys: bool = False,
    ) -> str:
        """As in transformers: without the escapes for HTML that Jinja's own adds."""
        self.budget.write(value)
        step = min(indent, 8) if isinstance(indent, int) else None
        pair = (str(separators[0])[:8], str(separators[1])[:8]) if separators else None
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=step, separators=pair, sort_keys=sort_keys)


def _raise_exception(message: object) -> NoReturn:
    raise TemplateError(str(message)[:500])


class _Charge(NodeTransformer):
    """Rewrites loops, ``~`` and literal text so that they pass through the budget."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = _call("_counted", (node.iter,), node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _call("_joined", node.nodes, node.lineno)

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:
        return _call("_text", (nodes.Const(node.data, lineno=node.lineno),), node.lineno)


def _call(name: str, arguments: Sequence[Any], line: int) -> nodes.Call:
    return nodes.Call(nodes.Name(name, "load", lineno=line), list(arguments), [], None, None, lineno=line)


class _GenerationTag(Extension):
    """``{% generation %}``: marks the assistant's words for training; here they are just written."""

    tags = {"generation"}  # noqa: RUF012 (Jinja's own way)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)
