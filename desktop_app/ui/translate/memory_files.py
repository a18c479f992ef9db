"""The memory's files, however big: read and written a piece at a time, so that neither the window nor what is
typed meanwhile waits for more than a piece."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.translation_records import MemoryEntry
from desktop_app.store.store import Store
from desktop_app.translation.tmx import Pair, read_tmx, write_tmx
from desktop_app.ui.translate.memory import new_entry
from desktop_app.worker.bilingual import known_code
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage

PIECE = 1000
"""Entries that are stored in one go."""


@dataclass(slots=True)
class _Work:
    path: Path
    pairs: Iterator[Pair] = field(default_factory=lambda: iter(()))
    whole: int = 0
    done: int = 0
    new: int = 0
    stopped: bool = False
    read: list[MemoryEntry] = field(default_factory=list)


class MemoryFiles(QObject):
    """One file at a time. ``progressed`` with ``import`` or ``export``, how many sentences are done and how
    many there are (0: not known); ``imported`` with how many are new and whether it was stopped; ``exported``
    with how many were written; ``failed`` with an InkhornError; ``ended`` after each of them."""

    progressed = Signal(str, int, int)
    imported = Signal(int, bool)
    exported = Signal(int, str)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, storage: Storage, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._storage, self._lane = storage, lane
        self._work: _Work | None = None

    def is_busy(self) -> bool:
        return self._work is not None

    def stop(self) -> None:
        """What is stored already stays; a file that was not finished is not there."""
        if self._work is not None:
            self._work.stopped = True

    # --- in -----------------------------------------------------------------------------------------

    def read(self, path: Path) -> None:
        if self._work is not None:
            return
        work = self._work = _Work(path)
        self.progressed.emit("import", 0, 0)

        def begin() -> None:
            work.pairs = read_tmx(path)
            data = path.read_bytes()
            work.whole = data.count(b"<tu ") + data.count(b"<tu>")

        self._lane.run(begin, lambda _: self._read_piece(work), self._fail)

    def _read_piece(self, work: _Work) -> None:
        if work.stopped:
            self._imported(work)
            return
        self._lane.run(
            lambda: list(itertools.islice(work.pairs, PIECE)),
            lambda pairs: self._store_piece(work, pairs),
            self._fail,
        )

    def _store_piece(self, work: _Work, pairs: list[Pair]) -> None:
        if not pairs:
            self._imported(work)
            return

        def write(store: Store) -> int:
            with store.together():
                return sum(_put(store, *group) for group in _by_direction(pairs))

        def written(new: int) -> None:
            work.done += len(pairs)
            work.new += new
            self.progressed.emit("import", work.done, max(work.whole, work.done))
            self._read_piece(work)

        self._storage.run(write, written, self._fail)

    def _imported(self, work: _Work) -> None:
        self._work = None
        self.imported.emit(work.new, work.stopped)
        self.ended.emit()

    # --- out ----------------------------------------------------------------------------------------

    def write(self, path: Path, whole: int) -> None:
        """All directions in one file, which is what TMX is made for."""
        if self._work is not None:
            return
        work = self._work = _Work(path, whole=whole)
        self._fetch_piece(work, 0)

    def _fetch_piece(self, work: _Work, after: int) -> None:
        if work.stopped:
            self._work = None
            self.ended.emit()
            return

        def fetched(entries: list[MemoryEntry]) -> None:
            work.read += entries
            self.progressed.emit("export", len(work.read), max(work.whole, len(work.read)))
            if entries:
                self._fetch_piece(work, entries[-1].id)
            else:
                self._lane.run(lambda: _write(work), lambda count: self._exported(work, count), self._fail)

        self._storage.run(lambda store: store.memory_table.after(after, 4 * PIECE), fetched, self._fail)

    def _exported(self, work: _Work, count: int) -> None:
        self._work = None
        if count or not work.stopped:
            self.exported.emit(count, work.path.name)
        self.ended.emit()

    def _fail(self, error: InkhornError) -> None:
        self._work = None
        self.failed.emit(error)
        self.ended.emit()


def _by_direction(pairs: Sequence[Pair]) -> Iterator[tuple[str, str, list[Pair]]]:
    """Those of one direction together, their languages as the app writes them."""

    def direction(pair: Pair) -> tuple[str, str]:
        return known_code(pair.source_language), known_code(pair.target_language)

    for (source, target), group in itertools.groupby(sorted(pairs, key=direction), direction):
        yield source, target, list(group)


def _put(store: Store, source: str, target: str, pairs: Sequence[Pair]) -> int:
    return store.memory.put_many(source, target, (new_entry(one.source, one.target) for one in pairs))


class _StoppedError(Exception):
    pass


def _write(work: _Work) -> int:
    """0 where it was stopped: the file that was there before is there still."""

    def pairs() -> Iterator[Pair]:
        for one in work.read:
            if work.stopped:
                raise _StoppedError
            yield Pair(one.text, one.translation, one.source, one.target)

    try:
        return write_tmx(work.path, pairs(), "")
    except _StoppedError:
        return 0
    except OSError as error:
        message = f"{work.path.name} could not be written: {error.strerror or error}"
        raise InkhornError(kind_of_os_error(error), message) from error
