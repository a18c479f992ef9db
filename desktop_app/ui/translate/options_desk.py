"""Options that stay: script and form of address of Chinese, the glossary, and the memory's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QStandardPaths, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.i18n import tr
from desktop_app.core.translation import Term, TranslateOptions
from desktop_app.store.store import Store
from desktop_app.translation.glossary_files import read_glossary
from desktop_app.translation.tmx import Pair, read_tmx, write_tmx
from desktop_app.ui.translate.direction import Direction
from desktop_app.ui.translate.memory import new_entry
from desktop_app.ui.translate.options_button import OptionsButton
from desktop_app.ui.window import MainWindow
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage

AT_ONCE = 2000
"""Entries of a memory that are stored in one go: what is typed meanwhile waits for no more than these."""


class OptionsDesk(QObject):
    """``changed`` with `TranslateOptions` without terms; ``terms_changed`` with the glossary's path and its
    terms for the direction; ``remembered`` with what the settings should keep."""

    changed = Signal(object)
    terms_changed = Signal(str, object)
    remembered = Signal(object)
    trouble = Signal(object)  # InkhornError

    def __init__(
        self,
        window: MainWindow,
        button: OptionsButton,
        storage: Storage,
        lane: Lane,
        direction: Direction,
        kept: dict[str, Any],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window, self._button = window, button
        self._storage, self._lane, self._direction = storage, lane, direction
        self.options = TranslateOptions(script=_text(kept, "script"), address=_text(kept, "address"))
        self._glossary = _text(kept, "glossary")
        self._read_for: tuple[str, str, str] = ("", "", "")
        button.changed.connect(self._choose)
        button.asked.connect(self._do)

    def start(self) -> None:
        self.count()

    @property
    def glossary(self) -> str:
        """The path of the glossary in use, "" for none."""
        return self._glossary

    @Slot()
    def count(self) -> None:
        """How many sentences the memory has."""
        self._storage.run(lambda store: store.memory.count(), self._button.set_remembered, self.trouble.emit)

    def use_direction(self) -> None:
        d = self._direction
        self._button.set_options(self.options, d.target.partition("-")[0] == "zh")
        wanted = (self._glossary, d.source, d.target)
        if wanted == self._read_for or not d.source:
            return
        self._read_for = wanted
        if not self._glossary:
            self._take_terms(wanted, ())
            return
        path = Path(self._glossary)
        self._lane.run(
            lambda: read_glossary(path, d.source, d.target),
            lambda terms: self._take_terms(wanted, terms),
            lambda error: self._no_terms(wanted, error),
        )

    def _take_terms(self, wanted: tuple[str, str, str], terms: tuple[Term, ...]) -> None:
        if wanted == self._read_for:
            self._button.set_glossary(self._glossary, len(terms))
            self.terms_changed.emit(self._glossary, terms)

    def _no_terms(self, wanted: tuple[str, str, str], error: InkhornError) -> None:
        """A glossary of other languages has no term for this direction, which is no fault."""
        self._take_terms(wanted, ())
        if error.values.get("reason") != "no_text":
            self.trouble.emit(error)

    @Slot(object)
    def _choose(self, options: TranslateOptions) -> None:
        self.options = options
        self.remembered.emit({"script": options.script, "address": options.address})
        self.use_direction()
        self.changed.emit(options)

    @Slot(str)
    def _do(self, what: str) -> None:
        if what == "glossary":
            self._choose_glossary()
        elif what == "no_glossary":
            self._use_glossary("")
        elif what == "import_memory":
            self._import()
        elif what == "export_memory":
            self._export()

    def _choose_glossary(self) -> None:
        kinds = f"{tr('Glossaries')} (*.csv *.tsv *.tbx *.txt *.xml);;{tr('All files')} (*)"
        chosen, _ = QFileDialog.getOpenFileName(self._window, tr("Choose a glossary"), "", kinds)
        if chosen:
            self._use_glossary(chosen)

    def _use_glossary(self, path: str) -> None:
        self._glossary = path
        self.remembered.emit({"glossary": path})
        self.use_direction()

    # --- the memory's files -------------------------------------------------------------------------

    def _import(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, tr("Import a memory"), "", f"TMX (*.tmx);;{tr('All files')} (*)"
        )
        if chosen:
            self.import_memory(Path(chosen))

    def import_memory(self, path: Path) -> None:
        self._lane.run(lambda: list(read_tmx(path)), self._store_pairs, self.trouble.emit)

    def _store_pairs(self, pairs: list[Pair], new: int = 0) -> None:
        """Some at a time, each of one direction."""
        if not pairs:
            self.count()
            text = tr("{count} new sentences in your translation memory", count=f"{new:,}")
            self._window.toast.show_note(text)
            return
        first = (pairs[0].source_language, pairs[0].target_language)
        size = next(
            (n for n, one in enumerate(pairs) if (one.source_language, one.target_language) != first),
            len(pairs),
        )
        size = min(size, AT_ONCE)
        part, rest = pairs[:size], pairs[size:]
        source, target = (_plain(code) for code in first)

        def write(store: Store) -> int:
            return store.memory.put_many(source, target, (new_entry(one.source, one.target) for one in part))

        self._storage.run(write, lambda count: self._store_pairs(rest, new + count), self.trouble.emit)

    def _export(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        d = self._direction
        name = f"{d.source or 'all'}-{d.target}.tmx"
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, tr("Export the memory"), str(Path(folder) / name), "TMX (*.tmx)"
        )
        if chosen:
            self.export_memory(Path(chosen))

    def export_memory(self, path: Path) -> None:
        """All directions in one file, which is what TMX is made for."""

        def written(count: int) -> None:
            self._window.toast.show_note(
                tr("{count} sentences written to {name}", count=f"{count:,}", name=path.name)
            )

        def write(pairs: list[Pair]) -> int:
            try:
                return write_tmx(path, pairs, "")
            except OSError as error:
                message = f"{path.name} could not be written: {error.strerror or error}"
                raise InkhornError(kind_of_os_error(error), message) from error

        def then(pairs: list[Pair]) -> None:
            self._lane.run(lambda: write(pairs), written, self.trouble.emit)

        self._storage.run(_all_pairs, then, self.trouble.emit)


def _all_pairs(store: Store) -> list[Pair]:
    return [Pair(one.text, one.translation, one.source, one.target) for one in store.memory.everything()]


def _plain(code: str) -> str:
    """``pt`` for ``pt-BR``, ``zh-Hant`` for ``zh-TW``: as the app writes languages."""
    language, _, rest = code.replace("_", "-").partition("-")
    if language.lower() == "zh":
        return "zh-Hant" if rest.lower() in ("hant", "tw", "hk", "mo") else "zh"
    return language.lower()


def _text(kept: dict[str, Any], key: str) -> str:
    value = kept.get(key, "")
    return value if isinstance(value, str) else ""
