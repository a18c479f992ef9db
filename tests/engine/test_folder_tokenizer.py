"""Tokenizers of folders: transformers' and SentencePiece's own ids, and nothing that could harm."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from desktop_app.core.errors import InkhornError
from desktop_app.engine.tokenizer import Vocabulary, dump_vocabulary, load_vocabulary
from desktop_app.engine.tokenizers.folder import read_folder_tokenizer
from desktop_app.engine.tokenizers.patterns import is_safe
from tests.engine.test_gguf_tokenizers import OWN, QWEN2, ordinary
from tests.engine.tiny_tokenizers import (
    TEXTS,
    byte_bpe,
    gguf_of_sentencepiece,
    processor,
    random_texts,
    sentencepiece_model,
    write_folder,
)

MARKUP = "<|im_start|>user\nHi <think> 你好 <|im_end|>\n<|im_start|>assistant\n"


def saved(tokenizer: Tokenizer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tokenizer.to_str())
    return found


def qwen() -> Tokenizer:
    return byte_bpe(*OWN["qwen2"])


def test_tokenizer_json_gives_transformers_ids(tmp_path: Path) -> None:
    own = qwen()
    folder = write_folder(
        tmp_path,
        tokenizer__json=own.to_str(),
        tokenizer_config__json={"eos_token": "<|im_end|>", "bos_token": None, "chat_template": "{{ 1 }}"},
        generation_config__json={"eos_token_id": [own.token_to_id("<|endoftext|>")]},
    )
    found = read_folder_tokenizer(folder)
    theirs = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    ours = found.vocabulary
    for text in [*TEXTS, *random_texts(1, 150)]:
        assert ours.encode(text) == ordinary(own, text), text
        assert ours.encode_markup(text + MARKUP) == theirs.encode(text + MARKUP, add_special_tokens=False)
        assert not set(ours.control.values()) & set(ours.encode(text + MARKUP))
    assert ours.stop_ids == {own.token_to_id("<|im_end|>"), own.token_to_id("<|endoftext|>")}
    assert (found.bos, found.eos, found.chat_template, ours.bos_id) == ("", "<|im_end|>", "{{ 1 }}", None)
    assert ours.size == own.get_vocab_size()
    think = own.token_to_id("<think>")
    assert ours.bytes_of(think) == b"<think>"


def test_vocab_json_and_merges_txt_are_the_same_tokenizer(tmp_path: Path) -> None:
    own = qwen()
    held = saved(own)
    listed = {token["id"]: token for token in held["added_tokens"]}
    folder = write_folder(
        tmp_path,
        vocab__json=held["model"]["vocab"],
        merges__txt="#version: 0.2\n" + "\n".join(" ".join(m) for m in held["model"]["merges"]),
        tokenizer_config__json={"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": listed},
    )
    ours = read_folder_tokenizer(folder).vocabulary
    for text in [*TEXTS, *random_texts(2, 100)]:
        assert ours.encode(text) == ordinary(own, text), text
    assert ours.encode_markup(MARKUP) == own.encode(MARKUP, add_special_tokens=False).ids


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
@pytest.mark.parametrize(("rule", "trim"), [("identity", False), ("nmt_nfkc", True)])
def test_tokenizer_model_gives_sentencepieces_ids(tmp_path: Path, kind: str, rule: str, trim: bool) -> None:
    model = sentencepiece_model(kind, rule, trim, "<think>")
    more = {"500": {"content": "<|im_end|>", "special": True}, "501": {"content": "<tool>", "special": False}}
    folder = write_folder(
        tmp_path,
        tokenizer__model=model,
        tokenizer_config__json={"bos_token": "<s>", "eos_token": "</s>", "added_tokens_decoder": more},
    )
    found, sp = read_folder_tokenizer(folder), processor(model)
    ours = found.vocabulary
    for text in [*TEXTS, *random_texts(3, 200)]:
        # After an added token transformers and llama.cpp write a space; for byte pieces see `make_unigram`.
        if "<think>" not in text and (kind == "bpe" or "<0x" not in text):
            assert ours.encode(text) == sp.encode(text), text
        assert not set(ours.control.values()) & set(ours.encode(text))
    assert ours.control == {"<unk>": 0, "<s>": 1, "</s>": 2, "<|im_end|>": 500}
    assert (ours.bos_id, ours.stop_ids, ours.size) == (1, {2, 500}, 502)
    assert 501 in ours.encode("a<tool>b")
    assert ours.bytes_of(501) == b"<tool>"


def llama_json(scheme: str) -> Tokenizer:
    """As transformers writes Llama's and Mistral's: SentencePiece's BPE with byte pieces."""
    from desktop_app.engine.tokenizer import make_vocabulary

    made = make_vocabulary(gguf_of_sentencepiece(sentencepiece_model("bpe"), "llama")).tokenizer
    held = saved(made)["model"]
    pieces = {"<unk>": 0, "<s>": 1, "</s>": 2} | held["vocab"]
    merges = [tuple(merge) for merge in held["merges"]]
    own = Tokenizer(models.BPE(pieces, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if scheme == "prepend":
        own.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    else:
        own.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme=scheme, split=False)
    own.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    own.add_special_tokens(["<unk>", "<s>", "</s>"])
    own.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return own


@pytest.mark.parametrize("scheme", ["prepend", "always", "first", "never"])
def test_spaces_stand_where_transformers_puts_them(tmp_path: Path, scheme: str) -> None:
    own = llama_json(scheme)
    folder = write_folder(
        tmp_path, tokenizer__json=own.to_str(), tokenizer_config__json={"bos_token": {"content": "<s>"}}
    )
    ours = read_folder_tokenizer(folder).vocabulary
    theirs = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    again = load_vocabulary(dump_vocabulary(ours))
    for text in [*TEXTS, *random_texts(4, 60)]:
        markup = f"{text}<s>the {text}</s>\n fox"
        expected = theirs.encode(markup, add_special_tokens=False)
        assert ours.encode_markup(markup) == expected, markup
        assert again.encode_markup(markup) == expected
        assert ours.encode(text) == ordinary(own, text)
    assert ours.bos_id == 1  # from the post-processor


def first_texts(vocabulary: Vocabulary, text: str) -> str:
    """``text`` there and back, as the beginning of a reply."""
    ids = vocabulary.encode(text)
    return b"".join(vocabulary.bytes_of(token, begins=n == 0) for n, token in enumerate(ids)).decode()


@pytest.mark.parametrize("text", ["fox", " fox", "  fox", "你好", " 你好"])
@pytest.mark.parametrize("scheme", ["prepend", "always", "first", "never"])
def test_the_space_that_begins_a_reply_is_the_models_where_the_tokenizer_writes_none(
    tmp_path: Path, scheme: str, text: str
) -> None:
    folder = write_folder(tmp_path, tokenizer__json=llama_json(scheme).to_str())
    ours = read_folder_tokenizer(folder).vocabulary
    begun = ours.bytes_of(ours.encode("fox")[0])
    assert begun.startswith(b" ") == (scheme != "never")
    if scheme in ("prepend", "never") or not text.startswith(" "):  # Metaspace adds none to a space
        assert first_texts(ours, text) == text
        assert first_texts(load_vocabulary(dump_vocabulary(ours)), text) == text


@pytest.mark.parametrize("space_first", [True, False])
@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_so_it_is_with_sentencepieces_own_file(tmp_path: Path, kind: str, space_first: bool) -> None:
    model = sentencepiece_model(kind, space_first=space_first)
    ours = read_folder_tokenizer(write_folder(tmp_path, tokenizer__model=model)).vocabulary
    assert ours.encode("fox") == processor(model).encode("fox")
    assert ours.bytes_of(ours.encode("fox")[0]).startswith(b" ") == space_first
    for text in ("fox", " fox", "  fox", "你好", " 你好"):
        assert first_texts(ours, text) == text


def test_control_tokens_take_white_space_away_where_transformers_lets_them(tmp_path: Path) -> None:
    own = qwen()
    held = saved(own)
    for token in held["added_tokens"]:
        token["rstrip"] = token["content"] in ("<|im_start|>", "<|im_end|>")
        token["lstrip"] = token["content"] == "<|im_end|>"
    folder = write_folder(tmp_path, tokenizer__json=held)
    theirs = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    ours = load_vocabulary(dump_vocabulary(read_folder_tokenizer(folder).vocabulary))
    markup = " <|im_start|> \n user \n <|im_end|>\n\n<|im_end|> \t <|endoftext|> x <|im_start|>"
    assert ours.encode_markup(markup) == theirs.encode(markup, add_special_tokens=False)


def test_a_role_that_the_file_calls_ordinary_is_nobodys_to_type(tmp_path: Path) -> None:
    own = qwen()
    own.add_tokens(["<｜User｜>"])
    found = read_folder_tokenizer(write_folder(tmp_path, tokenizer__json=own.to_str())).vocabulary
    number = own.token_to_id("<｜User｜>")
    assert number not in found.encode("a<｜User｜>b")
    assert found.encode_markup("<｜User｜>") == [number]


def test_runs_of_spaces_among_the_added_tokens_are_spaces(tmp_path: Path) -> None:
    own = llama_json("never")
    own.add_tokens(["▁▁▁▁▁"])
    found = read_folder_tokenizer(write_folder(tmp_path, tokenizer__json=own.to_str())).vocabulary
    assert found.bytes_of(own.token_to_id("▁▁▁▁▁")) == b"     "


def test_unigram_tokenizer_json_gives_transformers_ids(tmp_path: Path) -> None:
    sp = processor(sentencepiece_model("unigram"))
    pieces = [(sp.id_to_piece(i), sp.get_score(i)) for i in range(sp.get_piece_size())]
    own = Tokenizer(models.Unigram(pieces, 0, True))
    own.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
    own.decoder = decoders.Metaspace("▁")
    own.add_special_tokens(["<unk>", "<s>", "</s>"])
    ours = read_folder_tokenizer(write_folder(tmp_path, tokenizer__json=own.to_str())).vocabulary
    for text in random_texts(9, 150):
        if not any(mark in text for mark in ("<unk>", "<s>", "</s>")):
            assert ours.encode(text) == own.encode(text, add_special_tokens=False).ids
        assert not {1, 2} & set(ours.encode(text))
        markup = f"<s>{text}</s>the fox"
        assert ours.encode_markup(markup) == own.encode(markup, add_special_tokens=False).ids


def test_the_template_of_its_own_file_wins(tmp_path: Path) -> None:
    named = [{"name": "tool_use", "template": "T"}, {"name": "default", "template": "D"}]
    folder = write_folder(
        tmp_path, tokenizer__json=qwen().to_str(), tokenizer_config__json={"chat_template": named}
    )
    assert read_folder_tokenizer(folder).chat_template == "D"
    write_folder(folder, chat_template__jinja="J\n")
    assert read_folder_tokenizer(folder).chat_template == "J\n"


def changed(path: str, value: Any) -> dict[str, Any]:
    """A good ``tokenizer.json`` with ``value`` at ``path``."""
    held = copy.deepcopy(saved(qwen()))
    here, *steps = held, *path.split(".")
    for step in steps[:-1]:
        here = here[int(step) if step.isdecimal() else step]
    here[int(steps[-1]) if steps[-1].isdecimal() else steps[-1]] = value
    return held


BAD: dict[str, tuple[str, Any, str]] = {
    "no model": ("model", None, "model_damaged"),
    "unknown model": ("model", {"type": "WordPiece", "vocab": {"a": 0}}, "model_unsupported"),
    "empty vocabulary": ("model.vocab", {}, "model_damaged"),
    "id is text": ("model.vocab.Ġthe", "7", "model_damaged"),
    "id is huge": ("model.vocab.Ġthe", 1 << 40, "model_damaged"),
    "id is negative": ("model.vocab.Ġthe", -1, "model_damaged"),
    "same id": ("model.vocab.Ġthe", 5, "model_damaged"),
    "merge of three": ("model.merges.0", ["a", "b", "c"], "model_damaged"),
    "merge of strangers": ("model.merges.0", ["xyzzy", "plugh"], "model_damaged"),
    "marked parts": ("model.end_of_word_suffix", "</w>", "model_unsupported"),
    "unknown stage": ("pre_tokenizer", {"type": "Exec"}, "model_unsupported"),
    "unknown normalizer": (
        "normalizer",
        {"type": "Sequence", "normalizers": [{"type": "X"}]},
        "model_unsupported",
    ),
    "endless pattern": (
        "pre_tokenizer.pretokenizers.0.pattern",
        {"Regex": "(a+)+$"},
        "model_unsupported",
    ),
    "growing text": (
        "normalizer",
        {"type": "Replace", "pattern": {"String": "a"}, "content": "b" * 10_000},
        "model_unsupported",
    ),
    "table of growth": (
        "normalizer",
        {"type": "Precompiled", "precompiled_charsmap": "AAQAAA" + "A" * 1400 + "////"},
        "model_damaged",
    ),
    "no decoder": ("decoder", None, "model_unsupported"),
    "added without id": ("added_tokens.0.id", None, "model_damaged"),
}


@pytest.mark.parametrize(("path", "value", "kind"), BAD.values(), ids=BAD.keys())
def test_a_tokenizer_that_could_harm_is_refused(tmp_path: Path, path: str, value: Any, kind: str) -> None:
    folder = write_folder(tmp_path, tokenizer__json=changed(path, value))
    with pytest.raises(InkhornError) as caught:
        read_folder_tokenizer(folder)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    "content", ["[]", "{", "[" * 100_000, '{"a": NaN}', '{"a": 1, "a": 2}', b"\xff\xfe{}"]
)
def test_what_is_not_an_object_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(InkhornError) as caught:
        read_folder_tokenizer(write_folder(tmp_path, tokenizer__json=content))
    assert caught.value.kind == "model_damaged"


def test_a_folder_without_a_tokenizer_says_so(tmp_path: Path) -> None:
    with pytest.raises(InkhornError) as caught:
        read_folder_tokenizer(tmp_path)
    assert caught.value.kind == "model_unsupported"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text(qwen().to_str(), encoding="utf-8")
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "tokenizer.json").symlink_to(outside)
    with pytest.raises(InkhornError, match="link"):
        read_folder_tokenizer(folder)


@pytest.mark.parametrize(
    "content", [b"", b"\x0a\xff", b"\x0a\x02\x0a", b"\xff" * 40, b"\x0b\x0a", b"\x0a\x03\x0a\x01\xff"]
)
def test_a_broken_sentencepiece_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InkhornError) as caught:
        read_folder_tokenizer(write_folder(tmp_path, tokenizer__model=content))
    assert caught.value.kind == "model_damaged"


@pytest.mark.parametrize(
    ("pattern", "safe"),
    [
        (QWEN2, True),
        (r"\d{1,3}(?=(?:\d{3})*\b)", True),
        (r"[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))*((?=[\p{L}])([^A-Z]))+", True),
        (r"[\p{Han}&&[^a]]+|\]x[]a]", True),
        (r"(a+)+$", False),
        (r"(?:(?:a+)|b)*", False),
        (r"(a|a)*b", False),
        (r"(a?a?)*b", False),
        (r"(a{0,9}){50}", False),
        (r"a*a*a*a*b", False),
        ("a?" * 30 + "a" * 30, False),
        (r"(a)\1", False),
        (r"(?<x>a\g<x>?)", False),
        ("(", False),
        ("x" * 5000, False),
    ],
)
def test_patterns_that_never_end_are_known(pattern: str, safe: bool) -> None:
    assert is_safe(pattern) is safe
