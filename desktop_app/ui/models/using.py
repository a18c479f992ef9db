"""Which model chat uses: chosen in the pane or in a menu, refused where it cannot fit, unloaded, adapted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.core.i18n import tr
from desktop_app.core.messages import Failed
from desktop_app.core.settings import Settings
from desktop_app.library.adapters import adapters_of, kept_adapters, with_adapter
from desktop_app.library.installed import Installed
from desktop_app.ui.failures import words
from desktop_app.ui.model_picker import ModelChoice, ModelPicker
from desktop_app.ui.models.engine_facts import EngineFacts, notice_words
from desktop_app.ui.models.pane import ModelsPane
from desktop_app.ui.models.problems import Trouble, memory_trouble
from desktop_app.ui.models.rows import InUse
from desktop_app.ui.models.shelf import Shelf
from desktop_app.ui.models.showing import Showing
from desktop_app.ui.models.sizes import installed_size
from desktop_app.ui.status_line import StatusLine


class Using(QObject):
    """``models_changed`` with new `Settings.models`; ``refused`` with a model's id and a `Trouble`."""

    models_changed = Signal(object)
    refused = Signal(str, object)
    reload_wanted = Signal()

    def __init__(
        self,
        pane: ModelsPane,
        showing: Showing,
        facts: EngineFacts,
        picker: ModelPicker,
        line: StatusLine,
        settings: Settings,
    ) -> None:
        super().__init__(pane)
        self._pane, self._showing, self._facts = pane, showing, facts
        self._picker, self._line, self._settings = picker, line, settings
        self.chosen = ""  # id of the installed model that chat has, be it in memory or not
        facts.changed.connect(self.show)
        facts.adapters_failed.connect(self._adapters_failed)
        picker.unload_asked.connect(facts.unload)
        line.model_asked.connect(lambda: picker.pop_up(line.model_field))
        pane.installed_details.adapter_changed.connect(self._adapter_changed)

    def use_settings(self, settings: Settings) -> None:
        self._settings = settings
        self.show()

    def set_chosen(self, installed_id: str) -> None:
        self.chosen = installed_id
        self.show()

    def kept(self, base_id: str) -> dict[str, tuple[bool, float]]:
        return kept_adapters(self._settings, base_id)

    def use(self, installed_id: str, look: Callable[[Callable[[Shelf], None]], None]) -> None:
        """Have chat use a model, unless it is known not to fit. ``look`` measures what is free and calls
        back with the shelf of that moment."""

        def then(shelf: Shelf) -> None:
            one = shelf.find(installed_id)
            if one is None:
                return
            fit = shelf.fit_installed(one)
            if fit is not None and fit.state == "too_big" and fit.free is not None:
                loaded = self._facts.model is not None
                self.refused.emit(one.id, memory_trouble(one.name, fit.needed, fit.free, loaded))
            else:
                self.choose(one.id)

        look(then)

    def choose(self, installed_id: str) -> None:
        """Without asking further; "" is the starter. What is chosen already and not in memory is loaded."""
        models = {**self._settings.models, "chat": installed_id}
        if models == self._settings.models and self._facts.model is None:
            self.reload_wanted.emit()
        else:
            self.models_changed.emit(models)

    @Slot()
    def show(self) -> None:
        facts, shelf = self._facts, self._showing.shelf
        model = facts.model
        on = tuple(key for key, (is_on, _) in self.kept(self.chosen).items() if is_on)
        precision = model.precision if model is not None else ""
        self._showing.take_in_use(
            InUse(self.chosen, model is not None, facts.memory_bytes, precision, on, facts.failure)
        )
        one = shelf.find(self.chosen) if shelf is not None else None
        name = model.name if model is not None else one.name if one is not None else ""
        self._picker.set_model(name, model is not None)
        if shelf is not None:
            able = [one for one in shelf.installed if one.kind == "model" and "chat" in one.tasks]
            self._picker.set_choices([_choice(one) for one in able], self.chosen)
        self._line.set_memory(facts.memory_bytes or None)
        self._line.set_notice(notice_words(model.notice) if model is not None else "")

    @Slot(str, str, bool, float)
    def _adapter_changed(self, base: str, adapter: str, on: bool, scale: float) -> None:
        models = with_adapter(self._settings, base, adapter, on, scale)
        self._pane.installed_details.set_trouble(None)
        self.models_changed.emit(models)  # comes back by `use_settings`
        shelf = self._showing.shelf
        if base != self.chosen or shelf is None:
            return
        if self._facts.model is None:
            self.reload_wanted.emit()  # it rests, and is to come back with other adapters
        else:
            self._facts.use_adapters(adapters_of(self._settings, base, shelf.installed))

    @Slot(object)
    def _adapters_failed(self, failure: Failed) -> None:
        self._pane.installed_details.set_trouble(Trouble(lambda: words(failure.kind, failure.values)))


def _choice(one: Installed) -> ModelChoice:
    caption = installed_size(one)
    if one.state != "present":
        caption = tr("damaged") if one.state == "damaged" else tr("not where it was")
    return ModelChoice(one.id, one.name, caption, one.state == "present")
