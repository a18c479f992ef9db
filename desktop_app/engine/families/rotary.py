"""Rotary angles per position (Su et al. 2021), with the stretches that long-context models use."""

from __future__ import annotations

import math
from collections.abc import Sequence

from desktop_app.engine.refusals import damaged


def plain(base: float, dimensions: int, factor: float = 1.0) -> tuple[float, ...]:
    """base^(−2i/d) / factor for each pair i of ``dimensions``: "linear" scaling where factor is not 1."""
    if not base > 1 or not math.isfinite(base):
        raise damaged("Its rotary base is not above 1.")
    if not factor > 0 or not math.isfinite(factor):
        raise damaged("Its rotary factors do not fit.")
    return tuple(base ** (-2 * i / dimensions) / factor for i in range(dimensions // 2))


def divided(angles: Sequence[float], factors: Sequence[float]) -> tuple[float, ...]:
    """Each angle by its own factor, as GGUF stores Llama 3's (``rope_freqs.weight``)."""
    if len(factors) != len(angles) or not all(math.isfinite(f) and f > 0 for f in factors):
        raise damaged("Its rotary factors do not fit.")
    return tuple(angle / factor for angle, factor in zip(angles, factors, strict=True))


def llama3(
    angles: Sequence[float], factor: float, low: float, high: float, original_context: float
) -> tuple[float, ...]:
    """Llama 3.1's stretch: slow turns are divided by ``factor``, fast ones kept, those between mixed.
    transformers, ``modeling_rope_utils._compute_llama3_parameters``."""
    if not (factor > 0 and 0 < low < high and original_context > 0):
        raise damaged("Its rotary factors do not fit.")
    found = []
    for angle in angles:
        wavelength = 2 * math.pi / angle
        if wavelength > original_context / low:
            found.append(angle / factor)
        elif wavelength < original_context / high:
            found.append(angle)
        else:
            smooth = (original_context / wavelength - low) / (high - low)
            found.append((1 - smooth) * angle / factor + smooth * angle)
    return tuple(found)
