"""What python-docx has no call for: East Asian fonts, links, numbering that starts anew, code styles.

Element names and order after ECMA-376 part 1, 17.3 (paragraphs, runs) and 17.9 (numbering).
"""

from __future__ import annotations

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.run import Run

CODE = "Code"
INLINE_CODE = "Inline Code"

_LATIN, _CHINESE, _MONOSPACE = "Calibri", "Microsoft YaHei", "Consolas"
_ACCENT, _PAPER = RGBColor(0x2F, 0x4B, 0x7C), "F0EEE8"


def prepare_styles(document: Any) -> None:
    """Fonts for Latin and Chinese in every style, a colour for headings, styles for code and links."""
    styles = document.styles
    for style in list(styles):
        if style.type in (WD_STYLE_TYPE.PARAGRAPH, WD_STYLE_TYPE.CHARACTER):
            has_fonts = style.element.rPr is not None and style.element.rPr.rFonts is not None
            if style.name == "Normal" or has_fonts:
                _set_fonts(style, _LATIN)
            if style.name.startswith(("Heading", "Title")):
                style.font.color.rgb = _ACCENT
    code = styles.add_style(CODE, WD_STYLE_TYPE.PARAGRAPH)
    code.base_style = styles["Normal"]
    _set_fonts(code, _MONOSPACE)
    code.font.size = Pt(9.5)
    code.paragraph_format.space_after = Pt(8)
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _PAPER)):
        shade.set(qn(f"w:{name}"), value)
    properties = code.element.get_or_add_pPr()
    properties.insert_element_before(shade, "w:tabs", "w:spacing", "w:ind", "w:jc")
    inline = styles.add_style(INLINE_CODE, WD_STYLE_TYPE.CHARACTER)
    _set_fonts(inline, _MONOSPACE)
    link = styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb = _ACCENT
    link.font.underline = True


def _set_fonts(style: Any, latin: str) -> None:
    """Real names instead of the theme's, whose East Asian entry is empty: Word would then show
    Chinese in whatever it falls back to, bold and thin mixed."""
    style.font.name = latin
    fonts = style.element.rPr.rFonts
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for script, font in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", _CHINESE)):
        fonts.set(qn(f"w:{script}"), font)
    languages = style.element.rPr.find(qn("w:lang"))
    if languages is not None:
        languages.set(qn("w:eastAsia"), "zh-CN")


def add_link(paragraph: Any, address: str, text: str) -> Any:
    """A run inside a hyperlink."""
    relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    element = OxmlElement("w:r")
    link.append(element)
    paragraph._p.append(link)
    run = Run(element, paragraph)
    run.text = text
    run.style = "Hyperlink"
    return run


def restart_numbers(document: Any, style_name: str, start: int) -> int:
    """A numbering of its own for one list, with the look of the style's. Returns its id."""
    numbering = document.part.numbering_part.element
    style_number = document.styles[style_name].element.pPr.numPr.numId.val
    number = numbering.add_num(numbering.num_having_numId(style_number).abstractNumId.val)
    number.add_lvlOverride(ilvl=0).add_startOverride(start)
    return int(number.numId)


def add_rule(paragraph: Any) -> None:
    """A horizontal line: the lower border of an empty paragraph."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "auto")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
    )


def run_right_to_left(paragraph: Any) -> None:
    """Paragraph direction and the order of its runs, for Arabic, Hebrew and the like."""
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(OxmlElement("w:bidi"), "w:spacing", "w:ind", "w:jc", "w:rPr")
    for run in paragraph.runs:
        run.font.rtl = True
