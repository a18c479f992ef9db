"""How freely the model writes: a preset, or one's own numbers, each explained for ordinary people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.core.sampling import LIMITS, PRESETS, Sampling
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.flowing import wrapped
from desktop_app.ui.widgets.policies import dress_number

CUSTOM = "custom"
_DECIMALS = {"temperature": 0.05, "top_p": 0.05, "min_p": 0.01, "repetition_penalty": 0.05}
_INTEGERS = {"top_k": 5, "max_tokens": 128}
_FIELD_WIDTH = 112


class SamplingEditor(QWidget):
    """Emits ``changed(preset, Sampling)``; touching a number makes the preset "custom".

    In a pop-up the explanation of the field with the focus stands at the foot; with ``explain_all``
    each stands below its field. ``with_length`` False leaves the longest reply to somebody else.
    """

    changed = Signal(str, object)

    def __init__(
        self, parent: QWidget | None = None, explain_all: bool = False, with_length: bool = True
    ) -> None:
        super().__init__(parent)
        self._preset, self._sampling = "balanced", PRESETS["balanced"]
        self._filling = False
        self._explain_all = explain_all
        self._presets = {name: QPushButton(self) for name in (*PRESETS, CUSTOM)}
        self._meaning = wrapped(self, size="caption", tone="quiet")
        names = ["temperature", "top_p", "top_k", "min_p", "repetition_penalty", "max_tokens", "seed", "stop"]
        self._names = [name for name in names if with_length or name != "max_tokens"]
        self._fields = {name: self._make_field(name) for name in self._names}
        self._titles = {name: QLabel(self) for name in self._names}
        self._notes = (
            {name: wrapped(self, size="caption", tone="quiet") for name in self._names} if explain_all else {}
        )
        self._foot = wrapped(self, size="caption", tone="quiet")
        self._build()
        self.retranslate()
        self._show()

    def set_value(self, preset: str, sampling: Sampling) -> None:
        """Show ``sampling`` under ``preset`` (a key of `PRESETS`, or "custom"), without telling."""
        self._preset = preset if preset in self._presets else CUSTOM
        self._sampling = sampling
        self._show()

    def value(self) -> tuple[str, Sampling]:
        return self._preset, self._sampling

    # --- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(tr("How freely the model writes"))
        for name, (title, _) in _preset_words().items():
            self._presets[name].setText(title)
            self._presets[name].setAccessibleName(title)
        for name, (title, why) in _field_words().items():
            if name not in self._fields:
                continue
            field = self._fields[name]
            self._titles[name].setText(title)
            field.setAccessibleName(title)
            field.setAccessibleDescription(why)
            field.setToolTip("" if self._explain_all else why)
            if name in self._notes:
                self._notes[name].setText(why)
            if name in ("top_k", "min_p"):
                assert isinstance(field, QSpinBox | QDoubleSpinBox)
                field.setSpecialValueText(tr("off"))
        seed = self._fields["seed"]
        assert isinstance(seed, QLineEdit)
        seed.setPlaceholderText(tr("by chance"))
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    # --- values -------------------------------------------------------------------------------

    def _show(self) -> None:
        self._filling = True
        for name, field in self._fields.items():
            value = getattr(self._sampling, name)
            if isinstance(field, QSpinBox | QDoubleSpinBox):
                field.setValue(value)
            elif isinstance(field, QLineEdit):
                field.setText("" if value is None else str(value))
            elif isinstance(field, QPlainTextEdit) and _stop_texts(field.toPlainText()) != value:
                field.setPlainText("\n".join(text.replace("\n", "\\n") for text in value))
        self._filling = False
        self._presets[self._preset].setChecked(True)
        self._meaning.setText(_preset_words()[self._preset][1])

    def _preset_pressed(self) -> None:
        name = next(name for name, button in self._presets.items() if button.isChecked())
        if name != CUSTOM:
            # Length, seed and stop texts are not a matter of how freely one writes.
            now = self._sampling
            fixed = replace(PRESETS[name], max_tokens=now.max_tokens)
            self._sampling = replace(fixed, seed=now.seed, stop=now.stop)
        self._preset = name
        self._show()
        self.changed.emit(self._preset, self._sampling)

    def _edited(self, *_: object) -> None:
        if self._filling:
            return
        sampling = self._sampling
        for name, field in self._fields.items():
            sampling = replace(sampling, **{name: _read(field)})
        if sampling == self._sampling:
            return
        self._sampling, self._preset = sampling, CUSTOM
        self._presets[CUSTOM].setChecked(True)
        self._meaning.setText(_preset_words()[CUSTOM][1])
        self.changed.emit(self._preset, self._sampling)

    # --- how it is built ----------------------------------------------------------------------

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks the fields also inside a `QMenu`, which would take it for itself."""
        if not isinstance(self.window(), QMenu):
            return super().focusNextPrevChild(forward)
        checked = next(button for button in self._presets.values() if button.isChecked())
        stops: list[QWidget] = [checked, *self._fields.values()]
        focused = self.focusWidget()
        place = stops.index(focused) if focused in stops else 0
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[(place + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and not self._explain_all:
            why = next((w for n, (_, w) in _field_words().items() if self._fields.get(n) is watched), "")
            self._foot.setText(why)
        return False

    def _make_field(self, name: str) -> QWidget:
        if name == "seed":
            seed = QLineEdit(self)
            seed.setMaxLength(9)
            seed.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
            seed.editingFinished.connect(self._edited)
            return seed
        if name == "stop":
            stop = QPlainTextEdit(self)
            stop.setTabChangesFocus(True)
            stop.setFixedHeight(space(14))
            stop.textChanged.connect(self._edited)
            return stop
        low, high = LIMITS[name]
        if name in _DECIMALS:
            number = QDoubleSpinBox(self)
            dress_number(number)
            number.setDecimals(2)
            number.setRange(low, high)
            number.setSingleStep(_DECIMALS[name])
            number.setKeyboardTracking(False)
            number.valueChanged.connect(self._edited)
            return number
        count = QSpinBox(self)
        dress_number(count)
        count.setRange(int(low), int(high))
        count.setSingleStep(_INTEGERS[name])
        count.setKeyboardTracking(False)
        count.valueChanged.connect(self._edited)
        return count

    def _build(self) -> None:
        group = QButtonGroup(self)
        choice = QHBoxLayout()
        choice.setSpacing(space(1))
        for button in self._presets.values():
            button.setCheckable(True)
            button.clicked.connect(self._preset_pressed)
            set_look(button, kind="segment")
            group.addButton(button)
            choice.addWidget(button, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(4))
        grid.setVerticalSpacing(space(1))
        grid.setColumnStretch(0, 1)
        for number, name in enumerate(self._names):
            row = 3 * number
            field, title = self._fields[name], self._titles[name]
            title.setBuddy(field)
            field.installEventFilter(self)
            field.setFixedWidth(_FIELD_WIDTH)
            title.setMinimumHeight(space(8))
            grid.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, row, 1, 2 if self._explain_all else 1, 1, Qt.AlignmentFlag.AlignTop)
            if name in self._notes:
                grid.addWidget(self._notes[name], row + 1, 0)
            grid.setRowMinimumHeight(row + 2, space(2) if self._explain_all else 0)
        column = QVBoxLayout(self)
        edge = 0 if self._explain_all else space(3)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(space(2))
        column.addLayout(choice)
        column.addWidget(self._meaning)
        column.addSpacing(space(1))
        column.addLayout(grid)
        column.addWidget(self._foot)
        self._foot.setVisible(not self._explain_all)
        self._foot.setMinimumHeight(space(13))
        self._foot.setAlignment(Qt.AlignmentFlag.AlignTop)
        if not self._explain_all:
            self.setFixedWidth(space(94))
        self.setFocusProxy(self._presets["balanced"])


def _read(field: QWidget) -> Any:
    if isinstance(field, QDoubleSpinBox):
        return round(field.value(), 4)
    if isinstance(field, QSpinBox):
        return field.value()
    if isinstance(field, QPlainTextEdit):
        return _stop_texts(field.toPlainText())
    assert isinstance(field, QLineEdit)
    return int(field.text()) if field.text().isdigit() else None


def _stop_texts(text: str) -> tuple[str, ...]:
    return tuple(line.replace("\\n", "\n") for line in text.split("\n") if line)


def _preset_words() -> dict[str, tuple[str, str]]:
    return {
        "precise": (tr("Precise"), tr("Keeps to the likeliest words: for facts, code and summaries.")),
        "balanced": (tr("Balanced"), tr("Natural and reliable: for most conversations.")),
        "creative": (tr("Creative"), tr("Dares the unexpected: for stories and ideas.")),
        CUSTOM: (tr("Own numbers"), tr("The numbers below, as you set them.")),
    }


def _field_words() -> dict[str, tuple[str, str]]:
    """Title and explanation of each number."""
    return {
        "temperature": (
            tr("Temperature"),
            tr("How daring the choice of words is. 0 always takes the likeliest; higher is more varied."),
        ),
        "top_p": (
            tr("Top-p"),
            tr("Chooses only among the likeliest words that together have this share. 1 allows all."),
        ),
        "top_k": (tr("Top-k"), tr("Chooses only among this many of the likeliest words.")),
        "min_p": (
            tr("Min-p"),
            tr("Leaves out words that are less likely than this share of the likeliest one."),
        ),
        "repetition_penalty": (
            tr("Repetition penalty"),
            tr("Above 1, words that were used already become less likely. 1 changes nothing."),
        ),
        "max_tokens": (
            tr("Longest reply"),
            tr("A reply ends after this many tokens at the latest. A token is about ¾ of a word."),
        ),
        "seed": (
            tr("Seed"),
            tr("The same number gives the same reply to the same question. Empty: a new one each time."),
        ),
        "stop": (
            tr("Stop texts"),
            tr("A reply ends before any of these. One on each line; \\n stands for a line break."),
        ),
    }
