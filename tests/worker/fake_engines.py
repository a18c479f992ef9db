"""Engines that do one thing wrong, or nothing at all, as real processes."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from multiprocessing.connection import Connection

from desktop_app.core.messages import (
    Cancel,
    ContextPlan,
    Done,
    Failed,
    Generate,
    Load,
    MeasureMemory,
    MemoryUse,
    ModelInfo,
    Plan,
    Reply,
    Shutdown,
    Text,
    Unload,
    UseAdapters,
)
from desktop_app.core.translation import Translate, Translated, Translation

MODEL = ModelInfo("Fake", "none", "cpu", "fp32", 1, 128, 1, 0.0)


def reply(stop_reason: str = "end") -> Reply:
    return Reply(stop_reason, 1, 0, 1, 0.0, 1.0, 0)  # type: ignore[arg-type]


def obedient(connection: Connection) -> None:
    """Answers "hello"; to a message "slow" with a word every 20 ms until it is cancelled; dies of
    "die"; says nothing more after "deaf"."""
    while True:
        command = connection.recv()
        if isinstance(command, Shutdown):
            connection.send(Done(command.id))
            return
        if isinstance(command, Load):
            connection.send(Done(command.id, MODEL))
        elif isinstance(command, Plan):
            connection.send(Done(command.id, ContextPlan((), (), {}, 0, 128, 0)))
        elif isinstance(command, MeasureMemory):
            connection.send(Done(command.id, MemoryUse(1, 2, 3, None)))
        elif isinstance(command, UseAdapters):
            connection.send(Done(command.id, replace(MODEL, adapters=command.adapters)))
        elif isinstance(command, Unload | Cancel):
            connection.send(Done(command.id))
        elif isinstance(command, Generate):
            text = command.messages[-1].text
            if text == "die":
                connection.send(Text(command.id, "par"))
                os._exit(9)
            if text == "deaf":
                time.sleep(3600)
            if text == "slow":
                _slow(connection, command)
                continue
            connection.send(Text(command.id, "hello"))
            connection.send(Done(command.id, reply()))


def _slow(connection: Connection, command: Generate) -> None:
    while True:
        connection.send(Text(command.id, "word "))
        if connection.poll(0.02):
            asked = connection.recv()
            if isinstance(asked, Plan):
                connection.send(Done(asked.id, ContextPlan((), (), {}, 0, 128, 0)))
            elif isinstance(asked, MeasureMemory):
                connection.send(Done(asked.id, MemoryUse(1, 2, 3, None)))
            elif isinstance(asked, Cancel | Shutdown):
                connection.send(Done(asked.id))
                connection.send(Done(command.id, reply("cancelled")))
                if isinstance(asked, Shutdown):
                    return
                break


def stillborn(connection: Connection) -> None:
    os._exit(3)


def slow_to_count(connection: Connection) -> None:
    """Never answers a `Plan`."""
    while not isinstance(command := connection.recv(), Shutdown):
        if isinstance(command, Load):
            connection.send(Done(command.id, MODEL))
        elif isinstance(command, Generate):
            time.sleep(0.3)
            connection.send(Done(command.id, reply()))


def slow_to_load(connection: Connection) -> None:
    """Loads "slow" until that is cancelled, and anything else at once."""
    while not isinstance(command := connection.recv(), Shutdown):
        if not isinstance(command, Load):
            continue
        if command.path != "slow":
            connection.send(Done(command.id, MODEL))
            continue
        while not (isinstance(other := connection.recv(), Cancel) and other.target == command.id):
            pass
        connection.send(Failed(command.id, "cancelled", "Loading was stopped."))


def translating(connection: Connection) -> None:
    """Translates a sentence into its capitals with the model's path before it. "loop" comes back as a
    problem, "die" ends the process, "wait" is answered by its cancellation alone. The model "bad" cannot
    be loaded."""
    model = ""
    while not isinstance(command := connection.recv(), Shutdown):
        if isinstance(command, Load) and command.path == "bad":
            connection.send(Failed(command.id, "model_damaged", "This model is damaged."))
        elif isinstance(command, Load):
            model = command.path
            connection.send(Done(command.id, replace(MODEL, name=model, kind="text_to_text")))
        elif isinstance(command, MeasureMemory):
            connection.send(Done(command.id, MemoryUse(1, 2, 3, None)))
        elif isinstance(command, Unload | Cancel):
            connection.send(Done(command.id))
        elif isinstance(command, Translate):
            _translate(connection, command, model)
    connection.send(Done(command.id))


def _translate(connection: Connection, command: Translate, model: str) -> None:
    made = []
    for index, sentence in enumerate(command.sentences):
        if sentence == "die":
            os._exit(9)
        if sentence == "wait":
            while not (isinstance(other := connection.recv(), Cancel) and other.target == command.id):
                pass
            connection.send(Done(other.id))
            connection.send(Failed(command.id, "cancelled", "It was stopped."))
            return
        result = Translation(f"{model}:{sentence.upper()}", confidence=0.9)
        if sentence.lower().startswith("loop"):
            result = Translation(sentence, problem="loop")
        if command.options.alternatives:
            result = replace(result, alternatives=(f"{result.text} (2)", f"{result.text} (3)"))
        made.append(result)
        connection.send(Translated(command.id, index, result))
    connection.send(Done(command.id, tuple(made)))
