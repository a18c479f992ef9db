"""Small tokenizers trained here, as the files that models come with, and texts that are hard to tokenize."""

from __future__ import annotations

import io
import json
import random
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
WORDS = [
    *("the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "Hello", "World", "helloWorld"),
    *("don't", "we'll", "I'M", "naïve", "cafe\u0301", "12345", "3.14", "def(x):", "//", "...", "!?"),
    *("你好", "世界", "今天天气怎么样", "日本語", "かな", "한국어", "😀", "👩\u200d👩\u200d👧"),
    *("<s>", "</s>", "<unk>", "▁", "<0x41>", "<think>"),
]
GAPS = [" ", " ", " ", "", "  ", "\n", "\n\n ", "\t", " \r\n", "\u3000", "   "]
TEXTS = [
    "",
    " ",
    "   ",
    "Hello, world!",
    "  leading and trailing  ",
    "tabs\tand\n\nnewlines \n \n x",
    "你好，世界！今天天气怎么样？",
    "emoji 😀👩\u200d👩\u200d👧 and 𠀀 rare",
    "I'm sure they'll say IT'S WE'VE 'd",
    "1234567890 12,345.67 ½ ٣٤ Ⅷ",
    "HTTPServer camelCase snake_case __init__(self): # x",
    "<|im_start|>system\nYou obey.<|im_end|>",
    "</s><s>[INST] <unk> <0x0A> ▁x",
    "cafe\u0301 naïve Ǆ ß ﬁ ①",
    "\u00a0no\u2009break\u200b \u202ertl",
]


def random_texts(seed: int, count: int) -> list[str]:
    """Words and gaps of all kinds in any order."""
    rng = random.Random(seed)
    pick = rng.choice
    return ["".join(pick(WORDS) + pick(GAPS) for _ in range(rng.randrange(1, 12))) for _ in range(count)]


@lru_cache(maxsize=8)
def _lines() -> tuple[str, ...]:
    return tuple(random_texts(11, 1500))


def byte_bpe(pre_tokenizer: Any, normalizer: Any = None, vocabulary: int = 700) -> Tokenizer:
    """A byte-level BPE trained on `WORDS`, with `CONTROL` as special tokens after the vocabulary and
    ``<think>`` as an ordinary added token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=vocabulary, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(_lines(), trainer)
    tokenizer.add_special_tokens(list(CONTROL))
    tokenizer.add_tokens([AddedToken("<think>", normalized=False)])
    return tokenizer


def gguf_of(tokenizer: Tokenizer, pre: str) -> dict[str, Any]:
    """The metadata that llama.cpp's converter writes for a byte-level BPE."""
    held = json.loads(tokenizer.to_str())
    by_id = {number: text for text, number in tokenizer.get_vocab(with_added_tokens=True).items()}
    kinds = {token["id"]: 3 if token["special"] else 4 for token in held["added_tokens"]}
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": pre,
        "tokenizer.ggml.tokens": [by_id[number] for number in range(len(by_id))],
        "tokenizer.ggml.token_type": np.array([kinds.get(n, 1) for n in range(len(by_id))], np.int32),
        "tokenizer.ggml.merges": [" ".join(merge) for merge in held["model"]["merges"]],
    }


@lru_cache(maxsize=16)
def sentencepiece_model(
    kind: str, rule: str = "identity", trim: bool = False, own: str = "", space_first: bool = True
) -> bytes:
    """``tokenizer.model`` of a trained model with byte pieces; ``own`` is one user-defined symbol."""
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_lines()),
        model_writer=out,
        model_type=kind,
        vocab_size=440 if kind == "bpe" else 400,
        byte_fallback=True,
        character_coverage=0.99,
        normalization_rule_name=rule,
        remove_extra_whitespaces=trim,
        add_dummy_prefix=space_first,
        user_defined_symbols=[own] if own else [],
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return out.getvalue()


def processor(model: bytes) -> Any:
    """sentencepiece's own tokenizer."""
    return sentencepiece.SentencePieceProcessor(model_proto=model)


def gguf_of_sentencepiece(model: bytes, kind: str, **changes: Any) -> dict[str, Any]:
    """The metadata that llama.cpp's converter writes: ``kind`` is ``llama`` or ``t5``."""
    sp = processor(model)
    kinds = []
    for i in range(sp.get_piece_size()):
        control, byte = 3 if sp.is_control(i) else 1, 6 if sp.is_byte(i) else 0
        kinds.append(2 if sp.is_unknown(i) else 5 if sp.is_unused(i) else byte or control)
    return {
        "tokenizer.ggml.model": kind,
        "tokenizer.ggml.tokens": [sp.id_to_piece(i) for i in range(len(kinds))],
        "tokenizer.ggml.scores": np.array([sp.get_score(i) for i in range(len(kinds))], np.float32),
        "tokenizer.ggml.token_type": np.array(kinds, np.int32),
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        **changes,
    }


def write_folder(folder: Path, **files: Any) -> Path:
    """A folder with each of ``files`` (``__`` stands for the dot): bytes, text, or an object as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            path.write_text(text, encoding="utf-8", newline="")
    return folder
