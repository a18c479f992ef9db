"""Weights as a model file holds them, behind one face for GGUF files and folders with safetensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from desktop_app.engine.families.family import GGUF_NAMES, Names
from desktop_app.engine.ggml_types import GROUP, INT4_GROUPS, INT8_GROUPS
from desktop_app.engine.gguf import GgufFile
from desktop_app.engine.safetensors_folder import StoredTensor

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Grouped:
    """A matrix that its file holds in groups of 32 along the rows: ``values [n, k]`` (0…15 for 4
    ``bits``, −128…127 for 8), ``scale`` and ``zero`` ``[n, k / 32]``. w = (values − 8)·scale + zero for
    4 bits, w = values·scale + zero for 8."""

    bits: int
    values: npt.NDArray[np.integer]
    scale: Floats
    zero: Floats


class Checkpoint(Protocol):
    """``names`` are how the file calls the parts of a decoder; the methods take full names (with ``.weight``)
    and raise KeyError for one that is not there."""

    @property
    def names(self) -> Names: ...

    @property
    def halves(self) -> bool:
        """Whether rotary pairs are (i, i + d/2) and not neighbours."""
        ...

    @property
    def norms_from_one(self) -> bool:
        """Whether norm weights are stored less 1."""
        ...

    @property
    def parameters(self) -> int:
        """Elements of all tensors."""
        ...

    @property
    def bits(self) -> int:
        """4 or 8, in which most of the weights are packed; 0 for a file of dense ones."""
        ...

    def shape(self, name: str) -> tuple[int, ...]:
        """In torch's order, rows first."""
        ...

    def float32(self, name: str, rows: slice | None = None) -> Floats:
        """The values, in their own shape; of some rows ``[rows, last dimension]``."""
        ...

    def group_bits(self, name: str) -> int:
        """4 or 8 where `grouped` has the tensor in such groups, 0 where it is dense."""
        ...

    def grouped(self, name: str) -> Grouped:
        """The groups, without a second rounding where the file's own have 32 members."""
        ...


@dataclass(frozen=True, slots=True)
class GgufCheckpoint:
    """Weights in the blocks of a GGUF file."""

    file: GgufFile
    halves: bool
    names: Names = GGUF_NAMES
    norms_from_one: bool = False

    @property
    def parameters(self) -> int:
        return sum(info.elements for info in self.file.tensors.values())

    @property
    def bits(self) -> int:
        counts = {0: 0, 4: 0, 8: 0}
        for name, info in self.file.tensors.items():
            counts[self.group_bits(name)] += info.elements
        return max(counts, key=lambda bits: counts[bits])

    def shape(self, name: str) -> tuple[int, ...]:
        return self.file.tensors[name].shape

    def float32(self, name: str, rows: slice | None = None) -> Floats:
        return self.file.float32(name, rows)

    def group_bits(self, name: str) -> int:
        kind = self.file.tensors[name].type.name
        return 4 if kind in INT4_GROUPS else 8 if kind in INT8_GROUPS else 0

    def grouped(self, name: str) -> Grouped:
        info = self.file.tensors[name]
        bits = self.group_bits(name)
        groups = INT4_GROUPS if bits == 4 else INT8_GROUPS
        values, scale, zero = groups[info.type.name](self.file.blocks(name))
        rows, columns = info.shape
        per_group = (rows, columns // GROUP)
        return Grouped(bits, values.reshape(rows, columns), scale.reshape(per_group), zero.reshape(per_group))


@dataclass(frozen=True, slots=True)
class FolderCheckpoint:
    """Dense weights in the safetensors files of a folder."""

    tensors: dict[str, StoredTensor]
    names: Names
    norms_from_one: bool
    halves: bool = True
    bits: int = 0

    @property
    def parameters(self) -> int:
        return sum(tensor.elements for tensor in self.tensors.values())

    def shape(self, name: str) -> tuple[int, ...]:
        return self.tensors[name].shape

    def float32(self, name: str, rows: slice | None = None) -> Floats:
        return self.tensors[name].float32(rows)

    def group_bits(self, name: str) -> int:
        return 0

    def grouped(self, name: str) -> Grouped:
        raise KeyError(name)
