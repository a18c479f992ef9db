"""Small models as files, whole by their headers."""

from __future__ import annotations

import json
import struct
from pathlib import Path


def gguf(
    architecture: str = "llama",
    name: str = "Small",
    licence: str = "apache-2.0",
    split: int = 0,
    version: int = 3,
    tail: bytes = b"\0" * 4096,
) -> bytes:
    """A GGUF file with one tensor of 32 × 32 float32, a vocabulary and a few facts about itself."""

    def text(value: str) -> bytes:
        raw = value.encode()
        return struct.pack("<Q", len(raw)) + raw

    entries = [
        text("general.architecture") + struct.pack("<I", 8) + text(architecture),
        text("general.name") + struct.pack("<I", 8) + text(name),
        text("general.quantization_version") + struct.pack("<II", 4, 2),
        text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 3) + text("a") + text("b") + text("字"),
        text("tokenizer.ggml.scores") + struct.pack("<IIQ", 9, 6, 3) + struct.pack("<3f", 1, 2, 3),
        text("some.flag") + struct.pack("<I?", 7, True),
    ]
    if licence:
        entries.append(text("general.license") + struct.pack("<I", 8) + text(licence))
    if split:
        entries.append(text("split.count") + struct.pack("<IH", 2, split))
    tensor = text("token_embd.weight") + struct.pack("<IQQIQ", 2, 32, 32, 0, 0)
    head = b"GGUF" + struct.pack("<IQQ", version, 1, len(entries)) + b"".join(entries) + tensor
    return head + b"\0" * (-len(head) % 32) + tail


def safetensors(shape: tuple[int, ...] = (4, 8), fill: bytes = b"\1") -> bytes:
    size = 4
    for length in shape:
        size *= length
    header = json.dumps({"w": {"dtype": "F32", "shape": list(shape), "data_offsets": [0, size]}}).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + fill * size


def model_folder(folder: Path, family: str = "llama", fill: bytes = b"\1") -> Path:
    folder.mkdir(parents=True)
    config = {"model_type": family, "architectures": ["LlamaForCausalLM"]}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").write_bytes(safetensors(fill=fill))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "README.md").write_text("---\nlicense: mit\n---\nHello\n")
    return folder


def adapter_folder(folder: Path) -> Path:
    folder.mkdir(parents=True)
    config = {"peft_type": "LORA", "r": 8, "base_model_name_or_path": "maker/base"}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / "adapter_model.safetensors").write_bytes(safetensors())
    (folder / "optimizer.pt").write_bytes(b"\x80\x02")
    return folder
