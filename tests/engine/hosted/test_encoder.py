"""Encoders and classifiers against transformers' own, in batches of texts of all lengths."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.engine.causal import Stopped
from desktop_app.engine.hosted import encoder
from desktop_app.engine.hosted.families import FAMILIES
from tests.engine.hosted.conftest import Load
from tests.engine.hosted.kinds import hosted_kind
from tests.engine.hosted.models import save, tiny
from tests.engine.hosted.words import SENTENCES, add_json

ENCODERS = [name for name, family in FAMILIES.items() if "encoder" in family.heads]
TEXTS = ["rain", *SENTENCES, "the cat", " ".join(SENTENCES[:3]), ""]
BERT = ("[PAD]", "[CLS]", "[SEP]", "[UNK]")
ROBERTA = ("<s>", "<pad>", "</s>", "<unk>")


def add_words(folder: Path, name: str) -> None:
    if name in ("roberta", "xlm-roberta", "camembert", "mpnet"):
        add_json(folder, ROBERTA, "<s>", "</s>")
    else:
        add_json(folder, BERT, "[CLS]", "[SEP]")


def ids_of(folder: Path, text: str) -> list[int]:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer.encode(text).ids


def pooled(model: Any, folder: Path, text: str, pooling: str) -> Tensor:
    """One text by itself, without padding, by transformers."""
    with torch.no_grad():
        hidden = model(input_ids=torch.tensor([ids_of(folder, text)])).last_hidden_state[0]
    row = {"mean": hidden.mean(0), "cls": hidden[0], "last": hidden[-1]}[pooling]
    return row / row.norm()


@pytest.mark.parametrize("name", ENCODERS)
def test_vectors_are_those_of_transformers(name: str, tmp_path: Path, load: Load) -> None:
    theirs = tiny(name)
    folder = save(theirs, tmp_path / name)
    add_words(folder, name)
    assert hosted_kind(folder) == "encoder"
    ours = load(folder)
    told: list[float] = []
    got = ours.embed(TEXTS, told.append)
    want = torch.stack([pooled(theirs, folder, text, "mean") for text in TEXTS])
    torch.testing.assert_close(got, want, atol=1e-4, rtol=1e-4)
    assert told[-1] == 1.0
    near = load(folder, "packed8").embed(TEXTS)
    assert float((near * want).sum(-1).min()) > 0.99


@pytest.mark.parametrize("name", ENCODERS)
def test_labels_are_those_of_transformers(name: str, tmp_path: Path, load: Load) -> None:
    names = {0: "glad", 1: "sad", 2: "neither"}
    theirs = tiny(name, "classifier", id2label=names, label2id={v: k for k, v in names.items()})
    folder = save(theirs, tmp_path / name)
    add_words(folder, name)
    assert hosted_kind(folder) == "classifier"
    ours = load(folder)
    assert ours.labels == ("glad", "sad", "neither")
    for text, found in zip(TEXTS, ours.classify(TEXTS), strict=True):
        with torch.no_grad():
            scores = theirs(input_ids=torch.tensor([ids_of(folder, text)])).logits[0].softmax(-1)
        assert list(found) == list(ours.labels)
        torch.testing.assert_close(torch.tensor(list(found.values())), scores, atol=1e-4, rtol=1e-3)
    assert ours.embed(TEXTS).shape == (len(TEXTS), 64)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    model = tiny("bert")
    folder = save(model, tmp_path_factory.mktemp("models") / "bert")
    add_words(folder, "bert")
    return model, folder


def add_pooling(folder: Path, config: dict[str, Any], *more: str) -> None:
    steps = ["Transformer", "Pooling", *more]
    listed = [
        {"idx": n, "path": f"{n}_{step}" if n else "", "type": f"sentence_transformers.models.{step}"}
        for n, step in enumerate(steps)
    ]
    (folder / "modules.json").write_text(json.dumps(listed), encoding="utf-8")
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(config), encoding="utf-8")


@pytest.mark.parametrize(
    ("pooling", "config"),
    [
        ("cls", {"word_embedding_dimension": 64, "pooling_mode_cls_token": True}),
        ("last", {"pooling_mode_lasttoken": True, "pooling_mode_mean_tokens": False}),
        ("mean", {"pooling_mode_mean_tokens": True}),
        ("cls", {"pooling_mode": "cls"}),
    ],
)
def test_pooling_is_the_one_that_the_folder_names(
    pooling: str, config: dict[str, Any], bert: tuple[Any, Path], load: Load
) -> None:
    model, folder = bert
    add_pooling(folder, config, "Normalize")
    got = load(folder).embed(TEXTS)
    want = torch.stack([pooled(model, folder, text, pooling) for text in TEXTS])
    torch.testing.assert_close(got, want, atol=1e-4, rtol=1e-4)


def test_steps_that_are_not_known_are_refused(bert: tuple[Any, Path], load: Load) -> None:
    add_pooling(bert[1], {"pooling_mode_mean_tokens": True}, "Dense")
    with pytest.raises(InkhornError, match="Dense") as refused:
        load(bert[1])
    assert refused.value.kind == "model_unsupported"
    add_pooling(bert[1], {"pooling_mode_max_tokens": True})
    with pytest.raises(InkhornError, match="pools"):
        load(bert[1])
    outside = [{"type": "sentence_transformers.models.Pooling", "path": "x/.."}]
    (bert[1] / "modules.json").write_text(json.dumps(outside), encoding="utf-8")
    with pytest.raises(InkhornError) as refused:
        load(bert[1])
    assert refused.value.kind == "model_damaged"
    (bert[1] / "modules.json").unlink()


def test_a_text_that_is_too_long_is_refused_with_figures(bert: tuple[Any, Path], load: Load) -> None:
    ours = load(bert[1])
    words = "the " * (ours.context_length - 2)
    assert ours.embed([words]).shape == (1, 64)
    with pytest.raises(InkhornError) as refused:
        ours.embed(["rain", words + "cat"])
    assert refused.value.kind == "context_overflow"
    assert refused.value.values == {"index": 1, "prompt_tokens": 97, "context_length": 96}


def test_the_tokenizer_settings_bound_the_length(bert: tuple[Any, Path], load: Load) -> None:
    settings = bert[1] / "tokenizer_config.json"
    settings.write_text(json.dumps({"model_max_length": 12}), encoding="utf-8")
    assert load(bert[1]).context_length == 12
    settings.write_text(json.dumps({"model_max_length": 10**30}), encoding="utf-8")
    assert load(bert[1]).context_length == 96
    settings.unlink()


def test_many_texts_go_in_batches_and_can_be_stopped(
    bert: tuple[Any, Path], load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "_BATCH_TOKENS", 40)
    ours = load(bert[1])
    told: list[float] = []
    whole = ours.embed(TEXTS, told.append)
    assert len(told) > 3
    assert told == sorted(told)
    torch.testing.assert_close(whole[1], ours.embed([TEXTS[1]])[0], atol=1e-5, rtol=1e-5)
    told.clear()
    with pytest.raises(Stopped):
        ours.embed(TEXTS, told.append, lambda: len(told) == 2)
    assert len(told) == 2
    assert torch.equal(ours.embed(TEXTS), whole)


def test_independent_labels_are_told_each_for_itself(tmp_path: Path, load: Load) -> None:
    theirs = tiny("bert", "classifier", num_labels=3, problem_type="multi_label_classification")
    folder = save(theirs, tmp_path / "several")
    add_words(folder, "bert")
    found = load(folder).classify(["the cat slept"])[0]
    with torch.no_grad():
        scores = theirs(input_ids=torch.tensor([ids_of(folder, "the cat slept")])).logits[0].sigmoid()
    torch.testing.assert_close(torch.tensor(list(found.values())), scores, atol=1e-4, rtol=1e-3)


def test_an_old_folder_with_only_a_word_list(tmp_path: Path, load: Load) -> None:
    folder = save(tiny("bert"), tmp_path / "old")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sl", "##ept", "."]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    ours = load(folder)
    assert torch.equal(ours.embed(["The cat slept."]), ours.embed(["the CAT slept ."]))
    assert not torch.equal(ours.embed(["the cat"]), ours.embed(["cat the"]))


def test_nothing_to_do(bert: tuple[Any, Path], load: Load) -> None:
    assert load(bert[1]).embed([]).shape == (0, 64)
