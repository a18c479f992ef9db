"""Text to token ids and back, from the vocabulary that stands in a GGUF file.

Control tokens (``<|im_start|>`` and kin) are not part of the `tokenizers.Tokenizer` here at all: it
cannot produce them whatever a user types. They are found by `Vocabulary.encode_markup`, which runs
on the chat template's own words only (see `desktop_app.engine.template`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

from desktop_app.core.errors import InkhornError

_NORMAL, _UNKNOWN, _CONTROL, _USER_DEFINED, _UNUSED = 1, 2, 3, 4, 5  # llama.h, enum llama_token_type

_LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)

SPLITS: dict[str, str | None] = {
    "gpt-2": None,
    "smollm": "digits",
    "llama-bpe": _LLAMA3,
    "qwen2": _LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}"),
}
"""``tokenizer.ggml.pre`` to how text is cut before BPE: None is GPT-2's own pattern, "digits" is the
same after single digits are cut out, anything else is the pattern. From llama.cpp, llama-vocab.cpp."""

_STOP_NAMES = frozenset(
    (
        "<|im_end|>",
        "<|eot_id|>",
        "<|eom_id|>",
        "<|end|>",
        "<|endoftext|>",
        "<|end_of_text|>",
        "<end_of_turn>",
        "</s>",
    )
)
"""Control tokens that end a reply whatever the metadata says (llama.cpp treats them so too)."""


def _byte_letters() -> dict[str, int]:
    """GPT-2's printable letter of each byte (openai/gpt-2, ``encoder.py``, ``bytes_to_unicode``)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(b): b for b in plain} | {chr(256 + n): b for n, b in enumerate(others)}


_BYTE_OF_LETTER = _byte_letters()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What turns text into ids and ids into bytes. ``control`` maps the control tokens' text to ids;
    ``stop_ids`` are those that end a reply. Build it with `make_vocabulary`."""

    tokenizer: Tokenizer
    size: int
    control: dict[str, int]
    stop_ids: frozenset[int]
    bos_id: int | None
    user_defined: dict[int, str] = field(default_factory=dict)

    def encode(self, text: str) -> list[int]:
        """Ids of ``text`` taken as ordinary text: never a control token."""
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def encode_markup(self, markup: str, guard: str = "") -> list[int]:
        """Ids of a rendered chat template: control tokens are recognised, except where the ``guard``
        character breaks them; the guards are then taken out."""
        ids: list[int] = []
        pattern = self._control_pattern()
        for position, part in enumerate(pattern.split(markup) if pattern else [markup]):
            if position % 2:
                ids.append(self.control[part])
            elif part:
                ids += self.encode(part.replace(guard, "") if guard else part)
        return ids

    def _control_pattern(self) -> re.Pattern[str] | None:
        if not self.control:
            return None
        longest_first = sorted(self.control, key=len, reverse=True)
        return re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")  # re keeps it cached

    def bytes_of(self, token: int) -> bytes:
        """The bytes that ``token`` adds to the text; none for control tokens."""
        if token in self.user_defined:
            return self.user_defined[token].encode()
        letters: str | None = self.tokenizer.id_to_token(token)
        if letters is None:
            return b""
        return bytes(_BYTE_OF_LETTER[letter] for letter in letters if letter in _BYTE_OF_LETTER)


def make_vocabulary(metadata: dict[str, Any]) -> Vocabulary:
    """The vocabulary in a GGUF file's ``metadata``. Raises InkhornError: ``model_unsupported`` for a
    kind of tokenizer not known here, ``model_damaged`` for one that does not hold together."""
    model, pre = metadata.get("tokenizer.ggml.model"), metadata.get("tokenizer.ggml.pre", "gpt-2")
    if model != "gpt2" or pre not in SPLITS:
        raise InkhornError(
            "model_unsupported", f"This version does not know the model's tokenizer ({model}, {pre})."
        )
    tokens = metadata.get("tokenizer.ggml.tokens")
    merges = metadata.get("tokenizer.ggml.merges")
    types = metadata.get("tokenizer.ggml.token_type")
    if not isinstance(tokens, list) or not tokens or not isinstance(merges, list):
        raise _damaged("The vocabulary is missing.")
    kinds = types.tolist() if isinstance(types, np.ndarray) else [_NORMAL] * len(tokens)
    if len(kinds) != len(tokens) or len(set(tokens)) != len(tokens):
        raise _damaged("The vocabulary does not hold together.")
    by_kind: dict[int, dict[str, int]] = {}
    for number, (token, kind) in enumerate(zip(tokens, kinds, strict=True)):
        by_kind.setdefault(kind, {})[token] = number
    special = by_kind.get(_CONTROL, {}) | by_kind.get(_UNKNOWN, {})
    special = {text: number for text, number in special.items() if text}
    left_out = special | by_kind.get(_UNUSED, {})
    ordinary = {token: number for number, token in enumerate(tokens) if token not in left_out}
    ids = {name: _token_id(metadata, name, len(tokens)) for name in ("bos", "eos", "eot", "eom")}
    stop = {ids["eos"], ids["eot"], ids["eom"]} | {i for text, i in special.items() if text in _STOP_NAMES}
    return Vocabulary(
        tokenizer=_make_tokenizer(ordinary, merges, by_kind.get(_USER_DEFINED, {}), pre),
        size=len(tokens),
        control=special,
        stop_ids=frozenset(i for i in stop if i is not None),
        bos_id=ids["bos"] if metadata.get("tokenizer.ggml.add_bos_token") else None,
        user_defined={number: text for text, number in by_kind.get(_USER_DEFINED, {}).items()},
    )


def dump_vocabulary(vocabulary: Vocabulary) -> dict[str, str]:
    """File names and contents that `load_vocabulary` reads back: fast, without the GGUF file."""
    rest = {
        "size": vocabulary.size,
        "control": vocabulary.control,
        "stop_ids": sorted(vocabulary.stop_ids),
        "bos_id": vocabulary.bos_id,
        "user_defined": {str(number): text for number, text in vocabulary.user_defined.items()},
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
    )


def _make_tokenizer(
    vocabulary: dict[str, int], merges: list[str], user_defined: dict[str, int], pre: str
) -> Tokenizer:
    pairs = [(left, right) for left, _, right in (merge.partition(" ") for merge in merges)]
    try:
        # llama-bpe takes a whole word that is in the vocabulary before it looks at merges.
        bpe = models.BPE(vocabulary, pairs, ignore_merges=pre == "llama-bpe")
    except BaseException as error:  # tokenizers raises plain Exception, PyO3 panics BaseException
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise _damaged("Its merges do not fit its vocabulary.") from None
    tokenizer = Tokenizer(bpe)
    split = SPLITS[pre]
    first: list[Any] = []
    if split == "digits":
        first = [pre_tokenizers.Digits(individual_digits=True)]
    elif split is not None:
        first = [pre_tokenizers.Split(Regex(split), behavior="isolated")]
    whole = split is None or split == "digits"  # GPT-2's pattern is ByteLevel's own
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [*first, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=whole)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    ordered = sorted(user_defined, key=lambda text: user_defined[text])
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in ordered if text])
    return tokenizer


def _token_id(metadata: dict[str, Any], name: str, size: int) -> int | None:
    number = metadata.get(f"tokenizer.ggml.{name}_token_id")
    if number is None:
        return None
    if not isinstance(number, int) or not 0 <= number < size:
        raise _damaged("A special token lies outside the vocabulary.")
    return number


def _damaged(why: str) -> InkhornError:
    return InkhornError("model_damaged", f"The model file is damaged. {why}", why=why)
