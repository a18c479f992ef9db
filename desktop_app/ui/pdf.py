"""A conversation's HTML as a PDF: A4, page numbers, Chinese embedded, nothing fetched from anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QRawFont,
    QTextDocument,
)

from desktop_app.ui.fonts import code_font, interface_font
from desktop_app.ui.pdf_text import with_plain_ideographs

_DPI = 96  # CSS px: the layout's unit
_SIDE_MM, _TOP_MM, _FOOT_MM = 22.0, 20.0, 22.0
_TEXT_PX, _CODE_PX, _SMALL_PX = 14, 12, 11  # 10.5, 9 and 8 pt

# Qt knows part of CSS only; what is not here it does not draw. Ink on white, whatever the theme.
_STYLE = """
body { color: #1F2328; }
p { margin-top: 4px; margin-bottom: 6px; line-height: 21px; -qt-line-height-type: minimum; }
li { margin-top: 1px; margin-bottom: 1px; line-height: 21px; -qt-line-height-type: minimum; }
td, th { line-height: 19px; -qt-line-height-type: minimum; }
.h1 { font-size: 24px; font-weight: 600; margin-bottom: 2px; line-height: 32px; }
.h2 { font-size: 13px; font-weight: 600; color: #2F4B7C; margin-top: 20px; margin-bottom: 3px; }
.h3 { font-size: 18px; font-weight: 600; margin-top: 14px; }
.h4 { font-size: 16px; font-weight: 600; margin-top: 12px; }
.h5, .h6 { font-weight: 600; margin-top: 10px; }
.date { color: #5B5F66; font-size: 12px; margin-top: 0; }
a { color: #2F4B7C; text-decoration: underline; }
blockquote { color: #5B5F66; margin-left: 18px; margin-right: 0; }
pre { white-space: pre-wrap; font-size: 12px; margin-top: 0; margin-bottom: 0; line-height: 17px; }
code { font-size: 13px; }
pre code { font-size: 12px; }
hr { background-color: #C9C4B8; }
th { font-weight: 600; background-color: #F4F1EA; }
.grid td, .grid th { border: 1px solid #C9C4B8; }
"""


def render_pdf(html: str, progress: Callable[[float], None] | None = None) -> bytes:
    """The pages of ``html`` as a PDF file's bytes. ``progress`` is told 0…1.

    Needs a QGuiApplication. Takes seconds for a long conversation and holds the interpreter's lock
    for most of it: in the app it runs in its own process (`desktop_app.ui.pdf_process`).
    Images are drawn only where their bytes stand in the text itself (``data:``).
    """
    document = _Document()
    document.setUndoRedoEnabled(False)
    document.setUseDesignMetrics(True)
    text_font = _printed(interface_font(_system_font(), _TEXT_PX))
    document.setDefaultFont(text_font)
    families = ", ".join(f"'{name}'" for name in code_font(_CODE_PX).families())
    document.setDefaultStyleSheet(_STYLE + f"pre, code, kbd, samp, tt {{ font-family: {families}; }}")
    document.setHtml(for_qt(html))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(_SIDE_MM, _TOP_MM, _SIDE_MM, _FOOT_MM)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    writer.setTitle(document.metaInformation(QTextDocument.MetaInformation.DocumentTitle))
    writer.setCreator("Inkhorn")
    scale = writer.resolution() / _DPI
    page = QSizeF(writer.width() / scale, writer.height() / scale)
    document.setDocumentMargin(0)
    document.setPageSize(page)
    count = document.pageCount()
    painter = QPainter(writer)
    painter.scale(scale, scale)
    for number in range(count):
        if number:
            writer.newPage()
        painter.save()
        painter.translate(0, -number * page.height())
        document.drawContents(painter, QRectF(0, number * page.height(), page.width(), page.height()))
        painter.restore()
        _draw_foot(painter, page, writer.title(), number + 1, count, text_font)
        if progress is not None:
            progress((number + 1) / count)
    painter.end()
    return with_plain_ideographs(bytes(buffer.data().data()), _radicals_of(document.toPlainText(), text_font))


def for_qt(html: str) -> str:
    """``html`` in the part of HTML that QTextDocument draws well: no sheet of its own, code, tables and
    the user's messages with a ground and lines, the words of images that lie elsewhere."""
    html = re.sub(r"(?is)<(style|script|noscript|svg)\b.*?</\1\s*>", "", html)
    html = re.sub(r"(?i)<(link|meta|base|input|source)\b[^>]*>", "", html)
    html = re.sub(r"(?i)<img\b[^>]*>", _image, html)
    # Qt makes headings larger than their sheet says.
    html = re.sub(r'(?i)<h([1-6])\b(?: class="[^"]*")?([^>]*)>', r'<p class="h\1"\2>', html)
    html = re.sub(r"(?i)</h[1-6]\s*>", "</p>", html)
    html = re.sub(r"(?i)<th(?=>| class)", '<th align="left"', html)
    html = re.sub(r"(?i)<table\b[^>]*>", _GRID, html)
    html = re.sub(r"(?is)<pre\b[^>]*>(.*?)</pre\s*>", _code, html)
    return re.sub(r'(?s)<div class="(?:user|system)">\n?(.*?)</div>', _ground(r"\1", 4, 9), html)


_GRID = (
    '<table class="grid" cellspacing="0" cellpadding="5"'
    ' style="border-collapse: collapse; margin-top: 6px; margin-bottom: 10px;">'
)


def _code(match: re.Match[str]) -> str:
    inside = re.sub(r"\s+(</code>)?\s*$", r"\1", match[1])
    return _ground(f"<pre>{inside}</pre>", 8, 10)


def _ground(inside: str, top: int, side: int) -> str:
    """``inside`` on a tinted ground as wide as the page: only cells of tables have one with air around."""
    padding = f"padding: {top}px {side}px {top}px {side}px;"
    return (
        '<table width="100%" border="0" cellspacing="0" style="margin-top: 4px; margin-bottom: 8px;">'
        f'<tr><td bgcolor="#F5F2EB" style="{padding}">{inside}</td></tr></table>'
    )


def _image(match: re.Match[str]) -> str:
    tag = match[0]
    if re.search(r"""(?i)\ssrc\s*=\s*["']?data:image/""", tag):
        return tag
    words = re.search(r"""(?i)\salt\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return f"[{words[1] or words[2] or ''}]" if words else ""


class _Document(QTextDocument):
    """Reads nothing from disk or net."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        url = QUrl(name)
        return super().loadResource(kind, url) if url.scheme() == "data" else None


def _system_font() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)


def _printed(font: QFont) -> QFont:
    """Paper has no pixels to fit letters to; and “fi” as one sign would be copied as one."""
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    for feature in ("liga", "dlig", "clig"):
        font.setFeature(QFont.Tag(feature), 0)
    return font


def _radicals_of(text: str, font: QFont) -> dict[int, int]:
    """Radicals (U+2E80…U+2FDF) drawn as an ideograph of ``text`` is: radical → ideograph."""
    signs = sorted({sign for sign in text if "\u3400" <= sign <= "\u9fff"})
    found: dict[int, int] = {}
    for family in dict.fromkeys([*font.families(), *code_font(_CODE_PX).families()]) if signs else ():
        drawn = QRawFont.fromFont(QFont(family))
        glyphs = dict(zip(drawn.glyphIndexesForString("".join(signs)), signs, strict=False))
        for radical in range(0x2E80, 0x2FE0):
            glyph = drawn.glyphIndexesForString(chr(radical))
            if glyph and glyph[0] and glyph[0] in glyphs:
                found[radical] = ord(glyphs[glyph[0]])
    return found


def _draw_foot(painter: QPainter, page: QSizeF, title: str, number: int, count: int, font: QFont) -> None:
    small = QFont(font)
    small.setPixelSize(_SMALL_PX)
    painter.setFont(small)
    painter.setPen(QColor("#5B5F66"))
    box = QRectF(0, page.height() + 28, page.width(), 18)
    painter.drawText(box, Qt.AlignmentFlag.AlignRight, f"{number} / {count}")
    room = page.width() - 80
    metrics = painter.fontMetrics()
    short = metrics.elidedText(" ".join(title.split()), Qt.TextElideMode.ElideRight, int(room))
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft, short)
