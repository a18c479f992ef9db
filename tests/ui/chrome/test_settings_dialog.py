"""The settings dialog: each control changes its value at once, and everything has a name and a language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QThreadPool
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
)

from desktop_app.core.paths import make_paths
from desktop_app.core.sampling import PRESETS, Sampling
from desktop_app.core.settings import Settings, load_settings, save_settings
from desktop_app.ui.data_page import size_on_disk
from desktop_app.ui.language import use_language
from desktop_app.ui.settings_dialog import SettingsDialog
from desktop_app.ui.settings_options import GROUPS, OPTIONS
from desktop_app.ui.theme import apply_theme
from desktop_app.ui.widgets.option_row import OptionRow
from desktop_app.ui.widgets.sampling_editor import SamplingEditor
from tests.ui.chrome.keyring import NoTokens, run_now
from tests.ui.chrome.reading import left_in_english, unnamed


@pytest.fixture
def dialog(app: QApplication, tmp_path: Path) -> Iterator[SettingsDialog]:
    made = SettingsDialog(Settings(), make_paths(tmp_path), NoTokens(), run_now)
    made.show()
    app.processEvents()
    yield made
    QThreadPool.globalInstance().waitForDone()
    made.close()
    made.deleteLater()


@pytest.fixture
def told(dialog: SettingsDialog) -> list[Settings]:
    values: list[Settings] = []
    dialog.changed.connect(values.append)
    return values


def row_of(dialog: SettingsDialog, name: str) -> OptionRow:
    return next(row for row in dialog.findChildren(OptionRow) if row.option.name == name)


def test_each_control_changes_its_own_setting(dialog: SettingsDialog, told: list[Settings]) -> None:
    for option in OPTIONS:
        before = told[-1] if told else Settings()
        control = row_of(dialog, option.name).control
        if isinstance(control, QComboBox):
            control.setCurrentIndex(control.count() - 1)
        elif isinstance(control, QSpinBox):
            control.setValue(control.maximum())
        elif isinstance(control, QCheckBox):
            control.toggle()
        elif isinstance(control, QPlainTextEdit):
            control.setPlainText("用浅显的话回答。")
        after = told[-1]
        assert getattr(after, option.name) != getattr(before, option.name)
        assert replace(after, **{option.name: getattr(before, option.name)}) == before


def test_what_was_chosen_can_be_kept_and_shown_again(
    dialog: SettingsDialog, told: list[Settings], tmp_path: Path, app: QApplication
) -> None:
    row_of(dialog, "theme").control.setCurrentIndex(2)
    row_of(dialog, "text_size").control.setValue(19)
    editor = dialog.findChild(SamplingEditor)
    assert editor is not None
    editor._fields["temperature"].setValue(1.25)
    save_settings(told[-1], tmp_path / "settings.json")
    loaded = load_settings(tmp_path / "settings.json")
    assert (loaded.theme, loaded.text_size, loaded.preset) == ("dark", 19, "custom")
    again = SettingsDialog(loaded, make_paths(tmp_path), NoTokens(), run_now)
    assert row_of(again, "theme").control.currentData() == "dark"
    assert row_of(again, "text_size").control.value() == 19
    shown = again.findChild(SamplingEditor)
    assert shown is not None
    assert shown.value()[1].temperature == 1.25
    again.deleteLater()


def test_showing_settings_tells_nothing(dialog: SettingsDialog, told: list[Settings]) -> None:
    dialog.set_settings(replace(Settings(), theme="dark", system_prompt="Be brief.", threads=1))
    assert told == []
    assert row_of(dialog, "system_prompt").control.toPlainText() == "Be brief."


def test_a_group_goes_back_to_its_defaults_alone(dialog: SettingsDialog, told: list[Settings]) -> None:
    dialog.set_settings(replace(Settings(), theme="dark", text_size=20, send_with="ctrl_enter"))
    reset = dialog._resets["look"]
    assert reset.isEnabled()
    assert not dialog._resets["engine"].isEnabled()
    dialog.show_group("look")
    QTest.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert told == [replace(Settings(), send_with="ctrl_enter")]
    assert not reset.isEnabled()


def test_every_option_says_what_it_does(dialog: SettingsDialog) -> None:
    for row in dialog.findChildren(OptionRow):
        texts = [label.text() for label in row.findChildren(QLabel)]
        assert len([text for text in texts if len(text) > 30]) == 1, row.option.name


def test_every_word_follows_the_language(
    dialog: SettingsDialog, app: QApplication, marked_words: Path, tmp_path: Path
) -> None:
    paths = {str(path) for path in (tmp_path, tmp_path / "cache", tmp_path / "logs")}
    paths |= {"https://huggingface.co", "http://proxy.example:8080", "https://pypi.org/simple", "hf_…"}
    assert left_in_english(dialog, paths)
    use_language(app, "zh_CN", marked_words)
    app.processEvents()
    assert not left_in_english(dialog, paths)


def test_every_control_has_a_name(dialog: SettingsDialog) -> None:
    assert not unnamed(dialog)


def test_tab_reaches_every_control_of_a_page(dialog: SettingsDialog, app: QApplication) -> None:
    dialog.activateWindow()
    dialog.show_group("look")
    app.processEvents()
    wanted = {row.control for row in dialog.findChildren(OptionRow) if row.isVisible()}
    assert len(wanted) == 4
    reached = set()
    for _ in range(30):
        QTest.keyClick(app.focusWidget() or dialog, Qt.Key.Key_Tab)
        reached.add(app.focusWidget())
    assert wanted <= reached


def test_no_text_is_cut_in_a_narrow_dialog(dialog: SettingsDialog, app: QApplication) -> None:
    dialog.resize(360, 500)
    for group, _ in GROUPS:
        dialog.show_group(group)
        app.processEvents()
        for label in dialog.findChildren(QLabel):
            if label.isVisible() and label.wordWrap():
                assert label.height() >= label.heightForWidth(label.width()), label.text()
        for button in dialog.findChildren(QPushButton):
            if button.isVisible():
                assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()), button.text()


def test_sizes_count_each_folder_once(tmp_path: Path) -> None:
    paths = make_paths(tmp_path)
    for folder, size in ((paths.data, 1000), (paths.cache, 200), (paths.logs, 30)):
        folder.mkdir(exist_ok=True)
        (folder / "file").write_bytes(b"x" * size)
    assert size_on_disk(paths.data, (paths.cache, paths.logs)) == 1000
    assert size_on_disk(paths.cache) == 200


# --- the sampling editor --------------------------------------------------------------------------


@pytest.fixture
def editor(app: QApplication) -> Iterator[SamplingEditor]:
    made = SamplingEditor()
    made.show()
    yield made
    made.deleteLater()


def test_presets_bring_their_numbers_and_keep_length_and_stops(editor: SamplingEditor) -> None:
    told: list[tuple[str, Sampling]] = []
    editor.changed.connect(lambda preset, sampling: told.append((preset, sampling)))
    editor.set_value("balanced", replace(PRESETS["balanced"], max_tokens=300, stop=("\n\n",), seed=7))
    QTest.mouseClick(editor._presets["precise"], Qt.MouseButton.LeftButton)
    assert told == [("precise", replace(PRESETS["precise"], max_tokens=300, stop=("\n\n",), seed=7))]


def test_touching_a_number_makes_it_ones_own(editor: SamplingEditor) -> None:
    told: list[tuple[str, Sampling]] = []
    editor.changed.connect(lambda preset, sampling: told.append((preset, sampling)))
    editor.set_value("creative", PRESETS["creative"])
    assert told == []
    editor._fields["top_k"].setValue(50)
    assert told == [("custom", replace(PRESETS["creative"], top_k=50))]
    assert editor._presets["custom"].isChecked()


def test_stop_texts_and_seed_are_read_as_they_are_written(editor: SamplingEditor) -> None:
    editor._fields["stop"].setPlainText("Answer:\n\\n\\n\n结束")
    assert editor.value()[1].stop == ("Answer:", "\n\n", "结束")
    seed = editor._fields["seed"]
    seed.setFocus()
    QTest.keyClicks(seed, "42")
    QTest.keyClick(seed, Qt.Key.Key_Return)
    assert editor.value()[1].seed == 42
    seed.setText("")
    QTest.keyClick(seed, Qt.Key.Key_Return)
    assert editor.value()[1].seed is None


def test_the_words_of_reset_begin_where_the_other_words_do(dialog: SettingsDialog, app: QApplication) -> None:
    apply_theme(app, "light")
    dialog.show_group("replies")
    app.processEvents()
    reset, title = dialog._resets["replies"], row_of(dialog, "system_prompt").findChild(QLabel)
    picture = reset.grab().toImage()
    paper = picture.pixel(0, 0)
    columns = range(picture.width())
    inked = [x for x in columns if any(picture.pixel(x, y) != paper for y in range(picture.height()))]
    ratio = picture.devicePixelRatio()
    start = reset.mapTo(dialog, QPoint(round(inked[0] / ratio), 0)).x()
    assert 0 <= start - title.mapTo(dialog, QPoint(0, 0)).x() <= 2  # a letter's own bearing
