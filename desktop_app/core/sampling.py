"""How the next token is chosen: the numbers, their limits, and the named presets."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Sampling:
    """Settings of one reply. ``temperature`` 0 is greedy; ``top_p`` 1, ``top_k`` 0, ``min_p`` 0 and
    ``repetition_penalty`` 1 are off. ``seed`` None draws a fresh one, which the reply reports.

    Raises ValueError for what is out of `LIMITS` or of the wrong type: they come out of files and command
    lines too."""

    temperature: float = 0.7
    top_p: float = 0.95
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.05
    max_tokens: int = 1024
    stop: tuple[str, ...] = ()
    seed: int | None = None

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not _is_number(value, whole=isinstance(low, int)) or not low <= value <= high:
                raise ValueError(f"{name} is {value}; it must lie between {low} and {high}")
        if self.seed is not None and not _is_number(self.seed, whole=True):
            raise ValueError(f"seed is {self.seed}; it must be a whole number")
        if not isinstance(self.stop, tuple) or not all(isinstance(text, str) for text in self.stop):
            raise ValueError("stop must be texts")


def _is_number(value: object, whole: bool) -> bool:
    return isinstance(value, int if whole else int | float) and not isinstance(value, bool)


LIMITS: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 2.0),
    "top_p": (0.01, 1.0),
    "top_k": (0, 1000),
    "min_p": (0.0, 1.0),
    "repetition_penalty": (0.5, 2.0),
    "max_tokens": (1, 131072),
}

PRESETS: dict[str, Sampling] = {
    "precise": Sampling(temperature=0.2, top_p=0.9, top_k=40, min_p=0.05),
    "balanced": Sampling(temperature=0.7, top_p=0.95, top_k=0, min_p=0.05),
    "creative": Sampling(temperature=1.0, top_p=1.0, top_k=0, min_p=0.03),
}

SAMPLING_FIELDS = tuple(field.name for field in fields(Sampling))
