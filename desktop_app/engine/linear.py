"""Linear layers in the forms that the CPU multiplies fast.

A layer is one or more `Part`s stacked by output rows (query, key and value of different types stay
apart). Forms, by the names of their tensors:

- ``dense``: ``weight [n, k]`` in float32 or bfloat16;
- ``int4``: ``packed`` uint8 ``[n, k / 2]`` in the CPU kernel's own order, ``scales`` bfloat16
  ``[k / 32, n, 2]`` (scale and zero): w = (q − 8)·scale + zero;
- ``int8``: two ``int4`` planes, ``packed``/``scales`` and ``packed_low``/``scales_low``: a value
  −128…127 is 16·high + low, so that Q8_0's own values and scales are kept without a new rounding
  (torch's int8 kernel has one scale per row only), at the same cost per byte.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from desktop_app.engine.causal import DRAFT_ROWS

GROUP = 32
UNPACK_ROWS = 64
"""From this many input rows on, unpacking the layer and a dense product beats the packed kernel (two
cores with AVX-512 bf16: 3072 x 576 takes 490 against 550 µs at 48 rows, 650 against 610 at 64)."""
_BLOCK = 64 if torch.backends.cpu.get_cpu_capability() == "AVX512" else 32


@dataclass(frozen=True, slots=True)
class Packed:
    """An int4 plane: see above. ``rows`` is n."""

    packed: Tensor
    scales: Tensor


@dataclass(frozen=True, slots=True)
class Dense:
    weight: Tensor


Part = Dense | tuple[Packed, ...]


@dataclass(frozen=True, slots=True)
class LowRank:
    """An adapter's share of a layer (LoRA, Hu et al. 2021): x·down Aᵀ·up Bᵀ is added, with ``down
    [r, k]`` and ``up [n, r]``, the scale in it already."""

    down: Tensor
    up: Tensor


@dataclass(frozen=True, slots=True)
class Linear:
    """A layer: ``parts`` stacked by rows, ``bias [n]`` float32, and what adapters add."""

    parts: tuple[Part, ...]
    bias: Tensor | None = None
    low_rank: tuple[LowRank, ...] = ()

    @property
    def packed(self) -> bool:
        """Whether all of it is in the packed forms."""
        return not any(isinstance(part, Dense) for part in self.parts)


def can_pack(rows: int, columns: int) -> bool:
    """Whether the kernel takes a matrix of this size on this CPU, without a slow tail."""
    return kernel_name() != "" and rows % 64 == 0 and columns % GROUP == 0


def fast_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 matrices faster than float32."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def kernel_name() -> str:
    """The CPU kernel whose order `Packed.packed` has; empty where torch has no fast one."""
    capability = torch.backends.cpu.get_cpu_capability()
    return {"AVX512": "avx512", "AVX2": "avx2"}.get(capability, "")


def layout() -> str:
    """A short name of the order that packed weights have here, from packing a known matrix: it differs
    between CPU kernels and may between versions of torch."""
    pattern = (torch.arange(128 * 64, dtype=torch.int32) * 7 % 13).reshape(128, 64)
    packed = torch._convert_weight_to_int4pack_for_cpu(pattern, 1)
    return hashlib.sha256(packed.numpy().tobytes()).hexdigest()[:16]


def pack(values: Tensor, scale: Tensor, zero: Tensor) -> Packed:
    """``values`` 0…15 ``[n, k]`` (any integer type), ``scale`` and ``zero`` ``[n, k / 32]``."""
    packed = torch._convert_weight_to_int4pack_for_cpu(values.to(torch.int32), 1)
    pairs = torch.stack([scale, zero], dim=-1).to(torch.bfloat16)
    return Packed(packed, pairs.transpose(0, 1).contiguous())


def unpack(plane: Packed) -> Tensor:
    """The plane transposed, bfloat16 ``[k + k / 32, n]``. The first k rows are (q − 8)·scale; the others
    are the groups' zeros, which `with_sums` of the input meet in the same product.

    In few passes over few bytes: nibbles become signed by shifts of int8, one mixed product scales and
    widens them in the order in which they are packed, by blocks of rows, and those are put side by side
    last (written there at once, a block's pieces are too short for the vector loops: twice the time)."""
    n, half = plane.packed.shape
    k = 2 * half
    blocks, groups = n // _BLOCK, k // GROUP
    flipped = plane.packed.view(torch.int8).view(blocks, groups, GROUP, _BLOCK // 2) ^ -120  # q ^ 8: sign
    scales, zeros = plane.scales.view(groups, blocks, _BLOCK, 2).permute(3, 1, 0, 2).contiguous()
    values = torch.empty(blocks, k + groups, _BLOCK, dtype=torch.bfloat16)
    scaled = values[:, :k].view(blocks, groups, GROUP, _BLOCK)
    low, high = scales.unsqueeze(2).chunk(2, dim=-1)
    torch.mul((flipped << 4) >> 4, low, out=scaled[..., : _BLOCK // 2])
    torch.mul(flipped >> 4, high, out=scaled[..., _BLOCK // 2 :])
    values[:, k:] = zeros
    return values.transpose(0, 1).reshape(k + groups, n)


def with_sums(x: Tensor) -> Tensor:
    """``x [t, k]`` and the sums of its groups, ``[t, k + k / 32]``."""
    return torch.cat([x, x.view(x.shape[0], -1, GROUP).sum(-1)], dim=-1)


def dense_of(plane: Packed) -> Tensor:
    """The plane as a plain ``[n, k]`` float32 matrix."""
    k = 2 * plane.packed.shape[1]
    unpacked = unpack(plane).float()
    return (unpacked[:k] + unpacked[k:].repeat_interleave(GROUP, dim=0)).T.contiguous()


def apply(x: Tensor, linear: Linear) -> Tensor:
    """x Wᵀ + b for ``x [t, k]``: ``[t, n]`` in the type that the layer's form computes in, or float32 where
    something was added to that."""
    parts = linear.parts
    if len(parts) == 1:
        y = _apply_part(x, parts[0])
    else:
        y = torch.cat([_apply_part(x, part) for part in parts], dim=-1)
    if linear.bias is not None:
        y = y + linear.bias
    for adapter in linear.low_rank:
        y = y + _apply_low_rank(x, adapter)
    return y


def _apply_low_rank(x: Tensor, adapter: LowRank) -> Tensor:
    """Few rows one by one: a product of many rows adds up in another order than one of a single row,
    and drafts must give the very same numbers."""
    x = x.to(adapter.down.dtype)
    if x.shape[0] > DRAFT_ROWS or x.device.type != "cpu":
        return functional.linear(functional.linear(x, adapter.down), adapter.up).float()
    rows = [functional.linear(functional.linear(row, adapter.down), adapter.up) for row in x.unsqueeze(1)]
    return torch.cat(rows)


def _apply_part(x: Tensor, part: Part) -> Tensor:
    if isinstance(part, Dense):
        return functional.linear(x.to(part.weight.dtype), part.weight)
    narrow = x.bfloat16()  # half the time of .to(torch.bfloat16)
    many = x.shape[0] >= UNPACK_ROWS
    if many:
        narrow = with_sums(narrow)
    total = _product(narrow, part[0], many)
    for plane in part[1:]:
        total = total.float().add_(_product(narrow, plane, many))
    return total


def _product(x: Tensor, plane: Packed, many: bool) -> Tensor:
    if many:
        return torch.matmul(x, unpack(plane))
    return torch._weight_int4pack_mm_for_cpu(x, plane.packed, GROUP, plane.scales)
