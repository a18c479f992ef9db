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
    _QT + r"plugins/platforms/(lib)?q(eglfs|linuxfb|minimalegl|vnc|vkkhrdisplay|minimal)\.",
    _QT + r"plugins/(egldeviceintegrations|qmltooling|designer|sqldrivers|generic|networkinformation)/",
    # no web pages, no web addresses: nothing leaves the computer
    _QT + r"plugins/tls/",
    # picture formats that the interface does not use
    _QT + r"plugins/imageformats/(lib)?q(tiff|webp|icns|tga|wbmp|pdf)\.",
    r"libQt6(Egl|Quick|Qml|Designer|Sql|Test|Help|Labs|WaylandCompositor|Pdf|VirtualKeyboard)",
    _QT + r"plugins/platforminputcontexts/\S*virtualkeyboard",
    # the screenshots of the README and the script that draws the icons
    r"resources/screenshots/",
    r"resources/icons/.*\.py$",
    # descriptions of packages that are not there: transformers asks for their versions where they are
    r"^(peft|accelerate|pytest\S*)-[\w.+]+\.dist-info/",
    r"\.(h|hpp|cuh|cpp|cmake|pyi)$",
]
_SYSTEM = ("/lib", "/usr/lib")
_XCB_HELPER = re.compile(r"libxcb-(cursor|icccm|image|keysyms|render-util|util)\.so")
_CPP_RUNTIME = re.compile(r"lib(stdc\+\+|gcc_s)\.so")

Entry = tuple[str, str, str]
"""A line of PyInstaller's table of contents: target in the folder, source, kind."""

_PATTERN = re.compile("|".join(f"(?:{pattern})" for pattern in NOT_NEEDED))


def without(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that no pattern names."""
    return [entry for entry in entries if not _PATTERN.search(PurePath(entry[0]).as_posix())]


def without_the_desktops_own(entries: Iterable[Entry]) -> list[Entry]:
    """On Linux: leave out the libraries of the system that only Qt asks for (X11, Wayland, GLib, GTK,
    fontconfig, GL …), and the C++ runtime.

    They belong together with the drivers, themes and fonts of the desktop that the app runs on; older
    copies of them break it. What Python and torch need of the system stays, and so do the small xcb
    helpers that not every desktop has.
    """
    from PyInstaller.depend.bindepend import get_imports

    entries = list(entries)
    of_system = [entry for entry in entries if entry[1].startswith(_SYSTEM)]
    todo = [source for target, source, _ in entries if "PySide6" not in target and os.path.isfile(source)]
    todo = [source for source in todo if not source.startswith(_SYSTEM)]
    needed: set[str] = set()
    while todo:
        for _, path in get_imports(todo.pop()):
            if path and path.startswith(_SYSTEM) and path not in needed:
                needed.add(path)
                todo.append(path)
    names = {os.path.basename(path) for path in needed}
    dropped = {
        entry[0]
        for entry in of_system
        if not _XCB_HELPER.match(entry[0]) and (entry[0] not in names or _CPP_RUNTIME.match(entry[0]))
    }
    return [entry for entry in entries if entry[0] not in dropped]


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
