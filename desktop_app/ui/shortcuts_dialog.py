"""An overview of the keyboard: what each key does, by menu."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.flowing import scrolled

Groups = list[tuple[str, list[tuple[str, str]]]]


class ShortcutsDialog(QDialog):
    """Shows ``groups``: a title, then what is done and the keys for it."""

    def __init__(self, groups: Groups, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.resize(420, 560)
        self.setMinimumSize(320, 240)
        body = QWidget(self)
        grid = QGridLayout(body)
        grid.setContentsMargins(space(6), space(5), space(6), space(6))
        grid.setHorizontalSpacing(space(6))
        grid.setVerticalSpacing(space(2))
        grid.setColumnStretch(0, 1)
        row = 0
        for title, entries in [*groups, (tr("While writing"), _writing())]:
            head = QLabel(title, body)
            set_look(head, size="title")
            head.setContentsMargins(0, space(4) if row else 0, 0, space(1))
            grid.addWidget(head, row, 0, 1, 2)
            row += 1
            for text, keys in entries:
                what = QLabel(text, body)
                what.setWordWrap(True)
                shown = QLabel(keys, body)
                set_look(shown, tone="quiet")
                shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
                shown.setAccessibleName(f"{text}: {keys}")
                grid.addWidget(what, row, 0)
                grid.addWidget(shown, row, 1)
                row += 1
        grid.setRowStretch(row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolled(body, self, tr("Keyboard shortcuts")))


def _writing() -> list[tuple[str, str]]:
    return [
        (tr("Send the message"), "Enter"),
        (tr("New line"), "Shift+Enter"),
        (tr("Stop the reply"), "Esc"),
    ]
