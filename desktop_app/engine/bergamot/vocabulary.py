"""Text to a vocabulary's pieces and back, with the characters that each piece stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sentencepiece

from desktop_app.core.errors import InkhornError

Span = tuple[int, int]
"""First and last character, the latter not included."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Of one text: ids without the end's, names, and the characters that they stand for. A space belongs to
    the piece after it."""

    ids: list[int]
    names: list[str]
    spans: list[Span]
    text: str


class Vocabulary:
    """``end`` and ``unknown`` are ids."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.size: int = model.vocab_size()
        self.end: int = model.eos_id()
        self.unknown: int = model.unk_id()

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Without the end's."""
        found: list[list[int]] = self._model.encode(list(texts))
        return found

    def ids_inside(self, word: str) -> list[int]:
        """The pieces of ``word`` where no space is before it; empty where they cannot be told."""
        ids = self.ids([f".{word}"])[0]
        names = [self._model.id_to_piece(piece) for piece in ids]
        for at in range(1, len(ids)):
            if "".join(names[:at]).removeprefix("▁") == ".":
                return ids[at:]
        return []

    def pieces(self, text: str) -> Pieces:
        found = self._model.encode(text, return_type="offset_mapping")
        return Pieces(found["ids"], found["pieces"], found["offsets"], text)

    def texts(self, ids: Sequence[list[int]]) -> list[str]:
        found: list[str] = self._model.decode(list(ids))
        return found

    def written(self, ids: list[int]) -> Pieces:
        """As `pieces`, of the text that the pieces ``ids`` make."""
        if not ids:
            return Pieces([], [], [], "")
        found = self._model.decode(ids, return_type="offset_mapping")
        return Pieces(ids, found["pieces"], found["offsets"], found["text"])


def read_vocabulary(path: Path) -> Vocabulary:
    """Raises InkhornError ``model_missing`` and ``model_damaged``."""
    if not path.is_file():
        raise InkhornError("model_missing", f"A file of the model is not there: {path.name}")
    try:
        vocabulary = Vocabulary(sentencepiece.SentencePieceProcessor(model_file=str(path)))
    except (RuntimeError, OSError) as error:
        raise InkhornError("model_damaged", f"The model file is damaged: {path.name}") from error
    if vocabulary.end < 0 or vocabulary.unknown < 0:
        raise InkhornError("model_damaged", f"The vocabulary {path.name} has no end of a sentence.")
    return vocabulary
