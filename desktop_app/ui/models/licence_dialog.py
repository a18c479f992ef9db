"""Terms that have to be agreed to before a model is fetched."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.library.catalogue import Model
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.flowing import wrapped


class LicenceDialog(QDialog):
    """Accepted only with the box checked. ``link_asked`` with the address of the licence's text."""

    link_asked = Signal(str)

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Licence"))
        title, words = wrapped(self, size="title"), wrapped(self)
        title.setText(model.licence)
        words.setText(
            tr(
                "{publisher} asks everyone who uses {name} to agree to the terms of its licence. "
                "Read them first: they say what you may do with the model and with what it writes.",
                publisher=model.publisher,
                name=model.name,
            )
        )
        self.read = QPushButton(tr("Read the licence: {address}", address=model.licence_url), self)
        self.read.setAccessibleName(self.read.text())
        set_look(self.read, kind="link")
        self.read.clicked.connect(lambda: self.link_asked.emit(model.licence_url))
        self.box = QCheckBox(tr("I have read the licence and agree to it"), self)
        self.box.setAccessibleName(self.box.text())
        self.get, cancel = QPushButton(tr("Get"), self), QPushButton(tr("Cancel"), self)
        self.get.setAccessibleName(tr("Get"))
        cancel.setAccessibleName(tr("Cancel"))
        set_look(self.get, kind="primary")
        self.get.setEnabled(False)
        self.get.setDefault(True)
        self.box.toggled.connect(self.get.setEnabled)
        self.get.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(space(2))
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.get)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(6), space(5), space(6), space(5))
        column.setSpacing(space(3))
        for widget in (title, words, self.read, self.box):
            column.addWidget(widget)
        column.addStretch(1)
        column.addLayout(buttons)
        self.setMinimumWidth(space(110))
        self.box.setFocus()
