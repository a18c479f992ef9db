"""Branches, versions, streaming, deletion with undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.core.chat import Message
from desktop_app.store.store import Store, open_store
from desktop_app.store.transfer.parsed import ParsedConversation


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]


def places(messages: list[Message]) -> list[tuple[int, int]]:
    return [(message.version, message.versions) for message in messages]


def test_versions_are_counted_and_stepped_through(store: Store, talk: Callable[..., list[Message]]) -> None:
    question, first = talk(store, "q", "first")
    key = question.conversation_id
    second = store.add_message(key, question.id, "assistant", "second")
    assert texts(store.branch(key)) == ["q", "second"]
    assert places(store.branch(key)) == [(1, 1), (2, 2)]
    assert texts(store.siblings(second.id)) == ["first", "second"]
    assert places(store.siblings(first.id)) == [(1, 2), (2, 2)]
    branch = store.select_version(first.id)
    assert texts(branch) == ["q", "first"]
    assert branch == store.branch(key)
    assert store.conversation(key).leaf_id == first.id


def test_a_version_comes_back_with_the_branch_last_shown_below_it(
    store: Store, talk: Callable[..., list[Message]]
) -> None:
    q1, _a1, q2, a2 = talk(store, "q1", "a1", "q2", "a2")
    key = q1.conversation_id
    other_a2 = store.add_message(key, q2.id, "assistant", "a2 again")
    store.select_version(a2.id)  # the older one is shown
    edited = store.add_message(key, None, "user", "q1 edited")
    assert texts(store.branch(key)) == ["q1 edited"]
    assert texts(store.select_version(q1.id)) == ["q1", "a1", "q2", "a2"]
    store.select_version(other_a2.id)
    store.select_version(edited.id)
    assert texts(store.select_version(q1.id)) == ["q1", "a1", "q2", "a2 again"]
    assert places(store.branch(key)) == [(1, 2), (1, 1), (1, 1), (2, 2)]


def test_a_message_on_a_branch_that_is_not_shown_can_be_gone_to(
    store: Store, talk: Callable[..., list[Message]]
) -> None:
    q1, _a1, q2, _a2 = talk(store, "q1", "a1", "q2", "a2")
    key = q1.conversation_id
    store.add_message(key, None, "user", "new start")
    assert texts(store.select_version(q2.id)) == ["q1", "a1", "q2", "a2"]
    # … and the way to it is remembered where the branches part.
    store.select_version(store.siblings(q1.id)[1].id)
    assert texts(store.select_version(q1.id)) == ["q1", "a1", "q2", "a2"]


def test_an_answer_below_another_branch_leads_there(store: Store, talk: Callable[..., list[Message]]) -> None:
    q1, a1 = talk(store, "q1", "a1")
    key = q1.conversation_id
    store.add_message(key, None, "user", "new start")
    store.add_message(key, a1.id, "user", "q2")
    assert texts(store.branch(key)) == ["q1", "a1", "q2"]
    store.select_version(store.siblings(q1.id)[1].id)
    assert texts(store.select_version(q1.id)) == ["q1", "a1", "q2"]


def test_streaming(store: Store) -> None:
    key = store.create_conversation().id
    user = store.add_message(key, None, "user", "q")
    reply = store.add_message(key, user.id, "assistant", "", state="streaming", model="m")
    for piece in ("Gut", "en ", "Tag, ", "你", "好 👋🏽"):
        store.append_text(reply.id, piece)
    assert store.message(reply.id).text == "Guten Tag, 你好 👋🏽"
    store.update_message(
        reply.id,
        state="complete",
        stop_reason="end",
        prompt_tokens=10,
        reply_tokens=5,
        first_token_s=0.25,
        tokens_per_s=41.5,
    )
    done = store.message(reply.id)
    assert (done.state, done.stop_reason, done.model) == ("complete", "end", "m")
    assert (done.prompt_tokens, done.reply_tokens, done.first_token_s, done.tokens_per_s) == (
        10,
        5,
        0.25,
        41.5,
    )
    store.update_message(reply.id, state="failed", error_kind="memory", error_message="too big", text="x")
    failed = store.message(reply.id)
    assert (failed.error_kind, failed.error_message, failed.text) == ("memory", "too big", "x")
    assert failed.reply_tokens == 5


def test_interrupted_replies_are_found_once(path: Path) -> None:
    store, _ = open_store(path)
    key = store.create_conversation().id
    user = store.add_message(key, None, "user", "q")
    reply = store.add_message(key, user.id, "assistant", "half a", state="streaming")
    store.close()
    store, _ = open_store(path)
    assert [(m.id, m.text, m.state) for m in store.interrupted()] == [(reply.id, "half a", "stopped")]
    assert store.interrupted() == []
    assert [hit.message_id for hit in store.search("half")] == [reply.id]
    store.close()


def test_deleting_takes_along_what_follows_and_can_be_undone(
    store: Store, talk: Callable[..., list[Message]]
) -> None:
    q1, a1, q2, _ = before = talk(store, "q1", "a1", "q2", "a2")
    key = q1.conversation_id
    token = store.delete_message(q2.id)
    assert token.messages == 2
    assert texts(store.branch(key)) == ["q1", "a1"]
    assert store.conversation(key).leaf_id == a1.id
    store.restore_message(token)
    assert store.branch(key) == before


def test_deleting_a_version_shows_the_one_beside_it(store: Store, talk: Callable[..., list[Message]]) -> None:
    q, first = talk(store, "q", "first")
    key = q.conversation_id
    second = store.add_message(key, q.id, "assistant", "second")
    third = store.add_message(key, q.id, "assistant", "third")
    store.delete_message(third.id)
    assert texts(store.branch(key)) == ["q", "second"]
    store.select_version(first.id)
    token = store.delete_message(first.id)
    assert texts(store.branch(key)) == ["q", "second"]
    assert places(store.branch(key)) == [(1, 1), (1, 1)]
    store.restore_message(token)
    assert texts(store.branch(key)) == ["q", "first"]
    store.select_version(second.id)
    token = store.delete_message(first.id)  # not shown: nothing moves
    assert texts(store.branch(key)) == ["q", "second"]
    store.restore_message(token)
    assert texts(store.branch(key)) == ["q", "second"]


def test_deleting_the_beginning_leaves_an_empty_conversation(
    store: Store, talk: Callable[..., list[Message]]
) -> None:
    q, _ = before = talk(store, "q", "a")
    token = store.delete_message(q.id)
    assert store.branch(q.conversation_id) == []
    assert store.conversation(q.conversation_id).leaf_id is None
    store.restore_message(token)
    assert store.branch(q.conversation_id) == before


def test_what_was_deleted_earlier_stays_so_when_what_is_above_comes_back(
    store: Store, talk: Callable[..., list[Message]]
) -> None:
    q1, a1, q2, _ = talk(store, "q1", "a1", "q2", "a2")
    inner = store.delete_message(q2.id)
    outer = store.delete_message(a1.id)
    store.restore_message(outer)
    assert texts(store.branch(q1.conversation_id)) == ["q1", "a1"]
    store.restore_message(inner)
    assert texts(store.branch(q1.conversation_id)) == ["q1", "a1", "q2", "a2"]


def test_undo_in_the_wrong_order_brings_back_what_is_above(
    store: Store, talk: Callable[..., list[Message]]
) -> None:
    q1, a1, q2, _ = talk(store, "q1", "a1", "q2", "a2")
    inner = store.delete_message(q2.id)
    store.delete_message(a1.id)
    store.restore_message(inner)
    assert texts(store.branch(q1.conversation_id)) == ["q1", "a1", "q2", "a2"]


def test_nothing_is_hung_below_what_is_not_there(store: Store, talk: Callable[..., list[Message]]) -> None:
    q, a = talk(store, "q", "a")
    elsewhere = store.create_conversation().id
    with pytest.raises(LookupError):
        store.add_message(elsewhere, q.id, "user", "lost")
    store.delete_message(a.id)
    with pytest.raises(LookupError):
        store.add_message(q.conversation_id, a.id, "user", "lost")
    with pytest.raises(LookupError):
        store.add_message(999, None, "user", "lost")
    with pytest.raises(LookupError):
        store.branch(999)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("half a pair \ud83d, and more", "half a pair \ufffd, and more"),
        ("a pair in halves \ud83d\ude00", "a pair in halves 😀"),
        ("a\0b", "a\0b"),
        ("e\u0301 \u202eabc\u202c \ufeff", "e\u0301 \u202eabc\u202c \ufeff"),
        ("line\r\nend\u2028 ", "line\r\nend\u2028 "),
    ],
)
def test_any_text_is_kept(store: Store, text: str, stored: str) -> None:
    key = store.create_conversation(text).id
    message = store.add_message(key, None, "user", text)
    store.append_text(message.id, text)
    store.save_draft(key, text)
    assert message.text == stored
    assert store.message(message.id).text == stored * 2
    assert store.draft(key) == stored
    assert store.conversation(key).title == stored
    store.search(text)


def test_a_megabyte_is_kept(store: Store) -> None:
    text = "長い文章と some words\n" * 50_000
    message = store.add_message(store.create_conversation().id, None, "user", text)
    assert store.message(message.id).text == text


def test_ten_thousand_messages(store: Store, long_conversation: Callable[[int], ParsedConversation]) -> None:
    """Deeper than SQLite lets foreign keys cascade (1,000) and Python functions call themselves."""
    parsed = long_conversation(10_000)
    (key,) = store.import_parsed([parsed]).conversations
    branch = store.branch(key)
    assert texts(branch) == [message.text for message in parsed.messages]
    assert store.conversation(key).messages == 10_000
    reply = store.add_message(key, branch[-1].id, "user", "and now?")
    assert store.branch(key)[-1].id == reply.id
    token = store.delete_message(branch[5].id)
    assert len(store.branch(key)) == 5
    store.restore_message(token)
    assert len(store.branch(key)) == 10_001
    store.delete_message(branch[0].id)
    store.purge_deleted(0)
    assert store.branch(key) == []
    assert store.search("words") == []


def test_pins_stay(store: Store, talk: Callable[..., list[Message]]) -> None:
    q, _a = talk(store, "q", "a")
    store.set_message_pinned(q.id, True)
    assert [m.pinned for m in store.branch(q.conversation_id)] == [True, False]
    store.set_message_pinned(q.id, False)
    assert not store.message(q.id).pinned


def test_calls_that_belong_together_are_all_stored_or_none(store: Store, path: Path) -> None:
    """A message without the place for its reply, in a conversation that nobody knows of, helps nobody."""
    with store.together():
        kept = store.create_conversation("kept")
        question = store.add_message(kept.id, None, "user", "hello")
        store.save_draft(0, "")

    def fail_at_the_end() -> None:
        with store.together():
            gone = store.create_conversation("gone")
            store.add_message(gone.id, None, "user", "hello")
            store.add_message(gone.id, 10**6, "assistant", "")

    with pytest.raises(LookupError):
        fail_at_the_end()
    store.rename(kept.id, "still usable", own=True)
    other, _ = open_store(path)
    assert [row.title for row in other.conversations()] == ["still usable"]
    assert [message.id for message in other.branch(kept.id)] == [question.id]
    other.close()
