from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.core.messages import DeviceInfo, Load
from desktop_app.core.paths import bundle_root
from desktop_app.library.catalogue import HubSource, Model, Variant, load_catalogue
from desktop_app.library.computer import Computer
from desktop_app.library.memory import WORKING_MEMORY, cpu_precision, fit, memory_needed, weights_bytes

CATALOGUE = load_catalogue(bundle_root() / "models")
GB = 10**9


def find(model_id: str) -> Model:
    model = CATALOGUE.find(model_id)
    assert model is not None
    return model


def computer(free: int | None, *cards: DeviceInfo, total: int | None = None) -> Computer:
    return Computer(total, free, None, (DeviceInfo("cpu", "", total, free), *cards))


def variant(model: Model, quantization: str) -> Variant:
    return next(variant for variant in model.variants if variant.quantization == quantization)


@pytest.mark.slow
def test_the_formula_is_what_the_engine_takes(starter_model: Path, tmp_path: Path) -> None:
    """The starter's file has four bits inside, and Q8_0 for the words: exactly the packed form but for
    the norms, which are float32."""
    from desktop_app.engine import model as engine

    command = Load(1, str(starter_model), str(tmp_path))
    loaded = engine.load_model(engine.open_model(command, lambda *_: None), command, lambda *_: None)
    starter = CATALOGUE.starter
    if loaded.precision == "packed4":
        assert loaded.model.bytes == pytest.approx(weights_bytes(starter, "packed4"), rel=0.01)
    # The catalogue counts float32, which a CPU without fast bfloat16 keeps; others take half of it.
    assert 4 * loaded.model.architecture.cache_values_per_token == starter.kv_bytes_per_token
    assert engine.WORKING_MEMORY == WORKING_MEMORY


def test_weights_by_precision() -> None:
    model = replace(
        CATALOGUE.starter, parameters=1_000, embeddings=100, output_weights=100, tied=False, context=8192
    )
    assert weights_bytes(model, "float32") == 4_000
    assert weights_bytes(model, "bfloat16") == weights_bytes(model, "float16") == 2_000
    assert weights_bytes(model, "packed4") == round(800 * 0.625 + 100 * 34 / 32 + 100 * 1.25)
    assert weights_bytes(model, "packed8") == round(900 * 1.25 + 100 * 34 / 32)
    tied = replace(model, tied=True)
    assert weights_bytes(tied, "packed4") == round(900 * 0.625 + 100 * 34 / 32 + 100 * 1.25)
    assert weights_bytes(tied, "bfloat16") == 2_000
    with pytest.raises(KeyError):
        weights_bytes(model, "packed2")


def test_a_conversation_takes_its_cache() -> None:
    model = replace(CATALOGUE.starter, context=1000)
    nothing, some = memory_needed(model, "packed4", 0), memory_needed(model, "packed4", 10)
    assert nothing == weights_bytes(model, "packed4") + WORKING_MEMORY
    assert some - nothing == 10 * 46_080
    assert memory_needed(model, "packed4") - nothing == 1000 * 46_080  # no more than its context


@pytest.mark.parametrize(
    ("model_id", "quantization", "precision"),
    [
        ("qwen3-4b", "Q4_K_M", "packed4"),
        ("qwen3-0.6b", "Q8_0", "packed8"),
        ("qwen3-0.6b", "BF16", "packed4"),
        ("opus-mt-en-zh", "F32", "packed8"),
        ("multilingual-e5-small", "F32", "float32"),
        ("firefox-en-zh", "int8", "float32"),
    ],
)
def test_the_precision_on_the_cpu(model_id: str, quantization: str, precision: str) -> None:
    model = find(model_id)
    assert cpu_precision(model, variant(model, quantization)) == precision


def test_good_tight_and_too_big() -> None:
    model = find("qwen3-4b")
    chosen = model.variants[0]
    needed = fit(model, chosen, computer(None)).needed
    assert memory_needed(model, "packed4") < needed < 1.2 * memory_needed(model, "packed4")
    for free, state in [(2 * needed, "good"), (needed + 1, "tight"), (needed - 1, "too_big")]:
        found = fit(model, chosen, computer(free))
        assert (found.state, found.needed, found.free) == (state, needed, free)
        assert (found.device, found.precision) == ("cpu", "packed4")


def test_where_nothing_is_known_nothing_is_promised() -> None:
    model = find("qwen3-4b")
    assert fit(model, model.variants[0], computer(None)).state == "tight"
    assert fit(model, model.variants[0], computer(None, total=64 * GB)).state == "good"
    assert fit(model, model.variants[0], computer(None, total=1 * GB)).state == "too_big"


def test_a_card_is_used_where_it_has_room() -> None:
    model = find("qwen3-4b")
    small = DeviceInfo("cuda", "small", 6 * GB, 5 * GB)
    large = DeviceInfo("cuda:1", "large", 24 * GB, 20 * GB)
    silent = DeviceInfo("cuda:2", "silent", 80 * GB, None)
    apple = DeviceInfo("mps", "apple", 24 * GB, 20 * GB)

    found = fit(model, model.variants[0], computer(16 * GB, small, large, silent))
    assert (found.device, found.precision, found.free) == ("cuda:1", "bfloat16", 20 * GB)
    assert found.needed == memory_needed(model, "bfloat16")
    found = fit(model, model.variants[0], computer(16 * GB, apple))
    assert (found.device, found.precision) == ("mps", "float16")
    found = fit(model, model.variants[0], computer(16 * GB, small, silent))
    assert (found.device, found.precision, found.free) == ("cpu", "packed4", 16 * GB)


def test_longer_conversations_need_more_room() -> None:
    model = find("qwen3-8b")
    source = model.variants[0].source
    assert isinstance(source, HubSource)
    short, long = (fit(model, model.variants[0], computer(12 * GB), context) for context in (512, 32_768))
    assert long.needed - short.needed == (32_768 - 512) * model.kv_bytes_per_token
    assert (short.state, long.state) == ("good", "too_big")
