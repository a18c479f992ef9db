"""One option: its title, its control at the right, and what it does in a line below."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.ui.settings_options import Option
from desktop_app.ui.theme import space
from desktop_app.ui.widgets.flowing import wrapped
from desktop_app.ui.widgets.policies import dress_number

_CONTROL_WIDTH = 160


class OptionRow(QWidget):
    """Emits ``changed(name, value)`` when the user chooses another value."""

    changed = Signal(str, object)

    def __init__(self, option: Option, default: object, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.option = option
        self._title = QLabel(self)
        self._effect = wrapped(self, size="caption", tone="quiet")
        self.control = self._make(default)
        self._title.setBuddy(self.control)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(space(4))
        grid.setVerticalSpacing(space(1))
        grid.setColumnStretch(0, 1)
        self._title.setMinimumHeight(space(8))
        if isinstance(self.control, QPlainTextEdit):
            grid.addWidget(self._title, 0, 0, 1, 2)
            grid.addWidget(self._effect, 1, 0, 1, 2)
            grid.addWidget(self.control, 2, 0, 1, 2)
        else:
            grid.addWidget(self._title, 0, 0)
            grid.addWidget(self.control, 0, 1, 2, 1, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
            grid.addWidget(self._effect, 1, 0)
        self.retranslate()

    def set_choices(self, choices: tuple[tuple[object, str], ...]) -> None:
        """Offer ``choices`` (value, words as they are shown) after those of the option."""
        control = self.control
        assert isinstance(control, QComboBox)
        value = control.currentData()
        control.blockSignals(True)
        while control.count() > len(self.option.choices):
            control.removeItem(control.count() - 1)
        for data, words in choices:
            control.addItem(words, data)
        control.blockSignals(False)
        self.set_value(value)

    def set_value(self, value: Any) -> None:
        """Show ``value`` without telling; one that is no longer offered stands there by its own name."""
        control = self.control
        control.blockSignals(True)
        if isinstance(control, QComboBox):
            if control.findData(value) < 0:
                control.addItem(str(value), value)
            control.setCurrentIndex(control.findData(value))
        elif isinstance(control, QCheckBox):
            control.setChecked(value)
        elif isinstance(control, QSpinBox):
            control.setValue(value)
        elif isinstance(control, QPlainTextEdit) and control.toPlainText() != value:
            control.setPlainText(value)
        control.blockSignals(False)

    def retranslate(self) -> None:
        option, control = self.option, self.control
        self._title.setText(tr(option.title))
        self._effect.setText(tr(option.effect))
        control.setAccessibleName(tr(option.title))
        control.setAccessibleDescription(tr(option.effect))
        if isinstance(control, QComboBox):
            control.view().setAccessibleName(tr(option.title))
            for index, (_, words) in enumerate(option.choices):
                control.setItemText(index, tr(words))
        elif isinstance(control, QSpinBox):
            before, _, after = tr(option.unit).partition("{number}")
            control.setPrefix(before)
            control.setSuffix(after)
            control.setSpecialValueText(tr(option.zero) if option.zero else "")
        elif isinstance(control, QPlainTextEdit):
            control.setPlaceholderText(tr(option.example))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _make(self, default: object) -> QWidget:
        option = self.option
        if option.choices:
            choice = QComboBox(self)
            for value, words in option.choices:
                choice.addItem(words, value)
            choice.setFixedWidth(_CONTROL_WIDTH)
            choice.currentIndexChanged.connect(lambda: self._tell(choice.currentData()))
            return choice
        if option.limits:
            low, high, step = option.limits
            number = QSpinBox(self)
            dress_number(number)
            number.setRange(low, high)
            number.setSingleStep(step)
            number.setKeyboardTracking(False)
            number.setFixedWidth(_CONTROL_WIDTH)
            number.valueChanged.connect(self._tell)
            return number
        if isinstance(default, bool):
            switch = QCheckBox(self)
            switch.toggled.connect(self._tell)
            return switch
        text = QPlainTextEdit(self)
        text.setTabChangesFocus(True)
        text.setFixedHeight(space(20))
        text.textChanged.connect(lambda: self._tell(text.toPlainText()))
        return text

    def _tell(self, value: object) -> None:
        self.changed.emit(self.option.name, value)
