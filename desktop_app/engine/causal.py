"""What every model that continues text offers: our own decoder, or one that transformers runs.

`desktop_app.engine.generate` and all that uses it know only these two protocols: token ids in, hidden
states and logits out. Text, templates and sampling are above; weights, packing and devices below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class Stopped(Exception):  # noqa: N818 (nothing went wrong)
    """`CausalModel.forward` was cancelled; the cache holds what it held before."""


class Cache(Protocol):
    """Keys and values (or another state) of the tokens ``ids`` that a model has read."""

    @property
    def ids(self) -> Sequence[int]: ...

    @property
    def length(self) -> int:
        """``len(ids)``."""
        ...

    @property
    def bytes(self) -> int:
        """Memory that it takes."""
        ...

    def reserve(self, length: int) -> None:
        """Make room for ``length`` tokens at once, as far as the kind of cache can: nothing is moved then
        while a prompt is read. Raises InkhornError ``memory``."""
        ...

    def truncate(self, length: int) -> None:
        """Forget all but the first ``length`` tokens. Does nothing where there are no more."""
        ...

    def fork(self, length: int) -> Cache:
        """Another cache with the first ``length`` tokens of this one, which stays as it is. Raises
        InkhornError ``memory``."""
        ...


class CausalModel(Protocol):
    """Weights that are loaded. Immutable: what a conversation changes is its `Cache`."""

    @property
    def family(self) -> str: ...

    @property
    def device(self) -> str:
        """As in `core.messages.ModelInfo`: ``cpu``, ``cuda:0``, ``mps``."""
        ...

    @property
    def context_length(self) -> int: ...

    @property
    def bytes(self) -> int:
        """Of the weights."""
        ...

    @property
    def cache_bytes_per_token(self) -> int: ...

    @property
    def draft_rows(self) -> int:
        """Ids of one `forward` that get the very numbers, to the bit, that one at a time would have given:
        `DRAFT_ROWS`, or 1 where drafts could change what comes out."""
        ...

    def new_cache(self) -> Cache: ...

    def forward(
        self, cache: Cache, ids: Sequence[int], cancelled: Callable[[], bool] = lambda: False
    ) -> Tensor:
        """Run ``ids`` after what ``cache`` holds and append them to it. Returns the final hidden states
        ``[len(ids), hidden]``, normalised, as `logits` takes them.

        ``cancelled`` is asked now and then; raises `Stopped`, and InkhornError ``memory``."""
        ...

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of every token, float32 ``[rows, vocabulary]``, on the CPU."""
        ...


DRAFT_ROWS = 8
"""Ids that are at most checked at once when a draft is verified."""
