"""Random decoders in the packed form that drafts are checked with, and the vocabulary that they come with."""

from __future__ import annotations

from pathlib import Path

from desktop_app.core.messages import Load
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.model import load_model, open_model
from desktop_app.engine.tokenizer import Vocabulary
from tests.engine.tiny_model import write_tiny


def opened(source: Path, place: Path, precision: str = "auto") -> tuple[Decoder, Vocabulary]:
    command = Load(1, str(source), str(place), precision=precision)
    model = open_model(command, lambda stage, fraction: None)
    decoder = load_model(model, command, lambda stage, fraction: None).model
    return decoder, model.words.vocabulary


def tiny_packed(folder: Path) -> tuple[Decoder, Vocabulary]:
    return opened(write_tiny(folder, "Q4_1"), folder / "prepared")


def never() -> bool:
    return False
