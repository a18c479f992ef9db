"""Jobs of documents: what is done stays done, whatever happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.core.translation_records import JobSegment
from desktop_app.store.store import Store, open_store


def test_a_job_goes_on_where_the_crash_was(store: Store, path: Path) -> None:
    job = store.jobs.add("/a/report.docx", "ab" * 32, "en", "pt", '{"bilingual": true}')
    store.jobs.change(job.id, state="running", segments=3, model="Firefox")
    store.jobs.put_segments(job.id, [JobSegment(0, "", "[]", "Um"), JobSegment(1, "loop", "[]", "Two")])
    other, _ = open_store(path)  # as after a crash: nothing was closed
    (again,) = other.jobs.interrupted()
    assert (again.state, again.segments, again.done, again.problems) == ("waiting", 3, 2, 1)
    assert other.jobs.segments(job.id) == [JobSegment(0, "", "[]", "Um"), JobSegment(1, "loop", "[]", "Two")]
    assert other.jobs.interrupted() == []
    other.close()


def test_a_segment_that_comes_again_replaces_the_first(store: Store) -> None:
    job = store.jobs.add("/a.txt", "", "en", "pt")
    store.jobs.put_segments(job.id, [JobSegment(5, "loop", "[]", "x")])
    assert store.jobs.put_segments(job.id, [JobSegment(5, "", "[]", "y")]).problems == 0
    assert store.jobs.segments(job.id) == [JobSegment(5, "", "[]", "y")]


def test_the_queue_keeps_its_order_and_loses_what_is_deleted(store: Store) -> None:
    keys = [store.jobs.add(f"/{number}.txt", "", "en", "pt").id for number in range(3)]
    store.jobs.put_segments(keys[1], [JobSegment(0, "", "[]", "x")])
    store.jobs.set_state(keys[0], "done")
    store.jobs.delete(keys[1])
    assert [job.id for job in store.jobs.all()] == [keys[0], keys[2]]
    assert store.jobs.segments(keys[1]) == []


def test_mistakes_are_told(store: Store) -> None:
    with pytest.raises(LookupError):
        store.jobs.get(99)
    with pytest.raises(LookupError):
        store.jobs.set_state(99, "done")
    with pytest.raises(ValueError, match="path"):
        store.jobs.change(1, path="/other")
