"""What fits: models that the catalogue does not know, and adapters."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.core.messages import Adapter, DeviceInfo
from desktop_app.core.paths import Paths
from desktop_app.core.settings import Settings
from desktop_app.library.adapters import adapters_of
from desktop_app.library.catalogue import load_catalogue
from desktop_app.library.computer import Computer
from desktop_app.library.fitting import adapter_fits, fit_installed
from desktop_app.library.importing import import_model, inspect
from desktop_app.library.installed import Installed, list_installed
from desktop_app.library.shape import Shape, shape_from_json, shape_to_json

GB = 10**9
CONFIG = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 96,
    "vocab_size": 320,
    "max_position_embeddings": 2048,
    "tie_word_embeddings": True,
}


def computer(free: int, *cards: DeviceInfo) -> Computer:
    return Computer(None, free, None, (DeviceInfo("cpu", "", None, free), *cards))


def write_safetensors(path: Path, shapes: dict[str, tuple[int, ...]]) -> None:
    """Tensors of bfloat16 zeros, which take no room on the disk however many they are."""
    header, at = {}, 0
    for name, shape in shapes.items():
        size = 2
        for length in shape:
            size *= length
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    raw = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(raw)) + raw)
        file.truncate(8 + len(raw) + at)


def model(folder: Path, inner: int = 1000, **changes: object) -> Path:
    folder.mkdir(parents=True)
    config = {**CONFIG, **changes}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text("{}")
    embedding = (int(str(config["vocab_size"])), int(str(config["hidden_size"])))
    write_safetensors(
        folder / "model.safetensors", {"model.embed_tokens.weight": embedding, "model.inner": (inner,)}
    )
    return folder


def adapter(
    folder: Path, base: str = "", width: int = 64, kv_width: int = 32, layers: tuple[int, ...] = (0, 1)
) -> Path:
    folder.mkdir(parents=True)
    config = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "base_model_name_or_path": base}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    shapes = {}
    for number in layers:
        for part, rows in (("q_proj", width), ("v_proj", kv_width)):
            at = f"base_model.model.model.layers.{number}.self_attn.{part}"
            shapes |= {f"{at}.lora_A.weight": (4, width), f"{at}.lora_B.weight": (rows, 4)}
    write_safetensors(folder / "adapter_model.safetensors", shapes)
    return folder


def taken(paths: Paths, path: Path) -> Installed:
    return import_model(inspect(path), paths)


# --- models ---------------------------------------------------------------------------------------


def test_the_sizes_of_a_folder_are_kept_with_it(paths: Paths, tmp_path: Path) -> None:
    entry = taken(paths, model(tmp_path / "own"))
    expected = Shape(
        parameters=320 * 64 + 1000,
        context=2048,
        kv_bytes_per_token=2 * 2 * 32 * 4,
        embeddings=320 * 64,
        output_weights=320 * 64,
        tied=True,
        layers=2,
        width=64,
        kv_width=32,
        feed_forward=96,
    )
    assert entry.shape == expected
    (again,) = list_installed(paths, load_catalogue(paths.models))  # from model.json
    assert again.shape == expected
    assert shape_from_json(shape_to_json(expected)) == expected
    (paths.user_models / entry.id / "model.json").unlink()  # put there by hand
    (again,) = list_installed(paths, load_catalogue(paths.models))
    assert again.shape == expected


@pytest.mark.parametrize("raw", [None, [], {}, {"parameters": -1}, {"parameters": True}, {"parameters": "1"}])
def test_sizes_that_somebody_has_edited_are_as_if_not_known(raw: object) -> None:
    assert shape_from_json(raw) is None


def test_a_configuration_of_nonsense_is_only_not_known(tmp_path: Path) -> None:
    folder = model(tmp_path / "own")
    odd = {**CONFIG, "architectures": 7, "hidden_size": "x", "num_hidden_layers": -3, "head_dim": [1]}
    (folder / "config.json").write_text(json.dumps({**odd, "text_config": 5, "vocab_size": 1 << 70}))
    shape = inspect(folder).shape
    assert shape is not None
    assert (shape.layers, shape.width, shape.embeddings, shape.parameters) == (0, 0, 0, 320 * 64 + 1000)


def test_an_import_that_cannot_fit_is_known_not_to(paths: Paths, tmp_path: Path) -> None:
    folder = model(tmp_path / "own")
    write_safetensors(
        folder / "model.safetensors",
        {"model.embed_tokens.weight": (320, 64), "model.inner": (8_000_000_000,)},
    )
    found = inspect(folder)
    one = replace(taken(paths, model(tmp_path / "small")), shape=found.shape)
    fit = fit_installed(one, computer(4 * GB))
    assert fit is not None
    assert (fit.state, fit.free, fit.device, fit.precision) == ("too_big", 4 * GB, "cpu", "packed4")
    assert fit.needed == pytest.approx(8e9 * 0.625, rel=0.05)
    assert fit_installed(one, computer(16 * GB)).state == "good"  # type: ignore[union-attr]
    card = DeviceInfo("cuda:0", "", 48 * GB, 40 * GB)
    assert fit_installed(one, computer(4 * GB, card)).device == "cuda:0"  # type: ignore[union-attr]
    assert fit_installed(replace(one, shape=None), computer(1)) is None  # nothing is known


def test_the_same_model_needs_the_same_from_the_catalogue_and_from_its_file(
    paths: Paths, starter_model: Path
) -> None:
    entry = taken(paths, starter_model)
    assert entry.model is not None
    by_entry = fit_installed(entry, computer(GB))
    by_file = fit_installed(replace(entry, model=None, variant=""), computer(GB))
    assert by_entry is not None
    assert by_file is not None
    assert by_file.needed == pytest.approx(by_entry.needed, rel=0.02)
    assert (by_file.state, by_file.precision) == (by_entry.state, by_entry.precision)


# --- adapters -------------------------------------------------------------------------------------


def test_an_adapter_fits_models_of_its_sizes(paths: Paths, tmp_path: Path) -> None:
    base = taken(paths, model(tmp_path / "Own Base"))
    wide = taken(paths, model(tmp_path / "wide", hidden_size=128))
    deep = taken(paths, model(tmp_path / "deep", num_hidden_layers=3))
    heads = taken(paths, model(tmp_path / "heads", num_key_value_heads=4))
    # However it calls its base: this was trained on a checkpoint of somebody's own.
    style = taken(paths, adapter(tmp_path / "style", "/home/me/checkpoints/12"))
    assert (style.base, style.kind) == ("/home/me/checkpoints/12", "adapter")
    assert [adapter_fits(style, one) for one in (base, wide, deep, heads)] == [True, False, False, False]
    assert not adapter_fits(style, style)
    upper = taken(paths, adapter(tmp_path / "upper", layers=(1,)))  # leaves the first layer alone
    assert adapter_fits(upper, base)
    assert adapter_fits(upper, deep)


def test_a_name_decides_where_sizes_are_not_known(paths: Paths, tmp_path: Path) -> None:
    starter = load_catalogue(paths.models).starter
    style = taken(paths, adapter(tmp_path / "style", "HuggingFaceTB/SmolLM2-135M-Instruct"))
    nameless = replace(style, shape=None)
    own = taken(paths, model(tmp_path / "own"))
    known = replace(own, id="smollm2-135m-instruct", name=starter.name, model=starter, shape=None)
    assert adapter_fits(nameless, known)
    assert not adapter_fits(nameless, own)
    hub = replace(own, id="HuggingFaceTB--SmolLM2-135M-Instruct", name="x")
    assert adapter_fits(nameless, hub)
    assert adapter_fits(replace(nameless, base=""), own)  # nobody says anything: the engine will


def test_an_adapter_that_does_not_fit_is_not_run_even_if_it_was_switched_on(
    paths: Paths, tmp_path: Path
) -> None:
    base = taken(paths, model(tmp_path / "base"))
    good = taken(paths, adapter(tmp_path / "good"))
    bad = taken(paths, adapter(tmp_path / "bad", width=128))
    on = {"on": True, "scale": 0.5}
    settings = Settings(models={"adapters": {base.id: {good.id: on, bad.id: on}}})
    assert adapters_of(settings, base.id, (base, good, bad)) == (Adapter(str(good.path), 0.5),)
