"""Templates that Jinja's own sandbox would run for ever, or until there is no memory left."""

from __future__ import annotations

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.engine.template import make_template

DOUBLED = (
    "{% set ns = namespace(a=('x',), b=('x',)) %}"
    "{% for i in range(60) %}{% set ns.a = (ns.a, ns.a) %}{% set ns.b = (ns.b, ns.b) %}{% endfor %}"
)
"""Two tuples of 60 objects each that are 2**60 long for whoever walks them."""
DEEP = "{% set ns = namespace(a=('x',)) %}{% for i in range(90000) %}{% set ns.a = (ns.a,) %}{% endfor %}"
"""CPython 3.11 hashes a tuple by recursion in C, and overflows its stack."""
LONG = "{% set x = 'a ' * 9000000 %}"

ATTACKS = {
    "compare": DOUBLED + "{{ ns.a == ns.b }}",
    "less": DOUBLED + "{{ ns.a < ns.b }}",
    "in": DOUBLED + "{{ ns.a in [ns.b] }}",
    "hash for a literal": DOUBLED + "{{ {ns.a: 1} }}",
    "hash for a look-up": DOUBLED + "{{ {'x': 1}[ns.a] }}",
    "hash for a dict": DOUBLED + "{{ dict([(ns.a, 1)]) }}",
    "hash for unique": DOUBLED + "{{ [ns.a] | unique | list }}",
    "sort": DOUBLED + "{{ [ns.a, ns.b] | sort }}",
    "test": DOUBLED + "{{ ns.a is eq ns.b }}",
    "select": DOUBLED + "{{ [ns.a] | select('eq', ns.b) | list }}",
    "print": DOUBLED + "{{ ns.a }}",
    "print a namespace": DOUBLED + "{{ ns }}",
    "upper": DOUBLED + "{{ ns.a | upper }}",
    "escape": DOUBLED + "{{ ns.a | e }}",
    "join": DOUBLED + "{{ [1] | join(ns.a) }}",
    "string": DOUBLED + "{{ (ns.a | string) is string }}",
    "as a date": DOUBLED + "{{ strftime_now(ns.a) }}",
    "as an error": DOUBLED + "{{ raise_exception(ns.a) }}",
    "as text": DOUBLED + "{{ _text(ns.a) }}",
    "find": DOUBLED + "{{ [ns.a].index(ns.b) }}",
    "deep hash": DEEP + "{{ {ns.a: 1} }}",
    "deep unique": DEEP + "{{ [ns.a] | unique | list }}",
    "round": "{{ 1 | round(1000000000, 'ceil') }}",
    "round, worked out by the compiler": "{% if 1 | round(999999999, 'floor') %}{% endif %}",
    "width": "{% if '%999999999d' is odd %}{% endif %}{{ '%999999999d' is divisibleby 3 }}",
    "digits": "{% set x = ('f' * 9000000) | int(0, 16) %}{{ x // (x // 3) }}",
    "division": "{% set ns = namespace(a=9) %}{% for i in range(40) %}"
    "{% set ns.a = ns.a * ns.a // 2 %}{% endfor %}",
    "lists added up": "{{ ([[0]] * 90000) | sum(start=[]) }}",
    "split": LONG + "{{ x.split() }}",
    "split at": LONG + "{{ x.split(' ') | length }}",
    "letters": LONG + "{{ x | list | length }}",
    "search from the end": LONG + "{{ x.rfind('b' + 'a' * 9000000) }}",
    "strip": LONG + "{{ x.strip('b' * 9000000 + 'a') }}",
    "trim": LONG + "{{ x | trim('b' * 9000000 + 'a') }}",
    "slices": LONG + "{% set ns = namespace(a=[]) %}{% for i in range(999) %}"
    "{% set ns.a = ns.a + [x[1:]] %}{% endfor %}",
    "lists of ranges": "{% set ns = namespace(a=[]) %}{% for i in range(9999) %}"
    "{% set ns.a = ns.a + [range(99999) | list] %}{% endfor %}",
}


@pytest.mark.parametrize("source", ATTACKS.values(), ids=ATTACKS.keys())
def test_it_is_stopped(source: str) -> None:
    with pytest.raises(InkhornError) as caught:
        make_template(source).render([{"role": "user", "content": "x"}], add_generation_prompt=True)
    assert caught.value.kind == "template"


def test_a_long_conversation_is_not_an_attack() -> None:
    source = (
        "{% set ns = namespace(seen=[], last=none) %}"
        "{% for m in messages %}"
        "{% if m.role in ['user', 'assistant'] and m != ns.last %}{% set ns.last = m %}{% endif %}"
        "{% set parts = m.content.split('</think>') %}{% set ns.seen = [m.role, parts | length] %}"
        "{{ '<' + m.role + '>' + parts[-1] | trim + messages[-1:][0].content.strip('\\n') }}"
        "{% endfor %}{{ ns.seen | tojson }}"
    )
    messages = [{"role": ("user", "assistant")[n % 2], "content": "词 word\n" * 50} for n in range(2000)]
    text = make_template(source).render(messages, add_generation_prompt=True)
    assert text.count("词") == 2000 * 100
    assert text.endswith('["assistant", 1]')
