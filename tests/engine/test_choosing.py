"""Choosing among answers: the probabilities of whole answers, as reading each of them alone gives them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import pytest
import torch

from desktop_app.core.errors import InkhornError
from desktop_app.engine.choosing import choose
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.tokenizer import Vocabulary
from tests.engine.fake_causal import FakeCausal
from tests.engine.small_decoders import never, tiny_packed
from tests.engine.tiny_model import VOCABULARY

IDS = [1, 40, 41, 42, 43, 44, 45]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Decoder, Vocabulary]:
    return tiny_packed(tmp_path_factory.mktemp("tiny"))


def random_scores(ids: Sequence[int]) -> torch.Tensor:
    """Some distribution that depends on all of ``ids``."""
    seed = 0
    for token in ids:
        seed = (seed * 31 + token) % 2**31
    return 2 * torch.randn(VOCABULARY, generator=torch.Generator().manual_seed(seed))


def expected(vocabulary: Vocabulary, choices: Sequence[str]) -> list[float]:
    """By the definition: each answer alone, token by token."""
    logs = []
    for text in choices:
        ids, log = list(IDS), 0.0
        for token in vocabulary.encode(text):
            log += float(random_scores(ids).double().log_softmax(0)[token])
            ids.append(token)
        ends = random_scores(ids).double().softmax(0)[sorted(vocabulary.stop_ids)]
        logs.append(log + math.log(float(ends.sum())))
    total = sum(math.exp(log) for log in logs)
    return [math.exp(log) / total for log in logs]


@pytest.mark.parametrize(
    "choices",
    [
        ["yes", "no"],
        ["no", "none", "no one", ""],
        ["hello world", "hello", "hello", "hell", "他", "他们", "他们说"],
        ["a" * n for n in range(1, 9)],
        ["only"],
        [""],
        ["x" * 40 + "a", "x" * 40 + "b"],
    ],
)
def test_probabilities_are_those_of_the_definition(
    tiny: tuple[Decoder, Vocabulary], choices: list[str]
) -> None:
    model = FakeCausal(random_scores)
    found = choose(model, model.new_cache(), tiny[1], IDS, choices, never)
    assert [choice.text for choice in found] == choices
    assert [choice.probability for choice in found] == pytest.approx(expected(tiny[1], choices), rel=1e-9)
    assert sum(choice.probability for choice in found) == pytest.approx(1.0, abs=1e-12)


def test_beginnings_are_read_once(tiny: tuple[Decoder, Vocabulary]) -> None:
    model = FakeCausal(random_scores)
    choose(model, model.new_cache(), tiny[1], IDS, ["x" * 40 + "a", "x" * 40 + "bc", "x" * 40], never)
    assert model.passes[0] == len(IDS) - 1
    assert sum(model.passes) == len(IDS) + 40 + 1 + 2


def test_a_real_decoder_and_its_cache(tiny: tuple[Decoder, Vocabulary]) -> None:
    decoder, vocabulary = tiny
    cache = decoder.new_cache()
    choices = ["hello", "hello world", "no", "墨", "no way"]
    found = choose(decoder, cache, vocabulary, IDS, choices, never)
    assert cache.ids == IDS
    logs = []
    with torch.inference_mode():
        for text in choices:
            tokens = vocabulary.encode(text)
            fresh = decoder.new_cache()
            scores = torch.cat([decoder.logits(decoder.forward(fresh, [t])) for t in IDS + tokens])
            rows = scores.double().log_softmax(-1)[len(IDS) - 1 :]
            ends = rows[-1][sorted(vocabulary.stop_ids)].logsumexp(0)
            logs.append(sum(float(rows[n][token]) for n, token in enumerate(tokens)) + float(ends))
    total = sum(math.exp(log) for log in logs)
    assert [c.probability for c in found] == pytest.approx([math.exp(log) / total for log in logs], rel=1e-2)
    again = choose(decoder, cache, vocabulary, IDS, choices, never)
    assert [c.probability for c in again] == pytest.approx([c.probability for c in found], rel=1e-2)


def test_very_unlikely_answers_still_compare(tiny: tuple[Decoder, Vocabulary]) -> None:
    model = FakeCausal(lambda ids: 200 * random_scores(ids))
    found = choose(model, model.new_cache(), tiny[1], IDS, ["q" * 30, "z" * 30], never)
    assert sum(choice.probability for choice in found) == pytest.approx(1.0)


def test_no_choices(tiny: tuple[Decoder, Vocabulary]) -> None:
    model = FakeCausal(random_scores)
    assert choose(model, model.new_cache(), tiny[1], IDS, [], never) == ()


def test_choosing_is_stopped_and_the_cache_stays_right(tiny: tuple[Decoder, Vocabulary]) -> None:
    decoder, vocabulary = tiny
    cache, asked = decoder.new_cache(), iter([False] * 9)
    with pytest.raises(InkhornError) as caught:
        choose(decoder, cache, vocabulary, IDS, ["yes", "no"], lambda: next(asked, True))
    assert caught.value.kind == "cancelled"
    assert cache.ids == IDS[: cache.length]


def test_answers_that_do_not_fit_are_refused(tiny: tuple[Decoder, Vocabulary]) -> None:
    model = FakeCausal(random_scores, context_length=len(IDS) + 4)
    assert len(choose(model, model.new_cache(), tiny[1], IDS, ["abcd", "x"], never)) == 2
    with pytest.raises(InkhornError) as caught:
        choose(model, model.new_cache(), tiny[1], IDS, ["abcde", "x"], never)
    assert caught.value.kind == "context_overflow"


def test_scores_that_are_not_numbers_are_an_error(tiny: tuple[Decoder, Vocabulary]) -> None:
    model = FakeCausal(lambda ids: torch.full((VOCABULARY,), float("nan")))
    with pytest.raises(ArithmeticError):
        choose(model, model.new_cache(), tiny[1], IDS, ["a", "b"], never)


def test_a_vocabulary_without_an_end(tiny: tuple[Decoder, Vocabulary]) -> None:
    vocabulary = dataclasses.replace(tiny[1], stop_ids=frozenset())
    model = FakeCausal(lambda ids: torch.zeros(VOCABULARY))
    found = choose(model, model.new_cache(), vocabulary, IDS, ["a", "b"], never)
    assert [choice.probability for choice in found] == pytest.approx([0.5, 0.5])
