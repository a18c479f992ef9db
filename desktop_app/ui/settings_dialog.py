"""The settings: every option with its effect, applied at once."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.core.messages import DeviceInfo
from desktop_app.core.paths import Paths
from desktop_app.core.sampling import PRESETS, SAMPLING_FIELDS, Sampling
from desktop_app.core.settings import Settings
from desktop_app.ui.data_page import DataPage
from desktop_app.ui.internet_page import InternetPage, Run, Tokens
from desktop_app.ui.numbers import bytes_text
from desktop_app.ui.settings_options import GROUPS, names_of, options_of
from desktop_app.ui.theme import READING_WIDTH, set_look, space
from desktop_app.ui.widgets.flowing import scrolled
from desktop_app.ui.widgets.option_row import OptionRow
from desktop_app.ui.widgets.sampling_editor import CUSTOM, SamplingEditor

_LINK_EDGE = 4  # px from a link's edge to its words: the room for its focus ring


class SettingsDialog(QDialog):
    """Emits ``changed`` with whole new `Settings` at every change. It saves nothing itself.

    Settings that change elsewhere while it is open (text size from the menu) come in by
    `set_settings`.
    """

    changed = Signal(object)

    def __init__(
        self, settings: Settings, paths: Paths, tokens: Tokens, run: Run, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._rows: list[OptionRow] = []
        self._resets: dict[str, QPushButton] = {}
        self._sampling = SamplingEditor(self, explain_all=True, with_length=False)
        self._sampling.changed.connect(self._sampling_changed)
        self._data = DataPage(paths, self)
        self._internet = InternetPage(tokens, run, self)
        self._internet.changed.connect(self._option_changed)
        self._tabs = QTabWidget(self)
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setExpanding(False)
        self._pages = [self._page(group) for group, _ in GROUPS]
        for page in self._pages:
            self._tabs.addTab(page, "")
        self._tabs.currentChanged.connect(self._page_shown)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, space(2), 0, 0)
        column.addWidget(self._tabs)
        self.resize(600, 640)
        self.setMinimumSize(340, 320)
        self.retranslate()
        self.set_settings(settings)

    def set_settings(self, settings: Settings) -> None:
        """Show ``settings``, without telling."""
        self._settings = settings
        for row in self._rows:
            row.set_value(getattr(settings, row.option.name))
        self._sampling.set_value(settings.preset, _sampling_of(settings))
        self._internet.set_settings(settings)
        default = Settings()
        for group, reset in self._resets.items():
            reset.setEnabled(any(getattr(settings, n) != getattr(default, n) for n in names_of(group)))

    def set_devices(self, devices: tuple[DeviceInfo, ...]) -> None:
        """Where models can run on this computer, as the engine says."""
        offered = tuple((device.id, device_words(device)) for device in devices if device.id != "cpu")
        for row in self._rows:
            if row.option.name == "device":
                row.set_choices(offered)
                row.set_value(self._settings.device)

    def show_group(self, group: str) -> None:
        """Turn to ``group``, a key of `GROUPS`."""
        self._tabs.setCurrentIndex([key for key, _ in GROUPS].index(group))

    def retranslate(self) -> None:
        self.setWindowTitle(tr("Settings"))
        self._tabs.setAccessibleName(tr("Settings"))
        self._tabs.tabBar().setAccessibleName(tr("Groups of settings"))
        ways = (tr("Earlier groups"), tr("Further groups"))  # where the tabs have no room
        for button, words in zip(self._tabs.tabBar().findChildren(QToolButton), ways, strict=True):
            button.setAccessibleName(words)
        for index, (_, title) in enumerate(GROUPS):
            self._tabs.setTabText(index, tr(title))
            self._pages[index].setAccessibleName(tr(title))
        for reset in self._resets.values():
            reset.setText(tr("Reset to defaults"))
            reset.setAccessibleName(tr("Reset to defaults"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _page(self, group: str) -> QWidget:
        body = QWidget(self)
        body.setMaximumWidth(READING_WIDTH)
        column = QVBoxLayout(body)
        column.setContentsMargins(space(6), space(5), space(6), space(6))
        column.setSpacing(space(5))
        if group == "replies":
            column.addWidget(self._sampling)
        for option in options_of(group):
            row = OptionRow(option, getattr(self._settings, option.name), body)
            row.changed.connect(self._option_changed)
            self._rows.append(row)
            column.addWidget(row)
        if group == "data":
            column.addWidget(self._data)
        if group == "internet":
            column.addWidget(self._internet)
        if names_of(group):
            reset = QPushButton(body)
            set_look(reset, kind="link")
            reset.clicked.connect(lambda: self._reset(group))
            self._resets[group] = reset
            line = QHBoxLayout()  # its words, and not the room for its focus ring, begin where the others do
            line.setSpacing(0)
            line.addSpacing(-_LINK_EDGE)
            line.addWidget(reset)
            line.addStretch(1)
            column.addLayout(line)
        column.addStretch(1)
        return scrolled(body, self)

    def _page_shown(self, index: int) -> None:
        if GROUPS[index][0] == "data":
            self._data.measure()
        elif GROUPS[index][0] == "internet":
            self._internet.look_for_token()

    def _option_changed(self, name: str, value: Any) -> None:
        self._apply(**{name: value})

    def _sampling_changed(self, preset: str, sampling: Sampling) -> None:
        self._apply(preset=preset, custom_sampling=asdict(sampling) if preset == CUSTOM else {})

    def _reset(self, group: str) -> None:
        default = Settings()
        self._apply(**{name: getattr(default, name) for name in names_of(group)})

    def _apply(self, **values: Any) -> None:
        settings = replace(self._settings, **values)
        if settings != self._settings:
            self.set_settings(settings)
            self.changed.emit(settings)


def device_words(device: DeviceInfo) -> str:
    """``NVIDIA RTX 4060 · 8.2 GB``"""
    name = device.name or device.id
    return f"{name} · {bytes_text(device.total)}" if device.total else name


def _sampling_of(settings: Settings) -> Sampling:
    """The numbers behind ``settings.preset``; nonsense in the file takes the defaults."""
    if settings.preset in PRESETS:
        return replace(PRESETS[settings.preset], max_tokens=settings.reply_reserve)
    known = {
        name: settings.custom_sampling[name] for name in SAMPLING_FIELDS if name in settings.custom_sampling
    }
    if isinstance(known.get("stop"), list):
        known["stop"] = tuple(str(text) for text in known["stop"])
    try:
        return replace(Sampling(**known), max_tokens=settings.reply_reserve)
    except (TypeError, ValueError):
        return Sampling()
