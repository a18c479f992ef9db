"""The list of likely words (``lex.*.bin``): for each piece of the source the pieces of the target that it is
most often translated by. Only they are scored, which saves most of the output layer's work.

Little-endian, after marian-dev ``src/data/shortlist.cpp`` (BinaryShortlistGenerator): six u64 (a magic
number, a checksum, how many of the target's first pieces always count, how many for each piece of the source,
numbers in the two tables); u64 for each piece of the source, where its list begins; u32, the lists.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.core.errors import InkhornError
from desktop_app.engine.refusals import damaged

MAGIC = 0xF11A48D5013417F5
MAX_BYTES = 256 << 20  # Mozilla's have 5 MB
_HEADER = struct.Struct("<6Q")
_MULTIPLE = 8
"""The first engine's products needed so many columns; the pieces that fill it up can win, so they belong
to what the models were measured with."""

Numbers = npt.NDArray[np.int64]


class Shortlist:
    """``first`` pieces are in every list; ``shared``: source and target have one vocabulary, and a piece of
    the source may be its own translation."""

    def __init__(
        self, first: int, starts: Numbers, lists: npt.NDArray[np.uint32], size: int, shared: bool
    ) -> None:
        self._first, self._starts, self._lists = first, starts, lists
        self._size, self._shared = size, shared
        self.bytes = starts.nbytes + lists.nbytes

    def candidates(self, ids: Sequence[int]) -> Numbers:
        """The target's pieces for a sentence of these source pieces, in order."""
        found = np.zeros(self._size, np.bool_)
        found[: self._first] = True
        for piece in set(ids):
            found[self._lists[self._starts[piece] : self._starts[piece + 1]]] = True
            if self._shared:
                found[piece] = True
        missing = -int(np.count_nonzero(found)) % _MULTIPLE
        if missing:
            found[self._first + np.flatnonzero(~found[self._first :])[:missing]] = True
        return np.flatnonzero(found)


def read_shortlist(path: Path, source_size: int, target_size: int, shared: bool) -> Shortlist:
    """Raises InkhornError ``model_damaged`` where it does not fit vocabularies of these sizes."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES)
    except OSError as error:
        raise InkhornError("model_missing", f"{path.name} cannot be read: {error.strerror}.") from error
    if len(content) < _HEADER.size:
        raise damaged("Its list of likely words is cut.")
    magic, _checksum, first, _best, offsets, entries = _HEADER.unpack_from(content)
    if magic != MAGIC:
        raise damaged("Its list of likely words is not one.")
    if offsets != source_size + 1 or first > target_size:
        raise damaged("Its list of likely words is for another vocabulary.")
    if len(content) != _HEADER.size + 8 * offsets + 4 * entries:
        raise damaged("Its list of likely words is cut.")
    starts = np.frombuffer(content, "<u8", offsets, _HEADER.size)
    lists = np.frombuffer(content, "<u4", entries, _HEADER.size + 8 * offsets)
    if starts[-1] > entries or (np.diff(starts.astype(np.int64)) < 0).any() or starts[0] > entries:
        raise damaged("Its list of likely words does not hold together.")
    if entries and lists.max() >= target_size:
        raise damaged("Its list of likely words names one that does not exist.")
    return Shortlist(first, starts.astype(np.int64), lists, target_size, shared)
