"""Which kinds of models are known, and what for."""

from __future__ import annotations

import pytest

from desktop_app.core.paths import bundle_root
from desktop_app.library.catalogue import Task, load_catalogue
from desktop_app.library.families import FAMILIES, is_known, tasks_of


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
        ("nomic-bert", (), ("search",)),  # as GGUF files call it
        ("phi2", (), ("chat", "writing")),
        ("mystery", (), ()),
    ],
)
def test_what_a_family_is_for(family: str, architectures: tuple[str, ...], tasks: tuple[Task, ...]) -> None:
    assert tasks_of(family, architectures) == tasks


@pytest.mark.parametrize("family", ["mystery", "", "deepseek_v3", "phi2"])
def test_what_the_engine_does_not_run_is_not_known(family: str) -> None:
    assert family not in FAMILIES
    assert not is_known(family)
