"""The two kinds of places a model comes from: a GGUF file, and a folder as transformers saves it.

An origin reads all but the weights without torch, so that counting tokens need not wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.core.errors import InkhornError
from desktop_app.engine.architecture import Architecture
from desktop_app.engine.checkpoint import Checkpoint, GgufCheckpoint
from desktop_app.engine.families.family import FAMILIES
from desktop_app.engine.families.gguf_reader import read_gguf_architecture
from desktop_app.engine.gguf import GgufFile, read_gguf
from desktop_app.engine.template import make_template
from desktop_app.engine.tokenizer import make_vocabulary
from desktop_app.engine.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping


def gguf_words(metadata: Mapping[str, Any], architecture: Architecture) -> Words:
    """Raises InkhornError: ``model_damaged``, ``model_unsupported``, ``template``."""
    vocabulary = make_vocabulary(dict(metadata))
    if vocabulary.size > architecture.vocabulary:
        raise InkhornError("model_damaged", "The model file is damaged. It has more tokens than scores.")
    tokens = metadata["tokenizer.ggml.tokens"]

    def token(name: str) -> str:
        number = metadata.get(f"tokenizer.ggml.{name}_token_id")
        return str(tokens[number]) if isinstance(number, int) and 0 <= number < len(tokens) else ""

    template = metadata.get("tokenizer.chat_template")
    template = template if isinstance(template, str) else None
    make_template(template)  # a broken one is refused now, not at the first question
    return Words(vocabulary, template, token("bos"), token("eos"), architecture.context_length)


@dataclass(frozen=True, slots=True)
class LeanOrigin:
    """A model that the lean decoder speaks. ``name`` is the file's own for itself."""

    name: str
    architecture: Architecture
    words: Words
    checkpoint: Checkpoint


def open_gguf(path: Path) -> LeanOrigin:
    """Raises InkhornError."""
    file = read_gguf(path)
    architecture = read_gguf_architecture(file)
    return LeanOrigin(
        _gguf_name(file, path),
        architecture,
        gguf_words(file.metadata, architecture),
        GgufCheckpoint(file, FAMILIES[architecture.family].halves_in_gguf),
    )


def _gguf_name(file: GgufFile, path: Path) -> str:
    name = file.metadata.get("general.name")
    return name[:200] if isinstance(name, str) and name.strip() else path.stem
