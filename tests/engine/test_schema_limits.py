"""Schemas that somebody else may have written: refused, or followed, in bounded time and memory."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import llguidance
import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Reply
from desktop_app.core.sampling import Sampling
from desktop_app.engine import constrain
from desktop_app.engine.constrain import DEEPEST_SCHEMA, LONGEST_SCHEMA, MOST_PATTERNS
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.generate import generate
from desktop_app.engine.time_limit import Bounded
from desktop_app.engine.tokenizer import Vocabulary
from tests.engine.schema_replies import ENGLISH, IDS, run
from tests.engine.small_decoders import tiny_packed


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Decoder, Vocabulary]:
    return tiny_packed(tmp_path_factory.mktemp("tiny"))


@pytest.mark.parametrize(
    "schema",
    [
        "",
        "{",
        "[]",
        "3",
        "false",
        '{"type":"nothing"}',
        '{"not":{"type":"string"}}',
        '{"$ref":"http://example.invalid/schema"}',
        '{"$ref":"#"}',
        '{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}',
        '{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}',
        '{"type":"string","pattern":"(a"}',
        '{"type":"string","format":"unheard-of"}',
        '{"type":"object","properties":{"a":false},"required":["a"]}',
        '{"const":"\\ud800"}',
        '{"minimum":NaN,"type":"number"}',
        '{"type":"string","pattern":"' + "a" * 300 + '"}',
        json.dumps({"type": "string", "allOf": [{"pattern": f"a{n}"} for n in range(MOST_PATTERNS + 1)]}),
        json.dumps({"type": "string", "allOf": [{"pattern": f".*a.{{{n}}}b"} for n in range(MOST_PATTERNS)]}),
        json.dumps({"type": "object", "patternProperties": {f"^a{n}": {} for n in range(40)}}),
        json.dumps({"type": "object", "properties": {f"p{n}": {} for n in range(1500)}}),
        json.dumps({"allOf": [{"anyOf": [{"const": j} for j in range(10)]} for _ in range(9)]}),
        '{"items":' * DEEPEST_SCHEMA + "{}" + "}" * DEEPEST_SCHEMA,
        '{"items":' * 5000 + "{}" + "}" * 5000,
        '{"description":"' + "a" * LONGEST_SCHEMA + '"}',
        # Automata as large as the numbers, and as their product: they took all the memory there is.
        '{"type":"integer","multipleOf":2147483647}',
        json.dumps({"anyOf": [{"type": "integer", "multipleOf": n} for n in (97, 89, 83, 79, 73, 71, 67)]}),
        json.dumps({"properties": {f"m{n}": {"multipleOf": 90_001 + n} for n in range(600)}}),
    ],
    ids=lambda schema: schema[:40],
)
def test_schemas_that_cannot_be_followed_are_refused_before_the_prompt_is_read(
    tiny: tuple[Decoder, Vocabulary], schema: str
) -> None:
    with pytest.raises(InkhornError) as caught:
        run(tiny, schema or " ", Sampling(max_tokens=3))
    assert caught.value.kind == "schema"
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        {"type": "array", "maxItems": 10**9, "items": {"type": "null"}},
        {"type": "string", "minLength": 10**9},
        {"type": "string", "pattern": "(a{1000}){1000}"},
        {"type": "string", "pattern": "(.*a.{200}|.*b.{201}|.*c.{202})"},
        {"enum": [f"v{n}" for n in range(4000)]},
        {"properties": {f"m{n}": {"type": "number", "multipleOf": n} for n in (0.01, 5, 3600)}},
        {"type": "object", "properties": {"c": {"$ref": "#"}}, "required": ["c"]},
        {
            "$ref": "#/$defs/d0",
            "$defs": {
                **{f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)},
                "d30": {"type": "null"},
            },
        },
    ],
    ids=lambda schema: json.dumps(schema)[:40],
)
def test_schemas_that_ask_for_much_go_on(tiny: tuple[Decoder, Vocabulary], schema: Any) -> None:
    _, _, reply = run(tiny, schema, Sampling(temperature=1.0, max_tokens=30, seed=1))
    assert reply.stop_reason in ("end", "length")


def test_a_schema_that_takes_too_long_is_given_up(
    tiny: tuple[Decoder, Vocabulary], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can interrupt the grammar engine: it is left behind, and only one at a time is."""
    go_on, began = threading.Event(), threading.Event()
    real = llguidance.LLMatcher
    monkeypatch.setattr(constrain, "COMPILING", Bounded(seconds=0.2))

    class Slow:
        grammar_from_json_schema = staticmethod(real.grammar_from_json_schema)

        def __new__(cls, *given: Any, **more: Any) -> Any:
            began.set()
            assert go_on.wait(60)
            return real(*given, **more)

    monkeypatch.setattr(llguidance, "LLMatcher", Slow)
    with pytest.raises(InkhornError, match="not worked out") as caught:
        run(tiny, ENGLISH, Sampling(max_tokens=3))
    assert caught.value.kind == "schema"
    began.clear()
    with pytest.raises(InkhornError, match="not worked out"):
        run(tiny, ENGLISH, Sampling(max_tokens=3))
    assert not began.is_set()
    go_on.set()
    monkeypatch.setattr(llguidance, "LLMatcher", real)
    monkeypatch.setattr(constrain.COMPILING, "seconds", 60.0)
    while True:
        try:
            assert run(tiny, ENGLISH, Sampling(max_tokens=3))[2].reply_tokens == 3
            return
        except InkhornError:
            time.sleep(0.01)  # the one that was left behind is about to end


def test_stop_is_heard_while_a_schema_is_worked_out(
    tiny: tuple[Decoder, Vocabulary], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    real = llguidance.LLMatcher
    monkeypatch.setattr(constrain, "COMPILING", Bounded(seconds=60.0))

    class Slow:
        grammar_from_json_schema = staticmethod(real.grammar_from_json_schema)

        def __new__(cls, *given: Any, **more: Any) -> Any:
            go_on.wait(60)
            return real(*given, **more)

    monkeypatch.setattr(llguidance, "LLMatcher", Slow)
    decoder, vocabulary = tiny
    items = list(
        generate(
            decoder,
            decoder.new_cache(),
            vocabulary,
            IDS,
            Sampling(max_tokens=3),
            lambda: True,
            0.0,
            schema=json.dumps(ENGLISH),
        )
    )
    go_on.set()
    (reply,) = items
    assert isinstance(reply, Reply)
    assert (reply.stop_reason, reply.reply_tokens) == ("cancelled", 0)
