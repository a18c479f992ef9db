"""Which files of a folder are a translation network of Mozilla's, by their names.

``model.enpt.intgemm.alphas.bin``, perhaps ``lex.50.50.enpt.s2t.bin`` (the likely words of the target for
each of the source), and ``vocab.enpt.spm``, or ``srcvocab.enzh.spm`` with ``trgvocab.enzh.spm``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MODEL = re.compile(r"model\.(?:(?P<pair>[a-z_]+)\.)?[\w.]*bin")
_SHORTLIST = re.compile(r"lex\.[\w.]*bin")
_SHARED, _SOURCE, _TARGET = (
    re.compile(rf"{kind}(?:\.[\w.]*)?\.spm") for kind in ("vocab", "srcvocab", "trgvocab")
)
_CODE = re.compile(r"[a-z]{2,3}(?:_[a-z]{4})?")


@dataclass(frozen=True, slots=True)
class BergamotFiles:
    """Names. ``shortlist`` is empty where there is none; the vocabularies are one file or two. ``pair`` are
    the codes of the two languages as the catalogue writes them, () where the names do not say."""

    model: str
    shortlist: str
    source_vocabulary: str
    target_vocabulary: str
    pair: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Each once."""
        found = (self.model, self.shortlist, self.source_vocabulary, self.target_vocabulary)
        return tuple(dict.fromkeys(name for name in found if name))


def find_bergamot_files(names: Iterable[str]) -> BergamotFiles | None:
    """Those of one network among ``names``, None where they are not all there, or of several networks."""
    names = sorted(name for name in names if "/" not in name)
    models = [name for name in names if _MODEL.fullmatch(name)]
    shortlists = [name for name in names if _SHORTLIST.fullmatch(name)]
    shared, source, target = (
        [name for name in names if form.fullmatch(name)] for form in (_SHARED, _SOURCE, _TARGET)
    )
    if len(source) == len(target) == 1:
        vocabularies = (source[0], target[0])
    elif len(shared) == 1:
        vocabularies = (shared[0], shared[0])
    else:
        return None
    if len(models) != 1 or len(shortlists) > 1:
        return None
    match = _MODEL.fullmatch(models[0])
    pair = split_pair(match["pair"] or "") if match else ()
    return BergamotFiles(models[0], shortlists[0] if shortlists else "", *vocabularies, pair)


def split_pair(joined: str) -> tuple[str, ...]:
    """``enzh_hant`` is ("en", "zh-Hant"). () where it can be read in no way or in several: one of the two
    is English in all of Mozilla's, and where none is, both have two letters."""
    ways = []
    for at in range(2, len(joined) - 1):
        source, target = joined[:at], joined[at:]
        if _CODE.fullmatch(source) and _CODE.fullmatch(target):
            ways.append((source, target))
    plain = [way for way in ways if "en" in way] or [way for way in ways if len(way[0]) == len(way[1]) == 2]
    return tuple(map(_code, plain[0])) if len(plain) == 1 else ()


def _code(name: str) -> str:
    language, _, script = name.partition("_")
    return f"{language}-{script.capitalize()}" if script else language
