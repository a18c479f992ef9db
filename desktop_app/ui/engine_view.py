"""The engine's state in the status line, in the words of people who do not know what an engine is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.core.messages import Reply
from desktop_app.ui.status_line import EngineState as LineState
from desktop_app.ui.status_line import StatusLine
from desktop_app.worker.engine_state import EngineState, Phase
from desktop_app.worker.engine_worker import EngineWorker

_WORDS: dict[Phase, LineState] = {
    "starting": "starting",
    "restarting": "starting",
    "loading": "loading",
    "ready": "ready",
    "busy": "answering",
    "unloaded": "resting",
    "failed": "stopped",
    "stopped": "stopped",
}


class EngineView(QObject):
    restart_wanted = Signal()
    model_ready = Signal(str)  # the model's name
    failed = Signal(object)  # Failed
    recovering = Signal()  # what ``failed`` told of is tried again, or over

    def __init__(self, worker: EngineWorker, line: StatusLine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._model = ""
        line.restart_asked.connect(self.restart_wanted)
        worker.state_changed.connect(self._show)
        self._show(worker.state)

    @Slot(object)
    def _show(self, state: EngineState) -> None:
        self._line.set_state(_WORDS[state.phase], state.fraction)
        if state.model is not None:
            self._line.set_model(state.model.name)
            self._line.set_device(state.model.device)
            self._line.set_memory(state.model.memory_bytes)
        if state.phase == "ready" and state.model is not None:
            self._model = state.model.name
            self.model_ready.emit(self._model)
        if state.phase != "failed":
            self.recovering.emit()
        elif state.failure is not None:
            self.failed.emit(state.failure)

    @Slot(object)
    def show_reply(self, reply: Reply) -> None:
        if reply.reply_tokens > 1:
            self._line.set_speed(reply.decode_tokens_per_s)
