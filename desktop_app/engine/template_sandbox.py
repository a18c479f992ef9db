"""Jinja for templates out of strangers' files: the sandbox that transformers uses, plus budgets.

Jinja's `ImmutableSandboxedEnvironment` keeps a template from Python's objects, not from endless loops
or from ``'x' * 10**9``. Here every loop turn, call and character written is charged to a `Budget`,
whatever can blow up is checked before it runs, and only the filters, tests and methods that chat
templates have a use for exist at all. Nothing is worked out while a template is compiled.
"""

from __future__ import annotations

import datetime
import json
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from types import CodeType
from typing import Any, NoReturn

from jinja2 import TemplateError, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.filters import do_round, do_sum
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from desktop_app.engine.template_budget import PER_ITEM, Budget
from desktop_app.engine.template_rewriting import Charge, GenerationTag

MAX_SOURCE = 256 * 1024  # characters; the longest template known has about 30,000
MAX_INTEGER_BITS = 4096
MAX_SEARCH = 1 << 30  # length of a text times the length of what is looked for in it
MAX_STRIPPED = 1000  # characters to strip, each of which is compared with each
MAX_DIGITS = 4096
MAX_PLACES = 100

_FILTERS = """
abs capitalize count d default dictsort e escape first float groupby int items join last length list lower
map max min reject rejectattr replace reverse round safe select selectattr sort string sum title trim unique
upper
""".split()  # noqa: SIM905 (a list of 30 strings, one a line, is no easier to read)
_TESTS = """
boolean callable defined divisibleby eq equalto even false float ge greaterthan gt in integer iterable le
lessthan lower lt mapping ne none number odd sameas sequence string true undefined upper == != < <= > >=
""".split()  # noqa: SIM905
_METHODS = frozenset(
    """
capitalize count endswith find get index isalpha isdigit islower isnumeric isspace isupper items join keys
lower lstrip partition removeprefix removesuffix replace rfind rpartition rsplit rstrip split splitlines
startswith strip title upper values
""".split()  # noqa: SIM905
)
_LEAVE_ALONE = frozenset(
    """
abs boolean callable count d default defined even false first float integer items iterable last length map
mapping none number odd reject rejectattr round sameas select selectattr sequence string true undefined
""".split()  # noqa: SIM905
)
"""Filters and tests that make nothing of what they get, nor look into it, but for what they call in turn."""
_FORMAT = frozenset(("divisibleby", "even", "odd"))
"""Tests that use the operator ``%``: a text would be a format, with a width of its own choice."""
_TAKE_APART = frozenset(("dictsort", "groupby", "list", "reverse", "sort", "title", "unique"))
"""Filters that make a list of a text's letters or words."""
_PER_PIECE = 16  # what a letter costs then; a piece of a text that is split costs four of that
_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


class TemplateSandbox(ImmutableSandboxedEnvironment):
    """The environment. Set ``budget`` before each rendering; one rendering at a time."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "**", "%"))
    budget: Budget

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.loopcontrols", GenerationTag],
            finalize=self._write,
            optimized=False,
            auto_reload=False,
            cache_size=0,
        )
        self.budget = Budget(0)
        own = {
            "tojson": self._tojson,
            "join": self._join,
            "replace": self._replace,
            "string": self._string,
            "round": _round,
            "sum": _sum,
            "int": self._int,
        }
        self._own_int = self.filters["int"]
        known: dict[str, Any] = {name: self.filters[name] for name in _FILTERS} | own
        self.filters = {name: self._charged(name, function) for name, function in known.items()}
        tests: dict[str, Any] = self.tests
        self.tests = {name: self._charged(name, tests[name]) for name in _TESTS}
        self.globals = {
            "range": self.globals["range"],
            "dict": dict,
            "namespace": self.globals["namespace"],
            "raise_exception": _raise_exception,
            "strftime_now": lambda form: datetime.datetime.now().strftime(str(form)[:200]),
            "_text": self._string,
            "_counted": self._counted,
            "_joined": self._joined,
            "_looked_at": self._looked_at,
            "_copied": self._copied,
        }

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = Charge().visit(super()._parse(source, name, filename))
        return tree

    def _compile(self, source: str, filename: str) -> CodeType:
        """Python warns of what a template does to a number, as in ``{{ 1[0] }}``: that is for its makers."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return super()._compile(source, filename)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """The operators whose result can be far larger than its parts, or take far longer."""
        self.budget.step()
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise SecurityError(f"it uses {operator}")
        if isinstance(left, int) and isinstance(right, int):
            if left.bit_length() + right.bit_length() > MAX_INTEGER_BITS:
                raise SecurityError("it makes something too large")
        elif operator == "*":
            for sequence, times in ((left, right), (right, left)):
                if isinstance(sequence, str | list | tuple) and isinstance(times, int):
                    self.budget.make(_cost(sequence) * max(0, times))
        elif isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
            self.budget.make(_cost(left) + _cost(right))
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 (Jinja's)
        """Every call of a template comes through here."""
        __self.budget.step()
        owner, name = getattr(__obj, "__self__", None), getattr(__obj, "__name__", "")
        if owner is not __self and not isinstance(__obj, Macro):  # those come here again by themselves
            for value in (*args, *kwargs.values()):
                __self.budget.length(value)
                __self.budget.copy(value)
        if isinstance(owner, str | list | tuple | dict):
            __self.budget.length(owner)
            if name not in _METHODS:
                raise SecurityError(f"it calls {name[:40]}")
            __self.budget.copy(owner)
            if isinstance(owner, str):
                return __self._call_of_text(__context, __obj, owner, name, args, kwargs)
        return super().call(__context, __obj, *args, **kwargs)

    def _call_of_text(
        self,
        context: Context,
        method: Any,
        owner: str,
        name: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        if name == "join":
            return self._join(args[0], owner)
        if name == "replace":
            return self._replace(owner, *args)
        for value in (*args, *kwargs.values()):
            if isinstance(value, str):
                _check_search(owner, value, name)
        if name in ("split", "rsplit", "splitlines"):
            mark = args[0] if args and isinstance(args[0], str) and args[0] else kwargs.get("sep")
            pieces = owner.count(mark) if isinstance(mark, str) and mark else sum(map(owner.count, _SPACES))
            self.budget.make(pieces * 4 * _PER_PIECE)
        return super().call(context, method, *args, **kwargs)

    def getitem(self, obj: Any, argument: Any) -> Any:
        self.budget.length(argument)  # a key is hashed
        return super().getitem(obj, argument)

    def wrap_str_format(self, value: Any) -> None:
        """No ``str.format``: Jinja's safe one keeps attributes away, but not a width of 10**9. Without
        a wrapper the method comes to `call`, which does not know it."""

    @pass_context  # what Jinja cannot call without a rendering it does not call while it compiles
    def _write(self, context: Context, value: Any) -> Any:
        return self.budget.write(value)

    def _charged(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """``function``, of which a call costs a copy of each argument and a look at all that is in it."""
        leaves_alone, takes_apart = name in _LEAVE_ALONE, name in _TAKE_APART

        @wraps(function)
        def charged(*args: Any, **kwargs: Any) -> Any:
            self.budget.step()
            for value in () if leaves_alone else (*args, *kwargs.values()):
                self.budget.length(value)
                self.budget.copy(value, _PER_PIECE if takes_apart else 1)
            if name in _FORMAT and not all(isinstance(value, int | float) for value in args):
                raise SecurityError("it formats a text")
            if len(args) > 1 and isinstance(args[0], str) and isinstance(args[1], str):
                _check_search(args[0], args[1], name)
            if takes_apart:  # what comes one by one is counted while a list is made of it
                args = tuple(self._counted(value) if isinstance(value, Iterator) else value for value in args)
            return function(*args, **kwargs)

        return charged

    def _counted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.budget.step()
            yield item

    def _looked_at(self, value: Any) -> Any:
        self.budget.length(value)
        return value

    def _copied(self, value: Any) -> Any:
        self.budget.copy(value)
        return value

    def _joined(self, *parts: Any) -> str:
        return str(self._join(parts))

    def _join(self, parts: Iterable[Any], separator: Any = "", attribute: str | int | None = None) -> str:
        found = list(self._counted(parts))
        if attribute is not None:
            found = [self.getitem(part, attribute) for part in found]
        mark = self._string(separator)
        self.budget.make(sum(self.budget.length(part) for part in found) + len(mark) * len(found))
        return mark.join(map(str, found))

    def _replace(self, text: Any, old: Any, new: Any, count: int | None = None) -> str:
        whole, gone, put = self._string(text), self._string(old), self._string(new)
        self.budget.make(len(whole) + whole.count(gone) * len(put))
        return whole.replace(gone, put, -1 if count is None else count)

    def _string(self, value: Any) -> str:
        if not isinstance(value, str):
            self.budget.make(self.budget.length(value))
        return str(value)

    def _int(self, value: Any, default: int = 0, base: int = 10) -> Any:
        if isinstance(value, str) and len(value) > MAX_DIGITS:
            raise SecurityError("it makes something too large")
        return self._own_int(value, default, base)

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


def _cost(sequence: str | list[Any] | tuple[Any, ...]) -> int:
    return len(sequence) if isinstance(sequence, str) else len(sequence) * PER_ITEM


def _check_search(text: str, wanted: str, name: str) -> None:
    """Searching from the end, and stripping, take as long as both lengths multiplied."""
    strips = "strip" in name or "trim" in name
    if len(text) * len(wanted) > MAX_SEARCH or (strips and len(wanted) > MAX_STRIPPED):
        raise SecurityError("it runs too long")


def _round(value: Any, precision: Any = 0, method: Any = "common") -> Any:
    if not isinstance(precision, int) or abs(precision) > MAX_PLACES:
        raise SecurityError("it makes something too large")
    return do_round(value, precision, method)


@wraps(do_sum)  # Jinja hands the environment to it
def _sum(environment: Any, iterable: Any, attribute: Any = None, start: Any = 0) -> Any:
    if not isinstance(start, int | float):  # lists are copied once for each that is added
        raise SecurityError("it adds up what are not numbers")
    return do_sum(environment, iterable, attribute, start)


def _raise_exception(message: object) -> NoReturn:
    raise TemplateError(str(message)[:500])
