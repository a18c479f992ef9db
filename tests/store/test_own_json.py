"""Our own export: what goes out comes back the same; what is wrong is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_app.core.chat import Message
from desktop_app.core.errors import InkhornError
from desktop_app.store.store import Store, open_store
from desktop_app.store.transfer.own_json import to_json
from desktop_app.store.transfer.reading import read_import


@pytest.fixture
def rich(store: Store, talk: Callable[..., list[Message]]) -> int:
    """A conversation with everything that can be in one."""
    q1, a1, q2, a2 = talk(store, "问题 🎉", "a1 <b>", "q2\n\n```\ncode\n```", "a2", title="标题")
    key = q1.conversation_id
    store.rename(key, "标题 mine", own=True)
    store.set_pinned(key, True)
    store.set_folder(key, "Arbeit")
    store.set_options(key, "be kind", "poet", '{"temperature": 0.3}')
    store.set_message_pinned(q1.id, True)
    stopped = store.add_message(key, q2.id, "assistant", "half", state="streaming", model="m")
    store.update_message(stopped.id, state="stopped", stop_reason="cancelled", tokens_per_s=41.25)
    failed = store.add_message(key, a1.id, "user", "q2 edited")
    store.add_message(key, failed.id, "assistant", "")
    store.update_message(failed.id + 1, state="failed", error_kind="memory", error_message="too big")
    gone = store.add_message(key, a2.id, "user", "deleted before")
    store.delete_message(gone.id)
    store.select_version(a2.id)
    store.set_note(key, a1.id, "summary")
    store.save_draft(key, "not sent")
    return key


def test_round_trip(store: Store, rich: int, tmp_path: Path) -> None:
    data = store.export_data(rich)
    text = to_json(data)
    assert json.loads(text) == data
    file = tmp_path / "export.json"
    file.write_text(text, encoding="utf-8")
    other, _ = open_store(tmp_path / "other.db")
    report = other.import_file(file)
    assert report.skipped == ()
    (key,) = report.conversations
    assert other.export_data(key) == data
    assert report.messages == len(data["conversations"][0]["messages"]) == 7
    there, here = other.branch(key), store.branch(rich)
    assert [(m.text, m.state, m.version, m.versions, m.pinned) for m in there] == [
        (m.text, m.state, m.version, m.versions, m.pinned) for m in here
    ]
    assert other.conversation(key).title_is_own
    assert other.draft(key) == "not sent"
    assert [note.text for note in other.notes(key)] == ["summary"]
    # … and branches lead where they led before.
    first_q2 = next(m for m in other.siblings(there[2].id) if m.text == "q2 edited")
    assert [m.text for m in other.select_version(first_q2.id)][-1] == ""
    assert [m.text for m in other.select_version(there[2].id)][-1] == "a2"
    other.close()


def test_several_at_once(store: Store, rich: int, talk: Callable[..., list[Message]]) -> None:
    second = talk(store, "x")[0].conversation_id
    data = store.export_data(rich, second)
    assert [one["title"] for one in data["conversations"]] == ["标题 mine", ""]


def test_what_is_here_is_not_added_again(store: Store, rich: int, tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    data = store.export_data(rich)
    file.write_text(to_json(data), encoding="utf-8")
    report = store.import_file(file)
    assert (report.conversations, report.messages) == ((), 0)
    assert report.skipped == ("“标题 mine” is already here.",)
    assert store.import_data(data) == []
    store.delete_conversation(rich)
    (again,) = store.import_data(data)
    assert store.export_data(again.id) == data


def test_least_that_is_enough(store: Store) -> None:
    (made,) = store.import_data(
        {
            "format": "inkhorn-conversations",
            "version": 1,
            "conversations": [
                {"messages": [{"role": "user", "text": "hi"}, {"role": "assistant", "text": "ho"}]}
            ],
        }
    )
    assert made.messages == 2


def test_without_a_uid_nothing_is_taken_for_the_same(store: Store) -> None:
    data = {
        "format": "inkhorn-conversations",
        "version": 1,
        "conversations": [
            {"title": "one", "messages": [{"role": "user", "text": "hi"}]},
            {"title": "two", "messages": [{"role": "user", "text": "hi"}]},
        ],
    }
    assert [one.title for one in store.import_data(data)] == ["one", "two"]
    assert store.import_data(data) == []  # but the same text twice is


def good_message(**changes: Any) -> dict[str, Any]:
    return {"id": 0, "parent": None, "role": "user", "text": "hi", **changes}


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (7, "not an object"),
        ({"messages": 3}, "not a list"),
        ({"messages": [7]}, "message 0"),
        ({"messages": [good_message(role="wizard")]}, "role"),
        ({"messages": [good_message(text=None)]}, "text"),
        ({"messages": [good_message(parent=9)]}, "message 9"),
        ({"messages": [good_message(parent=0)]}, "before its parent"),
        ({"messages": [good_message(parent=[])]}, "referred to"),
        ({"messages": [good_message(state="dreaming")]}, "state"),
        ({"messages": [good_message(prompt_tokens="many")]}, "prompt_tokens"),
        ({"messages": [good_message(prompt_tokens=10**30)]}, "prompt_tokens"),
        ({"messages": [good_message(tokens_per_s=float("nan"))]}, "tokens_per_s"),
        ({"messages": [good_message(created="yesterday")]}, "created"),
        ({"messages": [good_message()], "leaf": 4}, "message 4"),
        ({"messages": [good_message()], "notes": [{"upto": 3, "text": "x"}]}, "message 3"),
        ({"title": 5}, "title"),
        ({"created": 1e999}, "created"),
    ],
)
def test_one_that_is_wrong_is_named_and_the_others_come(
    store: Store, tmp_path: Path, one: Any, reason: str
) -> None:
    file = tmp_path / "x.json"
    good = {"title": "good", "messages": [good_message()]}
    data = {"format": "inkhorn-conversations", "version": 1, "conversations": [good, one]}
    file.write_text(json.dumps(data), encoding="utf-8")
    report = store.import_file(file)
    assert [store.conversation(key).title for key in report.conversations] == ["good"]
    assert len(report.skipped) == 1
    assert report.skipped[0].startswith("Conversation 2: ")
    assert reason in report.skipped[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "line 1"),
        (b"{", "line 1"),
        (b'{"a":\n 1,\n]', "line 3"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"PK\x03\x04 not really", "JSON"),
        (b"{}", "neither"),
        (b"[1, 2]", "neither"),
        (b'"text"', "neither"),
        (b"[" * 100_000 + b"]" * 100_000, "nested"),
        (b'{"format": "something"}', "not an export"),
        (b'{"format": "inkhorn-conversations", "version": 2, "conversations": []}', "newer"),
        (b'{"format": "inkhorn-conversations", "version": 1}', "no list"),
    ],
)
def test_other_files_are_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(InkhornError) as caught:
        read_import(file)
    assert caught.value.kind == "bad_file"
    assert words in caught.value.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InkhornError) as caught:
        read_import(tmp_path / "no.json")
    assert caught.value.kind == "bad_file"


def test_an_import_that_fails_half_way_adds_nothing(
    store: Store, rich: int, talk: Callable[..., list[Message]], tmp_path: Path
) -> None:
    second = talk(store, "many words " * 30_000)[0].conversation_id
    data = store.export_data(rich, second)
    other, _ = open_store(tmp_path / "other.db")
    (pages,) = other._db.one("PRAGMA page_count")
    other._db.all(f"PRAGMA max_page_count = {pages + 10}")
    with pytest.raises(InkhornError) as caught:
        other.import_data(data)
    assert caught.value.kind == "disk_full"
    assert other.conversations() == []
    other.close()
