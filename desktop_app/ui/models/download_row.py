"""One download: how far it is, how long it takes, and what one can do about it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.ui.models.problems import download_trouble, way_words
from desktop_app.ui.numbers import bytes_text
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.elided_label import ElidedLabel
from desktop_app.ui.widgets.flow_row import FlowRow
from desktop_app.ui.widgets.flowing import wrapped
from desktop_app.worker.download_state import DownloadState

_STEPS = 1000
BUTTONS_BELOW = 430  # px: narrower, the buttons stand below the words


def time_left(download: DownloadState) -> str:
    """``about 3 minutes left``, "" while nobody can know."""
    if not download.total or not download.bytes_per_s or download.phase != "running":
        return ""
    seconds = (download.total - download.done) / download.bytes_per_s
    if seconds < 60:
        return tr("less than a minute left")
    if seconds < 90:
        return tr("about a minute left")
    if seconds < 3600:
        return tr("about {count} minutes left", count=round(seconds / 60))
    return tr("about {count} hours left", count=f"{seconds / 3600:.1f}")


def amount(download: DownloadState) -> str:
    """``412 of 2,010 MB``"""
    if not download.total:
        return bytes_text(download.done) if download.done else ""
    done, total = f"{download.done / 1e6:,.0f}", f"{download.total / 1e6:,.0f}"
    return tr("{done} of {total} MB", done=done, total=total)


def state_words(download: DownloadState) -> str:
    """Amount, speed and time left, or what it waits for."""
    phase = {
        "waiting": tr("waits for its turn"),
        "listing": tr("asks what there is to fetch"),
        "checking": tr("checks every byte"),
        "paused": tr("paused"),
        "running": "",
        "failed": "",
        "done": tr("ready"),
        "cancelled": tr("cancelled"),
    }[download.phase]
    if download.failure is not None and download.phase in ("listing", "running"):
        # It broke, and is begun again by itself.
        wait = download.failure.values.get("retry_s")
        phase = (
            tr("tries again in {count} s", count=round(wait))
            if isinstance(wait, int | float)
            else tr("tries again soon")
        )
    speed = ""
    if download.phase == "running" and download.bytes_per_s:
        speed = tr("{size} per second", size=bytes_text(round(download.bytes_per_s)))
    return " · ".join(filter(None, (phase, amount(download), speed, time_left(download))))


class DownloadRow(QWidget):
    """Shows a `DownloadState`. ``asked`` is emitted with ``pause``, ``resume``, ``cancel``, ``forget``,
    ``use`` or a `Way`, and the download's id."""

    asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: DownloadState | None = None
        self._usable = self._locked = False
        self._name, self._facts = ElidedLabel(self, least=60), ElidedLabel(self, least=60)
        self._why = wrapped(self, size="caption", tone="danger")
        set_look(self._facts, size="caption", tone="quiet")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setRange(0, _STEPS)
        self._bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._buttons = [QPushButton(self) for _ in range(4)]
        for number, button in enumerate(self._buttons):
            set_look(button, kind="quiet")
            button.clicked.connect(lambda _checked=False, number=number: self._pressed(number))
        self._actions: list[str] = []
        self._head = head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setSpacing(space(2))
        text = QVBoxLayout()
        text.setSpacing(space(0.5))
        text.addWidget(self._name)
        text.addWidget(self._facts)
        head.addLayout(text, 1)
        buttons = FlowRow(space(2))
        for button in self._buttons:
            buttons.addWidget(button)
        head.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(3), space(2), space(2), space(2))
        column.setSpacing(space(1.5))
        column.addLayout(head)
        column.addWidget(self._why)
        column.addWidget(self._bar)
        set_look(self, surface="card")

    def set_state(self, download: DownloadState, usable: bool = False, locked: bool = False) -> None:
        """``usable``: once it is ready, chat can use it; ``locked``: the offline lock is on."""
        self._state, self._usable, self._locked = download, usable, locked
        self._show()

    def state(self) -> DownloadState | None:
        return self._state

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < BUTTONS_BELOW
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._head.setDirection(way)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show()

    def _pressed(self, number: int) -> None:
        if self._state is not None and number < len(self._actions):
            self.asked.emit(self._actions[number], self._state.id)

    def _show(self) -> None:
        download = self._state
        if download is None:
            return
        self._name.setText(download.name)
        waits = download.phase == "waiting" and self._locked
        facts = state_words(download)
        if waits:
            facts = " · ".join(filter(None, (tr("waits while the offline lock is on"), amount(download))))
        self._facts.setText(facts)
        known = download.total is not None and download.total > 0
        is_open = download.phase in ("listing", "running", "checking")
        self._bar.setRange(0, _STEPS if known or not is_open else 0)
        if known:
            self._bar.setValue(round(_STEPS * min(1.0, download.done / (download.total or 1))))
        self._bar.setVisible(download.phase not in ("done", "cancelled"))
        self._bar.setAccessibleName(tr("Progress of {name}", name=download.name))
        why = ""
        if download.phase in ("listing", "running") and download.failure is not None:
            failure = download.failure
            why = download_trouble(failure.kind, failure.values).text
        actions: list[tuple[str, str]] = []
        if download.phase == "failed" and download.failure is not None:
            failure = download.failure
            trouble = download_trouble(failure.kind, failure.values)
            why = trouble.text
            for way in trouble.ways[:3]:
                actions.append(("resume" if way == "retry" else way, way_words(way)))
            actions.append(("cancel", tr("Cancel")))
        elif download.phase == "paused":
            actions = [("resume", tr("Resume")), ("cancel", tr("Cancel"))]
        elif download.phase == "done":
            actions = [("use", tr("Use now"))] if self._usable else []
            actions.append(("forget", tr("Close")))
        elif download.phase == "cancelled":
            actions = [("forget", tr("Close"))]
        elif waits:
            actions = [("unlock", way_words("unlock")), ("cancel", tr("Cancel"))]
        elif download.phase == "checking":
            actions = [("cancel", tr("Cancel"))]
        else:
            actions = [("pause", tr("Pause")), ("cancel", tr("Cancel"))]
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self.setAccessibleName(". ".join(filter(None, (download.name, facts, why))))
        self._actions = [action for action, _ in actions]
        for number, button in enumerate(self._buttons):
            button.setVisible(number < len(actions))
            if number < len(actions):
                words = actions[number][1]
                button.setText(words)
                button.setAccessibleName(tr("{action}: {name}", action=words, name=download.name))
