"""One SQLite connection with our durability rules, and its failures as `InkhornError`."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from desktop_app.core.errors import InkhornError
from desktop_app.core.text import whole
from desktop_app.store.folding import holds

PAGE_SIZE = 4096
"""Bytes. Fixed, so that a file whose header is gone can still be taken apart (`salvage`)."""

HOLDS = "inkhorn_holds"
"""SQL function (text as a blob, folded word) → whether the word is in the text, in upper or lower case."""

ReadOnlyReason = Literal["", "read_only", "newer_data"]

_DISK_FULL = (
    sqlite3.SQLITE_FULL,
    # A quota or a file size limit does not say ENOSPC, and SQLite then only knows "could not write".
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
)
DATABASE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""The second comes out of Python's sqlite3 when a message about a damaged name quotes that name."""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """A connection that belongs to the thread that made it. Reading: `all`, `one`. Writing only
    inside `transaction`, which has reached the disk when it returns (WAL, synchronous=FULL)."""

    def __init__(self, path: Path, connection: sqlite3.Connection, read_only: ReadOnlyReason = "") -> None:
        self.path = path
        self.read_only: ReadOnlyReason = read_only
        self.damage_seen = False
        self.on_close: Callable[[], None] | None = None
        self._connection = connection

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows, as tuples. A damaged character in a text comes as U+FFFD and hides no other."""
        with self._translated():
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.OperationalError as error:
                if not str(error).startswith("Could not decode to UTF-8"):
                    raise
            self._connection.text_factory = _lenient
            try:
                return self._connection.execute(sql, values).fetchall()
            finally:
                self._connection.text_factory = str

    def one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first row as a tuple, or None. For queries with few results."""
        rows = self.all(sql, values)
        return rows[0] if rows else None

    def run(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute inside `transaction`; text that no database can hold (half of a surrogate pair)
        has its broken characters replaced, the rest is kept."""
        try:
            return self._connection.execute(sql, values)
        except UnicodeEncodeError:
            clean = [whole(value) if isinstance(value, str) else value for value in values]
            return self._connection.execute(sql, clean)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing, on disk when this returns; one inside another is part of it. Raises
        InkhornError (``disk_full``, ``read_only``, ``newer_data``, ``damaged_data``, ``internal``); the
        database stays usable."""
        if self.read_only:
            raise InkhornError(self.read_only, READ_ONLY_MESSAGES[self.read_only], path=str(self.path))
        inside = self._connection.in_transaction
        with self._translated(), nullcontext() if inside else self._begun():
            yield

    @contextmanager
    def _begun(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # SQLite has rolled back on its own where it must
                self._connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        self._connection.close()
        if self.on_close is not None:
            self.on_close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DATABASE_ERRORS as error:
            known = inkhorn_error(error, self.path)
            self.damage_seen = self.damage_seen or known.kind == "damaged_data"
            raise known from error


READ_ONLY_MESSAGES: dict[str, str] = {
    "read_only": "The folder of the conversations cannot be written to.",
    "newer_data": "The conversations were written by a newer version of Inkhorn.",
}


def connect(path: Path, mode: Literal["rw", "rwc", "ro", "immutable"]) -> sqlite3.Connection:
    """A connection with explicit transactions (``isolation_level=None``). Raises sqlite3.Error."""
    query = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path.absolute()))}?{query}", uri=True, isolation_level=None, timeout=10.0
    )
    try:
        connection.execute("PRAGMA busy_timeout = 10000")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.create_function(HOLDS, 2, holds, deterministic=True)
        if mode in ("rw", "rwc"):
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")  # no effect once there is a table
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            # What the user deletes for good is gone from the file, and `salvage` finds no old rows.
            connection.execute("PRAGMA secure_delete = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def inkhorn_error(error: Exception, path: Path) -> InkhornError:
    """One of `DATABASE_ERRORS` in our terms; ``values["sqlite"]`` names SQLite's code for the log."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    if isinstance(error, UnicodeDecodeError):
        code = sqlite3.SQLITE_CORRUPT
    name: str = getattr(error, "sqlite_errorname", type(error).__name__)
    primary = code & 0xFF
    values = {"path": str(path), "sqlite": name}
    if code in _DISK_FULL:
        return InkhornError("disk_full", "The disk is full, so this could not be stored.", **values)
    if primary in _DAMAGED:
        return InkhornError("damaged_data", "The file of the conversations is damaged.", **values)
    if primary == sqlite3.SQLITE_READONLY:
        return InkhornError("read_only", READ_ONLY_MESSAGES["read_only"], **values)
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return InkhornError(
            "internal", "Another program is using the conversations.", reason="busy", **values
        )
    return InkhornError("internal", f"The database failed: {error}", **values)


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "replace")
