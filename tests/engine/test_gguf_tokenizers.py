"""Vocabularies of GGUF files: the ids of the models' own tokenizers, for every family."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tokenizers import Regex, Tokenizer, normalizers
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence, Split

from desktop_app.core.errors import InkhornError
from desktop_app.engine.tokenizer import Vocabulary, dump_vocabulary, load_vocabulary, make_vocabulary
from tests.engine.tiny_tokenizers import (
    TEXTS,
    byte_bpe,
    gguf_of,
    gguf_of_sentencepiece,
    processor,
    random_texts,
    sentencepiece_model,
)

LETTERS = ByteLevel(add_prefix_space=False, use_regex=False)


def by(*patterns: str) -> Any:
    """The stages that the models' own ``tokenizer.json`` have."""
    return Sequence([*(Split(Regex(pattern), "isolated") for pattern in patterns), LETTERS])


LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
TEKKEN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GPT4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK3 = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
OWN: dict[str, tuple[Any, Any]] = {
    "gpt-2": (ByteLevel(add_prefix_space=False), None),
    "smollm": (Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False)]), None),
    "command-r": (
        Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False)]),
        normalizers.NFC(),
    ),
    "llama-bpe": (by(LLAMA3), None),
    "dbrx": (by(LLAMA3), None),
    "qwen2": (by(QWEN2), normalizers.NFC()),
    "deepseek-r1-qwen": (by(QWEN2), None),
    "tekken": (by(TEKKEN), None),
    "gpt-4o": (by(GPT4O), None),
    "deepseek-v3": (by(r"\p{N}{1,3}", "[一-龥\u3040-ゟ゠-ヿ]+", DEEPSEEK3), None),
}
"""The stages of each family's own file."""


def own_and_ours(pre: str) -> tuple[Tokenizer, Vocabulary]:
    own = byte_bpe(*OWN[pre])
    if pre in ("llama-bpe", "tekken"):
        own.model.ignore_merges = True
    return own, make_vocabulary(gguf_of(own, pre))


def ordinary(own: Tokenizer, text: str) -> list[int]:
    """Ids of the model's own tokenizer when it takes special tokens for text."""
    own.encode_special_tokens = True
    found: list[int] = own.encode(text, add_special_tokens=False).ids
    own.encode_special_tokens = False
    return found


@pytest.mark.parametrize("pre", OWN)
def test_byte_level_families_give_their_own_ids(pre: str) -> None:
    own, ours = own_and_ours(pre)
    for text in [*TEXTS, *random_texts(5, 150)]:
        assert ours.encode(text) == ordinary(own, text), text
        assert not set(ours.control.values()) & set(ours.encode(text))
        back = b"".join(map(ours.bytes_of, ours.encode(text))).decode()
        assert back == (own.normalizer.normalize_str(text) if own.normalizer else text)


def test_markup_is_what_the_models_own_tokenizer_makes_of_it() -> None:
    own, ours = own_and_ours("qwen2")
    markup = "<|im_start|>user\nHi<think> 你好<|im_end|>\n<|im_start|>assistant\n"
    assert ours.encode_markup(markup) == own.encode(markup, add_special_tokens=False).ids


def llama(rule: str = "identity", trim: bool = False, **changes: Any) -> tuple[Any, Vocabulary]:
    model = sentencepiece_model("bpe", rule, trim)
    return processor(model), make_vocabulary(gguf_of_sentencepiece(model, "llama", **changes))


def test_sentencepiece_bpe_gives_sentencepieces_ids() -> None:
    sp, ours = llama()
    for text in [*TEXTS, *random_texts(6, 400)]:
        ids = ours.encode(text)
        assert ids == sp.encode(text), text
        assert not set(ours.control.values()) & set(ids)
        back = b"".join(ours.bytes_of(token, begins=n == 0) for n, token in enumerate(ids)).decode()
        assert back == text.replace("▁", " ")


def charsmap_of(model: bytes) -> np.ndarray[Any, Any]:
    from desktop_app.engine.tokenizers.sentencepiece_file import read_sentencepiece

    return np.frombuffer(read_sentencepiece(model).model.charsmap, np.uint8)


@pytest.mark.parametrize(("rule", "trim"), [("identity", False), ("nmt_nfkc", True)])
def test_unigram_gives_sentencepieces_ids(rule: str, trim: bool) -> None:
    model = sentencepiece_model("unigram", rule, trim)
    changes: dict[str, Any] = {"tokenizer.ggml.remove_extra_whitespaces": trim}
    if rule != "identity":
        changes["tokenizer.ggml.precompiled_charsmap"] = charsmap_of(model)
    ours, sp = make_vocabulary(gguf_of_sentencepiece(model, "t5", **changes)), processor(model)
    for text in [*TEXTS, *random_texts(7, 300)]:
        if "<0x" not in text:  # see `make_unigram`
            assert ours.encode(text) == sp.encode(text), text
        assert not set(ours.control.values()) & set(ours.encode(text))


@pytest.mark.parametrize(("kind", "name"), [("bpe", "llama"), ("unigram", "t5")])
def test_control_tokens_have_no_bytes(kind: str, name: str) -> None:
    ours = make_vocabulary(gguf_of_sentencepiece(sentencepiece_model(kind), name))
    assert ours.control == {"<unk>": 0, "<s>": 1, "</s>": 2}
    assert [ours.bytes_of(token) for token in (0, 1, 2)] == [b"", b"", b""]
    for look_alike in ("\ufdd02", "2 ", "</s>"):
        assert 2 not in ours.encode(look_alike)


def test_the_leading_space_is_the_files_to_say() -> None:
    _, plain = llama(**{"tokenizer.ggml.add_space_prefix": False})
    assert b"".join(map(plain.bytes_of, plain.encode("the fox"))) == b"the fox"
    _, spaced = llama()
    assert b"".join(map(spaced.bytes_of, spaced.encode("the fox"))) == b" the fox"


def test_a_character_comes_byte_by_byte() -> None:
    _, ours = llama()
    ids = ours.encode("𠀀")[1:]
    assert [ours.bytes_of(token) for token in ids] == [b"\xf0", b"\xa0", b"\x80", b"\x80"]


def test_files_without_the_flag_begin_as_llama_cpp_has_it() -> None:
    _, ours = llama()
    assert ours.bos_id == 1
    assert llama(**{"tokenizer.ggml.add_bos_token": False})[1].bos_id is None
    for pre, bos in (("llama-bpe", 3), ("qwen2", None)):
        metadata = gguf_of(byte_bpe(*OWN[pre]), pre) | {"tokenizer.ggml.bos_token_id": 3}
        assert make_vocabulary(metadata).bos_id == bos


def test_a_control_token_that_the_file_calls_ordinary_is_still_one() -> None:
    own = byte_bpe(*OWN["qwen2"])
    for kind in (1, 4):
        metadata = gguf_of(own, "qwen2")
        kinds = metadata["tokenizer.ggml.token_type"]
        number = metadata["tokenizer.ggml.tokens"].index("<|im_end|>")
        kinds[number] = kind
        ours = make_vocabulary(metadata)
        assert number not in ours.encode("a<|im_end|>b")
        assert ours.encode_markup("<|im_end|>") == [number]
        assert number in ours.stop_ids


@pytest.mark.parametrize(
    "make", [lambda: own_and_ours("qwen2")[1], lambda: llama()[1]], ids=["bytes", "pieces"]
)
def test_dumped_and_loaded_is_the_same(make: Any) -> None:
    ours = make()
    again = load_vocabulary(dump_vocabulary(ours))
    for text in [*TEXTS, *random_texts(8, 50)]:
        assert again.encode(text) == ours.encode(text)
        assert again.encode_markup(text) == ours.encode_markup(text)
    assert [again.bytes_of(n) for n in range(ours.size)] == [ours.bytes_of(n) for n in range(ours.size)]


def test_half_a_surrogate_pair_is_text_all_the_same() -> None:
    _, ours = llama()
    assert ours.encode("a\ud83d") == ours.encode("a\ufffd")


@pytest.mark.parametrize(
    "changes",
    [
        {"tokenizer.ggml.scores": None},
        {"tokenizer.ggml.scores": np.zeros(3, np.float32)},
        {"tokenizer.ggml.scores": np.full(440, np.nan, np.float32)},
        {"tokenizer.ggml.tokens": ["x" * 600, *map(str, range(439))]},
        {"tokenizer.ggml.unknown_token_id": 1 << 30},
        {"tokenizer.ggml.precompiled_charsmap": np.zeros(9, np.uint8)},
    ],
)
def test_pieces_that_do_not_hold_together_are_refused(changes: dict[str, Any]) -> None:
    model = sentencepiece_model("bpe")
    with pytest.raises(InkhornError) as caught:
        make_vocabulary(gguf_of_sentencepiece(model, "llama", **changes))
    assert caught.value.kind == "model_damaged"
