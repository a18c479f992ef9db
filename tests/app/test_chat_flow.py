"""A conversation as a person has it: real window, real engine process, real model, real database."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from desktop_app.core.chat import Note
from desktop_app.core.errors import InkhornError
from desktop_app.core.settings import Settings
from desktop_app.store.store import Store
from tests.app.conftest import MakeUser, User

pytestmark = pytest.mark.slow

STORY = "Tell me a very long story about a river, a bridge and an old ink maker."


@pytest.fixture
def user(open_app: MakeUser, starter_model: Path) -> User:
    greedy = {"temperature": 0.0, "repetition_penalty": 1.05}
    return open_app(
        settings=Settings(
            welcomed=True, language="en", preset="custom", custom_sampling=greedy, reply_reserve=300
        )
    )


def begin_story(user: User) -> None:
    user.send(STORY)
    running = user.chat.replies.running
    user.wait(lambda: (run := running(user.chat.chat.session.id)) and len(run.text) > 40, "some words")


def test_a_question_is_answered_and_stored(user: User) -> None:
    reply = user.ask("What is the capital of France?")
    assert "Paris" in reply.text
    assert reply.state == "complete"
    assert reply.tokens_per_s > 0
    stored = user.stored_branch()
    assert [message.text for message in stored] == ["What is the capital of France?", reply.text]
    assert user.pane.composer.input.toPlainText() == ""
    titles = user.stored(lambda store: [row.title for row in store.conversations()])
    assert titles == ["What is the capital of France"]


def test_stop_continue_regenerate_and_step_through_versions(user: User) -> None:
    begin_story(user)
    user.pane.composer.stop_pressed.emit()
    user.wait_reply()
    stopped = user.branch[-1]
    assert (stopped.state, stopped.stop_reason) == ("stopped", "cancelled")
    assert stopped.text
    user.act("continue", stopped)
    user.wait_reply()
    longer = user.branch[-1]
    assert longer.id == stopped.id
    assert longer.text.startswith(stopped.text)
    assert len(longer.text) > len(stopped.text)
    user.act("regenerate", longer)
    user.wait(lambda: user.branch[-1].id != longer.id, "another version")
    user.pane.composer.stop_pressed.emit()
    user.wait_reply()
    assert (user.branch[-1].version, user.branch[-1].versions) == (2, 2)
    user.act("version_previous", user.branch[-1])
    assert user.branch[-1].text == longer.text
    assert user.stored_branch() == user.branch


def test_after_another_reply_the_focus_is_where_one_writes(user: User) -> None:
    user.ask("Say yes.")
    buttons = user.pane.view.findChildren(QAbstractButton)
    again = next(b for b in buttons if b.isVisible() and b.accessibleName() == "Write another reply")
    again.setFocus()
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    user.wait(lambda: user.branch[-1].versions == 2, "another version")
    user.wait_reply()
    assert user.app.focusWidget() is user.pane.composer.input


def test_an_edit_is_a_branch_and_the_old_one_stays(user: User) -> None:
    user.ask("What is the capital of France?")
    first = user.branch[0]
    user.pane.view.edited.emit(first.id, "What is the capital of Italy?")
    user.wait(lambda: user.branch[0].id != first.id, "the edited message")
    user.wait_reply()
    assert user.branch[-1].text
    assert "Paris" not in user.branch[-1].text
    assert (user.branch[0].version, user.branch[0].versions) == (2, 2)
    user.act("version_previous", user.branch[0])
    assert "Paris" in user.branch[-1].text


def test_delete_can_be_undone(user: User) -> None:
    user.ask("What is the capital of France?")
    before = user.stored_branch()
    user.act("delete", user.branch[-1])
    assert [message.role for message in user.stored_branch()] == ["user"]
    user.desk.window.toast._button.click()
    user.settle()
    assert user.stored_branch() == before
    assert user.branch == before


def test_the_engine_killed_in_mid_reply(user: User) -> None:
    begin_story(user)
    pid = user.desk.worker.engine_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    user.wait_reply()
    failed = user.branch[-1]
    assert (failed.state, failed.error_kind) == ("failed", "engine_died")
    assert len(failed.text) > 40
    assert user.stored_branch()[-1].text == failed.text
    user.act("problem:continue", failed)
    user.wait_reply()
    assert user.branch[-1].state in ("complete", "stopped")
    assert user.branch[-1].text.startswith(failed.text)
    assert len(user.branch[-1].text) > len(failed.text)


def test_switching_away_while_a_reply_comes_and_back(user: User) -> None:
    begin_story(user)
    key = user.chat.chat.session.id
    user.chat.controller.new()
    user.settle()
    assert user.branch == []
    user.chat.controller.open(key)
    user.settle()
    assert user.branch[-1].state == "streaming"
    user.wait_reply()
    assert user.stored_branch()[-1].text == user.branch[-1].text


def test_a_full_disk_is_told_and_the_reply_is_stored_when_there_is_room(user: User) -> None:
    user.ask("Say yes.")
    begin_story(user)

    def fill(store: Store) -> None:
        pages = store._db._connection.execute("PRAGMA page_count").fetchone()[0]
        store._db._connection.execute(f"PRAGMA max_page_count={pages}")
        other = store.create_conversation(title="Filler")
        for size in (4000, 1000, 200, 20):  # until not even a small message finds room in any page
            with contextlib.suppress(InkhornError):
                for _ in range(1000):
                    store.add_message(other.id, None, "user", "x" * size)

    def free(store: Store) -> None:
        store._db._connection.execute("PRAGMA max_page_count=1000000")

    user.stored(fill)
    user.wait_reply()
    reply = user.branch[-1]
    item = user.pane.view._rows.items[-1]
    assert item.problem is not None
    assert "stored" in item.problem.text
    assert user.stored_branch()[-1].text != reply.text
    user.stored(free)
    user.act("problem:store_again", reply)
    assert user.stored_branch()[-1].text == reply.text
    assert user.pane.view._rows.items[-1].problem is None


def test_a_megabyte_is_kept_and_refused_in_plain_words(user: User) -> None:
    text = "All work and no play makes Jack a dull boy. 墨池 " * 20_000
    user.send(text)
    user.wait_reply()
    assert user.branch[-1].error_kind == "context_overflow"
    problem = user.pane.view._rows.items[-1].problem
    assert problem is not None
    assert "8,192" in problem.text
    assert user.stored_branch()[0].text == text.rstrip("\n")


def long_history(user: User, exchanges: int = 60) -> int:
    def write(store: Store) -> int:
        row = store.create_conversation(title="Long")
        parent = None
        for number in range(exchanges):
            asked = f"Question {number}: " + "what is said of the river and its bridges? " * 12
            parent = store.add_message(row.id, parent, "user", asked).id
            parent = store.add_message(
                row.id, parent, "assistant", f"Answer {number}: " + "it is wide. " * 20
            ).id
        return row.id

    key = user.stored(write)
    assert isinstance(key, int)
    return key


def test_nothing_is_left_out_before_it_was_shown(user: User) -> None:
    key = long_history(user)
    user.wait(lambda: user.desk.worker.state.model, "the model")
    user.chat.controller.open(key)
    user.settle()
    user.send("And what did I ask first?")  # at once, before anything could be counted and shown
    user.wait(lambda: user.pane.view._rows.items[-1].problem, "the question")
    problem = user.pane.view._rows.items[-1].problem
    assert problem is not None
    assert [name for name, _ in problem.actions] == ["send_anyway", "summarise"]
    plan = user.chat.chat.session.plan
    assert plan is not None
    assert plan.left_out
    assert user.branch[0].id in plan.left_out
    user.act("problem:send_anyway", user.branch[-1])
    user.wait_reply()
    assert user.branch[-1].text
    assert user.branch[-1].prompt_tokens <= plan.context_length


def test_a_pinned_message_is_kept_and_a_summary_stands_for_the_rest(user: User) -> None:
    key = long_history(user, 40)
    user.wait(lambda: user.desk.worker.state.model, "the model")
    user.chat.controller.open(key)
    user.wait(lambda: user.chat.chat.session.plan, "a count")
    first = user.branch[0]
    user.act("pin", first)
    user.wait(
        lambda: (plan := user.chat.chat.session.plan) and plan.left_out and first.id in plan.kept,
        "the pinned message to be kept",
    )
    user.pane.meter.summarise_pressed.emit()
    user.wait(lambda: user.chat.chat.session.note, "the summary")
    note = user.chat.chat.session.note
    assert isinstance(note, Note)
    assert note.text.strip()
    user.wait(lambda: (plan := user.chat.chat.session.plan) and not plan.left_out, "room")
    user.pane.view.note_edited.emit(note.id, "The river is wide; all questions were about bridges.")
    user.settle()
    kept = user.stored(lambda store: store.notes(key)[0].text)
    assert kept == "The river is wide; all questions were about bridges."
    user.pane.view.note_deleted.emit(user.chat.chat.session.note.id)
    user.settle()
    assert user.stored(lambda store: store.notes(key)) == []


def test_an_edit_is_answered_though_the_user_went_elsewhere(user: User) -> None:
    user.ask("What is the capital of France?")
    key, first = user.chat.chat.session.id, user.branch[0]
    user.pane.view.edited.emit(first.id, "Say yes.")
    user.chat.controller.new()  # before the store has answered
    user.settle()
    user.chat.controller.open(key)
    user.settle()
    user.wait_reply()
    assert user.branch[0].text == "Say yes."
    assert user.stored_branch()[-1].text


def test_what_is_typed_while_a_conversation_opens_is_kept(user: User) -> None:
    user.ask("Say yes.")
    key = user.chat.chat.session.id
    user.chat.controller.new()
    user.settle()
    user.chat.controller.open(key)
    user.write("typed in the meantime")  # the click is done, the conversation not there yet
    user.settle()
    assert user.pane.composer.input.toPlainText() == ""
    user.chat.controller.new()
    user.wait(lambda: user.pane.composer.input.toPlainText(), "the draft")
    assert user.pane.composer.input.toPlainText() == "typed in the meantime"


def test_stop_takes_effect_before_the_model_has_begun(open_app: MakeUser, starter_model: Path) -> None:
    user = open_app()
    user.send(STORY)  # at once: the engine is still starting
    assert user.desk.worker.state.model is None
    assert user.branch[-1].state == "streaming"
    user.pane.composer.stop_pressed.emit()
    user.settle()
    assert user.branch[-1].state == "stopped"
    assert user.stored_branch()[-1].state == "stopped"
    user.wait(lambda: user.desk.worker.state.phase == "ready", "the engine")
    user.settle()
    assert user.branch[-1].text == ""
    user.act("continue", user.branch[-1])
    user.wait_reply()
    assert user.branch[-1].text


def test_another_persona_and_sampling_hold_for_the_conversation(user: User) -> None:
    user.ask("Say yes.")
    user.pane.persona.chosen.emit("Pirate", "You are a pirate. Always say Arr.")
    user.pane.sampling.changed.emit("custom", replace(user.chat.chat.sampling(), temperature=0.0, seed=5))
    user.settle()
    key = user.chat.chat.session.id
    user.chat.controller.new()
    user.settle()
    user.chat.controller.open(key)
    user.settle()
    session = user.chat.chat.session
    assert session.options.persona == "Pirate"
    assert session.options.system_prompt.startswith("You are a pirate")
    assert user.chat.chat.sampling().seed == 5
