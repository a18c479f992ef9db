"""Where everything lies, how large it is, and a way to open it."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRunnable, QThreadPool, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import mark, tr
from desktop_app.core.paths import Paths
from desktop_app.ui.numbers import bytes_text
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.elided_label import ElidedLabel
from desktop_app.ui.widgets.flowing import wrapped

_WORDS = {
    "data": (
        mark("Your data"),
        mark("Conversations, drafts, settings and models. Back this folder up."),
    ),
    "cache": (
        mark("Cache"),
        mark("Faster forms of your models. Can be deleted; it is made again when it is needed."),
    ),
    "logs": (mark("Logs"), mark("What the app did, for finding faults. They hold no text of yours.")),
}


def size_on_disk(folder: Path, without: tuple[Path, ...] = ()) -> int:
    """Bytes of all files below ``folder``, leaving the folders ``without`` out. What cannot be read
    counts nothing."""
    total = 0
    left_out = {str(path) for path in without}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if os.path.join(place, name) not in left_out]
        for name in files:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                pass
    return total


class _Sizes(QObject):
    found = Signal(str, object)


class _Measure(QRunnable):
    """Counting a large folder takes a while: not in the window's thread."""

    def __init__(self, folders: dict[str, Path], told: _Sizes) -> None:
        super().__init__()
        self._folders, self._told = folders, told

    def run(self) -> None:
        for key, folder in self._folders.items():
            others = tuple(path for path in self._folders.values() if path != folder)
            size = size_on_disk(folder, others)
            try:
                self._told.found.emit(key, size)
            except RuntimeError:
                return  # the dialog is gone


class DataPage(QWidget):
    def __init__(self, paths: Paths, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folders = {"data": paths.data, "cache": paths.cache, "logs": paths.logs}
        self._sizes: dict[str, int] = {}
        self._told = _Sizes(self)
        self._told.found.connect(self._found)
        self._rows: dict[str, tuple[QLabel, QLabel, QLabel, QPushButton]] = {}
        self._private = wrapped(self, size="caption", tone="quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(5))
        column.addWidget(self._private)
        for key, folder in self._folders.items():
            column.addWidget(self._row(key, folder))
        self.retranslate()

    def measure(self) -> None:
        """Count the sizes anew, in the background."""
        QThreadPool.globalInstance().start(_Measure(self._folders, self._told))

    def retranslate(self) -> None:
        self._private.setText(
            tr("Nothing leaves this computer: the model runs here, and no text of yours is sent anywhere.")
        )
        for key, (title, size, effect, button) in self._rows.items():
            words, why = _WORDS[key]
            title.setText(tr(words))
            effect.setText(tr(why))
            size.setText(bytes_text(self._sizes[key]) if key in self._sizes else "…")
            button.setText(tr("Open folder"))
            button.setAccessibleName(tr("Open folder: {name}", name=tr(words)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    @Slot(str, object)
    def _found(self, key: str, size: int) -> None:
        self._sizes[key] = size
        self.retranslate()

    def _row(self, key: str, folder: Path) -> QWidget:
        row = QWidget(self)
        title, size, effect = QLabel(row), QLabel(row), wrapped(row, size="caption", tone="quiet")
        place = ElidedLabel(row, middle=True, least=80)
        place.setText(str(folder))
        set_look(place, size="caption")
        set_look(size, tone="quiet")
        button = QPushButton(row)
        button.clicked.connect(lambda: open_folder(folder))
        head = QHBoxLayout()
        head.setSpacing(space(2))
        head.addWidget(title)
        head.addWidget(size)
        head.addStretch(1)
        grid = QGridLayout(row)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(space(4))
        grid.setVerticalSpacing(space(1))
        grid.setColumnStretch(0, 1)
        grid.addLayout(head, 0, 0)
        grid.addWidget(button, 0, 1)
        grid.addWidget(place, 1, 0, 1, 2)
        grid.addWidget(effect, 2, 0, 1, 2)
        self._rows[key] = (title, size, effect, button)
        return row


def open_folder(folder: Path) -> bool:
    """Show ``folder`` in the system's file manager, making it first if needed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        pass  # a read-only place can still be looked at
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
