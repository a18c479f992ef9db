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


def make(rng: random.Random, folder: Path) -> Callable[[], object]:
    kind = rng.random()
    if kind < 0.2:
        source = _changed(rng, rng.choice(_REAL))
    elif kind < 0.21:
        source = rng.choice(
            ("{{ " + "(" * 400, "{% if x %}" * 400, "[" * 9_999, "{{ 1" + "+1" * 9_999 + " }}")
        )
    else:
        source = "".join(_statement(rng, 0) for _ in range(rng.randrange(1, 5)))
    messages = [{"role": "user", "content": rng.choice(STRINGS)}, {"role": "assistant", "content": "b" * 99}]
    return lambda: make_template(source, "<s>", "</s>").render(messages, add_generation_prompt=True)


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
