"""The decoder against transformers' own Llama, and the packed forms against plain ones."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import LlamaForCausalLM

from desktop_app.core.errors import InkhornError
from desktop_app.engine.architecture import Architecture
from desktop_app.engine.causal import DRAFT_ROWS, Stopped
from desktop_app.engine.checkpoint import GgufCheckpoint
from desktop_app.engine.convert import convert
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.families.family import FAMILIES
from desktop_app.engine.families.gguf_reader import read_gguf_architecture
from desktop_app.engine.gguf import GgufFile, read_gguf
from desktop_app.engine.kv_cache import BLOCK, KVCache
from desktop_app.engine.linear import UNPACK_ROWS, Linear, apply, dense_of, kernel_name, pack
from desktop_app.engine.weights import make_decoder
from tests.engine.gguf_writer import write_gguf
from tests.engine.tiny_model import VOCABULARY, metadata, tensors, tiny_llama

IDS = torch.randint(0, VOCABULARY, (600,), generator=torch.Generator().manual_seed(3)).tolist()


def decoder_of(file: GgufFile, precision: str) -> Decoder:
    made: dict[str, torch.Tensor] = {}
    architecture = read_gguf_architecture(file)
    source = GgufCheckpoint(file, FAMILIES[architecture.family].halves_in_gguf)
    convert(source, architecture, precision, made.__setitem__, lambda done: None)
    return make_decoder(architecture, made)


def written(folder: Path, model: LlamaForCausalLM, kind: str) -> GgufFile:
    return read_gguf(write_gguf(folder / "tiny.gguf", metadata(model), tensors(model, kind)))


@torch.inference_mode()
def reference(model: LlamaForCausalLM, ids: list[int]) -> torch.Tensor:
    scores: torch.Tensor = model(torch.tensor([ids])).logits[0]
    return scores


@torch.inference_mode()
def scores_of(decoder: Decoder, ids: list[int]) -> torch.Tensor:
    return decoder.logits(decoder.forward(decoder.new_cache(), ids))


def small(layers: int, hidden: int, heads: int, head_dim: int, context: int) -> Architecture:
    """Sizes for a cache alone."""
    return Architecture(
        family="llama",
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=heads,
        head_dim=head_dim,
        feed_forward=8,
        vocabulary=8,
        context_length=context,
        norm_eps=1e-5,
        tied_head=True,
        rotary=((1.0,) * (head_dim // 2),),
        rotary_of=(0,) * layers,
        window_of=(0,) * layers,
        query_scale=1.0,
    )


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

    cache = decoder.new_cache()
    one_by_one = [decoder.logits(decoder.forward(cache, [token])) for token in IDS[:40]]
    torch.testing.assert_close(torch.cat(one_by_one), expected[:40], atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_chunks_and_single_steps_give_the_same(tmp_path: Path) -> None:
    model = tiny_llama()
    decoder = decoder_of(written(tmp_path, model, "F32"), "float32")
    cache = decoder.new_cache()
    for start in range(0, 599, 256):
        decoder.forward(cache, IDS[start : min(start + 256, 599)])
    last = decoder.logits(decoder.forward(cache, IDS[-1:]))
    torch.testing.assert_close(last, reference(model, IDS)[-1:], atol=1e-4, rtol=1e-4)
    assert cache.ids == IDS


@torch.inference_mode()
def test_a_cache_cut_back_and_continued_equals_a_fresh_one(tmp_path: Path) -> None:
    model = tiny_llama()
    decoder = decoder_of(written(tmp_path, model, "F32"), "float32")
    cache = decoder.new_cache()
    decoder.forward(cache, IDS[:300])
    other = [*IDS[:100], *reversed(IDS[:50])]
    cache.truncate(100)
    continued = decoder.logits(decoder.forward(cache, other[100:]))
    torch.testing.assert_close(continued, reference(model, other)[100:], atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_reading_stops_between_layers_and_the_cache_stays_whole(tmp_path: Path) -> None:
    """A chunk takes many seconds where the computer is slow, and the app ends what does not answer."""
    model = tiny_llama()
    decoder = decoder_of(written(tmp_path, model, "F32"), "float32")
    cache = decoder.new_cache()
    decoder.forward(cache, IDS[:256])
    asked = iter([False, True])
    with pytest.raises(Stopped):
        decoder.forward(cache, IDS[256:512], lambda: next(asked))
    assert cache.ids == IDS[:256]
    went_on = decoder.logits(decoder.forward(cache, IDS[256:]))
    torch.testing.assert_close(went_on, reference(model, IDS)[256:], atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_a_fork_goes_its_own_way(tmp_path: Path) -> None:
    model = tiny_llama()
    decoder = decoder_of(written(tmp_path, model, "F32"), "float32")
    cache = decoder.new_cache()
    decoder.forward(cache, IDS[:50])
    fork = cache.fork(20)
    other = [*IDS[:20], *reversed(IDS[:30])]
    forked = decoder.logits(decoder.forward(fork, other[20:]))
    torch.testing.assert_close(forked, reference(model, other)[20:], atol=1e-4, rtol=1e-4)
    went_on = decoder.logits(decoder.forward(cache, IDS[50:60]))
    torch.testing.assert_close(went_on, reference(model, IDS[:60])[50:], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("kind", ["Q4_1", "Q8_0"])
@torch.inference_mode()
def test_drafted_rows_are_those_of_single_steps_to_the_bit(tmp_path: Path, kind: str) -> None:
    decoder = decoder_of(written(tmp_path, tiny_llama(), kind), "packed4")
    if not kernel_name():
        assert decoder.draft_rows == 1
        return
    assert decoder.draft_rows == DRAFT_ROWS
    for start in (1, 17, 255, 511):
        cache = decoder.new_cache()
        decoder.forward(cache, IDS[:start])
        singles = []
        for token in IDS[start : start + DRAFT_ROWS]:
            singles.append(decoder.logits(decoder.forward(cache, [token])))
        for rows in range(2, DRAFT_ROWS + 1):
            cache.truncate(start)
            together = decoder.logits(decoder.forward(cache, IDS[start : start + rows]))
            assert torch.equal(together, torch.cat(singles[:rows])), (start, rows)


def test_the_cache_grows_by_blocks_and_keeps_what_it_has() -> None:
    a = small(1, 8, 1, 8, 1000)
    cache = KVCache(a)
    cache.reserve(1)
    assert cache.layers[0].shape == (2, 1, BLOCK, 8)
    cache.layers[0][:, :, :3] = 5
    cache.extend([1, 2, 3])
    cache.reserve(BLOCK + 1)
    assert (cache.layers[0][:, :, :3] == 5).all()
    assert cache.layers[0].shape[2] == 2 * BLOCK
    cache.reserve(999)
    assert cache.layers[0].shape[2] == 1024  # whole blocks, and no more of them than the context needs


def test_a_cache_larger_than_the_memory_is_refused_before_it_is_used() -> None:
    a = small(100, 8192, 64, 128, 1 << 24)
    cache = KVCache(a)
    with pytest.raises(InkhornError) as caught:
        cache.reserve(1 << 24)
    assert caught.value.kind == "memory"
    assert cache.layers[0].shape[2] == 0


@pytest.mark.parametrize("kind", ["Q4_0", "Q4_1", "Q8_0", "F16"])
@torch.inference_mode()
def test_packed_scores_are_near_the_dequantised_ones(tmp_path: Path, kind: str) -> None:
    file = written(tmp_path, tiny_llama(), kind)
    packed = "packed8" if kind == "F16" else "packed4"
    exact, fast = decoder_of(file, "float32"), decoder_of(file, packed)
    if kernel_name():
        assert all(layer.qkv.packed for layer in fast.layers)
    for count in (1, 5, UNPACK_ROWS, 200):  # the kernel's rows, and the unpacked product's
        expected, found = scores_of(exact, IDS[:count]), scores_of(fast, IDS[:count])
        # dense weights are rounded to 8 bits besides
        assert relative_error(found, expected) < (0.04 if kind == "F16" else 0.03)
    agree = scores_of(exact, IDS).argmax(-1) == scores_of(fast, IDS).argmax(-1)
    assert agree.float().mean() > (0.93 if kind == "F16" else 0.95)


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
        found = apply(x[:rows], Linear(((plane,),))).float()
        torch.testing.assert_close(found, expected[:rows], atol=0.01 * float(expected.std()) * 5, rtol=0.02)


@torch.inference_mode()
def test_parts_of_different_types_stay_apart(tmp_path: Path) -> None:
    model = tiny_llama()
    mixed = tensors(model, "Q4_1")
    mixed["blk.0.attn_v.weight"] = ("Q8_0", mixed["blk.0.attn_v.weight"][1])
    file = read_gguf(write_gguf(tmp_path / "tiny.gguf", metadata(model), mixed))
    fast = decoder_of(file, "packed4")
    assert len(fast.layers[0].qkv.parts) == (3 if kernel_name() else 1)
    expected = scores_of(decoder_of(file, "float32"), IDS[:20])
    assert relative_error(scores_of(fast, IDS[:20]), expected) < 0.03


def test_linear_and_llama3_positions(tmp_path: Path) -> None:
    model = tiny_llama()
    factors = torch.linspace(1, 8, 16).numpy()
    changes = {"llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 2.0}
    content = tensors(model) | {"rope_freqs.weight": ("F32", factors)}
    plain = read_gguf_architecture(written(tmp_path, model, "F32"))
    scaled = read_gguf_architecture(
        read_gguf(write_gguf(tmp_path / "s.gguf", metadata(model, **changes), content))
    )
    ratio = [slow / fast for slow, fast in zip(plain.rotary[0], scaled.rotary[0], strict=True)]
    assert ratio == pytest.approx((2 * factors).tolist())
