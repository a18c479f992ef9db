"""Documents that are being translated: which, how, and what of them is done.

Every segment is stored as it is ready. After a crash the job goes on with the first that is missing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from desktop_app.core.translation_records import DocumentJob, JobSegment, JobState
from desktop_app.store.database import Database

_QUERY = (
    "SELECT j.id, j.created, j.updated, j.state, j.path, j.sha256, j.source, j.target, j.model,"
    " j.options_json, j.segments, j.error_kind, j.error_message, j.written,"
    " (SELECT count(*) FROM document_segments s WHERE s.job_id = j.id),"
    " (SELECT count(*) FROM document_segments s WHERE s.job_id = j.id AND s.problem <> '')"
    " FROM document_jobs j"
)
_CHANGEABLE = frozenset({"state", "segments", "model", "source", "error_kind", "error_message", "written"})


class DocumentJobs:
    """Belongs to a `Store`, and fails as it does; a job that is not there is a LookupError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, path: str, sha256: str, source: str, target: str, options_json: str = "{}") -> DocumentJob:
        """At the end of the queue."""
        now = time.time()
        with self._db.transaction():
            key = self._db.run(
                "INSERT INTO document_jobs (created, updated, state, path, sha256, source, target, model,"
                " options_json, segments, error_kind, error_message, written)"
                " VALUES (?, ?, 'waiting', ?, ?, ?, ?, '', ?, 0, '', '', '')",
                (now, now, path, sha256, source, target, options_json),
            ).lastrowid
        return self.get(int(key or 0))

    def get(self, key: int) -> DocumentJob:
        row = self._db.one(f"{_QUERY} WHERE j.id = ?", (key,))
        if row is None:
            raise LookupError(f"no document job {key}")
        return DocumentJob(*row)

    def all(self) -> list[DocumentJob]:
        """In the order of the queue."""
        return [DocumentJob(*row) for row in self._db.all(f"{_QUERY} ORDER BY j.id")]

    def interrupted(self) -> list[DocumentJob]:
        """To call at start: jobs that were running when the app went wait again, and are returned."""
        keys = [key for (key,) in self._db.all("SELECT id FROM document_jobs WHERE state = 'running'")]
        if keys:
            with self._db.transaction():
                self._db.run("UPDATE document_jobs SET state = 'waiting' WHERE state = 'running'")
        return [self.get(key) for key in keys]

    def change(self, key: int, **changes: Any) -> DocumentJob:
        """``state``, ``segments``, ``model``, ``source``, ``error_kind``, ``error_message``, ``written``."""
        if unknown := set(changes) - _CHANGEABLE:
            raise ValueError(f"not to be changed: {unknown}")
        sets = ", ".join(f"{name} = ?" for name in changes)
        with self._db.transaction():
            changed = self._db.run(
                f"UPDATE document_jobs SET updated = ?, {sets} WHERE id = ?",
                (time.time(), *changes.values(), key),
            ).rowcount
        if not changed:
            raise LookupError(f"no document job {key}")
        return self.get(key)

    def set_state(self, key: int, state: JobState) -> DocumentJob:
        return self.change(key, state=state)

    def put_segments(self, key: int, segments: Iterable[JobSegment]) -> DocumentJob:
        """All of them reach the disk together; one that is there already is replaced."""
        with self._db.transaction():
            for one in segments:
                self._db.run(
                    "INSERT INTO document_segments (job_id, key, problem, marks_json, text)"
                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT (job_id, key) DO UPDATE SET"
                    " problem = excluded.problem, marks_json = excluded.marks_json, text = excluded.text",
                    (key, one.key, one.problem, one.marks_json, one.text),
                )
        return self.get(key)

    def segments(self, key: int) -> list[JobSegment]:
        rows = self._db.all(
            "SELECT key, problem, marks_json, text FROM document_segments WHERE job_id = ? ORDER BY key",
            (key,),
        )
        return [JobSegment(*row) for row in rows]

    def delete(self, key: int) -> None:
        """With its segments. The files stay."""
        with self._db.transaction():
            self._db.run("DELETE FROM document_jobs WHERE id = ?", (key,))
