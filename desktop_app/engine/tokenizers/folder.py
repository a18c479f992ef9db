"""The tokenizer of a model's folder: the hub's ``tokenizer.json``, ``tokenizer.model`` or ``vocab.json`` with
``merges.txt``, and what the files beside them say of the chat template and of the tokens that end a reply.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tokenizers import AddedToken

from desktop_app.core.errors import InkhornError
from desktop_app.engine.folder_files import parse_object, read_bytes, read_object, read_text
from desktop_app.engine.refusals import damaged
from desktop_app.engine.tokenizers.byte_bpe import SPLITS
from desktop_app.engine.tokenizers.pieces import make_piece_bpe, make_unigram
from desktop_app.engine.tokenizers.sentencepiece_file import read_sentencepiece
from desktop_app.engine.tokenizers.stopping_names import ALWAYS_CONTROL, STOP_NAMES
from desktop_app.engine.tokenizers.tokenizer_json import (
    Added,
    FileTokenizer,
    added_token,
    is_id,
    read_tokenizer_json,
    stripping,
)
from desktop_app.engine.tokenizers.vocabulary import SPACE, Vocabulary, refusing

MAX_BYTES = 128 << 20  # the largest known, Gemma's, has 33 MB
MAX_SMALL_BYTES = 16 << 20
MAX_TEMPLATE_BYTES = 1 << 20
_MAX_GAP = 65_536
"""Ids that added tokens may lie beyond the last piece."""

_SPLIT_OF_CLASS = {"GPT2Tokenizer": "gpt-2", "Qwen2Tokenizer": "qwen2", "CodeGenTokenizer": "gpt-2"}


@dataclass(frozen=True, slots=True)
class FolderTokenizer:
    """``chat_template`` is the source of the default template; ``bos`` and ``eos`` are the tokens' texts, ""
    where there is none."""

    vocabulary: Vocabulary
    chat_template: str | None
    bos: str
    eos: str


def read_folder_tokenizer(folder: Path) -> FolderTokenizer:
    """Raises InkhornError: ``model_damaged``, ``model_unsupported``, also where there is no tokenizer."""
    config = read_object(folder, "tokenizer_config.json", MAX_SMALL_BYTES) or {}
    named = read_object(folder, "special_tokens_map.json", MAX_SMALL_BYTES) or {}
    bos, eos = (_token_text(config, named, f"{name}_token") for name in ("bos", "eos"))
    added = _more_tokens(folder, config)
    read = _file_tokenizer(folder, config, added, {bos, eos} - {""})
    first = read.adds
    if isinstance(config.get("add_bos_token"), bool):
        first = bos if config["add_bos_token"] else None
    stop = {number for text, number in read.control.items() if text in STOP_NAMES or text == eos}
    vocabulary = Vocabulary(
        tokenizer=read.tokenizer,
        size=read.size,
        control=read.control,
        stop_ids=frozenset(stop | _stop_ids(folder)),
        bos_id=read.control.get(first) if first else None,
        user_defined=read.user_defined,
        form=read.form,
        prefix=read.prefix,
        strips=read.strips,
    )
    return FolderTokenizer(vocabulary, _chat_template(folder, config), bos, eos)


def _file_tokenizer(
    folder: Path, config: dict[str, Any], added: list[Added], control: set[str]
) -> FileTokenizer:
    raw = read_object(folder, "tokenizer.json", MAX_BYTES)
    if raw is not None:
        return read_tokenizer_json(_as_control(raw, control), added)
    content = read_bytes(folder, "tokenizer.model", MAX_SMALL_BYTES)
    if content is not None:
        return _sentencepiece(content, added)
    vocabulary, merges = (
        read_object(folder, "vocab.json", MAX_BYTES),
        read_text(folder, "merges.txt", MAX_BYTES),
    )
    if vocabulary is None or merges is None:
        raise InkhornError("model_unsupported", "The model's folder has no tokenizer that is known here.")
    return read_tokenizer_json(_as_control(_gpt2(vocabulary, merges, config), control), added)


def _as_control(raw: dict[str, Any], control: set[str]) -> dict[str, Any]:
    """``raw`` with every token in ``control``, and those that always are, among its special tokens."""
    listed = raw.get("added_tokens") or []
    model = raw.get("model")
    held = model.get("vocab") if isinstance(model, dict) else None
    if not isinstance(listed, list):
        raise damaged("Its added tokens are not a list.")
    if isinstance(held, dict):
        texts = {text for text in (*control, *ALWAYS_CONTROL) if text in held}
        listed = [*listed, *({"content": text, "id": held[text], "special": True} for text in sorted(texts))]
    listed = [{**e, "special": True} if _is_control(e, control) else e for e in listed]
    return {**raw, "added_tokens": listed}


def _is_control(entry: Any, control: set[str]) -> bool:
    text = entry.get("content") if isinstance(entry, dict) else None
    return isinstance(text, str) and (text in control or text in ALWAYS_CONTROL)


def _sentencepiece(content: bytes, added: list[Added]) -> FileTokenizer:
    file = read_sentencepiece(content)
    pieces, held = list(file.model.pieces), len(file.model.pieces)
    size = max([held - 1, *(token.id for token in added)]) + 1
    if size > held + _MAX_GAP:
        raise damaged("An added token's id is far outside the vocabulary.")
    pieces += [""] * (size - held)
    control = {pieces[i]: i for i in file.control if pieces[i]}
    user_defined = {i: pieces[i].replace(SPACE, " ") for i in file.user_defined if pieces[i]}
    for token in added:
        if pieces[token.id] not in ("", token.text):
            raise damaged("An added token has the id of another piece.")
        pieces[token.id] = token.text
        user_defined.pop(token.id, None)
        if token.control or token.text in ALWAYS_CONTROL:
            control[token.text] = token.id
        elif token.text:
            user_defined[token.id] = token.text
    gaps = {i for i in range(held, size) if not pieces[i]}
    model = replace(
        file.model,
        pieces=pieces,
        scores=[*file.model.scores, *[0.0] * (size - held)],
        left_out=file.model.left_out | set(control.values()) | gaps,
    )
    tokenizer = make_unigram(model) if file.unigram else make_piece_bpe(model)
    with refusing("Its added tokens do not hold together."):
        tokenizer.add_tokens([AddedToken(text, normalized=False) for text in user_defined.values()])
    adds, strips = "<s>" if "<s>" in control else "<bos>", stripping(added)
    return FileTokenizer(tokenizer, size, control, user_defined, "pieces", adds=adds, strips=strips)


def _gpt2(vocabulary: dict[str, Any], merges: str, config: dict[str, Any]) -> dict[str, Any]:
    """The older pair of files as a ``tokenizer.json``."""
    name = str(config.get("tokenizer_class", "GPT2Tokenizer")).removesuffix("Fast")
    if name not in _SPLIT_OF_CLASS:
        raise InkhornError("model_unsupported", f"This version does not know the tokenizer {name[:40]!r}.")
    split = SPLITS[_SPLIT_OF_CLASS[name]]
    lines = [line for line in merges.splitlines() if line and not line.startswith("#version")]
    cuts = [
        {"type": "Split", "pattern": {"Regex": p}, "behavior": "Isolated", "invert": False}
        for p in split.patterns
    ]
    letters = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    return {
        "model": {"type": "BPE", "vocab": vocabulary, "merges": lines},
        "normalizer": {"type": "NFC"} if split.compose else None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [*cuts, letters]},
        "decoder": letters,
    }


def _more_tokens(folder: Path, config: dict[str, Any]) -> list[Added]:
    """What ``tokenizer_config.json`` says of added tokens, or else the older ``added_tokens.json``, which
    does not tell which of them are control tokens: all are taken for such."""
    described = config.get("added_tokens_decoder")
    if isinstance(described, dict):
        return [
            added_token(entry.get("content"), int(number), entry)
            for number, entry in described.items()
            if isinstance(entry, dict) and number.isascii() and number.isdecimal() and len(number) < 9
        ]
    older = read_object(folder, "added_tokens.json", MAX_SMALL_BYTES) or {}
    return [added_token(text, number, {"special": True}) for text, number in older.items()]


def _token_text(config: dict[str, Any], named: dict[str, Any], name: str) -> str:
    found = config.get(name) or named.get(name)
    text = found.get("content") if isinstance(found, dict) else found
    return text if isinstance(text, str) and len(text) < 256 else ""


def _stop_ids(folder: Path) -> set[int]:
    ids: set[int] = set()
    for name in ("generation_config.json", "config.json"):
        found = (read_object(folder, name, MAX_SMALL_BYTES) or {}).get("eos_token_id")
        listed = found if isinstance(found, list) else [found]
        ids.update(number for number in listed[:64] if is_id(number))
    return ids


def _chat_template(folder: Path, config: dict[str, Any]) -> str | None:
    alone = read_text(folder, "chat_template.jinja", MAX_TEMPLATE_BYTES)
    if alone is not None:
        return alone
    text = read_text(folder, "chat_template.json", MAX_TEMPLATE_BYTES)
    held = config.get("chat_template") or (
        parse_object(text, "chat_template.json").get("chat_template") if text is not None else None
    )
    if isinstance(held, list):
        by_name = {
            entry.get("name"): entry.get("template")
            for entry in held[:64]
            if isinstance(entry, dict)
            if isinstance(entry.get("name"), str)
        }
        held = by_name.get("default", next(iter(by_name.values()), None))
    return held if isinstance(held, str) else None
