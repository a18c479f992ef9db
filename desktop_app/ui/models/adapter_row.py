"""An adapter below its base: on or off, and how strong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.theme import set_look, space

MOST_PERCENT = 150
_SETTLE_MS = 250  # a slider that is being drawn asks the engine only when it rests


class AdapterRow(QWidget):
    """Emits ``changed(id, on, scale)`` when the user has chosen."""

    changed = Signal(str, bool, float)

    def __init__(
        self, key: str, name: str, on: bool, scale: float, usable: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.key, self._name = key, name
        self._box = QCheckBox(name.replace("&", "&&"), self)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._figure = QLabel(self)
        set_look(self._figure, size="caption", tone="quiet")
        self._slider.setRange(0, MOST_PERCENT)
        self._slider.setSingleStep(5)
        self._slider.setPageStep(25)
        self._slider.setMinimumWidth(space(20))
        self._box.setChecked(on)
        self._box.setEnabled(usable)
        self._slider.setValue(round(100 * scale))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self._tell)
        self._box.toggled.connect(self._toggled)
        self._slider.valueChanged.connect(self._moved)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space(2))
        row.addWidget(self._box, 1)
        row.addWidget(self._slider, 1)
        row.addWidget(self._figure)
        self.retranslate()

    def set_choice(self, on: bool, scale: float) -> None:
        """Show what the settings say, without telling; not while the slider is in somebody's hand."""
        if self._slider.isSliderDown() or self._timer.isActive():
            return
        for control in (self._box, self._slider):
            control.blockSignals(True)
        self._box.setChecked(on)
        self._slider.setValue(round(100 * scale))
        for control in (self._box, self._slider):
            control.blockSignals(False)
        self.retranslate()

    def retranslate(self) -> None:
        percent = tr("{percent} %", percent=self._slider.value())
        self._figure.setText(percent)
        self._figure.setFixedWidth(self._figure.fontMetrics().horizontalAdvance("150 %") + space(2))
        self._box.setAccessibleName(tr("Use the adapter {name}", name=self._name))
        self._slider.setAccessibleName(tr("Strength of {name}", name=self._name))
        self._slider.setEnabled(self._box.isChecked() and self._box.isEnabled())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _toggled(self) -> None:
        self.retranslate()
        self._tell()

    def _moved(self) -> None:
        self.retranslate()
        self._timer.start()

    def _tell(self) -> None:
        self._timer.stop()
        self.changed.emit(self.key, self._box.isChecked(), self._slider.value() / 100)
