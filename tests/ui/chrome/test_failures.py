"""What goes wrong is told in the window's language, wherever it comes from, and again when that changes."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from desktop_app.core.chat import Message
from desktop_app.core.errors import KINDS, InkhornError
from desktop_app.core.paths import bundle_root
from desktop_app.library import room
from desktop_app.ui.chat.problems import left_out_problem, reply_problem
from desktop_app.ui.conversation.problem_box import ProblemBox
from desktop_app.ui.conversation.progress_line import ProgressLine
from desktop_app.ui.conversation.view import ConversationView
from desktop_app.ui.failures import reason_words, words
from desktop_app.ui.language import use_language
from desktop_app.ui.models.problems import download_trouble, library_trouble

SOURCE = bundle_root() / "desktop_app"
I18N = bundle_root() / "resources" / "i18n"
BY_KIND = {"connect", "cut", "stalled", "slow", "status"}
"""Reasons of a failed connection that the sentence for its kind says well enough."""


@pytest.fixture
def chinese(app: QApplication) -> Iterator[None]:
    use_language(app, "zh_CN", I18N)
    yield
    use_language(app, "en", I18N)


def is_chinese(text: str) -> bool:
    names = r"GGUF|JSON|ChatGPT|LoRA|HF_HUB_OFFLINE|HF_TOKEN|hf_|UTF|safetensors|pickle|config\.json|zip"
    rest = re.sub(names + r"|conversations\.json", "", text)
    return bool(re.search("[一-鿿]", text)) and not re.search("[A-Za-z]{3,}", rest)


def reasons() -> Iterator[tuple[str, str]]:
    """(kind, reason) of every error that is made with literals for both."""
    for part in ("core", "store", "library", "engine", "worker"):
        for path in sorted((SOURCE / part).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InkhornError"):
                    continue
                kind = node.args[0].value if isinstance(node.args[0], ast.Constant) else "internal"
                for keyword in node.keywords:
                    if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant):
                        yield str(kind), str(keyword.value.value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words_in_chinese(kind: str, chinese: None) -> None:
    for told in (words(kind), download_trouble(kind).text, library_trouble(kind).text):
        assert is_chinese(told), told


def test_only_what_nobody_foresaw_is_told_as_such() -> None:
    unforeseen = words("internal")
    assert [kind for kind in KINDS if words(kind) == unforeseen] == ["internal"]
    assert "(ENOENT)" in words("internal", {"code": "ENOENT"})


def test_every_reason_has_words_in_chinese(chinese: None) -> None:
    found = set(reasons())
    assert len(found) > 25
    for kind, reason in found:
        told = reason_words(kind, {"reason": reason, "name": "一", "family": "一", "line": 3})
        if kind == "network" and reason in BY_KIND:
            assert not told
        else:
            assert is_chinese(told), (kind, reason, told)


def test_no_sentence_of_the_window_holds_an_errors_own_message() -> None:
    for path in sorted((SOURCE / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr":
                told = [ast.unparse(keyword.value) for keyword in node.keywords]
                assert not re.search(r"(error|failure)\.message|str\(error", " ".join(told)), path


def test_a_connection_that_is_cut_is_no_file_that_is_cut() -> None:
    values = {"reason": "cut", "retry": True}
    trouble = download_trouble("network", values)
    assert trouble.text == "The connection broke. What was fetched is kept, and goes on from there."
    assert trouble.ways == ("retry", "mirror")
    assert library_trouble("model_damaged", {"reason": "cut", "name": "a.gguf"}).text.startswith(
        "a.gguf is cut"
    )


def test_a_full_disk_says_what_is_kept_free(
    app: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=300_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(InkhornError) as refused:
        room.require_room(tmp_path, 98_000_000, "a model")
    error = refused.value
    for language in ("en", "zh_CN", "en"):
        use_language(app, language, I18N)
        for trouble in (download_trouble, library_trouble):
            told = trouble(error.kind, error.values).text
            assert [size for size in ("98 MB", "300 MB", "268 MB") if size not in told] == []


def test_what_stands_beside_a_reply_follows_the_language(app: QApplication, marked_words: Path) -> None:
    view = ConversationView()
    view.resize(700, 500)
    view.set_messages([Message(number, 1, None, "assistant", "", "streaming", 0.0) for number in (1, 2, 3)])
    view.set_problem(1, reply_problem("engine_unavailable", {}, False))
    view.set_problem(2, left_out_problem(4))
    view.set_progress(3, "Thinking…", None)
    view.show()
    app.processEvents()
    use_language(app, "zh_CN", marked_words)
    app.processEvents()
    boxes = view.findChildren(ProblemBox)
    parts = [part for box in boxes for kind in (QLabel, QPushButton) for part in box.findChildren(kind)]
    told = [part.text() for part in parts if part.text()]
    assert len(told) == 6
    assert all(text.startswith("《") for text in told), told
    assert all(box.accessibleName().count("《") == 2 for box in boxes)
    line = view.findChild(ProgressLine)
    assert (line.words(), line.accessibleName()) == ("《Thinking…》", "《Thinking…》")
    view.deleteLater()


def test_a_stopped_engine_is_told_as_something_that_happened() -> None:
    """The sentence stays beside the reply, long after the engine is back."""
    assert words("engine_died") == "The engine stopped unexpectedly. Your words are safe."
