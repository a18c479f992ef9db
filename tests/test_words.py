"""Both languages are complete: every visible string has its Chinese, and no entry is left over."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "resources" / "i18n" / "zh_CN.json"


def literals() -> Iterator[tuple[str, Path, set[str] | None]]:
    """Every literal given to `tr` or `mark`, with the names of the values that fill it."""
    for path in sorted((ROOT / "desktop_app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id not in ("tr", "mark") or not node.args:
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                spread = any(keyword.arg is None for keyword in node.keywords)
                names = {keyword.arg for keyword in node.keywords if keyword.arg}
                yield first.value, path, None if spread or node.func.id == "mark" else names
            else:
                assert not isinstance(first, ast.JoinedStr | ast.BinOp), f"{path}: tr() needs a literal"


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    found: dict[str, str] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return found


def test_every_string_has_its_chinese(catalogue: dict[str, str]) -> None:
    missing = sorted({text for text, _, _ in literals() if not catalogue.get(text)})
    assert not missing, json.dumps(missing, ensure_ascii=False, indent=1)


def test_no_entry_is_left_over(catalogue: dict[str, str]) -> None:
    used = {text for text, _, _ in literals()}
    assert not sorted(set(catalogue) - used)


def test_places_are_the_same_in_both_languages(catalogue: dict[str, str]) -> None:
    wrong = [english for english, chinese in catalogue.items() if places(english) != places(chinese)]
    assert not wrong


def test_every_place_is_filled() -> None:
    wrong = [
        (str(path.relative_to(ROOT)), text)
        for text, path, names in literals()
        if names is not None and places(text) != names
    ]
    assert not wrong


def test_chinese_is_chinese(catalogue: dict[str, str]) -> None:
    """An entry that was only copied would pass unseen; names and units may stay as they are."""
    han = re.compile(r"[一-鿿]")
    same = {"Inkhorn", "Markdown", "JSON", "HTML", "PDF", "Word", "top-p", "top-k", "min-p", "Enter", "Esc"}
    copied = [
        english
        for english, chinese in catalogue.items()
        if not han.search(chinese) and english not in same and re.search(r"[a-z]{4,}", places_out(english))
    ]
    assert not copied


def places_out(text: str) -> str:
    return re.sub(r"\{[^}]*\}", "", text)
