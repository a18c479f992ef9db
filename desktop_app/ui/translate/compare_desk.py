"""Runs models over the user's pairs, one after the other, and has the outcome counted on another thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.files import write_atomically
from desktop_app.core.i18n import tr
from desktop_app.core.messages import Failed
from desktop_app.core.translation import TranslateOptions, Translation
from desktop_app.core.translation_routes import Route, Routes
from desktop_app.ui.translate.compare_dialog import CompareDialog
from desktop_app.ui.translate.direction import Direction
from desktop_app.ui.translate.finding import Finder
from desktop_app.ui.translate.interpreter import Interpreter
from desktop_app.ui.translate.problems import failure_words
from desktop_app.ui.translate.route_picker import route_words
from desktop_app.worker.bilingual import Bilingual, read_bilingual
from desktop_app.worker.lane import Lane
from desktop_app.worker.queue import Priority
from desktop_app.worker.scoring import Batch, Comparison, Trial, batches, compare, sample, table


@dataclass(slots=True)
class _Run:
    """``left`` are the batches that the first of ``routes`` has yet to translate."""

    file: Bilingual
    pairs: tuple[tuple[str, str], ...]
    routes: list[Route]
    left: list[Batch] = field(default_factory=list)
    made: list[tuple[str, bool]] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    handle: tuple[int, int] | None = None
    stopped: bool = False
    all_routes: int = 1


class CompareDesk(QObject):
    def __init__(
        self,
        window: QWidget,
        interpreter: Interpreter,
        lane: Lane,
        direction: Direction,
        finder: Finder,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window, self._interpreter, self._lane = window, interpreter, lane
        self._direction, self._finder = direction, finder
        self._routes = Routes()
        self._dialog: CompareDialog | None = None
        self._file: Bilingual | None = None
        self._run: _Run | None = None
        self.comparison: Comparison | None = None

    def use_routes(self, routes: Routes) -> None:
        self._routes = routes
        if self._dialog is not None and self._run is None:
            self._show_direction()

    @Slot()
    def open(self) -> CompareDialog:
        if self._dialog is None:
            self._dialog = dialog = CompareDialog(self._window)
            dialog.drop.chosen.connect(self.take)
            dialog.direction_chosen.connect(self._use_direction)
            dialog.swap_asked.connect(self._swap)
            dialog.start_asked.connect(self.start)
            dialog.strip.stop_asked.connect(self.stop)
            dialog.results.copy_asked.connect(self._copy)
            dialog.results.save_asked.connect(self._choose_place)
        self._show_direction()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        return self._dialog

    def _shown(self) -> CompareDialog:
        assert self._dialog is not None
        return self._dialog

    # --- the file -----------------------------------------------------------------------------------

    @Slot(object)
    def take(self, paths: Sequence[Path]) -> None:
        source, target = self._direction.source or "en", self._direction.target
        name = ", ".join(path.name for path in paths)
        self._shown().strip.say(tr("Reading the file…"))
        self._shown().strip.stop_button.hide()

        def taken(file: Bilingual) -> None:
            self._file = file
            self._read(name, file)

        def failed(error: InkhornError) -> None:
            self._file = None
            self._read("", None)
            self._shown().toast.show_note(_why(error))

        self._lane.run(lambda: read_bilingual(paths, source, target, self._find), taken, failed)

    def _find(self, text: str) -> str:
        language, sure = self._finder.find(text)
        return language if sure else ""

    def _read(self, name: str, file: Bilingual | None) -> None:
        dialog = self._shown()
        dialog.strip.over()
        dialog.strip.stop_button.show()
        self.comparison = None
        dialog.results.show_comparison(None)
        dialog.show_file(name, file)
        self._name = name
        self._show_direction()

    def _show_direction(self) -> None:
        file = self._file
        source = file.source if file is not None else self._direction.source
        target = file.target if file is not None else self._direction.target
        self._shown().set_languages(sorted(self._routes.ready()), source, target)
        self._shown().set_routes(self._routes.between(source, target), self._routes.chat)

    @Slot(str, str)
    def _use_direction(self, source: str, target: str) -> None:
        if self._file is not None and self._run is None:
            self._file = replace(self._file, source=source, target=target)
            self._show_direction()

    @Slot()
    def _swap(self) -> None:
        file = self._file
        if file is None or self._run is not None:
            return
        turned = tuple((theirs, ours) for ours, theirs in file.pairs)
        self._file = replace(file, pairs=turned, source=file.target, target=file.source)
        self._read(self._name, self._file)

    # --- the run ------------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        dialog, file = self._shown(), self._file
        routes = dialog.routes()
        if file is None or not routes or self._run is not None:
            return
        pairs = sample(file.pairs, dialog.most())
        run = self._run = _Run(file, pairs, routes, all_routes=len(routes))
        self.comparison = None
        dialog.results.show_comparison(None)
        dialog.set_running(True)
        self._begin(run)

    @Slot()
    def stop(self) -> None:
        run = self._run
        if run is None:
            return
        run.stopped = True
        if run.handle is not None:
            self._interpreter.cancel(run.handle)
        self._end()

    def _begin(self, run: _Run) -> None:
        """The next model, or the count where all are through."""
        run.made = []
        if run.routes:
            run.left = list(batches(run.pairs, run.file.source))
            self._progress(run)
            self._ask(run)
        else:
            self._count(run)

    def _ask(self, run: _Run) -> None:
        batch, route = run.left[0], run.routes[0]
        run.handle = self._interpreter.ask(
            route,
            batch.sentences,
            TranslateOptions(),
            lambda index, result: None,
            lambda results: self._answered(run, results),
            lambda failure: self._failed(run, failure),
            Priority.LIST,
        )

    def _answered(self, run: _Run, results: Sequence[Translation]) -> None:
        run.handle = None
        if run.stopped:
            return
        batch = run.left.pop(0)
        run.made += batch.joined(results, run.file.source, run.file.target)
        self._progress(run)
        if run.left:
            self._ask(run)
            return
        route = run.routes.pop(0)
        texts = tuple(text for text, _ in run.made)
        problems = sum(problem for _, problem in run.made)
        run.trials.append(Trial(route.key, route_words(route, self._routes.chat), texts, problems))
        self._begin(run)

    def _failed(self, run: _Run, failure: Failed) -> None:
        if run.stopped:
            return
        self._end()
        self._shown().toast.show_note(failure_words(failure.kind, failure.values))

    def _progress(self, run: _Run) -> None:
        done = len(run.trials) * len(run.pairs) + len(run.made)
        whole = run.all_routes * len(run.pairs)
        name = route_words(run.routes[0], self._routes.chat)
        counts = {"done": f"{len(run.made):,}", "all": f"{len(run.pairs):,}"}
        text = tr("{model}: {done} of {all} sentences", model=name, **counts)
        self._shown().strip.say(text, done, whole)

    def _count(self, run: _Run) -> None:
        self._shown().strip.say(tr("Counting…"))
        file = run.file

        def counted(found: Comparison) -> None:
            if not run.stopped:
                self._end()
                self.comparison = found
                self._shown().results.show_comparison(found)

        def failed(error: InkhornError) -> None:
            if not run.stopped:
                self._end()
                self._shown().toast.show_note(failure_words(error.kind, error.values))

        trials = list(run.trials)
        self._lane.run(lambda: compare(file.source, file.target, run.pairs, trials), counted, failed)

    def _end(self) -> None:
        self._run = None
        self._shown().strip.over()
        self._shown().set_running(False)
        self._show_direction()

    # --- what is handed on --------------------------------------------------------------------------

    @Slot()
    def _copy(self) -> None:
        if self.comparison is not None:
            QGuiApplication.clipboard().setText(table(self.comparison, everything=False))
            self._shown().toast.show_note(tr("The table is on the clipboard"))

    @Slot()
    def _choose_place(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = str(Path(folder) / "comparison.tsv")
        chosen, _ = QFileDialog.getSaveFileName(self._dialog, tr("Save as TSV…"), name, "TSV (*.tsv)")
        if chosen:
            path = Path(chosen)
            self.save(path if path.suffix else path.with_suffix(".tsv"))

    def save(self, path: Path) -> None:
        """Every pair, with what the models made of it."""
        found = self.comparison
        if found is None:
            return

        def write() -> None:
            try:
                write_atomically(path, table(found).encode())
            except OSError as error:
                message = f"{path.name} could not be written: {error.strerror or error}"
                raise InkhornError(kind_of_os_error(error), message) from error

        def tell(error: InkhornError) -> None:
            self._shown().toast.show_note(failure_words(error.kind, error.values))

        note = tr("Saved as {name}", name=path.name)
        self._lane.run(write, lambda _: self._shown().toast.show_note(note), tell)


def _why(error: InkhornError) -> str:
    """Why the file cannot be used."""
    reason = str(error.values.get("reason", "")) if error.kind == "bad_file" else ""
    if reason == "lines":
        return tr(
            "The two texts have not as many lines: {first} and {second}.",
            first=f"{error.values['first']:,}",
            second=f"{error.values['second']:,}",
        )
    return failure_words(error.kind, error.values)
