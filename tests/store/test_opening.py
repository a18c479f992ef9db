"""Opening: new, old, newer, protected; backups and migrations."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.core.chat import Message
from desktop_app.core.errors import InkhornError
from desktop_app.store import salvage
from desktop_app.store.database import connect
from desktop_app.store.migrating import migrate
from desktop_app.store.schema import APPLICATION_ID, MIGRATIONS
from desktop_app.store.store import Store, open_store
from tests.permissions import protected

V1 = Path(__file__).with_name("v1.sql").read_text(encoding="utf-8")

NEXT = (*MIGRATIONS, "ALTER TABLE conversations ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm';")


def make_v1(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(f"PRAGMA journal_mode = WAL; BEGIN; {V1}; COMMIT;")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.close()


def check_v1_is_all_there(store: Store) -> None:
    (one,) = store.conversations()
    assert (one.title, one.title_is_own, one.pinned, one.folder) == ("旧的对话", True, True, "Work")
    assert (one.created, one.system_prompt, one.persona) == (1700000000.5, "Be brief.", "poet")
    assert one.sampling_json == '{"top_k": 40}'
    assert one.messages == 4
    branch = store.branch(1)
    assert [m.text for m in branch] == ["What is an inkhorn?", "墨池是装墨水的小容器。", "Thanks"]
    assert (branch[0].pinned, branch[1].version, branch[1].versions) == (True, 2, 2)
    assert [note.text for note in store.notes(1)] == ["They asked what an inkhorn is."]
    assert (store.draft(0), store.draft(1)) == ("not sent yet", "nor this")
    assert [persona.name for persona in store.personas()] == ["poet"]
    assert [hit.message_id for hit in store.search("小容器")] == [3]


def test_version_1_opens_with_every_word(path: Path) -> None:
    make_v1(path)
    store, report = open_store(path)
    assert not report.created
    check_v1_is_all_there(store)
    store.restore_conversation(2)
    assert [m.text for m in store.branch(2)] == ["thrown away"]
    store.close()


def test_an_old_database_ends_up_like_a_new_one(tmp_path: Path) -> None:
    """The same tables, indexes and triggers, whichever way they came about."""

    def shape(path: Path) -> list[tuple[str, str, str]]:
        store, _ = open_store(path)
        rows = store._db.all("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")
        store.close()
        return [(kind, name, " ".join((sql or "").split())) for kind, name, sql in rows]

    make_v1(tmp_path / "old.db")
    assert shape(tmp_path / "old.db") == shape(tmp_path / "new.db")


def test_salvage_knows_every_column(store: Store) -> None:
    for table in salvage._TABLES:
        columns = [row[1] for row in store._db.all(f"PRAGMA table_info({table.name})")]
        assert columns == table.columns.replace(" ", "").split(","), "teach salvage.py the new column"
        assert len(table.kinds) == len(columns)


def test_every_migration_is_preceded_by_a_backup(path: Path) -> None:
    make_v1(path)
    stages: list[str] = []
    store, report = open_store(path, NEXT, stages.append)
    assert stages == ["migrate"]
    assert report.migrated_from == 1
    check_v1_is_all_there(store)
    assert store._db.one("SELECT mood FROM conversations WHERE id = 1") == ("calm",)
    store.close()
    assert report.backup is not None
    assert report.backup.parent == path.parent
    backed_up, report = open_store(report.backup, MIGRATIONS[:1])
    assert report.migrated_from is None
    check_v1_is_all_there(backed_up)
    backed_up.close()


def test_the_last_three_backups_are_kept(path: Path) -> None:
    make_v1(path)
    for day in range(1, 6):
        (path.parent / f"inkhorn.backup-2020010{day}-000000-v1.db").write_bytes(b"old")
    store, report = open_store(path, NEXT)
    store.close()
    kept = sorted(file.name for file in path.parent.glob("*.backup-*"))
    assert len(kept) == 3
    assert report.backup is not None
    assert kept[-1] == report.backup.name
    assert kept[0] == "inkhorn.backup-20200104-000000-v1.db"


def test_a_new_database_needs_no_backup(path: Path) -> None:
    store, report = open_store(path, NEXT)
    store.close()
    assert report.created
    assert report.backup is None
    assert [file.name for file in path.parent.iterdir()] == ["inkhorn.db"]


@pytest.mark.parametrize(
    "broken",
    [
        "CREATE TABLE half (a); SELECT no_such_function();",
        "CREATE TABLE half (a); PRAGMA foreign_keys = OFF; DELETE FROM messages WHERE id = 1;",
    ],
)
def test_a_failing_migration_changes_nothing(path: Path, broken: str) -> None:
    make_v1(path)
    with pytest.raises(InkhornError):
        open_store(path, (*MIGRATIONS, "CREATE TABLE fine (a);", broken))
    store, report = open_store(path, (*MIGRATIONS, "CREATE TABLE fine (a);"))
    assert report.migrated_from is None  # the first one went through and stays
    check_v1_is_all_there(store)
    assert store._db.one("SELECT count(*) FROM sqlite_schema WHERE name = 'half'") == (0,)
    store.close()


def test_a_newer_database_is_shown_but_not_touched(path: Path) -> None:
    make_v1(path)
    store, _ = open_store(path, NEXT)
    store.close()
    before = path.read_bytes()
    store, report = open_store(path)
    assert report.read_only == "newer_data"
    assert store.read_only
    check_v1_is_all_there(store)
    assert store.interrupted() == []
    writes: list[Callable[[], object]] = [
        lambda: store.create_conversation("new"),
        lambda: store.add_message(1, 4, "assistant", "new"),
        lambda: store.save_draft(0, "new"),
        lambda: store.purge_deleted(0),
    ]
    for write in writes:
        with pytest.raises(InkhornError) as caught:
            write()
        assert caught.value.kind == "newer_data"
    store.close()
    assert path.read_bytes() == before


# --- places that cannot be written to --------------------------------------------------------------


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that other users can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="inkhorn-test-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def check_read_only(path: Path) -> Store:
    store, report = open_store(path)
    assert report.read_only == "read_only"
    assert store.read_only
    with pytest.raises(InkhornError) as caught:
        store.create_conversation("new")
    assert caught.value.kind == "read_only"
    return store


def test_read_only_folder(open_place: Path) -> None:
    path = open_place / "inkhorn.db"
    make_v1(path)
    with protected(open_place):
        store = check_read_only(path)
        check_v1_is_all_there(store)
        store.close()


def test_read_only_folder_without_a_database(open_place: Path) -> None:
    with protected(open_place), pytest.raises(InkhornError) as caught:
        open_store(open_place / "inkhorn.db")
    assert caught.value.kind == "read_only"
    with protected(open_place), pytest.raises(InkhornError) as caught:
        open_store(open_place / "below" / "inkhorn.db")
    assert caught.value.kind == "read_only"


def test_read_only_folder_with_a_log_that_was_not_folded_in(open_place: Path, tmp_path: Path) -> None:
    """As a kill leaves it: the last words are in the write-ahead log only."""
    store, _ = open_store(tmp_path / "inkhorn.db")
    key = store.create_conversation().id
    store.add_message(key, None, "user", "the last words")
    for file in tmp_path.glob("inkhorn.db*"):
        if not file.name.endswith("-shm"):
            shutil.copy(file, open_place)
    store.close()
    with protected(open_place):
        store = check_read_only(open_place / "inkhorn.db")
        assert [m.text for m in store.branch(key)] == ["the last words"]
        store.close()


def test_an_older_database_in_a_read_only_folder(open_place: Path) -> None:
    path = open_place / "inkhorn.db"
    make_v1(path)
    with protected(open_place):
        store, report = open_store(path, NEXT)
        assert report.read_only == "read_only"
        check_v1_is_all_there(store)
        with pytest.raises(InkhornError):
            store.save_draft(0, "x")
        store.close()
    assert sorted(file.name for file in open_place.iterdir()) == ["inkhorn.db"]


def test_a_write_protected_file_in_an_open_folder(open_place: Path) -> None:
    path = open_place / "inkhorn.db"
    make_v1(path)
    with protected(open_place):
        pass
    open_place.chmod(0o777)
    path.chmod(0o444)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        store = check_read_only(path)
        check_v1_is_all_there(store)
        store.close()
    finally:
        os.seteuid(user)


# --- the mark of a session -------------------------------------------------------------------------


def test_a_clean_end_leaves_one_file(path: Path, talk: Callable[..., list[Message]]) -> None:
    store, _ = open_store(path)
    talk(store, "a", "b")
    assert len(list(path.parent.iterdir())) == 4  # with the log, its index, and the mark
    store.close()
    assert [file.name for file in path.parent.iterdir()] == ["inkhorn.db"]


def test_names_with_any_characters(tmp_path: Path) -> None:
    path = tmp_path / "资料 #1?% é" / "墨 池.db"
    store, _ = open_store(path)
    key = store.create_conversation("x").id
    store.close()
    store, report = open_store(path)
    assert not report.created
    assert store.conversation(key).title == "x"
    assert store.path == path
    store.close()


def test_migrate_is_one_transaction_each(tmp_path: Path) -> None:
    connection = connect(tmp_path / "x.db", "rwc")
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, 0, (*MIGRATIONS, "CREATE TABLE a (b); CREATE TABLE a (b);"))
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'a'").fetchone() == (0,)
    connection.close()


@pytest.mark.skipif(sys.platform != "linux", reason="file names are any bytes on Linux only")
def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9 % ? #") / "inkhorn.db"
    store, _ = open_store(path)
    store.create_conversation("here")
    store.close()
    assert path.is_file()
