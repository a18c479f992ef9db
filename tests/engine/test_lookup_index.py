"""What is guessed, and when it is worth it: the index of what was read, and what passes cost."""

from __future__ import annotations

import random

import pytest

from desktop_app.engine.causal import DRAFT_ROWS
from desktop_app.engine.lookup import Drafter, NgramIndex, Payoff


def test_what_passes_cost_decides_too() -> None:
    payoff = Payoff(DRAFT_ROWS)
    for _ in range(50):
        payoff.took(1, 1.0)
        payoff.judged(20, True)
        for rows in (2, 4, 8):
            payoff.took(rows, float(rows))  # nothing is won by several at once
    assert payoff.best(4, 7) == 0
    for _ in range(50):
        payoff.took(8, 1.5)
    assert payoff.best(20, 7) == 7


def test_an_index_finds_the_latest_of_the_longest() -> None:
    index = NgramIndex([1, 2, 3, 4, 9, 2, 3, 4, 8, 7, 1, 2, 3, 4])
    assert index.match() == (4, 4)  # 1 2 3 4 and not the later 2 3 4
    assert index.follow(4, 3) == [9, 2, 3]
    index = NgramIndex([3, 4, 9, 3, 4, 8, 3, 4])
    assert index.match() == (5, 2)
    assert index.follow(5, 2) == [8, 3]
    assert NgramIndex([1, 2, 3]).match() == (0, 0)
    assert NgramIndex([]).match() == (0, 0)


def test_text_that_repeats_itself_goes_on_repeating() -> None:
    index = NgramIndex([5, 6, 7, 5, 6, 7, 5])
    position, _ = index.match()
    assert index.follow(position, 7) == [6, 7, 5, 6, 7, 5, 6]


@pytest.mark.parametrize("seed", range(5))
def test_an_index_grown_token_by_token_is_the_one_made_at_once(seed: int) -> None:
    rng = random.Random(seed)
    ids = [rng.randrange(4) for _ in range(300)]
    index = NgramIndex()
    for count, token in enumerate(ids, 1):
        index.add(token)
        assert index.match() == NgramIndex(ids[:count]).match()
        position, length = index.match()
        if position:
            assert position < count
            assert ids[position - length : position] == ids[count - length : count]


def test_a_drafter_follows_the_right_place() -> None:
    drafter = Drafter([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4], DRAFT_ROWS)
    guess = drafter.draft(7)
    assert guess == [5, 6, 7, 8, 1, 2, 3][: len(guess)]
    assert len(guess) > 0
    for token in guess:
        drafter.drawn(token)
    assert drafter.draft(1) == [[5, 6, 7, 8, 1, 2, 3, 4][len(guess)]]
    assert drafter.draft(0) == []
