"""The .deb: what is in it, and that what it puts in place works from there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from desktop_app import __version__
from tests.packaging.test_frozen import ask

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def deb(dist: Path) -> Path:
    if shutil.which("dpkg-deb") is None:
        pytest.skip("a .deb is built only on a system that has dpkg-deb")
    (path,) = dist.glob("inkhorn_*.deb")
    return path


@pytest.fixture(scope="module")
def tree(deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What dpkg would put below /."""
    folder = tmp_path_factory.mktemp("deb")
    subprocess.run(["dpkg-deb", "-x", str(deb), str(folder)], check=True)
    return folder


def test_what_it_says_of_itself(deb: Path) -> None:
    said = subprocess.run(["dpkg-deb", "-f", str(deb)], capture_output=True, text=True, check=True).stdout
    fields = dict(line.split(": ", 1) for line in said.splitlines() if not line.startswith(" "))
    assert (fields["Package"], fields["Version"]) == ("inkhorn", __version__)
    assert int(fields["Installed-Size"]) > 400_000
    depends = {part.split(" ")[0] for part in fields["Depends"].split(", ")}
    assert {"libc6", "libxcb1", "libx11-6", "libegl1", "libfontconfig1", "libglib2.0-0"} <= depends


def test_every_file_belongs_to_root_and_is_readable_by_all(deb: Path) -> None:
    said = subprocess.run(["dpkg-deb", "-c", str(deb)], capture_output=True, text=True, check=True).stdout
    for line in said.splitlines():
        mode, owner = line.split()[:2]
        assert owner == "root/root", line
        if mode[0] != "l":
            assert (mode[7], mode[8]) == ("r", "-"), line


def test_the_command_the_menu_and_the_icons(tree: Path) -> None:
    command = tree / "usr" / "bin" / "inkhorn"
    assert os.readlink(command) == "../../opt/inkhorn/inkhorn"
    lines = (tree / "usr/share/applications/inkhorn.desktop").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "[Desktop Entry]"
    section = dict(line.split("=", 1) for line in lines[1:])
    assert section["Name[zh_CN]"] == "墨池"
    for key in ("Exec", "TryExec"):
        program = tree / section[key].lstrip("/")
        assert os.access(program, os.X_OK)
    icons = list((tree / "usr/share/icons/hicolor").glob(f"*/apps/{section['Icon']}.*"))
    assert {path.suffix for path in icons} == {".png", ".svg"}
    metainfo = (tree / "usr/share/metainfo/inkhorn.metainfo.xml").read_text(encoding="utf-8")
    assert f'<release version="{__version__}"' in metainfo
    notices = (tree / "opt/inkhorn/THIRD-PARTY.txt").read_text(encoding="utf-8")
    for name in ("torch 2.13.0", "PySide6_Essentials", "LGPL", "SmolLM2-135M-Instruct", "numpy"):
        assert name in notices
    assert (tree / "usr/share/doc/inkhorn/copyright").exists()


def test_the_command_answers_from_there(tree: Path, offline: list[str], tmp_path: Path) -> None:
    reply = ask([*offline, str(tree / "usr" / "bin" / "inkhorn")], tmp_path / "data")
    assert "Paris" in str(reply["text"])
