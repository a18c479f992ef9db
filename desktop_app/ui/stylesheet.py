"""One stylesheet for the whole interface, written from a theme's colours.

Borders grow from 1 to 2 px on focus and the padding shrinks by the same, so that nothing moves.
"""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.ui.theme import Theme

_RULES = """
* { outline: none; }
QMainWindow, QDialog { background: $paper; }
QWidget[surface="paper"] { background: $paper; }
QWidget[surface="raised"] { background: $raised; }
QWidget[surface="sunken"] { background: $sunken; }
QWidget[surface="tint"] { background: $tint; border-radius: 10px; }
QWidget[surface="code"] { background: $code_paper; border-radius: 6px; }
QWidget[surface="card"] { background: $raised; border: 1px solid $line; border-radius: 10px; }
QScrollArea, QScrollArea > QWidget > QWidget[plain="true"] { background: transparent; border: none; }
QFrame[line="true"] { background: $line; border: none; }
QSplitter::handle { background: $line; }
QSplitter::handle:hover { background: $accent; }

QLabel[size="caption"] { font-size: 12px; }
QLabel[size="title"] { font-size: 17px; font-weight: 600; }
QLabel[size="heading"] { font-size: 21px; font-weight: 600; }
QLabel[size="display"] { font-size: 28px; font-weight: 600; }
QLabel[tone="quiet"] { color: $quiet; }
QLabel[tone="danger"] { color: $danger; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="success"] { color: $success; }
QLabel:disabled { color: $faint; }

QPushButton {
  background: $raised; color: $ink; border: 1px solid $edge; border-radius: 6px;
  padding: 6px 13px; min-height: 18px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $pressed; }
QPushButton:focus { border: 2px solid $focus; padding: 5px 12px; }
QPushButton:disabled { color: $faint; border-color: $line; background: transparent; }
QPushButton[kind="primary"] {
  background: $accent; color: $accent_ink; border: 1px solid $accent; font-weight: 600;
}
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $ink; }
QPushButton[kind="primary"]:disabled { background: $pressed; border-color: $pressed; color: $faint; }
QPushButton[kind="danger"] { background: $danger; color: $danger_ink; border: 1px solid $danger; }
QPushButton[kind="danger"]:focus { border: 2px solid $ink; }
QPushButton[kind="danger"]:disabled { background: $pressed; border-color: $pressed; color: $faint; }
QPushButton[kind="quiet"] { background: transparent; border: 2px solid transparent; padding: 5px 10px; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:pressed, QPushButton[kind="quiet"]:checked { background: $pressed; }
QPushButton[kind="quiet"]:focus { border: 2px solid $focus; }
QPushButton[kind="quiet"]:disabled { background: transparent; }
QPushButton[kind="link"] {
  background: transparent; color: $accent; border: 2px solid transparent; padding: 1px 2px;
  text-align: left;
}
QPushButton[kind="link"]:hover { color: $accent_hover; text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 2px solid $focus; border-radius: 4px; }
QPushButton::menu-indicator { width: 0; image: none; }

QToolButton {
  background: transparent; color: $ink; border: 2px solid transparent; border-radius: 6px; padding: 4px;
}
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked, QToolButton:open { background: $pressed; }
QToolButton:focus { border: 2px solid $focus; }
QToolButton:disabled { color: $faint; }
QToolButton::menu-indicator { width: 0; image: none; }
QToolButton[kind="primary"] { background: $accent; color: $accent_ink; }
QToolButton[kind="primary"]:hover { background: $accent_hover; }
QToolButton[kind="primary"]:focus { border: 2px solid $ink; }
QToolButton[kind="primary"]:disabled { background: $pressed; color: $faint; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
  background: $raised; color: $ink; border: 1px solid $edge; border-radius: 6px; padding: 6px 9px;
  selection-background-color: $selection; selection-color: $selection_ink;
}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { min-height: 18px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
  border: 2px solid $focus; padding: 5px 8px;
}
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled,
QComboBox:disabled { color: $faint; background: $sunken; border-color: $line; }
QLineEdit:read-only { background: $sunken; }
QLineEdit[kind="quiet"] { background: $sunken; border: 1px solid $sunken; }
QLineEdit[kind="quiet"]:hover { border-color: $edge; }
QLineEdit[kind="quiet"]:focus { background: $raised; border: 2px solid $focus; }
QWidget[surface="sunken"] QLineEdit[kind="quiet"] { background: $paper; border-color: $line; }
QPlainTextEdit[kind="bare"], QTextEdit[kind="bare"], QTextBrowser[kind="bare"] {
  background: transparent; border: none; padding: 0;
}
QPlainTextEdit[kind="bare"]:focus, QTextEdit[kind="bare"]:focus { border: none; padding: 0; }
QComboBox { padding-right: 28px; }
QComboBox:focus { padding-right: 27px; }
QComboBox:hover { background: $hover; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url("$images/chevron-down.svg"); width: 14px; height: 14px; }
QComboBox::down-arrow:disabled { image: url("$images/chevron-down-off.svg"); }
QComboBox QAbstractItemView {
  background: $raised; color: $ink; border: 1px solid $line; border-radius: 6px; padding: 4px;
  selection-background-color: $hover; selection-color: $ink;
}
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 8px; border-radius: 4px; }
QComboBox QAbstractItemView::item:selected { background: $hover; color: $ink; }
QAbstractSpinBox { padding-right: 24px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
  background: transparent; border: none; width: 20px; subcontrol-origin: border; right: 3px;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; top: 3px; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; bottom: 3px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; border-radius: 3px; }
QAbstractSpinBox::up-arrow { image: url("$images/chevron-up.svg"); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url("$images/chevron-down.svg"); width: 12px; height: 12px; }
QAbstractSpinBox::up-arrow:disabled, QAbstractSpinBox::up-arrow:off { image: url("$images/chevron-up-off.svg"); }
QAbstractSpinBox::down-arrow:disabled, QAbstractSpinBox::down-arrow:off { image: url("$images/chevron-down-off.svg"); }

QCheckBox, QRadioButton { spacing: 8px; border: 2px solid transparent; border-radius: 4px; padding: 2px; }
QCheckBox:focus, QRadioButton:focus { border-color: $focus; }
QCheckBox:disabled, QRadioButton:disabled { color: $faint; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $edge; background: $raised; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox::indicator:checked { image: url("$images/check.svg"); }
QRadioButton::indicator:checked { image: url("$images/dot.svg"); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $line; background: $sunken; }

QSlider { min-height: 24px; border: 2px solid transparent; border-radius: 6px; }
QSlider:focus { border-color: $focus; }
QSlider::groove:horizontal { height: 4px; background: $pressed; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal {
  background: $raised; border: 2px solid $accent; width: 12px; height: 12px; margin: -6px 0; border-radius: 8px;
}
QSlider::handle:horizontal:hover { background: $tint; }
QSlider::sub-page:horizontal:disabled { background: $faint; }
QSlider::handle:horizontal:disabled { border-color: $faint; }
QProgressBar { background: $pressed; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; text-align: right; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab {
  color: $quiet; background: transparent; padding: 8px 12px; border: none; border-bottom: 2px solid transparent;
}
QTabBar::tab:hover { color: $ink; }
QTabBar::tab:selected { color: $ink; border-bottom-color: $accent; }
QTabBar::tab:focus { background: $tint; }
QGroupBox { border: none; margin-top: 24px; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 0; }

QAbstractItemView { background: transparent; border: none; selection-background-color: $tint; selection-color: $ink; }
QListView::item, QTreeView::item { padding: 6px 8px; border-radius: 6px; border: 2px solid transparent; color: $ink; }
QListView::item:hover, QTreeView::item:hover { background: $hover; }
QListView::item:selected, QTreeView::item:selected { background: $tint; color: $ink; }
QListView:focus::item:focus, QTreeView:focus::item:focus { border: 2px solid $focus; }
QTableView { gridline-color: $line; }
QHeaderView::section { background: $sunken; color: $quiet; border: none; border-bottom: 1px solid $line; padding: 6px 8px; }

QMenuBar { background: $sunken; color: $ink; border: none; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 4px 8px; border-radius: 4px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; }
QMenu { background: $raised; color: $ink; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 28px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $hover; color: $ink; }
QMenu::item:disabled { color: $faint; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::indicator { width: 16px; height: 16px; margin-left: 8px; }
QMenu::indicator:checked { image: url("$images/menu-check.svg"); }
QMenu::right-arrow { image: url("$images/chevron-right.svg"); width: 14px; height: 14px; margin-right: 8px; }
QToolTip { background: $tip; color: $tip_ink; border: 1px solid $tip; padding: 4px 6px; }

QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $scrollbar; border-radius: 3px; margin: 3px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $scrollbar_hover; }
QScrollBar::handle:vertical { min-height: 36px; }
QScrollBar::handle:horizontal { min-width: 36px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; background: none; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QToolButton[kind="rail"] {
  color: $quiet; border: 2px solid transparent; border-radius: 8px; padding: 6px 2px; font-size: 12px;
}
QToolButton[kind="rail"]:hover { color: $ink; background: $hover; }
QToolButton[kind="rail"]:checked { color: $accent; background: $tint; }
QToolButton[kind="rail"]:focus { border-color: $focus; }
QFrame[banner="info"] { background: $info_paper; border: 1px solid $line; border-radius: 8px; }
QFrame[banner="warning"] { background: $warning_paper; border: 1px solid $warning; border-radius: 8px; }
QFrame[banner="danger"] { background: $danger_paper; border: 1px solid $danger; border-radius: 8px; }
QFrame[toast="true"] { background: $tip; border: 1px solid $tip; border-radius: 8px; }
QFrame[toast="true"] QLabel { color: $tip_ink; }
QFrame[toast="true"] QPushButton { color: $tip_accent; background: transparent; border: 2px solid transparent; padding: 3px 8px; font-weight: 600; }
QFrame[toast="true"] QPushButton:hover { color: $tip_ink; }
QFrame[toast="true"] QPushButton:focus { border-color: $tip_accent; }
QFrame[toast="true"] QToolButton:hover { background: transparent; }
QFrame[toast="true"] QToolButton:focus { border-color: $tip_accent; }
"""


def stylesheet(theme: Theme, images: Path) -> str:
    """The rules for ``theme``; ``images`` holds its small pictures (check marks, arrows)."""
    return Template(_RULES).substitute(_colours(theme), images=images.as_posix())


def _colours(theme: Theme) -> dict[str, str]:
    names = (name for name in theme.__dataclass_fields__ if name not in ("name", "dark"))
    return {name: getattr(theme, name) for name in names}
