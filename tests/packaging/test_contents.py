"""What goes into the installed app and what does not, checked without building it."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from freeze import without


@pytest.mark.parametrize(
    "target",
    [
        "PySide6/Qt/translations/qtbase_de.qm",
        "PySide6/Qt/translations/qtdeclarative_zh_CN.qm",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/plugins/platforms/qminimal.dll",
        "PySide6/Qt/plugins/sqldrivers/libqsqlite.so",
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt/qml/QtQuick/qmldir",
        "resources/screenshots/light.png",
        "resources/icons/make_icons.py",
        "torch/include/ATen/ATen.h",
    ],
)
def test_left_out(target: str) -> None:
    assert without([(target, "/x", "BINARY")]) == []


@pytest.mark.parametrize(
    "target",
    [
        "PySide6/Qt/translations/qtbase_zh_CN.qm",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/plugins/imageformats/libqjpeg.so",
        "PySide6/Qt/lib/libQt6Widgets.so.6",
        "resources/icons/inkhorn.svg",
        "resources/i18n/zh_CN.json",
        "torch/lib/libtorch_cpu.so",
        "models/starter/SmolLM2-135M-Instruct.Q4_1.gguf",
    ],
)
def test_kept(target: str) -> None:
    assert without([(target, "/x", "BINARY")]) == [(target, "/x", "BINARY")]


def test_nothing_that_the_app_imports_is_left_out(root: Path) -> None:
    spec = (root / "packaging" / "inkhorn.spec").read_text(encoding="utf-8")
    listed = spec[spec.index("NOT_NEEDED = [") : spec.index("]  # fmt: skip")]
    left_out = set(re.findall(r'"([\w.]+)"', listed))
    assert "tkinter" in left_out
    for path in (root / "desktop_app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                parts = name.split(".")
                above = {".".join(parts[: length + 1]) for length in range(len(parts))}
                assert not above & left_out, f"{path} imports {name}"


def test_scripts_that_were_not_run_say_so(root: Path) -> None:
    for name in ("windows/inkhorn.iss", "windows/build.ps1", "macos/build.sh"):
        text = (root / "packaging" / name).read_text(encoding="utf-8")
        assert "run by its authors so far" in text, name


def test_no_version_is_written_twice(root: Path) -> None:
    from desktop_app import __version__

    for path in (root / "packaging").rglob("*"):
        if path.suffix in {".iss", ".ps1", ".sh", ".spec", ".desktop", ".xml", ".py"}:
            assert __version__ not in path.read_text(encoding="utf-8"), path


def test_the_store_page_is_well_formed(root: Path) -> None:
    page = ElementTree.parse(root / "packaging" / "linux" / "inkhorn.metainfo.xml").getroot()
    assert page.findtext("id") == "inkhorn.desktop"
    assert page.findtext("launchable") == "inkhorn.desktop"
    assert page.findtext("project_license") == "Apache-2.0"
