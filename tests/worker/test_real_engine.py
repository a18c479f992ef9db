"""The worker with the real engine process and the real starter model."""

from __future__ import annotations

import os
import queue
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.core.messages import ChatMessage, Done, Event, Failed, Generate, Load, Text
from desktop_app.core.sampling import Sampling
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.engine_thread import EngineThread

PATIENCE_S = 60.0
TEXTS_IN_300_MS = 8
"""The engine sends at most 25 pieces a second; 0.3 s after a cancel is at most this many."""

STORY = (ChatMessage("user", "Tell me a very long story about a river and an old ink maker."),)


class Engine:
    def __init__(self, model: Path, prepared: Path) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.states: queue.SimpleQueue[EngineState] = queue.SimpleQueue()
        self.thread = EngineThread(self.events.put, self.states.put)
        self.thread.use_model(Load(0, str(model), str(prepared)))
        self.thread.start()

    def ask(self, messages: tuple[ChatMessage, ...], **sampling: float) -> int:
        settings = {"temperature": 0.0, "max_tokens": 400, **sampling}
        command = Generate(self.thread.next_id(), messages, Sampling(**settings))  # type: ignore[arg-type]
        return self.thread.submit(command)

    def collect(self, command_id: int, texts: int | None = None) -> tuple[list[str], Done | Failed | None]:
        """Pieces of a reply, up to ``texts`` of them or to its end."""
        pieces: list[str] = []
        while texts is None or len(pieces) < texts:
            event = self.events.get(timeout=PATIENCE_S)
            if event.id != command_id:
                continue
            if isinstance(event, Text):
                pieces.append(event.text)
            elif isinstance(event, Done | Failed):
                return pieces, event
        return pieces, None


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def engine(starter_model: Path, prepared: Path) -> Iterator[Engine]:
    made = Engine(starter_model, prepared)
    yield made
    made.thread.stop()


@pytest.mark.slow
def test_a_reply_streams_and_ends_by_itself(engine: Engine) -> None:
    pieces, end = engine.collect(engine.ask((ChatMessage("user", "What is the capital of France?"),)))
    assert isinstance(end, Done)
    assert "Paris" in "".join(pieces)
    assert end.result.stop_reason == "end"
    assert end.result.decode_tokens_per_s > 0


@pytest.mark.slow
def test_cancel_while_decoding_takes_effect_within_a_third_of_a_second(engine: Engine) -> None:
    asked = engine.ask(STORY)
    engine.collect(asked, texts=3)
    waiting = engine.events.qsize()  # sent before the cancel
    engine.thread.cancel(asked)
    pieces, end = engine.collect(asked)
    assert isinstance(end, Done)
    assert end.result.stop_reason == "cancelled"
    assert len(pieces) <= waiting + TEXTS_IN_300_MS


@pytest.mark.slow
def test_kill_in_mid_reply_is_told_and_the_conversation_goes_on(engine: Engine) -> None:
    asked = engine.ask(STORY)
    before, _ = engine.collect(asked, texts=3)
    pid = engine.thread.engine_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    _, end = engine.collect(asked)
    assert isinstance(end, Failed)
    assert end.kind == "engine_died"
    # The same conversation, with what had come, is continued by the engine that took its place.
    half = (*STORY, ChatMessage("assistant", "".join(before)))
    command = Generate(engine.thread.next_id(), half, Sampling(temperature=0.0, max_tokens=20), True)
    pieces, end = engine.collect(engine.thread.submit(command))
    assert isinstance(end, Done)
    assert pieces
    assert engine.thread.engine_pid() != pid


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["missing", "cut", "flipped"])
def test_a_model_file_that_is_gone_or_damaged_is_refused_and_the_engine_lives(
    starter_model: Path, prepared: Path, tmp_path: Path, harm: str
) -> None:
    file = tmp_path / "model.gguf"
    if harm != "missing":
        shutil.copyfile(starter_model, file)
        with file.open("r+b") as handle:
            if harm == "cut":
                handle.truncate(1_000_000)
            else:
                handle.seek(100)
                handle.write(b"\xff" * 64)
    engine = Engine(file, tmp_path / "prepared")
    try:
        _, end = engine.collect(engine.ask(STORY))
        assert isinstance(end, Failed)
        assert end.kind == ("model_missing" if harm == "missing" else "model_damaged")
        pid = engine.thread.engine_pid()
        engine.thread.use_model(Load(0, str(starter_model), str(prepared)))
        _, end = engine.collect(engine.ask((ChatMessage("user", "Say yes."),), max_tokens=8))
        assert isinstance(end, Done)
        assert engine.thread.engine_pid() == pid
    finally:
        engine.thread.stop()
