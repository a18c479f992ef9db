"""Opening the database without faith in it: check, repair, back up, migrate, or open to read only."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.store.checking import check, connect_to_read, primary_code, schema_version
from desktop_app.store.database import (
    DATABASE_ERRORS,
    READ_ONLY_MESSAGES,
    Database,
    ReadOnlyReason,
    connect,
    inkhorn_error,
)
from desktop_app.store.files import LastEnd, SessionMark, side_files
from desktop_app.store.migrating import back_up, migrate
from desktop_app.store.repair import finish_repair, repair
from desktop_app.store.schema import MIGRATIONS, SEARCH_INDEXES


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


Stage = Literal["migrate", "repair"]
"""What may take more than a moment: a key that the interface words."""


def open_database(
    path: Path,
    migrations: Sequence[str] = MIGRATIONS,
    on_stage: Callable[[Stage], None] = lambda stage: None,
) -> tuple[Database, OpenReport]:
    """Open or create ``path``. ``on_stage`` is called before something that takes long. Raises
    InkhornError: ``read_only`` where there is nothing to read and no place to write, ``disk_full``,
    ``damaged_data`` where a damaged file cannot be replaced."""
    try:
        return _open(path, migrations, on_stage)
    except DATABASE_ERRORS as error:
        raise inkhorn_error(error, path) from error
    except OSError as error:
        kind = kind_of_os_error(error)
        raise InkhornError(kind, f"The conversations could not be opened: {error}", path=str(path)) from error


def _open(
    path: Path, migrations: Sequence[str], on_stage: Callable[[Stage], None]
) -> tuple[Database, OpenReport]:
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
            check(path, last_end, migrations)
        return _open_to_write(path, migrations, mark, last_end, report, on_stage)
    except DATABASE_ERRORS as error:
        kind = inkhorn_error(error, path).kind
        if kind == "read_only" or primary_code(error) == sqlite3.SQLITE_CANTOPEN:
            return _open_read_only(path, "read_only", migrations)
        if kind != "damaged_data":
            raise
    on_stage("repair")
    done = repair(path)
    report = replace(
        report,
        created=False,
        damaged_file=done.damaged_file,
        recovered_conversations=done.conversations,
        recovered_messages=done.messages,
    )
    return _open_to_write(path, migrations, mark, "clean", report, on_stage)


def _open_to_write(
    path: Path,
    migrations: Sequence[str],
    mark: SessionMark,
    last_end: LastEnd,
    report: OpenReport,
    on_stage: Callable[[Stage], None],
) -> tuple[Database, OpenReport]:
    connection = connect(path, "rwc")
    try:
        version = schema_version(connection)
        if version > len(migrations):
            connection.close()
            mark.end()
            return _open_read_only(path, "newer_data", migrations)
        if version < len(migrations):
            if version > 0:
                on_stage("migrate")
                report = replace(report, migrated_from=version, backup=back_up(connection, path, version))
            migrate(connection, version, migrations)
        if last_end == "damaged":
            on_stage("repair")
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
        connection, version = connect_to_read(path)
        if version >= len(migrations):
            return Database(path, connection, reason), OpenReport(read_only=reason)
        connection.close()
        if version == 0:
            raise InkhornError(reason, READ_ONLY_MESSAGES[reason], path=str(path))
    except sqlite3.Error as error:
        if primary_code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
    folder = Path(tempfile.mkdtemp(prefix="inkhorn-"))
    try:
        copy = folder / path.name
        for original in (path, *side_files(path)[:1]):
            if original.exists():
                shutil.copyfile(original, folder / original.name)
        connection = connect(copy, "rw")
        migrate(connection, schema_version(connection), migrations)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    database = Database(path, connection, reason)
    database.on_close = lambda: shutil.rmtree(folder, ignore_errors=True)
    return database, OpenReport(read_only=reason)
