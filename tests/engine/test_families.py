"""Every family that the lean decoder speaks, against transformers' own: float32, to 1e-4."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import PreTrainedModel

from desktop_app.core.messages import Load
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.model import load_model, open_model
from tests.engine.families import GGUF, MODELS, WINDOW, random_model, write_family_folder, write_family_gguf
from tests.engine.tiny_model import VOCABULARY

IDS = torch.randint(3, VOCABULARY, (4 * WINDOW,), generator=torch.Generator().manual_seed(5)).tolist()


def load(path: Path, place: Path, precision: str = "float32") -> Decoder:
    command = Load(1, str(path), str(place), precision=precision)
    return load_model(open_model(command, lambda *_: None), command, lambda *_: None).model


def expected(model: PreTrainedModel, ids: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        scores: torch.Tensor = model(torch.tensor([ids])).logits[0]
    return scores


def left_padded(model: PreTrainedModel, sequences: list[list[int]]) -> list[torch.Tensor]:
    """What transformers gives for a batch of sequences of different lengths, padded on the left."""
    longest = max(map(len, sequences))
    rows = [[0] * (longest - len(ids)) + ids for ids in sequences]
    mask = [[0] * (longest - len(ids)) + [1] * len(ids) for ids in sequences]
    positions = torch.tensor(mask).cumsum(-1).sub_(1).clamp_(min=0)
    with torch.inference_mode():
        scores = model(torch.tensor(rows), attention_mask=torch.tensor(mask), position_ids=positions).logits
    return [row[longest - len(ids) :] for row, ids in zip(scores, sequences, strict=True)]


def near(found: torch.Tensor, wanted: torch.Tensor) -> None:
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


@pytest.fixture(params=[*(f"{name} folder" for name in MODELS), *(f"{name} gguf" for name in GGUF)])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[PreTrainedModel, Decoder]:
    name, kind = request.param.split()
    model = random_model(name)
    if kind == "gguf":
        path = write_family_gguf(tmp_path / "tiny.gguf", model)
    else:
        path = write_family_folder(tmp_path / "tiny", model)
    return model, load(path, tmp_path / "prepared")


def test_logits_equal_those_of_transformers(pair: tuple[PreTrainedModel, Decoder]) -> None:
    model, decoder = pair
    wanted = expected(model, IDS)
    whole = decoder.logits(decoder.forward(decoder.new_cache(), IDS))
    near(whole, wanted)
    cache = decoder.new_cache()  # a prompt in two chunks, then step by step past the window
    decoder.forward(cache, IDS[:30])
    decoder.forward(cache, IDS[30:100])
    steps = [decoder.logits(decoder.forward(cache, [token])) for token in IDS[100:]]
    near(torch.cat(steps), wanted[100:])


def test_a_batch_equals_left_padding(pair: tuple[PreTrainedModel, Decoder]) -> None:
    model, decoder = pair
    sequences = [IDS[:70], IDS[70:75], IDS[75:130]]
    caches = [decoder.new_cache() for _ in sequences]
    hidden = decoder.forward_batch(list(zip(caches, sequences, strict=True)))
    found = decoder.logits(hidden).split([len(ids) for ids in sequences])
    for ours, theirs in zip(found, left_padded(model, sequences), strict=True):
        near(ours, theirs)
    longer = [[*ids, token] for ids, token in zip(sequences, (5, 6, 7), strict=True)]
    stepped = decoder.logits(
        decoder.forward_batch([(c, ids[-1:]) for c, ids in zip(caches, longer, strict=True)])
    )
    for ours, theirs in zip(stepped, left_padded(model, longer), strict=True):
        near(ours, theirs[-1])
