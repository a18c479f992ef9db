"""Which file is this? SHA-256 of a model file, computed once and remembered by size and time."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.files import write_atomically
from desktop_app.engine.reporting import Report
from desktop_app.library.gguf_parts import part_names

log = logging.getLogger(__name__)
_CHUNK = 4 << 20
_TELLING = frozenset((".safetensors", ".json", ".jinja", ".model", ".spm", ".txt"))


def identify(path: Path, records: Path, expected: str, report: Report) -> str:
    """The SHA-256 of ``path``, lower-case hex. What is read is remembered in the folder ``records``
    with the file's size and time of change, and only read again when one of them differs.

    Raises InkhornError: ``model_missing``; ``model_damaged`` if it is not ``expected`` (when given).
    """
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise InkhornError("model_missing", f"The model file is not there: {path.name}") from None
    if not path.is_file():
        raise InkhornError("model_damaged", f"The model is not a file: {path.name}")
    resolved = str(path.resolve())
    record = _record(records, resolved)
    facts = {"path": resolved, "size": state.st_size, "modified_ns": state.st_mtime_ns}
    digest = _remembered(record, facts)
    if digest is None:
        digest = _hash(path, state.st_size, report)
        _remember(record, facts | {"sha256": digest})
    if expected and digest != expected.lower():
        raise InkhornError(
            "model_damaged",
            "The model file is not the one that it should be: its SHA-256 is wrong.",
            expected=expected,
            found=digest,
        )
    return digest


def identify_folder(folder: Path, records: Path, report: Report) -> str:
    """One SHA-256 for all that a model's folder says: of the names and the SHA-256 of its weights, settings
    and tokenizer. Files are read once and remembered, as by `identify`. Raises InkhornError."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix in _TELLING and path.is_file())
    except OSError:
        raise InkhornError("model_missing", f"The model's folder is not there: {folder.name}") from None
    return _identify_all(folder, files, records, report)


def identify_gguf(path: Path, records: Path, expected: str, report: Report) -> str:
    """As `identify`; of a model in several parts one SHA-256 for all of them that are there."""
    parts = [path.parent / name for name in part_names(path.name)]
    parts = [part for part in parts if part.is_file()]
    if len(parts) < 2 or path not in parts:
        return identify(path, records, expected, report)
    return _identify_all(parts[0], parts, records, report)


def _identify_all(place: Path, files: Sequence[Path], records: Path, report: Report) -> str:
    total, done = max(1, sum(path.stat().st_size for path in files)), 0
    whole = hashlib.sha256()
    for path in files:
        size, before = path.stat().st_size, done

        def told(part: float, size: int = size, before: int = before) -> None:
            report((before + part * size) / total)

        whole.update(f"{path.name} {identify(path, records, '', told)}\n".encode())
        done += size
    digest, resolved = whole.hexdigest(), str(place.resolve())
    record = _record(records, f"{resolved}#whole")
    facts: dict[str, object] = {"path": resolved, "sha256": digest}
    if _remembered(record, facts) is None:  # by it the library finds the prepared form of what is removed
        _remember(record, facts)
    return digest


def _record(records: Path, name: str) -> Path:
    return records / f"{hashlib.sha256(os.fsencode(name)).hexdigest()[:24]}.json"


def _remember(record: Path, facts: dict[str, object]) -> None:
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(record, json.dumps(facts).encode())
    except OSError as error:
        log.warning("cannot remember the model's hash: %s", error.strerror)


def _remembered(record: Path, facts: dict[str, object]) -> str | None:
    try:
        held = json.loads(record.read_text(encoding="utf-8"))
        if {name: held[name] for name in facts} == facts and len(held["sha256"]) == 64:
            return str(held["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none yet, or unreadable: the file is hashed and the record written again
    return None


def _hash(path: Path, size: int, report: Report) -> str:
    found, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
            done += len(chunk)
            report(min(done / size, 1.0))
    return found.hexdigest()
