"""The .deb: the built folder in /opt/inkhorn, a command, a desktop entry, icons, and what it depends on."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from inkhorn_setup.system import LIBRARIES

from desktop_app import __version__

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CONTROL = """Package: inkhorn
Version: {version}
Architecture: {architecture}
Maintainer: The Inkhorn authors <inkhorn@localhost>
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: fonts-noto-cjk
Section: text
Priority: optional
Description: chat with a Transformer on your own computer
 Inkhorn is a private writing desk: a window in which you chat with a language
 model that runs on this computer. Nothing leaves it.
 .
 The package contains a small model (SmolLM2-135M-Instruct), so that the first
 chat needs no network.
"""


def build_deb(folder: Path, dist: Path) -> Path:
    """Wrap ``folder`` (PyInstaller's) as ``dist/inkhorn_VERSION_ARCH.deb``. Raises CalledProcessError."""
    architecture = _output(["dpkg", "--print-architecture"])
    deb = dist / f"inkhorn_{__version__}_{architecture}.deb"
    with tempfile.TemporaryDirectory(dir=dist, prefix="deb-") as name:
        tree = Path(name) / "tree"
        shutil.copytree(folder, tree / "opt" / "inkhorn", symlinks=True, copy_function=_link)
        _put_on_desktop(tree)
        control = tree / "DEBIAN" / "control"
        control.parent.mkdir()
        control.write_text(
            CONTROL.format(
                version=__version__,
                architecture=architecture,
                kilobytes=int(_output(["du", "-sk", str(tree)]).split()[0]),
                depends=", ".join(depends(folder)),
            ),
            encoding="utf-8",
        )
        _set_modes(tree)
        # zstd: unpacks fast, and Debian 12 and Ubuntu 22.04, the oldest with the glibc needed, know it.
        command = ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z12", "--build", str(tree), str(deb)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return deb


def depends(folder: Path) -> list[str]:
    """The packages that hold the libraries which the folder wants from the system, and the glibc that
    this machine has, for the app was linked with it."""
    files = [str(path) for path in folder.rglob("*.so*") if path.is_file() and not path.is_symlink()]
    wanted = set(re.findall(r"^\s*(\S+) =>", _output(["ldd", *files], check=False), re.MULTILINE))
    inside = {path.name for path in folder.rglob("*.so*")}
    packages = {LIBRARIES[soname][0] for soname in wanted - inside if soname in LIBRARIES}
    glibc = platform.libc_ver()[1]
    return [f"libc6 (>= {glibc})", "libgcc-s1", "libstdc++6", *sorted(packages)]


def _put_on_desktop(tree: Path) -> None:
    share = tree / "usr" / "share"
    command = tree / "usr" / "bin" / "inkhorn"
    command.parent.mkdir(parents=True)
    command.symlink_to("../../opt/inkhorn/inkhorn")
    _copy(HERE / "linux" / "inkhorn.desktop", share / "applications" / "inkhorn.desktop")
    metainfo = share / "metainfo" / "inkhorn.metainfo.xml"
    _copy(HERE / "linux" / "inkhorn.metainfo.xml", metainfo)
    built = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))))
    text = metainfo.read_text(encoding="utf-8").replace("@VERSION@", __version__).replace("@DATE@", built)
    metainfo.write_text(text, encoding="utf-8")
    icons = ROOT / "resources" / "icons"
    hicolor = share / "icons" / "hicolor"
    _copy(icons / "inkhorn.svg", hicolor / "scalable" / "apps" / "inkhorn.svg")
    for png in sorted((icons / "png").glob("inkhorn-*.png")):
        size = int(png.stem.rsplit("-", 1)[1])
        _copy(png, hicolor / f"{size}x{size}" / "apps" / "inkhorn.png")
    _copy(HERE / "linux" / "copyright", share / "doc" / "inkhorn" / "copyright")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _link(source: str, target: str) -> None:
    """A hard link instead of a copy of 700 MB; where the disk cannot, a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _set_modes(tree: Path) -> None:
    """The same for every builder, whatever the umask: programs and folders 755, the rest 644."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or bool(path.stat().st_mode & 0o100)
            path.chmod(0o755 if runs else 0o644)


def _output(command: list[str], check: bool = True) -> str:
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(command, check=check, capture_output=True, text=True, env=environment)
    return done.stdout.strip()
