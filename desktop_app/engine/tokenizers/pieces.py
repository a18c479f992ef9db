"""SentencePiece's models (Kudo and Richardson 2018) as `tokenizers` runs them: BPE by scores, and unigram.

SentencePiece's BPE joins the two neighbours whose joined piece has the highest score. `tokenizers` joins by
a list of pairs instead, so the list is made: every way to cut a piece in two pieces, best scores first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers

from desktop_app.engine.refusals import damaged
from desktop_app.engine.tokenizers.vocabulary import SPACE, held_place, refusing

MAX_PIECE = 512
"""Characters of a piece; the longest of known models is 93 spaces, and all cuts of a piece are tried."""
_LONGEST_EXPANSION = 64
"""Bytes that one character may be replaced by; in NFKC the most are 33."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A SentencePiece model: ``pieces[i]`` is the text of id i, ``left_out`` the ids that ordinary text never
    becomes (control, unused). ``charsmap`` is SentencePiece's table of characters to replace."""

    pieces: list[str]
    scores: Sequence[float]
    left_out: frozenset[int]
    unknown: int | None
    byte_fallback: bool
    space_first: bool = True
    trim: bool = False
    charsmap: bytes = b""


def make_piece_bpe(model: Pieces) -> Tokenizer:
    """Raises InkhornError: ``model_damaged``."""
    _check(model)
    vocabulary = {text: i for i, text in enumerate(model.pieces) if text and i not in model.left_out}
    unknown = None
    if model.unknown is not None:  # left out or not: what stands for a character that cannot be spelt
        unknown = model.pieces[model.unknown]
        vocabulary[unknown] = model.unknown
    never = {unknown} if unknown else set()
    merges = _merges(vocabulary, model.scores, never)
    with refusing("Its pieces do not hold together."):
        bpe = models.BPE(
            vocabulary, merges, unk_token=unknown, fuse_unk=True, byte_fallback=model.byte_fallback
        )
        return _complete(Tokenizer(bpe), model)


def make_unigram(model: Pieces) -> Tokenizer:
    """Raises InkhornError: ``model_damaged``. Pieces left out keep their place in the list (`held_place`). A
    text that looks like a byte piece (``<0x41>``) is taken for one, as in transformers: the library finds
    byte pieces by their text."""
    _check(model)
    listed = [
        (held_place(i) if i in model.left_out else text, float(score))
        for i, (text, score) in enumerate(zip(model.pieces, model.scores, strict=True))
    ]
    if model.unknown is not None:
        listed[model.unknown] = (held_place(model.unknown), listed[model.unknown][1])
    with refusing("Its pieces do not hold together."):
        unigram = models.Unigram(listed, model.unknown, model.byte_fallback)
        return _complete(Tokenizer(unigram), model)


def check_charsmap(charsmap: bytes) -> None:
    """Refuse a table that would make one character very long. The layout: uint32 size of the trie, the trie,
    then the NUL-ended replacements (sentencepiece, ``normalizer.cc``, ``DecodePrecompiledCharsMap``)."""
    size = int.from_bytes(charsmap[:4], "little")
    if len(charsmap) < 8 or size % 4 or not 1024 <= size < len(charsmap) - 4:
        raise damaged("Its table of characters is not one.")
    if max(map(len, charsmap[4 + size :].split(b"\0"))) > _LONGEST_EXPANSION:
        raise damaged("Its table of characters makes one character very long.")


def _check(model: Pieces) -> None:
    if any(len(text) > MAX_PIECE for text in model.pieces):
        raise damaged("A piece of its vocabulary is too long.")
    if not all(map(math.isfinite, model.scores)):
        raise damaged("A score of its vocabulary is not a number.")
    if model.charsmap:
        check_charsmap(model.charsmap)


def _complete(tokenizer: Tokenizer, model: Pieces) -> Tokenizer:
    steps: list[Any] = []
    if model.charsmap:
        steps.append(normalizers.Precompiled(model.charsmap))
    if model.trim:
        steps += [normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    if model.space_first:
        steps.append(normalizers.Prepend(SPACE))
    tokenizer.normalizer = normalizers.Sequence([*steps, normalizers.Replace(" ", SPACE)])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return tokenizer


def _merges(vocabulary: dict[str, int], scores: Sequence[float], never: set[str]) -> list[tuple[str, str]]:
    """Ordered by the joined piece's score; cuts of the same piece by the ids of their halves, as in the
    converter of transformers (``tokenization_utils_sentencepiece.py``)."""
    found: list[tuple[float, int, int, int, str, str]] = []
    for text, number in vocabulary.items():
        if text in never:
            continue
        for cut in range(1, len(text)):
            left, right = vocabulary.get(text[:cut]), vocabulary.get(text[cut:])
            if left is not None and right is not None:
                found.append((-float(scores[number]), number, left, right, text[:cut], text[cut:]))
    found.sort()
    return [(left, right) for *_, left, right in found]
