"""Which Chinese: Simplified or Traditional characters, and which word for "you"."""

from __future__ import annotations

import functools
import re
from typing import Any

from desktop_app.translation.untouchable import find

_CONFIGS = {"hans": "t2s", "hant": "s2tw", "tw": "s2twp", "hk": "s2hk"}
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_NARROW = re.compile(
    r"(?<=[\u3400-\u9fff”」』）》])[,?!;:](?![\w/\\)])|(?<=[\u3400-\u9fff”」』）》])[,?!;:](?=[\u3400-\u9fff])"
)
_WIDE = {",": "，", "?": "？", "!": "！", ";": "；", ":": "："}
"""Models whose tokenizers normalise by NFKC (Marian, M2M-100, NLLB) write the narrow forms."""


class Chinese:
    """How texts in the language ``target`` are to be written. ``script`` ("Hans", "Hant", or "" as the
    target says) and ``address`` ("ni", "nin" or "" as it comes) as in `core.translation.TranslateOptions`."""

    def __init__(self, target: str, script: str = "", address: str = "") -> None:
        language, _, region = target.partition("-")
        self._is_chinese = language == "zh"
        self._config = ""
        self._address = address if language == "zh" else ""
        if language == "zh" and (script or region):
            self._config = _CONFIGS.get(
                (region if not script or region.lower() in ("tw", "hk") else script).lower(), ""
            )
            if script.lower() == "hans":
                self._config = _CONFIGS["hans"]

    def finished(self, text: str) -> str:
        """``text`` so written; what must stay as it is stays."""
        if not self._is_chinese or not _HAN.search(text):
            return text
        pieces, at = [], 0
        for part in find(text):
            if part.kind not in ("number", "emoji"):
                pieces += [self._written(text[at : part.start]), part.text]
                at = part.end
        return "".join([*pieces, self._written(text[at:])])

    def _written(self, text: str) -> str:
        if self._config and text:
            text = _converter(self._config).convert(text)
        text = _NARROW.sub(lambda found: _WIDE[found.group()], text)
        if self._address == "nin":
            return re.sub("[你妳](?!们|們)", "您", text)
        if self._address == "ni":
            return text.replace("您", "你")
        return text


@functools.cache
def _converter(config: str) -> Any:
    from opencc import OpenCC

    return OpenCC(config)
