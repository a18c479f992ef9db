"""One document of the queue: how far it is, what came out, and what one can do about it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.core.translation_records import DocumentJob
from desktop_app.ui.icons import icon, pixmap
from desktop_app.ui.models.words import language_words, pair_words
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.translate.problems import job_words
from desktop_app.ui.widgets.elided_label import ElidedLabel
from desktop_app.ui.widgets.flowing import wrapped

_NARROW = 460  # px: the buttons stand below
_ICONS = {"done": "circle-check", "failed": "circle-alert", "paused": "pause"}


class DocumentRow(QWidget):
    """``asked`` with ``pause``, ``resume``, ``open``, ``folder`` or ``remove``, and the job's id."""

    asked = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: DocumentJob | None = None
        self._actions: list[str] = []
        set_look(self, surface="card")
        self._picture = QLabel(self)
        self._picture.setFixedSize(20, 20)
        self._name, self._facts = ElidedLabel(self, middle=True, least=60), ElidedLabel(self, least=60)
        set_look(self._facts, size="caption", tone="quiet")
        self._why = wrapped(self, size="caption", tone="danger")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._buttons = [QPushButton(self) for _ in range(2)]
        for number, button in enumerate(self._buttons):
            set_look(button, kind="quiet")
            button.clicked.connect(lambda _checked=False, number=number: self._pressed(number))
        self._remove = QToolButton(self)
        self._remove.setIconSize(QSize(16, 16))
        self._remove.clicked.connect(lambda: self._ask("remove"))
        words = QVBoxLayout()
        words.setSpacing(space(0.5))
        words.addWidget(self._name)
        words.addWidget(self._facts)
        head = QHBoxLayout()
        head.setSpacing(space(2))
        head.addWidget(self._picture)
        head.addLayout(words, 1)
        self._beside, self._below = QHBoxLayout(), QHBoxLayout()
        for place in (self._beside, self._below):
            place.setSpacing(space(1))
        head.addLayout(self._beside)
        head.addWidget(self._remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(3), space(2), space(2), space(2))
        column.setSpacing(space(1.5))
        column.addLayout(head)
        column.addWidget(self._why)
        column.addLayout(self._below)
        column.addWidget(self._bar)
        self._narrow: bool | None = None
        self._place(False)
        self._dress()

    def set_job(self, job: DocumentJob) -> None:
        self._job = job
        self._show()

    def facts(self) -> str:
        return self._facts.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(event.size().width() < _NARROW)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_narrow"):
            self._dress()

    def _place(self, narrow: bool) -> None:
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for layout in (self._beside, self._below):
            while layout.count():
                layout.takeAt(0)
        for button in self._buttons:
            (self._below if narrow else self._beside).addWidget(button)
        if narrow:
            self._below.addStretch(1)

    def _pressed(self, number: int) -> None:
        if number < len(self._actions):
            self._ask(self._actions[number])

    def _ask(self, action: str) -> None:
        if self._job is not None:
            self.asked.emit(action, self._job.id)

    def _show(self) -> None:
        job = self._job
        if job is None:
            return
        name = Path(job.path).name
        self._name.setText(Path(job.written).name if job.state == "done" and job.written else name)
        direction = pair_words((job.source, job.target)) if job.source else f"→ {language_words(job.target)}"
        self._facts.setText(" · ".join(filter(None, (_state_words(job), direction))))
        why = job_words(job) if job.state == "failed" else ""
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self._bar.setVisible(job.state in ("running", "paused") or (job.state == "waiting" and job.done > 0))
        self._bar.setRange(0, max(job.segments, 1) if job.segments or job.state != "running" else 0)
        self._bar.setValue(job.done)
        self._bar.setAccessibleName(tr("Progress of {name}", name=name))
        actions = {
            "waiting": [("pause", tr("Pause"))],
            "running": [("pause", tr("Pause"))],
            "paused": [("resume", tr("Resume"))],
            "failed": [("resume", tr("Try again"))],
            "done": [("open", tr("Open")), ("folder", tr("Show in folder"))],
        }[job.state]
        self._actions = [action for action, _ in actions]
        for number, button in enumerate(self._buttons):
            button.setVisible(number < len(actions))
            if number < len(actions):
                words = actions[number][1]
                button.setText(words)
                button.setAccessibleName(tr("{action}: {name}", action=words, name=name))
        self._remove.setToolTip(tr("Remove from the list"))
        self._remove.setAccessibleName(tr("{action}: {name}", action=tr("Remove from the list"), name=name))
        self.setAccessibleName(". ".join(filter(None, (name, self._facts.text(), why))))
        self._dress()

    def _dress(self) -> None:
        theme = theme_of(self)
        state = self._job.state if self._job is not None else "waiting"
        tones = {"done": theme.success, "failed": theme.danger}
        colour = tones.get(state, theme.quiet)
        name = _ICONS.get(state, "file-text")
        self._picture.setPixmap(pixmap(name, 20, self.devicePixelRatioF(), colour))
        self._remove.setIcon(icon("x", theme.quiet))


def _state_words(job: DocumentJob) -> str:
    """``214 of 214 segments``, with what was not translated."""
    count = tr("{done} of {all} segments", done=f"{job.done:,}", all=f"{job.segments:,}")
    parts = {
        "waiting": [tr("waits for its turn")],
        "running": [count if job.segments else tr("is being read…")],
        "paused": [tr("paused"), *([count] if job.segments else [])],
        "failed": [count] if job.done else [],
        "done": [count],
    }[job.state]
    if job.problems == 1:
        parts.append(tr("1 left in the original"))
    elif job.problems:
        parts.append(tr("{count} left in the original", count=f"{job.problems:,}"))
    return " · ".join(parts)
