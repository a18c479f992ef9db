"""EPUB 2 and 3: the chapters through the code for HTML, and the titles in the package and its contents."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Place, Rendered, Segment
from desktop_app.documents.encodings import Encoded
from desktop_app.documents.html import Html, read_html
from desktop_app.documents.html_tokens import Kind, Token, tokens
from desktop_app.documents.package import Package, damaged
from desktop_app.documents.spans import Body, Edit, changed, direction, put, shown

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
FONT_OBFUSCATION = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
"""Algorithms that hide fonts only; the text can be read (EPUB 3.3, 4.2.6.3.1)."""

XHTML = {"application/xhtml+xml", "text/html"}
NCX = "application/x-dtbncx+xml"


@dataclass(frozen=True, slots=True)
class _Element:
    """An XML element by its local name, its content from ``start`` to ``end`` (both -1 if it has none)."""

    name: str
    token: Token
    start: int
    end: int


class _Titles:
    """The text of some elements of the package document or the NCX, a `desktop_app.documents.spans.Body`."""

    def __init__(self, source: Encoded, places: Mapping[str, Place], first_key: int) -> None:
        self._source = source
        self._elements = list(_elements(source.text))
        self._words: dict[int, _Element] = {}
        segments = []
        key = first_key
        for element in self._elements:
            if element.name in places and element.end > element.start:
                text = html.unescape(source.text[element.start : element.end])
                if any(map(str.isalpha, text)) and "<" not in source.text[element.start : element.end]:
                    self._words[key] = element
                    segments.append(Segment(key, shown(" ".join(text.split())), place=places[element.name]))
                    key += 1
        self.segments = tuple(segments)
        self._by_key = {segment.key: segment for segment in segments}
        self.next_key = key

    def content(self, rendered: Mapping[int, Rendered], bilingual: bool, language: str) -> bytes:
        edits = []
        for key in rendered.keys() & self._words.keys():
            text = rendered[key].text
            if bilingual:
                text = f"{self._by_key[key].text} / {text}"
            element = self._words[key]
            edits.append(Edit(element.start, element.end, self._escaped(text)))
        if language and not bilingual:
            edits += self._language(language)
        return self._source.spliced(sorted(edits))

    def _language(self, language: str) -> Iterator[Edit]:
        """The book's first language, and which way its pages are turned."""
        first = next(
            (each for each in self._elements if each.name == "language" and each.end > each.start), None
        )
        if first is not None:
            yield Edit(first.start, first.end, self._escaped(language))
        for element in self._elements:
            if element.name == "spine":
                way = direction(language)
                given = [
                    each for each in element.token.attributes if each.name == "page-progression-direction"
                ]
                if given:
                    yield Edit(given[0].start, given[0].end, way)
                elif way == "rtl":
                    at = element.token.start + 1 + len(element.token.name)
                    yield Edit(at, at, ' page-progression-direction="rtl"')

    def _escaped(self, text: str) -> str:
        return html.escape(text, quote=False)


class Epub:
    """A `desktop_app.documents.document.Document`."""

    format = "epub"

    def __init__(self, path: Path, package: Package) -> None:
        self._path = path
        self._package = package
        self._bodies: dict[str, Body] = {}
        key = 0
        for name, kind in _parts(package):
            data = package.read(name)
            body: Html | _Titles
            if kind == "package":
                body = _Titles(read_html(data), {"title": "title", "description": "metadata"}, key)
            elif kind == NCX:
                body = _Titles(read_html(data), {"text": "title"}, key)
            else:
                body = Html(read_html(data), True, key)
            key = body.next_key
            self._bodies[name] = body
        self.segments = tuple(segment for body in self._bodies.values() for segment in body.segments)
        if not self.segments:
            raise InkhornError("bad_file", "There is no text in the book.", reason="no_text")

    def write(
        self, rendered: Mapping[int, Rendered], target: Path, bilingual: bool = False, language: str = ""
    ) -> None:
        """As `Document.write`. Parts in which nothing changes are copied with their compressed bytes."""
        new = changed(self.segments, rendered)
        contents = {}
        for name, body in self._bodies.items():
            own = {segment.key: new[segment.key] for segment in body.segments if segment.key in new}
            content = body.content(own, bilingual, language if new else "")
            if content != self._package.read(name):
                contents[name] = content
        if contents:
            self._package.write(contents, target)
        else:
            put(self._path.read_bytes(), target, self._path)


def open_epub(path: Path) -> Epub:
    """Raises ``bad_file``; ``encrypted`` where the book is locked to a reader (DRM)."""
    package = Package(path)
    if ENCRYPTION in package:
        text = package.read(ENCRYPTION).decode("utf-8", "replace")
        algorithms = set(re.findall(r"EncryptionMethod[^>]*?Algorithm\s*=\s*[\"']([^\"']*)", text))
        if algorithms - FONT_OBFUSCATION or ("EncryptedData" in text and not algorithms):
            raise InkhornError("bad_file", "The book is locked by DRM.", reason="encrypted")
    return Epub(path, package)


def _parts(package: Package) -> Iterator[tuple[str, str]]:
    """Names of the parts with text and their kinds: the package document, chapters in the order in which
    they are read, then contents that are not among them. Raises ``bad_file``, ``damaged``."""
    container = read_html(package.read(CONTAINER)).text
    roots = [
        _attribute(container, each.token, "full-path")
        for each in _elements(container)
        if each.name == "rootfile"
    ]
    if not roots or roots[0] not in package:
        raise damaged("The book's package document is missing.")
    main = roots[0]
    yield main, "package"
    text = read_html(package.read(main)).text
    folder = posixpath.dirname(main)
    manifest: dict[str, tuple[str, str]] = {}
    order: list[str] = []
    for element in _elements(text):
        if element.name == "item":
            href = unquote(_attribute(text, element.token, "href").partition("#")[0])
            name = posixpath.normpath(posixpath.join(folder, href))
            kind = _attribute(text, element.token, "media-type")
            manifest[_attribute(text, element.token, "id")] = (name, kind)
        elif element.name == "itemref":
            order.append(_attribute(text, element.token, "idref"))
    done = {main}
    for key in [*order, *manifest]:
        name, kind = manifest.get(key, ("", ""))
        if name not in done and name in package and (kind in XHTML or kind == NCX):
            done.add(name)
            yield name, kind


def _elements(text: str) -> Iterator[_Element]:
    """In document order, those with other elements in them too; of any namespace."""
    opened: list[tuple[str, Token]] = []
    found: list[_Element] = []
    for token in tokens(text, xml=True):
        name = token.name.rpartition(":")[2]
        if token.kind is Kind.START and token.closed:
            found.append(_Element(name, token, -1, -1))
        elif token.kind is Kind.START:
            opened.append((name, token))
        elif token.kind is Kind.END and opened and opened[-1][0] == name:
            _name, start = opened.pop()
            found.append(_Element(name, start, start.end, token.start))
    return iter(sorted(found, key=lambda element: element.token.start))


def _attribute(text: str, token: Token, name: str) -> str:
    value = next((each for each in token.attributes if each.name == name), None)
    return html.unescape(text[value.start : value.end]) if value else ""
