from __future__ import annotations

import json
import os
import time
from pathlib import Path

from desktop_app.core.paths import Paths
from desktop_app.engine.source import identify
from desktop_app.library.importing import import_model, inspect
from desktop_app.library.installed import remove
from desktop_app.library.prepared_forms import KEPT_S, sweep
from tests.library.models_on_disk import gguf, model_folder

LONG_AGO = time.time() - KEPT_S - 3600


def put(path: Path, content: bytes = b"x" * 1000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def note(paths: Paths, source: Path, sha256: str, age: float | None = None) -> Path:
    """As the engine writes it for a folder, whose digest is its own."""
    values = {"path": str(source.resolve()), "size": 1, "modified_ns": 1, "sha256": sha256}
    path = put(paths.prepared / "sources" / f"{sha256[:24]}.json", json.dumps(values).encode())
    if age is not None:
        os.utime(path, (age, age))
    return path


def test_a_files_forms_are_found_as_the_engine_names_them(paths: Paths, tmp_path: Path) -> None:
    entry = import_model(inspect(put(tmp_path / "a.gguf", gguf())), paths)
    digest = identify(entry.path, paths.prepared / "sources", entry.sha256, lambda _: None)
    form = put(paths.prepared / f"{digest[:32]}-3-cpu-packed4" / "weights.safetensors")
    (engines_note,) = (paths.prepared / "sources").iterdir()
    size = engines_note.stat().st_size
    assert remove(entry, paths) >= 1000 + size
    assert not form.parent.exists()
    assert not engines_note.exists()


def test_a_folders_forms_are_found_by_the_engines_notes(paths: Paths, tmp_path: Path) -> None:
    entry = import_model(inspect(model_folder(tmp_path / "x")), paths)
    form = put(paths.prepared / ("ab" * 16 + "-3-cpu") / "weights.safetensors")
    other = put(paths.prepared / ("cd" * 16 + "-3-cpu") / "weights.safetensors")
    note(paths, entry.path, "ab" * 32)
    note(paths, tmp_path, "cd" * 32)
    remove(entry, paths)
    assert not form.exists()
    assert other.exists()


def test_what_nobody_needs_goes(paths: Paths, tmp_path: Path) -> None:
    for name in (".removed-1", ".import-old", ".import-now"):
        file = put(paths.user_models / name / "weights.gguf")
        if name == ".import-old":
            for place in (file, file.parent):
                os.utime(place, (LONG_AGO, LONG_AGO))
    there = put(tmp_path / "there.gguf")
    forms = {}
    for sha256, source, age in (
        ("aa" * 32, there, LONG_AGO),
        ("bb" * 32, tmp_path / "gone.gguf", LONG_AGO),
        ("cc" * 32, tmp_path / "just-gone.gguf", None),
    ):
        note(paths, source, sha256, age)
        forms[sha256[:2]] = put(paths.prepared / f"{sha256[:32]}-3-cpu" / "weights.safetensors")
    put(paths.prepared / "sources" / "odd.json", b"[")
    assert sweep(paths) > 3000
    assert {name for name, form in forms.items() if form.exists()} == {"aa", "cc"}
    assert [path.name for path in paths.user_models.iterdir()] == [".import-now"]
    assert sweep(paths) == 0
