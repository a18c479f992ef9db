"""Cases that do what the others must not, to show that it is seen: the eighth of each kind."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

from desktop_app.core.errors import InkhornError
from tests.fuzz.child import WARM_UP

_THE_EIGHTH = WARM_UP + 8
_made = 0


def _is_the_eighth() -> bool:
    global _made
    _made += 1
    return _made == _THE_EIGHTH


def make_harmless(rng: random.Random, folder: Path) -> Callable[[], object]:
    def refuse() -> None:
        raise InkhornError("model_damaged", "x")

    return refuse if _is_the_eighth() else lambda: None


def make_hanging(rng: random.Random, folder: Path) -> Callable[[], object]:
    return (lambda: time.sleep(3600)) if _is_the_eighth() else lambda: None


def make_crashing(rng: random.Random, folder: Path) -> Callable[[], object]:
    return os.abort if _is_the_eighth() else lambda: None


def make_raising(rng: random.Random, folder: Path) -> Callable[[], object]:
    return (lambda: 1 // 0) if _is_the_eighth() else lambda: None


def make_writing(rng: random.Random, folder: Path) -> Callable[[], object]:
    return (lambda: (folder / "x").open("w").close()) if _is_the_eighth() else lambda: None


def make_reading(rng: random.Random, folder: Path) -> Callable[[], object]:
    return (lambda: Path(__file__).read_text()) if _is_the_eighth() else lambda: None


def make_running(rng: random.Random, folder: Path) -> Callable[[], object]:
    return (lambda: eval("1 + 1")) if _is_the_eighth() else lambda: None


def make_filling(rng: random.Random, folder: Path) -> Callable[[], object]:
    return (lambda: bytearray(64 << 30)) if _is_the_eighth() else lambda: None
