"""Chat templates: known attacks, and templates put together from parts that are attacks in some order."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from desktop_app.engine.template import make_template
from tests.fuzz.mutate import STRINGS
from tests.fuzz.template_words import FILTERS, GROWTH, NAMES, OPERATORS, REAL, SINKS, TESTS, VALUES


def make(rng: random.Random, folder: Path) -> Callable[[], object]:
    kind = rng.random()
    if kind < 0.35:
        source = _grown(rng)
    elif kind < 0.5:
        source = _changed(rng, rng.choice(REAL))
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
    step = rng.choice(GROWTH)
    if rng.random() < 0.03:
        turns, step = "99999", rng.choice(("(ns.a,)", "[ns.a]", "namespace(a=ns.a)", step))
    again = step.replace("ns.a", "ns.b")
    grow = f"{{% set ns.a = {step} %}}{{% set ns.b = {again} %}}"
    sinks = "".join(f"{{{{ {rng.choice(SINKS)} }}}}" for _ in range(rng.randrange(1, 3)))
    loop = f"{{% for i in range({turns}) %}}{grow}{{% endfor %}}{{% for i in [1, 2] %}}{sinks}{{% endfor %}}"
    return f"{{% set ns = namespace(a={start}, b={start}) %}}{loop}"


def _changed(rng: random.Random, source: str) -> str:
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(source))
        put = rng.choice(
            ("", "{{", "}}", "{%", "%}", "|", "'", "(", rng.choice(VALUES), "." + rng.choice(NAMES))
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
            f"{{% filter {rng.choice(FILTERS)} %}}{inner}{{% endfilter %}}",
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
        return rng.choice(VALUES)
    here = rng.choice(VALUES)
    for _ in range(rng.randrange(4)):
        other = _value(rng, depth + 2)
        here = rng.choice(
            (
                f"{here} | {rng.choice(FILTERS)}",
                f"({here} {rng.choice(OPERATORS)} {other})",
                f"{here}.{rng.choice(NAMES)}",
                f"{here}['{rng.choice(NAMES)}']",
                f"{here}[{other}]",
                f"{here}[::{other}]",
                f"{here}({other})",
                f"{here}.{rng.choice(NAMES)}({other})",
                f"[{here}, {other}] * 99",
                f"({here} if {other} else x)",
                f"{here} is {rng.choice(TESTS)}",
            )
        )
    return here
