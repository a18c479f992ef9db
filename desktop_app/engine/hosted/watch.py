"""A module that can be stopped between two of its layers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from torch import nn

from desktop_app.engine.causal import Stopped


class Watch:
    """Asks, before each of the module's blocks runs, whether to go on. For one thread at a time."""

    def __init__(self, module: nn.Module) -> None:
        self._cancelled: Callable[[], bool] | None = None
        lists = {path: found for path, found in module.named_modules() if isinstance(found, nn.ModuleList)}
        for path, found in lists.items():
            if not any(path.startswith(f"{outer}.") for outer in lists):  # not the parts of a block
                for layer in found:
                    layer.register_forward_pre_hook(self._ask)

    @contextlib.contextmanager
    def asking(self, cancelled: Callable[[], bool]) -> Iterator[None]:
        """While this is open, the module's passes raise `Stopped` once ``cancelled`` says so."""
        self._cancelled = cancelled
        try:
            yield
        finally:
            self._cancelled = None

    def _ask(self, module: nn.Module, given: object) -> None:
        if self._cancelled is not None and self._cancelled():
            raise Stopped
