"""The commands on the terminal. Thin: the same engine process that the window talks to.

Results go to standard output, progress and errors to standard error, with ``--json`` both as one JSON
object. Exit status: 0 done, 1 failed (also where nobody reads on), 2 wrong use, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import queue
import sys
from dataclasses import asdict

from desktop_app.arguments import sampling_from
from desktop_app.cli_models import models
from desktop_app.cli_output import LiveLine, WrongUseError, let_go_of_output, print_failure, use_utf8
from desktop_app.cli_translate import translate
from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ChatMessage, Done, Event, Failed, Generate, Reply, Text
from desktop_app.core.paths import make_paths
from desktop_app.model_choice import load_command
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.engine_thread import EngineThread

_Events = queue.SimpleQueue[Event | EngineState]


def run_command(arguments: argparse.Namespace) -> int:
    """Run the command in ``arguments``; returns the exit status."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        use_utf8(stream)
    name = arguments.command
    try:
        return {"chat": _chat, "models": models, "translate": translate}[name](arguments)
    except WrongUseError as error:
        print(f"inkhorn {name}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        let_go_of_output()
        if not isinstance(error, BrokenPipeError):  # who read it, `head` say, has read enough
            print(f"inkhorn {name}: {error.strerror or error}", file=sys.stderr)
        return 1


def _chat(arguments: argparse.Namespace) -> int:
    try:
        sampling = sampling_from(arguments)
    except ValueError as error:
        raise WrongUseError(str(error)) from None
    messages: tuple[ChatMessage, ...] = (ChatMessage("user", _given_text(arguments).rstrip("\r\n")),)
    if arguments.system:
        messages = (ChatMessage("system", arguments.system), *messages)
    events: _Events = queue.SimpleQueue()
    engine = EngineThread(events.put, events.put)
    try:
        engine.use_model(load_command(make_paths(arguments.data_dir), arguments.model))
        engine.start()
        engine.submit(Generate(engine.next_id(), messages, sampling))
        return _print_reply(events, arguments.json)
    except InkhornError as error:
        return print_failure("chat", error.kind, error.message, arguments.json)
    finally:
        engine.stop()


def _given_text(arguments: argparse.Namespace) -> str:
    if arguments.text:
        text = " ".join(arguments.text)
    elif sys.stdin is None or sys.stdin.isatty():
        raise WrongUseError("give a message, or pipe one in")
    else:
        try:
            text = sys.stdin.read()
        except UnicodeDecodeError:
            raise WrongUseError("standard input is not text in UTF-8") from None
    if not text.strip():
        raise WrongUseError("the message is empty")
    return text


def _print_reply(events: _Events, as_json: bool) -> int:
    pieces: list[str] = []
    progress = _Progress()
    while True:
        event = events.get()
        if isinstance(event, EngineState):
            progress.show(event)
        elif isinstance(event, Text):
            progress.clear()
            pieces.append(event.text)
            if not as_json:
                print(event.text, end="", flush=True)
        elif isinstance(event, Failed):
            progress.clear()
            if pieces and not as_json:
                print(flush=True)
            return print_failure("chat", event.kind, event.message, as_json)
        elif isinstance(event, Done):
            reply: Reply = event.result
            whole = json.dumps({"text": "".join(pieces), **asdict(reply)}, ensure_ascii=False)
            print(whole if as_json else "", flush=True)
            return 0


class _Progress:
    """How far loading is, on one living line of a terminal; nothing anywhere else."""

    def __init__(self) -> None:
        self._line = LiveLine(quiet=True)

    def show(self, state: EngineState) -> None:
        if state.phase != "loading":
            self._line.clear()
        else:
            percent = "" if state.fraction is None else f" {state.fraction:.0%}"
            self._line.show(f"{state.stage}…{percent}", always=True)

    def clear(self) -> None:
        self._line.clear()
