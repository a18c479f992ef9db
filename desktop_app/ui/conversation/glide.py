"""Scrolling that glides to where the wheel or a key sends it, unless the system asks for no motion."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QVariantAnimation
from PySide6.QtWidgets import QWidget

from desktop_app.ui.theme import motion_ms


class Glide:
    """Covers a distance in px in small steps and tells ``move`` of each. Distances rather than places,
    because places shift under way when guessed heights are corrected."""

    def __init__(self, owner: QWidget, move: Callable[[int], None]) -> None:
        self._owner = owner
        self._move = move
        self._done = 0
        self._distance = 0
        self._animation = QVariantAnimation(owner)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._step)

    @property
    def running(self) -> bool:
        return self._animation.state() == QVariantAnimation.State.Running

    def go(self, distance: int) -> None:
        """Go ``distance`` px, on top of what is still to go."""
        whole = distance + (self._distance - self._done if self.running else 0)
        self._animation.stop()
        duration = motion_ms(self._owner)
        if duration <= 0 or not self._owner.isVisible():
            self._move(whole)
            return
        self._distance, self._done = whole, 0
        self._animation.setDuration(duration)
        self._animation.setStartValue(0)
        self._animation.setEndValue(whole)
        self._animation.start()

    def stop(self) -> None:
        self._animation.stop()

    def _step(self, value: object) -> None:
        if isinstance(value, int) and value != self._done and self.running:
            step, self._done = value - self._done, value
            self._move(step)
