"""Mozilla's translation networks: header, settings, list of likely words and vocabulary changed, and then
loaded and asked for a translation."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

from desktop_app.engine.bergamot.load import load_network
from desktop_app.engine.bergamot.origin import find_origin
from tests.engine.bergamot.network_writer import (
    ENGLISH,
    model_bytes,
    random_model,
    shortlist_bytes,
    vocabulary_bytes,
    vocabulary_size,
)
from tests.fuzz.mutate import STRINGS, mutated_bytes

_NUMBERS = ("0", "1", "-1", "2", "16384", "99999999999", "1e9", "0x10", "", "[]", "~")


@cache
def _vocabulary() -> bytes:
    return vocabulary_bytes(ENGLISH, 60)


def make(rng: random.Random, folder: Path) -> Callable[[], object]:
    for old in folder.iterdir():
        old.unlink()
    vocabulary = _vocabulary()
    size = vocabulary_size(vocabulary)
    model = random_model((size, size), rng.randrange(1000), width=8, wide=8, depths=(1, 1))
    for _ in range(rng.randrange(0, 3)):
        name = rng.choice(list(model.options))
        model.options[name] = rng.choice((*_NUMBERS, *STRINGS)).replace("\0", "")
    content = model_bytes(model)
    if rng.random() < 0.7:
        content = mutated_bytes(rng, content, rng.choice((64, 2000, len(content))))
    lists = shortlist_bytes(model)
    if rng.random() < 0.3:
        lists = mutated_bytes(rng, lists, rng.choice((48, len(lists))))
    if rng.random() < 0.2:
        vocabulary = mutated_bytes(rng, vocabulary, len(vocabulary))
    (folder / "model.enpt.intgemm.alphas.bin").write_bytes(content)
    (folder / "lex.50.50.enpt.s2t.bin").write_bytes(lists)
    (folder / "vocab.enpt.spm").write_bytes(vocabulary)
    return lambda: _use(folder)


def _use(folder: Path) -> None:
    origin = find_origin(folder)
    assert origin is not None
    translator = load_network(origin, "float32", "cpu")
    texts = translator.transform(["the cat", "a"])
    assert len(texts) == 2
