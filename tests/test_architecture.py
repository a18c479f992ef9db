"""The shape of the project, held to: imports go downward only, and the window stays free of torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "desktop_app"

BELOW: dict[str, set[str]] = {
    "core": set(),
    "store": {"core"},
    "library": {"core"},
    "documents": {"core"},
    "translation": {"core"},
    "engine": {"core", "library", "translation"},
    # Both know the engine by its messages and its process entry only.
    "worker": {"core", "store", "library", "documents", "translation", "engine.serve"},
    "ui": {"core", "store", "library", "documents", "translation", "worker"},
}
QT_FREE = {"core", "store", "library", "documents", "translation", "engine"}
TORCH_ONLY_IN = {"engine"}
STANDARD_ONLY = {"core"}
HEAVY = {"torch", "transformers", "peft", "accelerate"}


def imports_of(path: Path) -> set[str]:
    """Dotted names that ``path`` imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def layer_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def ours(name: str) -> str | None:
    return name.removeprefix("desktop_app.") if name.startswith("desktop_app.") else None


@pytest.mark.parametrize("layer", sorted(BELOW))
def test_imports_go_downward(layer: str) -> None:
    wrong = []
    for path in files():
        if layer_of(path) != layer:
            continue
        for name in imports_of(path):
            inner = ours(name)
            if inner is None:
                continue
            allowed = BELOW[layer] | {layer}
            if not any(inner == entry or inner.startswith(f"{entry}.") for entry in allowed):
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_every_layer_is_known() -> None:
    known = set(BELOW) | {""}
    assert {layer_of(path) for path in files()} <= known


def test_qt_and_torch_stay_where_they_belong() -> None:
    wrong = []
    for path in files():
        layer = layer_of(path)
        roots = {name.split(".")[0] for name in imports_of(path)}
        if layer in QT_FREE and roots & {"PySide6", "shiboken6"}:
            wrong.append(f"{path.relative_to(ROOT)} imports Qt")
        if layer not in TORCH_ONLY_IN and roots & HEAVY:
            wrong.append(f"{path.relative_to(ROOT)} imports {roots & HEAVY}")
        if layer == "worker" and {n for n in imports_of(path) if n.startswith("PySide6.")} - {
            "PySide6.QtCore"
        }:
            wrong.append(f"{path.relative_to(ROOT)} imports more of Qt than QtCore")
        if layer in STANDARD_ONLY:
            others = roots - set(sys.stdlib_module_names) - {"desktop_app", "platformdirs"}
            if others:
                wrong.append(f"{path.relative_to(ROOT)} imports {others}")
    assert not wrong, "\n".join(wrong)


def test_the_window_starts_without_torch() -> None:
    code = (
        "import sys, desktop_app.app, desktop_app.desk\n"
        f"loaded = sorted({HEAVY!r} & set(sys.modules))\n"
        "sys.exit('loaded: ' + ', '.join(loaded) if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_files_fit_in_a_head() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {count} lines"
        for path in [*files(), ROOT / "run.py", *(ROOT / "packaging").rglob("*.py")]
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 350
    ]
    assert not long, "\n".join(long)
