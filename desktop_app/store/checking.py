"""Is this file a whole database of ours?

How it is checked, and why start stays fast: ``PRAGMA quick_check`` reads the whole file, about 700 MB
in a second. A small file is checked at every start. A big one is checked only when the last session did
not end cleanly (a mark beside the file says so) and for 2 s at most; what that misses shows itself in
use as ``damaged_data``, and then the next start checks everything, however long it takes.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from desktop_app.store.database import connect
from desktop_app.store.files import LastEnd, side_files
from desktop_app.store.migrating import migrate
from desktop_app.store.schema import APPLICATION_ID, SEARCH_INDEXES

ALWAYS_CHECKED_BYTES = 16 * 2**20
CHECK_AT_MOST_S = 2.0


def connect_to_read(path: Path) -> tuple[sqlite3.Connection, int]:
    """A connection and the schema's version. Raises sqlite3.Error."""
    for mode in _READ_MODES:
        try:
            connection = connect(path, mode)
            try:
                return connection, schema_version(connection)
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


def check(path: Path, last_end: LastEnd, migrations: Sequence[str]) -> None:
    """Raise sqlite3.DatabaseError where the file is damaged. Reads only: a damaged file must be set
    aside as it is, and closing a connection that may write would fold the write-ahead log into it."""
    connection, version = connect_to_read(path)
    try:
        if version > len(migrations):
            return  # not ours to repair: what came with a newer version would be left behind
        if version > 0 and _schema(connection) != _schema_of(migrations[:version]):
            raise _damaged("the schema is not what it was")
        if version > 0 and last_end == "damaged":
            _complain(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        elif last_end == "unclean" or path.stat().st_size <= ALWAYS_CHECKED_BYTES:
            until = time.monotonic() + CHECK_AT_MOST_S
            connection.set_progress_handler(lambda: int(time.monotonic() > until), 10_000)
            try:
                _complain(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            except sqlite3.OperationalError as error:
                if primary_code(error) != sqlite3.SQLITE_INTERRUPT:
                    raise
    finally:
        connection.close()


def _schema(connection: sqlite3.Connection) -> set[tuple[bytes, bytes]]:
    """Our own tables, indexes, triggers and views, as bytes, because damaged names may be no text. What
    FTS5 makes for itself depends on its version."""
    rows = connection.execute(
        "SELECT CAST(name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema WHERE sql NOT NULL"
    ).fetchall()
    not_ours = (b"sqlite_", *(f"{index}_".encode() for index in SEARCH_INDEXES))
    return {(name, sql) for name, sql in rows if not name.startswith(not_ours)}


def _schema_of(migrations: Sequence[str]) -> set[tuple[bytes, bytes]]:
    """What these migrations make: tried out in memory, which takes 2 ms."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(connection, 0, migrations)
        return _schema(connection)
    finally:
        connection.close()


def _complain(finding: str) -> None:
    if finding != "ok":
        raise _damaged(finding)


def schema_version(connection: sqlite3.Connection) -> int:
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


def primary_code(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
