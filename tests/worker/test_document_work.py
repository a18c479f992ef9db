"""Documents in pieces, and where the result goes."""

from __future__ import annotations

from pathlib import Path

from desktop_app.core.marked import Mark
from desktop_app.core.translation import Translation
from desktop_app.documents.document import Segment
from desktop_app.worker.document_work import (
    CHUNK_SENTENCES,
    chunks,
    files_in,
    rendered,
    renderings,
    target_path,
)


def test_pieces_hold_whole_segments_and_each_sentence_once() -> None:
    segments = [Segment(n, f"The same header. And number {n // 2}.") for n in range(100)]
    made = chunks(segments, done=[0, 1], source="en")
    assert [segment.key for piece in made for segment, _ in piece.segments] == list(range(2, 100))
    for piece in made:
        assert len(piece.sentences) == len(set(piece.sentences)) <= CHUNK_SENTENCES
    assert len(made) == 1


def test_one_long_segment_is_a_piece_of_its_own() -> None:
    long = " ".join(f"Sentence number {n}." for n in range(3 * CHUNK_SENTENCES))
    made = chunks([Segment(0, "Short."), Segment(1, long), Segment(2, "Short, too.")], (), "en")
    assert [len(piece.segments) for piece in made] == [1, 1, 1]
    assert chunks([], (), "en") == []


def test_segments_come_back_with_their_marks_and_problems() -> None:
    segment = Segment(7, "One. Two.", (Mark(0, 9, 3),))
    (piece,) = chunks([segment], (), "en")
    known = {"One.": Translation("Um."), "Two.": Translation("Two.", problem="loop")}
    (made,) = rendered(piece, known, "en", "pt")
    assert (made.key, made.text, made.problem) == (7, "Um. Two.", "loop")
    (key, back), *_ = renderings([made]).items()
    assert (key, back.text, back.marks) == (7, "Um. Two.", (Mark(0, 8, 3),))


def test_no_file_is_ever_replaced(tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    first = target_path(path, "pt")
    assert first.name == "report.pt.docx"
    first.touch()
    assert target_path(path, "pt").name == "report.pt (2).docx"
    assert target_path(path, "pt", bilingual=True).name == "report.pt+.docx"
    assert target_path(tmp_path / "a.pdf", "zh").name == "a.zh.txt"
    assert target_path(path, "pt", folder=tmp_path / "out") == tmp_path / "out" / "report.pt.docx"


def test_a_folder_gives_the_documents_in_it(tmp_path: Path) -> None:
    for name in ("b.txt", "a.TXT", ".hidden.txt", "~$lock.txt", "sub/c.txt", ".git/d.txt", "e.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = files_in([tmp_path, tmp_path / "b.txt", tmp_path / "e.png"], [".txt"])
    assert [path.name for path in found] == ["a.TXT", "b.txt", "c.txt", "e.png"]
