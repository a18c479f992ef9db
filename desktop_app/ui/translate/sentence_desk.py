"""The card of one sentence: opened by a click, filled with alternatives and what the memory has, kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from desktop_app.core.i18n import tr
from desktop_app.core.messages import Failed
from desktop_app.core.translation import Term, TranslateOptions, Translation
from desktop_app.core.translation_routes import Route
from desktop_app.ui.translate.direction import Direction
from desktop_app.ui.translate.interpreter import Interpreter
from desktop_app.ui.translate.live import Live
from desktop_app.ui.translate.memory import Match, Remembering, likely_terms
from desktop_app.ui.translate.pointing import Pointing
from desktop_app.ui.translate.sheet import Sheet
from desktop_app.ui.translate.text_page import TextPage

ALTERNATIVES = 3
_TOPIC = "alternatives"


class SentenceDesk(QObject):
    """``remembered`` when something went into the memory."""

    remembered = Signal()

    def __init__(
        self,
        page: TextPage,
        live: Live,
        pointing: Pointing,
        direction: Direction,
        interpreter: Interpreter,
        remembering: Remembering,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page, self._card, self._live, self._pointing = page, page.card, live, pointing
        self._direction, self._interpreter, self._remembering = direction, interpreter, remembering
        self._route: Route | None = None
        self._options = TranslateOptions()
        self._terms: tuple[Term, ...] = ()
        self._sentence: str | None = None
        self._number = -1
        page.target.chosen.connect(self.open)
        page.target.menu_wanted.connect(self._show_menu)
        card = self._card
        card.kept.connect(self._keep)
        card.taken_back.connect(lambda: self._write(None))
        card.again_asked.connect(live.try_again)
        card.closed.connect(self.close)
        live.changed.connect(self._follow)

    def use_route(self, route: Route | None) -> None:
        self._route = route
        self.close()

    def use_options(self, options: TranslateOptions) -> None:
        self._options = options

    def use_terms(self, terms: tuple[Term, ...]) -> None:
        self._terms = terms

    @Slot(int)
    def open(self, number: int) -> None:
        lines = self._live.sheet.lines
        if not 0 <= number < len(lines) or not lines[number].is_ready:
            return
        sentence = lines[number].sentence
        is_new = sentence != self._sentence or self._card.isHidden()
        self._number, self._sentence = number, sentence
        self._card.show_line(lines[number])
        self._pointing.hold(number)
        if is_new:
            self._look(sentence)

    @Slot()
    def close(self) -> None:
        if self._card.isHidden():
            return
        focus = QApplication.focusWidget()
        had_focus = focus is not None and self._card.isAncestorOf(focus)
        self._sentence, self._number = None, -1
        self._card.hide()
        self._pointing.hold(-1)
        if had_focus:
            self._page.target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look(self, sentence: str) -> None:
        """Ask for other translations, and for what was nearly the same."""
        route = self._route

        def done(results: Sequence[Translation]) -> None:
            if sentence == self._sentence:
                first = results[0]
                shown = self._live.sheet.lines[self._number].shown if self._number >= 0 else ""
                others = dict.fromkeys((first.text, *first.alternatives)) if not first.problem else {}
                self._card.set_alternatives([text for text in others if text != shown][:ALTERNATIVES])

        def failed(_: Failed) -> None:
            if sentence == self._sentence:
                self._card.set_alternatives([])

        if route is not None:
            terms = likely_terms(self._terms, [sentence])
            wish = replace(self._options, beams=4, alternatives=ALTERNATIVES, terms=terms)
            self._interpreter.ask(route, [sentence], wish, lambda i, r: None, done, failed, topic=_TOPIC)

        def found(matches: list[Match]) -> None:
            if sentence == self._sentence:
                shown = self._live.sheet.lines[self._number].shown
                self._card.set_matches([one for one in matches if one.entry.translation != shown])

        d = self._direction
        self._remembering.look_for_alike(d.source, d.target, sentence, found)

    @Slot(str)
    def _keep(self, text: str) -> None:
        if self._sentence is None:
            return
        d = self._direction
        self._remembering.keep(d.source, d.target, self._sentence, text, self.remembered.emit)
        self._write(text)
        self.close()

    def _write(self, text: str | None) -> None:
        if self._sentence is None:
            return
        if text is None:
            d = self._direction
            self._remembering.forget(d.source, d.target, self._sentence, self.remembered.emit)
        self._live.write_own(self._sentence, text)

    @Slot(object)
    def _follow(self, sheet: Sheet) -> None:
        """Stay with the sentence while others come and go around it; close when it is gone."""
        if self._sentence is None:
            return
        places = [n for n, line in enumerate(sheet.lines) if line.sentence == self._sentence]
        if not places:
            self.close()
            return
        self._number = min(places, key=lambda n: abs(n - self._number))
        self._card.show_line(sheet.lines[self._number])
        self._pointing.hold(self._number)

    @Slot(int, QPoint)
    def _show_menu(self, number: int, where: QPoint) -> None:
        target = self._page.target
        menu = QMenu(target)
        menu.aboutToHide.connect(menu.deleteLater)
        lines = self._live.sheet.lines
        if 0 <= number < len(lines) and lines[number].is_ready:
            edit = menu.addAction(tr("Edit this sentence"))
            edit.triggered.connect(lambda: self._edit(number))
            other = menu.addAction(tr("Other translations"))
            other.triggered.connect(lambda: self.open(number))
            text = lines[number].shown
            copy = menu.addAction(tr("Copy this sentence"))
            copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(text))
            menu.addSeparator()
        chosen = menu.addAction(tr("Copy"))
        chosen.setEnabled(target.textCursor().hasSelection())
        chosen.triggered.connect(target.copy)
        menu.addAction(tr("Select all")).triggered.connect(target.selectAll)
        menu.popup(where)

    def _edit(self, number: int) -> None:
        self.open(number)
        self._card.write()
