"""What holds for all text formats: what is not translated stays byte for byte, and any text survives."""

from __future__ import annotations

import json
import string
from pathlib import Path

import polib
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Mark, Rendered
from desktop_app.documents.opening import open_document
from tests.documents.text_samples import SAMPLES

FIXTURES = Path(__file__).parent / "fixtures"
KEPT = [
    *(
        "<em>",
        "</em>",
        "<code>npm install</code>",
        '<a href="x?a=1&amp;b=2"',
        "</a>",
        "<i>",
        "</i>",
        "<b>",
        "</b>",
    ),
    *(
        "<img src=a.png",
        '<span class="notranslate">Brand X</span>',
        "`code x`",
        "](http://x.y/a_b",
        "](i.png)",
    ),
    *(
        "<http://auto.x>",
        "$x_1$",
        "[^1]",
        "][ref]",
        "[ ] ",
        "`a`",
        "{\\an8}",
        "<c.yellow>",
        "<v Roger",
        "<00:05.000>",
    ),
    *("</c>", "</v>", "-->", "<font"),
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16"]
FILES = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # the inputs are large: shrinking them takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WORDS = st.text(
    alphabet=st.one_of(
        st.sampled_from("*_`[](){}<>&|#~!\\\"'-+.:;=$%^@/ 12"),
        st.sampled_from(string.ascii_letters + "éß字你好。，「」שלום"),
        st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp", "Zs", "Cn", "Cf"]),
    ),
    min_size=1,
    max_size=40,
).filter(lambda text: any(map(str.isalpha, text)) and text == " ".join(text.split()))


def shared(one: str, other: str) -> int:
    """Characters at the beginning that are the same."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def sample(folder: Path, name: str, encoding: str = "utf-8", newline: str = "\n") -> Path:
    path = folder / name
    path.write_bytes(SAMPLES[name].replace("\n", newline).encode(encoding))
    return path


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_translated_is_the_same_file(tmp_path: Path, name: str, encoding: str, newline: str) -> None:
    path = sample(tmp_path, name, encoding, newline)
    document = open_document(path)
    target = tmp_path / f"copy-{name}"
    document.write({}, target)
    assert target.read_bytes() == path.read_bytes()
    document.write(
        {each.key: Rendered(each.text, each.marks) for each in document.segments}, target, language="de"
    )
    assert target.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", SAMPLES)
def test_line_ends_and_encoding_do_not_change_what_is_read(tmp_path: Path, name: str) -> None:
    plain = [each.text for each in open_document(sample(tmp_path, name)).segments]
    for encoding in ENCODINGS:
        other = open_document(sample(tmp_path, name, encoding, "\r\n")).segments
        assert [each.text for each in other] == plain


@pytest.mark.parametrize("name", SAMPLES)
def test_one_segment_changes_one_place(tmp_path: Path, name: str) -> None:
    """The bytes before and after the place of the segment are those of the source."""
    path = sample(tmp_path, name)
    source = path.read_text(encoding="utf-8")
    document = open_document(path)
    target = tmp_path / f"new-{name}"
    for segment in document.segments:
        document.write({segment.key: Rendered("Ersetzt", ())}, target)
        new = target.read_text(encoding="utf-8")
        assert "Ersetzt" in new
        before, after = shared(source, new), shared(source[::-1], new[::-1])
        changed = len(source) - before - after
        assert changed <= len(segment.text) * 2 + 160, (segment, source[before : len(source) - after])


@FILES
@given(data=st.data())
@pytest.mark.parametrize("name", ["page.html", "notes.md"])
def test_any_text_comes_back(tmp_path: Path, name: str, data: st.DataObject) -> None:
    """Written and read again it is the same, whatever its characters mean in the format."""
    document = open_document(sample(tmp_path, name))
    texts = [data.draw(WORDS) for _segment in document.segments]
    new = {each.key: Rendered(text) for each, text in zip(document.segments, texts, strict=True)}
    target = tmp_path / f"new-{name}"
    document.write(new, target, language="de")
    again = [each.text for each in open_document(target).segments]
    for kept in ("npm install", "Brand X", "code x", "http://auto.x", "$x_1$"):  # put back in: not to be lost
        again = [text.replace(kept, "") for text in again]
    assert [" ".join(text.split()) for text in again] == texts


@FILES
@given(data=st.data())
@pytest.mark.parametrize("name", ["page.html", "notes.md", "film.vtt", "film.srt"])
def test_marks_anywhere(tmp_path: Path, name: str, data: st.DataObject) -> None:
    """Marks that cross, or have gone to one place, come out as tags that nest, and none is lost."""
    document = open_document(sample(tmp_path, name))
    new = {}
    for segment in document.segments:
        text = data.draw(WORDS)
        marks = []
        for mark in data.draw(st.permutations(segment.marks)):
            start = data.draw(st.integers(0, len(text)))
            end = start if mark.start == mark.end else data.draw(st.integers(start, len(text)))
            marks.append(Mark(start, end, mark.key))
        new[segment.key] = Rendered(text, tuple(marks))
    target = tmp_path / f"new-{name}"
    document.write(new, target)
    again = open_document(target)
    assert len(again.segments) >= len(document.segments) - 2  # one can be all code, two cues one sentence
    source, found = (" ".join(text.split()) for text in (SAMPLES[name], target.read_text(encoding="utf-8")))
    for kept in KEPT:
        assert found.count(kept) >= source.count(kept), kept


@FILES
@given(text=WORDS)
def test_any_text_in_a_catalogue(tmp_path: Path, text: str) -> None:
    document = open_document(sample(tmp_path, "de.po"))
    target = tmp_path / "new.po"
    document.write({each.key: Rendered(text) for each in document.segments}, target, language="de")
    entries = polib.pofile(str(target))
    assert entries.find("Done already").msgstr == "Schon getan"
    assert entries.find("Hello, %s!\n").msgstr == f"{text}\n"
    assert entries.find("%d file").msgstr_plural == {0: text, 1: text}
    assert entries.find("New %d file").msgstr == text


@FILES
@given(text=WORDS)
def test_any_text_in_json(tmp_path: Path, text: str) -> None:
    document = open_document(sample(tmp_path, "app_en.arb"))
    target = tmp_path / "new.arb"
    document.write({each.key: Rendered(text) for each in document.segments}, target, language="de")
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["hello"] == found["café"] == found["arr"][7] == text
    assert found["n"].startswith(f"{{count, plural, =0 {{{text}}} one {{{text}}} other {{{text}}}}} {text}")
    assert (found["@@locale"], found["path"], found["only"]) == ("de", "/usr/bin", "{name}")


@FILES
@given(text=WORDS)
def test_any_text_in_plain_text(tmp_path: Path, text: str) -> None:
    document = open_document(sample(tmp_path, "notes.txt"))
    target = tmp_path / "new.txt"
    document.write({each.key: Rendered(text) for each in document.segments}, target)
    lines = [line.strip() for line in target.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == text
    assert f"- {text}" in lines
    assert f"{text}\t12\t{text}" in lines


@pytest.mark.parametrize("name", SAMPLES)
def test_both_languages(tmp_path: Path, name: str) -> None:
    path = sample(tmp_path, name)
    document = open_document(path)
    target = tmp_path / f"both-{name}"
    new = {each.key: Rendered(each.text.upper(), each.marks) for each in document.segments}
    document.write(new, target, bilingual=True, language="de")
    text = target.read_text(encoding="utf-8")
    plain = open_document(path).segments[0].text.split()[0]
    assert plain.upper() in text
    assert plain in text


@pytest.mark.parametrize("name", SAMPLES)
def test_the_source_is_never_written_over(tmp_path: Path, name: str) -> None:
    path = sample(tmp_path, name)
    before = path.read_bytes()
    document = open_document(path)
    new = {each.key: Rendered("X", ()) for each in document.segments}
    (tmp_path / "link").symlink_to(path)
    for target in (path, tmp_path / "link", tmp_path / "." / name):
        with pytest.raises(InkhornError) as refused:
            document.write(new, target)
        assert refused.value.kind == "read_only"
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", SAMPLES)
def test_a_place_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    document = open_document(sample(tmp_path, name))
    with pytest.raises(InkhornError):
        document.write({document.segments[0].key: Rendered("X", ())}, tmp_path / "no such folder" / name)
    assert [each.name for each in tmp_path.iterdir()] == [name]
