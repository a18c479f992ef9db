"""A paragraph of WordprocessingML (ISO/IEC 29500-1, 17.3) as a line of text with inlines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from lxml import etree

from desktop_app.documents.inline import Inline, Line
from desktop_app.documents.office_xml import Element, attribute, child, short

HYPHEN = "\u2011"
"""The character that ``w:noBreakHyphen`` is."""

WRAPPERS = {
    "w:hyperlink": "w:hyperlink",
    "w:smartTag": "w:smartTag",
    "w:customXml": "w:customXml",
    "w:fldSimple": "w:fldSimple",
    "w:sdt": "w:sdtContent",
    "w:dir": "w:dir",
    "w:bdo": "w:bdo",
    "w:ins": "w:ins",
    "w:moveTo": "w:moveTo",
}
"""Elements around runs, and where in them the runs are."""

_CUTTABLE = {"w:hyperlink", "w:smartTag", "w:dir", "w:bdo", "w:ins", "w:moveTo"}
_TRACKED = {"w:ins", "w:moveTo"}
"""Neither may be around a link (EG_ContentRunContent)."""

_FORGOTTEN = {"w:proofErr", "w:lastRenderedPageBreak", "w:softHyphen"}
"""What is true of the old text only: spelling marks, where a page ended, where words may be divided."""

RANGES = {
    f"{start}Start": f"{start}End"
    for start in ("w:bookmark", "w:commentRange", "w:perm", "w:moveToRange", "w:moveFromRange")
}
_RANGE_ENDS = {end: start for start, end in RANGES.items()}
_NO_LANGUAGE = {"w:lang", "w:noProof", "w:rPrChange"}

_LITERAL_FIELDS = {
    *("PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "PAGEREF", "NOTEREF", "SEQ", "LISTNUM", "FILESIZE"),
    *("DATE", "TIME", "CREATEDATE", "SAVEDATE", "PRINTDATE", "EDITTIME", "NUMCHARS", "NUMWORDS", "REVNUM"),
    *("AUTHOR", "LASTSAVEDBY", "FILENAME", "USERNAME", "USERINITIALS", "USERADDRESS", "DOCVARIABLE"),
    *(
        "MERGEFIELD",
        "MERGEREC",
        "MERGESEQ",
        "AUTONUM",
        "AUTONUMLGL",
        "AUTONUMOUT",
        "BARCODE",
        "DISPLAYBARCODE",
    ),
}
"""Fields whose results are numbers, dates and names (17.16.5)."""


@dataclass(frozen=True, slots=True)
class Bit:
    """A part of a run: ``element`` with the properties of ``run``, inside copies of ``shells``."""

    element: Element
    run: Element
    shells: tuple[Element, ...] = ()


Node: TypeAlias = Element | Bit


@dataclass(slots=True)
class FieldNodes:
    """A complex field: what is before its result, and after it."""

    before: list[Node]
    after: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class RangeNodes:
    start: Element
    end: Element | None = None


@dataclass(slots=True)
class _Field:
    """A field that has begun and not ended. ``inline`` is there if its result began in this paragraph."""

    path: tuple[int, ...]
    state: Literal["code", "result"] = "code"
    nodes: list[Node] = field(default_factory=list)
    code: str = ""
    inline: Inline | None = None
    carried: bool = False


Fields = list[_Field]
"""The open fields of a story, outermost first; they go on from paragraph to paragraph."""


@dataclass(slots=True)
class DocxLine(Line):
    """With the properties that most of the text has; others are styles, whose payload they are."""

    base: Element | None = None
    tabs: list[Element] = field(default_factory=list)
    """In the order of the text's tab characters."""


class _Reader:
    def __init__(self, fields: Fields) -> None:
        self.line = DocxLine()
        self.fields = fields
        self.path: tuple[int, ...] = ()
        self.shells: tuple[Element, ...] = ()
        self.looks: list[tuple[int, int, bytes, Element | None]] = []
        self.ranges: dict[tuple[str, str], tuple[Inline, tuple[int, ...]]] = {}

    @property
    def _code(self) -> _Field | None:
        """The outermost field whose instructions this stands in."""
        return next((each for each in self.fields if each.state == "code"), None)

    def content(self, elements: Iterable[Element]) -> None:
        for element in elements:
            name = short(element)
            if name in ("w:pPr", *_FORGOTTEN):
                continue
            if name == "w:r":
                self._run(element)
            elif name in WRAPPERS and self._code is None:
                self._wrapper(element, name)
            elif name in RANGES or name in _RANGE_ENDS:
                self._range(element, name)
            else:
                self._still(element)

    def _still(self, node: Node) -> None:
        code = self._code
        if code is not None:
            code.nodes.append(node)
        else:
            self.line.anchor([node], self.path)

    def _wrapper(self, element: Element, name: str) -> None:
        inner = element if WRAPPERS[name] == name else child(element, WRAPPERS[name])
        if inner is None or child(inner, "w:p") is not None:
            self._still(element)
            return
        code = (attribute(element, "instr").split() or [""])[0].upper()
        line = self.line
        before = self.path, self.shells
        inline = line.open(
            "wrapper" if name in _CUTTABLE else "single",
            element,
            self.path,
            rank=int(name in _TRACKED),
            literal=code in _LITERAL_FIELDS,
        )
        self.path += (inline.key,)
        if name in _TRACKED:
            self.shells += (element,)
        self.content(inner)
        line.close(inline)
        self.path, self.shells = before

    def _range(self, element: Element, name: str) -> None:
        """One inline if both ends are in this paragraph, else an anchor for the one that is."""
        if self._code is not None:
            self._still(element)
            return
        number = attribute(element, "id")
        if name in RANGES:
            inline = self.line.open("range", RangeNodes(element), self.path)
            self.ranges[name, number] = inline, self.path
            return
        found = self.ranges.pop((_RANGE_ENDS[name], number), None)
        if found is None:
            self.line.anchor([element], self.path, half=True)
            return
        inline, _path = found
        assert isinstance(inline.payload, RangeNodes)
        inline.payload.end = element
        self.line.close(inline)

    def _run(self, run: Element) -> None:
        properties = child(run, "w:rPr")
        hidden = properties is not None and _is_on(child(properties, "w:vanish"))
        start = self.line.position
        for element in run:
            name = short(element)
            if name in ("w:rPr", *_FORGOTTEN):
                continue
            if name == "w:fldChar":
                self._field_character(Bit(element, run, self.shells))
            elif self._code is not None:
                if name == "w:instrText":
                    self.fields[-1].code += element.text or ""
                self._still(Bit(element, run, self.shells))
            elif hidden or not self._character(element, name):
                self._still(Bit(element, run))
        if self.line.position > start:
            self.looks.append((start, self.line.position, look(properties), properties))

    def _character(self, element: Element, name: str) -> bool:
        """Take the text of a run's element, if it is text."""
        if name == "w:t":
            self.line.add_text((element.text or "").replace("\n", " "))
        elif name in ("w:tab", "w:ptab"):
            self.line.tabs.append(element)
            self.line.add_text("\t")
        elif name == "w:cr" or (
            name == "w:br" and attribute(element, "type", "textWrapping") == "textWrapping"
        ):
            self.line.add_text("\n")
        elif name == "w:noBreakHyphen":
            self.line.add_text(HYPHEN)
        else:
            return False
        return True

    def _field_character(self, bit: Bit) -> None:
        kind = attribute(bit.element, "fldCharType")
        if kind == "begin":
            self.fields.append(_Field(self.path))
            self._still(bit)
        elif not self.fields:
            self._still(bit)  # of a field that never began
        elif kind == "separate":
            self._still(bit)
            top = self.fields[-1]
            top.state = "result"
            if self._code is not None:
                return
            if top.carried:
                self.line.anchor(top.nodes, self.path, half=True)
            else:
                top.inline = self.line.open("single", FieldNodes(top.nodes), self.path)
        else:
            self._field_end(bit)

    def _field_end(self, bit: Bit) -> None:
        top = self.fields.pop()
        if self._code is not None:
            self._still(bit)
        elif top.state == "code":
            self.line.anchor([*top.nodes, bit], self.path, half=top.carried)
        elif top.inline is not None and top.path == self.path:
            assert isinstance(top.inline.payload, FieldNodes)
            top.inline.payload.after = [bit]
            top.inline.literal = (top.code.split() or [""])[0].upper() in _LITERAL_FIELDS
            self.line.close(top.inline)
        else:
            self._halve(top)
            self.line.anchor([bit], self.path, half=True)

    @staticmethod
    def _halve(open_field: _Field) -> None:
        """A field that does not end where it began is an anchor."""
        inline = open_field.inline
        if inline is not None:
            assert isinstance(inline.payload, FieldNodes)
            inline.role, inline.end, inline.payload = "half", inline.start, inline.payload.before
            open_field.inline = None

    def finish(self) -> DocxLine:
        line = self.line
        for open_field in self.fields:
            self._halve(open_field)
            if open_field.state == "code" and open_field.nodes:
                line.anchor(open_field.nodes, (), half=True)
                open_field.nodes = []
            open_field.carried = True
        for inline, _path in self.ranges.values():
            assert isinstance(inline.payload, RangeNodes)
            inline.role, inline.end, inline.payload = "half", inline.start, [inline.payload.start]
        line.finish()
        self._styles()
        return line

    def _styles(self) -> None:
        """Neighbouring runs that look the same are one stretch; what most of the text looks like is none."""
        text = self.line.text
        sizes: Counter[bytes] = Counter()
        stretches: list[tuple[int, int, bytes, Element | None]] = []
        for start, end, seen, properties in self.looks:
            sizes[seen] += len(text[start:end].strip()) + 1
            if stretches and stretches[-1][2] == seen and stretches[-1][1] == start:
                stretches[-1] = (stretches[-1][0], end, seen, stretches[-1][3])
            else:
                stretches.append((start, end, seen, properties))
        if not sizes:
            return
        usual = max(sizes, key=lambda seen: sizes[seen])
        for start, end, seen, properties in stretches:
            if seen != usual:
                self.line.style(start, end, properties)
            elif self.line.base is None:
                self.line.base = properties


def read_paragraph(paragraph: Element, fields: Fields) -> DocxLine:
    """The content of a ``w:p``. ``fields`` are those open before it, and after it when this returns."""
    reader = _Reader(fields)
    reader.content(paragraph)
    return reader.finish()


def look(properties: Element | None) -> bytes:
    """Equal for run properties that look the same: without language, proofing, and what tracks changes."""
    if properties is None:
        return b""
    parts = []
    for each in properties:
        name = short(each)
        if name in _NO_LANGUAGE:
            continue
        if name == "w:rFonts" and not [key for key in each.attrib if not str(key).endswith("}hint")]:
            continue
        content = etree.tostring(each, with_tail=False)
        parts.append(content)
    return b"".join(sorted(parts))


def _is_on(toggle: Element | None) -> bool:
    return toggle is not None and attribute(toggle, "val", "true") not in ("0", "false", "off")
