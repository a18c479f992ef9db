"""What a cache holds when it grows, and what it leaves behind."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from desktop_app.engine.kv_cache import BLOCK, KVCache
from tests.engine.test_decoder import small

_GROW = """
import torch
from desktop_app.core.machine import own_memory
from desktop_app.engine.kv_cache import BLOCK, KVCache
from tests.engine.test_decoder import small

torch.ones(6 << 20)  # what a prompt works with: glibc then takes blocks up to this size from the heap
cache = KVCache(small(layers=40, hidden=512, heads=4, head_dim=128, context=1 << 16))
cache.reserve(16 * BLOCK)
for layer in cache.layers:
    layer.fill_(1.0)
cache.extend(range(16 * BLOCK))
before, bytes_before = own_memory(), cache.bytes
for blocks in (17, 19, 21):
    cache.reserve(blocks * BLOCK)
    for layer in cache.layers:
        layer[:, :, cache.length :] = 1.0
print((own_memory() - before) / (cache.bytes - bytes_before))
"""


def test_what_it_held_is_there_after_it_grew_and_the_rest_is_zero() -> None:
    cache = KVCache(small(layers=2, hidden=32, heads=2, head_dim=16, context=4096))
    cache.reserve(3)
    held = [torch.randn_like(layer[:, :, :3]) for layer in cache.layers]
    for layer, values in zip(cache.layers, held, strict=True):
        layer[:, :, :3] = values
    cache.extend([1, 2, 3])
    cache.reserve(BLOCK + 1)
    for layer, values in zip(cache.layers, held, strict=True):
        assert layer.shape[2] == 2 * BLOCK
        assert torch.equal(layer[:, :, :3], values)
        assert not layer[:, :, 3:].any()


@pytest.mark.skipif(sys.platform == "darwin", reason="the system tells only the most that there was")
def test_the_memory_of_a_cache_that_grew_is_given_back() -> None:
    """In a process of its own, whose heap nobody else has left in pieces."""
    run = subprocess.run([sys.executable, "-c", _GROW], capture_output=True, text=True, check=True)
    assert float(run.stdout) < 1.2
