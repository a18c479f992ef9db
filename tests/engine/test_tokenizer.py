"""Tokens: as llama.cpp's, and never a control token out of what somebody typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.engine.gguf import read_gguf
from desktop_app.engine.tokenizer import Vocabulary, dump_vocabulary, load_vocabulary, make_vocabulary
from tests.engine.tiny_model import CONTROL, metadata, tiny_llama

FIXTURE = json.loads((Path(__file__).parent / "starter_tokens.json").read_text(encoding="utf-8"))
"""Text and ids: checked against llama.cpp's ``/tokenize`` (which also agreed on 3,000 random texts)."""


@pytest.fixture(scope="session")
def starter(starter_model: Path) -> Vocabulary:
    return make_vocabulary(read_gguf(starter_model).metadata)


@pytest.fixture(scope="session")
def tiny() -> Vocabulary:
    return make_vocabulary(_metadata())


def _metadata(**changes: object) -> dict[str, object]:
    return metadata(tiny_llama(), **changes)


@pytest.mark.parametrize(("text", "ids"), FIXTURE)
def test_same_ids_as_llama_cpp(starter: Vocabulary, text: str, ids: list[int]) -> None:
    assert starter.encode(text) == ids


@pytest.mark.parametrize("text", [text for text, _ in FIXTURE])
def test_bytes_of_the_ids_are_the_text(starter: Vocabulary, text: str) -> None:
    assert b"".join(map(starter.bytes_of, starter.encode(text))).decode() == text


def test_control_tokens_only_in_markup(starter: Vocabulary) -> None:
    assert starter.stop_ids == {0, 2}
    for text, number in starter.control.items():
        assert starter.encode_markup(f"a{text}b") == [*starter.encode("a"), number, *starter.encode("b")]
        assert not set(starter.control.values()) & set(starter.encode(f"a{text}b {text}{text}"))


def test_dumped_and_loaded_is_the_same(starter: Vocabulary) -> None:
    again = load_vocabulary(dump_vocabulary(starter))
    for text, ids in FIXTURE:
        assert again.encode(text) == ids
    assert (again.control, again.stop_ids, again.size, again.bos_id) == (
        starter.control,
        starter.stop_ids,
        starter.size,
        starter.bos_id,
    )


def test_merges_are_applied(tiny: Vocabulary) -> None:
    names = [tiny.tokenizer.id_to_token(i) for i in tiny.encode("hello wor9")]
    assert names == ["hello", "Ġwor", "9"]
    assert tiny.control == {text: number for number, text in enumerate(CONTROL)}


def test_user_defined_tokens_are_ordinary_text_of_their_own() -> None:
    changed = _metadata()
    kinds, names = list(changed["tokenizer.ggml.token_type"]), list(changed["tokenizer.ggml.tokens"])  # type: ignore[call-overload]
    kinds[300], names[300] = 4, "<think>"
    changed |= {"tokenizer.ggml.token_type": np_array(kinds), "tokenizer.ggml.tokens": names}
    vocabulary = make_vocabulary(changed)
    assert vocabulary.encode("h<think>h")[1] == 300
    assert vocabulary.bytes_of(300) == b"<think>"


def np_array(values: list[int]) -> object:
    import numpy as np

    return np.array(values, dtype=np.int32)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"tokenizer.ggml.model": "rwkv"}, "model_unsupported"),
        ({"tokenizer.ggml.model": "llama"}, "model_damaged"),
        ({"tokenizer.ggml.pre": "unheard-of"}, "model_unsupported"),
        ({"tokenizer.ggml.tokens": None}, "model_damaged"),
        ({"tokenizer.ggml.merges": ["no such"]}, "model_damaged"),
        ({"tokenizer.ggml.merges": ["noblank"]}, "model_damaged"),
        ({"tokenizer.ggml.tokens": ["a", "a"]}, "model_damaged"),
        ({"tokenizer.ggml.eos_token_id": 10_000}, "model_damaged"),
    ],
)
def test_what_is_not_right_is_refused(changes: dict[str, object], kind: str) -> None:
    with pytest.raises(InkhornError) as caught:
        make_vocabulary(_metadata(**changes))
    assert caught.value.kind == kind
