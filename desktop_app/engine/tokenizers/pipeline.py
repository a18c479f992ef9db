"""The stages of a ``tokenizer.json`` around its vocabulary: which are harmless, and what they tell.

The library runs whatever stages a file names. Those that pass here end in time on every text (patterns)
and make it little longer (replacements).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from desktop_app.engine.refusals import damaged, unsupported
from desktop_app.engine.tokenizers.patterns import is_safe
from desktop_app.engine.tokenizers.pieces import check_charsmap
from desktop_app.engine.tokenizers.vocabulary import SPACE, Form

_LONGEST_REPLACEMENT = 8
_WORDS = ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "BertNormalizer", "Nmt")
_NORMALIZERS = frozenset((*_WORDS, "Strip", "Replace", "Prepend", "Precompiled", "ByteLevel"))
_BY_SPACE = ("Metaspace", "Whitespace", "WhitespaceSplit", "BertPreTokenizer")
_PRE_TOKENIZERS = frozenset((*_BY_SPACE, "ByteLevel", "Split", "Digits", "Punctuation", "UnicodeScripts"))


def vetted_normalizer(part: Any) -> Any:
    """``part`` as it is, if it is harmless. Raises InkhornError: ``model_unsupported``, ``model_damaged``."""
    return _vetted(part, "normalizers", _NORMALIZERS)


def vetted_pre_tokenizer(part: Any) -> Any:
    """As `vetted_normalizer`."""
    return _vetted(part, "pretokenizers", _PRE_TOKENIZERS)


def _vetted(part: Any, within: str, known: frozenset[str], depth: int = 0) -> Any:
    """``part`` of the pipeline if it is harmless. ``within`` is the key of a sequence's members."""
    if part is None:
        return None
    if not isinstance(part, dict) or depth > 4:
        raise damaged("A part of its tokenizer is not an object.")
    kind = part.get("type")
    if kind == "Sequence":
        members = part.get(within)
        if not isinstance(members, list) or len(members) > 32:
            raise damaged("A part of its tokenizer is not a list.")
        return {"type": kind, within: [_vetted(member, within, known, depth + 1) for member in members]}
    if not isinstance(kind, str) or kind not in known:
        raise unsupported(f"its tokenizer has a part {str(kind)[:40]!r}")
    if kind == "Precompiled":
        try:
            check_charsmap(base64.b64decode(part["precompiled_charsmap"], validate=True))
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise damaged("Its table of characters is not one.") from None
    pattern = part.get("pattern")
    if isinstance(pattern, dict) and not is_safe(str(pattern.get("Regex", ""))):
        raise unsupported("its tokenizer has a pattern that could take for ever")
    for name in ("content", "prepend", "replacement"):
        if len(str(part.get(name, ""))) > _LONGEST_REPLACEMENT:
            raise unsupported("its tokenizer makes text longer")
    return part


def take_first_space(part: Any) -> bool:
    """Whether only a text's very beginning gets a space: then it is for `Vocabulary` to give it, because a
    piece of markup is a text of its own to the library. Changes ``part``."""
    if not isinstance(part, dict):
        return False
    if part.get("type") == "Sequence":
        return sum(map(take_first_space, part["pretokenizers"])) > 0  # all of them, not up to the first
    if part.get("type") != "Metaspace" or part.get("prepend_scheme") != "first":
        return False
    if part.get("replacement") != SPACE:
        raise unsupported("its tokenizer has a mark of its own for spaces")
    part["prepend_scheme"] = "never"
    return True


def form_of(decoder: Any) -> Form:
    """How tokens stand for bytes. Raises InkhornError: ``model_unsupported``."""
    kinds = set(_kinds(decoder))
    if "ByteLevel" in kinds:
        return "letters"
    if kinds & {"Metaspace", "ByteFallback", "Replace"}:
        return "pieces"
    raise unsupported("its tokenizer does not say how tokens become text")


def _kinds(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield str(part.get("type"))
        members = part.get("decoders") or part.get("processors")
        if isinstance(members, list):
            for member in members[:32]:
                if isinstance(member, dict):
                    yield str(member.get("type"))


def first_token(processor: Any) -> str | None:
    """The special token with which a ``TemplateProcessing`` begins."""
    if not isinstance(processor, dict):
        return None
    members = processor.get("processors") if processor.get("type") == "Sequence" else [processor]
    for member in members if isinstance(members, list) else []:
        single = member.get("single") if isinstance(member, dict) else None
        first = single[0] if isinstance(single, list) and single else None
        special = first.get("SpecialToken") if isinstance(first, dict) else None
        if isinstance(special, dict) and isinstance(special.get("id"), str):
            return str(special["id"])
    return None
