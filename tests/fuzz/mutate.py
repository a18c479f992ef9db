"""Changes to good bytes and good JSON that make them bad in the ways that matter to readers."""

from __future__ import annotations

import copy
import random
import struct
from typing import Any

NUMBERS = (
    0,
    1,
    -1,
    2,
    7,
    127,
    255,
    256,
    65_535,
    2**31 - 1,
    2**31,
    2**32,
    2**40,
    2**53,
    2**63 - 1,
    2**63,
    2**64,
)
STRINGS = (
    "",
    "\0",
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\x",
    "a" * 300,
    "\ud7ff",
    "▁",
    "<s>",
    "<|im_end|>",
    "{{ 1 }}",
    "(a+)+$",
    "__class__",
    "somebody/kernel",
    "model.safetensors",
    "AAAA",
    "0",
    "NaN",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0.5,
    -1e308,
    1e308,
    [],
    {},
    [[]],
    [0],
    {"": 0},
    {"type": "Sequence"},
)


def any_value(rng: random.Random) -> Any:
    return copy.deepcopy(rng.choice((rng.choice(NUMBERS), rng.choice(STRINGS), rng.choice(VALUES))))


def mutated_json(rng: random.Random, good: Any, changes: int) -> Any:
    """A copy of ``good`` with ``changes`` values replaced, removed, doubled, or wrapped in lists."""
    held = copy.deepcopy(good)
    for _ in range(changes):
        here = held
        while True:
            if isinstance(here, dict) and here:
                key: Any = rng.choice(list(here))
            elif isinstance(here, list) and here:
                key = rng.randrange(len(here))
            else:
                break
            if isinstance(here[key], dict | list) and here[key] and rng.random() < 0.8:
                here = here[key]
                continue
            _change(rng, here, key)
            break
    return held


def _change(rng: random.Random, here: Any, key: Any) -> None:
    kind = rng.randrange(6)
    if kind == 0:
        del here[key]
    elif kind == 1 and isinstance(here, dict):
        here[rng.choice(STRINGS)] = here.pop(key)
    elif kind == 1:
        here.insert(key, copy.deepcopy(here[rng.randrange(len(here))]))
    elif kind == 2:
        for _ in range(rng.choice((1, 3, 40))):
            here[key] = [here[key]]
    elif kind == 3 and isinstance(here[key], str):
        text = here[key]
        at = rng.randrange(len(text) + 1)
        here[key] = text[:at] + rng.choice(STRINGS) + text[at + rng.randrange(3) :]
    elif kind == 3 and isinstance(here[key], int):
        here[key] += rng.choice((-1, 1, 1 << 32))
    else:
        here[key] = any_value(rng)


def mutated_bytes(rng: random.Random, good: bytes, head: int) -> bytes:
    """``good`` with one to three changes in its first ``head`` bytes, or cut off."""
    data = bytearray(good)
    if rng.random() < 0.03:
        return bytes(data[: rng.randrange(len(data) + 1)])
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(max(1, min(head, len(data) - 9)))
        kind = rng.randrange(6)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, 0x22, 0x7B))
        elif kind == 2:
            data[at : at + 8] = struct.pack("<Q", rng.choice(NUMBERS) & (2**64 - 1))
        elif kind == 3:
            del data[at : at + rng.randrange(1, 9)]
        elif kind == 4:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        else:
            start = rng.randrange(max(1, min(head, len(data))))
            data[at : at + 16] = data[start : start + 16]
    return bytes(data)
