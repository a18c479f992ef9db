"""Taking an older database to today's schema, after a copy of it was made."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from desktop_app.core.files import sync_folder
from desktop_app.store.files import timestamp
from desktop_app.store.schema import APPLICATION_ID

BACKUPS_KEPT = 3


def back_up(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """A complete copy beside the database, made before anything changes; the last three are kept."""
    target = path.with_name(f"{path.stem}.backup-{timestamp()}-v{version}.db")
    unfinished = target.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    try:
        copy = sqlite3.connect(unfinished)
        try:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file that stands for itself
        finally:
            copy.close()
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    unfinished.replace(target)
    sync_folder(target.parent)
    for old in sorted(path.parent.glob(f"{path.stem}.backup-*.db"))[:-BACKUPS_KEPT]:
        old.unlink(missing_ok=True)
    return target


def migrate(connection: sqlite3.Connection, version: int, migrations: Sequence[str]) -> None:
    """Apply what is missing, each in its own transaction."""
    connection.execute("PRAGMA foreign_keys = OFF")  # a migration may rebuild tables
    for number, script in enumerate(migrations[version:], start=version + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {script}")
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
            if broken is not None:
                raise sqlite3.IntegrityError(f"migration {number} breaks a reference of {broken[0]}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    connection.execute("PRAGMA foreign_keys = ON")
