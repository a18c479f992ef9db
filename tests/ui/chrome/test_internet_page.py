"""Where downloads come from: addresses are checked before they count, the token goes to the keyring alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import DeviceInfo
from desktop_app.core.paths import make_paths
from desktop_app.core.settings import Settings
from desktop_app.ui.internet_page import HUB_MIRROR, InternetPage, is_address
from desktop_app.ui.settings_dialog import SettingsDialog
from desktop_app.ui.widgets.option_row import OptionRow
from tests.ui.chrome.keyring import NoTokens, run_now


@pytest.fixture
def tokens() -> NoTokens:
    return NoTokens()


@pytest.fixture
def page(app: QApplication, tokens: NoTokens) -> Iterator[InternetPage]:
    made = InternetPage(tokens, run_now)
    made.set_settings(Settings())
    made.show()
    app.processEvents()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def told(page: InternetPage) -> list[tuple[str, str]]:
    values: list[tuple[str, str]] = []
    page.changed.connect(lambda name, value: values.append((name, value)))
    return values


def write(field: QLineEdit, text: str) -> None:
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def texts(page: InternetPage) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def button(page: InternetPage, words: str) -> QPushButton:
    return next(b for b in page.findChildren(QPushButton) if b.text() == words)


@pytest.mark.parametrize(
    ("name", "text", "fine"),
    [
        ("hub_endpoint", "", True),
        ("hub_endpoint", "https://hf-mirror.com", True),
        ("hub_endpoint", "http://127.0.0.1:8080/hub", True),
        ("hub_endpoint", "hf-mirror.com", False),
        ("hub_endpoint", "https://", False),
        ("hub_endpoint", "https://name:secret@hub.example", False),
        ("hub_endpoint", "file:///etc/passwd", False),
        ("proxy", "socks5://proxy.example:1080", True),
        ("proxy", "http://name:secret@proxy.example:8080", True),
        ("proxy", "proxy.example:8080", False),
        ("package_index", "https://pypi.tuna.tsinghua.edu.cn/simple", True),
        ("package_index", "https://pypi.org/simple?x=1", False),
    ],
)
def test_what_an_address_is(name: str, text: str, fine: bool) -> None:
    assert is_address(name, text) is fine


def test_an_address_counts_when_it_is_one(page: InternetPage, told: list[tuple[str, str]]) -> None:
    field = page._fields["hub_endpoint"]
    write(field, "hub.example")
    assert told == []
    assert "This is not a web address" in texts(page)
    write(field, "https://hub.example/")
    assert told[-1] == ("hub_endpoint", "https://hub.example")
    assert "This is not a web address" not in texts(page)


def test_the_mirror_for_mainland_china_is_one_press_away(
    page: InternetPage, told: list[tuple[str, str]]
) -> None:
    QTest.mouseClick(page._preset, Qt.MouseButton.LeftButton)
    assert told == [("hub_endpoint", HUB_MIRROR)]
    page.set_settings(Settings(hub_endpoint=HUB_MIRROR))
    assert not page._preset.isVisible()


def test_what_is_being_typed_is_not_taken_away(page: InternetPage) -> None:
    field = page._fields["proxy"]
    page.activateWindow()
    field.setFocus()
    QTest.keyClicks(field, "http")
    page.set_settings(Settings(hub_endpoint="https://hub.example"))
    assert field.text() == "http"


def test_a_token_is_kept_and_forgotten(page: InternetPage, tokens: NoTokens) -> None:
    assert page._token.echoMode() == QLineEdit.EchoMode.Password
    page.look_for_token()
    assert "No token is kept." in texts(page)
    QTest.keyClicks(page._token, " hf_abc ")
    QTest.mouseClick(button(page, "Keep"), Qt.MouseButton.LeftButton)
    assert tokens.token == "hf_abc"
    assert page._token.text() == ""  # it is not shown again
    assert "A token is kept in the keyring." in texts(page)
    QTest.mouseClick(button(page, "Forget"), Qt.MouseButton.LeftButton)
    assert tokens.token is None
    assert "No token is kept." in texts(page)


def test_a_system_without_a_keyring_says_so(page: InternetPage, tokens: NoTokens) -> None:
    tokens.failure = InkhornError("internal", "In English.", reason="no_keyring")
    QTest.keyClicks(page._token, "hf_abc")
    QTest.keyClick(page._token, Qt.Key.Key_Return)
    assert "This system has no keyring" in texts(page)


def test_the_dialog_offers_the_devices_that_the_engine_found(app: QApplication, tmp_path: Path) -> None:
    dialog = SettingsDialog(Settings(device="cuda:1"), make_paths(tmp_path), NoTokens(), run_now)
    row = next(row for row in dialog.findChildren(OptionRow) if row.option.name == "device")
    assert row.control.currentData() == "cuda:1"  # kept, though nobody has seen it yet
    dialog.set_devices(
        (
            DeviceInfo("cpu", "A CPU", 16_000_000_000, None),
            DeviceInfo("cuda:0", "NVIDIA RTX 4060", 8_200_000_000, None),
        )
    )
    offered = [row.control.itemText(index) for index in range(row.control.count())]
    assert offered == ["Automatic", "CPU", "NVIDIA RTX 4060 · 8.2 GB", "cuda:1"]
    told: list[Settings] = []
    dialog.changed.connect(told.append)
    row.control.setCurrentIndex(2)
    assert told == [replace(Settings(), device="cuda:0")]
    dialog.deleteLater()


def test_reset_takes_the_addresses_back(app: QApplication, tmp_path: Path) -> None:
    settings = Settings(offline=True, proxy="http://proxy.example:1", theme="dark")
    dialog = SettingsDialog(settings, make_paths(tmp_path), NoTokens(), run_now)
    told: list[Settings] = []
    dialog.changed.connect(told.append)
    dialog.show_group("internet")
    dialog._resets["internet"].click()
    assert told == [Settings(theme="dark")]
    dialog.deleteLater()
