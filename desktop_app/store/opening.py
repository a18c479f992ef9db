"""Opening the database without faith in it: check, repair, back up, migrate, or open to read only.

How it is checked, and why start stays fast: ``PRAGMA quick_check`` reads the whole file. A small file
takes some 10 ms, so it is checked at every start. A big one is checked only when the last session did
not end cleanly (a mark beside the file says so) and for 2 s at most; what that misses shows itself in
use as ``damaged_data``, and then the next start checks everything, however long it takes.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.store.database import READ_ONLY_MESSAGES, Database, ReadOnlyReason, connect, inkhorn_error
from desktop_app.store.files import LastEnd, SessionMark, side_files
from desktop_app.store.migrating import back_up, migrate
from desktop_app.store.repair import finish_repair, repair
from desktop_app.store.schema import APPLICATION_ID, MIGRATIONS, SEARCH_INDEXES

ALWAYS_CHECKED_BYTES = 16 * 2**20
CHECK_AT_MOST_S = 2.0


@dataclass(frozen=True, slots=True)
class OpenReport:
    """What happened while opening, for the app to show. ``read_only`` is "" or the kind of error that
    writing raises. ``damaged_file`` is where a damaged database was set aside, untouched; what could
    be read of it is counted in ``recovered_…``."""

    created: bool = False
    migrated_from: int | None = None
    backup: Path | None = None
    read_only: ReadOnlyReason = ""
    damaged_file: Path | None = None
    recovered_conversations: int = 0
    recovered_messages: int = 0


def open_database(path: Path, migrations: Sequence[str] = MIGRATIONS) -> tuple[Database, OpenReport]:
    """Open or create ``path``. Raises InkhornError: ``read_only`` where there is nothing to read and
    no place to write, ``disk_full``, ``damaged_data`` where a damaged file cannot be replaced."""
    try:
        return _open(path, migrations)
    except sqlite3.Error as error:
        raise inkhorn_error(error, path) from error
    except OSError as error:
        kind = kind_of_os_error(error)
        raise InkhornError(kind, f"The conversations could not be opened: {error}", path=str(path)) from error


def _open(path: Path, migrations: Sequence[str]) -> tuple[Database, OpenReport]:
    mark = SessionMark(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        finish_repair(path)
        last_end = mark.begin()
    except OSError as error:
        if kind_of_os_error(error) != "read_only":
            raise
        if not path.exists():
            raise InkhornError("read_only", READ_ONLY_MESSAGES["read_only"], path=str(path)) from error
        return _open_read_only(path, "read_only", migrations)

    report = OpenReport(created=not path.exists() or path.stat().st_size == 0)
    try:
        if not report.created:
            _check(path, last_end)
        return _open_to_write(path, migrations, mark, last_end, report)
    except sqlite3.Error as error:
        kind = inkhorn_error(error, path).kind
        if kind == "read_only" or _code(error) == sqlite3.SQLITE_CANTOPEN:
            return _open_read_only(path, "read_only", migrations)
        if kind != "damaged_data":
            raise
    done = repair(path)
    report = replace(
        report,
        created=False,
        damaged_file=done.damaged_file,
        recovered_conversations=done.conversations,
        recovered_messages=done.messages,
    )
    return _open_to_write(path, migrations, mark, "clean", report)


def _open_to_write(
    path: Path, migrations: Sequence[str], mark: SessionMark, last_end: LastEnd, report: OpenReport
) -> tuple[Database, OpenReport]:
    connection = connect(path, "rwc")
    try:
        version = _version(connection)
        if version > len(migrations):
            connection.close()
            mark.end()
            return _open_read_only(path, "newer_data", migrations)
        if version < len(migrations):
            if version > 0:
                report = replace(report, migrated_from=version, backup=back_up(connection, path, version))
            migrate(connection, version, migrations)
        if last_end == "damaged":
            for index in SEARCH_INDEXES:
                connection.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
        connection.execute("BEGIN IMMEDIATE")
        # Raises where the file itself is write-protected, which BEGIN alone does not notice.
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("ROLLBACK")
    except BaseException:
        connection.close()
        raise
    database = Database(path, connection)
    database.on_close = lambda: mark.end(damaged=database.damage_seen)
    return database, report


def _open_read_only(
    path: Path, reason: ReadOnlyReason, migrations: Sequence[str]
) -> tuple[Database, OpenReport]:
    """In place where SQLite can; else from a copy in the system's temporary folder, which is what a
    write-ahead log in a protected folder or a database from an older version need."""
    try:
        connection, version = _connect_to_read(path)
        if version >= len(migrations):
            return Database(path, connection, reason), OpenReport(read_only=reason)
        connection.close()
        if version == 0:
            raise InkhornError(reason, READ_ONLY_MESSAGES[reason], path=str(path))
    except sqlite3.Error as error:
        if _code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
    folder = Path(tempfile.mkdtemp(prefix="inkhorn-"))
    try:
        copy = folder / path.name
        for original in (path, *side_files(path)[:1]):
            if original.exists():
                shutil.copyfile(original, folder / original.name)
        connection = connect(copy, "rw")
        migrate(connection, _version(connection), migrations)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    database = Database(path, connection, reason)
    database.on_close = lambda: shutil.rmtree(folder, ignore_errors=True)
    return database, OpenReport(read_only=reason)


def _connect_to_read(path: Path) -> tuple[sqlite3.Connection, int]:
    """A connection and the schema's version. Raises sqlite3.Error."""
    for mode in _READ_MODES:
        try:
            connection = connect(path, mode)
            try:
                return connection, _version(connection)
            except BaseException:
                connection.close()
                raise
        except sqlite3.OperationalError:
            wal = side_files(path)[0]
            # Without its write-ahead log the file would show an older state as if it were the last.
            if mode == "immutable" or (wal.exists() and wal.stat().st_size):
                raise
    raise AssertionError("the last mode returns or raises")


_READ_MODES: tuple[Literal["ro", "immutable"], ...] = ("ro", "immutable")


def _check(path: Path, last_end: LastEnd) -> None:
    """Raise sqlite3.DatabaseError where the file is damaged. Reads only: a damaged file must be set
    aside as it is, and closing a connection that may write would fold the write-ahead log into it."""
    connection, version = _connect_to_read(path)
    try:
        if version > 0 and last_end == "damaged":
            _complain(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        elif last_end == "unclean" or path.stat().st_size <= ALWAYS_CHECKED_BYTES:
            until = time.monotonic() + CHECK_AT_MOST_S
            connection.set_progress_handler(lambda: int(time.monotonic() > until), 10_000)
            try:
                _complain(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_INTERRUPT:
                    raise
    finally:
        connection.close()


def _complain(finding: str) -> None:
    if finding != "ok":
        raise _damaged(finding)


def _version(connection: sqlite3.Connection) -> int:
    """The schema's version; 0 for an empty database. Raises sqlite3.DatabaseError where it is not
    one of ours, which is also what a half overwritten first page looks like."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if (tables or version) and not (tables and version and ours):
        raise _damaged("not a database of Inkhorn")
    return version


def _damaged(finding: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(finding)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    error.sqlite_errorname = "SQLITE_CORRUPT"
    return error


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
