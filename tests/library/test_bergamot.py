"""Mozilla's translation networks that somebody has already: looked at, taken in, recognised."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import Catalogue, ModelFile, WheelSource, load_catalogue
from desktop_app.library.importing import import_model, inspect
from desktop_app.library.installed import list_installed, remove, verify
from tests.engine.bergamot.network_writer import write_shared, write_split


def test_a_folder_is_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "enpt"
    write_shared(folder)
    (folder / "README.md").write_text("---\nlicense: mpl-2.0\n---\n")
    found = inspect(folder)
    assert (found.kind, found.format, found.family, found.licence) == (
        "model",
        "bergamot",
        "bergamot",
        "mpl-2.0",
    )
    assert (found.name, found.tasks) == ("Firefox Translations en-pt", ("translation",))
    assert found.files == ("model.enpt.intgemm.alphas.bin", "lex.50.50.enpt.s2t.bin", "vocab.enpt.spm")
    assert found.bytes == sum((folder / name).stat().st_size for name in found.files)
    assert found.shape is not None
    assert found.shape.parameters == found.parameters > 0
    assert inspect(folder / "model.enpt.intgemm.alphas.bin") == found  # one of its files is dropped


def test_it_is_taken_in_and_goes_again(tmp_path: Path, paths: Paths) -> None:
    write_split(tmp_path / "enzh")
    catalogue = load_catalogue(paths.models)
    installed = import_model(inspect(tmp_path / "enzh"), paths, catalogue=catalogue)
    assert (installed.state, installed.family, len(installed.files)) == ("present", "bergamot", 4)
    assert installed.path.is_dir()
    verify(installed)
    assert import_model(inspect(tmp_path / "enzh"), paths, catalogue=catalogue) == installed  # there already
    remove(installed, paths)
    assert installed.id not in [entry.id for entry in list_installed(paths, catalogue)]


def test_a_folder_that_was_copied_there_is_listed(tmp_path: Path, paths: Paths) -> None:
    paths.user_models.mkdir(parents=True)
    write_shared(paths.user_models / "mine")
    (mine,) = (entry for entry in list_installed(paths, load_catalogue(paths.models)) if entry.id == "mine")
    assert (mine.state, mine.family, mine.tasks) == ("present", "bergamot", ("translation",))
    assert mine.path == paths.user_models / "mine"


def test_one_that_the_catalogue_knows_gets_its_name(tmp_path: Path, paths: Paths) -> None:
    write_shared(tmp_path / "enpt")
    content = next((tmp_path / "enpt").glob("model*")).read_bytes()
    catalogue = load_catalogue(paths.models)
    model = catalogue.find("firefox-en-pt-tiny")
    assert model is not None
    (variant,) = model.variants
    assert isinstance(variant.source, WheelSource)
    first, *others = variant.source.members
    file = ModelFile(first.file.name, len(content), hashlib.sha256(content).hexdigest())
    source = replace(variant.source, members=(replace(first, file=file), *others))
    known = replace(model, variants=(replace(variant, source=source),))
    own = Catalogue(tuple(known if one.id == model.id else one for one in catalogue.models))
    installed = import_model(inspect(tmp_path / "enpt"), paths, catalogue=own)
    assert (installed.name, installed.variant) == (model.name, "tiny")


def test_a_damaged_one_is_refused(tmp_path: Path) -> None:
    write_shared(tmp_path)
    model = next(tmp_path.glob("model*"))
    model.write_bytes(model.read_bytes()[:-2000])
    with pytest.raises(InkhornError) as raised:
        inspect(tmp_path)
    assert raised.value.kind == "model_damaged"


def test_a_pickle_of_that_name_is_refused(tmp_path: Path) -> None:
    write_shared(tmp_path)
    next(tmp_path.glob("model*")).write_bytes(b"\x80\x02" + b"x" * 200)
    with pytest.raises(InkhornError) as raised:
        inspect(tmp_path)
    assert raised.value.kind in ("model_damaged", "model_unsupported")
