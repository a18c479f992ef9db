"""Safetensors files written tensor by tensor, so that no more than one has to be in memory."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # torch is imported while other files are read
    from torch import Tensor

_HEADER_PER_TENSOR = 256
_ALIGNMENT = 64


class SafetensorsWriter:
    """Writes the safetensors format (https://github.com/huggingface/safetensors#format) tensor by
    tensor: room for the header is left first and filled with spaces at the end, as the format allows.
    All data begins on a multiple of 64 bytes as long as the tensors' sizes are."""

    def __init__(self, file: Any, tensors: int) -> None:
        self._file = file
        room = _HEADER_PER_TENSOR * tensors
        self._header_size = -(-(8 + room) // _ALIGNMENT) * _ALIGNMENT - 8
        self._header: dict[str, Any] = {}
        self._at = 0
        file.write(b"\0" * (8 + self._header_size))

    def add(self, name: str, tensor: Tensor) -> None:
        """Raises KeyError for a type of numbers that no form has, and OSError."""
        import torch

        flat = tensor.contiguous().reshape(-1).view(torch.uint8).numpy()
        names = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}
        names |= {torch.uint8: "U8", torch.int8: "I8"}
        self._header[name] = {
            "dtype": names[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [self._at, self._at + flat.nbytes],
        }
        self._file.write(flat.data)
        self._at += flat.nbytes

    def finish(self) -> str:
        """Write the header, sync, and return the file's SHA-256."""
        header = json.dumps(self._header).encode()
        if len(header) > self._header_size:
            raise ValueError("the header does not fit the room left for it")
        self._file.seek(0)
        self._file.write(struct.pack("<Q", self._header_size) + header.ljust(self._header_size))
        self._file.flush()
        os.fsync(self._file.fileno())
        with open(self._file.name, "rb") as again:
            return hashlib.file_digest(again, "sha256").hexdigest()
