"""Drawing tokens: each cut keeps what its definition says, and a seed decides everything."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch

from desktop_app.core.sampling import Sampling
from desktop_app.engine.sampling import PENALTY_WINDOW, Sampler, candidates, penalize

PROBABILITIES = torch.tensor([0.05, 0.4, 0.15, 0.3, 0.1])
LOGITS = PROBABILITIES.log()
FREE = Sampling(temperature=1.0, top_p=1.0, repetition_penalty=1.0, seed=1)


def settings(**changes: float) -> Sampling:
    import dataclasses

    return dataclasses.replace(FREE, **changes)  # type: ignore[arg-type]


def kept(s: Sampling, logits: torch.Tensor = LOGITS) -> dict[int, float]:
    """Ids that can be drawn, with their normalised probabilities."""
    ids, weights = candidates(logits.clone(), s)
    names = range(len(weights)) if ids is None else ids.tolist()
    return dict(zip(names, (weights / weights.sum()).tolist(), strict=True))


def test_nothing_cut_is_the_models_own_distribution() -> None:
    assert list(kept(FREE).values()) == pytest.approx(PROBABILITIES.tolist(), abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"top_k": 2}, {1, 3}),
        ({"top_k": 1}, {1}),
        ({"top_k": 1000}, {0, 1, 2, 3, 4}),
        ({"top_p": 0.4}, {1}),
        ({"top_p": 0.41}, {1, 3}),
        ({"top_p": 0.8}, {1, 3, 2}),
        ({"top_p": 0.01}, {1}),
        ({"min_p": 0.26}, {1, 3, 2}),  # 0.26 · 0.4 = 0.104
        ({"min_p": 1.0}, {1}),
        ({"min_p": 0.5, "top_k": 3}, {1, 3}),
        ({"top_k": 3, "top_p": 0.5}, {1, 3}),  # of 0.85 that are left, 0.4 are not half
        ({"top_k": 3, "top_p": 0.45}, {1}),
        ({"min_p": 0.5, "top_p": 0.5}, {1, 3}),
    ],
)
def test_each_cut_keeps_what_it_says(changes: dict[str, float], expected: set[int]) -> None:
    found = kept(settings(**changes))
    assert set(found) == expected
    total = sum(PROBABILITIES[i].item() for i in expected)
    for token, probability in found.items():
        assert probability == pytest.approx(PROBABILITIES[token].item() / total, abs=1e-5)


def test_temperature_is_a_power_of_the_probabilities() -> None:
    expected = PROBABILITIES**2 / (PROBABILITIES**2).sum()
    assert list(kept(settings(temperature=0.5)).values()) == pytest.approx(expected.tolist(), abs=1e-5)


def test_top_p_over_a_flat_distribution_looks_past_its_first_try() -> None:
    found = kept(settings(top_p=0.9), torch.zeros(2000))
    assert len(found) == pytest.approx(1800, abs=1)


@pytest.mark.parametrize("changes", [{}, {"top_k": 4}, {"min_p": 0.2}, {"top_p": 0.9}, {"temperature": 1.5}])
def test_draws_follow_the_distribution(changes: dict[str, float]) -> None:
    s, draws = settings(**changes), 4000
    sampler = Sampler(s)
    counts = Counter(sampler.next(LOGITS.clone(), []) for _ in range(draws))
    expected = kept(s)
    assert set(counts) == set(expected)
    for token, probability in expected.items():
        spread = math.sqrt(probability * (1 - probability) / draws)
        assert abs(counts[token] / draws - probability) < 4.5 * spread


def test_a_seed_decides_every_draw() -> None:
    first, again = Sampler(settings(seed=7)), Sampler(settings(seed=7))
    assert [first.next(LOGITS.clone(), []) for _ in range(50)] == [
        again.next(LOGITS.clone(), []) for _ in range(50)
    ]


def test_without_a_seed_one_is_drawn_and_told() -> None:
    import dataclasses

    free = dataclasses.replace(FREE, seed=None)
    sampler = Sampler(free)
    drawn = [sampler.next(LOGITS.clone(), []) for _ in range(50)]
    again = Sampler(dataclasses.replace(FREE, seed=sampler.seed))
    assert drawn == [again.next(LOGITS.clone(), []) for _ in range(50)]
    assert len({Sampler(free).seed for _ in range(8)}) > 1


@pytest.mark.parametrize("seed", [0, -1, 2**31, 2**63, 2**70])
def test_any_whole_number_is_a_seed(seed: int) -> None:
    assert Sampler(settings(seed=seed)).next(LOGITS.clone(), []) in range(5)


def test_temperature_0_is_greedy() -> None:
    assert Sampler(settings(temperature=0)).next(LOGITS.clone(), []) == 1


def test_temperature_near_0_neither_overflows_nor_differs() -> None:
    assert {Sampler(settings(temperature=1e-30)).next(1e4 * LOGITS, []) for _ in range(20)} == {1}


def test_the_penalty_moves_scores_towards_less_likely() -> None:
    scores = torch.tensor([2.0, -2.0, 1.0])
    penalize(scores, [0, 1, 0], 2.0)
    assert scores.tolist() == [1.0, -4.0, 1.0]  # once each, whatever the count


def test_the_penalty_looks_back_over_its_window_only() -> None:
    s = settings(temperature=0, repetition_penalty=2.0)
    scores = torch.tensor([3.0, 2.0])
    assert Sampler(s).next(scores.clone(), [0]) == 1
    assert Sampler(s).next(scores.clone(), [0] + [1] * PENALTY_WINDOW) == 0


def test_scores_that_are_not_numbers_are_an_error() -> None:
    with pytest.raises(ArithmeticError):
        Sampler(FREE).next(torch.full((5,), float("nan")), [])
