"""Export and import of conversations: asked for in dialogs, read by the storage thread, made and
written by the background thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.core.chat import Conversation, Message
from desktop_app.core.errors import InkhornError
from desktop_app.core.files import write_atomically
from desktop_app.core.i18n import tr
from desktop_app.store.store import Store
from desktop_app.store.transfer.docx import to_docx
from desktop_app.store.transfer.html import to_html
from desktop_app.store.transfer.markdown import to_markdown
from desktop_app.store.transfer.own_json import to_json
from desktop_app.store.transfer.parsed import ImportReport, Parsed
from desktop_app.store.transfer.reading import read_import
from desktop_app.store.transfer.words import title_of
from desktop_app.ui.exporting import (
    SUFFIXES,
    ImportReportDialog,
    choose_export,
    choose_import,
    name_for,
    safe_file_name,
    write_pdf,
)
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage

Branch = tuple[Conversation, list[Message]]
IMPORTED_AT_ONCE = 50
"""Conversations that the storage thread takes in before it serves others again."""


def write_branch(branch: Branch, format_: str, path: Path) -> None:
    """Write one conversation as a person reads it. Raises OSError and InkhornError."""
    conversation, messages = branch
    if format_ == "pdf":
        write_pdf(to_html(conversation, messages), path)
    elif format_ == "docx":
        write_atomically(path, to_docx(conversation, messages))
    elif format_ == "html":
        write_atomically(path, to_html(conversation, messages).encode())
    else:
        write_atomically(path, to_markdown(conversation, messages).encode())


def free_path(folder: Path, title: str, suffix: str, taken: set[Path]) -> Path:
    """A file in ``folder`` that is not there yet and not in ``taken``."""
    path, number = folder / safe_file_name(title, suffix), 2
    while path in taken or path.exists():
        path, number = folder / safe_file_name(f"{title} ({number})", suffix), number + 1
    taken.add(path)
    return path


class Transfers(QObject):
    imported = Signal()
    trouble = Signal(object)  # InkhornError
    over = Signal(str)  # a sentence noted before: what it told of has ended
    noted = Signal(str, object, str)  # sentence, what its button does or None, the button's words

    def __init__(self, window: QWidget, storage: Storage, background: Lane, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._storage = storage
        self._background = background
        self._folder: Path | None = None

    # --- out ----------------------------------------------------------------------------------

    @Slot(object, str)
    def export(self, ids: list[int], format_: str) -> None:
        """Ask where to, and write: one file for one conversation or for JSON, else a file for each."""
        if not ids:
            return

        def ask(found: list[Branch]) -> None:
            titles = [title_of(conversation) for conversation, _ in found]
            if len(ids) > 1 and format_ != "json":
                self._export_each(found, format_)
                return
            path = choose_export(self._window, format_, name_for(titles), self._folder)
            if path is None:
                return
            self._folder = path.parent
            if format_ == "json":
                self._storage.run(
                    lambda store: store.export_data(*ids),
                    lambda data: self._write(lambda: _write_json(data, path), path),
                    self.trouble.emit,
                )
            else:
                self._write(lambda: write_branch(found[0], format_, path), path)

        def read(store: Store) -> list[Branch]:
            return [(store.conversation(key), store.branch(key)) for key in ids]

        self._storage.run(read, ask, self.trouble.emit)

    def _export_each(self, found: list[Branch], format_: str) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self._window,
            tr("Export {count} conversations to a folder", count=f"{len(found):,}"),
            str(self._folder or ""),
        )
        if not chosen:
            return
        self._folder = folder = Path(chosen)

        def write() -> None:
            taken: set[Path] = set()
            for branch in found:
                path = free_path(folder, title_of(branch[0]), SUFFIXES[format_], taken)
                write_branch(branch, format_, path)

        self._write(write, folder)

    def _write(self, write: Callable[[], None], path: Path) -> None:
        working = tr("Exporting…")
        self.noted.emit(working, None, "")

        def written(_: object) -> None:
            folder = path if path.is_dir() else path.parent

            def show() -> None:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

            self.noted.emit(tr("Exported to {name}", name=path.name), show, tr("Open folder"))

        def failed(error: InkhornError) -> None:
            self.over.emit(working)
            self.trouble.emit(error)

        self._background.run(write, written, failed)

    # --- in -------------------------------------------------------------------------------------

    @Slot()
    def import_file(self) -> None:
        path = choose_import(self._window, self._folder)
        if path is not None:
            self.noted.emit(tr("Importing…"), None, "")
            self._background.run(lambda: read_import(path), self._take_in, self._import_failed)

    def _take_in(self, parsed: Parsed) -> None:
        waiting = list(parsed.conversations)
        ids: list[int] = []
        skipped = list(parsed.skipped)
        messages = 0

        def next_part() -> None:
            if not waiting:
                self._imported(ImportReport(tuple(ids), messages, tuple(skipped)))
                return
            part, waiting[:] = waiting[:IMPORTED_AT_ONCE], waiting[IMPORTED_AT_ONCE:]
            self._storage.run(lambda store: store.import_parsed(part), took, self._import_failed)

        def took(report: ImportReport) -> None:
            nonlocal messages
            ids.extend(report.conversations)
            skipped.extend(report.skipped)
            messages += report.messages
            next_part()

        next_part()

    def _import_failed(self, error: InkhornError) -> None:
        self.over.emit(tr("Importing…"))
        self.trouble.emit(error)

    def _imported(self, report: ImportReport) -> None:
        self.over.emit(tr("Importing…"))
        self.imported.emit()
        dialog = ImportReportDialog(report, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def _write_json(data: dict[str, Any], path: Path) -> None:
    write_atomically(path, to_json(data).encode())
