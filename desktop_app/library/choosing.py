"""Which files of a repository or a folder are the model: data only, each weight once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from desktop_app.core.errors import InkhornError
from desktop_app.library.catalogue import Format
from desktop_app.library.manifest import NAME as MANIFEST
from desktop_app.library.manifest import is_plain

PICKLE = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".npz"})
"""Endings of files that are, or may hold, pickle: opening one can run code."""
NEVER = PICKLE | {".h5", ".hdf5", ".msgpack", ".py", ".pyc", ".so", ".dll", ".dylib", ".exe", ".sh", ".ot"}

DEFAULT = (
    *("*.safetensors", "*.safetensors.index.json", "config.json", "generation_config.json"),
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *(
        "vocab.json",
        "vocab.txt",
        "merges.txt",
        "*.model",
        "*.spm",
        "chat_template.jinja",
        "chat_template.json",
    ),
    *("preprocessor_config.json", "sentencepiece.bpe.model", "adapter_config.json"),
    *("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"),
    *("1_Pooling/config.json", "README.md", "LICENSE*", "LICENCE*", "NOTICE*"),
)
_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")


def choose_files(
    names: Iterable[str], patterns: tuple[str, ...], format: Format, what: str
) -> tuple[str, ...]:
    """The names to take, in the order given: those that match ``patterns`` (`DEFAULT` without any),
    never one of `NEVER` — save Bergamot's own ``.bin``, which is no pickle and is asked for by name.

    Raises `InkhornError` of kind ``model_unsupported`` when no weights are among them; ``what`` is the
    model's name in the message.
    """
    names = tuple(names)
    never = NEVER - {".bin"} if format == "bergamot" and patterns else NEVER
    safe = [
        name
        for name in names
        if is_plain(name)
        and not name.startswith(".")
        and name != MANIFEST  # ours, beside them
        and PurePosixPath(name).suffix.lower() not in never
    ]
    if patterns:
        chosen = [name for name in safe if any(fnmatchcase(name, pattern) for pattern in patterns)]
    else:
        chosen = _each_weight_once([name for name in safe if _is_default(name)])
    if any(_is_weight(name, format) for name in chosen):
        return tuple(chosen)
    if patterns and any(_is_weight(name, format) for name in safe):
        message = f"{what} has no file that fits {', '.join(patterns)}."
        raise InkhornError("not_found", message, patterns=list(patterns))
    if any(PurePosixPath(name).suffix.lower() in PICKLE for name in names):
        message = (
            f"{what} has its weights as pickle only, which can run code when it is opened, so it is not "
            "taken. Look for the same model as safetensors or GGUF."
        )
        raise InkhornError("model_unsupported", message, reason="pickle")
    if ggufs := sorted(name for name in safe if name.lower().endswith(".gguf")):
        few = ", ".join(ggufs[:12]) + (" …" if len(ggufs) > 12 else "")
        message = f"{what} holds several forms as GGUF; name the one that is wanted: {few}"
        raise InkhornError("model_unsupported", message, reason="several_forms", files=ggufs)
    message = f"{what} has no weights as safetensors or GGUF."
    raise InkhornError("model_unsupported", message, reason="no_weights")


def _is_default(name: str) -> bool:
    # fnmatch's * would reach into folders, where other forms of the same model lie (onnx/, original/).
    return any(fnmatchcase(name, pattern) for pattern in DEFAULT if pattern.count("/") == name.count("/"))


def _each_weight_once(names: list[str]) -> list[str]:
    """Some repositories hold the same weights twice (whole and in shards, fp16, the maker's own layout)."""
    weights = [name for name in names if name.endswith(".safetensors")]
    if "model.safetensors" in weights:
        kept = {"model.safetensors"}
    else:
        kept = {name for name in weights if _SHARD.fullmatch(name)} or set(weights)
    return [name for name in names if name not in weights or name in kept]


def _is_weight(name: str, format: Format) -> bool:
    if format == "bergamot":
        return name.endswith(".bin")
    return name.lower().endswith((".safetensors", ".gguf"))
