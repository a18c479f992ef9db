"""What Inkhorn needs from a Linux system itself: libraries that Qt loads, a Chinese font, and, for the
tests, a virtual screen. Finds what is missing, names the command that brings it, runs it where it may.

No package manager is asked what it would do; names come from the tables below. The RPM world and
Alpine can install by the library's own name, so only apt and pacman need a table.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

MANAGERS = ("apt-get", "dnf", "yum", "zypper", "pacman", "apk")

LIBRARIES: dict[str, tuple[str, str]] = {
    # soname: (package in Debian and Ubuntu, package in Arch)
    "libEGL.so.1": ("libegl1", "libglvnd"),
    "libGL.so.1": ("libgl1", "libglvnd"),
    "libGLX.so.0": ("libglx0", "libglvnd"),
    "libOpenGL.so.0": ("libopengl0", "libglvnd"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libx11"),
    "libX11.so.6": ("libx11-6", "libx11"),
    "libbrotlicommon.so.1": ("libbrotli1", "brotli"),
    "libbrotlidec.so.1": ("libbrotli1", "brotli"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus"),
    "libdrm.so.2": ("libdrm2", "libdrm"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype2"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libgssapi_krb5.so.2": ("libgssapi-krb5-2", "krb5"),
    "libpng16.so.16": ("libpng16-16", "libpng"),
    "libwayland-client.so.0": ("libwayland-client0", "wayland"),
    "libwayland-cursor.so.0": ("libwayland-cursor0", "wayland"),
    "libwayland-egl.so.1": ("libwayland-egl1", "wayland"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-glx.so.0": ("libxcb-glx0", "libxcb"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
    "libxcb.so.1": ("libxcb1", "libxcb"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libz.so.1": ("zlib1g", "zlib"),
    "libzstd.so.1": ("libzstd1", "zstd"),
}

CHINESE_FONT = {
    "apt-get": "fonts-noto-cjk",
    "dnf": "google-noto-sans-cjk-fonts",
    "yum": "google-noto-sans-cjk-fonts",
    "zypper": "google-noto-sans-cjk-fonts",
    "pacman": "noto-fonts-cjk",
    "apk": "font-noto-cjk",
}

TOOLS: dict[str, dict[str, str]] = {
    # program that tests start: package by manager; a manager that is not named calls it like the program
    "Xvfb": {
        "apt-get": "xvfb",
        "dnf": "xorg-x11-server-Xvfb",
        "yum": "xorg-x11-server-Xvfb",
        "zypper": "xorg-x11-server-Xvfb",
        "pacman": "xorg-server-xvfb",
        "apk": "xvfb",
    },
    "xauth": {"pacman": "xorg-xauth"},
    "xdotool": {},
    "objdump": dict.fromkeys(MANAGERS, "binutils"),  # PyInstaller reads libraries with it
}

QT_FILES = (
    "plugins/platforms/libqxcb.so",
    "plugins/platforms/libqwayland.so",
    "plugins/platforms/libqoffscreen.so",
    "plugins/xcbglintegrations/*.so",
    "plugins/wayland-graphics-integration-client/libqt-plugin-wayland-egl.so",
    "plugins/imageformats/libqsvg.so",
    "plugins/iconengines/*.so",
    "lib/libQt6Widgets.so.6",
    "lib/libQt6Network.so.6",
    "lib/libQt6PrintSupport.so.6",
)


@dataclass(frozen=True)
class Missing:
    """``libraries`` by soname, ``tools`` by the program's name."""

    libraries: tuple[str, ...] = ()
    chinese_font: bool = False
    tools: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.libraries or self.chinese_font or self.tools)

    def names(self, font: str) -> str:
        """All in one line, with ``font`` as the words for a Chinese font."""
        return ", ".join((*self.libraries, *((font,) if self.chinese_font else ()), *self.tools))


def look(site_packages: str) -> Missing:
    """What the window would miss on this system, given where PySide6 is installed."""
    qt = os.path.join(site_packages, "PySide6", "Qt")
    files = sorted(path for pattern in QT_FILES for path in glob.glob(os.path.join(qt, pattern)))
    return Missing(libraries=_not_found(files), chinese_font=not has_chinese_font())


def look_for_tools() -> Missing:
    """What the tests would miss."""
    return Missing(tools=tuple(name for name in TOOLS if shutil.which(name) is None))


def read_ldd(output: str) -> tuple[str, ...]:
    """The sonames that ldd did not find, each once."""
    return tuple(sorted(set(re.findall(r"^\s*(\S+) => not found", output, re.MULTILINE))))


def package_manager() -> str | None:
    return next((name for name in MANAGERS if shutil.which(name)), None)


def command_for(missing: Missing, manager: str) -> list[str]:
    """The command, without sudo, that installs what is missing."""
    packages = sorted({_package_of(soname, manager) for soname in missing.libraries} - {""})
    if missing.chinese_font:
        packages.append(CHINESE_FONT[manager])
    packages += [TOOLS[tool].get(manager, tool) for tool in missing.tools]
    how = {
        "apt-get": ["apt-get", "install", "-y", "--no-install-recommends"],
        "pacman": ["pacman", "-S", "--needed"],
        "apk": ["apk", "add"],
    }
    return how.get(manager, [manager, "install"]) + packages


def may_install(manager: str | None) -> bool:
    """Only root with apt: there it asks nobody and changes nothing else."""
    return manager == "apt-get" and hasattr(os, "geteuid") and os.geteuid() == 0


def has_chinese_font() -> bool:
    if shutil.which("fc-list"):
        listed = subprocess.run(
            ["fc-list", ":lang=zh", "family"], capture_output=True, text=True, errors="replace", check=False
        )
        return bool(listed.stdout.strip())
    folders = ("/usr/share/fonts", "/usr/local/share/fonts", os.path.expanduser("~/.local/share/fonts"))
    pattern = re.compile(r"cjk|wqy|wenquan|sourcehan|droidsansfallback|ukai|uming", re.IGNORECASE)
    return any(
        pattern.search(name) for folder in folders for _, _, names in os.walk(folder) for name in names
    )


def _not_found(files: list[str]) -> tuple[str, ...]:
    if not files or shutil.which("ldd") is None:
        return ()
    environment = {**os.environ, "LC_ALL": "C"}
    found = subprocess.run(
        ["ldd", *files], capture_output=True, text=True, errors="replace", env=environment, check=False
    )
    return tuple(name for name in read_ldd(found.stdout) if not name.startswith(("libQt6", "libpyside")))


def _package_of(soname: str, manager: str) -> str:
    if manager == "apt-get":
        return LIBRARIES.get(soname, ("", ""))[0]
    if manager == "pacman":
        return LIBRARIES.get(soname, ("", ""))[1]
    return f"so:{soname}" if manager == "apk" else f"{soname}()(64bit)"
