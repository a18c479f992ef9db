"""Documents one after another. What is done survives a pause, the end of the app and a crash; the file itself
is only read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.core.errors import InkhornError
from desktop_app.core.translation_records import DocumentJob
from desktop_app.core.translation_routes import Route, Routes
from desktop_app.store.store import Store
from desktop_app.ui.translate.document_run import DocumentRun, Tools
from desktop_app.ui.translate.interpreter import Interpreter
from desktop_app.ui.translate.memory import Remembering
from desktop_app.worker.document_work import fingerprint
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage


class DocumentQueue(QObject):
    """``changed`` with all jobs whenever one is another; ``finished`` with a job whose file is written;
    ``trouble`` with an InkhornError that belongs to no job."""

    changed = Signal(object)  # tuple[DocumentJob, ...]
    finished = Signal(object)
    trouble = Signal(object)

    def __init__(
        self,
        storage: Storage,
        interpreter: Interpreter,
        lane: Lane,
        remembering: Remembering,
        language_of: Callable[[str], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._storage, self._lane = storage, lane
        self._tools = Tools(storage, interpreter, lane, remembering, language_of, self._route_for)
        self._jobs: dict[int, DocumentJob] = {}
        self._routes: Routes | None = None  # until somebody has looked
        self._run: DocumentRun | None = None

    def start(self) -> None:
        """What was under way when the app went is taken up again."""

        def read(store: Store) -> list[DocumentJob]:
            store.jobs.interrupted()
            return store.jobs.all()

        self._storage.run(read, self._take_all, self.trouble.emit)

    def stop(self) -> None:
        """The job stays as it is in the store, and goes on at the next start."""
        self._leave()

    def use_routes(self, routes: Routes) -> None:
        self._routes = routes
        self._next()

    def jobs(self) -> tuple[DocumentJob, ...]:
        return tuple(self._jobs.values())

    # --- what the user asks for -------------------------------------------------------------------

    def add(self, files: Sequence[Path], source: str, target: str, options: dict[str, Any]) -> None:
        """Put ``files`` at the end of the queue; ``source`` "" for finding each one's language."""
        for path in files:
            self._add(path, source, target, json.dumps(options))

    def _add(self, path: Path, source: str, target: str, options: str) -> None:
        def known(digest: str) -> None:
            self._storage.run(
                lambda store: store.jobs.add(str(path), digest, source, target, options),
                self._added,
                self.trouble.emit,
            )

        def unreadable(error: InkhornError) -> None:
            """It stands in the list with its reason, as one that fails later does."""
            reason = str(error.values.get("reason", ""))

            def write(store: Store) -> DocumentJob:
                key = store.jobs.add(str(path), "", source, target, options).id
                return store.jobs.change(key, state="failed", error_kind=error.kind, error_message=reason)

            self._storage.run(write, self._added, self.trouble.emit)

        self._lane.run(lambda: fingerprint(path), known, unreadable)

    def pause(self, key: int) -> None:
        self._leave(key)
        self._change(key, self._next, state="paused")

    def resume(self, key: int) -> None:
        """Go on, or try again what failed."""
        self._change(key, self._next, state="waiting", error_kind="", error_message="")

    def remove(self, key: int) -> None:
        """Out of the list; the files stay."""
        self._leave(key)

        def gone(_: object) -> None:
            self._jobs.pop(key, None)
            self.changed.emit(self.jobs())
            self._next()

        self._storage.run(lambda store: store.jobs.delete(key), gone, self.trouble.emit)

    # --- the queue --------------------------------------------------------------------------------

    def _route_for(self, source: str, target: str) -> Route | None:
        return self._routes.best(source, target) if self._routes is not None else None

    def _take_all(self, jobs: list[DocumentJob]) -> None:
        self._jobs = {job.id: job for job in jobs}
        self.changed.emit(self.jobs())
        self._next()

    def _added(self, job: DocumentJob) -> None:
        self._put(job)
        self._next()

    def _put(self, job: DocumentJob) -> None:
        self._jobs[job.id] = job
        self.changed.emit(self.jobs())

    def _change(self, key: int, then: Callable[[], None], **changes: Any) -> None:
        def changed(job: DocumentJob) -> None:
            self._put(job)
            then()

        self._storage.run(lambda store: store.jobs.change(key, **changes), changed, self.trouble.emit)

    def _next(self) -> None:
        """Begin with the first that waits."""
        if self._run is not None or self._routes is None:
            return
        job = next((one for one in self._jobs.values() if one.state == "waiting"), None)
        if job is not None:
            self._run = self._make_run(job)
            self._run.start()

    def _make_run(self, job: DocumentJob) -> DocumentRun:
        def written(path: Path) -> None:
            self._leave(job.id)

            def done(finished: DocumentJob) -> None:
                self._put(finished)
                self.finished.emit(finished)
                self._next()

            self._storage.run(
                lambda store: store.jobs.change(job.id, state="done", written=str(path)),
                done,
                self.trouble.emit,
            )

        def failed(kind: str, message: str) -> None:
            self._leave(job.id)
            self._change(job.id, self._next, state="failed", error_kind=kind, error_message=message)

        return DocumentRun(job, self._tools, self._put, written, failed)

    def _leave(self, key: int | None = None) -> None:
        """Stop working, on this job or on any."""
        if self._run is not None and key in (None, self._run.job.id):
            self._run.stop()
            self._run = None
