"""What somebody can read, hear and reach with the keyboard, below a widget."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabWidget,
    QWidget,
)

NAMES = {"English", "简体中文", "Inkhorn"}  # names, the same in every language


def texts_of(root: QWidget) -> Iterator[tuple[QWidget | QAction, str]]:
    """Everything below ``root`` that somebody can read or hear."""
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.objectName().startswith("qt_"):
            continue
        yield widget, widget.windowTitle()
        yield widget, widget.toolTip()
        yield widget, widget.accessibleName()
        yield widget, widget.accessibleDescription()
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget, widget.text()
        if isinstance(widget, QLineEdit | QPlainTextEdit):
            yield widget, widget.placeholderText()
        if isinstance(widget, QComboBox):
            for index in range(widget.count()):
                yield widget, widget.itemText(index)
        if isinstance(widget, QTabWidget):
            for index in range(widget.count()):
                yield widget, widget.tabText(index)
    for action in root.findChildren(QAction):
        if action.isVisible() and not action.isSeparator():
            yield action, action.text()


def left_in_english(root: QWidget, names: set[str]) -> list[str]:
    """Texts with letters that did not go through the catalogue and are no names."""
    found = []
    for widget, text in texts_of(root):
        # What stands in the brackets, with a name inside too, went through `tr`.
        rest = re.sub(r"《.*》", "", text, flags=re.DOTALL)
        rest = re.sub(r"\b(?:Ctrl|Shift)\+\S+", "", rest)
        if re.search(r"[A-Za-z]{2,}", rest) and rest.strip() not in NAMES | names:
            found.append(f"{type(widget).__name__}: {text}")
    return found


def unnamed(root: QWidget, but: type[QWidget] | tuple[type[QWidget], ...] = ()) -> list[str]:
    """Controls that the keyboard reaches and a screen reader has no name for."""
    found = []
    for widget in root.findChildren(QWidget):
        inner = widget.objectName().startswith("qt_")
        if inner or (
            widget.focusPolicy() == Qt.FocusPolicy.NoFocus and not isinstance(widget, QAbstractButton)
        ):
            continue
        if not widget.accessibleName() and not (but and isinstance(widget, but)):
            found.append(f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}")
    return found
