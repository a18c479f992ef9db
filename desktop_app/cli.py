"""The commands on the terminal. Thin: the same engine process that the window talks to.

Results go to standard output, progress and errors to standard error. Exit status: 0 done,
1 failed, 2 wrong use, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import queue
import sys
from dataclasses import asdict

from desktop_app.arguments import sampling_from
from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ChatMessage, Done, Event, Failed, Generate, Reply, Text
from desktop_app.core.paths import make_paths
from desktop_app.model_choice import load_command
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.engine_thread import EngineThread


def run_command(arguments: argparse.Namespace) -> int:
    """Run the command in ``arguments``; returns the exit status."""
    return {"chat": _chat}[arguments.command](arguments)


def _chat(arguments: argparse.Namespace) -> int:
    try:
        sampling = sampling_from(arguments)
    except ValueError as error:
        print(f"inkhorn chat: {error}", file=sys.stderr)
        return 2
    if not arguments.text and sys.stdin.isatty():
        print("inkhorn chat: give a message, or pipe one in", file=sys.stderr)
        return 2
    text = " ".join(arguments.text) if arguments.text else sys.stdin.read()
    if not text.strip():
        print("inkhorn chat: the message is empty", file=sys.stderr)
        return 2
    messages: tuple[ChatMessage, ...] = (ChatMessage("user", text.rstrip("\n")),)
    if arguments.system:
        messages = (ChatMessage("system", arguments.system), *messages)
    events: queue.SimpleQueue[Event | EngineState] = queue.SimpleQueue()
    engine = EngineThread(events.put, events.put)
    try:
        engine.use_model(load_command(make_paths(arguments.data_dir), arguments.model))
        engine.start()
        engine.submit(Generate(engine.next_id(), messages, sampling))
        return _print_reply(events, arguments.json)
    except InkhornError as error:
        print(f"inkhorn chat: {error.message}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        engine.stop()


def _print_reply(events: queue.SimpleQueue[Event | EngineState], as_json: bool) -> int:
    pieces: list[str] = []
    progress = sys.stderr.isatty()
    while True:
        event = events.get()
        if isinstance(event, EngineState) and progress and event.phase == "loading":
            percent = "" if event.fraction is None else f" {event.fraction:.0%}"
            print(f"\r{event.stage}…{percent}   ", end="", file=sys.stderr, flush=True)
        elif isinstance(event, EngineState) and progress and event.phase == "ready" and not pieces:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        elif isinstance(event, Text):
            pieces.append(event.text)
            if not as_json:
                print(event.text, end="", flush=True)
        elif isinstance(event, Failed):
            print(f"\ninkhorn chat: {event.message}", file=sys.stderr)
            return 1
        elif isinstance(event, Done):
            reply: Reply = event.result
            print(
                json.dumps({"text": "".join(pieces), **asdict(reply)}, ensure_ascii=False) if as_json else ""
            )
            return 0
