"""Make the pictures that are drawn from other files: run after changing the mark or the colours.

``python resources/icons/make_icons.py`` writes
``icons/png/inkhorn-N.png``, ``icons/inkhorn.ico`` and ``icons/inkhorn.icns`` from ``icons/inkhorn.svg``
(``inkhorn-small.svg`` up to 24 px), and ``themes/NAME/*.svg``, the marks that the stylesheet shows
in check boxes and arrows, which cannot take the text colour by themselves.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ICONS = ROOT / "resources" / "icons"
PNG_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
# Apple's four-letter names for PNG pictures of these sizes.
ICNS_TYPES = ((b"icp4", 16), (b"icp5", 32), (b"icp6", 64), (b"ic07", 128), (b"ic08", 256), (b"ic09", 512))
SMALL = 24


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(ROOT))
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    write_theme_pictures()
    pictures = {size: render(size) for size in PNG_SIZES}
    folder = ICONS / "png"
    folder.mkdir(exist_ok=True)
    for size, content in pictures.items():
        (folder / f"inkhorn-{size:03}.png").write_bytes(content)
    (ICONS / "inkhorn.ico").write_bytes(ico(pictures))
    (ICONS / "inkhorn.icns").write_bytes(icns(pictures))
    application.quit()


def write_theme_pictures() -> None:
    from desktop_app.ui.theme import THEMES

    for theme in THEMES:
        folder = ROOT / "resources" / "themes" / theme.name
        folder.mkdir(parents=True, exist_ok=True)
        for name, (source, colour) in {
            "check": ("check", theme.accent_ink),
            "menu-check": ("check", theme.ink),
            "chevron-down": ("chevron-down", theme.quiet),
            "chevron-down-off": ("chevron-down", theme.faint),
            "chevron-up": ("chevron-up", theme.quiet),
            "chevron-up-off": ("chevron-up", theme.faint),
            "chevron-right": ("chevron-right", theme.quiet),
        }.items():
            text = (ICONS / "lucide" / f"{source}.svg").read_text(encoding="utf-8")
            width = "3" if name == "check" else "2"
            text = text.replace("currentColor", colour).replace('stroke-width="2"', f'stroke-width="{width}"')
            (folder / f"{name}.svg").write_text(text, encoding="utf-8")
        dot = f'<circle cx="12" cy="12" r="5" fill="{theme.accent_ink}"/>'
        head = '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">'
        (folder / "dot.svg").write_text(f"{head}{dot}</svg>\n", encoding="utf-8")


def render(size: int) -> bytes:
    """The mark as a PNG, ``size`` pixels."""
    from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    name = "inkhorn-small.svg" if size <= SMALL else "inkhorn.svg"
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(ICONS / name)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know only bytes
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon of PNG pictures: a header, an entry of 16 bytes for each, then the pictures."""
    entries, body = b"", b""
    offset = 6 + 16 * len(ICO_SIZES)
    for size in ICO_SIZES:
        content = pictures[size]
        side = size % 256  # 0 stands for 256
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(content), offset + len(body))
        body += content
    return struct.pack("<HHH", 0, 1, len(ICO_SIZES)) + entries + body


def icns(pictures: dict[int, bytes]) -> bytes:
    """An Apple icon: a header, then type, length and PNG of each size, all big-endian."""
    body = b"".join(
        name + struct.pack(">I", 8 + len(pictures[size])) + pictures[size] for name, size in ICNS_TYPES
    )
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


if __name__ == "__main__":
    main()
