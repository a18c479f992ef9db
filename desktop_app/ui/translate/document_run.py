"""One document on its way: opened, translated a piece at a time, every piece stored, written at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Failed
from desktop_app.core.translation import Term, TranslateOptions, Translation
from desktop_app.core.translation_records import DocumentJob, JobSegment
from desktop_app.core.translation_routes import Route
from desktop_app.documents.document import Document
from desktop_app.documents.opening import open_document
from desktop_app.store.store import Store
from desktop_app.ui.translate.interpreter import Interpreter
from desktop_app.ui.translate.memory import Remembering, likely_terms
from desktop_app.worker.document_work import Chunk, chunks, fingerprint, rendered, renderings, target_path
from desktop_app.worker.lane import Lane
from desktop_app.worker.queue import Priority
from desktop_app.worker.storage import Storage


@dataclass(frozen=True, slots=True)
class Tools:
    """What every document is worked on with. ``language_of`` finds a text's language, ``route_for`` the way
    between two."""

    storage: Storage
    interpreter: Interpreter
    lane: Lane
    remembering: Remembering
    language_of: Callable[[str], str]
    route_for: Callable[[str, str], Route | None]


class DocumentRun:
    """``changed`` with the job whenever it is another; at the end exactly one of ``written`` with the file
    and ``failed`` with a kind of error and its reason (a fixed key, or ""), unless it was stopped."""

    def __init__(
        self,
        job: DocumentJob,
        tools: Tools,
        changed: Callable[[DocumentJob], None],
        written: Callable[[Path], None],
        failed: Callable[[str, str], None],
    ) -> None:
        self.job = job
        self._tools, self._changed, self._written, self._failed = tools, changed, written, failed
        self._route: Route | None = None
        self._document: Document | None = None
        self._left: list[Chunk] = []
        self._known: dict[str, Translation] = {}  # headers and cells say the same many times
        self._terms: tuple[Term, ...] = ()
        self._handle: tuple[int, int] | None = None
        self._stopped = False

    def start(self) -> None:
        path = Path(self.job.path)

        def open_it() -> Document:
            if fingerprint(path) != self.job.sha256:
                raise InkhornError("bad_file", f"{path.name} has changed since.", reason="changed")
            return open_document(path)

        self._tools.lane.run(open_it, self._opened, self._error)

    def stop(self) -> None:
        """What is stored stays; nothing more is told."""
        self._stopped = True
        if self._handle is not None:
            self._tools.interpreter.cancel(self._handle)

    # --- one step after another -------------------------------------------------------------------

    def _opened(self, document: Document) -> None:
        if self._stopped:
            return
        self._document = document
        job = self.job
        source = job.source or self._tools.language_of(" ".join(one.text for one in document.segments[:200]))
        route = self._tools.route_for(source, job.target)
        if route is None:
            self._fail("no_model", "same" if source == job.target else "direction")
            return
        self._route = route
        count = len(document.segments)

        def note(store: Store) -> tuple[DocumentJob, list[JobSegment]]:
            changed = store.jobs.change(
                job.id, state="running", segments=count, model=route.key, source=route.source
            )
            return changed, store.jobs.segments(job.id)

        def noted(found: tuple[DocumentJob, list[JobSegment]]) -> None:
            if self._stopped:
                return
            self.job, done = found
            self._changed(self.job)
            self._left = chunks(document.segments, (one.key for one in done), route.source)
            self._read_terms(route)

        self._tools.storage.run(note, noted, self._error)

    def _read_terms(self, route: Route) -> None:
        def take(terms: tuple[Term, ...]) -> None:
            self._terms = terms
            self._go_on()

        self._tools.storage.run(
            lambda store: store.glossaries.terms(route.source, route.target), take, lambda _: self._go_on()
        )

    def _go_on(self) -> None:
        route = self._route
        if self._stopped or route is None:
            return
        if not self._left:
            self._write()
            return
        chunk = self._left.pop(0)
        wanted = [sentence for sentence in chunk.sentences if sentence not in self._known]

        def remembered(found: dict[str, str]) -> None:
            if self._stopped:
                return
            self._known |= {sentence: Translation(text) for sentence, text in found.items()}
            asked = [sentence for sentence in wanted if sentence not in self._known]
            if asked:
                self._ask(route, chunk, asked)
            else:
                self._keep(route, chunk)

        self._tools.remembering.look_up(route.source, route.target, wanted, remembered)

    def _ask(self, route: Route, chunk: Chunk, asked: Sequence[str]) -> None:
        def done(results: Sequence[Translation]) -> None:
            self._handle = None
            self._known |= dict(zip(asked, results, strict=True))
            if not self._stopped:
                self._keep(route, chunk)

        def failed(failure: Failed) -> None:
            self._handle = None
            if not self._stopped:
                self._fail(failure.kind, str(failure.values.get("reason", "")))

        options = replace(_options(self.job), terms=likely_terms(self._terms, asked))
        self._handle = self._tools.interpreter.ask(
            route, asked, options, lambda index, result: None, done, failed, Priority.LIST
        )

    def _keep(self, route: Route, chunk: Chunk) -> None:
        made = rendered(chunk, self._known, route.source, route.target)

        def kept(job: DocumentJob) -> None:
            self.job = job
            if not self._stopped:
                self._changed(job)
                self._go_on()

        key = self.job.id
        self._tools.storage.run(lambda store: store.jobs.put_segments(key, made), kept, self._error)

    def _write(self) -> None:
        job, document = self.job, self._document
        assert document is not None
        bilingual = bool(_held(job).get("bilingual"))

        def write(segments: list[JobSegment]) -> None:
            def do() -> Path:
                path = target_path(Path(job.path), job.target, bilingual)
                document.write(renderings(segments), path, bilingual, job.target)
                return path

            self._tools.lane.run(do, self._done, self._error)

        self._tools.storage.run(lambda store: store.jobs.segments(job.id), write, self._error)

    def _done(self, path: Path) -> None:
        if not self._stopped:
            self._stopped = True
            self._written(path)

    def _error(self, error: InkhornError) -> None:
        self._fail(error.kind, str(error.values.get("reason", "")))

    def _fail(self, kind: str, message: str) -> None:
        if not self._stopped:
            self._stopped = True
            self._failed(kind, message)


def _held(job: DocumentJob) -> dict[str, Any]:
    held = json.loads(job.options_json)
    return held if isinstance(held, dict) else {}


def _options(job: DocumentJob) -> TranslateOptions:
    held = _held(job)
    return TranslateOptions(script=str(held.get("script", "")), address=str(held.get("address", "")))
