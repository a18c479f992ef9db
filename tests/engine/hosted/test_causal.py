"""Decoder-only models against transformers' own: whole, in pieces, taken back, stopped, packed."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.engine.causal import Stopped
from desktop_app.engine.hosted import causal
from desktop_app.engine.hosted.causal import HostedCausal
from desktop_app.engine.hosted.families import FAMILIES
from desktop_app.engine.linear import kernel_name
from tests.engine.hosted.conftest import Load
from tests.engine.hosted.kinds import hosted_kind
from tests.engine.hosted.models import VOCABULARY, save, tiny

CAUSAL = [name for name, family in FAMILIES.items() if "causal" in family.heads]
LENGTH = 60


def token_ids(count: int, seed: int = 1) -> list[int]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(3, VOCABULARY, (count,), generator=generator).tolist()


def scores_of(model: Any, ids: list[int]) -> Tensor:
    with torch.no_grad():
        found: Tensor = model(torch.tensor([ids])).logits[0]
    return found


@pytest.mark.parametrize("name", CAUSAL)
def test_scores_are_those_of_transformers(name: str, tmp_path: Path, load: Load) -> None:
    theirs = tiny(name)
    folder = save(theirs, tmp_path / name)
    assert hosted_kind(folder) == "causal"
    ours = load(folder)
    ids = token_ids(LENGTH)
    want = scores_of(theirs, ids)
    cache = ours.new_cache()
    parts = [ids[:40], ids[40:45], *([token] for token in ids[45:])]
    got = ours.logits(torch.cat([ours.forward(cache, part) for part in parts]))
    torch.testing.assert_close(got, want, atol=1e-4, rtol=1e-4)
    assert cache.ids == ids
    cache.truncate(20)
    assert cache.length == 20
    again = ours.logits(ours.forward(cache, ids[20:]))
    torch.testing.assert_close(again, want[20:], atol=1e-4, rtol=1e-4)
    assert ours.parameters == sum(held.numel() for held in set(theirs.parameters()))


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    model = tiny("gpt2")
    return model, save(model, tmp_path_factory.mktemp("models") / "gpt2")


@pytest.mark.parametrize(("precision", "error"), [("bfloat16", 0.02), ("float16", 0.02), ("packed8", 0.03)])
def test_narrow_forms_are_near(precision: str, error: float, gpt2: tuple[Any, Path], load: Load) -> None:
    model, folder = gpt2
    want = scores_of(model, token_ids(LENGTH))
    ours = load(folder, precision)
    got = ours.logits(ours.forward(ours.new_cache(), token_ids(LENGTH)))
    assert float((got - want).square().mean().sqrt()) < error * float(want.std())
    assert ours.bytes < 4 * ours.parameters


@pytest.mark.skipif(not kernel_name(), reason="torch has no packed kernel for this CPU")
def test_four_bits_are_much_smaller_and_not_far(gpt2: tuple[Any, Path], load: Load) -> None:
    model, folder = gpt2
    want = scores_of(model, token_ids(LENGTH))
    ours = load(folder, "packed4")
    got = ours.logits(ours.forward(ours.new_cache(), token_ids(LENGTH)))
    assert float((got - want).square().mean().sqrt()) < 0.3 * float(want.std())
    assert ours.precision == "packed4"
    assert ours.bytes < load(folder, "packed8").bytes < load(folder, "bfloat16").bytes


def test_rows_of_a_draft_are_those_of_single_steps(gpt2: tuple[Any, Path], load: Load) -> None:
    ours = load(gpt2[1])
    ids = token_ids(LENGTH)
    one, many = ours.new_cache(), ours.new_cache()
    ours.forward(one, ids[:30])
    ours.forward(many, ids[:30])
    single = torch.cat([ours.forward(one, [token]) for token in ids[30:38]])
    torch.testing.assert_close(ours.forward(many, ids[30:38]), single, atol=1e-5, rtol=1e-5)


def test_a_stopped_pass_leaves_the_cache_as_it_was(
    gpt2: tuple[Any, Path], load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, folder = gpt2
    monkeypatch.setattr(causal, "CHUNK", 16)
    ours: HostedCausal = load(folder)
    ids = token_ids(LENGTH)
    cache = ours.new_cache()
    ours.forward(cache, ids[:10])
    for stop_at in (1, 2, 5):  # at the first layer, between two, in a later chunk
        asked = itertools.count(1)
        with pytest.raises(Stopped):
            ours.forward(cache, ids[10:], lambda asked=asked, at=stop_at: next(asked) >= at)
        assert cache.ids == ids[:10]
    got = ours.logits(ours.forward(cache, ids[10:]))
    torch.testing.assert_close(got, scores_of(model, ids)[10:], atol=1e-4, rtol=1e-4)


def test_two_conversations_do_not_mix(gpt2: tuple[Any, Path], load: Load) -> None:
    model, folder = gpt2
    ours = load(folder)
    first, second = ours.new_cache(), ours.new_cache()
    ids = token_ids(20, seed=2)
    ours.forward(first, token_ids(10))
    ours.forward(second, ids[:10])
    ours.forward(first, [5])
    got = ours.logits(ours.forward(second, ids[10:]))
    torch.testing.assert_close(got, scores_of(model, ids)[10:], atol=1e-4, rtol=1e-4)


def test_too_long_is_refused_with_figures(gpt2: tuple[Any, Path], load: Load) -> None:
    ours = load(gpt2[1])
    cache = ours.new_cache()
    ours.forward(cache, token_ids(ours.context_length - 1))
    with pytest.raises(InkhornError) as refused:
        ours.forward(cache, [3, 4])
    assert refused.value.kind == "context_overflow"
    assert refused.value.values == {"prompt_tokens": 97, "context_length": 96}
    assert cache.length == 95


def test_memory_of_a_conversation_is_told(gpt2: tuple[Any, Path], load: Load) -> None:
    ours = load(gpt2[1])
    assert ours.cache_bytes_per_token == 2 * 2 * 64 * 4  # keys and values, layers, width, float32
    cache = ours.new_cache()
    assert cache.bytes == 0
    ours.forward(cache, token_ids(30))
    assert cache.bytes >= 30 * ours.cache_bytes_per_token
