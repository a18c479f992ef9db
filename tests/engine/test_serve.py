"""The loop over a real pipe: in a thread, and as the process that the app starts."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from desktop_app.core.messages import (
    Cancel,
    ChatMessage,
    Command,
    ContextPlan,
    Done,
    Failed,
    Generate,
    ModelInfo,
    Progress,
    Reply,
    Unload,
)
from desktop_app.core.sampling import Sampling
from desktop_app.engine.serve import run_engine, serve
from tests.engine.client import ASK, SECONDS, Client, ask, load, plan
from tests.engine.tiny_model import ENDLESS, write_tiny


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny"), "Q4_1")


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("endless"), "Q4_1", **ENDLESS)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def client() -> Iterator[Client]:
    """The loop in a thread of this process."""
    here, there = multiprocessing.Pipe()
    thread = threading.Thread(target=serve, args=(there,))
    thread.start()
    client = Client(here)
    yield client
    client.end()
    thread.join(SECONDS)
    assert not thread.is_alive()
    here.close()


def test_load_and_stream(client: Client, tiny: Path, place: Path) -> None:
    info = client.result(load(client, tiny, place))
    assert isinstance(info, ModelInfo)
    assert (info.name, info.family, info.context_length) == ("Tiny", "llama", 1024)
    assert info.memory_bytes > 0
    number = ask(client)
    reply = client.result(number)
    assert isinstance(reply, Reply)
    assert 0 < reply.reply_tokens <= 30
    assert reply.first_token_s > 0
    assert reply.seed == 3
    assert any(isinstance(e, Progress) and (e.id, e.stage) == (number, "prompt") for e in client.events)


def test_two_commands_sent_at_once_run_in_order(client: Client, tiny: Path, place: Path) -> None:
    loading, first, second = load(client, tiny, place), ask(client), ask(client)
    client.wait(second)
    order = [event.id for event in client.events if isinstance(event, Done)]
    assert order == [loading, first, second]
    one, two = client.result(first), client.result(second)
    assert client.text(first) == client.text(second)  # the same seed
    assert (one.reused_tokens, two.reused_tokens) == (0, two.prompt_tokens - 1)


def test_a_plan_is_answered_while_a_reply_is_made(client: Client, endless: Path, place: Path) -> None:
    load(client, endless, place)
    reply = ask(client, 100_000)
    client.wait_for_text(reply)
    found = client.result(plan(client))
    assert isinstance(found, ContextPlan)
    assert not any(isinstance(event, Done | Failed) and event.id == reply for event in client.events)
    client.send(Cancel(client.id(), reply))
    assert client.result(reply).stop_reason == "cancelled"


def test_the_plans_count_is_the_replys_count(client: Client, tiny: Path, place: Path) -> None:
    load(client, tiny, place)
    planned = client.result(plan(client, ASK[0].text))
    assert planned.prompt_tokens == client.result(ask(client)).prompt_tokens


def test_a_plan_right_after_load_waits_for_the_tokenizer(client: Client, tiny: Path, place: Path) -> None:
    loading = load(client, tiny, place)
    assert client.result(plan(client)).kept == (5,)
    client.result(loading)


def test_cancel_while_decoding(client: Client, endless: Path, place: Path) -> None:
    load(client, endless, place)
    number = ask(client, 100_000)
    client.wait_for_text(number)
    cancel = client.send(Cancel(client.id(), number))
    reply = client.result(number)
    assert reply.stop_reason == "cancelled"
    assert 0 < reply.reply_tokens < 100_000
    assert client.result(cancel) is None
    assert client.result(ask(client)).stop_reason == "length"  # and the next one is not cancelled


def test_cancel_while_reading_the_prompt(client: Client, endless: Path, place: Path) -> None:
    load(client, endless, place)
    text = "hello wor " * 20_000
    number = client.send(Generate(client.id(), (ChatMessage("user", text),), Sampling()))
    while not any(isinstance(event, Progress) and event.id == number for event in client.events):
        client.receive()
    client.send(Cancel(client.id(), number))
    reply = client.result(number)
    assert (reply.stop_reason, reply.reply_tokens, client.text(number)) == ("cancelled", 0, "")


def test_cancel_before_it_began(client: Client, endless: Path, place: Path) -> None:
    load(client, endless, place)
    running, waiting = ask(client, 100_000), ask(client)
    client.wait_for_text(running)
    client.send(Cancel(client.id(), waiting))
    client.send(Cancel(client.id(), running))
    client.send(Cancel(client.id(), 999))  # of something that is not there
    failed = client.wait(waiting)
    assert isinstance(failed, Failed)
    assert failed.kind == "cancelled"


def test_cancel_a_load(client: Client, tiny: Path, tmp_path: Path, endless: Path, place: Path) -> None:
    client.wait(load(client, endless, place))
    running, loading = ask(client, 100_000), load(client, tiny, tmp_path / "other")
    client.send(Cancel(client.id(), loading))
    client.send(Cancel(client.id(), running))
    failed = client.wait(loading)
    assert isinstance(failed, Failed)
    assert failed.kind == "cancelled"


def test_without_a_model_nothing_is_answered(client: Client, tiny: Path, place: Path) -> None:
    for number in (ask(client), plan(client)):
        failed = client.wait(number)
        assert isinstance(failed, Failed)
        assert failed.kind == "no_model"
    client.result(client.send(Unload(client.id())))
    client.result(load(client, tiny, place))
    client.result(client.send(Unload(client.id())))
    assert client.wait(ask(client)).kind == "no_model"  # type: ignore[union-attr]
    assert isinstance(client.wait(plan(client)), Done), "counting needs no weights"
    client.result(load(client, tiny, place))
    assert client.result(ask(client)).reply_tokens


def test_files_that_are_no_models(client: Client, tiny: Path, tmp_path: Path, place: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny.read_bytes()[:-100])
    for path, kind in [(tmp_path / "no.gguf", "model_missing"), (cut, "model_damaged")]:
        loading, planning = load(client, path, place), plan(client)
        failed = client.wait(loading)
        assert isinstance(failed, Failed)
        assert failed.kind == kind
        assert client.wait(planning).kind == "no_model"  # type: ignore[union-attr]
    client.result(load(client, tiny, place))
    assert client.result(ask(client)).reply_tokens


def test_a_prompt_too_long_is_refused_with_figures(client: Client, tiny: Path, place: Path) -> None:
    load(client, tiny, place)
    failed = client.wait(client.send(Generate(client.id(), (ChatMessage("user", "墨" * 2000),), Sampling())))
    assert isinstance(failed, Failed)
    assert failed.kind == "context_overflow"
    assert failed.values["prompt_tokens"] > failed.values["context_length"] == 1024
    assert "墨" not in failed.message + failed.detail


def test_a_full_context_ends_the_reply(client: Client, tmp_path: Path) -> None:
    model = write_tiny(tmp_path, **(ENDLESS | {"llama.context_length": 80}))
    load(client, model, tmp_path / "prepared")
    reply = client.result(ask(client, 1000))
    assert reply.stop_reason == "context"
    assert reply.prompt_tokens + reply.reply_tokens == 80


def test_length_and_stop_texts_end_the_reply(client: Client, endless: Path, place: Path) -> None:
    load(client, endless, place)
    whole = ask(client, 60)
    assert client.result(whole).stop_reason == "length"
    text = client.text(whole)
    stop = text[len(text) // 2 :][:3]
    cut = ask(client, 60, stop=(stop,))
    assert client.result(cut).stop_reason == "stop_text"
    assert client.text(cut) == text[: text.index(stop)]


def test_an_app_that_is_busy_sending_does_not_block_the_engine() -> None:
    """Each waiting for the other to read would be the end of both."""
    here, there = multiprocessing.Pipe()
    engine = threading.Thread(target=serve, args=(there,), daemon=True)
    engine.start()
    cancels = [Cancel(number, 0) for number in range(1, 20_001)]  # answers for more than any pipe holds
    app = threading.Thread(target=lambda: [here.send(cancel) for cancel in cancels], daemon=True)
    app.start()
    app.join(SECONDS)
    assert not app.is_alive()
    assert [here.recv().id for _ in cancels] == [cancel.id for cancel in cancels]
    here.close()
    engine.join(SECONDS)


def test_what_is_not_a_command_does_not_end_the_loop(client: Client, tiny: Path, place: Path) -> None:
    client._connection.send("hello")
    assert client.result(load(client, tiny, place))
    failed = client.wait(client.send(Command(client.id())))
    assert isinstance(failed, Failed)


def test_a_template_that_refuses_fails_the_reply_only(client: Client, tmp_path: Path) -> None:
    source = "{{ raise_exception('never') if messages[0].content == 'hello' }}{{ messages[0].content }}"
    model = write_tiny(tmp_path, **{"tokenizer.chat_template": source})
    client.result(load(client, model, tmp_path / "prepared"))
    assert client.wait(ask(client)).kind == "template"  # type: ignore[union-attr]
    other = Generate(client.id(), (ChatMessage("user", "other"),), Sampling(max_tokens=2))
    assert client.result(client.send(other))


def test_the_end_of_the_pipe_ends_the_loop(endless: Path, place: Path) -> None:
    here, there = multiprocessing.Pipe()
    thread = threading.Thread(target=serve, args=(there,))
    thread.start()
    client = Client(here)
    load(client, endless, place)
    client.wait_for_text(ask(client, 100_000))
    here.close()
    thread.join(SECONDS)
    assert not thread.is_alive()


# --- as a process -------------------------------------------------------------------------------


@pytest.fixture
def process() -> Iterator[tuple[Client, BaseProcess, Connection]]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    started = context.Process(target=run_engine, args=(there,))
    started.start()
    there.close()
    yield Client(here), started, here
    here.close()
    started.join(SECONDS)
    assert started.exitcode is not None
    started.close()


@pytest.mark.slow
def test_a_process_streams_and_shuts_down(
    process: tuple[Client, BaseProcess, Connection], tiny: Path, place: Path
) -> None:
    client, engine, _ = process
    loading, asking, planning = load(client, tiny, place), ask(client), plan(client)
    assert client.result(planning).kept == (5,)
    assert client.result(loading).name == "Tiny"
    assert client.result(asking).reply_tokens
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGINT)  # Ctrl-C in the terminal is the app's
    assert client.result(ask(client)).reply_tokens
    client.end()
    engine.join(SECONDS)
    assert engine.exitcode == 0


@pytest.mark.slow
def test_a_process_ends_when_nobody_is_left(
    process: tuple[Client, BaseProcess, Connection], endless: Path, place: Path
) -> None:
    client, engine, connection = process
    load(client, endless, place)
    client.wait_for_text(ask(client, 100_000))
    connection.close()
    engine.join(SECONDS)
    assert engine.exitcode is not None


@pytest.mark.slow
def test_the_tokenizer_is_there_before_torch(
    process: tuple[Client, BaseProcess, Connection], tiny: Path, place: Path
) -> None:
    client, _, _ = process
    loading, planning = load(client, tiny, place), plan(client)
    client.wait(loading)
    terminal = [event.id for event in client.events if isinstance(event, Done)]
    assert terminal == [planning, loading]
