"""``tokenizer.model``, SentencePiece's own file, read without its C++ library: the file is a stranger's.

Layout: sentencepiece ``sentencepiece_model.proto`` in the protocol buffers' wire format
(https://protobuf.dev/programming-guides/encoding/). Only what tokenizing needs is read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from desktop_app.core.errors import InkhornError
from desktop_app.engine.refusals import damaged
from desktop_app.engine.tokenizers.pieces import Pieces

MAX_PIECES = 1_000_000
# SentencePiece.Type
_UNKNOWN, _CONTROL, _USER_DEFINED, _UNUSED, _BYTE = 2, 3, 4, 5, 6
# TrainerSpec.ModelType
_UNIGRAM, _BPE = 1, 2

Value = int | bytes


@dataclass(frozen=True, slots=True)
class SentencePieceFile:
    """``control`` and ``user_defined`` are ids in ``model.pieces``."""

    model: Pieces
    unigram: bool
    control: list[int]
    user_defined: list[int]


def read_sentencepiece(content: bytes) -> SentencePieceFile:
    """Raises InkhornError: ``model_damaged``, ``model_unsupported``."""
    pieces: list[str] = []
    scores: list[float] = []
    kinds: list[int] = []
    trainer: dict[int, Value] = {}
    cleaning: dict[int, Value] = {}
    for number, value in _fields(content):
        if number == 1:
            held = dict(_fields(_part(value)))
            pieces.append(_text(held.get(1, b"")))
            scores.append(_real(held.get(2, 0)))
            kinds.append(_whole(held.get(3, 1)))
            if len(pieces) > MAX_PIECES:
                raise damaged("It has too many pieces.")
        elif number == 2:
            trainer = dict(_fields(_part(value)))
        elif number == 3:
            cleaning = dict(_fields(_part(value)))
    if not pieces or len(set(pieces)) != len(pieces):
        raise damaged("Its pieces do not hold together.")
    model_type = trainer.get(3, _UNIGRAM)
    if model_type not in (_UNIGRAM, _BPE) or trainer.get(24, 0):
        raise InkhornError(
            "model_unsupported", "This version does not know the model's kind of SentencePiece."
        )
    by_kind = {kind: [i for i, found in enumerate(kinds) if found == kind] for kind in set(kinds)}
    control = [*by_kind.get(_CONTROL, []), *by_kind.get(_UNKNOWN, [])]
    model = Pieces(
        pieces=pieces,
        scores=scores,
        left_out=frozenset([*control, *by_kind.get(_UNUSED, [])]),
        unknown=by_kind[_UNKNOWN][0] if by_kind.get(_UNKNOWN) else None,
        byte_fallback=len(by_kind.get(_BYTE, [])) == 256,
        space_first=bool(cleaning.get(3, 1)),
        trim=bool(cleaning.get(4, 1)),
        charsmap=_part(cleaning.get(2, b"")),
    )
    return SentencePieceFile(model, model_type == _UNIGRAM, control, by_kind.get(_USER_DEFINED, []))


def _fields(content: bytes) -> Iterator[tuple[int, Value]]:
    """Field numbers and values of a message: integers, bytes; 4 and 8 fixed bytes come as bytes."""
    at, end = 0, len(content)
    while at < end:
        key, at = _varint(content, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(content, at)
            yield number, value
            continue
        if wire == 2:
            size, at = _varint(content, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise damaged("It is not a SentencePiece model.")
        if size > end - at:
            raise damaged("It ends too early.")
        yield number, content[at : at + size]
        at += size


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(content):
            raise damaged("It ends too early.")
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise damaged("A number in it is too long.")


def _part(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise damaged("It is not a SentencePiece model.")
    return value


def _text(value: Value) -> str:
    try:
        return _part(value).decode()
    except UnicodeDecodeError:
        raise damaged("A piece in it is not UTF-8.") from None


def _real(value: Value) -> float:
    if value == 0:
        return 0.0
    if not isinstance(value, bytes) or len(value) != 4:
        raise damaged("A score in it is not a number.")
    return float(struct.unpack("<f", value)[0])


def _whole(value: Value) -> int:
    if not isinstance(value, int):
        raise damaged("It is not a SentencePiece model.")
    return value
