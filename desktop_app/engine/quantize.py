"""From float weights to the packed forms of `desktop_app.engine.linear`, with little error.

Each group of 32 weights of a row gets a scale and a zero of its own. The 4-bit search follows
llama.cpp's ``make_qkx2_quants`` (ggml-quants.c, MIT): try several divisions of the group's range, fit
scale and zero to each by least squares, keep the one with the least squared error. What is kept is
rounded to bfloat16 before the weights are rounded to it, so that this rounding costs nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

from desktop_app.engine.linear import GROUP, Packed, pack
from desktop_app.engine.reporting import Report

_CHUNK = 1 << 15
"""Weights that a thread works on at once: a few such arrays of float32 stay in a core's cache, and torch
runs operations of this size in the thread that calls them. (Its own threads would wait for each other a
hundred times a chunk, which on a busy computer takes far longer than the work.)"""
_STEPS = (15, 14, 13, 13.5, 14.5, 15.5, 16, 16.5, 17)
"""Steps that the range of a group is divided by. Beyond 15 the ends are cut off, which pays for groups
with an outlier."""
_FEW_STEPS = tuple(range(1, 13))
"""Never the best for weights as training leaves them, but exact for groups of few different values in
weights that were quantised before; tried, fewest first, where a sample shows that. The first of equals
is kept: the wider a step, the less its rounding is felt."""
_SAMPLE = 16
"""Rows, and groups of each."""
_EXACT = 1e-5
"""Squared error, in parts of the variance, of weights that lie on a grid but for bfloat16's rounding."""
_REFINEMENTS = 2


def quantize4(weight: Tensor, report: Report = lambda done: None) -> Packed:
    """``weight [n, k]``, float, of a size that `linear.can_pack` takes, as one int4 plane."""
    return pack(*fit4(weight, report))


def quantize8(weight: Tensor, report: Report = lambda done: None) -> tuple[Packed, Packed]:
    """``weight [n, k]`` as two int4 planes, high and low: w = 16·d·(high − 8) + d·(low − 8) + zero."""
    values, scale, zero = fit8(weight, report)
    high = pack((values >> 4) + 8, 16 * scale, torch.zeros_like(scale))
    low = pack(values & 15, scale, zero)
    return high, low


def fit4(weight: Tensor, report: Report = lambda done: None) -> tuple[Tensor, Tensor, Tensor]:
    """q 0…15 uint8 ``[n, k]``, scale and zero bfloat16 ``[n, k / 32]``: w ≈ (q − 8)·scale + zero."""
    rows = weight.shape[0]
    sample = weight[:: max(1, rows // _SAMPLE), : _SAMPLE * GROUP].reshape(-1, GROUP).float().t()
    exact = _EXACT * sample.var(0, correction=0) * GROUP
    few = bool((_search(sample, _FEW_STEPS)[2] < exact).any())
    steps = (*_FEW_STEPS, *_STEPS) if few else _STEPS
    return _in_chunks(weight, lambda w: _refined(w, *_search(w, steps)[:2]), torch.uint8, report)


def fit8(weight: Tensor, report: Report = lambda done: None) -> tuple[Tensor, Tensor, Tensor]:
    """q −128…127 int8 ``[n, k]``, scale and zero bfloat16 ``[n, k / 32]``: w ≈ (q − 8)·scale + zero.
    (The zero is that of the low plane, of values 0…15; 8·scale where steps begin at w = 0.)"""
    return _in_chunks(weight, _fit8, torch.int8, report)


def _in_chunks(
    weight: Tensor,
    fit: Callable[[Tensor], tuple[Tensor, Tensor, Tensor]],
    kind: torch.dtype,
    report: Report,
) -> tuple[Tensor, Tensor, Tensor]:
    """Apply ``fit`` to groups as columns, float32 ``[32, groups]``: reductions over the first dimension
    and scales along the second are what torch does fast."""
    rows, columns = weight.shape
    values = torch.empty(rows, columns, dtype=kind)
    scale = torch.empty(rows, columns // GROUP, dtype=torch.bfloat16)
    zero = torch.empty_like(scale)
    step = max(1, _CHUNK // columns)

    @torch.inference_mode()
    def work(start: int) -> int:
        part = slice(start, min(start + step, rows))
        groups = weight[part].reshape(-1, GROUP).float().t().contiguous()
        q, s, z = fit(groups)
        values[part] = q.t().reshape(-1, columns).to(kind)
        scale[part], zero[part] = s.view(-1, columns // GROUP), z.view(-1, columns // GROUP)
        return part.stop

    pool = ThreadPoolExecutor(torch.get_num_threads())
    try:
        for done in pool.map(work, range(0, rows, step)):
            report(done / rows)
    finally:
        pool.shutdown(cancel_futures=True)
    return values, scale, zero


def _search(w: Tensor, candidates: Sequence[float]) -> tuple[Tensor, Tensor, Tensor]:
    """Scale, zero and squared error of the best fit, for each column of ``w``."""
    mean = w.mean(0)
    centred = w - mean
    low = centred.amin(0)
    offset = centred - low
    width = offset.amax(0)
    per_width = torch.where(width > 0, 1 / width, 0.0)
    gain, scale, zero = torch.full_like(mean, -1.0), torch.zeros_like(mean), torch.zeros_like(mean)
    q, product = torch.empty_like(w), torch.empty_like(w)
    for steps in candidates:
        edge = min(0.0, 7.5 - steps / 2)  # as much is cut off at both ends
        torch.mul(offset, steps * per_width, out=q).add_(edge).round_().clamp_(0, 15)
        total = q.sum(0)
        spread = torch.mul(q, q, out=product).sum(0) - total * total / GROUP
        along = torch.mul(q, centred, out=product).sum(0)
        fitted = torch.where(spread > 0, along / spread, 0.0)
        lowered = along * fitted  # by how much the fit lowers the squared error of the mean alone
        better = lowered > gain * (1 + 1e-6)
        gain = torch.where(better, lowered, gain)
        scale = torch.where(better, fitted, scale)
        zero = torch.where(better, (8 - total / GROUP) * fitted, zero)
    return scale, zero + mean, centred.square_().sum(0) - gain


def _refined(w: Tensor, scale: Tensor, zero: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Round scale and zero, then the weights to them; the zero is fitted again to what came out."""
    best = _rounded(w, scale, zero, 0, 15)
    for _ in range(_REFINEMENTS):
        q, rounded = best[0], best[1].float()
        again = _rounded(w, rounded, (w - (q - 8) * rounded).mean(0), 0, 15)
        best = _better(w, best, again)
    return best


def _fit8(w: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The best of the whole range in 255 steps and, as Q8_0 has it, steps to both sides of zero; each
    with the step rounded to the nearest and up."""
    low, high = w.amin(0), w.amax(0)
    whole, symmetric = (high - low) / 255, torch.maximum(-low, high) / 127
    best: tuple[Tensor, Tensor, Tensor] | None = None
    for growth in (1.0, 1 + 2.0**-8):
        for step, zero in ((whole, low + 136 * whole), (symmetric, 8 * symmetric)):
            scale = (step * growth).bfloat16().float()
            fit = _rounded(w, scale, zero * scale / torch.where(step > 0, step, 1.0), -128, 127)
            best = fit if best is None else _better(w, best, fit)
    assert best is not None
    return best


def _rounded(
    w: Tensor, scale: Tensor, zero: Tensor, lowest: int, highest: int
) -> tuple[Tensor, Tensor, Tensor]:
    """q (still float32), scale and zero, the two as bfloat16 has them: w ≈ (q − 8)·scale + zero."""
    narrow_scale, narrow_zero = scale.bfloat16(), zero.bfloat16()
    step = narrow_scale.float()
    inverse = torch.where(step > 0, 1 / step, 0.0)
    q = ((w - narrow_zero.float()) * inverse).round_().add_(8).clamp_(lowest, highest)
    return q, narrow_scale, narrow_zero


def _better(
    w: Tensor, one: tuple[Tensor, Tensor, Tensor], other: tuple[Tensor, Tensor, Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    """Group by group, whichever has less squared error; ``one`` where they are equal."""
    wins = _error(w, other) < _error(w, one)
    q, scale, zero = (torch.where(wins, b, a) for a, b in zip(one, other, strict=True))
    return q, scale, zero


def _error(w: Tensor, fit: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    q, scale, zero = fit
    return ((q - 8).mul_(scale.float()).add_(zero.float()).sub_(w)).square_().sum(0)
