"""What goes into the installed app and what does not, checked without building it."""

from __future__ import annotations

import ast
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from importlib.util import find_spec
from pathlib import Path

import pytest
from freeze import without
from modules import imported_by_name, left_out

LEFT_OUT = frozenset(left_out())


def is_left_out(module: str) -> bool:
    parts = module.split(".")
    return any(".".join(parts[: length + 1]) in LEFT_OUT for length in range(len(parts)))


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
    for path in (root / "desktop_app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                assert not is_left_out(name), f"{path} imports {name}"


def test_what_is_imported_by_name_is_there_and_not_left_out() -> None:
    models = Path(str(find_spec("transformers").origin)).parent / "models"  # type: ignore[union-attr]
    names = imported_by_name()
    assert "transformers.models.gpt2.modeling_gpt2" in names
    assert "torch._dynamo.polyfills.tensor" in names
    for name in names:
        assert not is_left_out(name)
        if name.startswith("transformers."):
            assert models.joinpath(*name.split(".")[2:]).with_suffix(".py").is_file(), name


def test_no_family_leans_on_one_that_is_left_out() -> None:
    models = Path(str(find_spec("transformers").origin)).parent / "models"  # type: ignore[union-attr]
    for name in imported_by_name():
        if not name.startswith("transformers."):
            continue
        text = models.joinpath(*name.split(".")[2:]).with_suffix(".py").read_text(encoding="utf-8")
        for node in ast.parse(text).body:  # what is imported with the module, and not in some function
            if isinstance(node, ast.ImportFrom) and node.level == 2 and node.module:
                leans_on = f"transformers.models.{node.module}"
                assert not is_left_out(leans_on), f"{name} imports {leans_on}"


@pytest.mark.parametrize(
    "name", ["tkinter", "peft.tuners", "transformers.models.whisper", "torch._inductor.codegen"]
)
def test_modules_left_out(name: str) -> None:
    assert is_left_out(name)


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


@pytest.mark.slow
def test_the_shipped_model_needs_no_transformers(starter_model: Path, root: Path, tmp_path: Path) -> None:
    """Two seconds and 300 MB that a start does not pay for."""
    program = """
import sys
from desktop_app.core.messages import ChatMessage, Generate, Load
from desktop_app.core.sampling import Sampling
from desktop_app.engine.lane import Lane
lane = Lane(lambda event: None, lambda command: False)
lane.load(Load(1, sys.argv[1], sys.argv[2], device="cpu"), lambda planner: None)
lane.run(Generate(2, (ChatMessage("user", "Hello"),), Sampling(temperature=0.0, max_tokens=2)))
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""
    command = [sys.executable, "-c", program, str(starter_model), str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    imported = set(done.stdout.split())
    assert "torch" in imported
    assert not imported & {"transformers", "sympy", "huggingface_hub", "llguidance"}
