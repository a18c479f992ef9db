"""Reads a classifier of fastText's, quantised (``.ftz``), and says how likely each label is for a text.

Format and arithmetic are those of fastText 0.9.2 (facebookresearch/fastText: ``fasttext.cc``,
``dictionary.cc``, ``productquantizer.cc``, ``loss.cc``). In plain Python: a line of text takes about a
millisecond, and the native reader opens no file whose path has other than ASCII characters on Windows.
"""

from __future__ import annotations

import math
import struct
from array import array
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError

_MAGIC, _VERSION = 793712314, 12
_HIERARCHICAL, _SOFTMAX = 1, 3
_CENTROIDS = 256
_END = "</s>"
_MOST_CHARACTERS = 2000
"""Of a text as many are read: more does not change what language it is in."""


class FastText:
    """``labels`` without their prefix."""

    def __init__(self, path: Path) -> None:
        """Raises InkhornError ``model_missing`` and ``model_damaged``."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise InkhornError("model_missing", f"The file is not there: {path.name}") from None
        try:
            self._read(_Reader(data))
        except (struct.error, ValueError, IndexError, UnicodeDecodeError) as error:
            raise InkhornError("model_damaged", f"The model file is damaged: {path.name}") from error

    def _read(self, file: _Reader) -> None:
        magic, version = file.take("2i")
        if magic != _MAGIC or version != _VERSION:
            raise ValueError("not fastText")
        self._dim, _, _, _, _, _, loss, _, self._bucket, self._least, self._most, _, _ = file.take("12id")
        if loss not in (_HIERARCHICAL, _SOFTMAX):
            raise ValueError("a loss that is not known")
        self._read_dictionary(file)
        (quantised,) = file.take("?")
        if not quantised:
            raise ValueError("not quantised")
        self._read_input(file)
        (quantised,) = file.take("?")
        rows, width = file.take("2q")
        if quantised or rows != len(self.labels) or width != self._dim:
            raise ValueError("an output matrix of another form")
        self._output = file.array("f", rows * width)
        self._tree = _tree(self._counts) if loss == _HIERARCHICAL else []

    def _read_dictionary(self, file: _Reader) -> None:
        size, self._words, labels, _, pruned = file.take("3i2q")
        self._known: dict[str, int] = {}
        self.labels: list[str] = []
        self._counts: list[int] = []
        for number in range(size):
            text = file.text()
            count, kind = file.take("qb")
            if kind:
                self.labels.append(text.removeprefix("__label__"))
                self._counts.append(count)
            else:
                self._known[text] = number
        if labels != len(self.labels):
            raise ValueError("labels are missing")
        pairs = file.array("i", 2 * max(0, pruned))
        self._kept = dict(zip(pairs[::2], pairs[1::2], strict=True)) if pruned >= 0 else None

    def _read_input(self, file: _Reader) -> None:
        (with_norms,) = file.take("?")
        rows, _, size = file.take("2qi")
        self._codes = file.bytes(size)
        dim, self._parts, self._step, _ = file.take("4i")
        if dim != self._dim or size != rows * self._parts:
            raise ValueError("a matrix of another size")
        self._centroids = file.array("f", dim * _CENTROIDS)
        self._norms: bytes | None = None
        if with_norms:
            self._norms = file.bytes(rows)
            file.take("4i")
            self._norm_centroids = file.array("f", _CENTROIDS)

    def probabilities(self, text: str) -> dict[str, float]:
        """Of all labels; they add up to 1, or there are none where nothing of ``text`` is known."""
        rows = self._rows(text[:_MOST_CHARACTERS])
        if not rows:
            return {}
        hidden = [0.0] * self._dim
        for row in rows:
            self._add(hidden, row)
        hidden = [value / len(rows) for value in hidden]
        scores = [
            math.fsum(a * b for a, b in zip(hidden, self._output[at : at + self._dim], strict=True))
            for at in range(0, len(self._output), self._dim)
        ]
        if self._tree:
            return dict(zip(self.labels, self._down_the_tree(scores), strict=True))
        highest = max(scores)
        raised = [math.exp(score - highest) for score in scores]
        total = math.fsum(raised)
        return {label: value / total for label, value in zip(self.labels, raised, strict=True)}

    def _rows(self, text: str) -> list[int]:
        rows: list[int] = []
        for word in [*text.split(), _END]:
            known = self._known.get(word)
            if known is not None:
                rows.append(known)
            if word != _END:
                rows += self._grams(f"<{word}>")
        return rows

    def _grams(self, word: str) -> list[int]:
        rows = []
        encoded = [char.encode() for char in word]
        for start in range(len(word)):
            gram = b""
            for length in range(1, min(self._most, len(word) - start) + 1):
                gram += encoded[start + length - 1]
                if length < self._least or (length == 1 and (start == 0 or start + length == len(word))):
                    continue
                place = _hashed(gram) % self._bucket
                if self._kept is None:
                    rows.append(self._words + place)
                elif (kept := self._kept.get(place)) is not None:
                    rows.append(self._words + kept)
        return rows

    def _add(self, hidden: list[float], row: int) -> None:
        norm = 1.0 if self._norms is None else self._norm_centroids[self._norms[row]]
        at = row * self._parts
        for part in range(self._parts):
            begin = part * self._step
            width = min(self._step, self._dim - begin)
            place = part * _CENTROIDS * self._step + self._codes[at + part] * width
            for offset in range(width):
                hidden[begin + offset] += norm * self._centroids[place + offset]

    def _down_the_tree(self, scores: list[float]) -> list[float]:
        leaves = len(self.labels)
        found = [0.0] * leaves
        waiting = [(2 * leaves - 2, 1.0)]
        while waiting:
            node, chance = waiting.pop()
            if node < leaves:
                found[node] = chance
                continue
            left, right = self._tree[node - leaves]
            going_right = 1 / (1 + math.exp(-max(-40.0, min(40.0, scores[node - leaves]))))
            waiting += [(left, chance * (1 - going_right)), (right, chance * going_right)]
        return found


class _Reader:
    """Little-endian values, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self._data, self._at)
        self._at += struct.calcsize(f"<{form}")
        return values

    def bytes(self, size: int) -> bytes:
        found = self._data[self._at : self._at + size]
        if len(found) != size or size < 0:
            raise ValueError("cut off")
        self._at += size
        return found

    def array(self, form: str, count: int) -> array[Any]:
        values = array(form)
        values.frombytes(self.bytes(count * values.itemsize))
        if struct.pack("=i", 1) != struct.pack("<i", 1):
            values.byteswap()
        return values

    def text(self) -> str:
        end = self._data.index(b"\0", self._at)
        found = self._data[self._at : end].decode()
        self._at = end + 1
        return found


def _hashed(gram: bytes) -> int:
    """FNV-1a of 32 bits, over signed characters."""
    found = 2166136261
    for byte in gram:
        found = ((found ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16777619) & 0xFFFFFFFF
    return found


def _tree(counts: list[int]) -> list[tuple[int, int]]:
    """Huffman's, as fastText builds it: the children of each inner node."""
    leaves = len(counts)
    weights: list[float] = [*counts, *[1e15] * (leaves - 1)]
    children: list[tuple[int, int]] = []
    leaf, node = leaves - 1, leaves
    for inner in range(leaves, 2 * leaves - 1):
        pair = []
        for _ in range(2):
            if leaf >= 0 and weights[leaf] < weights[node]:
                pair.append(leaf)
                leaf -= 1
            else:
                pair.append(node)
                node += 1
        weights[inner] = weights[pair[0]] + weights[pair[1]]
        children.append((pair[0], pair[1]))
    return children
