"""Catalogues of gettext: what is not translated yet is filled in, all else stays byte for byte.

What counts as not translated: entries with an empty ``msgstr``, and fuzzy ones, whose text belongs to
another ``msgid``. When such an entry is filled its ``fuzzy`` goes, and so does the old ``#| msgid``; but a
new text that has lost a placeholder of its source is marked ``fuzzy``, so that no program uses it unseen.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Rendered, Segment
from desktop_app.documents.encodings import Encoded, read
from desktop_app.documents.plural_forms import count_of, form_of_one, plural_forms
from desktop_app.documents.po_file import Entry, entries, written
from desktop_app.documents.spans import Edit, SpanDocument, load, shown
from desktop_app.documents.wrapping import columns, newline_of

CHARSET = re.compile(rb"Content-Type:[^\r\n]*?charset=([\w.:-]+)", re.IGNORECASE)
HEADER_LINE = re.compile(r"^([\w-]+):[ \t]*(.*)$", re.MULTILINE)
FORMATTED = re.compile(
    r"%(?:\d+\$|\(\w+\))?[-+0#']*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|q|j|z|t|L)?[a-zA-Z@%]|\{[^{}]*\}"
)


class Catalogue:
    """A `desktop_app.documents.spans.Body`."""

    def __init__(self, source: Encoded) -> None:
        self._source = source
        self._newline = newline_of(source.text)
        self._entries = list(entries(source.text))
        self._wrapped = not any(
            columns(line) > 82 and " " in line.strip()[20:80]
            for line in source.text.splitlines()
            if not line.startswith("#")
        )
        self._header = next((entry for entry in self._entries if entry.msgid == ""), None)
        self._keys: dict[int, tuple[Entry, bool]] = {}
        segments: list[Segment] = []
        for entry in self._entries:
            if not entry.msgid or (entry.is_done and not self._is_fuzzy(entry)):
                continue
            for text, plural in ((entry.msgid, False), (entry.plural, True)):
                if text and any(map(str.isalpha, text)):
                    self._keys[len(segments)] = (entry, plural)
                    segments.append(Segment(len(segments), shown(text.strip())))
        if not any(entry.msgid is not None for entry in self._entries):
            raise InkhornError("bad_file", "There are no entries in the catalogue.", reason="damaged")
        self.segments = tuple(segments)

    def _flags(self, entry: Entry) -> list[str]:
        if entry.flags is None:
            return []
        line = self._source.text[slice(*entry.flags)].strip()
        return [flag.strip() for flag in line[2:].split(",") if flag.strip()]

    def _is_fuzzy(self, entry: Entry) -> bool:
        return "fuzzy" in self._flags(entry)

    def content(self, rendered: Mapping[int, Rendered], bilingual: bool, language: str) -> bytes:
        """``bilingual`` changes nothing: a catalogue is that by itself."""
        if not rendered:
            return self._source.spliced([])
        forms = self._forms(language)
        new: dict[int, tuple[Entry, dict[bool, str]]] = {}
        for key, text in rendered.items():
            entry, plural = self._keys[key]
            new.setdefault(id(entry), (entry, {}))[1][plural] = text.text
        edits: list[Edit] = []
        for entry, texts in new.values():
            edits += self._filled(entry, texts, forms)
        fits = self._source.text.isascii() or self._source.encoding != "utf-8" or self._charset() == "utf-8"
        fits = fits and all(_fits(edit.new, self._charset()) for edit in edits)
        edits += self._new_header(language, forms, fits)
        return self._source.spliced(sorted(edits), into_utf8=not fits)

    def _charset(self) -> str:
        """The encoding that the header says, as Python names it; ASCII if it says none."""
        found = re.search(r"charset=([^\s;]+)", self._values().get("content-type", ""), re.IGNORECASE)
        try:
            return codecs.lookup(found[1]).name if found else "ascii"
        except LookupError:
            return "ascii"

    def _filled(self, entry: Entry, texts: dict[bool, str], forms: str) -> list[Edit]:
        fields = []
        lost = False
        if entry.plural is None:
            text = _edged(texts[False], entry.msgid or "")
            lost = _lost(entry.msgid or "", text)
            fields.append(written("msgstr", text, self._newline, self._wrapped))
        else:
            many = _edged(texts.get(True, texts.get(False, "")), entry.plural)
            one = _edged(texts.get(False, texts.get(True, "")), entry.msgid or "")
            special = form_of_one(forms)
            for form in range(count_of(forms)):
                source, text = (entry.msgid or "", one) if form == special else (entry.plural, many)
                lost = lost or _lost(source, text)
                fields.append(written(f"msgstr[{form}]", text, self._newline, self._wrapped))
        return [Edit(*entry.translated, self._newline.join(fields)), *self._flagged(entry, lost)]

    def _flagged(self, entry: Entry, fuzzy: bool) -> list[Edit]:
        """The line of flags with or without ``fuzzy``, and the former ``msgid`` gone."""
        edits = []
        before = self._flags(entry)
        flags = (["fuzzy"] if fuzzy else []) + [flag for flag in before if flag != "fuzzy"]
        if flags != before:
            line = f"#, {', '.join(flags)}"
            if entry.flags is None:
                edits.append(Edit(entry.body, entry.body, line + self._newline))
            elif flags:
                edits.append(Edit(*entry.flags, line))
            else:
                edits.append(self._without(*entry.flags))
        if entry.previous:
            edits.append(self._without(*entry.previous))
        return edits

    def _without(self, start: int, end: int) -> Edit:
        """Lines taken out, with their end."""
        text = self._source.text
        end += 2 if text.startswith("\r\n", end) else 1 if end < len(text) else 0
        return Edit(start, end, "")

    def _values(self) -> dict[str, str]:
        text = self._header.strings.get(0, "") if self._header else ""
        return {found[1].lower(): found[2].strip() for found in HEADER_LINE.finditer(text)}

    def _forms(self, language: str) -> str:
        """``Plural-Forms``: what the catalogue has, or what its new language has."""
        values = self._values()
        given = values.get("plural-forms", "")
        named = values.get("language", "").replace("_", "-").lower()
        wanted = language.replace("_", "-").lower()
        foreign = (
            bool(named and wanted and named.split("-")[0] != wanted.split("-")[0]) and not self._has_work()
        )
        return given if count_of(given) and not foreign else plural_forms(language)

    def _has_work(self) -> bool:
        """Whether somebody translated a part already: then its language is settled."""
        return any(entry.msgid and entry.is_done for entry in self._entries)

    def _new_header(self, language: str, forms: str, fits: bool) -> list[Edit]:
        """A template's header with what is known now."""
        values = self._values()
        wanted: dict[str, str] = {}
        if not fits or not re.search(r"charset=(?!CHARSET)\S", values.get("content-type", "")):
            wanted["Content-Type"] = "text/plain; charset=UTF-8"
        if "content-transfer-encoding" not in values:
            wanted["Content-Transfer-Encoding"] = "8bit"
        if language and not self._has_work() and values.get("language") != _code(language):
            wanted["Language"] = _code(language)
        plural = any(entry.plural is not None for entry in self._entries)
        if values.get("plural-forms", "") != forms and (plural or "plural-forms" in values):
            wanted["Plural-Forms"] = forms
        if values.get("po-revision-date", "").startswith("YEAR-"):
            wanted["PO-Revision-Date"] = datetime.now(UTC).strftime("%Y-%m-%d %H:%M+0000")
        if "mime-version" not in values:
            wanted = {"MIME-Version": "1.0", **wanted}
        header = self._header
        if header is None:
            text = "".join(f"{name}: {value}\n" for name, value in wanted.items())
            field = written("msgstr", text, self._newline, self._wrapped)
            return [Edit(0, 0, self._newline.join(['msgid ""', field, "", ""]))]
        if not wanted:
            return []
        lines = header.strings.get(0, "").split("\n")
        for name, value in wanted.items():
            place = next(
                (at for at, line in enumerate(lines) if line.lower().startswith(f"{name.lower()}:")), -1
            )
            if place >= 0:
                lines[place] = f"{name}: {value}"
            else:
                lines.insert(len(lines) - 1 if not lines[-1] else len(lines), f"{name}: {value}")
        text = "\n".join(lines)
        field = written("msgstr", text if text.endswith("\n") else f"{text}\n", self._newline, self._wrapped)
        return [Edit(*header.translated, field), *self._flagged(header, fuzzy=False)]


def open_po(path: Path) -> SpanDocument:
    """Raises ``bad_file``; ``no_text`` where all is translated."""
    data = load(path)
    found = CHARSET.search(data, 0, 1 << 16)
    return SpanDocument(path, "po", Catalogue(read(data, found[1].decode("ascii") if found else "")))


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _code(language: str) -> str:
    """As gettext names languages: ``zh_Hant`` is ``zh_TW``, whose catalogues it stands for."""
    known = {"zh": "zh_CN", "zh-hans": "zh_CN", "zh-hant": "zh_TW"}
    return known.get(language.replace("_", "-").lower(), language.replace("-", "_"))


def _edged(text: str, source: str) -> str:
    """``text`` with the white space that ``source`` begins and ends with: msgfmt checks line feeds there."""
    lead = source[: len(source) - len(source.lstrip())]
    return lead + text.strip() + source[len(source.rstrip()) :]


def _lost(source: str, text: str) -> bool:
    """Whether the placeholders differ. Numbers said in words may be left out of a plural's form for one."""
    return sorted(FORMATTED.findall(source)) != sorted(FORMATTED.findall(text))
