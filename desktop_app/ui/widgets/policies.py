"""How widgets give way to each other, and what numbers look like."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QSizePolicy


def keep_height() -> QSizePolicy:
    """For wrapped text: as wide as there is room, and never lower than the lines it then has."""
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    return policy


def dress_number(field: QAbstractSpinBox) -> None:
    """Give a number the same left edge as other fields have (Qt's stylesheets do not reach into it), and
    write it as all other numbers of the interface: 1,024 and 0.7."""
    field.setLocale(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    field.setGroupSeparatorShown(True)
    inner = field.findChild(QLineEdit)
    if inner is not None:
        inner.setTextMargins(8, 0, 0, 0)
