"""Documents: where they are dropped, and the queue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.core.translation_records import DocumentJob
from desktop_app.documents.opening import FORMATS
from desktop_app.ui.icons import pixmap
from desktop_app.ui.theme import READING_WIDTH, set_look, space, theme_of
from desktop_app.ui.translate.document_row import DocumentRow
from desktop_app.ui.translate.language_picker import LanguagePicker
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.widgets.flowing import wrapped

_ONE_ROW_FROM = 460


def suffixes() -> tuple[str, ...]:
    """Of all formats that can be read."""
    return tuple(dict.fromkeys(suffix for one in FORMATS for suffix in one.suffixes if suffix))


class DocumentsPage(QWidget):
    """``files_chosen`` with files and folders; ``asked`` as `DocumentRow.asked`; ``bilingual_changed``."""

    files_chosen = Signal(object)  # list[Path]
    asked = Signal(str, int)
    bilingual_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source_language = LanguagePicker(True, self)
        self.target_language = LanguagePicker(False, self)
        self._arrow = QLabel(self)
        self.bilingual = QCheckBox(self)
        self.bilingual.toggled.connect(self.bilingual_changed)
        self._rows: dict[int, DocumentRow] = {}
        self._banner: Banner | None = None
        self._drop = QFrame(self)
        self._drop.setObjectName("drop")
        self._picture, self._words = QLabel(self), QLabel(self)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setWordWrap(True)
        set_look(self._words, size="title")
        self._formats = wrapped(self, size="caption", tone="quiet")
        self._formats.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._files, self._folder = QPushButton(self), QPushButton(self)
        set_look(self._files, kind="primary")
        self._files.clicked.connect(self._choose_files)
        self._folder.clicked.connect(self._choose_folder)
        self._build()
        self.setAcceptDrops(True)
        self.setFocusProxy(self._files)
        self.retranslate()
        self._dress()

    def set_jobs(self, jobs: Sequence[DocumentJob]) -> None:
        """The newest first; a row that is shown already keeps its widget, and so the focus in it."""
        wanted = {job.id for job in jobs}
        for key in [key for key in self._rows if key not in wanted]:
            row = self._rows.pop(key)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for job in jobs:
            if job.id not in self._rows:
                made = self._rows[job.id] = DocumentRow(self._body)
                made.asked.connect(self.asked)
                self._column.insertWidget(0, made)
            self._rows[job.id].set_job(job)

    def rows(self) -> tuple[DocumentRow, ...]:
        return tuple(self._rows.values())

    def show_banner(self, banner: Banner | None) -> None:
        if self._banner is not None:
            self._banners.removeWidget(self._banner)
            self._banner.deleteLater()
        self._banner = banner
        if banner is not None:
            banner.closed.connect(self._banner_closed)
            self._banners.addWidget(banner)

    def retranslate(self) -> None:
        self._words.setText(tr("Drop documents or a folder here"))
        self._formats.setText(
            tr(
                "Word, PowerPoint, Excel, OpenDocument, EPUB, web pages, Markdown, plain text, subtitles, "
                "PO, JSON, and PDF as text. The original stays as it is; the translation is written beside "
                "it."
            )
        )
        self._files.setText(tr("Choose files…"))
        self._folder.setText(tr("Choose a folder…"))
        self.bilingual.setText(tr("Both languages"))
        self.bilingual.setToolTip(tr("Each paragraph of the original, with its translation after it"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_body"):
            self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = event.size().width()
        margin = max(space(4), (room - READING_WIDTH) // 2)
        self._inner.setContentsMargins(margin, 0, margin, space(4))
        direction = QBoxLayout.Direction
        wide = room >= _ONE_ROW_FROM
        for row in (self._head, self._buttons):
            row.setDirection(direction.LeftToRight if wide else direction.TopToBottom)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _paths(event):
            set_look(self._drop, over="true")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_look(self._drop, over="")

    def dropEvent(self, event: QDropEvent) -> None:
        set_look(self._drop, over="")
        if paths := _paths(event):
            event.acceptProposedAction()
            self.files_chosen.emit(paths)

    def _build(self) -> None:
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(0, 0, 0, 0)
        languages = QHBoxLayout()
        languages.setSpacing(space(1))
        languages.addWidget(self.source_language)
        languages.addWidget(self._arrow)
        languages.addWidget(self.target_language)
        languages.addStretch(1)
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(space(1))
        self._head.addLayout(languages, 1)
        self._head.addWidget(self.bilingual)
        inside = QVBoxLayout(self._drop)
        inside.setContentsMargins(space(5), space(5), space(5), space(5))
        inside.setSpacing(space(2))
        self._buttons = buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        buttons.setSpacing(space(2))
        buttons.addStretch(1)
        buttons.addWidget(self._files)
        buttons.addWidget(self._folder)
        buttons.addStretch(1)
        for widget in (self._picture, self._words, self._formats):
            inside.addWidget(widget)
        inside.addSpacing(space(1))
        inside.addLayout(buttons)
        self._body = QWidget(self)
        self._body.setProperty("plain", True)
        self._inner = QVBoxLayout(self._body)
        self._inner.setSpacing(space(2))
        self._column = QVBoxLayout()
        self._column.setSpacing(space(2))
        self._inner.addLayout(self._banners)
        self._inner.addLayout(self._head)
        self._inner.addWidget(self._drop)
        self._inner.addLayout(self._column)
        self._inner.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def _choose_files(self) -> None:
        pattern = " ".join(f"*{suffix}" for suffix in suffixes())
        chosen, _ = QFileDialog.getOpenFileNames(
            self, tr("Choose files…"), "", f"{tr('Documents')} ({pattern});;{tr('All files')} (*)"
        )
        if chosen:
            self.files_chosen.emit([Path(name) for name in chosen])

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Choose a folder…"))
        if chosen:
            self.files_chosen.emit([Path(chosen)])

    def _banner_closed(self) -> None:
        self._banner = None

    def _dress(self) -> None:
        theme = theme_of(self)
        self._picture.setPixmap(pixmap("file-text", 40, self.devicePixelRatioF(), theme.quiet))
        self._arrow.setPixmap(pixmap("arrow-right", 16, self.devicePixelRatioF(), theme.quiet))


def _paths(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
