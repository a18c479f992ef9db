"""Colours, spaces, radii and sizes by meaning; light, dark and high contrast from one table.

`apply_theme` is called once at start and again whenever the user picks another theme; a change
reaches every widget as ``QEvent.Type.StyleChange``, where it asks `theme_of` for the new colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from desktop_app.core.paths import bundle_root
from desktop_app.ui.fonts import interface_font
from desktop_app.ui.stylesheet import stylesheet

ThemeChoice = Literal["system", "light", "dark"]

RADIUS_SMALL = 4
RADIUS = 6
RADIUS_LARGE = 10
READING_WIDTH = 760  # px, the widest column of text
LINE_HEIGHT = 1.55  # of text for reading

# The type scale, in px, by meaning.
SIZE_CAPTION = 12
SIZE_BODY = 13
SIZE_READING = 15
SIZE_TITLE = 17
SIZE_HEADING = 21
SIZE_DISPLAY = 28

MOTION_MS = 120


def space(steps: float) -> int:
    """``steps`` of the 4 px grid, in px."""
    return round(4 * steps)


@dataclass(frozen=True, slots=True)
class Theme:
    """One look. Every colour is ``#RRGGBB``."""

    name: str
    dark: bool
    paper: str  # what one reads and writes on
    raised: str  # menus, dialogs, fields: nearer than paper
    sunken: str  # rail, lists, status line: further away than paper
    ink: str  # text
    quiet: str  # text of second rank
    faint: str  # disabled text, decoration; carries no meaning of its own
    line: str  # hair lines between areas
    edge: str  # outlines of controls
    accent: str  # links, marks, the one primary button
    accent_hover: str
    accent_ink: str  # text on accent
    tint: str  # the user's own messages; a chosen row
    hover: str
    pressed: str
    danger: str
    danger_ink: str  # text on danger
    danger_paper: str
    warning: str
    warning_paper: str
    success: str
    success_paper: str
    info_paper: str
    code_paper: str
    selection: str
    selection_ink: str
    found: str  # behind a search hit
    focus: str
    scrollbar: str
    scrollbar_hover: str
    tip: str  # behind tool tips and toasts
    tip_ink: str
    tip_accent: str  # an action on a toast


# One row per meaning: light, dark, high contrast light, high contrast dark.
_TABLE: dict[str, tuple[str, str, str, str]] = {
    "paper": ("#FBFAF7", "#15171B", "#FFFFFF", "#000000"),
    "raised": ("#FFFFFF", "#1D2025", "#FFFFFF", "#000000"),
    "sunken": ("#F4F1EA", "#101215", "#FFFFFF", "#000000"),
    "ink": ("#1F2328", "#E8E6E1", "#000000", "#FFFFFF"),
    "quiet": ("#5B5F66", "#A4A6AB", "#1F1F1F", "#E6E6E6"),
    "faint": ("#A5A299", "#5E636B", "#5A5A5A", "#A8A8A8"),
    "line": ("#E4DFD4", "#292D33", "#000000", "#FFFFFF"),
    "edge": ("#8C887E", "#6D737C", "#000000", "#FFFFFF"),
    "accent": ("#2F4B7C", "#8FB1E8", "#00287A", "#9CC4FF"),
    "accent_hover": ("#253D67", "#A9C5F1", "#001B55", "#C4DCFF"),
    "accent_ink": ("#FFFFFF", "#10151E", "#FFFFFF", "#000000"),
    "tint": ("#EBEEF4", "#1F2632", "#E3ECFF", "#14233D"),
    "hover": ("#ECE8DE", "#22262C", "#E8E8E8", "#2B2B2B"),
    "pressed": ("#E2DDD0", "#2B3037", "#D6D6D6", "#3D3D3D"),
    "danger": ("#A1302B", "#F0978E", "#8A0000", "#FFA79F"),
    "danger_ink": ("#FFFFFF", "#2A0F0D", "#FFFFFF", "#000000"),
    "danger_paper": ("#FAECE9", "#33201F", "#FFFFFF", "#000000"),
    "warning": ("#745000", "#E3BC6E", "#5C3D00", "#FFD98A"),
    "warning_paper": ("#FAF2DE", "#302819", "#FFFFFF", "#000000"),
    "success": ("#2A6440", "#89C99D", "#004D1F", "#98E8B2"),
    "success_paper": ("#E9F3EB", "#1A2A20", "#FFFFFF", "#000000"),
    "info_paper": ("#EBEEF4", "#1F2632", "#FFFFFF", "#000000"),
    "code_paper": ("#F5F2EB", "#1B1E23", "#F4F4F4", "#101010"),
    "selection": ("#C8D6EE", "#2D4774", "#00287A", "#9CC4FF"),
    "selection_ink": ("#1F2328", "#F3F1EC", "#FFFFFF", "#000000"),
    "found": ("#F7E3A1", "#5A4A17", "#FFE45C", "#6B5600"),
    "focus": ("#2F4B7C", "#8FB1E8", "#00287A", "#FFE45C"),
    "scrollbar": ("#CFCABE", "#3A3F47", "#000000", "#FFFFFF"),
    "scrollbar_hover": ("#A8A397", "#565C66", "#00287A", "#9CC4FF"),
    "tip": ("#2A2E34", "#31363E", "#000000", "#FFFFFF"),
    "tip_ink": ("#F6F4EF", "#F3F1EC", "#FFFFFF", "#000000"),
    "tip_accent": ("#A9C5F1", "#A9C5F1", "#9CC4FF", "#00287A"),
}


def _theme(name: str, column: int) -> Theme:
    colours = {key: row[column] for key, row in _TABLE.items()}
    return Theme(name=name, dark=column % 2 == 1, **colours)


LIGHT = _theme("light", 0)
DARK = _theme("dark", 1)
CONTRAST_LIGHT = _theme("contrast_light", 2)
CONTRAST_DARK = _theme("contrast_dark", 3)
THEMES = (LIGHT, DARK, CONTRAST_LIGHT, CONTRAST_DARK)


def choose_theme(app: QApplication, choice: ThemeChoice) -> Theme:
    """The theme for the user's choice and what the system says (dark, high contrast)."""
    hints = app.styleHints()
    dark = choice == "dark" or (choice == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    if _wants_contrast(app):
        return CONTRAST_DARK if dark else CONTRAST_LIGHT
    return DARK if dark else LIGHT


def theme_of(widget: QWidget | QApplication | None = None) -> Theme:
    """The theme in use. Before `apply_theme` it is `LIGHT`."""
    app = QApplication.instance()
    theme = app.property("inkhorn_theme") if app is not None else None
    return theme if isinstance(theme, Theme) else LIGHT


def apply_theme(app: QApplication, choice: ThemeChoice) -> Theme:
    """Dress ``app`` in ``choice`` and keep following the system while it is "system"."""
    keeper = app.findChild(_Keeper, "inkhorn_theme_keeper")
    if keeper is None:
        keeper = _Keeper(app)
    return keeper.use(choice)


def motion_ms(widget: QWidget) -> int:
    """How long a movement takes: `MOTION_MS`, or 0 where the system asks for none."""
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    return min(MOTION_MS, widget.style().styleHint(hint, None, widget))


def set_look(widget: QWidget, **properties: str | bool) -> None:
    """Set the dynamic properties that the stylesheet looks at, and draw ``widget`` anew.

    ``kind`` of buttons: ``primary``, ``quiet``, ``danger``, ``link``; ``size`` of labels:
    ``caption``, ``reading``, ``title``, ``heading``, ``display``; ``tone`` of labels: ``quiet``, ``danger``,
    ``warning``, ``success``; ``surface`` of frames and plain widgets: ``paper``, ``raised``,
    ``sunken``, ``tint``, ``code``, ``card``.
    """
    changed = False
    for key, value in properties.items():
        name = _PROPERTY_NAMES.get(key, key)
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    if "surface" in properties:
        widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
    # One that was never seen yet is dressed by Qt at first sight; doing it here as well costs as much again.
    if changed and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        style = widget.style()
        style.unpolish(widget)
        style.polish(widget)


_PROPERTY_NAMES = {"size": "textSize"}  # "size" is a property of every QWidget already


class _Keeper(QObject):
    """Lives as long as the application and dresses it again when the system's look changes."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.setObjectName("inkhorn_theme_keeper")
        self._app = app
        self._choice: ThemeChoice = "system"
        app.setStyle("Fusion")
        app.setFont(interface_font(app.font(), SIZE_BODY))
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        accessibility = getattr(hints, "accessibility", None)
        if accessibility is not None:  # Qt 6.10
            accessibility().contrastPreferenceChanged.connect(self._follow)

    def use(self, choice: ThemeChoice) -> Theme:
        self._choice = choice
        hints = self._app.styleHints()
        if choice == "system":
            hints.unsetColorScheme()
        else:  # title bars and native file dialogs come along
            hints.setColorScheme(Qt.ColorScheme.Dark if choice == "dark" else Qt.ColorScheme.Light)
        return self._dress()

    def _follow(self, *_: object) -> None:
        self._dress()

    def _dress(self) -> Theme:
        theme = choose_theme(self._app, self._choice)
        if self._app.property("inkhorn_theme") != theme:
            self._app.setProperty("inkhorn_theme", theme)
            self._app.setPalette(palette_of(theme))
            self._app.setStyleSheet(stylesheet(theme, bundle_root() / "resources" / "themes"))
        return theme


def _wants_contrast(app: QApplication) -> bool:
    accessibility = getattr(app.styleHints(), "accessibility", None)
    if accessibility is None:
        return False
    return bool(accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)


def palette_of(theme: Theme) -> QPalette:
    """``theme`` as Qt's own roles, for everything that the stylesheet does not name."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.paper,
        role.WindowText: theme.ink,
        role.Base: theme.raised,
        role.AlternateBase: theme.sunken,
        role.ToolTipBase: theme.tip,
        role.ToolTipText: theme.tip_ink,
        role.PlaceholderText: theme.quiet,
        role.Text: theme.ink,
        role.Button: theme.raised,
        role.ButtonText: theme.ink,
        role.BrightText: theme.danger,
        role.Light: theme.raised,
        role.Midlight: theme.hover,
        role.Mid: theme.line,
        role.Dark: theme.edge,
        role.Shadow: theme.faint,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.selection_ink,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Accent: theme.accent,
    }
    palette = QPalette()
    for name, colour in colours.items():
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(theme.faint))
    return palette
