"""Joins the parts of the chat pane: widgets, controllers, storage and engine."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction

from desktop_app.core.chat import Conversation
from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.sampling import Sampling
from desktop_app.core.settings import Settings
from desktop_app.ui.chat.answer_flow import AnswerFlow
from desktop_app.ui.chat.answering import Answering
from desktop_app.ui.chat.context_watch import ContextWatch
from desktop_app.ui.chat.controller import ChatController
from desktop_app.ui.chat.links import LinkOpener
from desktop_app.ui.chat.list_controller import ListController
from desktop_app.ui.chat.message_actions import MessageActions
from desktop_app.ui.chat.open_chat import OpenChat
from desktop_app.ui.chat.pane import ChatPane
from desktop_app.ui.chat.persona_controller import PersonaController
from desktop_app.ui.chat.replies import Replies
from desktop_app.ui.chat.sampling_choice import choice_of, to_json
from desktop_app.ui.chat.session import Options
from desktop_app.ui.chat.summaries import Summaries
from desktop_app.ui.chat.summariser import Summariser
from desktop_app.ui.chat.transfers import Transfers
from desktop_app.ui.exporting import SUFFIXES
from desktop_app.ui.failures import words
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.window import MainWindow
from desktop_app.worker.engine_worker import EngineWorker
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage


class ChatDesk(QObject):
    restart_wanted = Signal()
    replied = Signal(object)  # Reply
    remembered = Signal(object)  # dict for Settings.window

    def __init__(
        self,
        window: MainWindow,
        storage: Storage,
        worker: EngineWorker,
        background: Lane,
        settings: Settings,
    ) -> None:
        super().__init__(window)
        self._window, self._storage, self._settings = window, storage, settings
        self.pane = pane = ChatPane(settings)
        self.replies = Replies(worker, storage, self)
        watch = ContextWatch(worker, self)
        flow = AnswerFlow(watch, self.replies, self)
        self.chat = OpenChat(pane.view, pane.composer, self.replies, watch, flow, settings, self)
        self._answering = answering = Answering(self.chat, storage, self.replies, flow, self)
        self.controller = ChatController(self.chat, pane.composer, answering, storage, self.replies, self)
        actions = MessageActions(self.chat, answering, storage, self.replies, self)
        self._summaries = Summaries(self.chat, answering, storage, Summariser(worker, self), self)
        self._lists = ListController(pane.list, storage, self)
        self._personas = PersonaController(pane.persona, storage, self)
        self._transfers = Transfers(window, storage, background, self)
        self._links = LinkOpener(window, lambda: self._settings.confirm_links, self)
        self._options = Options()
        pane.view.link_requested.connect(self._links.ask)
        window.toast.stay_above(pane.composer)
        self._join(actions, answering)

    def start(self, conversation_id: int) -> None:
        """Open where the user left off, or an empty page."""
        self._storage.run(lambda store: store.interrupted(), failed=self._tell)
        self._lists.refresh()
        self._personas.refresh()
        self.controller.new()
        if conversation_id:
            self.controller.open(conversation_id)

    def flush(self) -> None:
        """Hand to the storage thread all that is not there yet."""
        self.pane.composer.flush()
        self.replies.flush()

    def use_settings(self, settings: Settings) -> None:
        self._settings = settings
        self.pane.use_settings(settings)
        self.controller.use_settings(settings)
        self._show_options(self._options)

    def use_model_name(self, name: str) -> None:
        self.controller.use_model_name(name)

    def set_read_only(self, read_only: bool) -> None:
        self.pane.composer.set_blocked(read_only)
        self.pane.view.set_read_only(read_only)
        self.pane.list.set_read_only(read_only)

    def connect_menus(self, connect: Callable[[str, Callable[[], object]], QAction]) -> None:
        connect("new_chat", self._new)
        connect("find", self.pane.search)
        list_action = connect("show_list", self.pane.toggle_list)
        list_action.setChecked(self.pane.is_list_shown())
        self.pane.list_shown.connect(list_action.setChecked)
        connect("import", self._transfers.import_file)
        for format_ in SUFFIXES:
            connect(f"export_{format_}", functools.partial(self._export_open, format_))

    def _join(self, actions: MessageActions, answering: Answering) -> None:
        pane, controller, lists = self.pane, self.controller, self._lists
        self.chat.plan_changed.connect(pane.meter.set_plan)
        pane.remembered.connect(self.remembered)
        controller.conversation_changed.connect(self._show_conversation)
        controller.options_changed.connect(self._show_options)
        controller.sent.connect(lambda: pane.show_banner(None))
        for part in (controller, actions, answering):
            part.list_stale.connect(lists.refresh)
        for source in (
            controller,
            actions,
            answering,
            self._summaries,
            lists,
            self._personas,
            self._transfers,
        ):
            source.trouble.connect(self._tell)
        for undoing in (actions, lists):
            undoing.undoable.connect(self._window.toast.show_note)
        actions.restart_wanted.connect(self.restart_wanted)
        actions.summary_wanted.connect(self._summaries.summarise_for)
        answering.replied.connect(self.replied)
        lists.open_wanted.connect(controller.open)
        lists.new_wanted.connect(self._new)
        lists.gone.connect(self._gone)
        lists.changed.connect(self._changed)
        pane.list.export_requested.connect(self._transfers.export)
        pane.list.import_requested.connect(self._transfers.import_file)
        self._transfers.imported.connect(lists.refresh)
        self._transfers.noted.connect(self._note)
        self._transfers.over.connect(self._window.toast.take_back)
        pane.meter.summarise_pressed.connect(self._summaries.summarise)
        pane.meter.show_left_out_pressed.connect(self._show_left_out)
        pane.sampling.changed.connect(self._sampling_chosen)
        self._personas.chosen.connect(self._persona_chosen)
        self._summaries.working.connect(self._show_summarising)

    def _export_open(self, format_: str) -> None:
        if self.chat.session.id:
            self._transfers.export([self.chat.session.id], format_)

    @Slot(str, object, str)
    def _note(self, text: str, do: Callable[[], object] | None, action: str) -> None:
        self._window.toast.show_note(text, do, action=action)

    @Slot()
    def _new(self) -> None:
        self.controller.new()
        self.pane.write()

    @Slot(object)
    def _gone(self, ids: list[int]) -> None:
        for conversation_id in ids:
            self._answering.stop(conversation_id)
        if self.chat.session.id in ids:
            self.controller.new()

    @Slot(object)
    def _changed(self, conversation: Conversation) -> None:
        if conversation.id == self.chat.session.id:
            self.chat.session.conversation = conversation
            self._show_conversation(conversation)

    @Slot(object)
    def _show_conversation(self, conversation: Conversation | None) -> None:
        self.pane.header.set_conversation(conversation)
        self._window.set_document("chat", conversation.title if conversation else "")
        self._lists.set_current(conversation)
        self.remembered.emit({"conversation": conversation.id if conversation else 0})

    @Slot(object)
    def _show_options(self, options: Options) -> None:
        self._options = options
        self.pane.sampling.set_choice(*choice_of(options.sampling_json, self._settings))
        self._personas.show(options.persona, options.system_prompt)

    @Slot(str, object)
    def _sampling_chosen(self, preset: str, sampling: Sampling) -> None:
        self.controller.set_options(replace(self._options, sampling_json=to_json(preset, sampling)))

    @Slot(str, str)
    def _persona_chosen(self, name: str, prompt: str) -> None:
        self.controller.set_options(replace(self._options, persona=name, system_prompt=prompt))

    @Slot()
    def _show_left_out(self) -> None:
        plan = self.chat.session.plan
        if plan is not None and plan.left_out:
            self.pane.view.scroll_to(max(plan.left_out))

    @Slot(bool)
    def _show_summarising(self, working: bool) -> None:
        banner = None
        if working:
            banner = Banner(
                "info",
                lambda: tr("Summarising the older messages… You can edit the result."),
                ((lambda: tr("Cancel"), self._summaries.cancel),),
                closable=False,
            )
        self.pane.show_banner(banner)

    @Slot(object)
    def _tell(self, error: InkhornError) -> None:
        self.pane.show_banner(Banner("danger", lambda: words(error.kind, error.values)))
