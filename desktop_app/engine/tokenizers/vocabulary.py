"""Text to token ids and back, whatever file the vocabulary came from.

Control tokens (``<|im_start|>`` and kin) are not part of the `tokenizers.Tokenizer` here at all: it
cannot produce them whatever a user types. They are found by `Vocabulary.encode_markup`, which runs
on the chat template's own words only (see `desktop_app.engine.template`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from tokenizers import Tokenizer

from desktop_app.core.errors import InkhornError
from desktop_app.engine.refusals import damaged

Form = Literal["letters", "pieces"]
"""How a token's text stands for bytes: GPT-2's printable letters, one a byte; or SentencePiece's plain
text with ``▁`` for a space and ``<0xE4>`` for a byte."""

SPACE = "▁"
_BYTE_PIECE = re.compile("<0x([0-9A-Fa-f]{2})>")
_HELD = "\ufdd0"  # not a character (Unicode 23.7), so no text has it; one that does gets another


def held_place(token: int) -> str:
    """What stands in a list of pieces for ``token`` that ordinary text never becomes."""
    return f"{_HELD}{token}"


def _byte_letters() -> dict[str, int]:
    """GPT-2's printable letter of each byte (openai/gpt-2, ``encoder.py``, ``bytes_to_unicode``)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(b): b for b in plain} | {chr(256 + n): b for n, b in enumerate(others)}


BYTE_OF_LETTER = _byte_letters()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What turns text into ids and ids into bytes. ``control`` maps the control tokens' text to ids;
    ``stop_ids`` are those that end a reply; ``bos_id`` is put before every prompt, if not None.
    ``prefix``: only the very beginning of a text gets SentencePiece's space (where every piece of text
    gets one, or none, ``tokenizer`` sees to it). ``strips`` are control tokens that take the white space
    before them (``l``) or after them (``r``) away from markup, or both (``lr``). Build it with
    `from_gguf.make_vocabulary` or `folder.read_folder_tokenizer`."""

    tokenizer: Tokenizer
    size: int
    control: dict[str, int]
    stop_ids: frozenset[int]
    bos_id: int | None
    user_defined: dict[int, str] = field(default_factory=dict)
    form: Form = "letters"
    prefix: bool = False
    strips: dict[str, str] = field(default_factory=dict)

    def encode(self, text: str) -> list[int]:
        """Ids of ``text`` taken as ordinary text: never a control token (but for the unknown token of a
        vocabulary that cannot spell every character). Raises InkhornError: ``model_unsupported``."""
        spaced = not self.prefix or not text or text.startswith((" ", SPACE))
        return self._encode(text if spaced else SPACE + text)

    def encode_markup(self, markup: str, guard: str = "") -> list[int]:
        """Ids of a rendered chat template: control tokens are recognised, except where the ``guard``
        character breaks them; the guards are then taken out."""
        ids: list[int] = []
        pattern = _pattern(tuple(self.control)) if self.control else None
        parts = pattern.split(markup) if pattern else [markup]
        for position, part in enumerate(parts):
            if position % 2:
                ids.append(self.control[part])
                continue
            text = part.replace(guard, "") if guard else part
            if self.strips:
                text = self._stripped(
                    text, parts[position - 1 : position], parts[position + 1 : position + 2]
                )
            if text:
                ids += self.encode(text) if position == 0 else self._encode(text)
        return ids

    def bytes_of(self, token: int, begins: bool = False) -> bytes:
        """The bytes that ``token`` adds to the text; none for control tokens. With ``begins`` those at
        the beginning of a text, without the space that the vocabulary itself writes there, if it is one
        that does (Llama 2's is, Gemma's is not: a space is then the model's)."""
        if token in self.user_defined:
            text = self.user_defined[token]
            return (text.replace(SPACE, " ") if self.form == "pieces" else text).encode()
        piece: str | None = self.tokenizer.id_to_token(token)
        if piece is None or piece in self.control or piece.startswith(_HELD):
            return b""
        if self.form == "letters":
            return bytes(BYTE_OF_LETTER[letter] for letter in piece if letter in BYTE_OF_LETTER)
        byte = _BYTE_PIECE.fullmatch(piece)
        if byte:
            return bytes([int(byte[1], 16)])
        text = piece.replace(SPACE, " ")
        return (text[1:] if begins and text.startswith(" ") and self._writes_space() else text).encode()

    def _writes_space(self) -> bool:
        """Whether a text is given a space before its first word, by whichever part of the tokenizer."""
        ids = self.encode("a")
        return bool(ids) and str(self.tokenizer.id_to_token(ids[0])).startswith(SPACE)

    def _encode(self, text: str) -> list[int]:
        text = text.replace(_HELD, "\ufffd")
        try:
            ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        except TypeError:  # half a surrogate pair, as broken input methods send
            return self._encode(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        except BaseException as error:  # tokenizers raises plain Exception, PyO3 panics BaseException
            if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError | GeneratorExit):
                raise
            raise InkhornError("model_unsupported", "The model's tokenizer fails on this text.") from None
        return ids

    def _stripped(self, text: str, before: list[str], after: list[str]) -> str:
        if before and "r" in self.strips.get(before[0], ""):
            text = text.lstrip()
        return text.rstrip() if after and "l" in self.strips.get(after[0], "") else text


@lru_cache(maxsize=4)
def _pattern(control: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(control, key=len, reverse=True)
    return re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")


def dump_vocabulary(vocabulary: Vocabulary) -> dict[str, str]:
    """File names and contents that `load_vocabulary` reads back: fast, without the model's own files."""
    rest = {
        "size": vocabulary.size,
        "control": vocabulary.control,
        "stop_ids": sorted(vocabulary.stop_ids),
        "bos_id": vocabulary.bos_id,
        "user_defined": {str(number): text for number, text in vocabulary.user_defined.items()},
        "form": vocabulary.form,
        "prefix": vocabulary.prefix,
        "strips": vocabulary.strips,
    }
    return {
        "tokenizer.json": vocabulary.tokenizer.to_str(),
        "vocabulary.json": json.dumps(rest, ensure_ascii=False),
    }


def load_vocabulary(files: dict[str, str]) -> Vocabulary:
    """The reverse of `dump_vocabulary`. Raises ValueError, KeyError or TypeError on damaged files."""
    rest = json.loads(files["vocabulary.json"])
    return Vocabulary(
        tokenizer=Tokenizer.from_str(files["tokenizer.json"]),
        size=int(rest["size"]),
        control=dict(rest["control"]),
        stop_ids=frozenset(rest["stop_ids"]),
        bos_id=rest["bos_id"],
        user_defined={int(number): text for number, text in rest["user_defined"].items()},
        form="pieces" if rest["form"] == "pieces" else "letters",
        prefix=bool(rest["prefix"]),
        strips=dict(rest["strips"]),
    )


@contextmanager
def refusing(why: str) -> Iterator[None]:
    """Turn what `tokenizers` raises on data that does not fit into `damaged`."""
    try:
        yield
    except InkhornError:
        raise
    except BaseException as error:  # tokenizers raises plain Exception, PyO3 panics BaseException
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError | GeneratorExit):
            raise
        raise damaged(why) from None
