"""Documents one after another: opened, translated a piece at a time, every piece stored, written at the end.

What is done survives a pause, the end of the app and a crash; the file itself is only read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Failed
from desktop_app.core.translation import Term, TranslateOptions, Translation
from desktop_app.core.translation_records import DocumentJob, JobSegment
from desktop_app.core.translation_routes import Route, Routes
from desktop_app.documents.document import Document
from desktop_app.documents.opening import open_document
from desktop_app.translation.glossary_files import read_glossary
from desktop_app.ui.translate.interpreter import Interpreter
from desktop_app.ui.translate.memory import Remembering, likely_terms
from desktop_app.worker.document_work import Chunk, chunks, fingerprint, rendered, renderings, target_path
from desktop_app.worker.lane import Lane
from desktop_app.worker.queue import Priority
from desktop_app.worker.storage import Storage


@dataclass(slots=True)
class _Running:
    """The one job that is worked on. ``known`` are sentences that were translated already: headers and cells
    say the same many times."""

    job: DocumentJob
    route: Route
    document: Document | None = None
    left: list[Chunk] = field(default_factory=list)
    known: dict[str, Translation] = field(default_factory=dict)
    terms: tuple[Term, ...] = ()
    handle: tuple[int, int] | None = None
    stopped: bool = False


class DocumentQueue(QObject):
    """``changed`` with all jobs whenever one is another; ``finished`` with a job whose file is written."""

    changed = Signal(object)  # tuple[DocumentJob, ...]
    finished = Signal(object)
    trouble = Signal(object)  # InkhornError that belongs to no job

    def __init__(
        self,
        storage: Storage,
        interpreter: Interpreter,
        lane: Lane,
        remembering: Remembering,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._storage, self._interpreter, self._lane = storage, interpreter, lane
        self._remembering = remembering
        self._jobs: dict[int, DocumentJob] = {}
        self._routes = Routes()
        self._running: _Running | None = None

    def start(self) -> None:
        """What was under way when the app went is taken up again."""

        def read(store: Any) -> list[DocumentJob]:
            store.jobs.interrupted()
            return list(store.jobs.all())

        self._storage.run(read, self._take_all, self.trouble.emit)

    def stop(self) -> None:
        """The job stays as it is in the store, and goes on at the next start."""
        if self._running is not None:
            self._running.stopped = True

    def use_routes(self, routes: Routes) -> None:
        self._routes = routes
        self._next()

    def jobs(self) -> tuple[DocumentJob, ...]:
        return tuple(self._jobs.values())

    # --- what the user asks for -------------------------------------------------------------------

    def add(self, files: Sequence[Path], source: str, target: str, options: dict[str, Any]) -> None:
        """Put ``files`` at the end of the queue; ``source`` "" for finding each one's language."""
        for path in files:
            self._lane.run(
                lambda path=path: fingerprint(path),
                lambda digest, path=path: self._add(path, digest, source, target, options),
                lambda error, path=path: self._refuse(path, source, target, error),
            )

    def _add(self, path: Path, digest: str, source: str, target: str, options: dict[str, Any]) -> None:
        text = json.dumps(options)
        self._storage.run(
            lambda store: store.jobs.add(str(path), digest, source, target, text),
            self._added,
            self.trouble.emit,
        )

    def _refuse(self, path: Path, source: str, target: str, error: InkhornError) -> None:
        """It stands in the list with its reason, as one that fails later does."""

        def write(store: Any) -> DocumentJob:
            job = store.jobs.add(str(path), "", source, target)
            return store.jobs.change(  # type: ignore[no-any-return]
                job.id,
                state="failed",
                error_kind=error.kind,
                error_message=str(error.values.get("reason", error.message)),
            )

        self._storage.run(write, self._added, self.trouble.emit)

    def pause(self, key: int) -> None:
        running = self._running
        if running is not None and running.job.id == key:
            running.stopped = True
            if running.handle is not None:
                self._interpreter.cancel(running.handle)
            self._running = None
        self._change(key, then=self._next, state="paused")

    def resume(self, key: int) -> None:
        self._change(key, then=self._next, state="waiting", error_kind="", error_message="")

    def remove(self, key: int) -> None:
        """Out of the list; the files stay."""
        running = self._running
        if running is not None and running.job.id == key:
            running.stopped = True
            if running.handle is not None:
                self._interpreter.cancel(running.handle)
            self._running = None

        def gone(_: object) -> None:
            self._jobs.pop(key, None)
            self.changed.emit(self.jobs())
            self._next()

        self._storage.run(lambda store: store.jobs.delete(key), gone, self.trouble.emit)

    # --- the queue --------------------------------------------------------------------------------

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

    def _change(self, key: int, then: Callable[[], None] | None = None, **changes: Any) -> None:
        def changed(job: DocumentJob) -> None:
            self._put(job)
            if then is not None:
                then()

        self._storage.run(lambda store: store.jobs.change(key, **changes), changed, self.trouble.emit)

    @Slot()
    def _next(self) -> None:
        """Begin with the first that waits and can be gone on with."""
        if self._running is not None:
            return
        for job in self._jobs.values():
            if job.state != "waiting":
                continue
            if not job.source:
                self._begin(_Running(job, Route("", job.target, ())))
                return
            route = self._routes.best(job.source, job.target)
            if route is not None:
                self._begin(_Running(job, route))
                return

    def _begin(self, running: _Running) -> None:
        self._running = running
        path = Path(running.job.path)

        def open_it() -> Document:
            if fingerprint(path) != running.job.sha256:
                raise InkhornError("bad_file", f"{path.name} has changed since.", reason="changed")
            return open_document(path)

        self._lane.run(
            open_it,
            lambda document: self._opened(running, document),
            lambda error: self._fail(running, error.kind, _reason(error)),
        )

    def _opened(self, running: _Running, document: Document) -> None:
        if running.stopped:
            return
        running.document = document
        job = running.job
        if not job.source:
            found = self._remembering.find(" ".join(one.text for one in document.segments[:200])[:4000])
            route = self._routes.best(found, job.target)
            if not found or found == job.target or route is None:
                self._fail(running, "no_model", "same" if found == job.target else "direction")
                return
            running.route = route
        route, key, count = running.route, job.id, len(document.segments)

        def note(store: Any) -> tuple[DocumentJob, list[JobSegment]]:
            changed = store.jobs.change(
                key, state="running", segments=count, model=route.key, source=route.source
            )
            return changed, store.jobs.segments(key)

        def noted(found: tuple[DocumentJob, list[JobSegment]]) -> None:
            if running.stopped:
                return
            running.job, done = found
            self._put(running.job)
            running.left = chunks(document.segments, (one.key for one in done), route.source)
            self._read_terms(running)

        self._storage.run(note, noted, lambda error: self._fail(running, error.kind, error.message))

    def _read_terms(self, running: _Running) -> None:
        path = str(_held(running.job).get("glossary", ""))
        if not path:
            self._go_on(running)
            return

        def take(terms: tuple[Term, ...]) -> None:
            running.terms = terms
            self._go_on(running)

        source, target = running.route.source, running.route.target
        self._lane.run(
            lambda: read_glossary(Path(path), source, target), take, lambda error: self._go_on(running)
        )

    def _go_on(self, running: _Running) -> None:
        if running.stopped:
            return
        if not running.left:
            self._write(running)
            return
        chunk = running.left.pop(0)
        wanted = [sentence for sentence in chunk.sentences if sentence not in running.known]
        route = running.route

        def remembered(found: dict[str, str]) -> None:
            if running.stopped:
                return
            running.known |= {sentence: Translation(text) for sentence, text in found.items()}
            asked = [sentence for sentence in wanted if sentence not in running.known]
            if not asked:
                self._keep(running, chunk)
                return
            running.handle = self._interpreter.ask(
                route,
                asked,
                replace(_options(running.job), terms=likely_terms(running.terms, asked)),
                lambda index, result: None,
                lambda results: self._translated(running, chunk, asked, results),
                lambda failure: self._broke(running, failure),
                Priority.LIST,
            )

        self._remembering.look_up(route.source, route.target, wanted, remembered)

    def _translated(
        self, running: _Running, chunk: Chunk, asked: Sequence[str], results: Sequence[Translation]
    ) -> None:
        running.handle = None
        running.known |= dict(zip(asked, results, strict=True))
        if not running.stopped:
            self._keep(running, chunk)

    def _keep(self, running: _Running, chunk: Chunk) -> None:
        route, key = running.route, running.job.id
        made = rendered(chunk, running.known, route.source, route.target)

        def kept(job: DocumentJob) -> None:
            running.job = job
            if not running.stopped:
                self._put(job)
                self._go_on(running)

        self._storage.run(
            lambda store: store.jobs.put_segments(key, made),
            kept,
            lambda error: self._fail(running, error.kind, error.message),
        )

    def _write(self, running: _Running) -> None:
        job, document = running.job, running.document
        assert document is not None

        def write(segments: list[JobSegment]) -> None:
            bilingual = bool(_held(job).get("bilingual"))
            path = target_path(Path(job.path), job.target, bilingual)

            def do() -> Path:
                document.write(renderings(segments), path, bilingual, job.target)
                return path

            self._lane.run(
                do,
                lambda written: self._done(running, written),
                lambda error: self._fail(running, error.kind, _reason(error)),
            )

        self._storage.run(
            lambda store: store.jobs.segments(job.id),
            write,
            lambda error: self._fail(running, error.kind, error.message),
        )

    def _done(self, running: _Running, written: Path) -> None:
        self._leave(running)

        def done(job: DocumentJob) -> None:
            self._put(job)
            self.finished.emit(job)
            self._next()

        self._storage.run(
            lambda store: store.jobs.change(running.job.id, state="done", written=str(written)),
            done,
            self.trouble.emit,
        )

    def _broke(self, running: _Running, failure: Failed) -> None:
        running.handle = None
        if not running.stopped:
            self._fail(running, failure.kind, failure.message)

    def _fail(self, running: _Running, kind: str, message: str) -> None:
        if running.stopped:
            return
        self._leave(running)
        self._change(running.job.id, self._next, state="failed", error_kind=kind, error_message=message)

    def _leave(self, running: _Running) -> None:
        running.stopped = True
        if self._running is running:
            self._running = None


def _reason(error: InkhornError) -> str:
    """Of a bad file what is the matter with it, as a fixed key."""
    return str(error.values.get("reason", error.message))


def _held(job: DocumentJob) -> dict[str, Any]:
    held = json.loads(job.options_json)
    return held if isinstance(held, dict) else {}


def _options(job: DocumentJob) -> TranslateOptions:
    held = _held(job)
    return TranslateOptions(script=str(held.get("script", "")), address=str(held.get("address", "")))
