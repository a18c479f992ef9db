"""Files that are broken: a clear refusal or what can be read, never a hang, and the file untouched."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Rendered
from desktop_app.documents.opening import open_document
from tests.documents.text_samples import SAMPLES

FIXTURES = Path(__file__).parent / "fixtures"
REASONS = {"empty", "damaged", "encrypted", "too_large", "unknown_format", "no_text", "scanned"}
FILES = {name: text.encode() for name, text in SAMPLES.items()} | {
    name: (FIXTURES / name).read_bytes() for name in ("book.epub", "paper.pdf")
}
BITS = [
    b"\0",
    b"\xff",
    b"<",
    b">",
    b'"',
    b"{",
    b"}",
    b"\\",
    b"\n",
    b"\r",
    b"[",
    b"&",
    b"-->",
    b"%",
    b"\xe4\xbd",
    b"<!--",
]


def mutations(data: bytes, count: int, seed: str) -> list[bytes]:
    """Cut off, with bytes changed, put in, taken out and doubled."""
    pick = random.Random(seed)
    found = []
    for number in range(count):
        new = bytearray(data)
        for _ in range(pick.choice((1, 1, 3, 20))):
            at = pick.randrange(max(1, len(new)))
            end = at + pick.randrange(1, 40)
            match number % 5:
                case 0:
                    del new[at:]
                case 1:
                    new[at:at] = pick.choice(BITS)
                case 2:
                    new[at : at + 1] = bytes([pick.randrange(256)])
                case 3:
                    del new[at:end]
                case _:
                    new[at:at] = new[at:end] * pick.randrange(1, 6)
            if not new:
                break
        found.append(bytes(new))
    return found


def attempt(path: Path, target: Path) -> InkhornError | None:
    """Read, translate and write; what it is refused with."""
    try:
        document = open_document(path)
        new = {segment.key: Rendered(f"{segment.text} x", segment.marks) for segment in document.segments}
        document.write(new, target, language="ar")
    except InkhornError as refused:
        return refused
    return None


@pytest.mark.parametrize("name", FILES)
def test_broken_files(tmp_path: Path, name: str) -> None:
    path, target = tmp_path / name, tmp_path / f"new-{name}"
    if name.endswith(".pdf"):
        target = target.with_suffix(".txt")
    opened = 0
    for data in mutations(FILES[name], 60 if name.endswith(".pdf") else 110, name):
        path.write_bytes(data)
        refused = attempt(path, target)
        if refused is not None:
            assert refused.kind == "bad_file", refused
            assert refused.values["reason"] in REASONS
        else:
            opened += 1
            assert target.stat().st_size
            if not name.endswith((".pdf", ".epub")):
                same = tmp_path / f"same-{name}"
                open_document(path).write({}, same)
                assert same.read_bytes() == data
        assert path.read_bytes() == data
    assert opened


@pytest.mark.parametrize("name", [*FILES, "notes.text"])
def test_empty_and_foreign_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for data in (
        b"",
        b"\0" * 1000,
        bytes(range(256)) * 10,
        random.Random(1).randbytes(5000),
        b" \n\n",
        b"\xef\xbb\xbf",
    ):
        path.write_bytes(data)
        with pytest.raises(InkhornError) as refused:
            open_document(path)
        assert refused.value.kind == "bad_file"
        assert refused.value.values["reason"] in REASONS


@pytest.mark.parametrize("name", SAMPLES)
def test_too_large(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(SAMPLES[name].encode())
        file.truncate(65 << 20)
    with pytest.raises(InkhornError) as refused:
        open_document(path)
    assert refused.value.values["reason"] == "too_large"


def test_the_content_decides_over_the_name(tmp_path: Path) -> None:
    for name, kind in (("page.html", "html"), ("film.srt", "srt"), ("film.vtt", "vtt"), ("de.po", "po")):
        path = tmp_path / f"{kind}.txt"
        path.write_text(SAMPLES[name], encoding="utf-8")
        assert open_document(path).format == kind
    for name in ("book.epub", "paper.pdf"):
        path = tmp_path / "other.html"
        path.write_bytes((FIXTURES / name).read_bytes())
        assert open_document(path).format == name.partition(".")[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "notes.md"])
def test_ten_megabytes(tmp_path: Path, name: str) -> None:
    """Read and written whole; what takes the square of the size would be felt as a hang."""
    path, target = tmp_path / name, tmp_path / f"new-{name}"
    text = SAMPLES[name]
    if name == "app_en.arb":
        path.write_text("[" + ",".join([text] * (10_000_000 // len(text))) + "]", encoding="utf-8")
    elif name == "de.po":
        head, _blank, rest = text.partition("\n\n")
        path.write_text(head + f"\n\n{rest}" * (10_000_000 // len(rest)), encoding="utf-8")
    else:
        path.write_text(text * (10_000_000 // len(text)), encoding="utf-8")
    document = open_document(path)
    document.write({}, target)
    assert target.read_bytes() == path.read_bytes()
    document.write(
        {segment.key: Rendered(f"{segment.text} x", segment.marks) for segment in document.segments}, target
    )
    assert target.stat().st_size > path.stat().st_size
