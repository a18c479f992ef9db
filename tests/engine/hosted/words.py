"""Small real tokenizers for the tiny models: sentencepiece models are trained, not made up."""

from __future__ import annotations

import functools
import io
import json
from pathlib import Path

import sentencepiece
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from tests.engine.hosted.models import VOCABULARY

SENTENCES = [
    "The old bridge over the river was closed in the spring.",
    "Nobody knew why the letters had come so late.",
    "She wrote every morning before the town woke up.",
    "Rain fell on the roofs, and the cat slept.",
    "How many words does a language need?",
    "Ink, paper and a quiet hour are enough.",
]


@functools.cache
def sentencepiece_bytes(like: str = "t5", symbols: tuple[str, ...] = ()) -> bytes:
    """A model of 200 pieces, its first ones numbered as T5, fairseq (M2M-100, mBART) or Pegasus has them."""
    written = io.BytesIO()
    ids = {
        "t5": {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1},
        "fairseq": {"unk_id": 0, "bos_id": 1, "eos_id": 2, "pad_id": -1},
        "pegasus": {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1},
    }[like]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 20),
        model_writer=written,
        vocab_size=200,
        model_type="unigram",
        hard_vocab_limit=False,
        minloglevel=2,
        user_defined_symbols=list(symbols),
        **ids,
    )
    return written.getvalue()


def pieces_of(model: bytes) -> list[str]:
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return [processor.id_to_piece(number) for number in range(processor.get_piece_size())]


def add_marian(folder: Path, languages: tuple[str, ...] = ()) -> None:
    model = sentencepiece_bytes()
    ordinary = [piece for piece in pieces_of(model) if not piece.startswith("<")]
    names = ["</s>", "<unk>", *(f">>{code}<<" for code in languages), *ordinary]
    names += [f"<filler{n}>" for n in range(VOCABULARY - 1 - len(names))]
    vocabulary = {name: number for number, name in enumerate([*names, "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(model)


def add_m2m(folder: Path) -> None:
    model = sentencepiece_bytes("fairseq")
    ordinary = [piece for piece in pieces_of(model) if not piece.startswith("<")]
    names = ["<s>", "<pad>", "</s>", "<unk>", *ordinary][: VOCABULARY - 100]
    (folder / "vocab.json").write_text(json.dumps({n: i for i, n in enumerate(names)}), encoding="utf-8")
    (folder / "sentencepiece.bpe.model").write_bytes(model)


def add_json(folder: Path, special: tuple[str, ...], before: str = "", after: str = "") -> None:
    """A word-level ``tokenizer.json``: ``special`` tokens first."""
    words = sorted({word for sentence in SENTENCES for word in sentence.replace(".", " .").split()})
    names = [*special, *words]
    tokenizer = Tokenizer(models.WordLevel({name: n for n, name in enumerate(names)}, unk_token=special[-1]))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens(list(special))
    if before or after:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{before} $A {after}".strip(),
            special_tokens=[(name, names.index(name)) for name in {before, after} - {""}],
        )
    tokenizer.enable_truncation(5)  # files have such settings; they are not followed
    tokenizer.save(str(folder / "tokenizer.json"))
