"""A dictionary table of the user's own in the form of CC-CEDICT, for suggesting terms:
``傳統 传统 [chuan2 tong3] /tradition/traditional/`` a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.translation import Term

_LINE = re.compile(r"(\S+) (\S+) \[[^\]]*\]\s*/(.+)/\s*")
_ASIDE = re.compile(r"\([^()]*\)")
_NOT_A_WORD = re.compile(
    r"^(?:CL:|variant of|old variant|see |abbr\. |surname |used in|erhua|also written|Taiwan pr)"
    r"|[\u3400-\u9fff]"
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_LONGEST_PHRASE = 5


class Dictionary:
    """Chinese words and what they are in another language."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._chinese: dict[str, list[str]] = {}
        self._other: dict[str, list[tuple[str, str]]] = {}
        self._longest = 1
        for line in lines:
            if found := _LINE.fullmatch(line.strip()):
                self._add(found.group(1), found.group(2), found.group(3).split("/"))

    def __len__(self) -> int:
        return len(self._chinese)

    def _add(self, traditional: str, simplified: str, meanings: list[str]) -> None:
        words = [_ASIDE.sub("", meaning).strip() for meaning in meanings]
        words = [word for word in words if word and not _NOT_A_WORD.search(word)]
        if not words:
            return
        for written in {traditional, simplified}:
            self._chinese.setdefault(written, []).extend(words)
            self._longest = max(self._longest, len(written))
        for word in words:
            bare = word.removeprefix("to ").casefold()
            self._other.setdefault(bare, []).append((traditional, simplified))

    def suggested(self, text: str, source: str, target: str) -> tuple[Term, ...]:
        """Terms for the longest words in ``text``, of two characters or four letters at least."""
        if source.partition("-")[0] == "zh":
            return self._of_chinese(text)
        return self._of_other(text, target)

    def _of_chinese(self, text: str) -> tuple[Term, ...]:
        found: dict[str, Term] = {}
        at = 0
        while at < len(text):
            for size in range(min(self._longest, len(text) - at), 0, -1):
                word = text[at : at + size]
                if word in self._chinese:
                    if size > 1:
                        found.setdefault(word, Term(word, self._chinese[word][0].removeprefix("to ")))
                    at += size
                    break
            else:
                at += 1
        return tuple(found.values())

    def _of_other(self, text: str, target: str) -> tuple[Term, ...]:
        words = _WORD.findall(text)
        hant = target.partition("-")[2].lower() in ("hant", "tw", "hk")
        found: dict[str, Term] = {}
        at = 0
        while at < len(words):
            for size in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
                phrase = " ".join(words[at : at + size])
                known = self._other.get(phrase.casefold())
                if known and len(phrase) >= 4:
                    # what fewest words are said by is the likeliest to be meant
                    traditional, simplified = min(known, key=lambda pair: len(self._chinese.get(pair[1], ())))
                    found.setdefault(phrase, Term(phrase, traditional if hant else simplified))
                    at += size
                    break
            else:
                at += 1
        return tuple(found.values())


def read_dictionary(path: Path) -> Dictionary:
    """Raises InkhornError ``bad_file``."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            found = Dictionary(file)
    except OSError as error:
        raise InkhornError("bad_file", f"The file cannot be read: {path.name}", reason="damaged") from error
    if not len(found):
        raise InkhornError("bad_file", f"There is no dictionary in {path.name}.", reason="unknown_format")
    return found
