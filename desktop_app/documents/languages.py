"""What office formats want to know of a language: its tag with a region, its script's direction and kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["western", "asian", "complex"]
"""Office formats keep a language, a font and a size for each of the three (ISO/IEC 29500-1, 17.3.2.26)."""

_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}
_RIGHT_TO_LEFT_SCRIPTS = {"Arab", "Hebr", "Thaa", "Syrc", "Nkoo"}
_ASIAN = {"zh", "ja", "ko", "yue", "wuu"}
_COMPLEX = {
    "hi",
    "bn",
    "gu",
    "kn",
    "ml",
    "mr",
    "ne",
    "or",
    "pa",
    "sa",
    "si",
    "ta",
    "te",
    "th",
    "lo",
    "km",
    "my",
}
_USUAL = """
ar-SA az-AZ be-BY bg-BG bn-IN bs-BA ca-ES cs-CZ cy-GB da-DK de-DE el-GR en-US es-ES et-EE eu-ES fa-IR fi-FI
fr-FR ga-IE gl-ES gu-IN he-IL hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-IT ja-JP ka-GE kk-KZ km-KH kn-IN ko-KR
lo-LA lt-LT lv-LV mk-MK ml-IN mn-MN mr-IN ms-MY mt-MT my-MM nb-NO ne-NP nl-NL nn-NO no-NO pa-IN pl-PL ps-AF
pt-PT ro-RO ru-RU si-LK sk-SK sl-SI sq-AL sr-RS sv-SE sw-KE ta-IN te-IN th-TH tr-TR uk-UA ur-PK uz-UZ vi-VN
zh-CN
"""
_REGIONS = {tag[:2]: tag[3:] for tag in _USUAL.split()}
"""The region that Word assumes where a document names none."""


@dataclass(frozen=True, slots=True)
class Language:
    tag: str
    """As BCP 47 has it, with a region where one is usual: ``pt-PT``, ``zh-TW``."""
    kind: Kind
    right_to_left: bool

    @property
    def primary(self) -> str:
        return self.tag.partition("-")[0]

    @property
    def region(self) -> str:
        return self.tag.partition("-")[2]


def language(code: str) -> Language | None:
    """Of a code as the catalogue has it (``pt``, ``zh-Hant``, ``pt-BR``); None for an empty one."""
    primary, *rest = code.replace("_", "-").split("-")
    primary = primary.lower()
    if not primary:
        return None
    script = next((part.title() for part in rest if len(part) == 4), "")
    region = next((part.upper() for part in rest if len(part) == 2), _REGIONS.get(primary, ""))
    if primary == "zh" and script == "Hant" and region in ("", "CN"):
        region = "TW"
    rtl = script in _RIGHT_TO_LEFT_SCRIPTS if script else primary in _RIGHT_TO_LEFT
    kind: Kind = "western"
    if primary in _ASIAN:
        kind = "asian"
    elif rtl or primary in _COMPLEX:
        kind = "complex"
    return Language(f"{primary}-{region}" if region else primary, kind, rtl)
