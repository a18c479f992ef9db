"""How blocks look: fonts, colours, margins of one theme and text size, made once and shared."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from PySide6.QtGui import QColor, QFont, QTextBlockFormat, QTextCharFormat, QTextFormat

from desktop_app.ui.fonts import code_font, reading_font
from desktop_app.ui.markdown.blocks import Block, Code, Formula, Paragraph, Rule, Style, is_rtl
from desktop_app.ui.markdown.code import colour
from desktop_app.ui.theme import LINE_HEIGHT, Theme

CODE_HEAD = 34  # px above the first line of code: its language and the copy button
CODE_FOOT = 12
CODE_SIDE = 14
QUOTE = 18  # px that a quote moves its text in
INLINE_CODE = QTextFormat.Property.UserProperty + 8
CELL_PADDING = 7
ITEM = 26  # px that a list item moves its text in
_HEADINGS = {1: 1.45, 2: 1.25, 3: 1.12, 4: 1.0, 5: 1.0, 6: 1.0}


@dataclass(frozen=True)
class Look:
    """``text_size`` in px. ``ink`` may differ from the theme's, for text that is set back."""

    theme: Theme
    text_size: int
    serif: bool
    system_font: QFont
    _formats: dict[tuple[Style, int], QTextCharFormat] = field(default_factory=dict, compare=False)

    @cached_property
    def font(self) -> QFont:
        return reading_font(self.system_font, self.text_size, self.serif)

    @property
    def code_size(self) -> int:
        return round(self.text_size * 0.87)

    def text(self, style: Style, heading: int = 0) -> QTextCharFormat:
        """The format of a run."""
        key = (style, heading)
        if key not in self._formats:
            self._formats[key] = self._make_text(style, heading)
        return self._formats[key]

    def _make_text(self, style: Style, heading: int) -> QTextCharFormat:
        size = round(self.text_size * _HEADINGS.get(heading, 1.0))
        result = QTextCharFormat()
        font = (
            code_font(round(size * 0.9)) if style.code else reading_font(self.system_font, size, self.serif)
        )
        if style.bold or heading:
            font.setWeight(QFont.Weight.DemiBold)
        font.setItalic(style.italic)
        font.setStrikeOut(style.strike)
        font.setUnderline(bool(style.href))
        result.setFont(font)
        result.setForeground(QColor(self.theme.accent if style.href else self.theme.ink))
        if style.code:
            result.setProperty(INLINE_CODE, True)
        if style.href:
            result.setAnchor(True)
            result.setAnchorHref(style.href)
        return result

    @cached_property
    def code(self) -> QTextCharFormat:
        return self._make_code(self.theme.ink)

    @cached_property
    def quiet_code(self) -> QTextCharFormat:
        return self._make_code(self.theme.quiet)

    def _make_code(self, ink: str) -> QTextCharFormat:
        result = QTextCharFormat()
        result.setFont(code_font(self.code_size))
        result.setForeground(QColor(ink))
        return result

    def code_role(self, role: str) -> QTextCharFormat:
        result = QTextCharFormat()
        result.setForeground(QColor(colour(role, self.theme.dark)))
        return result

    def block(self, block: Block, before: Block | None) -> QTextBlockFormat:
        """The format of ``block`` below ``before`` (None at the top). Space is always above a block."""
        result = QTextBlockFormat()
        place = block.place
        result.setTopMargin(self._gap(block, before))
        quotes = QUOTE * place.path.count("q")
        rtl = is_rtl(block)
        result.setLeftMargin(0 if rtl else quotes)
        result.setRightMargin(quotes if rtl else 0)
        result.setIndent(place.path.count("i"))
        size = self.text_size
        if isinstance(block, Paragraph):
            size = round(size * _HEADINGS.get(block.heading, 1.0))
            height = 1.3 if block.heading else LINE_HEIGHT
        elif isinstance(block, Code):
            size, height = self.code_size, 1.5
            result.setLeftMargin(result.leftMargin() + CODE_SIDE)
            result.setRightMargin(CODE_SIDE)
            result.setNonBreakableLines(False)
        else:
            height = LINE_HEIGHT
        result.setLineHeight(round(size * height), QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        if isinstance(block, Paragraph) and block.heading:
            result.setHeadingLevel(block.heading)
        return result

    def _gap(self, block: Block, before: Block | None) -> float:
        unit = self.text_size / 15
        own = float(CODE_HEAD) if isinstance(block, Code) else 0.0
        if before is None:
            return own
        gap = 12.0
        if isinstance(block, Paragraph) and block.heading:
            gap = 22.0 if block.heading <= 2 else 18.0
        elif isinstance(before, Paragraph) and before.heading:
            gap = 8.0
        elif block.place.marker and not block.place.loose:
            gap = 4.0
        elif block.place.marker and "i" in before.place.path:
            gap = 8.0
        elif isinstance(block, Rule) or isinstance(before, Rule):
            gap = 14.0
        elif isinstance(block, Formula):
            gap = 10.0
        if isinstance(before, Code):
            gap = max(gap, 12.0) + CODE_FOOT
        return gap * unit + own
