"""Documents with real Qt layouts."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter, QRegion, QTextCursor, QTextTable
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.ui.markdown.browser import MarkdownBrowser
from desktop_app.ui.markdown.code import ROLES, colour
from desktop_app.ui.markdown.copy_button import CopyButton
from desktop_app.ui.markdown.document import MessageDocument, Tools
from desktop_app.ui.markdown.look import CODE_HEAD, Look
from desktop_app.ui.theme import DARK, LIGHT, THEMES
from tests.ui.markdown.test_stream import SOURCE


@pytest.fixture(scope="module")
def tools(app: QApplication) -> Tools:
    made = Tools()
    end = time.monotonic() + 20
    while not (made.formulas.ready() and made.highlighter.ready("python") and made.highlighter.ready("py")):
        assert time.monotonic() < end
        time.sleep(0.01)
    return made


def look() -> Look:
    return Look(LIGHT, 15, False, QFont(QApplication.font()))


def finish(document: MessageDocument) -> None:
    while document.step(time.perf_counter() + 1):
        pass


def make(tools: Tools, text: str, plain: bool = False) -> MessageDocument:
    document = MessageDocument(tools, look(), plain)
    document.setTextWidth(600)
    document.set_text(text)
    finish(document)
    return document


def shape(document: MessageDocument) -> list[tuple[str, float, float, int, str]]:
    """All that can be seen of a document's structure."""
    found = []
    block = document.begin()
    while block.isValid():
        look = block.blockFormat()
        fonts = []
        iterator = block.begin()
        while not iterator.atEnd():
            fonts.append(iterator.fragment().charFormat().font().toString())
            iterator += 1
        found.append(
            (block.text(), look.topMargin(), look.bottomMargin(), look.alignment().value, "|".join(fonts))
        )
        block = block.next()
    return found


def test_a_grown_document_is_like_a_whole_one(tools: Tools) -> None:
    grown = MessageDocument(tools, look())
    grown.setTextWidth(600)
    grown.set_text("", growing=True)
    for start in range(0, len(SOURCE), 7):
        grown.append(SOURCE[start : start + 7])
        finish(grown)
    grown.finish()
    finish(grown)
    whole = make(tools, SOURCE)
    assert shape(grown) == shape(whole)
    assert grown.size() == whole.size()
    assert [w.block for w in grown.written] == [w.block for w in whole.written]
    assert [(w.start, w.end) for w in grown.written] == [(w.start, w.end) for w in whole.written]


def test_appending_leaves_the_first_blocks_alone(tools: Tools) -> None:
    document = make(tools, "One.\n\nTwo.\n\nThree")
    touched: list[int] = []
    document.contentsChange.connect(lambda position, removed, added: touched.append(position))
    document.append(" and more.")
    finish(document)
    assert min(touched) >= document.written[2].start - 1


def test_code_grows_without_being_written_again(tools: Tools) -> None:
    document = MessageDocument(tools, look())
    document.set_text("```python\nx = 1\ny = 2\n", growing=True)
    finish(document)
    touched: list[int] = []
    document.contentsChange.connect(lambda position, removed, added: touched.append(position))
    document.append("z = 3\nend")
    finish(document)
    assert min(touched) >= len("x = 1\n")
    assert document.toPlainText() == "x = 1\ny = 2\nz = 3\nend"


def test_a_table_is_a_grid_with_a_head(tools: Tools) -> None:
    document = make(tools, "| a | b |\n|:-:|--:|\n| 1 | 2 |\n\nafter")
    cursor = QTextCursor(document)
    cursor.setPosition(document.written[0].start)
    table = cursor.currentTable()
    assert isinstance(table, QTextTable)
    assert (table.rows(), table.columns(), table.format().headerRowCount()) == (2, 2, 1)
    assert table.cellAt(0, 0).firstCursorPosition().charFormat().font().weight() >= QFont.Weight.DemiBold
    right = table.cellAt(1, 1).firstCursorPosition().blockFormat().alignment()
    assert right & Qt.AlignmentFlag.AlignRight
    # What follows stands below the table, not in it.
    assert document.extent(1)[0] > document.extent(0)[1] + 5


def test_unreadable_formulas_show_their_source(tools: Tools) -> None:
    document = make(tools, r"a $\frac{1$ b $x^2$ c")
    assert r"$\frac{1$" in document.toPlainText()
    assert document.toPlainText().count("\ufffc") == 1
    written = document.written[0]
    assert written.end == document.characterCount() - 1


def test_formulas_are_drawn_in_the_texts_colour(tools: Tools) -> None:
    document = make(tools, "$$x + \\mathbf{M}$$")
    browser = MarkdownBrowser()
    browser.show_document(document)
    browser.resize(300, browser.height_for(300))
    picture = QImage(browser.size(), QImage.Format.Format_RGB32)  # the browser itself is transparent
    picture.fill(QColor(LIGHT.paper))
    painter = QPainter(picture)
    browser.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    painter.end()
    places = ((x, y) for x in range(picture.width()) for y in range(picture.height()))
    darkest = min((QColor(picture.pixel(x, y)) for x, y in places), key=QColor.lightness)
    ink = QColor(LIGHT.ink)  # thin strokes never cover a whole pixel
    assert abs(darkest.lightness() - ink.lightness()) < 24
    assert abs(darkest.hue() - ink.hue()) < 24


def test_selection_copies_formulas_and_marks(tools: Tools) -> None:
    document = make(tools, "- one $x^2$\n- [x] two\n\n3. three\n\n```py\na\nb\n```")
    cursor = QTextCursor(document)
    cursor.select(QTextCursor.SelectionType.Document)
    assert document.plain_text(cursor) == "- one $x^2$\n- [x] two\n3. three\na\nb"


def test_code_is_coloured_at_the_right_places_after_wide_letters(tools: Tools) -> None:
    document = make(tools, '```python\ns = "😀" + str(1)\n# 注释\n```')
    first = document.findBlock(document.written[0].start)
    ranges = {
        (piece.start, piece.length): piece.format.foreground().color().name().upper()
        for piece in first.layout().formats()
    }
    # The emoji is two UTF-16 units.
    assert ranges[(11, 3)] == colour("type", dark=False)
    assert ranges[(15, 1)] == colour("number", dark=False)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("role", ROLES)
def test_code_colours_can_be_read(theme: object, role: str) -> None:
    def luminance(name: str) -> float:
        parts = [int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for paper in (theme.code_paper, theme.paper):  # type: ignore[attr-defined]
        pair = sorted((luminance(colour(role, theme.dark)), luminance(paper)))  # type: ignore[attr-defined]
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5


def test_nothing_is_ever_loaded(tools: Tools) -> None:
    document = make(tools, "![x](http://127.0.0.1:9/x.png) ![y](file:///etc/hostname)")
    assert document.loadResource(2, QUrl("file:///etc/hostname")) is None
    assert "\ufffc" not in document.toPlainText()
    browser = MarkdownBrowser()
    assert browser.loadResource(2, QUrl("file:///etc/hostname")) is None


def test_paragraphs_have_their_own_direction(tools: Tools) -> None:
    document = make(tools, "English\n\nهذه فقرة\n\n```py\n# שלום\n```")
    directions = [document.findBlock(w.start).textDirection() for w in document.written]
    ltr, rtl = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
    assert directions == [ltr, rtl, ltr]


def test_the_copy_button_copies_exactly_the_code(tools: Tools) -> None:
    code = "def f():\n\treturn 'ü'\n\n# end"
    document = make(tools, f"a\n\n```python\n{code}\n```\n\nb\n\n```\nplain\n```")
    browser = MarkdownBrowser()
    browser.show_document(document)
    browser.resize(500, browser.height_for(500))
    browser.show()
    first, second = browser.findChildren(CopyButton)
    assert first.accessibleName() == "Copy the python code"
    assert first.focusPolicy() & Qt.FocusPolicy.TabFocus
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == code
    assert first.text() == "Copied"
    QTest.mouseClick(second, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "plain"
    assert browser.rect().contains(second.geometry())


def test_links_ask_before_they_open(tools: Tools) -> None:
    document = make(tools, "[words](https://a.b/c)")
    browser = MarkdownBrowser()
    browser.show_document(document)
    browser.resize(300, browser.height_for(300))
    browser.show()
    asked: list[str] = []
    browser.link_requested.connect(asked.append)
    QTest.mouseClick(browser.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(12, browser.height() // 2))
    assert asked == ["https://a.b/c"]


def test_another_look_keeps_the_text(tools: Tools) -> None:
    document = make(tools, SOURCE)
    before = document.toPlainText()
    document.set_look(Look(DARK, 19, True, QFont(QApplication.font())))
    finish(document)
    assert document.toPlainText() == before
    first = document.begin().begin().fragment().charFormat()
    assert first.foreground().color() == QColor(DARK.ink)


def test_code_at_the_top_has_room_for_its_head(tools: Tools) -> None:
    """Qt leaves out the margin above the first block of a document."""
    document = MessageDocument(tools, look())
    document.set_text("```python\nx = 1\n```\nand words")
    finish(document)
    layout = document.documentLayout()
    assert layout.blockBoundingRect(document.begin()).top() == CODE_HEAD
    document.set_text("words alone")
    finish(document)
    assert layout.blockBoundingRect(document.begin()).top() == 0
