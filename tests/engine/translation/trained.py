"""Small encoder-decoder models that learn a few sentences by heart, written in the hub's layout.

The sentences are from Tatoeba (tatoeba.org), CC BY 2.0 FR.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES

from tests.engine.hosted.models import save, tiny

PAIRS = [
    ("A cup of tea, please.", "请给我一杯茶。"),
    ("All we need is water.", "我们需要的只有水。"),
    ("Are those explosives?", "那些是爆炸物嗎？"),
    ("Are you good at math?", "你数学好吗？"),
    ("Be quiet, all of you.", "你們所有的人都安靜。"),
    ("Can I hold your hand?", "我可以牵着你的手吗？"),
    ("Cats hate to get wet.", "猫讨厌被弄湿。"),
    ("Children need loving.", "孩子们需要关爱。"),
    ("Come home before six.", "六点之前要回家。"),
    ("Do black holes exist?", "黑洞存在吗？"),
    ("Do you have a pencil?", "你有鉛筆嗎？"),
    ("You're the kind of person I'd like to marry.", "你是我想嫁的那种人。"),
]


@dataclass(frozen=True)
class Words:
    """``encode`` gives ids without special ones; ``before`` stands before each text to be read, ``start`` is
    what the decoder begins with."""

    encode: Callable[[str], list[int]]
    before: tuple[int, ...]
    start: tuple[int, ...]
    end: int
    pad: int
    size: int
    write: Callable[[Path], None]


def _pieces() -> bytes:
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([text for pair in PAIRS for text in pair] * 4),
        model_writer=written,
        vocab_size=150,
        model_type="unigram",
        character_coverage=1.0,
        hard_vocab_limit=False,
        minloglevel=2,
        unk_id=0,
        bos_id=1,
        eos_id=2,
    )
    return written.getvalue()


def marian_words() -> Words:
    model = _pieces()
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    ordinary = [processor.id_to_piece(n) for n in range(3, processor.get_piece_size())]
    names = {name: n for n, name in enumerate(["</s>", "<unk>", *ordinary, "<pad>"])}

    def write(folder: Path) -> None:
        (folder / "vocab.json").write_text(json.dumps(names), encoding="utf-8")
        for name in ("source.spm", "target.spm"):
            (folder / name).write_bytes(model)

    def encode(text: str) -> list[int]:
        return [names.get(piece, 1) for piece in processor.encode(text, out_type=str)]

    pad = names["<pad>"]
    return Words(encode, (), (pad,), 0, pad, len(names), write)


def m2m_words() -> Words:
    model = _pieces()
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    ordinary = [processor.id_to_piece(n) for n in range(3, processor.get_piece_size())]
    names = {name: n for n, name in enumerate(["<s>", "<pad>", "</s>", "<unk>", *ordinary])}
    codes = FAIRSEQ_LANGUAGE_CODES["m2m100"]

    def write(folder: Path) -> None:
        (folder / "vocab.json").write_text(json.dumps(names), encoding="utf-8")
        (folder / "sentencepiece.bpe.model").write_bytes(model)

    def encode(text: str) -> list[int]:
        return [names.get(piece, 3) for piece in processor.encode(text, out_type=str)]

    english, chinese = (len(names) + codes.index(code) for code in ("en", "zh"))
    return Words(encode, (english,), (2, chinese), 2, 1, len(names) + len(codes), write)


def nllb_words() -> Words:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>", "eng_Latn", "zho_Hans"]
    trainer = trainers.UnigramTrainer(
        vocab_size=180, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator([text for pair in PAIRS for text in pair] * 4, trainer)

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    return Words(
        encode,
        (4,),
        (2, 5),
        2,
        1,
        tokenizer.get_vocab_size(),
        lambda folder: tokenizer.save(str(folder / "tokenizer.json")),
    )


KINDS: dict[str, tuple[str, Callable[[], Words]]] = {
    "marian": ("marian", marian_words),
    "m2m": ("m2m_100", m2m_words),
    "nllb": ("m2m_100", nllb_words),
}


def train(kind: str, folder: Path, steps: int = 140) -> Path:
    """A model that knows `PAIRS`, saved in ``folder``."""
    family, make_words = KINDS[kind]
    words = make_words()
    model = tiny(
        family,
        vocab_size=words.size,
        pad_token_id=words.pad,
        eos_token_id=words.end,
        decoder_start_token_id=words.start[0],
        forced_eos_token_id=None,
        dropout=0.0,
        attention_dropout=0.0,
        max_position_embeddings=128,
    )
    model.apply(model._init_weights)
    sources = [[*words.before, *words.encode(english), words.end] for english, _ in PAIRS]
    targets = [[*words.start, *words.encode(chinese), words.end] for _, chinese in PAIRS]
    read, wrote = _padded(sources, words.pad), _padded(targets, words.pad)
    labels = wrote[:, 1:].masked_fill(wrote[:, 1:] == words.pad, -100)
    if len(words.start) > 1:
        labels[:, : len(words.start) - 1] = -100
    given: dict[str, Any] = {
        "input_ids": read,
        "attention_mask": (read != words.pad).long(),
        "decoder_input_ids": wrote[:, :-1],
    }
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    model.train()
    for _ in range(steps):
        logits = model(**given).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.05, float(loss.detach())
    save(model.eval(), folder)
    words.write(folder)
    settings = {
        "eos_token_id": words.end,
        "pad_token_id": words.pad,
        "decoder_start_token_id": words.start[0],
    }
    (folder / "generation_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def _padded(rows: list[list[int]], pad: int) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [pad] * (longest - len(row)) for row in rows])
