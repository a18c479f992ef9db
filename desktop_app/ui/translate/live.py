"""Keeps the sheet translated while one types: only what is new is asked for, and only the newest input."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.core.messages import Failed
from desktop_app.core.translation import Term, TranslateOptions, Translation
from desktop_app.core.translation_routes import Route
from desktop_app.ui.translate.interpreter import Interpreter
from desktop_app.ui.translate.memory import likely_terms
from desktop_app.ui.translate.sheet import EMPTY, Line, Sheet, make_sheet
from desktop_app.worker.queue import Priority

PAINT_MS = 40
KEPT_SENTENCES = 20_000
_TOPIC = "translating"

Keep = Callable[[str, Sequence[str], Callable[[dict[str, str]], None]], None]
"""(text, its sentences, what to call with those that the memory has) once all of it is on the disk."""


@dataclass(frozen=True, slots=True)
class _Key:
    """What a translation depends on besides the sentence."""

    route: str
    source: str
    target: str
    options: TranslateOptions
    glossary: int


class Live(QObject):
    """``changed`` with the `Sheet` whenever it is another. ``failed`` with what went wrong, None when it goes
    well again. ``settled`` when all of the text is translated. ``keep`` stores what was typed before
    anything is asked of a model."""

    changed = Signal(object)
    failed = Signal(object)  # Failed or None
    settled = Signal()
    working = Signal(bool)

    def __init__(self, interpreter: Interpreter, keep: Keep, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._interpreter, self._keep = interpreter, keep
        self.sheet = EMPTY
        self._text = self._source = self._target = ""
        self._route: Route | None = None
        self._options = TranslateOptions()
        self._terms: tuple[Term, ...] = ()
        self._glossary = 0  # counts changes of the terms, which are too many to compare
        self._known: collections.OrderedDict[tuple[_Key, str], Translation] = collections.OrderedDict()
        self._own: dict[tuple[str, str, str], tuple[str, bool]] = {}  # (text, out of the memory)
        self._handle: tuple[int, int] | None = None
        self._asked: tuple[str, ...] = ()
        self._round = 0
        self._broken: Failed | None = None
        self._last_s = 0.0
        self._started = 0.0
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._begin)
        self._paint = QTimer(self)
        self._paint.setSingleShot(True)
        self._paint.setInterval(PAINT_MS)
        self._paint.timeout.connect(self._refresh)

    # --- what the pane tells --------------------------------------------------------------------

    def set_text(self, text: str) -> None:
        """While one types. The pause before it is asked for grows with how long the last answer took."""
        if text == self._text:
            return
        self._text = text
        self._refresh()
        self._wait.start(max(30, min(400, round(500 * self._last_s))))

    def set_direction(self, source: str, target: str, route: Route | None) -> None:
        """``route`` None: there is no model for it."""
        if (source, target, route) == (self._source, self._target, self._route):
            return
        changed = (source, target) != (self._source, self._target)
        self._source, self._target, self._route = source, target, route
        self._broken = None
        if changed:
            self.sheet = EMPTY
        self._refresh()
        self._wait.start(0)

    def set_options(self, options: TranslateOptions) -> None:
        if options != self._options:
            self._options = options
            self._refresh()
            self._wait.start(0)

    def set_terms(self, terms: tuple[Term, ...]) -> None:
        """The glossary for this direction."""
        if terms or self._terms:
            self._terms = terms
            self._glossary += 1
            self._refresh()
            self._wait.start(0)

    def write_own(self, sentence: str, text: str | None) -> None:
        """What the user wrote for a sentence, wherever it stands; None takes it back."""
        key = (self._source, self._target, sentence)
        if text is None:
            self._own.pop(key, None)
        else:
            self._own[key] = (text, False)
        self._refresh()
        self._wait.start(0)

    def try_again(self) -> None:
        """Ask again for what failed, and for the sentences with problems."""
        key = self._key()
        for line in self.sheet.lines:
            if line.problem and key is not None:
                self._known.pop((key, line.sentence), None)
        self._broken = None
        self.failed.emit(None)
        self._refresh()
        self._wait.start(0)

    def show(self, text: str, sheet: Sheet) -> None:
        """An entry of the history: what was translated then stands until it is changed."""
        self._stop()
        self._text = text
        key = self._key()
        for line in sheet.lines:
            if line.own is not None:
                self._own[(self._source, self._target, line.sentence)] = (line.own, False)
            elif line.result is not None and key is not None:
                self._known[(key, line.sentence)] = line.result
        self._refresh()
        self._wait.start(0)

    # --- asking ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Store what there is, then ask for what is missing."""
        self._round += 1
        this_round = self._round
        if not self._text.strip():
            self._stop()
            return
        wanted = self._missing()
        if self._handle is not None and not set(self._asked) <= set(wanted):
            self._stop()

        def kept(remembered: dict[str, str]) -> None:
            if this_round != self._round:
                return  # something newer is on its way
            for sentence, text in remembered.items():
                self._own.setdefault((self._source, self._target, sentence), (text, True))
            self._ask()

        self._keep(self._text, wanted, kept)

    def _missing(self) -> list[str]:
        lines = make_sheet(self._text, self._source, self._target, self._line_for).lines
        return list(dict.fromkeys(line.sentence for line in lines if not line.is_ready))

    def _ask(self) -> None:
        self._refresh()
        wanted = self._missing()
        key = self._key()
        if self._handle is not None:
            return  # what runs is still wanted, and goes on with the rest when it ends
        if not wanted:
            self.settled.emit()
            return
        if self._route is None or key is None or self._broken is not None:
            return
        self._asked = tuple(wanted)
        asked = self._asked
        self._started = time.monotonic()

        def ready(index: int, result: Translation) -> None:
            self._learn(key, asked[index], result)
            if not self._paint.isActive():
                self._paint.start()

        def done(results: Sequence[Translation]) -> None:
            for sentence, result in zip(asked, results, strict=True):
                self._learn(key, sentence, result)
            self._last_s = time.monotonic() - self._started if len(asked) <= 2 else self._last_s
            self._ended()
            self.failed.emit(None)
            self._ask()

        def failed(failure: Failed) -> None:
            mine = self._asked == asked
            if failure.kind == "cancelled":
                if mine and self._handle is not None:
                    self._ended()
                return
            self._ended()
            self._broken = failure
            self.failed.emit(failure)

        options = replace(self._options, terms=likely_terms(self._terms, asked))
        self._handle = self._interpreter.ask(
            self._route, asked, options, ready, done, failed, Priority.TYPING, _TOPIC
        )
        self.working.emit(True)

    def _learn(self, key: _Key, sentence: str, result: Translation) -> None:
        self._known[(key, sentence)] = result
        self._known.move_to_end((key, sentence))
        while len(self._known) > KEPT_SENTENCES:
            self._known.popitem(last=False)

    def _stop(self) -> None:
        if self._handle is not None:
            self._interpreter.cancel(self._handle)
            self._ended()

    def _ended(self) -> None:
        self._handle, self._asked = None, ()
        self.working.emit(False)

    # --- what is shown --------------------------------------------------------------------------

    def _refresh(self) -> None:
        self._paint.stop()
        sheet = make_sheet(self._text, self._source, self._target, self._line_for, self.sheet)
        if sheet != self.sheet:
            self.sheet = sheet
            self.changed.emit(sheet)

    def _line_for(self, sentence: str) -> Line | None:
        own = self._own.get((self._source, self._target, sentence))
        key = self._key()
        result = self._known.get((key, sentence)) if key is not None else None
        if own is not None:
            return Line(sentence, result, own=own[0], remembered=own[1])
        return Line(sentence, result) if result is not None else None

    def _key(self) -> _Key | None:
        if self._route is None:
            return None
        return _Key(self._route.key, self._source, self._target, self._options, self._glossary)
