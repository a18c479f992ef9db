"""The line below the translation: which model it is from, what was kept, and taking it away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.translate.sheet import EMPTY, Sheet
from desktop_app.ui.widgets.elided_label import ElidedLabel


class TargetFoot(QWidget):
    copy_asked = Signal()
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet = EMPTY
        self._working = self._loading = False
        self._about = ""
        self._words = ElidedLabel(self, least=60)
        set_look(self._words, size="caption", tone="quiet")
        self._copy, self._export = QToolButton(self), QToolButton(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space(1))
        row.addWidget(self._words, 1)
        for button, signal in ((self._export, self.export_asked), (self._copy, self.copy_asked)):
            button.setIconSize(QSize(18, 18))
            set_look(button, kind="quiet")
            button.clicked.connect(signal)
            row.addWidget(button)
        self.retranslate()
        self._dress()

    def set_sheet(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.retranslate()

    def set_working(self, working: bool) -> None:
        self._working = working
        self.retranslate()

    def set_loading(self, loading: bool) -> None:
        """The model is on its way into memory, which the first translation waits for."""
        self._loading = loading
        self.retranslate()

    def set_about(self, about: str) -> None:
        """What the model is known to reach: said while there is nothing else to say."""
        self._about = about
        self.retranslate()

    def words(self) -> str:
        sheet = self._sheet
        parts: list[str] = []
        ready = sum(line.is_ready for line in sheet.lines)
        if self._working and self._loading:
            parts.append(tr("Loading the model…"))
        elif self._working and ready < len(sheet.lines) and len(sheet.lines) > 3:
            parts.append(tr("{done} of {all} sentences", done=f"{ready:,}", all=f"{len(sheet.lines):,}"))
        elif self._working:
            parts.append(tr("Translating…"))
        kept, asked = sheet.terms
        if asked:
            parts.append(tr("{kept} of {asked} terms", kept=f"{kept:,}", asked=f"{asked:,}"))
        remembered = sum(line.remembered for line in sheet.lines)
        if remembered:
            parts.append(tr("{count} from memory", count=f"{remembered:,}"))
        if sheet.problems == 1:
            parts.append(tr("1 sentence not translated"))
        elif sheet.problems:
            parts.append(tr("{count} sentences not translated", count=f"{sheet.problems:,}"))
        return " · ".join(parts) or self._about

    def retranslate(self) -> None:
        self._words.setText(self.words())
        there = any(line.is_ready for line in self._sheet.lines)
        for button, words in ((self._copy, tr("Copy the translation")), (self._export, tr("Save as…"))):
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.setEnabled(there)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_export"):
            self._dress()

    def _dress(self) -> None:
        quiet = theme_of(self).quiet
        self._copy.setIcon(icon("copy", quiet))
        self._export.setIcon(icon("download", quiet))
