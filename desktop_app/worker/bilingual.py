"""Files with sentences in two languages, as people have them: translation memories (TMX), tables (TSV, CSV),
gettext catalogues (PO), and two texts of as many lines."""

from __future__ import annotations

import collections
import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.languages import LANGUAGES
from desktop_app.documents.encodings import read
from desktop_app.documents.po import CHARSET
from desktop_app.documents.po_file import entries
from desktop_app.documents.spans import load
from desktop_app.translation.tmx import read_tmx

SUFFIXES = (".tmx", ".tsv", ".csv", ".tab", ".po", ".pot", ".txt")
_SAMPLE = 40  # lines from which a column's language is found
_PO = re.compile(r"^msgid\b", re.MULTILINE)
_ID = re.compile(r"\d+")

Find = Callable[[str], str]
"""The language of a text, "" where it does not tell."""


@dataclass(frozen=True, slots=True)
class Bilingual:
    """``pairs`` of ``source`` and ``target``, each once. ``left_out`` had one side empty or came twice.
    ``sure``: the file says, or its text shows, which languages these are."""

    source: str
    target: str
    pairs: tuple[tuple[str, str], ...]
    left_out: int = 0
    sure: bool = False


def known_code(code: str) -> str:
    """``pt`` for ``pt-BR``, ``zh-Hant`` for ``zh_TW``: as the app writes languages."""
    language, _, rest = code.strip().replace("_", "-").partition("-")
    if language.lower() == "zh":
        parts = rest.lower().split("-")
        return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh"
    return language.lower()


def read_bilingual(paths: Sequence[Path], source: str, target: str, find: Find) -> Bilingual:
    """The pairs of one file, or of two texts line by line. ``source`` and ``target`` are the languages that
    are wanted, which the file's own go before. Raises InkhornError ``bad_file`` with a ``reason``: also
    ``lines`` where two texts have not as many, with both numbers."""
    if len(paths) == 2:
        found = _of_texts(paths[0], paths[1], source, target, find)
    elif len(paths) == 1:
        found = _of_file(paths[0], source, target, find)
    else:
        raise InkhornError("bad_file", "Give one bilingual file, or two texts.", reason="no_pairs")
    if not found.pairs:
        raise InkhornError("bad_file", "There are no pairs of sentences in the file.", reason="no_pairs")
    return found


def _of_file(path: Path, source: str, target: str, find: Find) -> Bilingual:
    data = load(path)
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") or path.suffix.lower() == ".tmx":
        return _of_tmx(path, source, target)
    charset = CHARSET.search(data, 0, 1 << 16)
    is_po = path.suffix.lower() in (".po", ".pot")
    text = read(data, charset[1].decode("ascii") if is_po and charset else "").text
    if is_po or (_PO.search(text) and '"' in text):
        rows = ((entry.msgid or "", entry.strings.get(0, "")) for entry in entries(text)
                if entry.msgid and entry.is_done and not _is_fuzzy(text, entry.flags))  # fmt: skip
        return _of_columns(rows, source, target, find)
    return _of_table(text, source, target, find)


def _is_fuzzy(text: str, flags: tuple[int, int] | None) -> bool:
    return flags is not None and "fuzzy" in text[slice(*flags)]


def _of_tmx(path: Path, source: str, target: str) -> Bilingual:
    """Those of the wanted direction; where there are none those of the direction that has the most."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = collections.defaultdict(list)
    for pair in read_tmx(path):
        languages = known_code(pair.source_language), known_code(pair.target_language)
        found[languages].append((pair.source, pair.target))
    if not found:
        return Bilingual(source, target, ())
    if not found.get((source, target)) and (turned := found.get((target, source))):
        found[source, target] = [(theirs, ours) for ours, theirs in turned]
    wanted = (source, target) if (source, target) in found else max(found, key=lambda key: len(found[key]))
    pairs, left_out = _cleaned(found[wanted])
    return Bilingual(*wanted, pairs, left_out, sure=True)


def _of_table(text: str, source: str, target: str, find: Find) -> Bilingual:
    delimiter = _delimiter(text.split("\n", _SAMPLE)[:_SAMPLE])
    if not delimiter:
        raise InkhornError("bad_file", "There are no two columns in the file.", reason="no_columns")
    if delimiter == "\t":  # sentences begin with quotation marks of their own
        rows = [[_unquoted(cell) for cell in line.split("\t")] for line in text.splitlines()]
    else:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error as error:
            raise InkhornError("bad_file", "The table cannot be read.", reason="damaged") from error
    rows = [[cell.strip() for cell in row] for row in rows]
    head = [known_code(cell) for cell in rows[0]]
    named = [n for n, code in enumerate(head) if code in LANGUAGES and len(rows[0][n]) <= 8]
    if len(named) >= 2:
        one = head.index(source) if source in head else named[0]
        other = head.index(target) if target in head and head.index(target) != one else -1
        if other < 0:
            other = next(n for n in named if n != one)
        both = [(row[one], row[other]) for row in rows[1:] if len(row) > max(one, other)]
        pairs, left_out = _cleaned(both)
        return Bilingual(head[one], head[other], pairs, left_out, sure=True)
    columns = _columns_of_text(rows)
    return _of_columns((row for row in columns if all(row)), source, target, find, len(rows))


def _delimiter(lines: list[str]) -> str:
    """Tabs stand in no sentence, so they are looked for first; "" where the lines have no columns."""
    filled = [line for line in lines if line.strip()]
    for delimiter in "\t;,":
        if sum(delimiter in line for line in filled) * 2 > len(filled):
            return delimiter
    return ""


def _columns_of_text(rows: list[list[str]]) -> list[tuple[str, str]]:
    """The first two columns that are no numbers: lists of sentences often begin with theirs."""
    sample = [row for row in rows[:_SAMPLE] if len(row) >= 2]
    width = min((len(row) for row in sample), default=0)
    wordy = [n for n in range(width) if not all(_ID.fullmatch(row[n]) for row in sample)]
    one, other = (wordy[0], wordy[1]) if len(wordy) >= 2 else (0, 1)
    return [(row[one], row[other]) for row in rows if len(row) > other]


def _of_texts(first: Path, second: Path, source: str, target: str, find: Find) -> Bilingual:
    texts = [read(load(path)).text.splitlines() for path in (first, second)]
    if len(texts[0]) != len(texts[1]):
        raise InkhornError(
            "bad_file",
            f"{first.name} has {len(texts[0])} lines and {second.name} {len(texts[1])}.",
            reason="lines",
            first=len(texts[0]),
            second=len(texts[1]),
        )
    return _of_columns(zip(*texts, strict=True), source, target, find)


def _of_columns(
    rows: Iterable[tuple[str, str]], source: str, target: str, find: Find, count: int = 0
) -> Bilingual:
    """Two columns of which nobody said the languages: their text shows them, or else they are what is
    wanted."""
    pairs, left_out = _cleaned(rows)
    left_out = max(left_out, count - len(pairs)) if count else left_out
    one, other = (find("\n".join(pair[side] for pair in pairs[:_SAMPLE])) for side in (0, 1))
    if one and other and one != other:
        if (one, other) == (target, source):
            return Bilingual(source, target, tuple((theirs, ours) for ours, theirs in pairs), left_out, True)
        return Bilingual(one, other, pairs, left_out, sure=True)
    if (one and one == target) or (other and other == source):
        return Bilingual(source, target, tuple((theirs, ours) for ours, theirs in pairs), left_out)
    return Bilingual(source, target, pairs, left_out)


def _cleaned(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[tuple[str, str], ...], int]:
    found: dict[tuple[str, str], None] = {}
    count = 0
    for ours, theirs in pairs:
        count += 1
        ours, theirs = ours.strip(), theirs.strip()
        if ours and theirs:
            found[ours, theirs] = None
    return tuple(found), count - len(found)


def _unquoted(cell: str) -> str:
    """A cell as spreadsheets write it into tables with tabs."""
    cell = cell.strip()
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', ""):
        inner = cell[1:-1]
        return inner.replace('""', '"') if '""' in inner or "\n" in inner else cell
    return cell
