"""A model dropped anywhere on the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QMainWindow, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.theme import set_look, space, theme_of

_FILES = (".gguf", ".safetensors", ".bin", ".pt", ".pth")
"""Files that are, or could be taken for, models: what is refused is refused with its reason."""


def models_in(data: QMimeData, folders: bool = True) -> list[Path]:
    """Local files that may be models, and folders."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.lower() in _FILES or (folders and path.is_dir())]


class DropArea(QObject):
    """Looks at what is dragged over ``window`` before its widgets do, takes what may be a model, and
    leaves all else to them. Emits ``dropped`` with a list of paths."""

    dropped = Signal(object)

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.takes_folders: Callable[[], bool] = lambda: True
        """A folder may also hold documents: not where the pane in front wants those."""
        self._cover = _Cover(window)
        window.setAcceptDrops(True)
        window.winId()  # makes the handle, where the system's own events arrive first
        handle = window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if not models_in(event.mimeData(), self.takes_folders()):
                return False
            self._cover.spread()
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            return True
        if self._cover.isHidden():
            return False
        if kind == QEvent.Type.DragMove and isinstance(event, QDragMoveEvent):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            return True
        if kind == QEvent.Type.DragLeave:
            self._cover.hide()
            return True
        if kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self._cover.hide()
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(models_in(event.mimeData()))
            return True
        return False


class _Cover(QWidget):
    """Lies over the window while a model hangs above it."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._words = QLabel(self)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_look(self._words, size="heading")
        column = QVBoxLayout(self)
        column.addWidget(self._words)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def spread(self) -> None:
        self._words.setText(tr("Drop to add it to your models"))
        self.setAccessibleName(self._words.text())
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(theme.paper)
        ground.setAlphaF(0.92)
        painter.fillRect(self.rect(), ground)
        painter.setPen(QPen(QColor(theme.accent), 2, Qt.PenStyle.DashLine))
        edge = space(5)
        painter.drawRoundedRect(self.rect().adjusted(edge, edge, -edge, -edge), 12, 12)
