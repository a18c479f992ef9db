"""The tokenizers of encoder-decoder models: ``tokenizer.json``, or sentencepiece models with what each
family does to their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import sentencepiece

from desktop_app.core.errors import InkhornError
from desktop_app.engine.folder_files import read_object
from desktop_app.engine.hosted.encoder_tokenizer import read_tokenizer


class Pieces(Protocol):
    """Text without any special token to ids and back. ``names`` are all tokens that are known by name."""

    names: Mapping[str, int]

    def ids(self, text: str) -> list[int]: ...

    def target_ids(self, text: str) -> list[int]:
        """As the decoder writes it."""
        ...

    def text(self, ids: Sequence[int]) -> str:
        """Special tokens and languages are left out."""
        ...


def read_pieces(folder: Path, family: str, vocabulary: int) -> Pieces:
    """Raises InkhornError ``model_missing`` and ``model_damaged``."""
    settings = read_object(folder, "tokenizer_config.json") or {}
    if family == "marian":
        return _by_vocabulary(folder, folder / "source.spm", folder / "target.spm")
    if (folder / "tokenizer.json").is_file():
        return _JsonPieces(read_tokenizer(folder, settings))
    if family == "m2m_100":
        model = folder / "sentencepiece.bpe.model"
        return _by_vocabulary(folder, model, model, _m2m_languages(settings))
    for name in ("spiece.model", "sentencepiece.bpe.model"):
        if (folder / name).is_file():
            return _OwnNumbers(_model(folder / name), family, vocabulary)
    raise InkhornError("model_missing", f"The model's tokenizer is not there: {folder.name}")


class _JsonPieces:
    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.names: Mapping[str, int] = tokenizer.get_vocab(with_added_tokens=True)

    def ids(self, text: str) -> list[int]:
        found: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return found

    def target_ids(self, text: str) -> list[int]:
        return self.ids(text)

    def text(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=True))


class _ByVocabulary:
    """Marian and M2M-100: pieces of a sentencepiece model, numbered by ``vocab.json``."""

    def __init__(self, source: Any, target: Any, names: Mapping[str, int]) -> None:
        self._source, self._target, self.names = source, target, names
        self._unknown = names["<unk>"]
        self._pieces = {number: name for name, number in names.items()}
        self._special = {names[name] for name in ("<unk>", "<pad>", "<s>", "</s>") if name in names}

    def ids(self, text: str) -> list[int]:
        return self._numbers(self._source, text)

    def target_ids(self, text: str) -> list[int]:
        return self._numbers(self._target, text)

    def _numbers(self, model: Any, text: str) -> list[int]:
        return [self.names.get(piece, self._unknown) for piece in model.encode(text, out_type=str)]

    def text(self, ids: Sequence[int]) -> str:
        pieces = [self._pieces.get(number, "") for number in ids if number not in self._special]
        return str(self._target.decode([piece for piece in pieces if not _is_language(piece)]))


class _OwnNumbers:
    """T5 as the model numbers; mBART by fairseq's, one higher, with languages behind; Pegasus with 103
    tokens of its own before."""

    def __init__(self, model: Any, family: str, vocabulary: int) -> None:
        self._model, size = model, model.get_piece_size()
        self._offset, first = 0, 3
        names = {"<unk>": model.unk_id(), "</s>": model.eos_id()}
        if family == "mbart":
            self._offset = 1
            names = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
            names |= {code: size + 1 + n for n, code in enumerate(_mbart_languages(vocabulary - size - 2))}
        elif family == "pegasus":
            self._offset, first = 103, 2
            names = {"<pad>": 0, "</s>": 1, "<unk>": 105}
        else:
            # "<2de>" and its like (MADLAD-400) are pieces of the model.
            for number in range(size):
                piece = model.id_to_piece(number)
                if _is_language(piece):
                    names[piece] = number
        self.names: Mapping[str, int] = names
        self._first, self._size = first, size
        self._unknown = names["<unk>"]

    def ids(self, text: str) -> list[int]:
        unknown = self._model.unk_id()
        found = self._model.encode(text, out_type=int)
        return [self._unknown if number == unknown else number + self._offset for number in found]

    def target_ids(self, text: str) -> list[int]:
        return self.ids(text)

    def text(self, ids: Sequence[int]) -> str:
        numbers = [number - self._offset for number in ids]
        return str(self._model.decode([number for number in numbers if self._first <= number < self._size]))


def _by_vocabulary(folder: Path, source: Path, target: Path, languages: Sequence[str] = ()) -> _ByVocabulary:
    names = read_object(folder, "vocab.json")
    if names is None:
        raise InkhornError("model_missing", f"The model's vocab.json is not there: {folder.name}")
    if "<unk>" not in names or not all(isinstance(number, int) for number in names.values()):
        raise InkhornError("model_damaged", "The model's vocab.json is damaged.")
    names |= {f"__{code}__": len(names) + n for n, code in enumerate(languages)}
    return _ByVocabulary(_model(source), _model(target), names)


def _model(path: Path) -> Any:
    if not path.is_file():
        raise InkhornError("model_missing", f"A file of the model is not there: {path.name}")
    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))
    except (RuntimeError, OSError) as error:
        raise InkhornError("model_damaged", f"The model file is damaged: {path.name}") from error


def _is_language(piece: str) -> bool:
    return (piece.startswith(">>") and piece.endswith("<<")) or (
        piece.startswith("<2") and piece.endswith(">") and len(piece) > 4
    )


def _m2m_languages(settings: Mapping[str, Any]) -> Sequence[str]:
    """They are in no file of the model: their order is the tokenizer's own."""
    from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES

    kind = settings.get("language_codes")
    codes: Sequence[str] = FAIRSEQ_LANGUAGE_CODES["wmt21" if kind == "wmt21" else "m2m100"]
    return codes


def _mbart_languages(count: int) -> Sequence[str]:
    """mBART-25's or mBART-50's, whichever the vocabulary has room for."""
    from transformers.models.mbart50.tokenization_mbart50 import FAIRSEQ_LANGUAGE_CODES

    return FAIRSEQ_LANGUAGE_CODES[: 52 if count >= 52 else 25]
