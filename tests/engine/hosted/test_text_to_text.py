"""Encoder-decoder models against transformers' own ``generate``: the same ids, greedy and with beams."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import torch

from desktop_app.core.errors import InkhornError
from desktop_app.engine.causal import Stopped
from desktop_app.engine.hosted import text_to_text
from desktop_app.engine.hosted.families import FAMILIES
from tests.engine.hosted.conftest import Load
from tests.engine.hosted.kinds import hosted_kind
from tests.engine.hosted.models import save, tiny
from tests.engine.hosted.words import (
    SENTENCES,
    add_json,
    add_m2m,
    add_marian,
    sentencepiece_bytes,
)

ENDS = list(range(20, 60))
"""Many ids that end a text: random models would hardly ever come to their end."""
LIMIT = 12
FAST = ("nllb", "t5")
"""Whose beams are tried in the fast tests too."""
TEXTS = [*SENTENCES[:4], "x", "The cat."]

Words = Callable[[Path], object]


def add_t5(folder: Path) -> None:
    (folder / "spiece.model").write_bytes(sentencepiece_bytes())


def add_madlad(folder: Path) -> None:
    (folder / "spiece.model").write_bytes(sentencepiece_bytes(symbols=("<2de>", "<2zh>")))


def add_bart(folder: Path) -> None:
    add_json(folder, ("<s>", "<pad>", "</s>", "<unk>"))


def add_nllb(folder: Path) -> None:
    # The file's own template is for one source language, and must not matter.
    special = ("<s>", "<pad>", "</s>", "eng_Latn", "deu_Latn", "zho_Hans", "<unk>")
    add_json(folder, special, "eng_Latn", "</s>")


def add_mbart(folder: Path) -> None:
    (folder / "sentencepiece.bpe.model").write_bytes(sentencepiece_bytes("fairseq"))


def add_pegasus(folder: Path) -> None:
    (folder / "spiece.model").write_bytes(sentencepiece_bytes("pegasus"))


MODELS: dict[str, tuple[str, Words, str, str]] = {
    "marian": ("marian", add_marian, "", ""),
    "marian to many": ("marian", lambda folder: add_marian(folder, ("de", "fr")), "", "fr"),
    "m2m": ("m2m_100", add_m2m, "en", "zh"),
    "nllb": ("m2m_100", add_nllb, "deu_Latn", "zho_Hans"),
    "mbart": ("mbart", add_mbart, "en_XX", "zh_CN"),
    "t5": ("t5", add_t5, "", ""),
    "madlad": ("t5", add_madlad, "", "zh"),
    "bart": ("bart", add_bart, "", ""),
    "pegasus": ("pegasus", add_pegasus, "", ""),
}


def make(case: str, folder: Path, **changes: Any) -> tuple[Any, str, str]:
    """transformers' model, saved in ``folder``, and a source and a target."""
    name, add, source, target = MODELS[case]
    if name == "mbart":
        changes = {"vocab_size": 200 + 2 + 52, **changes}
    model = tiny(name, **changes)
    with torch.no_grad():
        for parameter, tensor in model.named_parameters():
            # So that what comes next depends on the text, and not on the last id alone.
            if tensor.dim() == 2 and "positions" not in parameter:
                crossing = "encoder_attn" in parameter or "EncDec" in parameter
                embedding = "shared" in parameter or "embed" in parameter
                tensor.mul_(4.0 if crossing else 0.3 if embedding else 2.0)
    model.config.forced_eos_token_id = model.generation_config.forced_eos_token_id = None
    save(model, folder)
    add(folder)
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": ENDS}), encoding="utf-8")
    return model, source, target


def wish(folder: Path, **values: Any) -> None:
    (folder / "generation_config.json").write_text(
        json.dumps({"eos_token_id": ENDS, **values}), encoding="utf-8"
    )


def generated(model: Any, ours: Any, text: str, source: str, target: str, **options: Any) -> str:
    """By transformers' own search, one text at a time."""
    ids = ours._spoken.source_ids(ours._pieces.ids, text, source, target)
    rules = ours._rules(target, LIMIT)
    forced = {"forced_bos_token_id": rules.start[1]} if len(rules.start) > 1 else {}
    found = model.generate(
        torch.tensor([ids]),
        decoder_start_token_id=rules.start[0],
        max_length=rules.limit,
        eos_token_id=ENDS,
        bad_words_ids=[[number] for number in rules.banned],
        do_sample=False,
        **forced,
        **options,
    )[0].tolist()[len(rules.start) :]
    end = next((place for place, number in enumerate(found) if number in ENDS), len(found))
    return str(found[:end])


@pytest.fixture
def as_ids(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Let a model answer with its ids: texts hide differences between pieces that no text has."""

    def changed(ours: Any) -> None:
        monkeypatch.setattr(ours._pieces, "text", lambda ids: str(list(ids)))

    return changed


@pytest.mark.parametrize(
    ("case", "beams"),
    [
        pytest.param(case, beams, marks=[pytest.mark.slow] if beams > 1 and case not in FAST else [])
        for case in MODELS
        for beams in (1, 3)
    ],
)
def test_texts_are_those_of_transformers(
    case: str, beams: int, tmp_path: Path, load: Load, as_ids: Callable[[Any], None]
) -> None:
    model, source, target = make(case, tmp_path / "model")
    assert hosted_kind(tmp_path / "model") == "text_to_text"
    ours = load(tmp_path / "model")
    as_ids(ours)
    got = ours.transform(TEXTS, source, target, beams, LIMIT)
    assert got == [generated(model, ours, text, source, target, num_beams=beams) for text in TEXTS]
    assert len(set(got)) > 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        {"early_stopping": True},
        {"early_stopping": "never", "length_penalty": 2.0},
        {"length_penalty": 0.0},
        {"length_penalty": -0.5},
        {"no_repeat_ngram_size": 2},
        {"min_length": 8},
    ],
    ids=lambda options: "-".join(options),
)
def test_wishes_of_the_model_are_followed(
    options: dict[str, Any], tmp_path: Path, load: Load, as_ids: Callable[[Any], None]
) -> None:
    model, source, target = make("nllb", tmp_path / "model")
    wish(tmp_path / "model", **options)
    ours = load(tmp_path / "model")
    as_ids(ours)
    for beams in (1, 4):
        beam_only = {"early_stopping", "length_penalty"} if beams == 1 else set()
        held = {name: value for name, value in options.items() if name not in beam_only}
        want = [generated(model, ours, text, source, target, num_beams=beams, **held) for text in TEXTS]
        assert ours.transform(TEXTS, source, target, beams, LIMIT) == want


def test_order_batches_and_progress(tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_to_text, "_BATCH_TOKENS", 40)
    _, source, target = make("nllb", tmp_path / "model")
    ours = load(tmp_path / "model")
    told: list[float] = []
    got = ours.transform(TEXTS * 2, source, target, 1, LIMIT, told.append)
    assert got[: len(TEXTS)] == got[len(TEXTS) :]
    assert got == [ours.transform([text], source, target, 1, LIMIT)[0] for text in TEXTS * 2]
    assert len(told) == 2 * len(TEXTS)
    assert told[-1] == 1.0


def test_of_nothing_comes_nothing(tmp_path: Path, load: Load) -> None:
    _, source, target = make("nllb", tmp_path / "model")
    ours = load(tmp_path / "model")
    one = ours.transform(["The cat."], source, target, 1, LIMIT)
    assert ours.transform(["", "The cat.", " \n"], source, target, 1, LIMIT) == ["", *one, ""]
    assert ours.transform([], source, target) == []


def test_texts_that_did_not_come_to_their_end_are_told(tmp_path: Path, load: Load) -> None:
    _, source, target = make("nllb", tmp_path / "model")
    ours = load(tmp_path / "model")
    ours.transform(TEXTS, source, target, 1, 2)
    few = ours.unfinished
    ours.transform(TEXTS, source, target, 1, LIMIT)
    assert set(ours.unfinished) < set(few)


def test_stopped_between_layers(tmp_path: Path, load: Load) -> None:
    _, source, target = make("nllb", tmp_path / "model")
    ours = load(tmp_path / "model")
    whole = ours.transform(TEXTS, source, target, 2, LIMIT)
    for stop_at in (1, 3, 9):
        asked = itertools.count(1)
        with pytest.raises(Stopped):
            ours.transform(
                TEXTS, source, target, 2, LIMIT, cancelled=lambda asked=asked, at=stop_at: next(asked) >= at
            )
    assert ours.transform(TEXTS, source, target, 2, LIMIT) == whole


def test_a_text_that_is_too_long_is_refused_with_figures(tmp_path: Path, load: Load) -> None:
    _, source, target = make("nllb", tmp_path / "model")
    ours = load(tmp_path / "model")
    with pytest.raises(InkhornError) as refused:
        ours.transform(["The cat.", "cat " * 95], source, target)
    assert refused.value.kind == "context_overflow"
    assert refused.value.values == {"index": 1, "prompt_tokens": 97, "context_length": 96}


@pytest.mark.parametrize(
    ("case", "source", "target"),
    [("nllb", "eng_Latn", "xxx_Latn"), ("nllb", "", "deu_Latn"), ("madlad", "", "fr"), ("m2m", "en", "")],
)
def test_languages_that_the_model_does_not_know(
    case: str, source: str, target: str, tmp_path: Path, load: Load
) -> None:
    make(case, tmp_path / "model")
    ours = load(tmp_path / "model")
    with pytest.raises(InkhornError, match="language") as refused:
        ours.transform(["The cat."], source, target)
    assert refused.value.kind == "model_unsupported"


def test_languages_are_told(tmp_path: Path, load: Load) -> None:
    found = {}
    for case in ("marian", "marian to many", "m2m", "nllb", "mbart", "madlad"):
        make(case, tmp_path / case)
        found[case] = load(tmp_path / case).languages
    assert found["marian"] == ()
    assert found["marian to many"] == ("de", "fr")
    assert len(found["m2m"]) == 100
    assert {"en", "zh"} < set(found["m2m"])
    assert found["nllb"] == ("deu_Latn", "eng_Latn", "zho_Hans")
    assert len(found["mbart"]) == 52
    assert found["madlad"] == ("de", "zh")


def test_what_the_encoder_reads() -> None:
    """Where the tokens stand, by the sources: transformers' tokenizers of these families."""
    read = text_to_text.read_languages
    spoken = {
        "nllb": read("m2m_100", {"</s>": 2, "eng_Latn": 7, "deu_Latn": 8}, {}),
        "mbart-25": read("mbart", {"</s>": 2, "en_XX": 7, "de_DE": 8}, {}),
        "marian": read("marian", {"</s>": 0, ">>deu<<": 8}, {}),
        "bart": read("bart", {"<s>": 0, "</s>": 2}, {}),
    }

    def ids(text: str) -> list[int]:
        return [100 + len(text)]

    assert spoken["nllb"].source_ids(ids, "abc", "eng_Latn", "deu_Latn") == [7, 103, 2]
    assert spoken["nllb"].forced("deu_Latn", None) == (8,)
    assert spoken["mbart-25"].source_ids(ids, "abc", "en_XX", "de_DE") == [103, 2, 7]
    assert (spoken["mbart-25"].start("de_DE", 2), spoken["mbart-25"].forced("de_DE", None)) == (8, ())
    assert spoken["marian"].source_ids(ids, "abc", "", "deu") == [8, 103, 0]
    assert spoken["marian"].source_ids(ids, "abc", "", "") == [103, 0]
    assert spoken["bart"].source_ids(ids, "abc", "", "") == [0, 103, 2]
    assert spoken["bart"].forced("", 0) == (0,)


def test_t5_is_asked_in_words(tmp_path: Path, load: Load) -> None:
    tasks = {"translation_en_to_de": {"prefix": "translate English to German: ", "max_length": 300}}
    make("t5", tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "model" / "config.json").write_text(
        json.dumps(config | {"task_specific_params": tasks}), encoding="utf-8"
    )
    ours = load(tmp_path / "model")
    assert ours.languages == ("de", "en")
    asked = ours.transform(["The cat."], "en", "de", 1, LIMIT)
    assert asked == ours.transform(["translate English to German: The cat."], "", "", 1, LIMIT)
    with pytest.raises(InkhornError):
        ours.transform(["The cat."], "de", "en")


@pytest.mark.parametrize("case", ["marian", "m2m", "mbart", "t5", "pegasus", "madlad"])
def test_pieces_come_back_as_text(case: str, tmp_path: Path, load: Load) -> None:
    make(case, tmp_path / "model")
    pieces = load(tmp_path / "model")._pieces
    for sentence in SENTENCES:
        assert pieces.text(pieces.ids(sentence)) == sentence


def test_numbers_of_pieces_are_the_families_own(tmp_path: Path, load: Load) -> None:
    """By the sources: T5 numbers as its model; fairseq one higher; Pegasus 103 higher."""
    for case, like, offset in (("t5", "t5", 0), ("mbart", "fairseq", 1), ("pegasus", "pegasus", 103)):
        make(case, tmp_path / case)
        own = sentencepiece.SentencePieceProcessor(model_proto=sentencepiece_bytes(like))
        want = [number + offset for number in own.encode(SENTENCES[0], out_type=int)]
        assert load(tmp_path / case)._pieces.ids(SENTENCES[0]) == want


@pytest.mark.parametrize("name", [name for name in FAMILIES if "text_to_text" in FAMILIES[name].heads])
def test_scores_of_every_family(name: str, tmp_path: Path, load: Load) -> None:
    words = {"marian": add_marian, "m2m_100": add_nllb}.get(name, add_bart)
    theirs = tiny(name)
    words(save(theirs, tmp_path / name))
    torch.manual_seed(1)
    ids, answer = torch.randint(3, 300, (3, 40)), torch.randint(3, 300, (3, 10))
    mask = torch.ones_like(ids)
    mask[1, 20:] = mask[2, 5:] = 0
    given = {"input_ids": ids, "attention_mask": mask, "decoder_input_ids": answer}
    with torch.no_grad():
        want = theirs(**given).logits
        torch.testing.assert_close(load(tmp_path / name).module(**given).logits, want, atol=1e-4, rtol=1e-4)
        near = load(tmp_path / name, "packed8").module(**given).logits
    assert float((near - want).square().mean().sqrt()) < 0.25 * float(want.std())
