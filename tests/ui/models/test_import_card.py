"""The card about what was dropped, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import bundle_root
from desktop_app.library import found as notes
from desktop_app.library.found import Found
from desktop_app.library.inspecting import inspect
from desktop_app.ui.language import use_language
from desktop_app.ui.models.import_card import ImportCard
from desktop_app.ui.models.problems import library_trouble
from tests.ui.models.conftest import User
from tests.ui.models.desk import a_gguf

PROBLEMS = tuple(value for name, value in vars(notes).items() if name.isupper() and isinstance(value, str))
REASONS = {
    "link_loop": {"name": "x"},
    "link_gone": {"name": "x"},
    "link_elsewhere": {"name": "x"},
    "not_a_file": {"name": "x"},
    "linked": {},
    "pickle": {},
    "parts_missing": {"parts": 3, "few": "a-00002-of-00003.gguf"},
    "part_name": {"parts": 3},
    "family": {"family": "mystery"},
    "family_gguf": {"family": "phi2"},
}


@pytest.fixture
def card(app: QApplication) -> Iterator[ImportCard]:
    made = ImportCard()
    yield made
    made.deleteLater()


@pytest.fixture
def chinese(app: QApplication) -> Iterator[None]:
    use_language(app, "zh_CN", bundle_root() / "resources" / "i18n")
    yield
    use_language(app, "en", bundle_root() / "resources" / "i18n")


def found(**changes: object) -> Found:
    values: dict[str, object] = {
        "path": Path("/Own"),
        "kind": "model",
        "name": "Own",
        "format": "safetensors",
        "bytes": 1000,
        "family": "llama",
        "licence": "MIT",
        "parameters": 10,
        **changes,
    }
    return Found(**values)  # type: ignore[arg-type]


def words(card: ImportCard) -> str:
    return "\n".join(label.text() for label in card.findChildren(QLabel) if not label.isHidden())


def test_what_is_the_matter_is_said_in_english(card: ImportCard) -> None:
    assert len(PROBLEMS) >= 7
    card.show_found(found(problems=PROBLEMS))
    for problem in PROBLEMS:
        assert problem in words(card)


def test_and_in_chinese_without_a_word_left_over(card: ImportCard, chinese: None) -> None:
    card.show_found(found(problems=PROBLEMS))
    told = words(card)
    for problem in PROBLEMS:
        assert problem not in told
    known = r"Own|safetensors|llama|MIT|pickle|py|Hugging Face|kB|B"
    assert not re.findall(r"[A-Za-z]{2,}", re.sub(known, "", told))


@pytest.mark.parametrize("reason", REASONS)
def test_refusals_have_words_in_both_languages(reason: str, chinese: None) -> None:
    trouble = library_trouble("bad_file", {"reason": reason, **REASONS[reason]})
    assert re.search("[一-鿿]", trouble.text)
    for value in REASONS[reason].values():
        assert str(value) in trouble.text


def test_the_files_own_name_is_told_where_the_model_has_another(card: ImportCard) -> None:
    card.show_found(found(name="Smollm2 Mix1 Ep2", path=Path("/there/我的模型.gguf"), format="gguf"))
    assert "我的模型.gguf · Model · GGUF" in words(card)
    card.show_found(found(name="Own", path=Path("/there/Own.gguf"), format="gguf"))
    assert "Own.gguf" not in words(card)


def test_a_cut_file_and_an_empty_folder_are_refused_in_chinese(chinese: None, tmp_path: Path) -> None:
    whole = a_gguf(tmp_path).read_bytes()
    (tmp_path / "cut.gguf").write_bytes(whole[: -64 * 64 * 4])
    (tmp_path / "empty").mkdir()
    for name in ("cut.gguf", "empty"):
        with pytest.raises(InkhornError) as refused:
            inspect(tmp_path / name)
        told = library_trouble(refused.value.kind, refused.value.values).text
        assert name in told
        assert re.search("[一-鿿]", told)


def test_what_is_made_of_links_can_only_be_copied(card: ImportCard) -> None:
    def offered() -> list[str]:
        return [button.text() for button in card.findChildren(QPushButton) if not button.isHidden()]

    card.show_found(found())
    assert "Use it where it is" in offered()
    card.show_found(found(has_links=True, problems=(notes.LINKS,)))
    assert offered() == ["Copy to Inkhorn’s models", "Cancel"]


def test_a_missing_part_is_told_on_the_card(open_user: Callable[..., User], tmp_path: Path) -> None:
    from tests.library.test_gguf_parts import split

    user = open_user()
    parts = split(tmp_path / "long")
    parts[2].unlink()
    user.desk.adding.take([parts[0]])
    user.wait(lambda: user.pane.card.phase() == "refused", "the refusal")
    assert parts[2].name in words(user.pane.card)
    assert json.dumps(words(user.pane.card)).count("3 files") == 1
