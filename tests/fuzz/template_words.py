"""What the templates of `template_cases` are put together from, sound and harmful."""

from __future__ import annotations

REAL = (
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
VALUES = (
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
NAMES = (
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
FILTERS = (
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
TESTS = ("string", "mapping", "divisibleby 0", "sameas x", "callable", "filter", "eq 1", "in x")
OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "~", "==", "<", "in", "and", "or", "is defined and")

GROWTH = (
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
SINKS = (
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
