"""GGUF files: small whole models of each kind of tokenizer and tensor, changed, and headers made up."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from tokenizers import pre_tokenizers

from desktop_app.engine.families.gguf_reader import read_gguf_architecture
from desktop_app.engine.ggml_types import GGML_TYPES, INT4_GROUPS, INT8_GROUPS
from desktop_app.engine.gguf import GgufFile, read_gguf
from desktop_app.engine.tokenizer import dump_vocabulary, load_vocabulary, make_vocabulary
from tests.engine.gguf_writer import string, typed
from tests.engine.tiny_tokenizers import byte_bpe, gguf_of, gguf_of_sentencepiece, sentencepiece_model
from tests.fuzz.mutate import NUMBERS, STRINGS, mutated_bytes

_TEXT = "Hello 你好 <|im_start|> 😀\n\n  12 </s>"
_SIZES: dict[str, Any] = {
    "general.architecture": "llama",
    "llama.block_count": 1,
    "llama.context_length": 64,
    "llama.embedding_length": 256,
    "llama.feed_forward_length": 256,
    "llama.attention.head_count": 2,
    "llama.attention.layer_norm_rms_epsilon": 1e-5,
}


def make(rng: random.Random, folder: Path) -> Callable[[], object]:
    if rng.random() < 0.2:
        content = _made_up(rng)
    else:
        content, head = _whole(rng.randrange(6))
        content = mutated_bytes(rng, content, head if rng.random() < 0.7 else 4096)
    path = folder / "f.gguf"
    path.write_bytes(content)
    return lambda: _open(path)


def _open(path: Path) -> None:
    """All that happens to a file before it is run."""
    file = read_gguf(path)
    _read_tensors(file)
    read_gguf_architecture(file)
    vocabulary = make_vocabulary(file.metadata)
    ids = vocabulary.encode(_TEXT)
    vocabulary.encode_markup(_TEXT)
    for token in [*ids, *range(min(vocabulary.size, 300))]:
        vocabulary.bytes_of(token)
    load_vocabulary(dump_vocabulary(vocabulary)).encode(_TEXT)


def _read_tensors(file: GgufFile) -> None:
    for name, info in list(file.tensors.items())[:4]:
        assert file.float32(name, slice(0, 4)).shape[-1] == info.shape[-1]
        groups = INT4_GROUPS.get(info.type.name) or INT8_GROUPS.get(info.type.name)
        if groups:
            groups(file.blocks(name, slice(0, 4)))


@lru_cache(maxsize=6)
def _whole(kind: int) -> tuple[bytes, int]:
    """A file and the length of its header."""
    if kind % 3 == 0:
        own = byte_bpe(pre_tokenizers.ByteLevel(add_prefix_space=False), vocabulary=300)
        vocabulary = gguf_of(own, ("gpt-2", "llama-bpe")[kind // 3])
    else:
        name = ("llama", "t5")[kind % 3 - 1]
        rule = "nmt_nfkc" if kind == 5 else "identity"
        model = sentencepiece_model("bpe" if name == "llama" else "unigram", rule)
        vocabulary = gguf_of_sentencepiece(model, name)
    tokens = len(vocabulary["tokenizer.ggml.tokens"])
    numbers = list(GGML_TYPES)
    rng = random.Random(kind)
    shapes: dict[str, tuple[int, ...]] = {"token_embd.weight": (tokens, 256), "output_norm.weight": (256,)}
    for part in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
        shapes[f"blk.0.{part}.weight"] = (256, 256)
    shapes |= {f"blk.0.{part}_norm.weight": (256,) for part in ("attn", "ffn")}
    places, data = b"", b""
    for name, shape in shapes.items():
        number = rng.choice(numbers)
        ggml = GGML_TYPES[number]
        size = 1
        for length in shape:
            size *= length
        raw = rng.randbytes(size // ggml.block_elements * ggml.block_bytes)
        places += string(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape[::-1])
        places += struct.pack("<IQ", number, len(data))
        data += raw + b"\0" * (-len(raw) % 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(_SIZES) + len(vocabulary))
    head += b"".join(string(key) + _typed(value) for key, value in (_SIZES | vocabulary).items()) + places
    return head + b"\0" * (-len(head) % 32) + data, len(head)


def _typed(value: Any) -> bytes:
    if hasattr(value, "dtype") and value.dtype.kind == "f":
        return struct.pack("<IIQ", 9, 6, len(value)) + value.astype("<f4").tobytes()
    return typed(value)


def _made_up(rng: random.Random) -> bytes:
    """A header of random parts, each of which may be a lie."""
    parts = b""
    count = rng.randrange(6)
    for _ in range(count):
        key = rng.choice(("general.alignment", "tokenizer.ggml.tokens", "k", *STRINGS))
        kind = rng.randrange(14)
        parts += string(key.encode("utf-8", "replace").decode()) + struct.pack("<I", kind)
        if kind == 8:
            parts += string("x" * rng.randrange(20))
        elif kind == 9:
            parts += struct.pack("<IQ", rng.randrange(14), rng.choice(NUMBERS) & (2**64 - 1)) + rng.randbytes(
                40
            )
        else:
            parts += rng.randbytes(rng.choice((1, 2, 4, 8)))
    tensors = rng.randrange(4)
    for number in range(tensors):
        dims = [rng.choice((1, 32, 256, *NUMBERS)) & (2**64 - 1) for _ in range(rng.randrange(6))]
        parts += string(f"t{number}") + struct.pack(f"<I{len(dims)}Q", len(dims), *dims)
        parts += struct.pack("<IQ", rng.choice((*GGML_TYPES, 99)), rng.choice((0, 32, 2**40)))
    counts = (rng.choice((tensors, rng.choice(NUMBERS) & (2**64 - 1))), count)
    return b"GGUF" + struct.pack("<IQQ", rng.choice((2, 3, 3, 3, 4)), *counts) + parts + rng.randbytes(512)
