"""The commands on the terminal. Thin: the same engine process that the window talks to.

Results go to standard output, progress and errors to standard error, with ``--json`` both as one JSON
object. Exit status: 0 done, 1 failed (also where nobody reads on), 2 wrong use, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import sys
from dataclasses import asdict
from typing import TextIO

from desktop_app.arguments import sampling_from
from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ChatMessage, Done, Event, Failed, Generate, Reply, Text
from desktop_app.core.paths import make_paths
from desktop_app.model_choice import load_command
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.engine_thread import EngineThread

_Events = queue.SimpleQueue[Event | EngineState]


class _WrongUseError(Exception):
    """The message says what to do instead."""


def run_command(arguments: argparse.Namespace) -> int:
    """Run the command in ``arguments``; returns the exit status."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        _use_utf8(stream)
    name = arguments.command
    try:
        return {"chat": _chat}[name](arguments)
    except _WrongUseError as error:
        print(f"inkhorn {name}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        _let_go_of_output()
        if not isinstance(error, BrokenPipeError):  # who read it, `head` say, has read enough
            print(f"inkhorn {name}: {error.strerror or error}", file=sys.stderr)
        return 1


def _chat(arguments: argparse.Namespace) -> int:
    try:
        sampling = sampling_from(arguments)
    except ValueError as error:
        raise _WrongUseError(str(error)) from None
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
        return _print_failure(error.kind, error.message, arguments.json)
    finally:
        engine.stop()


def _given_text(arguments: argparse.Namespace) -> str:
    if arguments.text:
        text = " ".join(arguments.text)
    elif sys.stdin is None or sys.stdin.isatty():
        raise _WrongUseError("give a message, or pipe one in")
    else:
        try:
            text = sys.stdin.read()
        except UnicodeDecodeError:
            raise _WrongUseError("standard input is not text in UTF-8") from None
    if not text.strip():
        raise _WrongUseError("the message is empty")
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
            return _print_failure(event.kind, event.message, as_json)
        elif isinstance(event, Done):
            reply: Reply = event.result
            whole = json.dumps({"text": "".join(pieces), **asdict(reply)}, ensure_ascii=False)
            print(whole if as_json else "", flush=True)
            return 0


def _print_failure(kind: str, message: str, as_json: bool) -> int:
    failure = {"error": {"kind": kind, "message": message}}
    print(json.dumps(failure, ensure_ascii=False) if as_json else f"inkhorn chat: {message}", file=sys.stderr)
    return 1


class _Progress:
    """How far loading is, on one living line of a terminal; nothing anywhere else."""

    def __init__(self) -> None:
        self._live = sys.stderr is not None and sys.stderr.isatty()
        self._shown = False

    def show(self, state: EngineState) -> None:
        if state.phase != "loading":
            self.clear()
        elif self._live:
            percent = "" if state.fraction is None else f" {state.fraction:.0%}"
            print(f"\r{state.stage}…{percent}\033[K", end="", file=sys.stderr, flush=True)
            self._shown = True

    def clear(self) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = False


def _use_utf8(stream: TextIO | None) -> None:
    """Also where a pipe on Windows, or a bare locale, says something else; what a terminal cannot show
    does not end the command."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None or stream is None:
        return
    if stream is sys.stdin:
        reconfigure(encoding="utf-8-sig", errors="strict")
    elif stream.isatty():
        reconfigure(errors="replace")
    else:
        reconfigure(encoding="utf-8", errors="replace")


def _let_go_of_output() -> None:
    """Nothing can be written any more: what is still in the buffer would only complain at the end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass  # no real file behind it
