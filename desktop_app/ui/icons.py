"""Lucide's icons in the theme's colours, sharp at every pixel ratio."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop_app.core.paths import bundle_root
from desktop_app.ui.theme import theme_of

SIZES = (16, 18, 20, 24)  # px at ratio 1


def icon(name: str, color: str | None = None, on: str | None = None) -> QIcon:
    """Icon ``name`` (a Lucide name such as ``trash-2``, or filled: ``square:filled``) in ``color``
    (``#RRGGBB``; the text colour if not given), greyed where disabled, in ``on`` where its button is checked.

    Ask again after a change of theme: an icon keeps the colours it was made with.
    Raises FileNotFoundError for a name that ``resources/icons/lucide`` does not have.
    """
    theme = theme_of()
    colour = color or theme.ink
    ratios = {screen.devicePixelRatio() for screen in QGuiApplication.screens()} or {1.0}
    return _icon(name, colour, theme.faint, on or colour, tuple(sorted(ratios)))


def pixmap(name: str, size: int, ratio: float, color: str | None = None) -> QPixmap:
    """Icon ``name`` as a picture, ``size`` px wide on a screen with ``ratio`` pixels per px."""
    return _draw(_renderer(name, color or theme_of().ink), size, ratio)


def app_icon() -> QIcon:
    """The app's own mark, for windows and the task bar."""
    folder = bundle_root() / "resources" / "icons" / "png"
    made = QIcon()
    for file in sorted(folder.glob("*.png")):
        made.addFile(str(file))
    return made


def mark_pixmap(size: int, ratio: float) -> QPixmap:
    """The app's own mark as a picture, ``size`` px."""
    return _draw(QSvgRenderer(str(bundle_root() / "resources" / "icons" / "inkhorn.svg")), size, ratio)


@lru_cache(maxsize=256)
def _icon(name: str, colour: str, faint: str, on: str, ratios: tuple[float, ...]) -> QIcon:
    made = QIcon()
    # Qt tints selected icons by itself unless told what they look like.
    looks = [
        (colour, ((QIcon.Mode.Normal, QIcon.State.Off), (QIcon.Mode.Selected, QIcon.State.Off))),
        (faint, ((QIcon.Mode.Disabled, QIcon.State.Off),)),
    ]
    if on != colour:
        looks.append((on, ((QIcon.Mode.Normal, QIcon.State.On),)))
    for tone, uses in looks:
        renderer = _renderer(name, tone)
        for ratio in ratios:
            for size in SIZES:
                picture = _draw(renderer, size, ratio)
                for mode, state in uses:
                    made.addPixmap(picture, mode, state)
    return made


def _draw(renderer: QSvgRenderer, size: int, ratio: float) -> QPixmap:
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace(b"currentColor", colour.encode())))


@lru_cache(maxsize=128)
def _source(name: str) -> bytes:
    file, _, filled = name.partition(":")
    text = (bundle_root() / "resources" / "icons" / "lucide" / f"{Path(file).name}.svg").read_bytes()
    if filled:
        text = text.replace(b'fill="none"', b'fill="currentColor"')
    # Lucide's stroke of 2 is made for 24 px; at 16 to 20 px beside text, 1.75 weighs the same as the text.
    return text.replace(b'stroke-width="2"', b'stroke-width="1.75"')
