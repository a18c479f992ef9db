"""``tokenizer.json``, the hub's own form of a tokenizer: checked, and its control tokens taken out.

The file is data for the `tokenizers` library, which trusts it: so only parts known to be harmless pass
(see `pipeline`), and ids that are not absurd.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from tokenizers import Tokenizer

from desktop_app.engine.refusals import damaged, unsupported
from desktop_app.engine.tokenizers.pipeline import (
    first_token,
    form_of,
    take_first_space,
    vetted_normalizer,
    vetted_pre_tokenizer,
)
from desktop_app.engine.tokenizers.vocabulary import Form, held_place, refusing

MAX_TOKENS = 2_000_000
MAX_TOKEN_CHARACTERS = 4096


@dataclass(frozen=True, slots=True)
class Added:
    """A token beside the model's own vocabulary: ``raw`` is its entry in ``added_tokens``."""

    text: str
    id: int
    control: bool
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileTokenizer:
    """What a folder's tokenizer is, before it is known which tokens end a reply."""

    tokenizer: Tokenizer
    size: int
    control: dict[str, int]
    user_defined: dict[int, str]
    form: Form
    prefix: bool = False
    adds: str | None = None
    """The control token that the tokenizer itself puts before every text."""
    strips: dict[str, str] = field(default_factory=dict)


def read_tokenizer_json(raw: dict[str, Any], more: Sequence[Added]) -> FileTokenizer:
    """``raw`` is the parsed file; ``more`` what other files say of added tokens, and they win. Raises
    InkhornError: ``model_damaged``, ``model_unsupported``."""
    added = {token.id: token for token in [*_added_tokens(raw), *more]}
    model = raw.get("model")
    if not isinstance(model, dict):
        raise damaged("Its tokenizer has no model.")
    control = {token.text: token.id for token in added.values() if token.control and token.text}
    own = {token.id: token.text for token in added.values() if not token.control and token.text}
    kind = model.get("type") or ("BPE" if "merges" in model else "Unigram")
    if kind == "BPE":
        model, size = _bpe(model, control, own)
    elif kind == "Unigram":
        model, size = _unigram(model, control, own)
    else:
        raise unsupported(f"its tokenizer is of the kind {str(kind)[:40]!r}")
    normalizer = vetted_normalizer(raw.get("normalizer"))
    pre_tokenizer = vetted_pre_tokenizer(raw.get("pre_tokenizer"))
    prefix = normalizer is None and take_first_space(pre_tokenizer)
    parts = {
        "version": "1.0",
        "added_tokens": [_entry(token) for token in added.values() if token.id in own],
        "normalizer": normalizer,
        "pre_tokenizer": pre_tokenizer,
        "decoder": raw.get("decoder"),
        "model": model | {"type": kind},
    }
    with refusing("Its tokenizer does not hold together."):
        tokenizer = Tokenizer.from_str(json.dumps(parts))
    form, adds = form_of(raw.get("decoder")), first_token(raw.get("post_processor"))
    return FileTokenizer(tokenizer, size, control, own, form, prefix, adds, stripping(added.values()))


def _added_tokens(raw: dict[str, Any]) -> Iterator[Added]:
    listed = raw.get("added_tokens") or []
    if not isinstance(listed, list) or len(listed) > MAX_TOKENS:
        raise damaged("Its added tokens are not a list.")
    for entry in listed:
        if not isinstance(entry, dict):
            raise damaged("An added token is not an object.")
        yield added_token(entry.get("content"), entry.get("id"), entry)


def added_token(text: Any, number: Any, entry: dict[str, Any]) -> Added:
    """Checked. Raises InkhornError: ``model_damaged``."""
    if not isinstance(text, str) or len(text) > MAX_TOKEN_CHARACTERS or not is_id(number):
        raise damaged("An added token has no text or no id.")
    return Added(text, number, entry.get("special") is True, entry)


def stripping(added: Iterable[Added]) -> dict[str, str]:
    """The control tokens that take white space away; see `Vocabulary`."""
    sides = {
        token.text: "".join(side for side in "lr" if token.raw.get(f"{side}strip") is True)
        for token in added
        if token.control
    }
    return {text: found for text, found in sides.items() if found}


def is_id(number: object) -> TypeGuard[int]:
    """Whether somebody else's JSON has a token's number here."""
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < MAX_TOKENS


def _entry(token: Added) -> dict[str, Any]:
    flags = ("single_word", "lstrip", "rstrip", "normalized")
    return {
        "id": token.id,
        "content": token.text,
        "special": False,
        **{flag: token.raw.get(flag) is True for flag in flags},
    }


def _bpe(model: dict[str, Any], control: dict[str, int], own: dict[int, str]) -> tuple[dict[str, Any], int]:
    if model.get("continuing_subword_prefix") or model.get("end_of_word_suffix"):
        raise unsupported("its tokenizer marks the parts of words")
    held, merges = model.get("vocab"), model.get("merges")
    if not isinstance(held, dict) or not isinstance(merges, list) or not held:
        raise damaged("The vocabulary is missing.")
    if len(held) > MAX_TOKENS or len(merges) > 2 * MAX_TOKENS:
        raise damaged("The vocabulary is too long.")
    if not all(map(is_id, held.values())) or max(map(len, held)) > MAX_TOKEN_CHARACTERS:
        raise damaged("The vocabulary does not hold together.")
    unknown = model.get("unk_token")
    if unknown is not None and not isinstance(unknown, str):
        raise damaged("The unknown token is not a text.")
    for text in control.keys() & held.keys():
        control[text] = held[text]
    taken = _taken(control, own)  # perhaps under another name
    gone = {text for text, number in held.items() if number in taken} | control.keys()
    vocabulary = {text: number for text, number in held.items() if text not in gone or text == unknown}
    vocabulary |= {text: number for number, text in own.items()}
    if len(set(vocabulary.values())) != len(vocabulary):
        raise damaged("Two tokens have the same id.")
    pairs = [
        pair
        for pair in map(_pair, merges)
        if gone.isdisjoint((*pair, "".join(pair))) and "".join(pair) != unknown
    ]
    kept = {name: model.get(name) is True for name in ("fuse_unk", "byte_fallback", "ignore_merges")}
    size = max([*held.values(), *control.values(), *own]) + 1
    return {"vocab": vocabulary, "merges": pairs, "dropout": None, "unk_token": unknown, **kept}, size


def _taken(control: dict[str, int], own: dict[int, str]) -> set[int]:
    """The ids of control tokens, which are no other token's: out of ``own`` they go."""
    taken = set(control.values())
    for number in taken & own.keys():
        del own[number]
    return taken


def _pair(merge: Any) -> tuple[str, str]:
    parts = merge.split(" ") if isinstance(merge, str) else merge
    if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, str) for part in parts):
        raise damaged("A merge is not a pair.")
    return parts[0], parts[1]


def _unigram(
    model: dict[str, Any], control: dict[str, int], own: dict[int, str]
) -> tuple[dict[str, Any], int]:
    """Pieces that text must not become keep their place, as in `pieces.make_unigram`."""
    held, unknown = model.get("vocab"), model.get("unk_id")
    if not isinstance(held, list) or not held or len(held) > MAX_TOKENS:
        raise damaged("The vocabulary is missing.")
    size = max([len(held) - 1, *control.values(), *own]) + 1
    if size > len(held) + len(control) + len(own):
        raise damaged("An added token's id is far outside the vocabulary.")
    pieces = [_piece(entry) for entry in held]
    pieces += [(held_place(number), 0.0) for number in range(len(held), size)]
    control |= {text: number for number, (text, _) in enumerate(pieces) if text in control}
    taken = _taken(control, own)
    listed: list[tuple[str, float]] = []
    for number, (text, score) in enumerate(pieces):
        listed.append(
            (own.get(number, held_place(number) if text in control or number in taken else text), score)
        )
    if unknown is not None:
        if not is_id(unknown) or unknown >= len(held):
            raise damaged("The unknown token lies outside the vocabulary.")
        listed[unknown] = (held_place(unknown), listed[unknown][1])
    return {"vocab": listed, "unk_id": unknown, "byte_fallback": model.get("byte_fallback") is True}, size


def _piece(entry: Any) -> tuple[str, float]:
    if (
        not isinstance(entry, list)
        or len(entry) != 2
        or not isinstance(entry[0], str)
        or len(entry[0]) > MAX_TOKEN_CHARACTERS
        or not isinstance(entry[1], int | float)
        or not abs(entry[1]) < 1e9
    ):
        raise damaged("A piece of its vocabulary is not one.")
    return entry[0], float(entry[1])
