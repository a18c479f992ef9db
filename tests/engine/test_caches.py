"""Which cache a prompt gets, and which ones are let go."""

from __future__ import annotations

import pytest

from desktop_app.engine import caches
from desktop_app.engine.caches import LARGEST_DEFAULT, CachePool, shared_length
from tests.engine.fake_causal import FakeCache, FakeCausal

SYSTEM = list(range(100))


def talk(number: int, length: int) -> list[int]:
    """A conversation that begins with `SYSTEM` and then goes its own way."""
    return SYSTEM + [1000 * number + n for n in range(length - len(SYSTEM))]


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> dict[str, int | None]:
    """The free memory of the computer; None where it does not say."""
    told: dict[str, int | None] = {"free": None}
    monkeypatch.setattr(caches, "free_of", lambda device: (told["free"], None))
    return told


def pool_of(budget: int = 1 << 30) -> CachePool:
    return CachePool(FakeCausal(), budget)


def run(pool: CachePool, ids: list[int]) -> tuple[FakeCache, int]:
    """Take a cache and read what it lacks, as a reply does; and how much it had."""
    cache = pool.take(ids)
    assert isinstance(cache, FakeCache)
    had = cache.length
    assert cache.ids == ids[:had]
    cache.ids += ids[had:]
    return cache, had


def test_shared_length() -> None:
    assert shared_length([], [1]) == 0
    assert shared_length([1, 2, 3], [1, 2, 4]) == 2
    assert shared_length([1, 2], [1, 2, 4]) == 2


def test_the_next_turn_goes_on_in_the_same_cache() -> None:
    pool = pool_of()
    first, _ = run(pool, talk(1, 600))
    again, had = run(pool, talk(1, 700))
    assert again is first
    assert had == 600


def test_a_new_try_cuts_the_reply_off() -> None:
    pool = pool_of()
    first, _ = run(pool, talk(1, 500))
    first.ids += range(5000, 5400)  # the reply
    again, had = run(pool, talk(1, 500))
    assert again is first
    assert had == 500
    assert pool.bytes == 500


def test_an_edit_in_the_middle_keeps_what_comes_before() -> None:
    pool = pool_of()
    first, _ = run(pool, talk(1, 1000))
    edited = talk(1, 1000)[:600] + [7] * 200
    again, had = run(pool, edited)
    assert again is first
    assert had == 600


def test_three_conversations_each_keep_their_cache() -> None:
    pool = pool_of()
    kept = {number: run(pool, talk(number, 1000))[0] for number in (1, 2, 3)}
    for number in (1, 3, 2, 1):
        cache, had = run(pool, talk(number, 1000 + number))
        assert cache is kept[number]
        assert had >= 1000
    assert pool.bytes == 1001 + 1002 + 1003


def test_the_shared_beginning_is_copied_and_not_read_again() -> None:
    pool = pool_of()
    first, _ = run(pool, talk(1, 1000))
    second, had = run(pool, talk(2, 300))
    assert second is not first
    assert had == len(SYSTEM)
    assert first.length == 1000


def test_nothing_in_common_is_a_new_cache() -> None:
    pool = pool_of()
    first, _ = run(pool, talk(1, 300))
    second, had = run(pool, [9, 8, 7])
    assert had == 0
    assert second is not first
    assert pool.bytes == 303


def test_of_two_with_the_same_beginning_the_one_that_loses_least_is_taken() -> None:
    pool = pool_of()
    run(pool, talk(1, 1000))
    short, _ = run(pool, talk(2, 120))
    run(pool, talk(1, 1000))
    third, had = run(pool, talk(3, 400))
    assert third is short
    assert had == len(SYSTEM)


def test_a_budget_for_one_cuts_instead_of_copying() -> None:
    pool = pool_of(budget=1100)
    first, _ = run(pool, talk(1, 1000))
    second, had = run(pool, talk(2, 1000))
    assert second is first
    assert had == len(SYSTEM)
    assert pool.bytes == 1000


def test_a_cache_alone_may_be_larger_than_the_budget() -> None:
    pool = pool_of(budget=10)
    first, _ = run(pool, talk(1, 1000))
    again, had = run(pool, talk(1, 1200))
    assert again is first
    assert had == 1000


def test_the_least_recently_used_goes_first() -> None:
    pool = pool_of(budget=3000)
    kept = {number: run(pool, talk(number, 900))[0] for number in (1, 2, 3)}
    run(pool, talk(1, 900))
    run(pool, talk(4, 900))  # 2 has to go
    assert run(pool, talk(1, 900))[0] is kept[1]
    assert run(pool, talk(3, 900))[0] is kept[3]
    assert run(pool, talk(2, 900))[1] == len(SYSTEM)


def test_caches_that_have_grown_count_as_they_are() -> None:
    pool = pool_of(budget=3000)
    run(pool, talk(1, 900))
    second, _ = run(pool, talk(2, 900))
    second.ids += range(9000, 11_000)  # a long reply
    assert pool.bytes == 3800
    pool.trim()
    assert pool.bytes == 2900
    assert run(pool, talk(2, 900))[0] is second


def test_memory_that_runs_short_drops_what_is_not_in_use(memory: dict[str, int | None]) -> None:
    pool = pool_of()
    run(pool, talk(1, 900))
    run(pool, talk(2, 900))
    memory["free"] = 0
    third, had = run(pool, talk(3, 900))
    assert had == len(SYSTEM)
    assert third.length == 900
    assert pool.bytes <= 1800
    run(pool, talk(3, 2000))
    assert pool.bytes == 2000


def test_a_copy_that_fails_cuts(memory: dict[str, int | None]) -> None:
    pool = pool_of()
    first, _ = run(pool, talk(1, 1000))
    first.refuses_forks = True
    second, had = run(pool, talk(2, 300))
    assert second is first
    assert had == len(SYSTEM)


def test_the_default_is_a_share_of_what_is_free(memory: dict[str, int | None]) -> None:
    memory["free"] = 8000
    pool = CachePool(FakeCausal(), 0)
    run(pool, talk(1, 1200))
    run(pool, talk(2, 900))  # 2,000 is the budget: no copy
    assert pool.bytes == 900
    assert LARGEST_DEFAULT == 2 * 1024**3


def test_clear() -> None:
    pool = pool_of()
    run(pool, talk(1, 900))
    pool.clear()
    assert pool.bytes == 0
    assert run(pool, talk(1, 900))[1] == 0
