"""Missing libraries, fonts and programs, and the commands that bring them."""

from __future__ import annotations

import glob
import importlib.util
import os
import re
import subprocess
from pathlib import Path

import pytest
from inkhorn_setup import system
from inkhorn_setup.system import Missing

LDD = """/x/libqxcb.so:
\tlinux-vdso.so.1 (0x00007ffd)
\tlibQt6XcbQpa.so.6 => /x/libQt6XcbQpa.so.6 (0x00007f)
\tlibxcb-cursor.so.0 => not found
\tlibEGL.so.1 => not found
/x/libqwayland.so:
\tlibEGL.so.1 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
"""

MISSING = Missing(("libEGL.so.1", "libxcb-cursor.so.0"), chinese_font=True)


def test_what_ldd_did_not_find_is_named_once() -> None:
    assert system.read_ldd(LDD) == ("libEGL.so.1", "libxcb-cursor.so.0")


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt-get", "apt-get install -y --no-install-recommends libegl1 libxcb-cursor0 fonts-noto-cjk"),
        ("dnf", "dnf install libEGL.so.1()(64bit) libxcb-cursor.so.0()(64bit) google-noto-sans-cjk-fonts"),
        ("yum", "yum install libEGL.so.1()(64bit) libxcb-cursor.so.0()(64bit) google-noto-sans-cjk-fonts"),
        (
            "zypper",
            "zypper install libEGL.so.1()(64bit) libxcb-cursor.so.0()(64bit) google-noto-sans-cjk-fonts",
        ),
        ("pacman", "pacman -S --needed libglvnd xcb-util-cursor noto-fonts-cjk"),
        ("apk", "apk add so:libEGL.so.1 so:libxcb-cursor.so.0 font-noto-cjk"),
    ],
)
def test_each_system_has_its_command(manager: str, command: str) -> None:
    assert " ".join(system.command_for(MISSING, manager)) == command


def test_programs_for_the_tests_have_their_packages() -> None:
    missing = Missing(tools=tuple(system.TOOLS))
    assert system.command_for(missing, "apt-get")[4:] == ["xvfb", "xauth", "xdotool", "binutils"]
    assert system.command_for(missing, "dnf")[2:] == ["xorg-x11-server-Xvfb", "xauth", "xdotool", "binutils"]
    assert system.command_for(missing, "pacman")[3:] == [
        "xorg-server-xvfb",
        "xorg-xauth",
        "xdotool",
        "binutils",
    ]


def test_nothing_missing_is_false_and_a_font_alone_is_true() -> None:
    assert not Missing()
    assert Missing(chinese_font=True).names("a font") == "a font"


def test_only_root_with_apt_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert system.may_install("apt-get")
    assert not system.may_install("dnf")
    assert not system.may_install(None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not system.may_install("apt-get")


def qt_folder() -> str:
    found = importlib.util.find_spec("PySide6")
    assert found is not None
    assert found.submodule_search_locations
    return found.submodule_search_locations[0]


def test_every_library_that_qt_asks_of_the_system_is_in_the_table() -> None:
    """A new Qt that needs one more library is noticed here, before a user's window does not open."""
    files = [path for pattern in system.QT_FILES for path in glob.glob(f"{qt_folder()}/Qt/{pattern}")]
    assert any("libqxcb.so" in path for path in files)
    said = subprocess.run(["objdump", "-p", *files], capture_output=True, text=True, check=True).stdout
    asked = set(re.findall(r"NEEDED\s+(\S+)", said))
    bundled = {path.name for path in Path(qt_folder()).rglob("*.so*")}
    glibc = {f"lib{name}" for name in ("c.so.6", "m.so.6", "dl.so.2", "pthread.so.0", "resolv.so.2")}
    cpp = {"libstdc++.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
    own = {name for name in asked if name.startswith("libQt6")}
    assert asked - bundled - glibc - cpp - own <= set(system.LIBRARIES)


def test_the_window_misses_nothing_here() -> None:
    """Set-up came before the tests; what it could not install it has named."""
    assert system.look(os.path.dirname(qt_folder())).libraries == ()
