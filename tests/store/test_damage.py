"""Damaged files: set aside untouched, read as far as possible, never the end of the app."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.core.chat import Message
from desktop_app.core.errors import InkhornError
from desktop_app.core.translation_records import JobSegment, NewEntry, Span
from desktop_app.store.store import Store, open_store
from desktop_app.store.transfer.parsed import ParsedConversation

CONVERSATIONS, MESSAGES = 40, 30
LONG = "一段很长的话, spilling into overflow pages. " * 400


def text_of(conversation: int, message: int) -> str:
    return f"conversation {conversation} message {message}" + (LONG if message == 7 else "")


@pytest.fixture
def full(path: Path, long_conversation: Callable[[int], ParsedConversation]) -> Path:
    """A database of 1,200 messages with notes, drafts, personas and branches, closed clean."""
    store, _ = open_store(path)
    for number in range(CONVERSATIONS):
        parsed = long_conversation(MESSAGES)
        messages = tuple(
            type(one)(one.parent, one.role, text_of(number, place), one.created)
            for place, one in enumerate(parsed.messages)
        )
        store.import_parsed([ParsedConversation(str(number), f"Title {number}", 1.7e9, 1.7e9, messages)])
    first = store.conversations()[-1].id
    store.set_note(first, store.branch(first)[3].id, "a note")
    store.save_draft(0, "a new draft")
    store.save_draft(first, "a draft")
    store.save_persona(None, "poet", "rhyme")
    entry = store.history.keep(0, "Good morning", "en", True, "pt").id
    store.history.put_result(entry, "Bom dia", [Span(0, 12, 0, 7)], "a model")
    store.memory.put("en", "pt", NewEntry("Good morning", "good morning", "Good morning", "Bom dia"))
    job = store.jobs.add("/a/report.docx", "ab", "en", "pt")
    store.jobs.put_segments(job.id, [JobSegment(4, "", "[]", "Um")])
    store.close()
    return path


def all_texts(store: Store) -> set[str]:
    return {text for (text,) in store._db.all("SELECT text FROM messages")}


def open_damaged(path: Path, before: bytes) -> Store:
    """Opens; checks that the damaged file is kept as it was and that the new one is sound."""
    stages: list[str] = []
    store, report = open_store(path, on_stage=stages.append)
    assert stages == ["repair"]
    assert report.damaged_file is not None
    assert report.damaged_file.name.startswith("inkhorn.damaged-")
    assert report.damaged_file.read_bytes() == before
    assert not report.created
    assert store._db.one("PRAGMA integrity_check") == ("ok",)
    assert store._db.all("PRAGMA foreign_key_check") == []
    assert report.recovered_messages == store._db.one("SELECT count(*) FROM messages")[0]
    assert report.recovered_conversations == len(store.conversations())
    for conversation in store.conversations():
        store.branch(conversation.id)
    key = store.create_conversation("it goes on").id
    store.add_message(key, None, "user", "after the repair")
    assert [hit.conversation.id for hit in store.search("after the repair")] == [key]
    return store


def test_the_header_overwritten(full: Path) -> None:
    content = bytearray(full.read_bytes())
    content[:100] = b"\xff" * 100
    full.write_bytes(content)
    store = open_damaged(full, bytes(content))
    assert {text_of(c, m) for c in range(CONVERSATIONS) for m in range(MESSAGES)} <= all_texts(store)
    titles = {one.title for one in store.conversations()}
    assert {f"Title {number}" for number in range(CONVERSATIONS)} <= titles
    assert store.draft(0) == "a new draft"
    assert [one.name for one in store.personas()] == ["poet"]
    (entry,) = store.history.search("bom")
    assert (entry.record.text, entry.record.spans) == ("Good morning", (Span(0, 12, 0, 7),))
    assert store.memory.exact("en", "pt", ["Good morning"])["Good morning"].translation == "Bom dia"
    (job,) = store.jobs.all()
    assert (job.path, job.done, job.sha256) == ("/a/report.docx", 1, "ab")
    assert store.jobs.segments(job.id) == [JobSegment(4, "", "[]", "Um")]
    assert [hit.conversation.title for hit in store.search("title 17")] == ["Title 17"]
    assert len(store.search("spilling into overflow")) == CONVERSATIONS
    store.close()


def test_the_whole_first_page_overwritten_with_another_files(full: Path) -> None:
    content = bytearray(full.read_bytes())
    content[:4096] = b"PK\x03\x04" + random.Random(1).randbytes(4092)
    full.write_bytes(content)
    store = open_damaged(full, bytes(content))
    assert {text_of(c, m) for c in range(CONVERSATIONS) for m in range(MESSAGES)} <= all_texts(store)
    store.close()


def test_cut_off_in_the_middle(full: Path) -> None:
    content = full.read_bytes()[: full.stat().st_size // 2 + 1000]
    full.write_bytes(content)
    store = open_damaged(full, content)
    assert len(all_texts(store)) > CONVERSATIONS * MESSAGES // 4
    store.close()


@pytest.mark.parametrize("seed", range(6))
def test_pages_overwritten_in_the_middle(full: Path, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(full.read_bytes())
    pages = len(content) // 4096
    for _ in range(pages // 20):
        start = 4096 * chance.randrange(1, pages)
        content[start : start + 4096] = bytes(4096) if seed % 2 else chance.randbytes(4096)
    full.write_bytes(content)
    store = open_damaged(full, bytes(content))
    wanted = {text_of(c, m) for c in range(CONVERSATIONS) for m in range(MESSAGES) if m != 7}
    assert len(wanted & all_texts(store)) > 0.8 * len(wanted)
    store.close()


def test_words_in_the_log_only_are_read_too(full: Path, tmp_path: Path) -> None:
    """Killed, and damaged before the next start."""
    store, _ = open_store(full)
    key = store.create_conversation("t").id
    last = store.add_message(key, None, "user", "first")
    for number in range(50):
        last = store.add_message(key, last.id, "user", f"words {number}")
    killed = tmp_path / "killed" / "inkhorn.db"
    killed.parent.mkdir()
    for file in full.parent.iterdir():
        shutil.copy(file, killed.parent)
    store.close()
    wal = killed.with_name("inkhorn.db-wal").read_bytes()
    assert len(wal) > 50 * 4096
    killed.write_bytes(b"garbage" * 2000)
    store, report = open_store(killed)
    assert report.damaged_file is not None
    assert report.damaged_file.read_bytes() == b"garbage" * 2000
    assert report.damaged_file.with_name(report.damaged_file.name + "-wal").read_bytes() == wal
    assert {f"words {number}" for number in range(50)} <= all_texts(store)
    store.close()


def test_messages_without_their_conversation_are_kept(full: Path) -> None:
    """All rows of ``conversations`` lost: each gets a new one, with its messages in order."""
    connection = sqlite3.connect(full)
    pages = _leaf_pages(connection, "conversations")
    connection.close()
    content = bytearray(full.read_bytes())
    for page in pages:
        content[4096 * (page - 1) : 4096 * page] = bytes(4096)
    full.write_bytes(content)
    store, report = open_store(full)
    assert report.recovered_conversations == CONVERSATIONS
    assert report.recovered_messages == CONVERSATIONS * MESSAGES
    for conversation in store.conversations():
        assert conversation.title == "Recovered conversation"
        assert len(store.branch(conversation.id)) == MESSAGES
        assert conversation.messages == MESSAGES
    assert [one.text for one in store.notes(1)] == ["a note"]
    store.close()


def test_a_gap_in_a_conversation_is_bridged(
    path: Path, long_conversation: Callable[[int], ParsedConversation]
) -> None:
    store, _ = open_store(path)
    (key,) = store.import_parsed([long_conversation(500)]).conversations
    store.close()
    connection = sqlite3.connect(path)
    pages = _leaf_pages(connection, "messages")
    connection.close()
    content = bytearray(path.read_bytes())
    lost = pages[len(pages) // 2]
    content[4096 * (lost - 1) : 4096 * lost] = bytes(4096)
    path.write_bytes(content)
    store, report = open_store(path)
    branch = store.branch(key)
    assert 450 < report.recovered_messages < 500
    assert len(branch) == report.recovered_messages
    assert branch[0].text.startswith("message 0:")
    assert branch[-1].text.startswith("message 499:")
    store.close()


def _leaf_pages(connection: sqlite3.Connection, table: str) -> list[int]:
    rows = connection.execute(
        "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path", (table,)
    )
    return [row[0] for row in rows]


def test_not_a_database_at_all(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("these are my notes, not a database\n" * 100)
    before = path.read_bytes()
    store = open_damaged(path, before)
    assert len(store.conversations()) == 1
    store.close()


def test_one_wrong_byte_in_the_schema(full: Path) -> None:
    content = full.read_bytes().replace(b"updated REAL", b"up\xeeated REAL", 1)
    full.write_bytes(content)
    open_damaged(full, content).close()


def test_a_wrong_byte_in_a_text_hides_no_other(path: Path, talk: Callable[..., list[Message]]) -> None:
    """SQLite does not look inside texts, and Python refuses those that are not UTF-8."""
    store, _ = open_store(path)
    key = talk(store, "before", "the middle one", "after")[0].conversation_id
    store.close()
    content = path.read_bytes()
    assert content.count(b"middle") == 1
    path.write_bytes(content.replace(b"middle", b"mi\xffdle"))
    store, report = open_store(path)
    assert report.damaged_file is None
    assert [m.text for m in store.branch(key)] == ["before", "the mi\ufffddle one", "after"]
    assert store.export_data(key)["conversations"][0]["messages"][1]["text"] == "the mi\ufffddle one"
    assert [hit.conversation.id for hit in store.search("before")] == [key]
    assert [hit.conversation.id for hit in store.search("the m")] == [key]
    store.close()


def test_somebody_elses_database_is_set_aside(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (a)")
    connection.commit()
    connection.close()
    open_damaged(path, path.read_bytes()).close()


def test_damage_met_in_use_is_repaired_at_the_next_start(full: Path) -> None:
    """The search index says one thing and the rows another: writing fails, nothing is lost."""
    store, _ = open_store(full)
    first = store.conversations()[-1].id
    message = store.branch(first)[0]
    raw = sqlite3.connect(full)
    raw.execute("UPDATE message_index_data SET block = x'00' WHERE id > 10")
    raw.commit()
    raw.close()

    def use() -> None:
        for number in range(300):
            store.update_message(message.id, text=f"changed {number}")
            store.search(f"changed {number}")

    with pytest.raises(InkhornError) as caught:
        use()
    assert caught.value.kind == "damaged_data"
    said = store.message(message.id).text
    store.close()
    store, report = open_store(full)
    assert report.damaged_file is None  # the index is made anew; the file itself was sound
    assert store.message(message.id).text == said
    assert [hit.message_id for hit in store.search(said)] == [message.id]
    store.update_message(message.id, text="changed again")
    assert [hit.message_id for hit in store.search("changed again")] == [message.id]
    store.close()


def test_damage_twice_within_a_second(path: Path) -> None:
    for number in range(3):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"damaged %d" % number * 500)
        store, _ = open_store(path)
        store.close()
    kept = {file.read_bytes() for file in path.parent.glob("inkhorn.damaged-*.db")}
    assert kept == {b"damaged %d" % number * 500 for number in range(3)}


@pytest.mark.parametrize("crash_at", [1, 2, 3, 4])
def test_a_crash_during_repair_loses_nothing(
    full: Path, monkeypatch: pytest.MonkeyPatch, crash_at: int
) -> None:
    """The power fails at the first, second, … renaming of a file."""
    store, _ = open_store(full)
    store.close()
    content = bytearray(full.read_bytes())
    content[:100] = bytes(100)
    full.write_bytes(content)
    full.with_name("inkhorn.db-wal").write_bytes(b"")
    renamings = 0
    really = os.replace

    def replace(old: Path, new: Path) -> None:
        nonlocal renamings
        renamings += 1
        if renamings == crash_at:
            raise SystemExit("power cut")
        really(old, new)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(SystemExit):
        open_store(full)
    monkeypatch.undo()
    store, _ = open_store(full)
    assert {text_of(c, m) for c in range(CONVERSATIONS) for m in range(MESSAGES)} <= all_texts(store)
    store.close()
    (damaged,) = full.parent.glob("inkhorn.damaged-*.db")
    assert damaged.read_bytes() == content
    assert sorted(file.name for file in full.parent.glob("inkhorn.repair*")) == []


def test_a_big_file_after_a_clean_end_is_not_read_through(
    full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What start does not look at is met in use, and then the next start looks at everything."""
    monkeypatch.setattr("desktop_app.store.checking.ALWAYS_CHECKED_BYTES", 0)
    connection = sqlite3.connect(full)
    pages = _leaf_pages(connection, "messages")
    connection.close()
    content = bytearray(full.read_bytes())
    content[4096 * (pages[5] - 1) : 4096 * pages[5]] = b"\xee" * 4096
    full.write_bytes(content)
    store, report = open_store(full)
    assert report.damaged_file is None

    def read_all() -> None:
        for conversation in store.conversations():
            store.branch(conversation.id)

    with pytest.raises(InkhornError) as caught:
        read_all()
    assert caught.value.kind == "damaged_data"
    store.close()
    store, report = open_store(full)
    assert report.damaged_file is not None
    assert report.recovered_messages > 0.9 * CONVERSATIONS * MESSAGES
    store.close()
