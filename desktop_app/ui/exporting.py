"""Where an export goes and an import comes from: the file dialogs, and what an import brought."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

from PySide6.QtCore import QEvent, QStandardPaths, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.store.transfer.parsed import ImportReport
from desktop_app.ui.icons import pixmap
from desktop_app.ui.pdf_process import write_pdf
from desktop_app.ui.theme import set_look, space, theme_of

__all__ = ["ImportReportDialog", "choose_export", "choose_import", "safe_file_name", "write_pdf"]

SUFFIXES = {"markdown": ".md", "json": ".json", "html": ".html", "pdf": ".pdf", "docx": ".docx"}
"""Every format that a conversation can be exported to, with the ending of its files."""

_LONGEST = 80  # characters; with the folder before it a path on Windows stays below its 260
_LONGEST_BYTES = 200  # other systems count bytes, 255 at most
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")


def safe_file_name(title: str, suffix: str) -> str:
    """A file name from ``title`` that every system takes, with ``suffix`` (".md").

    Letters of all scripts stay. The rules are Windows's, the strictest: no ``< > : " / \\ | ? *``, no
    control characters, no device names, no dot or space at the end.
    """
    plain = unicodedata.normalize("NFC", title)
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in plain)
    plain = re.sub(r'[<>:"/\\|?*]', " ", plain)
    plain = " ".join(plain.split())
    # A number at the end is what tells it from another of the same title: it is never cut off.
    number = re.search(r" \(\d{1,6}\)$", plain)
    end = number[0] if number else ""
    plain = plain.removesuffix(end)[:_LONGEST].strip(" .")
    while len(plain.encode()) > _LONGEST_BYTES:
        plain = plain[:-1].rstrip(" .")
    plain += end
    if not plain or _RESERVED.fullmatch(plain):
        plain = f"{plain} chat".strip()
    return plain + suffix


def name_for(titles: list[str]) -> str:
    """What a file with the conversations of these titles is called, without an ending."""
    if len(titles) == 1:
        return titles[0].strip() or tr("Conversation")
    return tr("{count} conversations, {date}", count=f"{len(titles):,}", date=date.today().isoformat())


def choose_export(parent: QWidget, format_: str, title: str, folder: Path | None = None) -> Path | None:
    """Ask where to write ``title`` as ``format_`` (a key of SUFFIXES); None when the user goes back.

    ``folder`` is where the last export went; without it the user's documents. The system's own dialog
    asks before a file is replaced, and the ending is added where it was left out.
    """
    suffix = SUFFIXES[format_]
    start = (folder or _documents()) / safe_file_name(title, suffix)
    kind = _format_words(format_)
    chosen, _ = QFileDialog.getSaveFileName(
        parent, tr("Export as {format}", format=kind), str(start), f"{kind} (*{suffix})"
    )
    if not chosen:
        return None
    path = Path(chosen)
    return path if path.suffix.lower() in (suffix, ".htm", ".markdown") else Path(f"{chosen}{suffix}")


def choose_import(parent: QWidget, folder: Path | None = None) -> Path | None:
    """Ask for our own JSON, or ChatGPT's ``conversations.json`` or the whole archive; None for none."""
    kinds = tr("Conversations (*.json *.zip)"), tr("All files (*)")
    chosen, _ = QFileDialog.getOpenFileName(
        parent, tr("Import conversations"), str(folder or _downloads()), ";;".join(kinds)
    )
    return Path(chosen) if chosen else None


def _format_words(format_: str) -> str:
    return {
        "markdown": tr("Markdown"),
        "json": tr("JSON"),
        "html": tr("Web page"),
        "pdf": tr("PDF"),
        "docx": tr("Word document"),
    }[format_]


def _documents() -> Path:
    return _place(QStandardPaths.StandardLocation.DocumentsLocation)


def _downloads() -> Path:
    return _place(QStandardPaths.StandardLocation.DownloadLocation)


def _place(location: QStandardPaths.StandardLocation) -> Path:
    found = Path(QStandardPaths.writableLocation(location))
    return found if found.is_dir() else Path.home()


class ImportReportDialog(QDialog):
    """What came in, and what did not, with the reason for each."""

    def __init__(self, report: ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        self._mark = QLabel()
        self.summary = QLabel(wordWrap=True)
        self.skipped_label = QLabel(wordWrap=True)
        self.reasons = QPlainTextEdit(readOnly=True)
        self.close_button = QPushButton()
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        set_look(self.summary, size="title")
        set_look(self.skipped_label, tone="quiet")
        head = QHBoxLayout()
        head.setSpacing(space(3))
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.summary, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(6), space(6), space(6), space(5))
        column.setSpacing(space(3))
        column.addLayout(head)
        column.addWidget(self.skipped_label)
        column.addWidget(self.reasons, 1)
        column.addStretch(0)
        column.addLayout(foot)
        self.reasons.setPlainText("\n".join(report.skipped))
        for widget in (self.skipped_label, self.reasons):
            widget.setVisible(bool(report.skipped))
        self.retranslate()
        self._dress()
        self.close_button.setFocus()
        self.setMinimumWidth(420)
        self.resize(460, 340 if report.skipped else self.sizeHint().height())

    def retranslate(self) -> None:
        self.setWindowTitle(tr("Import conversations"))
        self.summary.setText(self._summary())
        count = len(self._report.skipped)
        self.skipped_label.setText(
            tr("One was left out:") if count == 1 else tr("{count} were left out:", count=f"{count:,}")
        )
        self.reasons.setAccessibleName(tr("What was left out, and why"))
        self.close_button.setText(tr("Close"))

    def _summary(self) -> str:
        conversations, messages = len(self._report.conversations), self._report.messages
        if not conversations:
            return tr("No conversation was imported.")
        if conversations == 1:
            return tr("One conversation was imported ({messages} messages).", messages=messages)
        return tr(
            "{count} conversations were imported ({messages} messages).",
            count=f"{conversations:,}",
            messages=f"{messages:,}",
        )

    def _dress(self) -> None:
        theme = theme_of(self)
        is_good = bool(self._report.conversations)
        name, colour = ("circle-check", theme.success) if is_good else ("circle-alert", theme.warning)
        self._mark.setPixmap(pixmap(name, 20, self.devicePixelRatioF(), colour))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if not hasattr(self, "close_button"):
            return
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange:
            self._dress()
