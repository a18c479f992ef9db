"""How good models are on the user's own pairs: a file, one or two models, and what came out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.core.translation_routes import Route
from desktop_app.ui.icons import icon
from desktop_app.ui.models.words import language_words
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.translate.compare_drop import PairsDrop
from desktop_app.ui.translate.compare_results import Results
from desktop_app.ui.translate.route_picker import route_words
from desktop_app.ui.translate.work_strip import WorkStrip
from desktop_app.ui.widgets.flowing import wrapped
from desktop_app.ui.widgets.toast import Toast
from desktop_app.worker.bilingual import Bilingual

SIZES = (200, 1000, 0)
"""How many pairs may be taken, 0 for all of them."""


class CompareDialog(QDialog):
    """Builds and shows; what happens is the desk's business. ``direction_chosen`` with two codes;
    ``swap_asked``: the columns are the other way round."""

    direction_chosen = Signal(str, str)
    swap_asked = Signal()
    start_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs = 0
        self._wanted = SIZES[0]  # how many pairs, if there are as many
        self._running = False
        self._about = wrapped(self, tone="quiet")
        self.drop = PairsDrop(self)
        self.source, self.target, self.first, self.second, self.size_box = (QComboBox(self) for _ in range(5))
        self.swap = QToolButton(self)
        self._labels = tuple(QLabel(self) for _ in range(3))
        self._no_model = wrapped(self, tone="warning")
        self.start, self._close = QPushButton(self), QPushButton(self)
        self.strip = WorkStrip(self)
        self.results = Results(self)
        self.toast = Toast(self)
        self._build()
        self.retranslate()
        self._dress()
        self.resize(820, 720)

    # --- what is chosen -----------------------------------------------------------------------------

    def routes(self) -> list[Route]:
        """One, or two different ones."""
        chosen = [box.currentData() for box in (self.first, self.second)]
        found = [one for one in chosen if isinstance(one, Route)]
        return found[:1] if len(found) == 2 and found[0].key == found[1].key else found

    def most(self) -> int:
        held = self.size_box.currentData()
        return held if isinstance(held, int) else 0

    def set_languages(self, codes: Sequence[str], source: str, target: str) -> None:
        for box, wanted in ((self.source, source), (self.target, target)):
            box.blockSignals(True)
            box.clear()
            for code in sorted({*codes, wanted} - {""}, key=language_words):
                box.addItem(language_words(code), code)
            box.setCurrentIndex(box.findData(wanted))
            box.blockSignals(False)
        self._show_state()

    def set_routes(self, routes: Sequence[Route], chat: str) -> None:
        """The models that are here for the direction, the best first; those chosen stay if they can."""
        held = [route.key for route in self.routes()]
        for box, none, place in ((self.first, False, 0), (self.second, True, 1)):
            box.blockSignals(True)
            box.clear()
            if none:
                box.addItem(tr("no other"), None)
            for route in routes:
                box.addItem(route_words(route, chat), route)
            wanted = held[place] if place < len(held) else ""
            keys = [route.key for route in routes]
            at = keys.index(wanted) + none if wanted in keys else 0
            if not wanted and none and len(routes) == 2:
                at = 2  # what else would one compare with
            box.setCurrentIndex(at if box.count() else -1)
            box.blockSignals(False)
        self._no_model.setVisible(bool(self._pairs) and not routes)
        self._show_state()

    def show_file(self, name: str, file: Bilingual | None) -> None:
        """``file`` None: it could not be read, or there is none yet."""
        self._pairs = len(file.pairs) if file is not None else 0
        if file is None:
            self.drop.say("", "")
        else:
            below = tr("{count} pairs of sentences", count=f"{self._pairs:,}")
            if file.left_out:
                below = tr(
                    "{count} pairs of sentences; {left} were empty on one side or came twice",
                    count=f"{self._pairs:,}",
                    left=f"{file.left_out:,}",
                )
            example = " ↔ ".join(" ".join(text.split())[:60] for text in file.pairs[0])
            self.drop.say(name, f"{below}\n{example}")
        self._fill_sizes()
        self._show_state()

    def set_running(self, running: bool) -> None:
        self._running = running
        self._show_state()

    # --- the rest -----------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setWindowTitle(tr("How good is it on my pairs?"))
        self._about.setText(
            tr(
                "Have models translate sentences of which you have a good translation already, and see how "
                "close they come to it. Memory and glossary take no part. Nothing leaves your computer."
            )
        )
        for label, text in zip(self._labels, (tr("Model"), tr("Compare with"), tr("Sentences")), strict=True):
            label.setText(text)
        for box, text in (
            (self.source, tr("Language of the sentences")),
            (self.target, tr("Language of the translations")),
            (self.first, tr("Model")),
            (self.second, tr("Compare with")),
            (self.size_box, tr("Sentences")),
        ):
            box.setAccessibleName(text)
        self.swap.setToolTip(tr("The columns are the other way round"))
        self.swap.setAccessibleName(tr("The columns are the other way round"))
        self._no_model.setText(tr("No model here translates between these languages yet."))
        self.start.setText(tr("Compare"))
        self.start.setAccessibleName(tr("Compare"))
        self._close.setText(tr("Close"))
        self._close.setAccessibleName(tr("Close"))
        self._fill_sizes()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "toast"):
            self._dress()

    def _fill_sizes(self) -> None:
        self.size_box.clear()
        for size in SIZES:
            if size and size < self._pairs:
                self.size_box.addItem(tr("{count}, drawn at random", count=f"{size:,}"), size)
            elif not size:
                self.size_box.addItem(tr("All {count}", count=f"{self._pairs:,}"), 0)
        found = self.size_box.findData(self._wanted)
        self.size_box.setCurrentIndex(found if found >= 0 else self.size_box.count() - 1)

    def _show_state(self) -> None:
        for widget in (
            self.drop,
            self.source,
            self.target,
            self.swap,
            self.first,
            self.second,
            self.size_box,
        ):
            widget.setEnabled(not self._running)
        for widget in (self.source, self.target, self.swap, self.first, self.second, self.size_box):
            widget.setEnabled(not self._running and self._pairs > 0)
        self.start.setEnabled(bool(self._pairs and self.routes()) and not self._running)

    def _want(self, size: int) -> None:
        self._wanted = size

    def _direction(self) -> None:
        self.direction_chosen.emit(str(self.source.currentData()), str(self.target.currentData()))

    def _build(self) -> None:
        set_look(self.start, kind="primary")
        for button in (self.start, self._close):
            button.setAutoDefault(False)
        self.start.setDefault(True)
        for box in (self.source, self.target, self.first, self.second, self.size_box):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
        self.source.currentIndexChanged.connect(lambda _: self._direction())
        self.target.currentIndexChanged.connect(lambda _: self._direction())
        self.size_box.activated.connect(lambda _: self._want(self.most()))
        self.swap.clicked.connect(self.swap_asked)
        self.start.clicked.connect(self.start_asked)
        self._close.clicked.connect(self.reject)
        languages = QHBoxLayout()
        languages.setSpacing(space(2))
        languages.addWidget(self.source, 1)
        languages.addWidget(self.swap)
        languages.addWidget(self.target, 1)
        choices = QHBoxLayout()
        choices.setSpacing(space(3))
        for label, box in zip(self._labels, (self.first, self.second, self.size_box), strict=True):
            set_look(label, size="caption", tone="quiet")
            label.setBuddy(box)
            part = QVBoxLayout()
            part.setSpacing(space(1))
            part.addWidget(label)
            part.addWidget(box)
            choices.addLayout(part, 1)
        foot = QHBoxLayout()
        foot.setSpacing(space(2))
        foot.addWidget(self.strip, 1)
        foot.addStretch(0)
        foot.addWidget(self._close)
        foot.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(5), space(4), space(5), space(4))
        column.setSpacing(space(3))
        column.addWidget(self._about)
        column.addWidget(self.drop)
        column.addLayout(languages)
        column.addLayout(choices)
        column.addWidget(self._no_model)
        self._no_model.hide()
        column.addWidget(self.results, 100)
        column.addStretch(1)
        column.addLayout(foot)

    def _dress(self) -> None:
        self.swap.setIcon(icon("arrow-left-right", theme_of(self).quiet))
