"""Everything in its place: the window with its panes, the worker, the storage, and their wiring."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QApplication

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.offline import lock
from desktop_app.core.paths import Paths
from desktop_app.core.settings import LIMITS, Settings, Theme, save_settings
from desktop_app.core.translation_routes import Route
from desktop_app.library import tokens
from desktop_app.library.catalogue import Catalogue, CatalogueOnDemand
from desktop_app.model_choice import Choice, choose_for_chat
from desktop_app.store.opening import OpenReport
from desktop_app.translation_choice import read_routes, with_route
from desktop_app.ui.about import AboutDialog
from desktop_app.ui.chat.chat_desk import ChatDesk
from desktop_app.ui.engine_view import EngineView
from desktop_app.ui.failures import words
from desktop_app.ui.first_run import FirstRun
from desktop_app.ui.language import use_language
from desktop_app.ui.models.models_desk import ModelsDesk
from desktop_app.ui.settings_dialog import SettingsDialog
from desktop_app.ui.theme import apply_theme
from desktop_app.ui.translate.finding import Finder
from desktop_app.ui.translate.pane import PANE as TRANSLATE
from desktop_app.ui.translate.translate_desk import TranslateDesk
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.window import MainWindow
from desktop_app.worker.engine_worker import EngineWorker
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage

log = logging.getLogger(__name__)

KEEP_DELETED_S = 30 * 24 * 3600.0
"""Deleted conversations can be brought back by undo; after a month they are really gone."""


class Desk(QObject):
    """Owns all long-lived parts. ``start`` and ``stop`` are called once each."""

    def __init__(self, app: QApplication, paths: Paths, settings: Settings) -> None:
        super().__init__(app)
        self._app = app
        self._paths = paths
        self.settings = settings
        # First, so that the engine's process starts up while the window is being built.
        self.worker = EngineWorker(self)
        self.worker.start()
        self.worker.unload_after(settings.idle_minutes)
        self.translators = EngineWorker(self, on_demand=True)
        self.translators.start()
        self.translators.unload_after(settings.idle_minutes)
        self.background = Lane("background", self)
        self.background.problem.connect(self._tell)
        self.background.start()
        self._catalogue = CatalogueOnDemand(paths.models)
        self._use_model()
        self.storage = Storage(paths.database, self)
        self._opening: Banner | None = None
        self.storage.stage.connect(self._say_stage)
        self.storage.opened.connect(self._opened)
        self.storage.open_failed.connect(self._open_failed)
        self.storage.problem.connect(self._tell)
        self.storage.start()
        self.window = MainWindow(settings.window)
        self.window.geometry_changed.connect(self._remember)
        self.window.settings_asked.connect(self.show_settings)
        self.chat = ChatDesk(self.window, self.storage, self.worker, self.background, settings)
        self.chat.restart_wanted.connect(self._restart_engine)
        self.chat.remembered.connect(self._remember)
        self.window.add_pane("chat", "message-square", lambda: tr("Chat"), self.chat.pane)
        self.translate = TranslateDesk(
            self.window,
            self.storage,
            self.translators,
            self.worker,
            self.background,
            settings,
            lambda: read_routes(self._paths, self.settings, self._catalogue.get()),
            Finder(paths.resources),
        )
        self.translate.remembered.connect(self._remember)
        self.translate.route_chosen.connect(self._use_route)
        self.models = ModelsDesk(
            self.window, self.worker, paths, settings, self.chat.pane.model, self._catalogue
        )
        self.translate.get_asked.connect(self.models.get)
        self.translate.unlock_asked.connect(lambda: self.show_settings("internet"))
        self.models.adding.drop.takes_folders = lambda: self.window.current_pane() != TRANSLATE
        self.translate.more_asked.connect(self.models.show_translation)
        self.models.shelf_changed.connect(self.translate.refresh_routes)
        self.models.fetching.changed.connect(self._show_fetching)
        self.models.models_changed.connect(lambda models: self.use(replace(self.settings, models=models)))
        self.models.settings_asked.connect(self.show_settings)
        self.models.reload_wanted.connect(self._use_model)
        self._engine_view = EngineView(self.worker, self.window.status_line, self)
        self._engine_view.restart_wanted.connect(self._restart_engine)
        self._engine_view.model_ready.connect(self.chat.use_model_name)
        self._engine_view.recovering.connect(self.models.load_failure.forget)
        self._engine_view.failed.connect(self.models.load_failure.show)
        self.chat.replied.connect(self._engine_view.show_reply)
        self.chat.replied.connect(self.models.measure)
        self._connect_menus()

    def start(self) -> None:
        """Show the window. The engine and the database come up behind it."""
        if not self.settings.welcomed:
            page = FirstRun(self._paths.data)
            page.language_chosen.connect(lambda language: self.use(replace(self.settings, language=language)))
            page.started.connect(lambda: self._welcomed(page))
            self.window.cover(page)
        last = self.settings.window.get("conversation")
        self.chat.start(last if isinstance(last, int) else 0)
        self.window.show()
        self.models.start()
        self.translate.start()
        if self.settings.welcomed:
            self.chat.pane.write()

    def stop(self) -> None:
        """In the order of what must not be lost: drafts and replies, the database, then the engine."""
        self.chat.flush()
        self.translate.flush()
        self.storage.run(lambda store: store.purge_deleted(KEEP_DELETED_S))
        self.models.stop()
        self.background.stop()
        self.translate.stop()
        self.storage.stop()
        self.translators.stop()
        self.worker.stop()

    # --- settings -----------------------------------------------------------------------------

    def use(self, settings: Settings) -> None:
        """Apply ``settings`` and keep them."""
        old, self.settings = self.settings, settings
        lock(settings.offline)
        if settings.language != old.language:
            use_language(self._app, settings.language, self._paths.resources / "i18n")
        if settings.theme != old.theme:
            apply_theme(self._app, settings.theme)
            self.window.menus.action(f"theme_{settings.theme}").setChecked(True)
        if _loads_of(settings) != _loads_of(old):
            self._use_model()
            self.translate.refresh_routes()
        for worker in (self.worker, self.translators):
            worker.unload_after(settings.idle_minutes)
        self.chat.use_settings(settings)
        self.translate.use_settings(settings)
        self.models.use_settings(settings)
        self._save()

    @Slot()
    @Slot(str)
    def show_settings(self, group: str = "") -> None:
        dialog = SettingsDialog(self.settings, self._paths, tokens, self.models.reading.run, self.window)
        dialog.changed.connect(self._use_from_dialog)
        dialog.set_devices(self.models.facts.devices)
        if group:
            dialog.show_group(group)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot(object)
    def _use_from_dialog(self, settings: Settings) -> None:
        # The dialog knows nothing of what the window remembered since it was opened.
        self.use(replace(settings, window=self.settings.window))

    def _save(self) -> None:
        # A sync to a slow disk takes longer than a frame.
        self.background.run(functools.partial(_save_settings, self.settings, self._paths.settings))

    @Slot(object)
    def _remember(self, values: dict[str, object]) -> None:
        self.settings = replace(self.settings, window={**self.settings.window, **values})
        self._save()

    def _welcomed(self, page: FirstRun) -> None:
        self.use(replace(self.settings, welcomed=True))
        self.window.uncover(page)
        self.chat.pane.write()

    # --- engine -------------------------------------------------------------------------------

    def _use_model(self) -> None:
        """Choosing looks at the catalogue and the disk, which takes longer than a frame."""
        settings = self.settings

        def choose() -> Choice:
            return choose_for_chat(self._paths, settings, self._catalogue.get())

        self.background.run(choose, self._take_choice, self._no_choice)

    def _take_choice(self, choice: Choice) -> None:
        self.worker.use_model(choice.load)
        self.models.set_chosen(choice.installed_id)
        self.chat.pane.set_starter(choice.is_starter)
        if choice.missing:
            name = choice.load.name
            self.window.toast.show_note(
                tr("The chosen model is not there; {name} answers instead", name=name)
            )

    @Slot(object)
    def _use_route(self, route: Route) -> None:
        self.use(replace(self.settings, models=with_route(self.settings, route)))
        self.translate.refresh_routes()

    @Slot(object)
    def _show_fetching(self, _state: object) -> None:
        self.translate.missing.set_fetching(self.models.fetching.under_way())

    def _no_choice(self, error: InkhornError) -> None:
        """There is nothing to load; where it is known what is missing, its row says so too."""
        self.worker.refuse_model(error)
        self.models.set_chosen(str(error.values.get("model", "")))

    @Slot()
    def _restart_engine(self) -> None:
        self._use_model()
        self.worker.retry()

    # --- what went wrong ------------------------------------------------------------------------

    @Slot(object)
    def _tell(self, error: InkhornError) -> None:
        self.window.show_banner(Banner("danger", lambda: words(error.kind, error.values)))

    @Slot(str)
    def _say_stage(self, stage: str) -> None:
        """A big file takes minutes; without a word the empty window would look like a lost one."""
        words_of: dict[str, Callable[[], str]] = {
            "repair": lambda: tr("Repairing your conversations…"),
            "migrate": lambda: tr("Bringing your conversations up to date…"),
        }
        self._stage_over()
        self._opening = Banner("info", words_of[stage], closable=False)
        self.window.show_banner(self._opening)

    def _stage_over(self) -> None:
        if self._opening is not None:
            self._opening.deleteLater()
            self._opening = None

    @Slot(object)
    def _open_failed(self, error: InkhornError) -> None:
        self._stage_over()
        self._tell(error)

    @Slot(object)
    def _opened(self, report: OpenReport) -> None:
        self._stage_over()
        if report.read_only:
            self.chat.set_read_only(True)
            reason = report.read_only
            self.window.show_banner(Banner("warning", lambda: words(reason)))
        if report.damaged_file is not None:
            place = str(report.damaged_file)
            counts = (report.recovered_messages, report.recovered_conversations)
            self.window.show_banner(
                Banner(
                    "warning",
                    lambda: tr(
                        "The file with your conversations was damaged. {messages} messages in "
                        "{conversations} conversations could be read and are here; the damaged file is kept "
                        "at {place}.",
                        messages=f"{counts[0]:,}",
                        conversations=f"{counts[1]:,}",
                        place=place,
                    ),
                )
            )

    # --- menus ----------------------------------------------------------------------------------

    def _connect_menus(self) -> None:
        connect = self.window.connect_action
        choices: tuple[Theme, ...] = ("system", "light", "dark")
        for choice in choices:
            action = connect(f"theme_{choice}", functools.partial(self._use_theme, choice))
            action.setChecked(self.settings.theme == choice)
        connect("text_larger", lambda: self._size_text(self.settings.text_size + 1))
        connect("text_smaller", lambda: self._size_text(self.settings.text_size - 1))
        connect("text_reset", lambda: self._size_text(Settings().text_size))
        connect("open_data", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._paths.data))))
        connect("open_logs", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._paths.logs))))
        connect("about", lambda: self.background.run(self._catalogue.get, self._show_about))
        self.chat.connect_menus(self._connect_for_pane)

    def _connect_for_pane(self, key: str, do: Callable[[], object]) -> QAction:
        """Searching searches in the pane that is in front."""
        if key != "find":
            return self.window.connect_action(key, do)
        find = self.translate.find
        return self.window.connect_action(
            key, lambda: find() if self.window.current_pane() == TRANSLATE else do()
        )

    def _use_theme(self, theme: Theme) -> None:
        self.use(replace(self.settings, theme=theme))

    def _show_about(self, catalogue: Catalogue) -> None:
        state = self.worker.state
        starter = catalogue.starter
        facts = {"engine": state.phase, "data": str(self._paths.data)}
        if state.model is not None:
            facts |= {"model": state.model.name, "device": state.model.device}
        dialog = AboutDialog([(starter.name, starter.licence)], facts, self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _size_text(self, size: int) -> None:
        least, most = LIMITS["text_size"]
        self.use(replace(self.settings, text_size=max(least, min(most, size))))


def _loads_of(settings: Settings) -> tuple[object, ...]:
    """What a model has to be loaded again for; adapters change without."""
    chat = settings.models.get("chat", "")
    return (chat, settings.threads, settings.device, settings.precision, settings.cache_megabytes)


def _save_settings(settings: Settings, path: Path) -> None:
    try:
        save_settings(settings, path)
    except OSError:
        log.exception("settings could not be saved")
