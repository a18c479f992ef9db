"""How a benchmark tells what it measured: one JSON line per figure, as soon as it is known."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence


def tell(figure: str, value: float, unit: str, **detail: object) -> None:
    """Print ``figure``. Times and rates in ``detail`` are rounded to what can be told apart."""
    line = {"figure": figure, "value": rounded(value), "unit": unit, "detail": rounded(detail)}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def rounded(value: object) -> object:
    """``value`` with every float in it, however deep, to four significant digits."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return value


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
