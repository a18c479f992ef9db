"""The line at the foot of the window: which model, where it runs, memory, speed, and that it is private."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon, pixmap
from desktop_app.ui.numbers import bytes_text, device_text, speed_text
from desktop_app.ui.theme import Theme, set_look, space, theme_of
from desktop_app.ui.widgets.elided_button import ElidedButton

EngineState = Literal["none", "starting", "loading", "ready", "answering", "resting", "stopped"]
Connection = Literal["private", "connected", "locked"]
"""Nothing leaves the computer; a download that the user asked for runs; the offline lock is on."""

_WITHOUT_MODEL = ("stopped", "starting", "loading")
"""The states in which it is not true where the model runs, what it takes and how fast it was: an engine that
stopped or begins anew may come back with another model on another device."""

HEIGHT = 32
_ICON = 14
_GAP = space(4)


class _Field(QWidget):
    """A small icon and a few words; hidden while it has nothing to say or no room."""

    def __init__(self, parent: QWidget, icon_name: str) -> None:
        super().__init__(parent)
        self.icon_name = icon_name
        self.wanted = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space(1.5))
        self.picture = QLabel(self)
        self.picture.setFixedSize(_ICON, _ICON)
        row.addWidget(self.picture)
        self.label = QLabel(self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self.label)
        set_look(self.label, size="caption", tone="quiet")

    def show_text(self, text: str, explanation: str) -> None:
        self.wanted = bool(text)
        self.label.setText(text)
        self.setToolTip(explanation)
        self.setAccessibleName(explanation)

    def dress(self, colour: str) -> None:
        self.picture.setPixmap(pixmap(self.icon_name, _ICON, self.devicePixelRatioF(), colour))


class _ModelField(ElidedButton):
    """The model's name, and behind it the choice of another."""

    icon_name = "boxes"

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, least=32)
        self.wanted = False
        self.setIconSize(QSize(_ICON, _ICON))
        set_look(self, kind="status")

    def show_text(self, text: str, explanation: str) -> None:
        self.wanted = bool(text)
        self.set_label(text, explanation)

    def dress(self, colour: str) -> None:
        self.setIcon(icon(self.icon_name, colour))


class StatusLine(QWidget):
    """Every setter may be called at any time, in any order. ``restart_asked`` comes from the button
    beside a stopped engine, ``model_asked`` from the model's name. What has no room is left out, the
    least needed first."""

    restart_asked = Signal()
    model_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, surface="sunken")
        self.setFixedHeight(HEIGHT)
        self._state: EngineState = "none"
        self._fraction: float | None = None
        self._model = ""
        self._device: tuple[str, int] = ("", 0)
        self._memory: int | None = None
        self._speed: float | None = None
        self._connection: Connection = "private"
        self._notice = ""
        self._state_field = _Field(self, "circle-check")
        self._restart = QPushButton(self)
        self.model_field = _ModelField(self)
        self.model_field.clicked.connect(self.model_asked)
        self._device_field = _Field(self, "cpu")
        self._memory_field = _Field(self, "memory-stick")
        self._speed_field = _Field(self, "gauge")
        self._private_field = _Field(self, "lock")
        set_look(self._restart, kind="link")
        self._restart.clicked.connect(self.restart_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(space(3), 0, space(3), 0)
        row.setSpacing(_GAP)
        for field in (self._state_field, self._restart, self.model_field, self._device_field):
            row.addWidget(field)
        row.addWidget(self._memory_field)
        row.addWidget(self._speed_field)
        row.addStretch(1)
        row.addWidget(self._private_field)
        self.retranslate()
        self._dress()

    # --- what the app tells -------------------------------------------------------------------

    def set_state(self, state: EngineState, fraction: float | None = None) -> None:
        """``fraction`` 0…1 of a loading model, or None where the end is not known."""
        self._state, self._fraction = state, fraction
        self.retranslate()
        self._dress()

    def set_model(self, name: str) -> None:
        self._model = name
        self.retranslate()

    def set_device(self, device: str, threads: int = 0) -> None:
        """``device`` as in `ModelInfo`: cpu, cuda:0, mps. ``threads`` 0: not known."""
        self._device = (device, threads)
        self.retranslate()

    def set_memory(self, count: int | None) -> None:
        """Bytes that the model takes."""
        self._memory = count
        self.retranslate()

    def set_speed(self, tokens_per_s: float | None) -> None:
        """Of the last reply, or of the one that is coming."""
        self._speed = tokens_per_s
        self.retranslate()

    def set_notice(self, notice: str) -> None:
        """Something worth knowing about where the model runs ("The graphics card was too small"); ""
        when there is nothing."""
        self._notice = notice
        self.retranslate()
        self._dress()

    def set_connection(self, connection: Connection) -> None:
        """What is true of the internet at this moment."""
        self._connection = connection
        self.retranslate()
        self._dress()

    # --- how it looks -------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Status"))
        state = tr("The engine: {state}", state=self._state_text())
        if self._state == "resting":
            state = tr("The model gave its memory back. It is loaded again with your next message.")
        self._state_field.show_text(self._state_text(), state)
        self._restart.setText(tr("Start again"))
        self._restart.setAccessibleName(tr("Start the engine again"))
        runs = self._state not in _WITHOUT_MODEL
        model = self._model or tr("Choose a model")
        choose = tr("The model that answers: {name}. Choose another…", name=self._model or tr("none"))
        self.model_field.show_text(model, choose)
        device = device_text(*self._device) if self._device[0] and runs else ""
        where = tr("Where the model runs: {device}", device=device)
        self._device_field.show_text(device, "\n".join(filter(None, (where, self._notice))))
        memory = bytes_text(self._memory) if self._memory and runs else ""
        self._memory_field.show_text(memory, tr("Memory that the model takes: {size}", size=memory))
        speed = speed_text(self._speed) if self._speed and runs else ""
        self._speed_field.show_text(speed, tr("Speed of the last reply: {speed}", speed=speed))
        private, why = self._connection_words()
        self._private_field.show_text(private, why)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_private_field"):
            self._dress()
            self._fit()

    def _connection_words(self) -> tuple[str, str]:
        if self._connection == "connected":
            why = tr("A download that you asked for is running. No text of yours is sent anywhere.")
            return tr("Connected to the internet"), why
        if self._connection == "locked":
            why = tr("The offline lock is on: Inkhorn connects to nothing at all until you take it off.")
            return tr("Offline lock is on"), why
        why = tr("Nothing leaves this computer: the model runs here, and no text of yours is sent anywhere.")
        return tr("Nothing leaves this computer"), why

    def _state_text(self) -> str:
        if self._state == "loading" and self._fraction is not None:
            return tr("Loading {percent} %", percent=round(100 * self._fraction))
        return {
            "none": tr("No model"),
            "starting": tr("Starting…"),
            "loading": tr("Loading…"),
            "ready": tr("Ready"),
            "answering": tr("Answering…"),
            "resting": tr("Resting"),
            "stopped": tr("Engine stopped"),
        }[self._state]

    def _fit(self) -> None:
        """Hide from the least needed on until the rest fits; the model's name gives way last."""
        order = [self._speed_field, self._memory_field, self._device_field, self._private_field]
        shown: list[QWidget] = [self._state_field]
        fields: tuple[_Field | _ModelField, ...] = (self.model_field, *reversed(order))
        if self._state == "stopped":
            shown.append(self._restart)
        shown += [field for field in fields if field.wanted]
        self._private_field.label.setVisible(True)
        room = self.width() - 2 * space(3)
        if _needed(shown) > room:
            self._private_field.label.setVisible(False)
        for field in order[:-1]:
            if _needed(shown) > room and field in shown:
                shown.remove(field)
        for widget in (*self._fields(), self._restart):
            widget.setVisible(widget in shown)

    def _fields(self) -> tuple[_Field | _ModelField, ...]:
        return (
            self._state_field,
            self.model_field,
            self._device_field,
            self._memory_field,
            self._speed_field,
            self._private_field,
        )

    def _dress(self) -> None:
        theme = theme_of(self)
        state = self._state_field
        state.icon_name, colour = _state_look(self._state, theme)
        looks = {"private": "eye-off", "connected": "download", "locked": "lock"}
        self._private_field.icon_name = looks[self._connection]
        self._device_field.icon_name = "triangle-alert" if self._notice else "cpu"
        for field in self._fields():
            warned = field is self._device_field and self._notice
            field.dress(colour if field is state else theme.warning if warned else theme.quiet)
        set_look(state.label, tone="danger" if self._state == "stopped" else "quiet")


def _state_look(state: EngineState, theme: Theme) -> tuple[str, str]:
    if state == "stopped":
        return "circle-alert", theme.danger
    if state in ("starting", "loading"):
        return "loader-circle", theme.quiet
    if state == "answering":
        return "pen-line", theme.accent
    if state == "resting":
        return "moon", theme.quiet
    return ("minus", theme.quiet) if state == "none" else ("circle-check", theme.success)


def _needed(widgets: list[QWidget]) -> int:
    """px that ``widgets`` want side by side; a model's long name counts only in part."""
    widths = [widget.sizeHint().width() for widget in widgets]
    return sum(min(width, 220) for width in widths) + _GAP * len(widths)
