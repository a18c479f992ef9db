"""About the app: its version, and whose work it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app import __version__
from desktop_app.core.i18n import tr
from desktop_app.core.paths import bundle_root
from desktop_app.ui.icons import mark_pixmap
from desktop_app.ui.licences import Licensed, diagnostics, licences
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.flowing import scrolled, wrapped


class AboutDialog(QDialog):
    """``models`` are (name, licence) of the models that are there; ``facts`` go into the diagnostics
    (device, model, …) and must hold nothing of what the user wrote."""

    def __init__(
        self,
        models: Sequence[tuple[str, str]] = (),
        facts: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._facts = dict(facts or {})
        self._mark, self._name, self._version = QLabel(self), QLabel("Inkhorn", self), QLabel(self)
        self._licence = wrapped(self)
        self._titles = [QLabel(self) for _ in range(3)]
        self._licences: list[tuple[QLabel, str]] = []
        self._copy, self._close = QPushButton(self), QPushButton(self)
        self._copy.clicked.connect(self._copy_pressed)
        self._close.clicked.connect(self.accept)
        self._close.setDefault(True)
        self._build()
        self.resize(520, 600)
        self.setMinimumSize(340, 320)
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(tr("About Inkhorn"))
        self._name.setText(tr("Inkhorn"))
        self._version.setText(tr("Version {version}", version=__version__))
        self._licence.setText(
            tr("Free software under the Apache License 2.0. You may use, change and share it, also at work.")
        )
        for label, text in zip(self._titles, (tr("Models"), tr("Built with"), tr("Pictures")), strict=True):
            label.setText(text)
        for label, licence in self._licences:
            label.setText(tr(licence))  # most are names, and the same in every language
        self._copy.setText(tr("Copy diagnostics"))
        self._copy.setAccessibleName(tr("Copy diagnostics"))
        self._copy.setToolTip(tr("Versions and the machine, for reporting a fault. None of your text."))
        self._close.setText(tr("Close"))
        self._close.setAccessibleName(tr("Close"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _copy_pressed(self) -> None:
        QGuiApplication.clipboard().setText(diagnostics(self._facts))
        self._copy.setText(tr("Copied"))

    def _build(self) -> None:
        self._mark.setPixmap(mark_pixmap(64, self.devicePixelRatioF()))
        set_look(self._name, size="heading")
        set_look(self._version, tone="quiet")
        words = QVBoxLayout()
        words.setSpacing(space(1))
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._version)
        words.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(space(4))
        head.addWidget(self._mark)
        head.addLayout(words, 1)
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(space(6), space(6), space(6), space(4))
        column.setSpacing(space(3))
        column.addLayout(head)
        column.addWidget(self._licence)
        listed = licences(bundle_root() / "resources" / "licences.json")
        models = [Licensed(name, "", licence, "") for name, licence in self._models]
        pictures = [entry for entry in listed if entry.name == "Lucide"]
        libraries = [entry for entry in listed if entry.name != "Lucide"]
        for title, entries in zip(self._titles, (models, libraries, pictures), strict=True):
            set_look(title, size="title")
            title.setVisible(bool(entries))
            if entries:
                column.addSpacing(space(2))
                column.addWidget(title)
                column.addLayout(self._table(entries, body))
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.setContentsMargins(space(6), space(3), space(6), space(4))
        foot.addWidget(self._copy)
        foot.addStretch(1)
        foot.addWidget(self._close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scrolled(body, self, tr("Licences")), 1)
        whole.addLayout(foot)

    def _table(self, entries: Sequence[Licensed], parent: QWidget) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(4))
        grid.setVerticalSpacing(space(1.5))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for row, entry in enumerate(entries):
            name = QLabel(f"{entry.name} {entry.version}".strip(), parent)
            licence = QLabel(parent)
            self._licences.append((licence, entry.licence))
            licence.setToolTip(entry.address)
            for label in (name, licence):
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setWordWrap(True)
            set_look(licence, tone="quiet")
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(licence, row, 1, Qt.AlignmentFlag.AlignTop)
        return grid
