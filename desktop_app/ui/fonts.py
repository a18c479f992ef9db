"""The system's own font, with Chinese that looks right beside it; a serif and a fixed-width choice."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo

# Where no desktop says what its font is, Qt names only "Sans Serif", and often that is DejaVu: wide, and
# made for other purposes. Then the first of these.
_LATIN_SANS = ("Inter", "Noto Sans", "Cantarell", "Ubuntu", "Open Sans", "Liberation Sans", "Nimbus Sans")
# In each list the first that the system has is used for what the fonts before it lack.
_CJK_SANS = ("PingFang SC", "Microsoft YaHei UI", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC")
_CJK_SERIF = ("Songti SC", "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "SimSun")
_LATIN_SERIF = (
    "New York",
    "Charter",
    "Georgia",
    "Cambria",
    "Noto Serif",
    "Source Serif 4",
    "C059",
    "DejaVu Serif",
)
_FIXED = (
    "SF Mono",
    "Menlo",
    "Cascadia Mono",
    "Consolas",
    "JetBrains Mono",
    "Noto Sans Mono",
    "DejaVu Sans Mono",
)
_CJK_FIXED = ("PingFang SC", "Microsoft YaHei UI", "Noto Sans Mono CJK SC", "Noto Sans CJK SC")


def interface_font(system: QFont, size: int) -> QFont:
    """The interface's font: ``system``'s family, then the best Chinese one, ``size`` px."""
    font = QFont(system)
    # A Chinese font has Latin letters too, but with quotation marks as wide as a Chinese character:
    # so a Latin one must stand before it.
    latin = _present(tuple(system.families())) or _present(_LATIN_SANS)[:1] or [QFontInfo(system).family()]
    font.setFamilies([*latin, *_present(_CJK_SANS)[:1]])
    font.setPixelSize(size)
    return font


def reading_font(system: QFont, size: int, serif: bool = False) -> QFont:
    """What conversations are read in: the interface's family, or a serif, at ``size`` px."""
    if not serif:
        return interface_font(system, size)
    font = QFont()
    latin = _present(_LATIN_SERIF)[:1] or ["serif"]
    font.setFamilies([*latin, *_present(_CJK_SERIF)[:1], *_present(_CJK_SANS)[:1]])
    font.setStyleHint(QFont.StyleHint.Serif)
    font.setPixelSize(size)
    return font


def code_font(size: int) -> QFont:
    """A fixed-width font at ``size`` px, with Chinese."""
    families = _present(_FIXED)[:1] or QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families()
    font = QFont()
    font.setFamilies([*families, *_present(_CJK_FIXED)[:1]])
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setPixelSize(size)
    return font


# Each question costs 80 µs. Fonts that come while the app runs are there at its next start.
@lru_cache(maxsize=32)
def _present(families: tuple[str, ...]) -> list[str]:
    return [family for family in families if QFontDatabase.hasFamily(family)]
