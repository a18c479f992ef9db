"""The decoder against transformers' own Llama, and the packed forms against plain ones."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import LlamaForCausalLM

from desktop_app.core.errors import InkhornError
from desktop_app.engine.architecture import Architecture, read_architecture
from desktop_app.engine.convert import Precision, convert
from desktop_app.engine.decoder import PREFILL_CHUNK, Decoder, forward, logits, prefill
from desktop_app.engine.gguf import GgufFile, read_gguf
from desktop_app.engine.kv_cache import BLOCK, KVCache
from desktop_app.engine.linear import UNPACK_ROWS, Dense, apply, dense_of, kernel_name, pack
from desktop_app.engine.weights import make_decoder
from tests.engine.gguf_writer import write_gguf
from tests.engine.tiny_model import VOCABULARY, metadata, tensors, tiny_llama

IDS = torch.randint(0, VOCABULARY, (600,), generator=torch.Generator().manual_seed(3)).tolist()


def decoder_of(file: GgufFile, precision: Precision) -> Decoder:
    made: dict[str, torch.Tensor] = {}
    architecture = read_architecture(file)
    convert(file, architecture, precision, made.__setitem__, lambda done: None)
    return make_decoder(architecture, made)


def written(folder: Path, model: LlamaForCausalLM, kind: str) -> GgufFile:
    return read_gguf(write_gguf(folder / "tiny.gguf", metadata(model), tensors(model, kind)))


@torch.inference_mode()
def reference(model: LlamaForCausalLM, ids: list[int]) -> torch.Tensor:
    scores: torch.Tensor = model(torch.tensor([ids])).logits[0]
    return scores


@torch.inference_mode()
def scores_of(decoder: Decoder, ids: list[int]) -> torch.Tensor:
    return logits(decoder, forward(decoder, KVCache(decoder.architecture), ids))


def relative_error(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Root mean square of the difference over that of the scores: three layers of products of bfloat16
    (8 bits) stay below 3 %. The rounding to 4 bits is in both."""
    return float((found - expected).norm() / expected.norm())


@pytest.mark.parametrize(("tied", "kv_heads"), [(False, 2), (True, 4), (False, 1)])
@torch.inference_mode()
def test_logits_equal_transformers_in_float32(tmp_path: Path, tied: bool, kv_heads: int) -> None:
    model = tiny_llama(tied=tied, kv_heads=kv_heads)
    decoder = decoder_of(written(tmp_path, model, "F32"), "float32")
    expected = reference(model, IDS)
    torch.testing.assert_close(scores_of(decoder, IDS), expected, atol=1e-4, rtol=1e-4)

    cache = KVCache(decoder.architecture)
    one_by_one = [logits(decoder, forward(decoder, cache, [token])) for token in IDS[:40]]
    torch.testing.assert_close(torch.cat(one_by_one), expected[:40], atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_chunks_and_single_steps_give_the_same(tmp_path: Path) -> None:
    model = tiny_llama()
    decoder = decoder_of(written(tmp_path, model, "F32"), "float32")
    cache = KVCache(decoder.architecture)
    done = list(prefill(decoder, cache, IDS[:-1], lambda: False))
    assert done == [PREFILL_CHUNK, 2 * PREFILL_CHUNK, len(IDS) - 1]
    last = logits(decoder, forward(decoder, cache, IDS[-1:]))
    torch.testing.assert_close(last, reference(model, IDS)[-1:], atol=1e-4, rtol=1e-4)
    assert cache.ids == IDS


@torch.inference_mode()
def test_a_cache_cut_back_and_continued_equals_a_fresh_one(tmp_path: Path) -> None:
    model = tiny_llama()
    decoder = decoder_of(written(tmp_path, model, "F32"), "float32")
    cache = KVCache(decoder.architecture)
    forward(decoder, cache, IDS[:300])
    other = [*IDS[:100], *reversed(IDS[:50])]
    assert cache.keep_common(other) == 100
    continued = logits(decoder, forward(decoder, cache, other[100:]))
    torch.testing.assert_close(continued, reference(model, other)[100:], atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_prefill_stops_within_a_chunk_and_the_cache_stays_whole(tmp_path: Path) -> None:
    """A chunk takes many seconds where the computer is slow, and the app ends what does not answer."""
    model = tiny_llama()
    decoder = decoder_of(written(tmp_path, model, "F32"), "float32")
    cache = KVCache(decoder.architecture)
    asked = iter([False] * (len(decoder.layers) + 1) + [True])
    assert list(prefill(decoder, cache, IDS, lambda: next(asked))) == [PREFILL_CHUNK]
    assert cache.ids == IDS[:PREFILL_CHUNK]
    went_on = logits(decoder, forward(decoder, cache, IDS[PREFILL_CHUNK:]))
    torch.testing.assert_close(went_on, reference(model, IDS)[PREFILL_CHUNK:], atol=1e-4, rtol=1e-4)


def test_the_cache_grows_by_blocks_and_keeps_what_it_has() -> None:
    a = Architecture("llama", 1, 8, 1, 1, 8, 8, 8, 1000, 1e-5, (1.0,) * 4, True)
    cache = KVCache(a)
    cache.reserve(1)
    assert cache.layers[0].shape == (2, 1, BLOCK, 8)
    cache.layers[0][:, :, :3] = 5
    cache.extend([1, 2, 3])
    cache.reserve(BLOCK + 1)
    assert (cache.layers[0][:, :, :3] == 5).all()
    assert cache.layers[0].shape[2] == 2 * BLOCK
    cache.reserve(999)
    assert cache.layers[0].shape[2] == 1000  # never more than the context


def test_a_cache_larger_than_the_memory_is_refused_before_it_is_used() -> None:
    a = Architecture("llama", 100, 8192, 64, 64, 128, 8, 8, 1 << 24, 1e-5, (1.0,) * 64, True)
    cache = KVCache(a)
    with pytest.raises(InkhornError) as caught:
        cache.reserve(1 << 24)
    assert caught.value.kind == "memory"
    assert cache.layers[0].shape[2] == 0


@pytest.mark.parametrize("kind", ["Q4_0", "Q4_1", "Q8_0", "F16"])
@torch.inference_mode()
def test_packed_scores_are_near_the_dequantised_ones(tmp_path: Path, kind: str) -> None:
    file = written(tmp_path, tiny_llama(), kind)
    exact, fast = decoder_of(file, "float32"), decoder_of(file, "packed")
    if kernel_name() and kind != "F16":
        assert not any(isinstance(part, Dense) for layer in fast.layers for part in layer.qkv)
    for count in (1, 5, UNPACK_ROWS, 200):  # the kernel's rows, and the unpacked product's
        expected, found = scores_of(exact, IDS[:count]), scores_of(fast, IDS[:count])
        assert relative_error(found, expected) < 0.03
    agree = scores_of(exact, IDS).argmax(-1) == scores_of(fast, IDS).argmax(-1)
    assert agree.float().mean() > 0.95


@torch.inference_mode()
def test_both_ways_through_a_packed_layer_agree_with_the_plain_matrix() -> None:
    torch.manual_seed(0)
    values = torch.randint(0, 16, (192, 96))
    scale, zero = torch.rand(192, 3).bfloat16().float(), torch.randn(192, 3).bfloat16().float()
    plane = pack(values, scale, zero)
    plain = ((values - 8).view(192, 3, 32) * scale[..., None] + zero[..., None]).view(192, 96)
    torch.testing.assert_close(dense_of(plane), plain, atol=0.05, rtol=0.01)
    x = torch.randn(UNPACK_ROWS, 96).bfloat16().float()
    expected = x @ plain.T
    for rows in (1, 3, UNPACK_ROWS):
        found = apply(x[:rows], ((plane,),))
        torch.testing.assert_close(found, expected[:rows], atol=0.01 * float(expected.std()) * 5, rtol=0.02)


@torch.inference_mode()
def test_parts_of_different_types_stay_apart(tmp_path: Path) -> None:
    model = tiny_llama()
    mixed = tensors(model, "Q4_1")
    mixed["blk.0.attn_v.weight"] = ("F16", mixed["blk.0.attn_v.weight"][1])
    file = read_gguf(write_gguf(tmp_path / "tiny.gguf", metadata(model), mixed))
    fast = decoder_of(file, "packed")
    assert len(fast.layers[0].qkv) == (3 if kernel_name() else 1)
    expected = scores_of(decoder_of(file, "float32"), IDS[:20])
    assert relative_error(scores_of(fast, IDS[:20]), expected) < 0.03


def test_linear_and_llama3_positions(tmp_path: Path) -> None:
    model = tiny_llama()
    factors = torch.linspace(1, 8, 16).numpy()
    changes = {"llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 2.0}
    content = tensors(model) | {"rope_freqs.weight": ("F32", factors)}
    plain = read_architecture(written(tmp_path, model, "F32"))
    scaled = read_architecture(
        read_gguf(write_gguf(tmp_path / "s.gguf", metadata(model, **changes), content))
    )
    ratio = [slow / fast for slow, fast in zip(plain.frequencies, scaled.frequencies, strict=True)]
    assert ratio == pytest.approx((2 * factors).tolist())
