"""The files around the database: its own side files, the mark of a running session, time stamps."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal

from desktop_app.core.errors import kind_of_os_error

LastEnd = Literal["clean", "unclean", "damaged"]


class SessionMark:
    """A small file that exists while the database is open. Found at start, it means that the last
    session was killed, or (its content says so) that SQLite met damage."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".open")

    def begin(self) -> LastEnd:
        """How the last session ended; from now on one is running. Raises OSError in a folder that
        cannot be written to; a full disk only means that there is no mark."""
        try:
            with self._path.open("a+", encoding="ascii") as file:
                file.seek(0)
                content = file.read(16)
                if not content:
                    file.write("open")
        except OSError as error:
            if kind_of_os_error(error) != "disk_full":
                raise
            return "unclean"
        return "damaged" if content == "damaged" else "unclean" if content else "clean"

    def end(self, damaged: bool = False) -> None:
        if damaged:
            self._path.write_text("damaged", encoding="ascii")
        else:
            self._path.unlink(missing_ok=True)


def side_files(database: Path) -> tuple[Path, Path]:
    """SQLite's write-ahead log and its shared memory file."""
    return database.with_name(database.name + "-wal"), database.with_name(database.name + "-shm")


def timestamp() -> str:
    """Local time for file names: sorts by time."""
    return time.strftime("%Y%m%d-%H%M%S")
