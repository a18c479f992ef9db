"""How widgets give way to each other."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy


def keep_height() -> QSizePolicy:
    """For wrapped text: as wide as there is room, and never lower than the lines it then has."""
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    return policy
