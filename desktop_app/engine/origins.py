"""The kinds of places a model comes from: a GGUF file, a folder as transformers saves it, and one of
Mozilla's translation networks.

An origin reads all but the weights without torch, so that counting tokens need not wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ModelKind
from desktop_app.engine.architecture import Architecture
from desktop_app.engine.bergamot.origin import BergamotOrigin, find_origin
from desktop_app.engine.checkpoint import Checkpoint, FolderCheckpoint, GgufCheckpoint
from desktop_app.engine.families.config_reader import read_config_architecture
from desktop_app.engine.families.family import FAMILIES
from desktop_app.engine.families.gguf_reader import read_gguf_architecture
from desktop_app.engine.gguf import GgufFile
from desktop_app.engine.gguf_split import read_gguf_model
from desktop_app.engine.hosted.families import context_length, family_of
from desktop_app.engine.refusals import damaged
from desktop_app.engine.safetensors_folder import read_safetensors_folder
from desktop_app.engine.template import make_template
from desktop_app.engine.tokenizer import make_vocabulary
from desktop_app.engine.tokenizers.folder import read_folder_tokenizer
from desktop_app.engine.words import Words


def gguf_words(metadata: Mapping[str, Any], architecture: Architecture) -> Words:
    """Raises InkhornError: ``model_damaged``, ``model_unsupported``, ``template``."""
    vocabulary = make_vocabulary(dict(metadata))
    if vocabulary.size > architecture.vocabulary:
        raise damaged("It has more tokens than scores.")
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
    file = read_gguf_model(path)
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


@dataclass(frozen=True, slots=True)
class HostedOrigin:
    """A folder with a model that transformers runs. ``words`` only where it continues text."""

    name: str
    kind: ModelKind
    words: Words | None


Origin = LeanOrigin | HostedOrigin | BergamotOrigin


def open_folder(folder: Path) -> Origin:
    """Raises InkhornError."""
    if (network := find_origin(folder)) is not None:
        return network
    found = read_safetensors_folder(folder)
    if _is_causal(found.config):
        try:
            read = read_config_architecture(found.config, {n: t.shape for n, t in found.tensors.items()})
        except InkhornError as error:
            if error.kind != "model_unsupported":
                raise
        else:
            a = read.architecture
            source = FolderCheckpoint(found.tensors, read.names, FAMILIES[a.family].norms_from_one)
            words = _folder_words(folder, a.context_length)
            if words.vocabulary.size > a.vocabulary:
                raise damaged("It has more tokens than scores.")
            return LeanOrigin(folder.name, a, _within(words, a.vocabulary), source)
    _, kind = family_of(found.config)
    if kind != "causal":
        return HostedOrigin(folder.name, kind, None)
    words = _folder_words(folder, context_length(found.config))
    scores = found.config.get("vocab_size")
    size = scores if isinstance(scores, int) else words.vocabulary.size
    return HostedOrigin(folder.name, kind, _within(words, size))


def _is_causal(config: Mapping[str, Any]) -> bool:
    """Not an encoder or a classifier on the body of a decoder."""
    architectures = config.get("architectures") or ["ForCausalLM"]
    return str(architectures[0]).endswith(("ForCausalLM", "ForConditionalGeneration"))


def _folder_words(folder: Path, context: int) -> Words:
    read = read_folder_tokenizer(folder)
    make_template(read.chat_template)
    return Words(read.vocabulary, read.chat_template, read.bos, read.eos, context)


def _within(words: Words, scores: int) -> Words:
    """``words`` without the ends of a reply that the model, with so many ``scores``, never writes: a
    configuration that names none has its family's own (50256 in GPT-2's), also with a smaller vocabulary."""
    ends = frozenset(number for number in words.vocabulary.stop_ids if number < scores)
    return replace(words, vocabulary=replace(words.vocabulary, stop_ids=ends))
