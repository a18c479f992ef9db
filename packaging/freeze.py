"""What PyInstaller's hooks bring and the installed app does not need."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

_QT = r"PySide6/(Qt/)?"
NOT_NEEDED = [
    # Qt's own words: only the languages of the interface, and only of the base library
    _QT + r"translations/(?!qtbase_(zh_CN|en)\.qm)",
    _QT + r"qml/",
    # platforms without a desktop
    _QT + r"plugins/platforms/libq(eglfs|linuxfb|minimalegl|vnc|vkkhrdisplay|minimal)\.",
    _QT + r"plugins/(egldeviceintegrations|qmltooling|designer|sqldrivers|generic|networkinformation)/",
    # no web pages, no web addresses: nothing leaves the computer
    _QT + r"plugins/tls/",
    # picture formats that the interface does not use
    _QT + r"plugins/imageformats/(lib)?q(tiff|webp|icns|tga|wbmp|pdf)\.",
    _QT + r"lib/libQt6(Quick|Qml|Designer|Sql|Test|Help|Labs|WaylandCompositor|Pdf|VirtualKeyboard)",
    _QT + r"plugins/platforminputcontexts/\S*virtualkeyboard",
    # the screenshots of the README and the script that draws the icons
    r"resources/screenshots/",
    r"resources/icons/.*\.py$",
    r"\.(h|hpp|cuh|cpp|cmake|pyi)$",
]
_PATTERN = re.compile("|".join(f"(?:{pattern})" for pattern in NOT_NEEDED))


def without(entries: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The entries of PyInstaller's table of contents (target, source, kind) that are needed."""
    return [entry for entry in entries if not _PATTERN.search(PurePath(entry[0]).as_posix())]


def windows_version(version: str) -> Any:
    """The version block that Windows shows for the program's file."""
    from PyInstaller.utils.win32 import versioninfo as win

    numbers = (*(int(part) for part in version.split(".")[:3]), 0)
    texts = {
        "CompanyName": "Inkhorn",
        "FileDescription": "Inkhorn",
        "FileVersion": version,
        "ProductName": "Inkhorn",
        "ProductVersion": version,
        "LegalCopyright": "Apache-2.0",
    }
    table = win.StringTable("040904B0", [win.StringStruct(name, text) for name, text in texts.items()])
    return win.VSVersionInfo(
        ffi=win.FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[win.StringFileInfo([table]), win.VarFileInfo([win.VarStruct("Translation", [0x409, 1200])])],
    )


def size_of(folder: str) -> int:
    """Bytes of all files below ``folder``; a link counts as nothing."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            total += 0 if os.path.islink(path) else os.path.getsize(path)
    return total
