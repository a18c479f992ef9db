"""Files that are no good, or mean harm: a clear refusal, soon, and the file as it was."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.documents import package as package_module
from desktop_app.documents.document import Rendered
from desktop_app.documents.opening import open_document
from desktop_app.documents.package import Package
from tests.documents.making import FIXTURES, OFFICE, changed, docx, run

REASONS = {"empty", "damaged", "encrypted", "too_large", "unknown_format", "no_text", "scanned"}


def reason(path: Path) -> str:
    """Why it is not opened. The file stays as it is."""
    before = path.read_bytes()
    with pytest.raises(InkhornError) as refused:
        open_document(path)
    assert path.read_bytes() == before
    assert refused.value.kind == "bad_file"
    assert refused.value.values["reason"] in REASONS
    return str(refused.value.values["reason"])


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_plain_refusals(tmp_path: Path) -> None:
    assert reason(put(tmp_path / "a.docx", b"")) == "empty"
    assert reason(put(tmp_path / "b.docx", b"PK\3\4 and no more")) == "damaged"
    assert reason(zipped(tmp_path / "c.zip", {"a.txt": b"hello"})) == "unknown_format"
    assert reason(zipped(tmp_path / "d.docx", {"a.txt": b"hello"})) == "damaged"
    assert reason(docx(tmp_path / "e.docx", "")) == "no_text"
    assert reason(docx(tmp_path / "f.docx", f"<w:p>{run('12.50')}</w:p>")) == "no_text"
    assert reason(docx(tmp_path / "g.docx", "<w:p>")) == "damaged"


def test_old_and_encrypted_office_files_are_told_apart(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    assert reason(put(tmp_path / "a.doc", ole)) == "unknown_format"
    stream = "EncryptedPackage".encode("utf-16-le")
    assert reason(put(tmp_path / "a.docx", ole + stream + bytes(500))) == "encrypted"


def test_encrypted_zip_and_opendocument(tmp_path: Path) -> None:
    content = bytearray((FIXTURES / "report.docx").read_bytes())
    at = 0
    while (at := content.find(b"PK\1\2", at)) >= 0:
        content[at + 8] |= 1
        at += 4
    assert reason(put(tmp_path / "a.docx", bytes(content))) == "encrypted"
    parts = parts_of(FIXTURES / "report.odt")
    parts["META-INF/manifest.xml"] = parts["META-INF/manifest.xml"].replace(
        b'manifest:full-path="content.xml" manifest:media-type="text/xml"/>',
        b'manifest:full-path="content.xml" manifest:media-type="text/xml">'
        b"<manifest:encryption-data/></manifest:file-entry>",
    )
    parts["content.xml"] = random.Random(1).randbytes(5000)
    assert reason(zipped(tmp_path / "a.odt", parts)) == "encrypted"


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    for name, wrong in zip(OFFICE, [*OFFICE[1:], OFFICE[0]], strict=True):
        target = put(tmp_path / f"{name}{Path(wrong).suffix}", (FIXTURES / name).read_bytes())
        assert open_document(target).format == Path(name).suffix[1:]


def test_bombs(tmp_path: Path) -> None:
    parts = parts_of(docx(tmp_path / "a.docx", f"<w:p>{run('hello')}</w:p>"))
    text = parts["word/document.xml"]
    spaces = text.replace(b"<w:body>", b"<w:body>" + b" " * (20 << 20))
    assert reason(zipped(tmp_path / "b.docx", parts | {"word/document.xml": spaces})) == "too_large"
    entities = b'<!DOCTYPE d [<!ENTITY a "hello">' + b"".join(
        b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (97 + n, *[96 + n] * 4) for n in range(1, 15)
    )
    bomb = entities + b"]>" + text.replace(b"hello", b"&o;")
    assert reason(zipped(tmp_path / "c.docx", parts | {"word/document.xml": bomb})) == "damaged"
    (tmp_path / "secret.txt").write_text("secret")
    outside = b'<!DOCTYPE d [<!ENTITY a SYSTEM "%s">]>' % (tmp_path / "secret.txt").as_uri().encode()
    outside += text.replace(b"hello", b"&a;")
    assert reason(zipped(tmp_path / "d.docx", parts | {"word/document.xml": outside})) == "damaged"
    deep = text.replace(b"<w:p>", b"<w:sdt>" * 5000 + b"<w:p>")
    deep = deep.replace(b"</w:p>", b"</w:p>" + b"</w:sdt>" * 5000)
    assert reason(zipped(tmp_path / "e.docx", parts | {"word/document.xml": deep})) == "damaged"


def test_a_part_that_lies_over_another(tmp_path: Path) -> None:
    """As bombs have it that use the same packed bytes many times."""
    content = bytearray(docx(tmp_path / "a.docx", f"<w:p>{run('hello')}</w:p>").read_bytes())
    first = content.find(b"PK\1\2")
    second = content.find(b"PK\1\2", first + 4)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    assert reason(put(tmp_path / "b.docx", bytes(content))) == "damaged"


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = docx(tmp_path / "a.docx", f"<w:p>{run('hello')}</w:p>")
    limits = {"LARGEST_FILE": 100, "LARGEST_PART": 100, "LARGEST_SUM": 300, "MOST_PARTS": 2}
    for name, limit in limits.items():
        with monkeypatch.context() as patched:
            patched.setattr(package_module, name, limit)
            assert reason(path) == "too_large"
    content = bytearray(path.read_bytes())
    end = content.rfind(b"PK\5\6")
    content[end + 12 : end + 16] = struct.pack("<L", 1 << 30)
    assert reason(put(tmp_path / "b.docx", bytes(content))) == "too_large"


def outcome(path: Path, target: Path) -> str:
    """Why it is not opened or not written; empty if it is both."""
    before = path.read_bytes()
    error: InkhornError | None = None
    try:
        changed(open_document(path), target)
    except InkhornError as refused:
        error = refused
    assert path.read_bytes() == before
    if error is None:
        return ""
    assert error.kind == "bad_file", error
    assert error.values["reason"] in REASONS
    return str(error.values["reason"])


@pytest.mark.parametrize("name", OFFICE)
def test_missing_parts(name: str, tmp_path: Path) -> None:
    parts = parts_of(FIXTURES / name)
    refused = 0
    for missing in parts:
        left = {key: content for key, content in parts.items() if key != missing}
        refused += bool(outcome(zipped(tmp_path / name, left), tmp_path / f"out_{name}"))
    assert 1 <= refused < len(parts)


def _mutations(content: bytes, seed: int) -> bytes:
    chance = random.Random(seed)
    kind = seed % 5
    if kind == 0:
        return content[: chance.randrange(1, len(content))]
    changed_bytes = bytearray(content)
    if kind == 1:  # some bytes
        for _ in range(chance.randrange(1, 30)):
            changed_bytes[chance.randrange(len(changed_bytes))] = chance.randrange(256)
    elif kind == 2:  # a stretch taken out
        at = chance.randrange(len(changed_bytes))
        del changed_bytes[at : at + chance.randrange(1, 400)]
    elif kind == 3:  # a stretch twice
        at = chance.randrange(len(changed_bytes))
        changed_bytes[at:at] = changed_bytes[at : at + chance.randrange(1, 400)]
    else:  # the directory at the end
        for _ in range(chance.randrange(1, 6)):
            changed_bytes[-chance.randrange(1, 300)] = chance.randrange(256)
    return bytes(changed_bytes)


def _mutated_xml(parts: dict[str, bytes], seed: int) -> dict[str, bytes]:
    """Elements and attributes that are not where they belong."""
    chance = random.Random(seed)
    names = [name for name in parts if name.endswith((".xml", ".rels")) and parts[name]]
    parts = dict(parts)
    for _ in range(chance.randrange(1, 4)):
        name = chance.choice(names)
        found = list(re.finditer(rb"<[^<>]*>|[^<>]+", parts[name]))
        one, other = chance.choice(found), chance.choice(found)
        content = parts[name]
        new = chance.choice([b"", other[0], one[0] * 2, one[0].replace(b'="', b'="-'), one[0].lower()])
        parts[name] = content[: one.start()] + new + content[one.end() :]
    return parts


@pytest.mark.parametrize("name", OFFICE)
def test_mutated_files_are_refused_or_read(name: str, tmp_path: Path) -> None:
    content, parts = (FIXTURES / name).read_bytes(), parts_of(FIXTURES / name)
    refused = 0
    for seed in range(80):
        target = tmp_path / f"{seed}{Path(name).suffix}"
        if seed % 2:
            zipped(target, _mutated_xml(parts, seed))
        else:
            put(target, _mutations(content, seed // 2))
        refused += bool(outcome(target, tmp_path / f"out{Path(name).suffix}"))
    assert refused > 20


def test_the_source_is_never_written_over(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", f"<w:p>{run('hello')}</w:p>")
    (tmp_path / "link.docx").symlink_to(path)
    before = path.read_bytes()
    for target in (path, tmp_path / "link.docx", tmp_path / "." / "a.docx"):
        with pytest.raises(InkhornError):
            open_document(path).write({}, target)
    assert path.read_bytes() == before


def test_a_file_that_changed_since_is_not_written(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", f"<w:p>{run('hello')}</w:p>")
    document = open_document(path)
    docx(path, f"<w:p>{run('goodbye')}</w:p>")
    with pytest.raises(InkhornError) as refused:
        document.write({}, tmp_path / "b.docx")
    assert refused.value.values["reason"] == "damaged"
    assert not (tmp_path / "b.docx").exists()


def test_what_did_not_change_is_copied_byte_for_byte(tmp_path: Path) -> None:
    """Packed bytes too; and what was stored is stored, where it was, as OpenDocument wants its first part."""
    for name in OFFICE:
        source, target = FIXTURES / name, tmp_path / name
        document = open_document(source)
        segment = document.segments[0]
        document.write({segment.key: Rendered("Changed")}, target)
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target) as new:
            assert new.testzip() is None
            assert new.namelist() == old.namelist()
            different = [name for name in old.namelist() if old.read(name) != new.read(name)]
            for one, two in zip(old.infolist(), new.infolist(), strict=True):
                assert (one.compress_type, one.date_time, one.external_attr) == (
                    two.compress_type,
                    two.date_time,
                    two.external_attr,
                )
                if one.filename not in different:
                    assert _packed(source, one) == _packed(target, two)
            assert 1 <= len(different) <= 3
        assert target.read_bytes()[:60] == source.read_bytes()[:60] or name != "report.odt"


def _packed(path: Path, info: zipfile.ZipInfo) -> bytes:
    content = path.read_bytes()
    lengths = struct.unpack_from("<HH", content, info.header_offset + 26)
    start = info.header_offset + 30 + sum(lengths)
    return content[start : start + info.compress_size]


def test_a_streamed_zip_is_written_with_its_sizes(tmp_path: Path) -> None:
    """Some programs write sizes after a part and not before it."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts_of(docx(tmp_path / "a.docx", f"<w:p>{run('hello')}</w:p>")).items():
            archive.writestr(name, content)
    path = put(tmp_path / "b.docx", pipe.getvalue())
    assert Package(path).read("word/document.xml")
    assert changed(open_document(path), tmp_path / "c.docx").segments[0].text == "HELLO"
