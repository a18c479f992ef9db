"""Tokenizers of folders: ``tokenizer.json``, ``tokenizer.model`` and what stands beside them, changed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from desktop_app.engine.tokenizer import dump_vocabulary, load_vocabulary
from desktop_app.engine.tokenizers.folder import read_folder_tokenizer
from tests.engine.tiny_tokenizers import byte_bpe, processor, sentencepiece_model
from tests.fuzz.mutate import mutated_bytes, mutated_json

_TEXT = "Hello aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab 你好 <|im_start|>😀\n\n  12 </s> \u00a0" + "a b " * 200
_CONFIG: dict[str, Any] = {
    "bos_token": {"content": "<s>", "special": True},
    "eos_token": "<|im_end|>",
    "add_bos_token": True,
    "added_tokens_decoder": {
        "3": {"content": "<x>", "special": False},
        "310": {"content": "<y>", "special": True},
    },
    "chat_template": [{"name": "default", "template": "{{ messages }}"}],
}
_STAGES: tuple[dict[str, Any], ...] = (
    {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated", "invert": False},
    {"type": "Split", "pattern": {"Regex": "(a|a)*c"}, "behavior": "Removed", "invert": True},
    {"type": "Split", "pattern": {"Regex": "\\s+|[^"}, "behavior": "Isolated", "invert": False},
    {"type": "Split", "pattern": {"Regex": ""}, "behavior": "MergedWithNext", "invert": True},
    {"type": "Split", "pattern": {"String": ""}, "behavior": "Isolated", "invert": False},
    {"type": "Metaspace", "replacement": "▁▁", "prepend_scheme": "first", "split": True},
    {"type": "Metaspace", "replacement": "", "prepend_scheme": "first", "split": True},
    {"type": "Digits", "individual_digits": True},
    {"type": "Punctuation", "behavior": "Contiguous"},
    {"type": "FixedLength", "length": 0},
)
_CLEANING: tuple[dict[str, Any], ...] = (
    {"type": "Replace", "pattern": {"String": "a"}, "content": "b" * 100_000},
    {"type": "Replace", "pattern": {"Regex": "a*a*a*a*c"}, "content": ""},
    {"type": "Replace", "pattern": {"String": ""}, "content": "x"},
    {"type": "Precompiled", "precompiled_charsmap": "AAQAAA" + "A" * 1400},
    {"type": "Prepend", "prepend": "xxxxxxxx"},
    {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "lowercase": True},
    {"type": "NFKC"},
)


def make(rng: random.Random, folder: Path) -> Callable[[], object]:
    for old in folder.iterdir():
        old.unlink()
    config = mutated_json(rng, _CONFIG, rng.randrange(3))
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    kind = rng.random()
    if kind < 0.3:
        rule = rng.choice(("identity", "nmt_nfkc"))
        model = sentencepiece_model(rng.choice(("bpe", "unigram")), rule)
        (folder / "tokenizer.model").write_bytes(mutated_bytes(rng, model, len(model)))
    else:
        held = mutated_json(rng, _good(rng.randrange(3)), rng.randrange(1, 5))
        if isinstance(held, dict) and rng.random() < 0.3:
            stage, cleaning = dict(rng.choice(_STAGES)), dict(rng.choice(_CLEANING))
            held["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [stage, held.get("pre_tokenizer")]}
            if rng.random() < 0.5:
                held["normalizer"] = cleaning
        content = json.dumps(held).encode()
        if rng.random() < 0.15:
            content = mutated_bytes(rng, content, len(content))
        (folder / "tokenizer.json").write_bytes(content)
    return lambda: _read(folder)


def _read(folder: Path) -> None:
    vocabulary = read_folder_tokenizer(folder).vocabulary
    unknown = _unknown(vocabulary.tokenizer)
    for token in vocabulary.control.values():
        assert vocabulary.bytes_of(token) == b""
    for text in (_TEXT, ""):
        ids = vocabulary.encode(text)
        assert set(vocabulary.control.values()) & set(ids) <= {unknown}
        vocabulary.encode_markup(text)
        for token in ids:
            vocabulary.bytes_of(token)
    load_vocabulary(dump_vocabulary(vocabulary)).encode(_TEXT)


def _unknown(tokenizer: Tokenizer) -> int | None:
    if isinstance(tokenizer.model, models.Unigram):
        found: int | None = json.loads(tokenizer.to_str())["model"]["unk_id"]
        return found
    return tokenizer.token_to_id(tokenizer.model.unk_token or "")


@lru_cache(maxsize=3)
def _good(kind: int) -> Any:
    if kind == 0:
        made = byte_bpe(pre_tokenizers.ByteLevel(add_prefix_space=False), vocabulary=290)
    elif kind == 1:
        sp = processor(sentencepiece_model("unigram"))
        pieces = [(sp.id_to_piece(i), sp.get_score(i)) for i in range(sp.get_piece_size())]
        made = Tokenizer(models.Unigram(pieces, 0, True))
        made.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
        made.decoder = decoders.Metaspace("▁")
        made.add_special_tokens(["<unk>", "<s>", "</s>"])
    else:
        pieces = {text: number for number, text in enumerate(["<unk>", "<s>", "</s>", "▁", *"abcHelo", "He"])}
        made = Tokenizer(models.BPE(pieces, [("H", "e")], unk_token="<unk>", fuse_unk=True))
        made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.Fuse()])
        made.add_special_tokens(["<unk>", "<s>", "</s>"])
    return json.loads(made.to_str())
