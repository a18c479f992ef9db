"""Matrix products of the network, in the forms that processors are fast at.

Mozilla's engine multiplies int8 by int8: what goes in is multiplied by a number found on training text
(``alpha``), rounded and clipped to ±127. `Int8Layer` does the same; `DenseLayer` rounds nothing that goes
in (float32), or to 8 bits of its own size (bfloat16, which holds the weights exactly but for their scale).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Matrix:
    """As the file has it: int8 ``[out, in]``, value = int8 / ``multiplier``; ``alpha`` of what goes in (0
    where the file has none), ``bias`` float32 ``[out]``."""

    weights: Tensor
    multiplier: float
    alpha: float
    bias: Tensor | None

    @property
    def full_bias(self) -> Tensor:
        return torch.zeros(len(self.weights)) if self.bias is None else self.bias


class Layer(Protocol):
    """Several matrices side by side, perhaps with what is negative put to 0."""

    bytes: int

    def __call__(self, x: Tensor) -> Tensor:
        """``[rows, in]`` to ``[rows, out]`` in float32; a layer with relu may give what the next one reads
        best."""
        ...


class DenseLayer:
    def __init__(self, matrices: Sequence[Matrix], dtype: torch.dtype, device: str, relu: bool) -> None:
        parts = [(matrix.weights.float() / matrix.multiplier).to(device, dtype) for matrix in matrices]
        self._weights = torch.cat(parts)
        self._bias = torch.cat([matrix.full_bias for matrix in matrices]).to(device, dtype)
        self._dtype, self._relu = dtype, relu
        self.bytes = self._weights.nbytes + self._bias.nbytes

    def __call__(self, x: Tensor) -> Tensor:
        found = functional.linear(x.to(self._dtype), self._weights, self._bias)
        return found.relu_() if self._relu else found.float()


class Int8Layer:
    """Of matrices with one alpha."""

    def __init__(self, matrices: Sequence[Matrix], relu: bool) -> None:
        weights = torch.cat([matrix.weights for matrix in matrices])
        self._alpha, self._relu = matrices[0].alpha, relu
        scales = [1.0 / (self._alpha * matrix.multiplier) for matrix in matrices]
        sizes = torch.tensor([len(matrix.weights) for matrix in matrices])
        self._scale = torch.tensor(scales).repeat_interleave(sizes)
        self._bias = torch.cat([matrix.full_bias for matrix in matrices])
        self._turned = weights.t()
        self.bytes = weights.nbytes + self._bias.nbytes + self._scale.nbytes

    def __call__(self, x: Tensor) -> Tensor:
        rounded = (x * self._alpha).round_().clamp_(-127, 127).to(torch.int8)
        found = torch.addcmul(self._bias, torch._int_mm(rounded, self._turned).float(), self._scale)
        return found.relu_() if self._relu else found
