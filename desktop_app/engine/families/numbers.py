"""Numbers out of somebody else's metadata, within limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from desktop_app.engine.refusals import damaged


class Numbers:
    """Reads ``prefix`` + name out of ``values``. Raises InkhornError ``model_damaged`` for what is
    missing without a default, of another type, or out of range. None counts as missing."""

    def __init__(self, values: Mapping[str, Any], prefix: str = "") -> None:
        self._values, self._prefix = values, prefix

    def integer(self, name: str, default: int | None = None, low: int = 1, high: int = 1 << 24) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        value = self._get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise damaged(f"Its {self._prefix}{name} is missing or out of range.")
        return value

    def real(self, name: str, default: float | None = None) -> float:
        """A finite number above 0."""
        value = self._get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise damaged(f"Its {self._prefix}{name} is missing or no number.")
        if value <= 0:
            raise damaged(f"Its {self._prefix}{name} is out of range.")
        return float(value)

    def _get(self, name: str, default: float | None) -> Any:
        value = self._values.get(self._prefix + name)
        return default if value is None else value
