"""The vocabulary that stands in a GGUF file's metadata (``tokenizer.ggml.*``)."""

from __future__ import annotations

from typing import Any

import numpy as np
from tokenizers import AddedToken, Tokenizer

from desktop_app.core.errors import InkhornError
from desktop_app.engine.refusals import damaged
from desktop_app.engine.tokenizers.byte_bpe import SPLITS, make_byte_bpe
from desktop_app.engine.tokenizers.pieces import Pieces, make_piece_bpe, make_unigram
from desktop_app.engine.tokenizers.stopping_names import ALWAYS_CONTROL, STOP_NAMES
from desktop_app.engine.tokenizers.vocabulary import Form, Vocabulary, refusing

# llama.h, enum llama_token_type
_NORMAL, _UNKNOWN, _CONTROL, _USER_DEFINED, _UNUSED, _BYTE = 1, 2, 3, 4, 5, 6


def make_vocabulary(metadata: dict[str, Any]) -> Vocabulary:
    """The vocabulary in a GGUF file's ``metadata``. Raises InkhornError: ``model_unsupported`` for a
    kind of tokenizer not known here, ``model_damaged`` for one that does not hold together."""
    model, pre = metadata.get("tokenizer.ggml.model"), metadata.get("tokenizer.ggml.pre", "gpt-2")
    if model not in ("gpt2", "llama", "t5") or (model == "gpt2" and _unknown_split(pre)):
        named = f"{str(model)[:40]}, {str(pre)[:40]}"
        raise InkhornError(
            "model_unsupported", f"This version does not know the model's tokenizer ({named})."
        )
    tokens = metadata.get("tokenizer.ggml.tokens")
    if not isinstance(tokens, list) or not tokens or not isinstance(tokens[0], str):
        raise damaged("The vocabulary is missing.")
    by_kind = _by_kind(tokens, metadata.get("tokenizer.ggml.token_type"))
    special = by_kind.get(_CONTROL, {}) | by_kind.get(_UNKNOWN, {})
    special = {text: number for text, number in special.items() if text}
    user_defined = {text: number for text, number in by_kind.get(_USER_DEFINED, {}).items() if text}
    left_out = frozenset(special.values()) | frozenset(by_kind.get(_UNUSED, {}).values())
    ids = {name: _token_id(metadata, name, len(tokens)) for name in ("bos", "eos", "eot", "eom")}
    stop = {ids["eos"], ids["eot"], ids["eom"]} | {i for text, i in special.items() if text in STOP_NAMES}
    form: Form = "pieces"
    if model == "gpt2":
        form, bos = "letters", SPLITS[pre].bos
        tokenizer = _byte_bpe(metadata, tokens, left_out, pre)
    else:
        bos = model == "llama"
        pieces = _pieces(metadata, tokens, left_out, by_kind)
        tokenizer = make_piece_bpe(pieces) if model == "llama" else make_unigram(pieces)
    _add_user_defined(tokenizer, user_defined)
    return Vocabulary(
        tokenizer=tokenizer,
        size=len(tokens),
        control=special,
        stop_ids=frozenset(i for i in stop if i is not None),
        bos_id=ids["bos"] if metadata.get("tokenizer.ggml.add_bos_token", bos) is True else None,
        user_defined={number: text for text, number in user_defined.items()},
        form=form,
    )


def _unknown_split(pre: object) -> bool:
    return not isinstance(pre, str) or pre not in SPLITS


def _by_kind(tokens: list[str], types: Any) -> dict[int, dict[str, int]]:
    kinds = types.tolist() if isinstance(types, np.ndarray) else [_NORMAL] * len(tokens)
    if len(kinds) != len(tokens) or len(set(tokens)) != len(tokens):
        raise damaged("The vocabulary does not hold together.")
    by_kind: dict[int, dict[str, int]] = {}
    for number, (token, kind) in enumerate(zip(tokens, kinds, strict=True)):
        by_kind.setdefault(_CONTROL if token in ALWAYS_CONTROL else int(kind), {})[token] = number
    return by_kind


def _byte_bpe(metadata: dict[str, Any], tokens: list[str], left_out: frozenset[int], pre: str) -> Tokenizer:
    merges = metadata.get("tokenizer.ggml.merges")
    if not isinstance(merges, list):
        raise damaged("The vocabulary is missing.")
    ordinary = {token: number for number, token in enumerate(tokens) if number not in left_out}
    pairs = [(left, right) for left, _, right in (merge.partition(" ") for merge in map(str, merges))]
    return make_byte_bpe(ordinary, pairs, SPLITS[pre])


def _pieces(
    metadata: dict[str, Any], tokens: list[str], left_out: frozenset[int], by_kind: dict[int, dict[str, int]]
) -> Pieces:
    scores = metadata.get("tokenizer.ggml.scores")
    if not isinstance(scores, np.ndarray) or len(scores) != len(tokens):
        raise damaged("The vocabulary has no scores.")
    if not np.isfinite(scores).all():
        raise damaged("A score of its vocabulary is not a number.")
    unknown = _token_id(metadata, "unknown", len(tokens))
    if unknown is None:
        unknown = next(iter(by_kind.get(_UNKNOWN, {}).values()), None)
    charsmap = metadata.get("tokenizer.ggml.precompiled_charsmap")
    return Pieces(
        pieces=tokens,
        scores=scores.astype(np.float64).tolist(),
        left_out=left_out,
        unknown=unknown,
        byte_fallback=len(by_kind.get(_BYTE, {})) == 256,
        space_first=metadata.get("tokenizer.ggml.add_space_prefix", True) is not False,
        trim=metadata.get("tokenizer.ggml.remove_extra_whitespaces", False) is True,
        charsmap=charsmap.tobytes() if isinstance(charsmap, np.ndarray) else b"",
    )


def _add_user_defined(tokenizer: Tokenizer, user_defined: dict[str, int]) -> None:
    ordered = sorted(user_defined, key=lambda text: user_defined[text])
    with refusing("Its added tokens do not hold together."):
        tokenizer.add_tokens([AddedToken(text, normalized=False) for text in ordered])


def _token_id(metadata: dict[str, Any], name: str, size: int) -> int | None:
    number = metadata.get(f"tokenizer.ggml.{name}_token_id")
    if number is None:
        return None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < size:
        raise damaged("A special token lies outside the vocabulary.")
    return number
