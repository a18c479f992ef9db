"""Failures as values: a fixed ``kind`` that the interface words and offers a way out for."""

from __future__ import annotations

from typing import Any

KINDS = (
    "cancelled",  # the user or a newer request took it back before it began
    "engine_died",  # the process ended while this was outstanding
    "engine_unavailable",  # restarted too often, given up until the user asks again
    "no_model",  # nothing is loaded
    "model_missing",  # the file is not there
    "model_damaged",  # the hash or the structure is wrong
    "model_unsupported",  # a kind of model or tensor that this version cannot run
    "memory",  # not enough memory
    "context_overflow",  # the prompt does not fit the model's context
    "template",  # the model's chat template refuses these messages
    "schema",  # a JSON schema that output cannot be held to
    "wrong_kind",  # the loaded model does not do what was asked (an encoder asked to write)
    "disk_full",
    "read_only",  # the place cannot be written
    "newer_data",  # the database was written by a newer version
    "damaged_data",  # the database cannot be read
    "bad_file",  # an import that is not what it should be
    "network",  # no connection, or it broke
    "offline",  # the offline lock is on
    "not_found",  # the server does not have it
    "unauthorized",  # a token is needed, or the one given is not accepted
    "gated",  # the makers' terms have to be accepted on the model's page first
    "rate_limited",  # the server asks to wait
    "licence",  # the licence has not been accepted here
    "internal",
)


class InkhornError(Exception):
    """An error with a ``kind`` of `KINDS`, a plain sentence, and ``values`` that it was made from."""

    def __init__(self, kind: str, message: str, **values: Any) -> None:
        if kind not in KINDS:
            raise ValueError(f"unknown kind of error: {kind}")
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.values = values


def kind_of_os_error(error: OSError) -> str:
    """The `KINDS` entry for an error of the operating system."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):  # the last: the disk takes no such size
        return "disk_full"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "read_only"
    if error.errno == errno.ENOMEM:
        return "memory"
    return "internal"


def code_of(error: BaseException) -> str:
    """What names an unforeseen ``error`` in every language, and holds nothing of the user's: the system's
    name for it (``ENOENT``), or its type."""
    import errno

    number = error.errno if isinstance(error, OSError) else None
    return errno.errorcode.get(number or 0, type(error).__name__)
