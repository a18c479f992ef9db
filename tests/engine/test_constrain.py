"""Replies that follow a JSON schema, whatever the model would rather say."""

from __future__ import annotations

import dataclasses
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop_app.core.errors import InkhornError
from desktop_app.core.sampling import Sampling
from desktop_app.engine.constrain import Constraint
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.lookup import Payoff
from desktop_app.engine.tokenizer import Vocabulary, make_vocabulary
from tests.engine.schema_replies import CHINESE, ENGLISH, IDS, run
from tests.engine.small_decoders import tiny_packed
from tests.engine.tiny_tokenizers import gguf_of_sentencepiece, sentencepiece_model

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Decoder, Vocabulary]:
    return tiny_packed(tmp_path_factory.mktemp("tiny"))


def follows(value: Any, schema: Any) -> bool:
    """Whether ``value`` is valid, for the keywords that the schemas here use."""
    if "enum" in schema:
        return value in schema["enum"]
    kind = schema["type"]
    if kind == "object":
        properties = schema["properties"]
        return (
            isinstance(value, dict)
            and set(schema["required"]) <= set(value) <= set(properties)
            and all(follows(value[name], properties[name]) for name in value)
        )
    if kind == "array":
        return (
            isinstance(value, list)
            and schema.get("minItems", 0) <= len(value) <= schema["maxItems"]
            and all(follows(item, schema["items"]) for item in value)
        )
    if kind == "integer":
        return type(value) is int and schema["minimum"] <= value <= schema["maximum"]
    if kind == "string":
        return isinstance(value, str) and len(value) <= schema["maxLength"]
    return kind == "boolean" and isinstance(value, bool)


def constraint(tiny: tuple[Decoder, Vocabulary], schema: Any) -> Constraint:
    return Constraint(tiny[1], schema if isinstance(schema, str) else json.dumps(schema))


@pytest.mark.parametrize("schema", [ENGLISH, CHINESE], ids=["english", "chinese"])
@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.0, 2.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_weights_write_what_the_schema_says(
    tiny: tuple[Decoder, Vocabulary], schema: Any, temperature: float, seed: int
) -> None:
    sampling = Sampling(temperature=temperature, max_tokens=800, seed=seed, top_p=1.0)
    text, _, reply = run(tiny, schema, sampling)
    assert reply.stop_reason == "end"
    assert follows(json.loads(text), schema), text


@pytest.mark.parametrize("seed", range(6))
def test_the_same_reply_with_and_without_guesses(
    tiny: tuple[Decoder, Vocabulary], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    monkeypatch.setattr(Payoff, "best", lambda self, length, limit: rng.randint(1, min(7, limit)))
    schema = rng.choice([ENGLISH, CHINESE])
    sampling = Sampling(
        temperature=rng.choice([0.0, 1.0]), max_tokens=rng.choice([7, 40, 800]), seed=seed, top_k=20
    )
    text, held, reply = run(tiny, schema, sampling)
    plain_text, plain_held, plain = run(tiny, schema, sampling, look_up=False)
    assert (text, held) == (plain_text, plain_held)
    assert reply.stop_reason == plain.stop_reason
    assert reply.reply_tokens == plain.reply_tokens


def test_what_the_grammar_leaves_no_choice_about_is_guessed(tiny: tuple[Decoder, Vocabulary]) -> None:
    schema = {"const": "hello hello hello"}
    text, _, reply = run(tiny, schema, Sampling(temperature=0, max_tokens=100))
    assert json.loads(text) == "hello hello hello"
    assert reply.looked_up_tokens > 0


def test_max_tokens_ends_it_in_the_middle(tiny: tuple[Decoder, Vocabulary]) -> None:
    text, held, reply = run(tiny, ENGLISH, Sampling(temperature=0, max_tokens=9))
    assert reply.stop_reason == "length"
    assert reply.reply_tokens == 9
    assert len(held) == len(IDS) + 8
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


def test_an_end_comes_only_where_the_grammar_allows_it(tiny: tuple[Decoder, Vocabulary]) -> None:
    _, vocabulary = tiny
    held = constraint(tiny, {"const": "ab"})
    ends = sorted(vocabulary.stop_ids)
    for token in vocabulary.encode('"ab"'):
        scores = torch.zeros(400)  # more rows than the vocabulary has tokens, as padded models do
        held.mask(scores)
        assert torch.isinf(scores[ends]).all()
        assert torch.isinf(scores[vocabulary.size :]).all()
        assert scores[token] == 0
        held.drawn(token)
    scores = torch.zeros(400)
    held.mask(scores)
    assert torch.nonzero(scores == 0).flatten().tolist() == ends


def test_an_end_may_be_a_token_without_a_text(tiny: tuple[Decoder, Vocabulary]) -> None:
    """Some makers name an end token that the tokenizer's files do not list."""
    end = tiny[1].size + 7
    vocabulary = dataclasses.replace(tiny[1], stop_ids=frozenset([end]))
    held = Constraint(vocabulary, '{"const": 1}')
    held.drawn(*vocabulary.encode("1"))
    scores = torch.zeros(400)
    held.mask(scores)
    assert torch.nonzero(scores == 0).flatten().tolist() == [end]


def test_control_tokens_never_come(tiny: tuple[Decoder, Vocabulary]) -> None:
    scores = torch.zeros(tiny[1].size)
    held = constraint(tiny, {"type": "string"})
    held.mask(scores)
    assert torch.nonzero(scores == 0).flatten().tolist() == tiny[1].encode('"')
    held.drawn(tiny[1].encode('"')[0])
    scores = torch.zeros(tiny[1].size)
    held.mask(scores)
    assert torch.isinf(scores[sorted(tiny[1].control.values())]).all()
    assert int((scores == 0).sum()) > 100


@pytest.mark.parametrize(("kind", "model"), [("bpe", "llama"), ("unigram", "t5")])
def test_a_sentencepiece_vocabulary_with_byte_pieces(kind: str, model: str) -> None:
    """``▁`` is a space, ``<0xE5>`` a byte, and characters come in bytes where no piece has them; some
    tokenizers put a space before every text."""
    vocabulary = make_vocabulary(gguf_of_sentencepiece(sentencepiece_model(kind), model))
    held = Constraint(vocabulary, json.dumps({"const": "墨 池x"}))
    rng, ids = random.Random(1), []
    while True:
        scores = torch.zeros(vocabulary.size)
        held.mask(scores)
        token = rng.choice(torch.nonzero(scores == 0).flatten().tolist())
        if token in vocabulary.stop_ids:
            break
        held.drawn(token)
        ids.append(token)
    assert json.loads(b"".join(map(vocabulary.bytes_of, ids))) == "墨 池x"


def test_orders_to_the_grammar_engine_are_left_out(tiny: tuple[Decoder, Vocabulary]) -> None:
    held = constraint(tiny, {"type": "boolean", "x-guidance": {"whitespace_pattern": "z*"}})
    scores = torch.zeros(tiny[1].size)
    held.mask(scores)
    assert torch.isinf(scores[tiny[1].encode("z")[0]])


def test_a_model_without_an_end_is_refused(tiny: tuple[Decoder, Vocabulary]) -> None:
    with pytest.raises(InkhornError) as caught:
        Constraint(dataclasses.replace(tiny[1], stop_ids=frozenset()), "{}")
    assert caught.value.kind == "schema"


def test_llguidance_is_imported_only_when_asked_for() -> None:
    code = "import sys, desktop_app.engine.generate; sys.exit('llguidance' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
