"""Which model `inkhorn chat --model` takes: one that is installed, or one that lies somewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths, bundle_root, make_paths
from desktop_app.library.importing import import_model, inspect
from desktop_app.model_choice import load_command
from tests.engine.tiny_model import write_tiny
from tests.library.models_on_disk import adapter_folder, gguf, model_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return make_paths(tmp_path / "data")


def installed(paths: Paths, source: Path) -> Path:
    return import_model(inspect(source), paths).path


def a_gguf(folder: Path, name: str, file: str = "m.gguf") -> Path:
    folder.mkdir()
    (folder / file).write_bytes(gguf(name=name, tail=file.encode() * 1000))
    return folder / file


def test_an_installed_one_by_its_id_or_its_name(paths: Paths, tmp_path: Path) -> None:
    file = installed(paths, a_gguf(tmp_path / "a", "Büro Small"))
    folder = installed(paths, model_folder(tmp_path / "tiny-llama"))
    for wanted in (file.parent.name, "Büro Small", "büro small"):
        found = load_command(paths, wanted)
        assert (found.path, found.name) == (str(file), "Büro Small")
        assert found.prepared_dir == str(paths.prepared)
    assert load_command(paths, "tiny-llama").path == str(folder)


def test_a_file_or_a_folder_that_lies_somewhere(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = a_gguf(tmp_path / "a", "Small")
    folder = model_folder(tmp_path / "tiny-llama")
    assert load_command(paths, str(file)).path == str(file)
    assert load_command(paths, str(file.parent)).path == str(file)
    monkeypatch.chdir(tmp_path)
    assert load_command(paths, "tiny-llama").path == str(folder)
    assert load_command(paths, "./tiny-llama/").path == str(folder)


def test_an_installed_one_goes_before_a_folder_of_that_name(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = installed(paths, model_folder(tmp_path / "tiny-llama"))
    monkeypatch.chdir(tmp_path)
    assert load_command(paths, "tiny-llama").path == str(folder)
    assert load_command(paths, "./tiny-llama").path == str(tmp_path / "tiny-llama")


def refused(paths: Paths, wanted: str) -> str:
    with pytest.raises(InkhornError) as caught:
        load_command(paths, wanted)
    return f"{caught.value.kind}: {caught.value.message}"


def test_what_is_refused_says_why(paths: Paths, tmp_path: Path) -> None:
    assert refused(paths, "nothing").startswith("model_missing: There is no installed model and no file")
    one = installed(paths, a_gguf(tmp_path / "a", "Small"))
    two = installed(paths, a_gguf(tmp_path / "b", "Small", "other.gguf"))
    said = refused(paths, "smal")
    assert "“smal”" in said
    assert f"{one.parent.name}, {two.parent.name}" in said
    said = refused(paths, "SMALL")
    assert said.startswith("model_missing: Several")
    assert one.parent.name in said
    assert two.parent.name in said
    installed(paths, adapter_folder(tmp_path / "style"))
    assert refused(paths, "style").startswith("wrong_kind: style is an adapter")
    assert refused(paths, str(tmp_path / "style")).startswith("wrong_kind")
    assert "style" not in refused(paths, "nothing")  # no adapter among the models to choose from
    one.write_bytes(b"cut")
    assert refused(paths, one.parent.name).startswith("model_damaged")
    (tmp_path / "b" / "other.gguf").write_bytes(gguf("phi2"))
    assert refused(paths, str(tmp_path / "b")).startswith("model_unsupported")


def test_the_starter_where_none_is_named(paths: Paths, starter_model: Path) -> None:
    assert load_command(paths).path == str(bundle_root() / "models" / "starter" / starter_model.name)


@pytest.mark.slow
def test_an_imported_model_answers_by_the_id_that_list_prints(tmp_path: Path) -> None:
    def inkhorn(*arguments: str) -> str:
        command = [sys.executable, "-m", "desktop_app", "--data-dir", str(tmp_path / "data"), *arguments]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    inkhorn("models", "import", str(write_tiny(tmp_path / "tiny", "Q4_1")))
    listed = json.loads(inkhorn("models", "list", "--json"))["models"]
    (own,) = (entry["id"] for entry in listed if entry["origin"] == "import")
    reply = json.loads(inkhorn("chat", "hello", "--model", own, "--max-tokens", "4", "--seed", "1", "--json"))
    assert 0 < reply["reply_tokens"] <= 4
