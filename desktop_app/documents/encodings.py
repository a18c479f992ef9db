"""Which encoding a file's text is in, and the same bytes again for what was not changed.

A byte order mark decides, then what the format itself declares, then UTF-8 if the bytes are that, UTF-16 by
its zero bytes, and last a guess: the letters of each language in its code page, and charset-normalizer among
the East Asian encodings. (Measured on lines of NTREX: charset-normalizer alone read Spanish in Windows-1252
as Windows-1250 in most files, but told GB18030, Big5 and Shift-JIS apart in all of five lines or more.)
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from desktop_app.core.errors import InkhornError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
EAST_ASIAN = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
SAMPLE = 1 << 16
"""Bytes with the high bit set that a guess is made from."""

USUAL = re.compile(
    "[\\t\\r\\n -~\xa0-\u024f\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u1e00-\u1eff"
    "\u2010-\u2026\u2190-\u2193\u20ac\u2122\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]"
)
PUNCTUATION = "«»“”„‘’‚–—…°€§·№©®™ \xa0"
LETTERS = (
    # Code page, and the letters beyond ASCII of one language that is written in it; likelier ones first.
    ("cp1252", "äöüß"),
    ("cp1252", "àâæçéèêëîïôœùûüÿ"),
    ("cp1252", "áéíñóúü¿¡ºª"),
    ("cp1252", "áâãàçéêíóôõúüºª"),
    ("cp1252", "àéèìíòóùú"),
    ("cp1252", "áéëïíóöúü"),
    ("cp1252", "äåöæøéü"),
    ("cp1252", "áéíóúýþæöð"),
    ("cp1255", "אבגדהוזחטיךכלםמןנסעףפץצקרשת"),
    ("cp1251", "абвгдежзийклмнопрстуфхцчшщъыьэюяё"),
    ("cp1251", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяўыэ"),
    ("cp1250", "ąćęłńóśźż"),
    ("cp1250", "áčďéěíňóřšťúůýžľĺôŕä"),
    ("cp1250", "áéíóöőúüű"),
    ("cp1250", "čćđšž"),
    ("cp1250", "ăâîşţ"),
    ("cp1253", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"),
    ("cp1254", "çğıöşüâîûi̇"),
    ("cp1256", "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگیًٌٍَُِّْ،؛؟"),
    ("cp1257", "ąčęėįšųūžāēģīķļņõäöü"),
    ("koi8_r", "абвгдежзийклмнопрстуфхцчшщъыьэюяё"),
)
SURE = 0.95
"""Share of the characters beyond ASCII that are of one language, from which on its code page is taken."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file's text. ``odd`` are places (in characters) whose bytes are not what the codec writes for them,
    as where an East Asian encoding has a character twice."""

    text: str
    encoding: str
    bom: bytes = b""
    odd: tuple[tuple[int, bytes], ...] = ()

    def bytes_of(self, start: int, end: int) -> bytes:
        """The file's own bytes of ``text[start:end]``."""
        parts = []
        for place in range(bisect_left(self.odd, (start, b"")), len(self.odd)):
            at, data = self.odd[place]
            if at >= end:
                break
            parts += [_encode(self.text[start:at], self.encoding), data]
            start = at + 1
        parts.append(_encode(self.text[start:end], self.encoding))
        return b"".join(parts)

    def fits(self, text: str) -> bool:
        """Whether the file's encoding has all characters of ``text``."""
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True

    def spliced(self, edits: Iterable[tuple[int, int, str]], into_utf8: bool = False) -> bytes:
        """The file with ``text[start:end]`` replaced by each edit's text, in the order of their places. In
        the file's own encoding, or in UTF-8 if that is asked for or the new text does not fit."""
        edits = list(edits)
        same = not into_utf8 and all(self.fits(new) for _start, _end, new in edits)
        parts = [self.bom if same or self.bom == codecs.BOM_UTF8 else b""]
        at = 0
        for start, end, new in edits:
            parts += [self._kept(at, start, same), new.encode(self.encoding if same else "utf-8", "replace")]
            at = end
        parts.append(self._kept(at, len(self.text), same))
        return b"".join(parts)

    def _kept(self, start: int, end: int, same: bool) -> bytes:
        return self.bytes_of(start, end) if same else self.text[start:end].encode("utf-8", "surrogateescape")


def _errors(encoding: str) -> str:
    """Bytes that are no character come as lone surrogates and go back as what they were (PEP 383)."""
    return "surrogatepass" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


def _encode(text: str, encoding: str) -> bytes:
    return text.encode(encoding, _errors(encoding))


def read(data: bytes, declared: str = "") -> Encoded:
    """The text of a file's bytes. ``declared`` is what the format says about itself. Raises
    ``InkhornError("bad_file")`` with reason ``empty``, ``unknown_format`` (no text) or ``damaged``."""
    if not data:
        raise InkhornError("bad_file", "The file is empty.", reason="empty")
    for bom, encoding in MARKS:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], encoding, bom)
    encoding = _declared(data, declared) or guess(data)
    found = _decoded(data, encoding, b"")
    if looks_binary(found.text):
        raise InkhornError("bad_file", "This is no text.", reason="unknown_format")
    return found


def looks_binary(text: str) -> bool:
    """More control characters than any text has: NUL at all, others in more than one of a hundred."""
    controls = len(re.findall(r"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]", text))
    return "\0" in text or controls > len(text) // 100 + 1


def _declared(data: bytes, declared: str) -> str:
    """The declared encoding if Python knows it and the bytes are in it."""
    try:
        name = codecs.lookup(declared).name if declared else ""
        name = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}.get(
            name, name
        )
        # As the Encoding Standard has it: these names mean their supersets.
        if name == "cp1252" and _is_utf8(data) and not data.isascii():
            return "utf-8"
        if name.startswith(("utf-16", "utf-32")):  # they come with a mark, or this could not be read
            return ""
        return name if name and isinstance("".encode(name), bytes) and _decodes(data, name) else ""
    except (LookupError, ValueError, TypeError, AttributeError):
        return ""


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        return isinstance(data.decode(encoding), str)
    except UnicodeError:
        return False


def _is_utf8(data: bytes) -> bool:
    return _decodes(data, "utf-8")


def _decoded(data: bytes, encoding: str, bom: bytes) -> Encoded:
    try:
        text = data.decode(encoding, _errors(encoding))
    except UnicodeError as error:
        raise InkhornError("bad_file", f"The text is damaged: {error}", reason="damaged") from error
    if encoding == "utf-8" or _encode(text, encoding) == data:
        return Encoded(text, encoding, bom)
    return Encoded(text, encoding, bom, tuple(_odd_places(data, encoding)))


def _odd_places(data: bytes, encoding: str) -> Iterable[tuple[int, bytes]]:
    """Characters whose bytes are others than what the codec would write; looked for in the lines that have
    one (no encoding that comes here has the line feed as a part of another character)."""
    at = 0
    for line in data.splitlines(keepends=True) if not encoding.startswith("utf-") else [data]:
        text = line.decode(encoding, _errors(encoding))
        if _encode(text, encoding) != line:
            decoder = codecs.getincrementaldecoder(encoding)(_errors(encoding))
            taken, place = bytearray(), at
            for index, byte in enumerate(line):
                taken.append(byte)
                found = decoder.decode(bytes([byte]), final=index == len(line) - 1)
                if found:
                    if _encode(found, encoding) != bytes(taken):
                        yield place, bytes(taken)
                        for extra in range(1, len(found)):  # the bytes go with the first of them
                            yield place + extra, b""
                    place += len(found)
                    taken.clear()
        at += len(text)


def guess(data: bytes) -> str:
    """The encoding of text without a byte order mark, as Python names it."""
    if wide := _wide(data):
        return wide
    if _is_utf8(data):
        return "utf-8"
    invalid = data.decode("utf-8", "surrogateescape")
    beyond = sum(1 for character in invalid if character > "\x7f")
    broken = len(re.findall("[\udc80-\udcff]", invalid))
    if broken * 20 < beyond:  # UTF-8 with a few broken characters
        return "utf-8"
    sample = _sample(data)
    encoding, share = _by_letters(sample)
    if share < SURE and (found := _east_asian(data, sample)):
        return found
    return encoding


def _wide(data: bytes) -> str:
    """UTF-16 and UTF-32 without a mark, by where their zero bytes are."""
    head = data[:SAMPLE]
    if b"\0" not in head:
        return ""
    zeros = [head[place::4].count(0) for place in range(4)]
    quarter = len(head) // 4
    if len(data) % 4 == 0 and quarter and zeros[2] + zeros[3] >= 2 * quarter and zeros[0] < quarter:
        return "utf-32-le"
    if len(data) % 4 == 0 and quarter and zeros[0] + zeros[1] >= 2 * quarter and zeros[3] < quarter:
        return "utf-32-be"
    if len(data) % 2:
        return ""
    share, encoding = max((_usual(data, name), name) for name in ("utf-16-be", "utf-16-le"))
    return encoding if share >= 0.95 else ""


def _usual(data: bytes, encoding: str) -> float:
    """Share of characters that texts are made of: with its bytes the wrong way round, text is characters
    from all over Unicode."""
    if not _decodes(data, encoding):
        return 0.0
    text = data[:SAMPLE].decode(encoding, "ignore")
    return len(USUAL.findall(text)) / max(1, len(text))


def _sample(data: bytes) -> bytes:
    """Whole lines with bytes beyond ASCII, as many as a guess needs."""
    lines, size = [], 0
    for line in data.splitlines():
        if not line.isascii():
            lines.append(line[:SAMPLE])
            size += len(line)
            if size > SAMPLE:
                break
    return b"\n".join(lines)


def _by_letters(sample: bytes) -> tuple[str, float]:
    """The code page in which most of the characters beyond ASCII are letters of one language, and their
    share. A capital after a small letter is counted as none: KOI8-R and Windows-1251 have each other's
    letters in the other case."""
    best = ("cp1252", 0.0)
    decoded: dict[str, str] = {}
    for encoding, letters in LETTERS:
        if encoding not in decoded:
            decoded[encoding] = sample.decode(encoding, "replace")
        known = set(letters + letters.upper() + PUNCTUATION)
        latin = letters[0] < "\u0250"
        beyond = good = 0
        before = " "
        for character in decoded[encoding]:
            if character > "\x7f":
                beyond += 1
                mixed = not latin and before.isascii() and before.isalpha()
                good += character in known and not mixed and not (character.isupper() and before.islower())
            before = character
        share = good / beyond if beyond else 0.0
        if share > best[1] + 0.005:
            best = (encoding, share)
    return best


def _east_asian(data: bytes, sample: bytes) -> str:
    for name in ("euc_jp", "cp932"):
        if _decodes(sample, name):
            text = sample.decode(name)
            if len(re.findall("[\u3041-\u30ff]", text)) * 4 > sum(character > "\x7f" for character in text):
                return name

    import charset_normalizer

    found = charset_normalizer.from_bytes(sample, cp_isolation=list(EAST_ASIAN), enable_fallback=False).best()
    if found is not None:
        return next(
            (name for name in EAST_ASIAN if name in (found.encoding, *found.could_be_from_charset)), ""
        )
    fitting = [name for name in EAST_ASIAN if _decodes(data, name)]
    return fitting[0] if fitting else ""
