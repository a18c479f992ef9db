"""What was dropped on the window: what it is, and whether it is copied or used where it lies."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.library.found import Found
from desktop_app.ui.models.problems import Trouble
from desktop_app.ui.models.words import count_words
from desktop_app.ui.numbers import bytes_text
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.flow_row import FlowRow
from desktop_app.ui.widgets.flowing import wrapped

Phase = Literal["looking", "found", "working", "refused"]


class ImportCard(QWidget):
    """``asked`` with ``copy``, ``link`` or ``close`` (which also stops what is running)."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phase: Phase = "looking"
        self._name = ""
        self._found: Found | None = None
        self._trouble: Trouble | None = None
        self._title, self._facts = wrapped(self), wrapped(self, size="caption", tone="quiet")
        self._problems = wrapped(self, size="caption", tone="warning")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._copy, self._link, self._close = (QPushButton(self) for _ in range(3))
        set_look(self._copy, kind="primary")
        set_look(self._close, kind="quiet")
        for button, what in ((self._copy, "copy"), (self._link, "link"), (self._close, "close")):
            button.clicked.connect(lambda _checked=False, what=what: self.asked.emit(what))
        buttons = FlowRow(space(2))
        for button in (self._copy, self._link, self._close):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(4), space(3), space(4), space(3))
        column.setSpacing(space(1.5))
        for widget in (self._title, self._facts, self._problems, self._bar):
            column.addWidget(widget)
        column.addLayout(buttons)
        set_look(self, surface="card")
        self.hide()
        self.retranslate()

    def look_at(self, name: str) -> None:
        """Say that ``name`` is being looked at."""
        self._phase, self._name, self._found, self._trouble = "looking", name, None, None
        self._show()

    def show_found(self, found: Found) -> None:
        self._phase, self._found, self._name = "found", found, found.name
        self._show()
        self._copy.setFocus()

    def refuse(self, trouble: Trouble) -> None:
        self._phase, self._trouble = "refused", trouble
        self._show()
        self._close.setFocus()

    def show_progress(self, done: int, total: int) -> None:
        self._phase = "working"
        self._bar.setRange(0, 1000 if total else 0)
        self._bar.setValue(round(1000 * done / total) if total else 0)
        self._show()

    def phase(self) -> Phase:
        return self._phase

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _show(self) -> None:
        self.retranslate()
        self.show()

    def retranslate(self) -> None:
        found, phase = self._found, self._phase
        titles = {
            "looking": tr("Looking at {name}…", name=self._name),
            "found": tr("Add {name}?", name=self._name),
            "working": tr("Adding {name}…", name=self._name),
            "refused": tr("{name} cannot be added", name=self._name),
        }
        self._title.setText(titles[phase])
        facts, problems = "", ""
        if found is not None and phase != "refused":
            facts = " · ".join(_facts_of(found))
            problems = "\n".join(tr(problem) for problem in found.problems)
        if phase == "refused" and self._trouble is not None:
            facts = self._trouble.text
        self._facts.setText(facts)
        self._facts.setVisible(bool(facts))
        set_look(self._facts, tone="danger" if phase == "refused" else "quiet")
        self._problems.setText(problems)
        self._problems.setVisible(bool(problems))
        self._bar.setVisible(phase in ("looking", "working"))
        if phase == "looking":
            self._bar.setRange(0, 0)
        self._copy.setVisible(phase == "found")
        self._link.setVisible(phase == "found" and found is not None and not found.has_links)
        self._copy.setText(tr("Copy to Inkhorn’s models"))
        self._link.setText(tr("Use it where it is"))
        self._link.setToolTip(tr("Takes no room, but the file has to stay where it is."))
        self._close.setText(tr("Cancel") if phase in ("found", "working") else tr("Close"))
        for button in (self._copy, self._link, self._close):
            button.setAccessibleName(tr("{action}: {name}", action=button.text(), name=self._name))
        self.setAccessibleName(". ".join(filter(None, (titles[phase], facts, problems))))


def _facts_of(found: Found) -> list[str]:
    kinds = {"model": tr("Model"), "adapter": tr("Adapter")}
    formats = {"gguf": "GGUF", "safetensors": "safetensors", "bergamot": "Bergamot", "adapter": ""}
    file = found.path.name
    return [
        text
        for text in (
            "" if file in (found.name, f"{found.name}.gguf") else file,
            kinds.get(found.kind, found.kind),
            formats[found.format],
            bytes_text(found.bytes),
            found.family,
            tr("{number} parameters", number=count_words(found.parameters)) if found.parameters else "",
            found.licence or tr("no licence named"),
        )
        if text
    ]
