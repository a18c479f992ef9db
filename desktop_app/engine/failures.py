"""From exceptions to `Failed`: the kind that the interface words, and a detail without user text."""

from __future__ import annotations

import traceback

from desktop_app.core.errors import InkhornError, code_of, kind_of_os_error
from desktop_app.core.messages import Failed

_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "out of memory", "bad_alloc")
"""What torch's allocators say, in a RuntimeError."""


def failed(command_id: int, error: BaseException) -> Failed:
    """The terminal event for ``error``. An `InkhornError` keeps its kind and words; the words of others
    may hold what the user wrote, so only their type and where they come from are told."""
    where = "".join(traceback.format_tb(error.__traceback__))
    detail = f"{where}{type(error).__name__}"
    if isinstance(error, InkhornError):
        return Failed(command_id, error.kind, error.message, detail, dict(error.values))
    if isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(words in str(error) for words in _OUT_OF_MEMORY)
    ):
        return Failed(command_id, "memory", "There was not enough memory.", detail)
    if isinstance(error, OSError):
        kind = kind_of_os_error(error)
        message = f"The system reports an error: {error.strerror or type(error).__name__}."
        return Failed(command_id, kind, message, detail, {"code": code_of(error)})
    message = f"The engine met an error ({type(error).__name__})."
    return Failed(command_id, "internal", message, detail, {"code": code_of(error)})
