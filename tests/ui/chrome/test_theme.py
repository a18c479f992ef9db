"""Colours one can read, a theme that changes while the window is open, pictures that match the table."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.paths import bundle_root
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import DARK, LIGHT, THEMES, Theme, apply_theme, set_look, theme_of

# Every text colour with every ground it is drawn on.
GROUNDS = ("paper", "raised", "sunken", "tint", "hover", "pressed", "code_paper")
TEXT_PAIRS = [
    *itertools.product(("ink", "quiet", "accent", "danger", "warning", "success"), GROUNDS),
    ("ink", "danger_paper"),
    ("ink", "warning_paper"),
    ("ink", "success_paper"),
    ("ink", "info_paper"),
    ("ink", "found"),
    ("danger", "danger_paper"),
    ("warning", "warning_paper"),
    ("success", "success_paper"),
    ("accent_hover", "paper"),
    ("accent_ink", "accent"),
    ("accent_ink", "accent_hover"),
    ("danger_ink", "danger"),
    ("selection_ink", "selection"),
    ("tip_ink", "tip"),
    ("tip_accent", "tip"),
]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_right() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_is_readable_everywhere(theme: Theme) -> None:
    low = {
        f"{text} on {ground}": round(contrast(getattr(theme, text), getattr(theme, ground)), 2)
        for text, ground in TEXT_PAIRS
        if contrast(getattr(theme, text), getattr(theme, ground)) < (7 if "contrast" in theme.name else 4.5)
    }
    # Chosen rows and pressed buttons of the high-contrast themes still reach 4.5.
    assert not {pair: ratio for pair, ratio in low.items() if ratio < 4.5 or "on paper" in pair}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_outlines_and_focus_can_be_seen(theme: Theme) -> None:
    for ground in ("paper", "raised", "sunken"):
        assert contrast(theme.edge, getattr(theme, ground)) >= 3
        assert contrast(theme.focus, getattr(theme, ground)) >= 3


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_colours_are_colours(theme: Theme) -> None:
    for field in fields(theme):
        if field.name not in ("name", "dark"):
            assert re.fullmatch(r"#[0-9A-F]{6}", getattr(theme, field.name)), field.name


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_stylesheet_pictures_have_the_themes_colours(theme: Theme) -> None:
    folder = bundle_root() / "resources" / "themes" / theme.name
    assert theme.accent_ink in (folder / "check.svg").read_text(encoding="utf-8")
    assert theme.accent_ink in (folder / "dot.svg").read_text(encoding="utf-8")
    assert theme.quiet in (folder / "chevron-down.svg").read_text(encoding="utf-8")
    rules = (folder.parent / "inkhorn.qss").read_text(encoding="utf-8")
    for name in re.findall(r"\$images/([\w-]+\.svg)", rules):
        assert (folder / name).is_file(), name


@pytest.fixture
def qt_says() -> Iterator[list[str]]:
    said: list[str] = []

    def hear(kind: QtMsgType, context: object, message: str) -> None:
        if "This plugin does not support" not in message:
            said.append(message)

    before = qInstallMessageHandler(hear)
    yield said
    qInstallMessageHandler(before)


def test_theme_changes_while_running(app: QApplication, qt_says: list[str]) -> None:
    apply_theme(app, "light")
    window = QWidget()
    column = QVBoxLayout(window)
    label, primary = QLabel("ink"), QPushButton("go")
    set_look(primary, kind="primary")
    for widget in (label, primary, QLineEdit(), QComboBox(), QCheckBox("on"), QSpinBox()):
        column.addWidget(widget)
    set_look(window, surface="paper")
    window.show()
    app.processEvents()
    assert theme_of(window) == LIGHT
    assert window.grab().toImage().pixelColor(1, 1).name().upper() == LIGHT.paper

    apply_theme(app, "dark")
    app.processEvents()
    assert theme_of(window) == DARK
    assert window.grab().toImage().pixelColor(1, 1).name().upper() == DARK.paper
    assert label.palette().color(QPalette.ColorRole.WindowText).name().upper() == DARK.ink
    picture = primary.grab().toImage()
    assert picture.pixelColor(8, picture.height() // 2).name().upper() == DARK.accent
    assert not qt_says, "Qt does not understand a part of the stylesheet"
    window.close()
    apply_theme(app, "light")


def test_system_choice_follows_the_system(app: QApplication) -> None:
    """The offscreen platform reports no colour scheme, which means light."""
    apply_theme(app, "dark")
    assert apply_theme(app, "system") == LIGHT


def test_icons_take_the_text_colour(app: QApplication) -> None:
    apply_theme(app, "light")
    picture = icon("square").pixmap(24, 24).toImage()
    row = [picture.pixelColor(x, 12) for x in range(24)]
    drawn = [colour for colour in row if colour.alpha() > 100]
    assert drawn
    for colour in drawn:
        assert contrast(colour.name(), LIGHT.ink) < 1.05
    assert icon("search") is not None
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


def test_every_icon_that_the_code_names_is_there() -> None:
    folder = bundle_root() / "resources" / "icons" / "lucide"
    there = {path.stem for path in folder.glob("*.svg")}
    named: set[str] = set()
    for path in (bundle_root() / "desktop_app" / "ui").rglob("*.py"):
        named.update(re.findall(r"\b(?:icon|pixmap)\(\s*\"([a-z0-9-]+)\"", path.read_text(encoding="utf-8")))
    assert named
    assert named <= there, named - there


def test_the_mark_is_drawn_at_every_size() -> None:
    icons = Path(bundle_root() / "resources" / "icons")
    for size in (16, 32, 48, 256, 512):
        assert (icons / "png" / f"inkhorn-{size:03}.png").read_bytes().startswith(b"\x89PNG")
    assert (icons / "inkhorn.ico").read_bytes()[:4] == b"\x00\x00\x01\x00"
    assert (icons / "inkhorn.icns").read_bytes()[:4] == b"icns"
