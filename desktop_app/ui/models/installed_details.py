"""A model on this computer: whether it is in memory, what it takes, where it lies, and what to do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.library.installed import Installed
from desktop_app.ui.icons import icon
from desktop_app.ui.models.adapter_row import AdapterRow
from desktop_app.ui.models.fact_grid import FactGrid, back_row
from desktop_app.ui.models.installed_facts import facts_of, state_of, trouble_of
from desktop_app.ui.models.problems import Trouble, Way, way_words
from desktop_app.ui.models.rows import InUse, installed_title
from desktop_app.ui.models.words import summary_of, task_words
from desktop_app.ui.numbers import bytes_text
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.widgets.flow_row import FlowRow
from desktop_app.ui.widgets.flowing import scrolled, wrapped

_ACTIONS = ("use", "unload", "check", "show", "remove")


@dataclass(frozen=True, slots=True)
class AdapterChoice:
    """An adapter that fits the model, and how it is set: ``scale`` 1 as it was trained."""

    adapter: Installed
    on: bool
    scale: float


class InstalledDetails(QWidget):
    """``asked`` with an action (``use``, ``unload``, ``check``, ``stop_check``, ``show``, ``remove``) or a
    `Way`, and the id; ``adapter_changed`` with base, adapter, on, scale; ``link_asked`` with an address."""

    asked = Signal(str, str)
    adapter_changed = Signal(str, str, bool, float)
    link_asked = Signal(str)
    back_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._one: Installed | None = None
        self._in_use = InUse()
        self._prepared = 0
        self._trouble: Trouble | None = None
        self._checking: float | None = None
        self._note = ""
        self._adapters: tuple[AdapterChoice, ...] = ()
        self._rows_of_adapters: list[AdapterRow] = []
        self._body = QWidget(self)
        self.back = QPushButton(self._body)
        self._title = wrapped(self._body, size="heading")
        self._maker = wrapped(self._body, tone="quiet")
        self._state = wrapped(self._body, tone="success")
        self._summary = wrapped(self._body)
        self.buttons = {action: QPushButton(self._body) for action in _ACTIONS}
        self._trouble_words = wrapped(self._body, tone="danger")
        self._ways: list[QPushButton] = []
        self._way_row = FlowRow(space(2))
        self._bar = QProgressBar(self._body)
        self._adapter_title = wrapped(self._body, size="caption", tone="quiet")
        self._adapter_rows = QVBoxLayout()
        self._facts = FactGrid(self._body)
        self._build()
        self.retranslate()

    def set_installed(self, one: Installed | None, in_use: InUse, prepared: int = 0) -> None:
        """``prepared`` are the bytes of its fast forms, which lie apart from it."""
        if one is None or self._one is None or one.id != self._one.id:
            self._trouble, self._checking, self._note = None, None, ""
        self._one, self._in_use, self._prepared = one, in_use, prepared
        self._show()

    def set_adapters(self, adapters: tuple[AdapterChoice, ...]) -> None:
        """The adapters that fit the shown model."""
        same = [(c.adapter.id, c.adapter.state) for c in self._adapters] == [
            (c.adapter.id, c.adapter.state) for c in adapters
        ]
        self._adapters = adapters
        if not same:
            self._make_adapters()
        for row, choice in zip(self._rows_of_adapters, adapters, strict=True):
            row.set_choice(choice.on, choice.scale)

    def set_trouble(self, trouble: Trouble | None) -> None:
        self._trouble = trouble
        self._show()

    def set_checking(self, fraction: float | None, note: str = "") -> None:
        """How far a check of every byte is, or what came of it."""
        self._checking, self._note = fraction, note
        self._show()

    def focus_first(self) -> None:
        buttons = [*self.buttons.values()]
        place = next((b for b in buttons if not b.isHidden() and b.isEnabled()), self.back)
        place.setFocus(Qt.FocusReason.TabFocusReason)

    def retranslate(self) -> None:
        self.setAccessibleName(tr("About the model"))
        self.back.setText(tr("Back to the list"))
        self.back.setAccessibleName(tr("Back to the list"))
        self._adapter_title.setText(tr("Adapters, and how strong they are"))
        self._bar.setAccessibleName(tr("Progress of the check"))
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_facts"):
            self.back.setIcon(icon("arrow-left", theme_of(self).accent))

    # --- what is shown --------------------------------------------------------------------------

    def _show(self) -> None:
        one, in_use = self._one, self._in_use
        self._body.setVisible(one is not None)
        if one is None:
            return
        chosen = one.id == in_use.chosen
        self._title.setText(installed_title(one))
        makers = one.model.publisher if one.model is not None else ""
        kind = tr("Adapter") if one.kind == "adapter" else task_words(one.tasks)
        self._maker.setText(" · ".join(filter(None, (makers, kind))))
        self._summary.setText(summary_of(one.model) if one.model is not None else "")
        self._summary.setVisible(one.model is not None)
        text, tone = state_of(one, in_use)
        self._state.setText(self._note or text)
        self._state.setVisible(bool(self._note or text))
        set_look(self._state, tone="success" if self._note else tone)
        usable = one.state == "present" and one.kind == "model" and "chat" in one.tasks
        shown = {
            "use": usable and not (chosen and in_use.loaded),
            "unload": chosen and in_use.loaded,
            "check": one.state != "missing",
            "show": one.state != "missing",
            "remove": one.origin != "bundled",
        }
        names = {
            "use": tr("Load it again") if chosen else tr("Use for chat"),
            "unload": tr("Unload"),
            "check": tr("Check") if self._checking is None else tr("Stop checking"),
            "show": tr("Show in folder"),
            "remove": tr("Remove"),
        }
        for action, button in self.buttons.items():
            button.setText(names[action])
            button.setAccessibleName(tr("{action}: {name}", action=names[action], name=one.name))
            button.setVisible(shown[action])
        self.buttons["check"].setToolTip(tr("Compares every byte with what the makers published."))
        gives = tr("Gives back {size}", size=bytes_text(one.bytes_of_ours + self._prepared))
        if one.origin == "link":
            gives = tr("Only forgets it: your own file stays where it is.")
        self.buttons["remove"].setToolTip(gives)
        self._bar.setVisible(self._checking is not None)
        self._bar.setValue(round(1000 * (self._checking or 0)))
        self._show_trouble()
        self._facts.set_facts(facts_of(one, in_use, self._prepared))

    def _show_trouble(self) -> None:
        one, trouble = self._one, self._trouble
        if one is not None and trouble is None:
            trouble = trouble_of(one, self._in_use)
        ways = trouble.ways if trouble is not None else ()
        if one is not None and one.model is None:
            ways = tuple(way for way in ways if way != "fetch")  # nobody knows where from
        text = trouble.text if trouble is not None else ""
        self._trouble_words.setText(text)
        self._trouble_words.setVisible(bool(text))
        for button in self._ways:
            self._way_row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._ways = []
        for way in ways:
            button = QPushButton(way_words(way), self._body)
            button.setAccessibleName(button.text())
            set_look(button, kind="primary" if way == "fetch" else "")
            button.clicked.connect(lambda _checked=False, way=way: self._way_pressed(way))
            self._way_row.addWidget(button)
            self._ways.append(button)

    def _make_adapters(self) -> None:
        for row in self._rows_of_adapters:
            self._adapter_rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows_of_adapters = []
        for choice in self._adapters:
            one = choice.adapter
            row = AdapterRow(one.id, one.name, choice.on, choice.scale, one.state == "present", self._body)
            row.changed.connect(self._adapter_moved)
            self._adapter_rows.addWidget(row)
            self._rows_of_adapters.append(row)
        self._adapter_title.setVisible(bool(self._adapters))

    def _adapter_moved(self, key: str, on: bool, scale: float) -> None:
        if self._one is not None:
            self.adapter_changed.emit(self._one.id, key, on, scale)

    def _pressed(self, action: str) -> None:
        if self._one is not None:
            stop = action == "check" and self._checking is not None
            self.asked.emit("stop_check" if stop else action, self._one.id)

    def _way_pressed(self, way: Way) -> None:
        if self._one is not None:
            self.asked.emit(way, self._one.id)

    def _build(self) -> None:
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self.back.setIconSize(QSize(16, 16))
        self.back.clicked.connect(self.back_asked)
        self._facts.link_asked.connect(self.link_asked)
        set_look(self.buttons["use"], kind="primary")
        column = QVBoxLayout(self._body)
        column.setContentsMargins(space(5), space(4), space(5), space(6))
        column.setSpacing(space(2))
        back_row(self.back, column)
        for widget in (self._title, self._maker, self._state, self._trouble_words, self._summary):
            column.addWidget(widget)
        column.addSpacing(space(2))
        actions = FlowRow(space(2))
        for action, button in self.buttons.items():
            button.clicked.connect(lambda _checked=False, action=action: self._pressed(action))
            actions.addWidget(button)
        column.addLayout(self._way_row)
        column.addLayout(actions)
        column.addWidget(self._bar)
        column.addWidget(self._adapter_title)
        column.addLayout(self._adapter_rows)
        column.addSpacing(space(3))
        column.addWidget(self._facts)
        column.addStretch(1)
        self._adapter_title.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(self._body, self))
        self.back.setIcon(icon("arrow-left", theme_of(self).accent))


def adapter_choices(
    adapters: tuple[Installed, ...], kept: Mapping[str, tuple[bool, float]]
) -> tuple[AdapterChoice, ...]:
    """``adapters`` that fit a model, each as ``kept`` says."""
    return tuple(AdapterChoice(one, *kept.get(one.id, (False, 1.0))) for one in adapters)
