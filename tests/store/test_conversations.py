"""The list of conversations: order, folders, titles, trash, counts."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.store.store import Store, open_store


def titles(store: Store, folder: str | None = None) -> list[str]:
    return [one.title for one in store.conversations(folder)]


def test_everything_is_there_after_opening_again(path: Path) -> None:
    store, report = open_store(path)
    assert report.created
    made = store.create_conversation("标题", "be kind", "poet", '{"top_k": 3}', "Work")
    message = store.add_message(made.id, None, "user", "hello")
    before = store.conversation(made.id)
    store.close()
    store, report = open_store(path)
    assert not report.created
    assert store.conversation(made.id) == before
    assert before.title == "标题"
    assert (before.system_prompt, before.persona, before.sampling_json) == ("be kind", "poet", '{"top_k": 3}')
    assert (before.folder, before.leaf_id, before.messages) == ("Work", message.id, 1)
    store.close()


def test_pinned_first_then_last_used(store: Store) -> None:
    first, second, third = (store.create_conversation(title) for title in ("first", "second", "third"))
    assert titles(store) == ["third", "second", "first"]
    store.add_message(first.id, None, "user", "again")
    assert titles(store) == ["first", "third", "second"]
    store.set_pinned(second.id, True)
    assert titles(store) == ["second", "first", "third"]
    assert store.conversation(second.id).updated == second.updated
    store.set_folder(third.id, "x")
    assert store.conversation(third.id).updated == third.updated


def test_folders(store: Store) -> None:
    one = store.create_conversation("one", folder="b")
    store.create_conversation("two", folder="a")
    store.create_conversation("three")
    assert store.folders() == ["a", "b"]
    assert titles(store, "b") == ["one"]
    assert titles(store, "") == ["three"]
    assert len(titles(store)) == 3
    store.delete_conversation(one.id)
    assert store.folders() == ["a"]
    store.restore_conversation(one.id)
    store.set_folder(one.id, "")
    assert store.folders() == ["a"]


def test_an_automatic_title_never_replaces_ones_own(store: Store) -> None:
    one = store.create_conversation("from the content")
    store.rename(one.id, "better", own=False)
    assert store.conversation(one.id).title == "better"
    store.rename(one.id, "mine", own=True)
    store.rename(one.id, "automatic", own=False)
    assert store.conversation(one.id).title == "mine"
    assert store.conversation(one.id).title_is_own
    store.rename(one.id, "mine again", own=True)
    assert store.conversation(one.id).title == "mine again"


def test_options_change_one_by_one(store: Store) -> None:
    one = store.create_conversation(system_prompt="a", persona="b", sampling_json="{}")
    store.set_options(one.id, persona="c")
    store.set_options(one.id, system_prompt="")
    changed = store.conversation(one.id)
    assert (changed.system_prompt, changed.persona, changed.sampling_json) == ("", "c", "{}")


def test_trash(store: Store) -> None:
    one = store.create_conversation("one")
    message = store.add_message(one.id, None, "user", "precious")
    store.save_draft(one.id, "half a sentence")
    store.delete_conversation(one.id)
    assert titles(store) == []
    store.purge_deleted(3600)
    store.restore_conversation(one.id)
    assert titles(store) == ["one"]
    assert [m.text for m in store.branch(one.id)] == ["precious"]
    assert store.draft(one.id) == "half a sentence"
    store.delete_conversation(one.id)
    store.purge_deleted(0)
    with pytest.raises(LookupError):
        store.conversation(one.id)
    with pytest.raises(LookupError):
        store.message(message.id)
    assert store.draft(one.id) == ""


def test_what_is_purged_is_gone_from_the_file(path: Path, store: Store) -> None:
    one = store.create_conversation("secret title 7261")
    store.add_message(one.id, None, "user", "secret words 9174 " * 500)
    store.delete_conversation(one.id)
    store.purge_deleted(0)
    store.close()
    assert b"secret" not in path.read_bytes()


def test_counts_follow_every_change(store: Store) -> None:
    one = store.create_conversation()
    user = store.add_message(one.id, None, "user", "q")
    reply = store.add_message(one.id, user.id, "assistant", "a", state="streaming")
    store.append_text(reply.id, "b")
    store.update_message(reply.id, state="complete")
    store.add_message(one.id, user.id, "assistant", "other")
    assert store.conversations()[0].messages == 3
    token = store.delete_message(reply.id)
    assert store.conversations()[0].messages == 2
    store.restore_message(token)
    assert store.conversations()[0].messages == 3
    store.delete_message(user.id)
    assert store.conversations()[0].messages == 0
    store.purge_deleted(0)
    assert store.conversations()[0].messages == 0


def test_belongs_to_one_thread(store: Store) -> None:
    caught: list[InkhornError] = []

    def call() -> None:
        try:
            store.conversations()
        except InkhornError as error:
            caught.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    assert len(caught) == 1
