"""Notes, drafts, personas."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop_app.core.chat import Message
from desktop_app.store.store import Store


def test_notes(store: Store, talk: Callable[..., list[Message]]) -> None:
    q, a, q2 = talk(store, "q", "a", "q2")
    key = q.conversation_id
    later = store.set_note(key, q2.id, "later")
    note = store.set_note(key, a.id, "so far: q")
    assert store.notes(key) == [note, later]
    changed = store.set_note(key, a.id, "so far: q and a")
    assert changed.id == note.id
    assert [one.text for one in store.notes(key)] == ["so far: q and a", "later"]
    token = store.delete_message(q2.id)
    assert store.notes(key) == [changed]
    store.restore_message(token)
    assert store.notes(key) == [changed, later]
    store.delete_note(note.id)
    assert store.notes(key) == [later]
    with pytest.raises(LookupError):
        store.set_note(store.create_conversation().id, q.id, "elsewhere")


def test_drafts(store: Store) -> None:
    key = store.create_conversation().id
    assert store.draft(key) == store.draft(0) == ""
    store.save_draft(key, "一半的话")
    store.save_draft(0, "new")
    store.save_draft(key, "一半的话 and more")
    assert (store.draft(key), store.draft(0)) == ("一半的话 and more", "new")
    store.save_draft(key, "")
    assert (store.draft(key), store.draft(0)) == ("", "new")


def test_personas(store: Store) -> None:
    poet = store.save_persona(None, "poet", "You rhyme.")
    critic = store.save_persona(None, "Critic", "You object.")
    assert store.personas() == [critic, poet]
    changed = store.save_persona(poet.id, "诗人", "你押韵。")
    assert store.personas() == [critic, changed]
    store.delete_persona(critic.id)
    assert store.personas() == [changed]
    with pytest.raises(LookupError):
        store.save_persona(-1, "built in", "cannot be changed")
