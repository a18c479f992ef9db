from __future__ import annotations

import json

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import bundle_root
from desktop_app.library.catalogue import HubSource, load_catalogue
from desktop_app.library.choosing import choose_files
from desktop_app.library.network import HUB, Network
from desktop_app.library.orders import order_from, order_from_hub, order_from_json, order_to_json


def test_every_form_of_the_catalogue_survives_the_disk() -> None:
    catalogue = load_catalogue(bundle_root() / "models")
    folders = set()
    for model in catalogue.models:
        for variant in model.variants:
            order = order_from(catalogue, model.id, variant.id, licence_accepted=True)
            assert order_from_json(json.loads(json.dumps(order_to_json(order)))) == order
            assert (order.licence_accepted is not None) == model.must_accept
            folders.add(order.folder)
    assert len(folders) == sum(len(model.variants) for model in catalogue.models)


def test_what_the_hub_is_asked_for() -> None:
    order = order_from_hub("hub:Qwen/Qwen3-0.6B-GGUF@main:sub/Qwen3-0.6B-Q8_0.gguf")
    assert order.source == HubSource("Qwen/Qwen3-0.6B-GGUF", "main", ("sub/Qwen3-0.6B-Q8_0.gguf",))
    assert (order.name, order.format) == ("Qwen3-0.6B-Q8_0", "gguf")
    assert order.folder == "Qwen--Qwen3-0.6B-GGUF--Qwen3-0.6B-Q8_0--main"
    assert order_from_hub("hub:a/b@refs/pr/6").source == HubSource("a/b", "refs/pr/6", ())
    assert order_from_hub("hub:a/b").folder == "a--b"
    odd = order_from_hub("hub:a/b:x[1].gguf")
    assert isinstance(odd.source, HubSource)
    assert choose_files(["x1.gguf", "x[1].gguf"], odd.source.patterns, "gguf", "b") == ("x[1].gguf",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a/b",
        "hub:a",
        "hub:a/b/c",
        "hub:a/b:",
        "hub:a/b:../x.gguf",
        "hub:a/b:/x.gguf",
        "hub:../b",
        "hub:a/..",
    ],
)
def test_what_is_not_of_that_form(text: str) -> None:
    with pytest.raises(InkhornError) as caught:
        order_from_hub(text)
    assert caught.value.values["reason"] == "form"


def test_addresses_as_people_type_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Network().hub == HUB
    assert Network(hub_endpoint=" hf-mirror.com/ ").hub == "https://hf-mirror.com"
    monkeypatch.setenv("HF_ENDPOINT", "http://mirror.local:8080/")
    assert Network().hub == "http://mirror.local:8080"
    assert Network(hub_endpoint="https://x").hub == "https://x"


@pytest.mark.parametrize("value", ["1", "ON", "true"])
def test_the_environments_lock_is_a_lock_too(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    Network().require()
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    with pytest.raises(InkhornError) as caught:
        Network().require()
    assert caught.value.kind == "offline"


NAMES = [
    "config.json",
    "model.safetensors",
    "model-00001-of-00002.safetensors",
    "consolidated.safetensors",
    "pytorch_model.bin",
    "tokenizer.json",
    "onnx/model.onnx",
    "original/model.safetensors",
    "1_Pooling/config.json",
    "modeling_x.py",
    "model.json",
    "flax_model.msgpack",
]


def test_each_weight_once_and_nothing_that_can_run() -> None:
    taken = ("config.json", "model.safetensors", "tokenizer.json", "1_Pooling/config.json")
    assert choose_files(NAMES, (), "safetensors", "x") == taken
    shards = [name for name in NAMES if name != "model.safetensors"]
    assert "model-00001-of-00002.safetensors" in choose_files(shards, (), "safetensors", "x")
    assert "consolidated.safetensors" not in choose_files(shards, (), "safetensors", "x")
    greedy = choose_files(NAMES, ("*",), "safetensors", "x")
    assert not {"pytorch_model.bin", "modeling_x.py", "flax_model.msgpack", "model.json"} & set(greedy)
