"""The outcome of a comparison: the verdict, the figures, and sentences to look at side by side."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.translate.compare_words import explanation, interval_words, verdict_reason, verdict_words
from desktop_app.ui.widgets.flowing import scrolled, wrapped
from desktop_app.worker.scoring import Comparison

SHOWN = 20
"""Sentences that are shown; the export has all of them."""


class Results(QWidget):
    """``copy_asked``, ``save_asked``: the sentences as a table."""

    copy_asked = Signal()
    save_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._comparison: Comparison | None = None
        self.copy, self.save = QPushButton(self), QPushButton(self)
        for button in (self.copy, self.save):
            button.setAutoDefault(False)
            set_look(button, kind="quiet")
        self.copy.clicked.connect(self.copy_asked)
        self.save.clicked.connect(self.save_asked)
        self._body = QWidget(self)
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(0, 0, space(2), 0)
        self._column.setSpacing(space(3))
        self._area = scrolled(self._body, self, tr("Results"))
        row = QHBoxLayout()
        row.setSpacing(space(1))
        row.addWidget(self.copy)
        row.addWidget(self.save)
        row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(space(2))
        whole.addWidget(self._area, 1)
        whole.addLayout(row)
        self.hide()

    def show_comparison(self, comparison: Comparison | None) -> None:
        self._comparison = comparison
        self._fill()
        self.setVisible(comparison is not None)

    def texts(self) -> list[str]:
        """All that stands there, from top to bottom."""
        labels = self._body.findChildren(QLabel)
        return [label.text() for label in labels if label.text()]

    def retranslate(self) -> None:
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_area"):
            self._dress()

    def _fill(self) -> None:
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        self._area.setAccessibleName(tr("Results"))
        for button, text in ((self.copy, tr("Copy as a table")), (self.save, tr("Save as TSV…"))):
            button.setText(text)
            button.setAccessibleName(text)
        self._dress()
        found = self._comparison
        if found is None:
            return
        self._say(verdict_words(found), size="title")
        self._say(verdict_reason(found), tone="quiet")
        self._column.addWidget(_figures(found, self._body))
        self._say(explanation(), size="caption", tone="quiet")
        places = found.order[:SHOWN]
        if places:
            title = (
                tr("Where the two differ most")
                if len(found.trials) == 2
                else tr("Furthest from your translation")
            )
            self._say(title, size="title")
        for index in places:
            self._column.addWidget(_Sentence(found, index, self._body))
        self._column.addStretch(1)

    def _say(self, text: str, **look: str) -> None:
        label = wrapped(self._body, **look)
        label.setText(text)
        self._column.addWidget(label)

    def _dress(self) -> None:
        quiet = theme_of(self).quiet
        self.copy.setIcon(icon("copy", quiet))
        self.save.setIcon(icon("download", quiet))


def _figures(comparison: Comparison, parent: QWidget) -> QWidget:
    """A line for each model: chrF, BLEU, what it left untranslated."""
    card = QWidget(parent)
    set_look(card, surface="card")
    grid = QGridLayout(card)
    grid.setContentsMargins(space(4), space(3), space(4), space(3))
    grid.setHorizontalSpacing(space(4))
    grid.setVerticalSpacing(0)
    grid.setColumnStretch(0, 1)
    for place, words in enumerate(("", "chrF", "BLEU", tr("Not translated"))):
        head = QLabel(words, card)
        set_look(head, size="caption", tone="quiet")
        grid.addWidget(head, 0, place)
    rows = zip(comparison.trials, comparison.scores, strict=True)
    for number, (trial, scores) in enumerate(rows, start=1):
        name = wrapped(card)
        name.setText(trial.name)
        grid.addWidget(name, 2 * number, 0)
        figures = ((1, scores.chrf, ""), (2, scores.bleu, scores.signature))
        for place, score, signature in figures:
            value, interval = QLabel(f"{score.value:.1f}", card), QLabel(interval_words(score), card)
            set_look(value, size="title")
            value.setContentsMargins(0, space(1), 0, 0)
            set_look(interval, size="caption", tone="quiet")
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setToolTip(signature)
            grid.addWidget(value, 2 * number, place)
            grid.addWidget(interval, 2 * number + 1, place)
        grid.addWidget(QLabel(f"{trial.problems:,}", card), 2 * number, 3)
    return card


class _Sentence(QWidget):
    """One pair, and what the models made of it, each with its own chrF."""

    def __init__(self, comparison: Comparison, index: int, parent: QWidget) -> None:
        super().__init__(parent)
        set_look(self, surface="card")
        source, reference = comparison.pairs[index]
        grid = QGridLayout(self)
        grid.setContentsMargins(space(4), space(3), space(4), space(3))
        grid.setHorizontalSpacing(space(3))
        grid.setVerticalSpacing(space(2))
        grid.setColumnStretch(1, 1)
        rows = [(tr("Source"), source, ""), (tr("Yours"), reference, "")]
        for trial, scores in zip(comparison.trials, comparison.scores, strict=True):
            rows.append((trial.name, trial.translations[index], f"{scores.sentences[index]:.0f}"))
        best = max(scores.sentences[index] for scores in comparison.scores)
        for place, (who, text, value) in enumerate(rows):
            head = wrapped(self, size="caption", tone="quiet")
            head.setText(who)
            head.setFixedWidth(space(24))
            body = wrapped(self)
            body.setText(text)
            body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(head, place, 0, top)
            grid.addWidget(body, place, 1)
            number = QLabel(value, self)
            is_best = bool(value) and comparison.scores[place - 2].sentences[index] == best
            set_look(number, size="caption", tone="success" if is_best else "quiet")
            number.setToolTip(tr("chrF of this sentence") if value else "")
            grid.addWidget(number, place, 2, top | Qt.AlignmentFlag.AlignRight)
        self.setAccessibleName(". ".join(f"{who}: {text}" for who, text, _ in rows))
