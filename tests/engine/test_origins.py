"""What a model's folder says of itself, where it does not fit together."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import pre_tokenizers

from desktop_app.core.messages import ChatMessage, Choose, Load
from desktop_app.engine.lane import Lane
from desktop_app.engine.origins import HostedOrigin, LeanOrigin, open_folder
from tests.engine.hosted.models import VOCABULARY, save, tiny
from tests.engine.tiny_tokenizers import byte_bpe


@pytest.fixture(scope="module")
def bpe() -> str:
    return str(byte_bpe(pre_tokenizers.ByteLevel(add_prefix_space=False), vocabulary=300).to_str())


def folder_of(family: str, ends: int | list[int], folder: Path, bpe: str) -> Path:
    save(tiny(family, eos_token_id=ends), folder)
    (folder / "tokenizer.json").write_text(bpe, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("family", "kind"), [("gpt2", HostedOrigin), ("llama", LeanOrigin)])
def test_ends_of_a_reply_that_the_model_has_no_score_for_are_left_out(
    family: str, kind: type, bpe: str, tmp_path: Path
) -> None:
    last = VOCABULARY - 1  # a token without a text, as padded vocabularies have them, but one with a score
    origin = open_folder(folder_of(family, [2, last, VOCABULARY, 50_256], tmp_path / family, bpe))
    assert isinstance(origin, kind)
    assert origin.words is not None
    assert origin.words.vocabulary.size <= last
    assert origin.words.vocabulary.stop_ids >= {2, last}
    assert max(origin.words.vocabulary.stop_ids) == last


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_choosing_by_a_model_whose_end_lies_outside_its_vocabulary(
    family: str, bpe: str, tmp_path: Path
) -> None:
    folder = folder_of(family, 50_256, tmp_path / family, bpe)
    lane = Lane(lambda event: None, lambda command: False)
    lane.load(
        Load(1, str(folder), str(tmp_path / "prepared"), device="cpu", precision="float32"), lambda _: None
    )
    found = lane.run(Choose(2, (ChatMessage("user", "The cat wrote."),), ("yes", "no")))
    assert sum(choice.probability for choice in found) == pytest.approx(1.0)
