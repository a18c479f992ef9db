"""Prompts are read in chunks of a size that the machine decides, and reading can be stopped."""

from __future__ import annotations

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Reply
from desktop_app.core.sampling import Sampling
from desktop_app.engine import reading
from desktop_app.engine.causal import Stopped
from desktop_app.engine.generate import PromptRead, generate
from desktop_app.engine.reading import FIRST, LARGEST, SMALLEST, check_fits, next_size, read
from tests.engine.fake_causal import FakeCausal
from tests.engine.small_decoders import never, tiny_packed

IDS = [3 + n % 250 for n in range(3000)]


class Clock:
    """Each token takes ``seconds``."""

    def __init__(self, model: FakeCausal, seconds: float) -> None:
        self._model, self._seconds = model, seconds

    def perf_counter(self) -> float:
        return sum(self._model.passes) * self._seconds


@pytest.mark.parametrize(
    ("seconds", "sizes"),
    [
        (0.2 / 256, [256] * 11 + [184]),
        (0.01 / 256, [256, 512, 1024, 1024, 184]),
        (2.0 / 256, [256, 128] + [64] * 40 + [56]),
    ],
)
def test_chunks_are_as_large_as_the_time_allows(
    monkeypatch: pytest.MonkeyPatch, seconds: float, sizes: list[int]
) -> None:
    model = FakeCausal(context_length=4000)
    monkeypatch.setattr(reading, "time", Clock(model, seconds))
    cache = model.new_cache()
    done = list(read(model, cache, IDS, never))
    assert model.passes[: len(sizes)] == sizes[: len(model.passes)]
    assert sum(model.passes) == done[-1] == 3000
    assert cache.ids == IDS


def test_sizes_stay_within_their_bounds() -> None:
    assert next_size(LARGEST, 0.0) == LARGEST
    assert next_size(SMALLEST, 100.0) == SMALLEST
    assert next_size(FIRST, 0.2) == FIRST


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
