"""Which kinds of models are known, and what for."""

from __future__ import annotations

import pytest

from desktop_app.core.paths import bundle_root
from desktop_app.library.catalogue import Task, load_catalogue
from desktop_app.library.families import FAMILIES, IN_GGUF, is_known, is_known_in_gguf, tasks_of


def test_every_folder_of_the_catalogue_is_of_a_kind_that_runs() -> None:
    models = load_catalogue(bundle_root() / "models").models
    folders = {m.family: m.id for m in models if any(v.format == "safetensors" for v in m.variants)}
    assert folders
    assert not {family: name for family, name in folders.items() if not is_known(family)}


@pytest.mark.parametrize(
    ("family", "architectures", "tasks"),
    [
        ("llama", (), ("chat", "writing")),
        ("marian", ("MarianMTModel",), ("translation",)),
        ("t5", (), ("translation", "writing")),
        ("bert", ("BertModel",), ("search",)),
        ("bert", ("BertForSequenceClassification",), ("classification",)),
        ("gemma3", (), ("chat", "writing")),  # as GGUF files call it
        ("mystery", (), ()),
    ],
)
def test_what_a_family_is_for(family: str, architectures: tuple[str, ...], tasks: tuple[Task, ...]) -> None:
    assert tasks_of(family, architectures) == tasks


@pytest.mark.parametrize("family", ["mystery", "", "deepseek_v3", "phi2"])
def test_what_the_engine_does_not_run_is_not_known(family: str) -> None:
    assert family not in FAMILIES
    assert not is_known(family)


def test_every_gguf_file_of_the_catalogue_is_of_a_kind_that_is_read_from_one() -> None:
    models = load_catalogue(bundle_root() / "models").models
    families = {m.family for m in models if any(v.format == "gguf" for v in m.variants)}
    assert families
    assert families <= {*IN_GGUF.values(), "mistral"}


@pytest.mark.parametrize("family", ["mystery", "", "bert", "phi2", "mistral", "gemma3_text"])
def test_what_the_engine_does_not_read_from_gguf_is_not_known(family: str) -> None:
    assert not is_known_in_gguf(family)
