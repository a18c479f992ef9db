"""What a file is by its first bytes, whatever it is called."""

from __future__ import annotations

from pathlib import Path

from desktop_app.core.errors import InkhornError


def refuse_pickle(path: Path, name: str) -> None:
    """Raises `InkhornError` of kind ``model_unsupported`` for a pickle (protocol 2 and later begin with
    ``\\x80`` and their number) or a zip file (as torch has saved pickle since 1.6). Raises OSError."""
    with path.open("rb") as file:
        start = file.read(8)
        size = file.seek(0, 2)
    protocol = start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
    # safetensors begin with the length of their header, which may have the same two bytes.
    is_length = int.from_bytes(start, "little") < size
    if (protocol and not is_length) or start[:4] == b"PK\3\4":
        message = f"{name} is a pickle file, whatever it is called, which can run code: it is not taken."
        raise InkhornError("model_unsupported", message, reason="pickle", name=name)
