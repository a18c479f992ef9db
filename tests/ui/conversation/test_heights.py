"""The Fenwick tree against plain sums."""

from __future__ import annotations

import random

from desktop_app.ui.conversation.estimate import extent_of, text_height
from desktop_app.ui.conversation.heights import Heights


def test_against_plain_sums() -> None:
    chance = random.Random(7)
    plain: list[int] = []
    tree = Heights()
    for _ in range(2_000):
        what = chance.random()
        if what < 0.4 or not plain:
            plain.append(chance.randint(1, 90))
            tree.append(plain[-1])
        elif what < 0.8:
            index = chance.randrange(len(plain))
            plain[index] = chance.randint(1, 90)
            tree.set(index, plain[index])
        elif what < 0.85:
            count = chance.randint(max(len(plain) - 5, 0), len(plain))
            del plain[count:]
            tree.truncate(count)
        index = chance.randint(0, len(plain))
        assert tree.top(index) == sum(plain[:index])
        assert tree.total == sum(plain)
        if plain:
            y = chance.randint(-5, tree.total + 5)
            expected = next((i for i in range(len(plain)) if sum(plain[: i + 1]) > y), len(plain) - 1)
            assert tree.index_at(y) == expected


def test_made_at_once_or_bit_by_bit() -> None:
    heights = list(range(1, 300))
    whole, grown = Heights(heights), Heights()
    for height in heights:
        grown.append(height)
    assert [whole.top(i) for i in range(300)] == [grown.top(i) for i in range(300)]


def test_guesses_grow_with_text_and_narrowness() -> None:
    short, long, chinese = extent_of("word " * 20), extent_of("word " * 400), extent_of("字" * 400)
    assert text_height(short, 15, 700) < text_height(long, 15, 700) < text_height(long, 15, 300)
    assert text_height(extent_of("x" * 400), 15, 700) < text_height(chinese, 15, 700)
    assert text_height(short, 15, 700) < text_height(short, 22, 700)
