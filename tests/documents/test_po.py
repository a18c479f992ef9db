"""Catalogues, checked by gettext's own programs where they are installed, and by polib."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import polib
import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Rendered
from desktop_app.documents.encodings import read
from desktop_app.documents.plural_forms import FORMS, count_of, form_of_one, plural_forms
from desktop_app.documents.po import Catalogue, open_po
from tests.documents.text_samples import PO

FIXTURES = Path(__file__).parent / "fixtures"


def filled(path: Path, target: Path, language: str, words: str = "Übersetzt: ") -> polib.POFile:
    document = open_po(path)
    document.write({s.key: Rendered(words + s.text) for s in document.segments}, target, language=language)
    return polib.pofile(str(target))


def test_what_is_asked_for() -> None:
    assert [segment.text for segment in Catalogue(read(PO.encode())).segments] == [
        "Hello, %s!",
        "New %d file",
        "%d file",
        "%d files",
        "Open",
    ]


def test_only_what_was_empty_or_fuzzy_changes() -> None:
    body = Catalogue(read(PO.encode()))
    new = {
        segment.key: Rendered(segment.text.upper().replace("%D", "%d").replace("%S", "%s"))
        for segment in body.segments
    }
    assert body.content(new, False, "de").decode() == (
        PO.replace('Hello, %s!\\n"\nmsgstr ""', 'Hello, %s!\\n"\nmsgstr "HELLO, %s!\\n"')
        .replace("#, fuzzy, c-format", "#, c-format")
        .replace('#| msgid "Old %d file"\n', "")
        .replace("Alte %d Datei", "NEW %d FILE")
        .replace('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "%d FILE"\nmsgstr[1] "%d FILES"')
        .replace('msgid "Open"\nmsgstr ""', 'msgid "Open"\nmsgstr "OPEN"')
    )


def test_a_lost_placeholder_makes_it_fuzzy() -> None:
    body = Catalogue(read(PO.encode()))
    text = body.content({0: Rendered("Hallo!"), 4: Rendered("Auf {x}")}, False, "de").decode()
    entries = polib.pofile(text)
    assert entries.find("Hello, %s!\n").flags == ["fuzzy", "c-format"]
    assert entries.find("Open").flags == ["fuzzy"]


@pytest.mark.skipif(not shutil.which("msgfmt"), reason="gettext is not installed")
@pytest.mark.parametrize("language", ["de", "zh", "zh-Hant", "ru", "ar", "pl", "ja", "sl", "pt-BR"])
@pytest.mark.parametrize("words", ["Übersetzt und geprüft: ", "打开文件夹，然后保存。"])
def test_gettext_takes_it_and_would_write_it_the_same(tmp_path: Path, language: str, words: str) -> None:
    target = tmp_path / "new.po"
    entries = filled(FIXTURES / "greeter.pot", target, language, words)
    assert len(entries.translated_entries()) == 6
    assert entries.metadata["Content-Type"] == "text/plain; charset=UTF-8"
    checked = subprocess.run(["msgfmt", "-c", "-o", "-", str(target)], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr.decode()
    again = subprocess.run(["msgcat", str(target)], capture_output=True, check=True)
    assert again.stdout == target.read_bytes()


def test_catalogue_of_msginit(tmp_path: Path) -> None:
    entries = filled(FIXTURES / "greeter.de.po", tmp_path / "new.po", "de")
    assert entries.find("Open", msgctxt="menu").msgstr == "Übersetzt: Open"
    assert entries.metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"
    assert entries.metadata["Content-Type"] == "text/plain; charset=UTF-8"  # it said ASCII
    assert entries.percent_translated() == 100


def test_encoding_of_the_header_is_kept_if_the_text_fits(tmp_path: Path) -> None:
    path = tmp_path / "latin.po"
    path.write_bytes(PO.replace("UTF-8", "ISO-8859-1").replace("Schon", "Schön").encode("latin-1"))
    entries = filled(path, tmp_path / "new.po", "de", "Größe: ")
    assert "ISO-8859-1" in entries.metadata["Content-Type"]
    assert entries.find("Done already").msgstr == "Schön getan"
    entries = filled(path, tmp_path / "other.po", "de", "大小：")
    assert "UTF-8" in entries.metadata["Content-Type"]
    assert entries.find("Done already").msgstr == "Schön getan"


def test_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "bare.po"
    path.write_text('msgid "%d cat"\nmsgid_plural "%d cats"\nmsgstr[0] ""\nmsgstr[1] ""\n')
    entries = filled(path, tmp_path / "new.po", "ru")
    assert entries.metadata["Plural-Forms"].startswith("nplurals=3")
    assert sorted(entries[0].msgstr_plural) == [0, 1, 2]


@pytest.mark.parametrize("language", [*FORMS, "en", "de"])
def test_plural_forms_of_a_language(language: str) -> None:
    header = plural_forms(language)
    assert count_of(header) >= 1
    assert form_of_one(header) == (-1 if count_of(header) == 1 else {"ar": 1}.get(language, 0))


def test_broken_plural_forms() -> None:
    for header in (
        "nplurals=2; plural=",
        "nplurals=2; plural=(n",
        "nplurals=2; plural=n/0;",
        "nplurals=2; plural=" + "(" * 400,
        "nplurals=2; plural=" + "!" * 400 + "n",
        "x",
        "nplurals=2; plural=__import__;",
    ):
        assert form_of_one(header) == 0
    assert count_of("nplurals=INTEGER; plural=EXPRESSION;") == 0


@pytest.mark.parametrize(
    "text", ['msgid "a', "msgid a\n", 'msgid "a"\n', "msgstr\n", 'msgid "a"\nmsgstr "b"\njunk\n', '"a"\n']
)
def test_damaged(text: str) -> None:
    with pytest.raises(InkhornError) as refused:
        Catalogue(read(text.encode()))
    assert refused.value.values["reason"] == "damaged"
