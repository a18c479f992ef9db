"""Translating a document, apart from the translating: which sentences are next, what becomes of them, where
the result goes. Free of Qt, for the window's queue and the command line alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.marked import Mark, Rendered
from desktop_app.core.translation import Translation
from desktop_app.core.translation_records import JobSegment
from desktop_app.documents.document import Segment
from desktop_app.translation.marks import carry
from desktop_app.translation.sentences import Split, split

CHUNK_SENTENCES = 64
"""Sentences that are asked for together: enough to fill the batches of a small model, and few enough that a
pause, a crash or what the user types waits a moment only."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """``segments`` with their sentences; ``sentences`` holds each only once."""

    segments: tuple[tuple[Segment, Split], ...]
    sentences: tuple[str, ...]


def chunks(segments: Iterable[Segment], done: Iterable[int], source: str) -> list[Chunk]:
    """What is not ``done`` yet (keys of segments), in the order of the document."""
    finished = set(done)
    found: list[Chunk] = []
    held: list[tuple[Segment, Split]] = []
    sentences: dict[str, None] = {}
    for segment in segments:
        if segment.key in finished:
            continue
        cut = split(segment.text, source)
        if held and len(sentences) + len(cut.sentences) > CHUNK_SENTENCES:
            found.append(Chunk(tuple(held), tuple(sentences)))
            held, sentences = [], {}
        held.append((segment, cut))
        sentences |= dict.fromkeys(cut.sentences)
    if held:
        found.append(Chunk(tuple(held), tuple(sentences)))
    return found


def rendered(
    chunk: Chunk, translations: Mapping[str, Translation], source: str, target: str
) -> list[JobSegment]:
    """The chunk's segments in the other language. A sentence with a problem stays in its own, and the
    segment says so."""
    found = []
    for segment, cut in chunk.segments:
        results = [translations[sentence] for sentence in cut.sentences]
        made = carry(segment.text, segment.marks, cut, results, source, target)
        problem = next((one.problem for one in results if one.problem), "")
        found.append(JobSegment(segment.key, problem, _marks_json(made.marks), made.text))
    return found


def renderings(segments: Iterable[JobSegment]) -> dict[int, Rendered]:
    """What `Document.write` takes, from what the store kept."""
    return {
        one.key: Rendered(one.text, tuple(Mark(*values) for values in json.loads(one.marks_json)))
        for one in segments
    }


def target_path(path: Path, language: str, bilingual: bool = False, folder: Path | None = None) -> Path:
    """``report.pt.docx`` beside ``report.docx``, or in ``folder``; never a file that is there."""
    name = f"{path.stem}.{language}{'+' if bilingual else ''}"
    suffix = ".txt" if path.suffix.lower() == ".pdf" else path.suffix
    place = folder or path.parent
    found, number = place / f"{name}{suffix}", 2
    while found.exists():
        found, number = place / f"{name} ({number}){suffix}", number + 1
    return found


def fingerprint(path: Path) -> str:
    """SHA-256 of the file. Raises InkhornError ``bad_file``."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        message = f"{path.name} cannot be read: {error.strerror or error}."
        raise InkhornError("bad_file", message, reason="unreadable") from error
    return digest.hexdigest()


def files_in(paths: Sequence[Path], suffixes: Sequence[str]) -> list[Path]:
    """``paths``, and for each folder among them the documents below it, by name. Hidden ones, and Office's
    own marks of open files (``~$``), are left out."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(entry for entry in path.rglob("*") if entry.suffix.lower() in suffixes)
            found += [
                entry
                for entry in inside
                if entry.is_file()
                and not any(part.startswith((".", "~$")) for part in entry.relative_to(path).parts)
            ]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _marks_json(marks: Sequence[Mark]) -> str:
    return json.dumps([[mark.start, mark.end, mark.key] for mark in marks])
