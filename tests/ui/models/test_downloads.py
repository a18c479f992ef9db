"""Downloads in the window: real ones, from a hub on this computer, through the catalogue and the pane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from desktop_app.core.settings import Settings
from desktop_app.ui.models.download_row import DownloadRow
from desktop_app.ui.models.licence_dialog import LicenceDialog
from desktop_app.ui.models.offers import Wanted
from desktop_app.ui.widgets.banner import Banner
from tests.library import faults
from tests.library.hub_server import Hub, Repo
from tests.ui.models.conftest import User
from tests.ui.models.making import download, failure

Open = Callable[..., User]


def texts(row: DownloadRow) -> str:
    return " ".join(label.text() for label in row.findChildren(QLabel) if not label.isHidden())


def buttons(row: DownloadRow) -> list[str]:
    return [button.text() for button in row.findChildren(QPushButton) if not button.isHidden()]


def press(row: DownloadRow, words: str) -> None:
    button = next(b for b in row.findChildren(QPushButton) if b.text() == words and not b.isHidden())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


# --- a row by itself ----------------------------------------------------------------------------


@pytest.fixture
def row(app: QApplication) -> DownloadRow:
    return DownloadRow()


def test_a_running_download_tells_amount_speed_and_time(row: DownloadRow) -> None:
    row.set_state(download(bytes_per_s=8_300_000.0))
    assert "412 of 2,010 MB · 8 MB per second · about 3 minutes left" in texts(row)
    assert buttons(row) == ["Pause", "Cancel"]
    assert "412 of 2,010 MB" in row.accessibleName()


@pytest.mark.parametrize(
    ("speed", "words"),
    [(1.6e9, "less than a minute"), (2.2e7, "about a minute"), (1e5, "about 4.4 hours"), (None, "2,010 MB")],
)
def test_time_left_in_words_of_its_size(row: DownloadRow, speed: float | None, words: str) -> None:
    row.set_state(download(bytes_per_s=speed))
    assert words in texts(row)
    assert ("left" in texts(row)) == (speed is not None)


def test_a_paused_download_can_go_on(row: DownloadRow) -> None:
    row.set_state(download("paused"))
    assert "paused · 412 of 2,010 MB" in texts(row)
    assert buttons(row) == ["Resume", "Cancel"]


@pytest.mark.parametrize(
    ("kind", "values", "words", "ways"),
    [
        ("offline", {}, "offline lock is on", ["Offline lock…", "Try again"]),
        ("gated", {}, "Ask on the model’s page", ["Open the model’s page", "Enter a token…", "Try again"]),
        ("unauthorized", {}, "access token", ["Enter a token…", "Open the model’s page", "Try again"]),
        ("network", {}, "What was fetched is kept", ["Try again", "Use a mirror…"]),
        ("rate_limited", {}, "wait a little", ["Try again", "Use a mirror…"]),
        (
            "not_found",
            {},
            "does not have this model",
            ["Use a mirror…", "Open the model’s page", "Try again"],
        ),
        ("model_damaged", {}, "thrown away", ["Try again", "Use a mirror…"]),
        ("licence", {}, "has to be accepted", ["Read the licence…"]),
        ("internal", {}, "Something went wrong", ["Try again"]),
        (
            "disk_full",
            {"needed": 2_000_000_000, "free": 300_000_000},
            "2.0 GB more are needed, 300 MB is free",
            ["Make room…", "Try again"],
        ),
    ],
)
def test_each_failure_says_why_and_leads_out(
    row: DownloadRow, kind: str, values: dict[str, int], words: str, ways: list[str]
) -> None:
    row.set_state(download("failed", failure=failure(kind, **values)))
    assert words in texts(row)
    assert words in row.accessibleName()
    assert buttons(row) == [*ways, "Cancel"]


def test_a_download_that_tries_again_by_itself_says_when(row: DownloadRow) -> None:
    row.set_state(download(failure=failure("network", retry_s=12.4)))
    assert "tries again in 12 s" in texts(row)
    assert buttons(row) == ["Pause", "Cancel"]


def test_only_what_can_chat_is_offered_for_use(row: DownloadRow) -> None:
    row.set_state(download("done"), usable=True)
    assert buttons(row) == ["Use now", "Close"]
    row.set_state(download("done"), usable=False)
    assert buttons(row) == ["Close"]


# --- the whole way ------------------------------------------------------------------------------


def get(user: User, model_id: str) -> None:
    """Find a model and press its Get."""
    user.pane.show_view("more")
    user.pane.filter.set_wanted(Wanted(task="chat", text="made for a test"))
    user.pane.offers.choose(model_id)
    details = user.pane.offer_details
    QTest.mouseClick(details.get, Qt.MouseButton.LeftButton)


def phase(user: User) -> str:
    rows = user.pane.downloads.rows()
    state = rows[0].state() if rows else None
    return state.phase if state else ""


def test_get_progress_installed_use(open_user: Open, online: Settings, hub: Hub) -> None:
    hub.cdn.faults.append(faults.trickle(50_000, 0.05))
    user = open_user(online)
    get(user, "tiny")
    user.wait(lambda: phase(user) == "running", "the download to run")
    assert user.window.status_line._private_field.label.text() == "Connected to the internet"
    badge = next(b for key, (b, *_) in user.window.rail._entries.items() if key == "models")
    assert badge.accessibleName() == "Models, 1 download under way"
    assert not user.pane.offer_details.get.isVisible()
    user.wait(lambda: phase(user) == "done", "the download")
    user.wait(lambda: "tiny--f32" in user.rows(), "the model in the list")
    user.wait(lambda: badge.accessibleName() == "Models", "the badge to go")
    user.wait(lambda: user.window.status_line._private_field.label.text() == "Nothing leaves this computer")
    assert user.window.toast._label.text() == "tiny model is ready"
    QTest.mouseClick(user.window.toast._button, Qt.MouseButton.LeftButton)
    user.wait(lambda: user.settings.models.get("chat") == "tiny--f32", "the model to be used")
    assert (user.paths.user_models / "tiny--f32" / "tiny.gguf").is_file()


def test_pause_resume_and_cancel(open_user: Open, online: Settings, hub: Hub) -> None:
    hub.cdn.faults += [faults.stall_after(100_000), faults.stall_after(50_000)]
    user = open_user(online)
    get(user, "tiny")
    user.wait(lambda: phase(user) == "running", "the download to run")
    press(user.pane.downloads.rows()[0], "Pause")
    user.wait(lambda: phase(user) == "paused", "the pause")
    press(user.pane.downloads.rows()[0], "Resume")
    user.wait(lambda: phase(user) == "running", "the download to go on")
    press(user.pane.downloads.rows()[0], "Cancel")
    user.wait(lambda: not user.pane.downloads.rows(), "the row to go")
    assert not (user.paths.user_models / "tiny--f32").exists()
    user.wait(lambda: user.pane.offer_details.get.isVisible(), "the button to come back")


def test_what_has_terms_is_fetched_only_after_they_are_accepted(
    open_user: Open, online: Settings, hub: Hub
) -> None:
    user = open_user(online)
    get(user, "terms")
    dialog = user.window.findChild(LicenceDialog)
    assert dialog is not None
    assert not dialog.get.isEnabled()
    assert any("Own terms" in label.text() for label in dialog.findChildren(QLabel))
    dialog.reject()
    user.settle()
    assert not hub.connections
    user.wait(lambda: user.window.findChild(LicenceDialog) is None, "the dialog to go")
    get(user, "terms")
    dialog = user.window.findChild(LicenceDialog)
    QTest.keyClick(dialog.box, Qt.Key.Key_Space)
    QTest.mouseClick(dialog.get, Qt.MouseButton.LeftButton)
    user.wait(lambda: "terms--f32" in user.rows(), "the model")


def test_a_gated_model_says_where_to_ask_and_where_the_token_goes(
    open_user: Open, online: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    user = open_user(online)
    get(user, "gated")
    user.wait(lambda: phase(user) == "failed", "the refusal")
    row = user.pane.downloads.rows()[0]
    press(row, "Enter a token…")
    assert user.pages == ["internet"]
    monkeypatch.setenv("HF_TOKEN", "hf_good_token")
    press(row, "Try again")
    user.wait(lambda: "gated--f32" in user.rows(), "the model")


def test_the_offline_lock_refuses_at_once_and_leads_to_its_setting(
    open_user: Open, online: Settings, hub: Hub
) -> None:
    user = open_user(replace(online, offline=True))
    assert user.window.status_line._private_field.label.text() == "Offline lock is on"
    get(user, "tiny")
    banner = user.pane._banner
    assert isinstance(banner, Banner)
    assert "offline lock is on" in banner.accessibleName()
    QTest.mouseClick(banner._buttons[0], Qt.MouseButton.LeftButton)
    assert user.pages == ["internet"]
    user.settle()
    assert not hub.connections
    user.use(replace(user.settings, offline=False))
    QTest.mouseClick(user.pane.offer_details.get, Qt.MouseButton.LeftButton)
    user.wait(lambda: "tiny--f32" in user.rows(), "the model")


def test_the_lock_stops_what_runs_and_taking_it_off_goes_on(
    open_user: Open, online: Settings, hub: Hub
) -> None:
    hub.cdn.faults.append(faults.stall_after(100_000))
    user = open_user(online)
    get(user, "tiny")
    # The first request has to have met the stall: it would meet the second one otherwise.
    user.wait(lambda: phase(user) == "running" and not hub.cdn.faults, "the download to stall")
    user.use(replace(user.settings, offline=True))
    user.wait(lambda: phase(user) == "waiting", "the download to stop")
    row = user.pane.downloads.rows()[0]
    assert "waits while the offline lock is on" in texts(row)
    assert buttons(row) == ["Offline lock…", "Cancel"]
    user.use(replace(user.settings, offline=False))
    user.wait(lambda: "tiny--f32" in user.rows(), "the model")


def test_a_model_of_the_hub_is_had_by_its_name(open_user: Open, online: Settings, hub: Hub) -> None:
    head = b'{"lm_head.weight":{"dtype":"F32","shape":[1000],"data_offsets":[0,4000]}}'
    weights = len(head).to_bytes(8, "little") + head + bytes(4000)
    config = b'{"model_type": "llama", "architectures": ["LlamaForCausalLM"]}'
    files = {"config.json": config, "tokenizer.json": b"{}", "model.safetensors": weights}
    hub.repos["somebody/own-model"] = Repo({**files, "pytorch_model.bin": b"\x80\x02pickle"})
    user = open_user(online)
    user.pane.show_view("more")
    QTest.keyClicks(user.pane.filter.search, f"{hub.url}/somebody/own-model")
    assert user.rows("more") == ["hub:somebody/own-model"]
    QTest.keyClick(user.pane.filter.search, Qt.Key.Key_Down)
    QTest.keyClick(user.pane.offers, Qt.Key.Key_Return)
    user.wait(lambda: "somebody--own-model" in user.rows(), "the model")
    assert buttons(user.pane.downloads.rows()[0]) == ["Close"]
    assert not hub.paths("pytorch_model.bin")


def test_a_model_that_is_gone_fails_with_its_ways_out(open_user: Open, online: Settings, hub: Hub) -> None:
    del hub.repos["maker/tiny"]
    user = open_user(online)
    get(user, "tiny")
    user.wait(lambda: phase(user) == "failed", "the failure")
    press(user.pane.downloads.rows()[0], "Use a mirror…")
    assert user.pages == ["internet"]
