"""Chat templates: known attacks, and templates put together from parts that are attacks in some order."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from desktop_app.engine.template import make_template
from tests.fuzz.mutate import STRINGS

_REAL = (
    "{% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] }}{% endif %}"
    "{% for message in messages %}{% if loop.first and not x is defined %}{{ bos_token }}{% endif %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] | trim + '<|im_end|>' }}{% endfor %}",
    "{%- set ns = namespace(n=0) %}{%- for m in messages[::-1] %}{% set ns.n = ns.n + 1 %}{% endfor %}"
    "{{ ns.n }}",
    "{% macro show(m) %}{{ m.role }}: {{ m['content'] | tojson }}{% endmacro %}"
    "{% for m in messages %}{{ show(m) }}{% endfor %}",
    "{% for m in messages %}{% if m.role not in ['user'] %}{{ raise_exception('no') }}{% endif %}"
    "{% endfor %}",
)
_VALUES = (
    *("messages", "messages[0]", "messages[0]['content']", "bos_token", "x", "loop", "self", "none", "true"),
    *(
        "''",
        "'a'",
        "'%s'",
        "'{0.__class__}'",
        "[]",
        "[1, 2]",
        "{}",
        "{'a': 1}",
        "0",
        "1",
        "-1",
        "1.5",
        "10**9",
    ),
    *(
        "2**62",
        "range(3)",
        "range(99999)",
        "range(10**9)",
        "namespace()",
        "namespace",
        "dict",
        "cycler",
        "lipsum",
    ),
    *(
        "joiner",
        "raise_exception",
        "strftime_now",
        "strftime_now('%Y')",
        "super",
        "caller",
        "varargs",
        "kwargs",
    ),
    *(
        "_counted",
        "_joined",
        "_text",
        "self._TemplateReference__context",
        "'a' * 999",
        "'x' * 10**9",
        "[0] * 10**9",
    ),
)
_NAMES = (
    *("__class__", "__mro__", "__subclasses__", "__globals__", "__init__", "__builtins__", "__dict__", "mro"),
    *(
        "content",
        "role",
        "append",
        "update",
        "pop",
        "format",
        "format_map",
        "join",
        "replace",
        "split",
        "items",
    ),
    *(
        "gi_frame",
        "cr_frame",
        "f_globals",
        "func_globals",
        "environment",
        "eval_ctx",
        "blocks",
        "encode",
        "title",
    ),
)
_FILTERS = (
    *(
        "upper",
        "length",
        "join",
        "join('x' * 999)",
        "replace('', 'y' * 999)",
        "list",
        "tojson(indent=10**9)",
        "sum",
    ),
    *(
        "map('upper')",
        "map(attribute='__class__')",
        "attr('__class__')",
        "groupby('role')",
        "sort",
        "reverse",
    ),
    *(
        "batch(1)",
        "slice(10**9)",
        "center(10**9)",
        "indent(10**9)",
        "wordwrap(1)",
        "xmlattr",
        "pprint",
        "random",
    ),
    *("format(1)", "string", "int", "round(10**9)", "unique", "default('z')", "tojson", "selectattr('role')"),
    *(
        "map('join', 'a' * 999)",
        "select('foo')",
        "dictsort",
        "truncate(10**9)",
        "urlize",
        "filesizeformat",
        "title",
    ),
)
_TESTS = ("string", "mapping", "divisibleby 0", "sameas x", "callable", "filter", "eq 1", "in x")
_OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "~", "==", "<", "in", "and", "or", "is defined and")

_GROWTH = (
    *(
        "[ns.a, ns.a]",
        "(ns.a, ns.a)",
        "(ns.a,)",
        "[ns.a]",
        "{'k': ns.a, 'l': ns.a}",
        "ns.a + ns.a",
        "ns.a * 2",
    ),
    *("namespace(a=ns.a, b=ns.a)", "ns.a ~ ns.a", "dict(k=ns.a, l=ns.a)", "ns.a | replace('x', 'xx')"),
    *("ns.a | list", "[ns.a] | join('xxxxxxxx')", "ns.a | map('upper') | list", "ns.a | tojson", "ns.a + 1"),
    *("(ns.a | string) + 'x'", "ns.a.replace('', 'x')", "ns.a.join(['x'] * 99)", "ns.a.items()", "- ns.a"),
    *(
        "ns",
        "ns.a // 3 + ns.a * ns.a",
        "ns.a.split('x')",
        "[ns.a, ns.a] | sort",
        "ns.a | title",
        "ns.a[::-1]",
    ),
)
"""One step of something that doubles, or gets deeper, as long as nobody looks."""
_SINKS = (
    *(
        "ns.a",
        "ns",
        "ns.a == ns.b",
        "ns.a < ns.b",
        "ns.a in [ns.b]",
        "ns.b not in ns.a",
        "{ns.a: 1}",
        "{'x': 1}[ns.a]",
    ),
    *(
        "ns.a in {'x': 1}",
        "dict([(ns.a, 1)])",
        "[ns.a, ns.b] | unique | list",
        "[ns.a, ns.b] | sort",
        "ns.a | e",
    ),
    *(
        "[ns.a, ns.b] | min",
        "[{'k': ns.a}] | groupby('k')",
        "[{'k': ns.a}] | map(attribute='k') | sort",
        "ns.a | d",
    ),
    *(
        "[ns.a] | select('eq', ns.b) | list",
        "[ns.a] | reject('in', [ns.b]) | list",
        "ns.a is eq ns.b",
        "ns.a | int",
    ),
    *(
        "ns.a is in [ns.b]",
        "ns.a is divisibleby 3",
        "ns.a is odd",
        "ns.a is even",
        "strftime_now(ns.a)",
        "raise_exception(ns.a)",
        "ns.a | tojson",
    ),
    *(
        "ns.a ~ 'x'",
        "ns.a | string",
        "[ns.a] | join",
        "_text(ns.a)",
        "ns.a.index(ns.b)",
        "ns.a.count(ns.b)",
        "ns.a | sum",
    ),
    *(
        "ns.a | upper",
        "ns.a | trim",
        "ns.a | title",
        "ns.a | capitalize",
        "ns.a | lower",
        "ns.a | float",
        "ns.a | safe",
    ),
    *(
        "ns.a | list | length",
        "ns.a | length",
        "ns.a | reverse | list",
        "ns.a | first",
        "ns.a | last",
        "ns.a | abs",
    ),
    *(
        "ns.a.split()",
        "ns.a.split('x') | length",
        "ns.a.splitlines() | length",
        "ns.a.partition('x')",
        "ns.a | dictsort",
    ),
    *(
        "ns.a.items() == ns.b.items()",
        "ns.a.values() | list",
        "ns.a | items | list",
        "ns.a | map('string') | join",
    ),
    *(
        "1 | round(1000000000, 'ceil')",
        "1.5 | round(1000000000)",
        "1 | round(ns.a | length, 'floor')",
        "ns.a | round",
    ),
    *(
        "ns.a | groupby(0) | list",
        "ns.a | tojson(indent=4)",
        "ns.a | unique | list",
        "ns.a | map(attribute=0) | list",
    ),
    *(
        "loop.changed(ns.a)",
        "ns.a.startswith(ns.b)",
        "ns.a.find(ns.b)",
        "ns.a.strip(ns.b)",
        "ns.a | trim(ns.b)",
    ),
)


def make(rng: random.Random, folder: Path) -> Callable[[], object]:
    kind = rng.random()
    if kind < 0.35:
        source = _grown(rng)
    elif kind < 0.5:
        source = _changed(rng, rng.choice(_REAL))
    elif kind < 0.51:
        source = rng.choice(
            ("{{ " + "(" * 400, "{% if x %}" * 400, "[" * 9_999, "{{ 1" + "+1" * 9_999 + " }}")
        )
    else:
        source = "".join(_statement(rng, 0) for _ in range(rng.randrange(1, 5)))
    messages = [{"role": "user", "content": rng.choice(STRINGS)}, {"role": "assistant", "content": "b" * 99}]
    return lambda: make_template(source, "<s>", "</s>").render(messages, add_generation_prompt=True)


def _grown(rng: random.Random) -> str:
    """Something grows for some turns, and then it is looked at."""
    start = rng.choice(("['x']", "('x',)", "'x'", "'x y'", "3", "{'k': 'x'}"))
    turns = rng.choice(("3", "9", "30", "30", "60", "60", "99", "999"))
    step = rng.choice(_GROWTH)
    if rng.random() < 0.03:
        turns, step = "99999", rng.choice(("(ns.a,)", "[ns.a]", "namespace(a=ns.a)", step))
    again = step.replace("ns.a", "ns.b")
    grow = f"{{% set ns.a = {step} %}}{{% set ns.b = {again} %}}"
    sinks = "".join(f"{{{{ {rng.choice(_SINKS)} }}}}" for _ in range(rng.randrange(1, 3)))
    loop = f"{{% for i in range({turns}) %}}{grow}{{% endfor %}}{{% for i in [1, 2] %}}{sinks}{{% endfor %}}"
    return f"{{% set ns = namespace(a={start}, b={start}) %}}{loop}"


def _changed(rng: random.Random, source: str) -> str:
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(source))
        put = rng.choice(
            ("", "{{", "}}", "{%", "%}", "|", "'", "(", rng.choice(_VALUES), "." + rng.choice(_NAMES))
        )
        source = source[:at] + put + source[at + rng.randrange(4) :]
    return source


def _statement(rng: random.Random, depth: int) -> str:
    value = _value(rng, depth)
    inner = _statement(rng, depth + 1) if depth < 4 else "{{ x }}"
    return rng.choice(
        (
            f"{{{{ {value} }}}}",
            f"{{% set x = {value} %}}{inner}",
            f"{{% for x in {value} %}}{inner}{{% endfor %}}",
            f"{{% for x in range(999) %}}{inner}{{% endfor %}}",
            f"{{% for a, b in {value} recursive %}}{{{{ loop(a) }}}}{{% else %}}{inner}{{% endfor %}}",
            f"{{% if {value} %}}{inner}{{% elif x %}}y{{% endif %}}",
            f"{{% macro f(x=1) %}}{inner}{{{{ f(x) }}}}{{% endmacro %}}{{{{ f() }}}}",
            f"{{% set x %}}{inner}{{% endset %}}{{{{ x * 99 }}}}",
            f"{{% filter {rng.choice(_FILTERS)} %}}{inner}{{% endfilter %}}",
            f"{{% call(y) {value} %}}{inner}{{% endcall %}}",
            f"{{% block b{depth}{rng.randrange(99)} %}}{inner}{{{{ self.b0() }}}}{{% endblock %}}",
            f"{{% set ns = namespace(a={value}) %}}{{% set ns.a = ns.a + ns.a %}}{inner}",
            f"{{% include {value} %}}",
            f"{{% import {value} as q %}}",
            f"{{% extends {value} %}}",
            f"{{% generation %}}{inner}{{% endgeneration %}}",
            f"{{% with x = {value} %}}{inner}{{% endwith %}}",
            f"{{% do {value} %}}{{% break %}}",
        )
    )


def _value(rng: random.Random, depth: int) -> str:
    if depth > 4:
        return rng.choice(_VALUES)
    here = rng.choice(_VALUES)
    for _ in range(rng.randrange(4)):
        other = _value(rng, depth + 2)
        here = rng.choice(
            (
                f"{here} | {rng.choice(_FILTERS)}",
                f"({here} {rng.choice(_OPERATORS)} {other})",
                f"{here}.{rng.choice(_NAMES)}",
                f"{here}['{rng.choice(_NAMES)}']",
                f"{here}[{other}]",
                f"{here}[::{other}]",
                f"{here}({other})",
                f"{here}.{rng.choice(_NAMES)}({other})",
                f"[{here}, {other}] * 99",
                f"({here} if {other} else x)",
                f"{here} is {rng.choice(_TESTS)}",
            )
        )
    return here
