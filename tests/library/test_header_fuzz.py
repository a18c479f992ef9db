"""Files from strangers: whatever is done to a header, it is read or refused, and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.library.gguf_header import read_header
from desktop_app.library.index_pages import link_to
from desktop_app.library.manifest import NAME, Manifest, StoredFile, read_manifest, write_manifest
from desktop_app.library.safetensors_header import read_shapes
from tests.library.models_on_disk import gguf, safetensors

CASES = 2_000
NUMBERS = (0, 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)
pytestmark = pytest.mark.slow


def mutated(content: bytes, chance: random.Random) -> bytes:
    raw = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        if not raw:
            break
        at = chance.randrange(min(len(raw), 400))
        match chance.randrange(5):
            case 0:
                raw[at] = chance.randrange(256)
            case 1:
                raw[at : at + 8] = chance.choice(NUMBERS).to_bytes(8, "little")
            case 2:
                del raw[at : at + chance.randint(1, 40)]
            case 3:
                raw[at:at] = chance.randbytes(chance.randint(1, 40))
            case 4:
                del raw[at:]
    return bytes(raw)


def kinds(path: Path, content: bytes, read: object, seed: int) -> set[str]:
    chance, seen = random.Random(seed), set()
    for _ in range(CASES):
        path.write_bytes(mutated(content, chance))
        try:
            read(path)  # type: ignore[operator]
            seen.add("read")
        except InkhornError as error:
            seen.add(error.kind)
    return seen


@pytest.mark.parametrize("seed", [1, 2])
def test_gguf(tmp_path: Path, seed: int) -> None:
    seen = kinds(tmp_path / "x.gguf", gguf(), read_header, seed)
    assert seen == {"read", "model_damaged", "model_unsupported"}


@pytest.mark.parametrize("seed", [1, 2])
def test_safetensors(tmp_path: Path, seed: int) -> None:
    assert kinds(tmp_path / "x.safetensors", safetensors(), read_shapes, seed) == {
        "read",
        "model_damaged",
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_model_json(tmp_path: Path, seed: int) -> None:
    file = StoredFile("a.gguf", 1, "0" * 64)
    write_manifest(tmp_path, Manifest("name", "model", "download", (file,), source={"kind": "hub"}))
    content = (tmp_path / NAME).read_bytes()
    seen = kinds(tmp_path / NAME, content, lambda path: read_manifest(path.parent), seed)
    assert seen == {"read", "model_damaged"}


def test_index_pages() -> None:
    chance = random.Random(3)
    html = b'<!doctype html><base href="/x/"><a href="../f/a-1.whl#sha256=00">a-1.whl</a>' * 3
    json = b'{"files": [{"filename": "a-1.whl", "url": "../f/a-1.whl", "hashes": {}}]}'
    found = set()
    for _ in range(CASES):
        found.add(link_to(mutated(html, chance), "https://h/s/a/", False, "a-1.whl"))
        found.add(link_to(mutated(json, chance), "https://h/s/a/", True, "a-1.whl"))
    assert None in found
    assert "https://h/s/f/a-1.whl" in found
