"""Prompts are read in chunks of a size that the model decides, and reading can be stopped."""

from __future__ import annotations

import time

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Reply
from desktop_app.core.sampling import Sampling
from desktop_app.engine.causal import Stopped
from desktop_app.engine.generate import PromptRead, generate
from desktop_app.engine.reading import check_fits, chunk_size, read
from tests.engine.fake_causal import FakeCausal
from tests.engine.small_decoders import never, tiny_packed

IDS = [3 + n % 250 for n in range(3000)]


@pytest.mark.parametrize(
    ("device", "megabytes", "size"),
    [("cpu", 0, 512), ("cpu", 126, 512), ("cpu", 200, 256), ("cpu", 8000, 128), ("cuda:0", 8000, 1024)],
)
def test_chunks_are_as_large_as_the_model_allows(device: str, megabytes: int, size: int) -> None:
    model = FakeCausal(context_length=4000)
    model.device, model.bytes = device, megabytes << 20
    assert chunk_size(model) == size
    cache = model.new_cache()
    done = list(read(model, cache, IDS, never))
    whole, rest = divmod(3000, size)
    assert model.passes == [size] * whole + [rest]
    assert done == [min(size * (n + 1), 3000) for n in range(whole + 1)]
    assert cache.ids == IDS


def test_a_slow_moment_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same prompt is read the same way every time, so that a seed gives the same reply."""
    decoder, vocabulary = tiny_packed(tmp_path_factory.mktemp("tiny"))
    clock = time.perf_counter
    texts = []
    for slow in (False, True):
        monkeypatch.setattr(time, "perf_counter", lambda slow=slow: clock() * (1000 if slow else 1))
        sampling = Sampling(temperature=1.0, max_tokens=60, seed=1)
        cache = decoder.new_cache()
        items = list(generate(decoder, cache, vocabulary, IDS[:900], sampling, never, 0.0, look_up=False))
        texts.append((cache.ids, [item.done for item in items if isinstance(item, PromptRead)]))
    assert texts[0] == texts[1]


def test_nothing_to_read_is_no_chunk() -> None:
    model = FakeCausal()
    assert list(read(model, model.new_cache(), [], never)) == []
    assert model.passes == []


def test_stopping_leaves_the_chunks_that_were_done() -> None:
    model = FakeCausal(context_length=4000)
    cache = model.new_cache()
    with pytest.raises(Stopped):
        list(read(model, cache, IDS, lambda: sum(model.passes) >= 500))
    assert cache.length == sum(model.passes) < 3000


def test_a_reply_that_is_cancelled_while_its_prompt_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    decoder, vocabulary = tiny_packed(tmp_path_factory.mktemp("tiny"))
    cache, seen = decoder.new_cache(), []
    for item in generate(
        decoder, cache, vocabulary, IDS[:900], Sampling(max_tokens=5), lambda: bool(seen), 0.0
    ):
        seen.append(item)
    first, last = seen
    assert isinstance(first, PromptRead)
    assert isinstance(last, Reply)
    assert last.stop_reason == "cancelled"
    assert last.reply_tokens == 0
    assert cache.ids == IDS[: first.done]
    again = list(generate(decoder, cache, vocabulary, IDS[:900], Sampling(max_tokens=5), never, 0.0))
    assert isinstance(again[-1], Reply)
    assert again[-1].reused_tokens == first.done
    assert again[-1].reply_tokens > 0


def test_a_prompt_that_leaves_no_room_is_refused() -> None:
    check_fits(99, 100)
    with pytest.raises(InkhornError) as caught:
        check_fits(100, 100)
    assert caught.value.kind == "context_overflow"
    assert caught.value.values == {"prompt_tokens": 100, "context_length": 100}
