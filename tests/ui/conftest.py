"""One application for all widget tests, and words that show whether they went through `tr`."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.core.paths import bundle_root
from desktop_app.ui.language import use_language


@pytest.fixture(scope="session")
def app() -> QApplication:
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication([])


@pytest.fixture
def marked_words(app: QApplication, tmp_path: Path) -> Iterator[Path]:
    """A folder with a "Chinese" of English words in brackets; English again afterwards."""
    words: dict[str, str] = {}
    for path in (bundle_root() / "desktop_app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("tr", "mark") and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    words[first.value] = f"《{first.value}》"
    folder = tmp_path / "words"
    folder.mkdir()
    (folder / "zh_CN.json").write_text(json.dumps(words), encoding="utf-8")
    yield folder
    use_language(app, "en", folder)
