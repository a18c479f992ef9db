"""How widgets give way to each other."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QSizePolicy


def keep_height() -> QSizePolicy:
    """For wrapped text: as wide as there is room, and never lower than the lines it then has."""
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    return policy


def pad_number(field: QAbstractSpinBox) -> None:
    """Give a number the same left edge as other fields have; Qt's stylesheets do not reach into it."""
    inner = field.findChild(QLineEdit)
    if inner is not None:
        inner.setTextMargins(8, 0, 0, 0)
