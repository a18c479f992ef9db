"""Every kind of model that the engine can run, in the built app: what was left out of it shows here.

The models are tiny and random, so the measure of an answer is what the checkout's own engine answers.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import pre_tokenizers

from desktop_app.core.messages import (
    Adapter,
    ChatMessage,
    Choice,
    Choose,
    Classify,
    Command,
    Embed,
    Embeddings,
    Generate,
    Load,
    ModelInfo,
    ModelKind,
    Transform,
    UseAdapters,
)
from desktop_app.core.sampling import Sampling
from desktop_app.engine.hosted.families import FAMILIES
from desktop_app.engine.lane import Lane
from tests.engine.hosted import words
from tests.engine.hosted.models import save, tiny
from tests.engine.hosted.test_adapters import write_adapter
from tests.engine.tiny_tokenizers import byte_bpe
from tests.library.hub_server import Hub, Repo
from tests.packaging.frozen_engine import FrozenEngine, frozen_engine
from tests.packaging.test_frozen import clean_environment

pytestmark = pytest.mark.slow

QUESTION = (ChatMessage("user", "The cat wrote every morning."),)
TEXTS = ("Rain fell on the roofs .", "How many words does a language need ?")
GREEDY = Sampling(temperature=0.0, max_tokens=8)
LANGUAGES = {"m2m_100": ("en", "zh"), "mbart": ("en_XX", "zh_CN")}
ALL = [(name, kind) for name, family in FAMILIES.items() for kind in family.heads]
ids = count(1)


@pytest.fixture(scope="module")
def program(dist: Path) -> Path:
    return dist / "inkhorn" / "inkhorn"


@pytest.fixture(scope="module")
def engine(program: Path) -> Iterator[FrozenEngine]:
    with frozen_engine(program) as engine:
        yield engine


@pytest.fixture(scope="module")
def bpe() -> str:
    return str(byte_bpe(pre_tokenizers.ByteLevel(add_prefix_space=False), vocabulary=300).to_str())


@pytest.fixture
def lane() -> Lane:
    """The checkout's own."""
    return Lane(lambda event: None, lambda command: False)


def make(name: str, kind: ModelKind, folder: Path, bpe: str) -> Path:
    """A model as its makers publish it: weights, configuration and the family's kind of tokenizer."""
    changes = {"vocab_size": 200 + 2 + 52} if name == "mbart" else {}  # as its pieces and languages need
    save(tiny(name, kind, **changes), folder)
    if kind == "causal":
        (folder / "tokenizer.json").write_text(bpe, encoding="utf-8")
    elif kind != "text_to_text":
        words.add_json(folder, ("[PAD]", "[CLS]", "[SEP]", "[UNK]"), "[CLS]", "[SEP]")
    elif name == "marian":
        words.add_marian(folder)
    elif name == "m2m_100":
        words.add_m2m(folder)
    elif name == "mbart":
        (folder / "sentencepiece.bpe.model").write_bytes(words.sentencepiece_bytes("fairseq"))
    elif name == "bart":
        words.add_json(folder, ("<s>", "<pad>", "</s>", "<unk>"))
    else:
        (folder / "spiece.model").write_bytes(words.sentencepiece_bytes())
    return folder


def load(folder: Path, place: Path, **options: Any) -> Load:
    return Load(next(ids), str(folder), str(place), device="cpu", precision="float32", **options)


def question_for(name: str, kind: ModelKind) -> Command:
    if kind == "causal":
        return Choose(next(ids), QUESTION, ("yes", "no"))
    if kind == "text_to_text":
        source, target = LANGUAGES.get(name, ("", ""))
        return Transform(next(ids), TEXTS, source, target, max_tokens=8)
    return Embed(next(ids), TEXTS) if kind == "encoder" else Classify(next(ids), TEXTS)


def figures(answer: Any) -> list[float]:
    """What of an answer rounding may change: vectors and probabilities, one after another."""
    if isinstance(answer, Embeddings):
        return [float(value) for value in np.frombuffer(answer.values, "<f4")]
    if isinstance(answer, Choice):
        return [answer.probability]
    return [figure for part in answer for figure in figures(part)] if isinstance(answer, tuple) else []


def wording(answer: Any) -> Any:
    """The rest of it, which is the same or wrong."""
    if isinstance(answer, Embeddings):
        return answer.count, answer.dimensions
    if isinstance(answer, Choice):
        return answer.text
    return tuple(wording(part) for part in answer) if isinstance(answer, tuple) else answer


@pytest.mark.parametrize(("name", "kind"), ALL)
def test_every_family_answers_as_in_the_checkout(
    name: str, kind: ModelKind, engine: FrozenEngine, lane: Lane, bpe: str, tmp_path: Path
) -> None:
    folder = make(name, kind, tmp_path / name, bpe)
    wanted = load(folder, tmp_path / "prepared")
    lane.load(wanted, lambda planner: None)
    info: ModelInfo = engine.ask(wanted)
    assert (info.family, info.kind) == (name, kind)
    question = question_for(name, kind)
    got, right = engine.ask(question), lane.run(question)
    assert wording(got) == wording(right)
    assert figures(got) == pytest.approx(figures(right), rel=1e-2, abs=1e-4)


def test_a_small_decoder_is_imported_answers_and_is_removed(
    program: Path, bpe: str, tmp_path: Path, offline: list[str]
) -> None:
    def models(*arguments: str) -> Any:
        command = [
            *offline,
            str(program),
            "--data-dir",
            str(tmp_path / "data"),
            "models",
            *arguments,
            "--json",
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, env=clean_environment(), check=False, cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    found = make("gpt2", "causal", tmp_path / "small writer", bpe)
    imported = models("import", str(found))
    assert (imported["family"], imported["state"]) == ("gpt2", "present")
    own = [entry for entry in models("list")["models"] if entry["origin"] != "bundled"]
    assert [entry["id"] for entry in own] == [imported["id"]]
    assert models("verify", imported["id"])["models"][0]["state"] != "damaged"
    with frozen_engine(program) as engine:
        engine.ask(load(Path(imported["path"]), tmp_path / "prepared"))
        reply = engine.ask(Generate(next(ids), QUESTION, GREEDY))
        assert reply.reply_tokens > 0
        assert engine.text
    assert models("remove", imported["id"])["freed"] > 10_000
    assert not Path(imported["path"]).exists()


@pytest.mark.usefixtures("nothing_of_this_computers")
def test_a_model_comes_from_a_hub(program: Path, hub: Hub, bpe: str, tmp_path: Path) -> None:
    folder = make("gpt2", "causal", tmp_path / "gpt2", bpe)
    hub.repos["maker/writer"] = Repo({path.name: path.read_bytes() for path in folder.iterdir()})
    data = tmp_path / "data"
    data.mkdir()
    (data / "settings.json").write_text(json.dumps({"hub_endpoint": hub.url}), encoding="utf-8")
    command = [str(program), "--data-dir", str(data), "models", "get", "hub:maker/writer", "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=clean_environment(), check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    came = Path(json.loads(done.stdout)["path"])
    assert (came / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()


def test_an_adapter_is_put_on_and_taken_off(
    engine: FrozenEngine, lane: Lane, bpe: str, tmp_path: Path
) -> None:
    folder = make("gpt_neox", "causal", tmp_path / "neox", bpe)
    write_adapter(tmp_path / "adapter", {"gpt_neox.layers.0.attention.query_key_value": (192, 64)})
    adapters = (Adapter(str(tmp_path / "adapter")),)
    question = Choose(next(ids), QUESTION, ("yes", "no"))
    engine.ask(load(folder, tmp_path / "prepared"))
    plain = figures(engine.ask(question))
    engine.ask(UseAdapters(next(ids), adapters))
    adapted = figures(engine.ask(question))
    lane.load(load(folder, tmp_path / "prepared", adapters=adapters), lambda planner: None)
    assert adapted == pytest.approx(figures(lane.run(question)), rel=1e-2)
    assert adapted != pytest.approx(plain, rel=1e-1)
    engine.ask(UseAdapters(next(ids), ()))
    assert figures(engine.ask(question)) == pytest.approx(plain, rel=1e-3)


def test_replies_follow_a_schema(engine: FrozenEngine, starter_model: Path, tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"city": {"enum": ["Paris", "Rome"]}}, "required": ["city"]}
    schema["additionalProperties"] = False
    engine.ask(Load(next(ids), str(starter_model), str(tmp_path / "prepared"), device="cpu"))
    asked = (ChatMessage("user", "What is the capital of France?"),)
    engine.ask(
        Generate(next(ids), asked, Sampling(temperature=0.0, max_tokens=30), schema=json.dumps(schema))
    )
    assert json.loads(engine.text) == {"city": "Paris"}
