"""What one copies from a PDF, and finds in it, must be the Chinese that was written.

Many fonts draw 子 and the radical ⼦ (U+2F26) with one glyph. Where Qt notes which sign a glyph stands
for, it takes the lowest number: always the radical, which no search for 子 finds. This puts it right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_TABLE = re.compile(rb"begincmap.*?endcmap", re.DOTALL)
_LINE = re.compile(rb"(?m)^(<[0-9A-F]{4}> <[0-9A-F]{4}> )(.+)$")  # first and last glyph, what they stand for
_RADICAL = re.compile(rb"<2[EF][0-9A-F]{2}>")


def with_plain_ideographs(pdf: bytes, radicals: Mapping[int, int]) -> bytes:
    """``pdf`` with ``radicals`` (code point → code point) replaced in its fonts' ToUnicode tables.

    Qt writes these tables uncompressed; a sign takes the place of another of the same length, so that
    all addresses in the file stay true.
    """
    swaps = {f"<{old:04X}>".encode(): f"<{new:04X}>".encode() for old, new in radicals.items()}

    def swap(sign: re.Match[bytes]) -> bytes:
        return swaps.get(sign[0], sign[0])

    def mend(table: re.Match[bytes]) -> bytes:
        return _LINE.sub(lambda line: line[1] + _RADICAL.sub(swap, line[2]), table[0])

    return _TABLE.sub(mend, pdf)
