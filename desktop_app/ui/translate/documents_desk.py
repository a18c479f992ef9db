"""The page of the documents: what is dropped goes into the queue, what came out is opened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from desktop_app.core.i18n import tr
from desktop_app.core.translation import TranslateOptions
from desktop_app.core.translation_records import DocumentJob
from desktop_app.store.titles import title_from
from desktop_app.ui.exporting import safe_file_name
from desktop_app.ui.translate.direction import Direction
from desktop_app.ui.translate.document_queue import DocumentQueue
from desktop_app.ui.translate.documents_page import suffixes
from desktop_app.ui.translate.pane import PANE, TranslatePane
from desktop_app.ui.translate.text_desk import write_text
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.window import MainWindow
from desktop_app.worker.document_work import files_in
from desktop_app.worker.lane import Lane


class DocumentsDesk(QObject):
    remembered = Signal(bool)  # whether both languages are wanted
    trouble = Signal(object)  # InkhornError

    def __init__(
        self,
        window: MainWindow,
        pane: TranslatePane,
        queue: DocumentQueue,
        direction: Direction,
        lane: Lane,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window, self._pane, self._page = window, pane, pane.documents
        self._queue, self._direction, self._lane = queue, direction, lane
        self._options = TranslateOptions()
        self._page.files_chosen.connect(self.add)
        pane.text.source.files_dropped.connect(self.add)
        pane.text.source.too_long.connect(self._offer)
        self._page.asked.connect(self._do)
        self._page.bilingual_changed.connect(self.remembered)
        queue.changed.connect(self._show)
        queue.finished.connect(self._finished)

    def use_options(self, options: TranslateOptions) -> None:
        self._options = options

    @Slot(object)
    def add(self, paths: Sequence[Path]) -> None:
        """Files, and the documents in folders."""
        self._pane.show_page("documents")
        self._lane.run(lambda: files_in(paths, suffixes()), self._add, self.trouble.emit)

    @Slot(str)
    def _offer(self, text: str) -> None:
        """A text for which a document's progress, pause and receipt are the better place."""
        self._pane.text.show_banner(
            Banner(
                "info",
                lambda: tr(
                    "This is a long text: {count} characters. As a document it keeps its progress, and can "
                    "be paused.",
                    count=f"{len(text):,}",
                ),
                ((lambda: tr("Save and translate…"), lambda: self._save(text)),),
            )
        )

    def _save(self, text: str) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = safe_file_name(title_from(text), ".txt")
        kind = f"{tr('Text')} (*.txt)"
        chosen, _ = QFileDialog.getSaveFileName(self._pane, tr("Save as…"), str(Path(folder) / name), kind)
        if not chosen:
            return
        path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.txt")
        self._pane.text.show_banner(None)
        self._lane.run(lambda: write_text(path, text), lambda _: self.add([path]), self.trouble.emit)

    def _add(self, files: list[Path]) -> None:
        if not files:
            self._window.toast.show_note(tr("No document in there that Inkhorn can read"))
            return
        d, o = self._direction, self._options
        options = {
            "bilingual": self._page.bilingual.isChecked(),
            "script": o.script,
            "address": o.address,
        }
        self._queue.add(files, d.chosen, d.target, options)

    @Slot(object)
    def _show(self, jobs: tuple[DocumentJob, ...]) -> None:
        self._page.set_jobs(jobs)
        count = sum(job.state in ("running", "waiting") for job in jobs)
        one = tr("A document is being translated")
        more = tr("{count} documents are being translated", count=count)
        self._window.rail.set_badge(PANE, (lambda: one if count == 1 else more) if count else None)

    @Slot(object)
    def _finished(self, job: DocumentJob) -> None:
        if not self._page.isVisible():
            name = Path(job.written).name
            text = tr("{name} is ready", name=name)
            self._window.toast.show_note(text, lambda: _open(Path(job.written)), action=tr("Open"))

    @Slot(str, int)
    def _do(self, action: str, key: int) -> None:
        job = next((one for one in self._queue.jobs() if one.id == key), None)
        if job is None:
            return
        if action == "open":
            _open(Path(job.written))
        elif action == "folder":
            _open(Path(job.written).parent)
        else:
            getattr(self._queue, action)(key)


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
