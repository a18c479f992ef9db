"""LaTeX formulas: drawn by ziamath as vectors, kept by source and size, shown as inline text objects."""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from dataclasses import dataclass, field

from PySide6.QtCore import QByteArray, QRect, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF, QPainter, QPyTextObject, QTextDocument, QTextFormat
from PySide6.QtSvg import QSvgRenderer

from desktop_app.ui.markdown.warmup import Warmup, load

OBJECT_TYPE = QTextFormat.ObjectTypes.UserObject + 1
LATEX = QTextFormat.Property.UserProperty + 1
DISPLAY = QTextFormat.Property.UserProperty + 2
COLOUR = QTextFormat.Property.UserProperty + 3
SIZE = QTextFormat.Property.UserProperty + 4
ALONE = QTextFormat.Property.UserProperty + 6  # on lines of its own
SOURCE = QTextFormat.Property.UserProperty + 5
LONGEST = 1_000  # characters; what is longer is shown as its source
_KEPT = 2_000  # formulas
_VIEW = re.compile(r'viewBox="(\S+) (\S+) (\S+) (\S+)"')


@dataclass(slots=True)
class Drawing:
    """A formula in px at 1:1. The baseline is ``ascent`` below the top."""

    width: float
    ascent: float
    descent: float
    svg: str
    _renderers: dict[str, QSvgRenderer] = field(default_factory=dict)

    def paint(self, painter: QPainter, rect: QRectF, colour: str) -> None:
        renderer = self._renderers.get(colour)
        if renderer is None:
            svg = self.svg.replace('"black"', f'"{colour}"')
            renderer = self._renderers[colour] = QSvgRenderer(QByteArray(svg.encode()))
        renderer.render(painter, rect)


class Formulas:
    """Draws formulas and keeps them. Shared by all messages of a view."""

    def __init__(self, warmup: Warmup) -> None:
        self._warmup = warmup
        self._kept: OrderedDict[tuple[str, int, bool], Drawing | None] = OrderedDict()

    def ready(self) -> bool:
        """Whether `draw` can answer without loading the renderer first."""
        return self._warmup.ready("ziamath", _prepare)

    def known(self, latex: str, size: int, display: bool) -> bool:
        return (latex, size, display) in self._kept or len(latex) > LONGEST

    def get(self, latex: str, size: int, display: bool) -> Drawing | None:
        """A drawing made before; None when there is none, or the formula cannot be read."""
        return self._kept.get((latex, size, display))

    def draw(self, latex: str, size: int, display: bool) -> Drawing | None:
        """The drawing of ``latex`` at ``size`` px, about 3 to 15 ms when new; None if unreadable."""
        key = (latex, size, display)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        drawing = _draw(latex, size, display) if len(latex) <= LONGEST else None
        self._kept[key] = drawing
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return drawing


def _prepare() -> bool:
    """Load the renderer and draw once, so that its tables are there."""
    return load("ziamath") and _draw("x", 15, False) is not None


def _draw(latex: str, size: int, display: bool) -> Drawing | None:
    from xml.etree.ElementTree import ParseError

    from latex2mathml import exceptions
    from ziamath.config import config
    from ziamath.zmath import Math

    config.svg2 = False  # <symbol> is beyond Qt's SVG
    # ziamath has no error of its own: it trips over what it cannot set.
    unreadable: tuple[type[Exception], ...] = (
        *(e for e in vars(exceptions).values() if isinstance(e, type) and issubclass(e, Exception)),
        *(ParseError, LookupError, ValueError, TypeError, AttributeError, AssertionError),
        *(ArithmeticError, RecursionError, NotImplementedError, StopIteration),
    )
    try:
        svg = str(Math.fromlatex(latex, size=size * 1.06, inline=not display).svg())
    except unreadable:
        return None
    view = _VIEW.search(svg)
    if view is None:
        return None
    _, top, width, height = (float(number) for number in view.groups())
    if not all(map(math.isfinite, (top, width, height))) or width <= 0 or height <= 0:
        return None
    return Drawing(width, -top, height + top, svg)


class FormulaObject(QPyTextObject):
    """Draws formulas inside a document. One per document; not drawn yet is an empty place."""

    def __init__(self, formulas: Formulas, parent: QTextDocument) -> None:
        super().__init__(parent)
        self._formulas = formulas

    def intrinsicSize(self, doc: QTextDocument, position: int, fmt: QTextFormat) -> QSizeF:
        drawing = self._drawing(fmt)
        if drawing is None:
            size = float(fmt.property(SIZE))
            return QSizeF(min(size * 0.5 * len(str(fmt.property(LATEX))), 200.0), size)
        scale = self._scale(drawing, doc)
        ascent, descent = drawing.ascent * scale, drawing.descent * scale
        if fmt.property(ALONE):
            return QSizeF(drawing.width * scale, ascent + descent)
        if stands_on_baseline(drawing, int(fmt.property(SIZE))):
            return QSizeF(drawing.width * scale, ascent)
        # Qt centres an inline object on half the x-height (AlignMiddle) and knows no descent, so the
        # place is made as high as it takes for the baseline to fall where the text's is.
        quarter = _quarter(fmt)
        return QSizeF(drawing.width * scale, 2 * max(ascent - quarter, descent + quarter))

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, doc: QTextDocument, position: int, fmt: QTextFormat
    ) -> None:
        drawing = self._drawing(fmt)
        if drawing is None:
            return
        scale = self._scale(drawing, doc)
        height = (drawing.ascent + drawing.descent) * scale
        if fmt.property(ALONE) or stands_on_baseline(drawing, int(fmt.property(SIZE))):
            top = rect.top()
        else:
            top = rect.top() + rect.height() / 2 + _quarter(fmt) - drawing.ascent * scale
        place = QRectF(rect.left(), top, drawing.width * scale, height)
        drawing.paint(painter, place, str(fmt.property(COLOUR)))

    def _drawing(self, fmt: QTextFormat) -> Drawing | None:
        return self._formulas.get(
            str(fmt.property(LATEX)), int(fmt.property(SIZE)), bool(fmt.property(DISPLAY))
        )

    def _scale(self, drawing: Drawing, doc: QTextDocument) -> float:
        room = doc.textWidth() - 8
        return min(1.0, room / drawing.width) if room > 0 else 1.0


def stands_on_baseline(drawing: Drawing, size: int) -> bool:
    """Whether what hangs below the baseline fits where letters such as "y" hang, so that the formula
    can simply stand on it."""
    return drawing.descent <= 0.3 * size


def _quarter(fmt: QTextFormat) -> float:
    """A quarter of the x-height of the text around, as Qt measures it for AlignMiddle."""
    return QFontMetricsF(fmt.toCharFormat().font()).xHeight() / 4
