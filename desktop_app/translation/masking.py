"""Stand-ins for what a model would change: short things that models copy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.translation.untouchable import Part


@dataclass(frozen=True, slots=True)
class Masked:
    """``text`` with ``stand_ins`` in place of ``originals``."""

    text: str
    stand_ins: tuple[str, ...] = ()
    originals: tuple[str, ...] = ()

    def restored(self, translation: str) -> str | None:
        """``translation`` with what was taken out; None where a stand-in is lost or came twice."""
        places: dict[str, re.Match[str]] = {}
        for stand_in in self.stand_ins:
            found = list(_pattern(stand_in).finditer(translation))
            if len(found) != 1:
                return None
            places[stand_in] = found[0]
        pieces, at = [], 0
        originals = dict(zip(self.stand_ins, self.originals, strict=True))
        for stand_in, match in sorted(places.items(), key=lambda entry: entry[1].start()):
            pieces += [translation[at : match.start()], originals[stand_in]]
            at = match.end()
        return "".join([*pieces, translation[at:]])


def mask(text: str, parts: Sequence[Part]) -> Masked:
    """``text`` with a stand-in for each of ``parts``, which are in order."""
    pieces: list[str] = []
    stand_ins: list[str] = []
    at = 0
    number = 0
    for part in parts:
        number += 1
        while (stand_in := _stand_in(number)) in text:
            number += 1
        pieces += [text[at : part.start], stand_in]
        stand_ins.append(stand_in)
        at = part.end
    return Masked("".join([*pieces, text[at:]]), tuple(stand_ins), tuple(part.text for part in parts))


def _stand_in(number: int) -> str:
    return f"X{number}Z"


def _pattern(stand_in: str) -> re.Pattern[str]:
    return re.compile(re.escape(stand_in))
