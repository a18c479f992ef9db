"""Pointing at a sentence, or having the caret in it, lights up the other side's."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.ui.translate.sheet import EMPTY, Sheet
from desktop_app.ui.translate.text_page import TextPage
from desktop_app.ui.translate.utf16 import Places


class Pointing(QObject):
    """``at`` with the number of the sentence that is lit up, -1 for none."""

    at = Signal(int)

    def __init__(self, page: TextPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._sheet = EMPTY
        self._places = Places("")
        self._spans: tuple[tuple[int, int], ...] = ()
        self._lit = self._held = -1
        page.source.pointed.connect(self._source_pointed)
        page.source.caret_moved.connect(self._source_caret)
        page.target.pointed.connect(self._target_pointed)
        page.target.caret_moved.connect(self._target_caret)

    def set_sheet(self, sheet: Sheet) -> None:
        if sheet.source != self._sheet.source:
            self._places = Places(sheet.source.text())
            self._spans = sheet.source.spans
        self._sheet = sheet
        self._light(self._lit if self._lit < len(sheet.lines) else -1)

    def hold(self, number: int) -> None:
        """Keep a sentence lit up while nothing else is pointed at; -1 for none."""
        self._held = number
        self._light(number)

    @Slot(int)
    def _source_pointed(self, place: int) -> None:
        self._light(self._source_at(place) if place >= 0 else self._caret_sentence())

    @Slot(int)
    def _source_caret(self, place: int) -> None:
        if self._page.source.hasFocus():
            number = self._source_at(place)
            self._light(number)
            if number >= 0:
                self._page.target.show_place(self._page.target.span_of(number)[0])

    @Slot(int)
    def _target_pointed(self, place: int) -> None:
        self._light(self._page.target.sentence_at(place) if place >= 0 else self._caret_sentence())

    @Slot(int)
    def _target_caret(self, place: int) -> None:
        if self._page.target.hasFocus():
            number = self._page.target.sentence_at(place)
            self._light(number)
            if number >= 0:
                self._page.source.show_place(self._source_span(number)[0])

    def _caret_sentence(self) -> int:
        """Where the caret is, or what is held, once the pointer is gone."""
        page = self._page
        if page.target.hasFocus():
            return page.target.sentence_at(page.target.textCursor().position())
        return self._held if self._held < len(self._sheet.lines) else -1

    def _source_at(self, place: int) -> int:
        at = self._places.from_qt(place)
        number = bisect_left(self._spans, at, key=lambda span: span[1])
        return number if number < len(self._spans) and self._spans[number][0] <= at else -1

    def _source_span(self, number: int) -> tuple[int, int]:
        start, end = self._spans[number]
        return self._places.to_qt(start), self._places.to_qt(end)

    def _light(self, number: int) -> None:
        changed, self._lit = number != self._lit, number
        both = number >= 0 and len(self._sheet.lines) > 1
        self._page.source.mark(*(self._source_span(number) if both else (0, 0)))
        self._page.target.mark(*(self._page.target.span_of(number) if both else (0, 0)))
        if changed:
            self.at.emit(number)
