"""The header of a safetensors file: enough to count weights and to see whether the file is whole.

Format: https://github.com/huggingface/safetensors#format — u64 header length, JSON, data.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

from desktop_app.core.errors import InkhornError

LIMIT = 100 << 20  # bytes of header; the format's own limit


def read_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes of all tensors. Raises `InkhornError` of kind ``model_damaged``, and OSError."""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if not 2 <= length <= min(LIMIT, size - 8):
                raise ValueError("its header does not fit in it")
            header = json.loads(file.read(length))
        shapes: dict[str, tuple[int, ...]] = {}
        end = 0
        for name, tensor in header.items():
            if name == "__metadata__":
                continue
            shape = tensor["shape"]
            if not all(isinstance(n, int) and 0 <= n < 1 << 48 for n in shape):
                raise ValueError("a shape is not one")
            shapes[name] = tuple(shape)
            end = max(end, int(tensor["data_offsets"][1]))
    except (
        struct.error,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        RecursionError,
    ) as error:
        why = str(error) or type(error).__name__
        message = f"{path.name} is damaged: {why}."
        raise InkhornError("model_damaged", message, reason="damaged", name=path.name) from error
    if 8 + length + end != size:
        whole = 8 + length + end
        message = f"{path.name} is damaged: it has {size:,} bytes instead of {whole:,}."
        raise InkhornError("model_damaged", message, reason="damaged", name=path.name)
    return shapes
