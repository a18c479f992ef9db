"""Terms: found, asked for, reported; from tables, TBX and dictionaries."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.translation import Term
from desktop_app.translation.cedict import Dictionary, read_dictionary
from desktop_app.translation.glossary import asked_terms, kept_terms
from desktop_app.translation.glossary_files import read_glossary, read_glossary_file, write_glossary

NETWORK, NEURAL = Term("network", "rede"), Term("neural network", "rede neural")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A neural network learns.", [NEURAL]),
        ("Neural Networks and a network.", [NEURAL, NETWORK]),
        ("The networking event", [NETWORK]),
        ("A network's edge", [NETWORK]),
        ("internetwork", []),
        ("", []),
    ],
)
def test_terms_in_english(text: str, wanted: list[Term]) -> None:
    assert list(asked_terms([NETWORK, NEURAL], text, "en")) == wanted


def test_forms_of_english_words() -> None:
    for word, text in [
        ("city", "two cities"),
        ("plan", "planning"),
        ("make", "making"),
        ("bus", "buses"),
        ("ink", "inks"),
    ]:
        assert asked_terms([Term(word, "x")], text, "en"), word
    assert not asked_terms([Term("IT", "TI", exact=True)], "it is", "en")
    assert asked_terms([Term("IT", "TI", exact=True)], "the IT team", "en")


def test_terms_in_chinese_are_found_in_the_middle() -> None:
    assert asked_terms([Term("神经网络", "neural network")], "这个神经网络很大。", "zh")


def test_kept() -> None:
    assert kept_terms([NEURAL, NETWORK], "A Rede Neural aprende.") == 2
    assert kept_terms([Term("IT", "TI", exact=True)], "a ti") == 0
    assert kept_terms([Term("IT", "TI", exact=True)], "a TI") == 1


TBX_2 = """<?xml version="1.0"?><!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd"><martif type="TBX"><text><body>
<termEntry id="1"><langSet xml:lang="en-US"><tig><term>ink</term></tig>
<tig><term>fluid ink</term></tig></langSet>
<langSet xml:lang="zh"><tig><term>墨水</term></tig></langSet></termEntry>
<termEntry id="2"><langSet xml:lang="en"><ntig><termGrp><term>quill</term></termGrp></ntig></langSet>
</termEntry>
</body></text></martif>"""
TBX_3 = """<tbx type="TBX-Basic" xmlns="urn:iso:std:iso:30042:ed-2"><text><body><conceptEntry id="1">
<langSec xml:lang="en"><termSec><term>ink</term></termSec></langSec>
<langSec xml:lang="zh"><termSec><term>墨水</term></termSec></langSec></conceptEntry></body></text></tbx>"""


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("ink,tinta\nquill,pena\nink,second\n", (Term("ink", "tinta"), Term("quill", "pena"))),
        ("source;target\nink;tinta", (Term("ink", "tinta"),)),
        ("pt\ten\texact\ntinta\tink\tyes", (Term("ink", "tinta", True),)),
        ('\ufeff"ink, black",tinta', (Term("ink, black", "tinta"),)),
    ],
)
def test_tables(content: str, wanted: tuple[Term, ...], tmp_path: Path) -> None:
    file = tmp_path / "g.csv"
    file.write_text(content, encoding="utf-8")
    assert read_glossary(file, "en", "pt") == wanted


def test_tables_of_chinese_spreadsheets(tmp_path: Path) -> None:
    file = tmp_path / "g.csv"
    file.write_bytes("ink,墨水\n".encode("gb18030") + "paper,纸张".encode("gb18030"))
    assert read_glossary(file, "en", "zh") == (Term("ink", "墨水"), Term("paper", "纸张"))
    file.write_text("ink\t墨水", encoding="utf-16")
    assert read_glossary(file, "en", "zh") == (Term("ink", "墨水"),)


def test_tbx(tmp_path: Path) -> None:
    file = tmp_path / "g.tbx"
    file.write_text(TBX_2, encoding="utf-8")
    assert read_glossary(file, "en", "zh") == (Term("ink", "墨水"), Term("fluid ink", "墨水"))
    file.write_text(TBX_3, encoding="utf-8")
    assert read_glossary(file, "zh", "en") == (Term("墨水", "ink"),)


@pytest.mark.parametrize(
    ("content", "reason"),
    [("", "no_text"), ("one column", "no_text"), ("<tbx>", "damaged"), ("<tbx/>", "no_text")],
)
def test_files_without_terms(content: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "g"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InkhornError) as refused:
        read_glossary(file, "en", "pt")
    assert refused.value.values == {"reason": reason}


LINES = """# CC-CEDICT in form, written for this test
墨水 墨水 [mo4 shui3] /ink/CL:瓶[ping2]/
神經網絡 神经网络 [shen2 jing1 wang3 luo4] /neural network (artificial or biological)/
網絡 网络 [wang3 luo4] /network/net/
寫 写 [xie3] /to write/
"""


def test_dictionaries_suggest(tmp_path: Path) -> None:
    (tmp_path / "d.u8").write_text(LINES, encoding="utf-8")
    found = read_dictionary(tmp_path / "d.u8")
    assert found.suggested("神经网络和墨水", "zh", "en") == (
        Term("神经网络", "neural network"),
        Term("墨水", "ink"),
    )
    assert found.suggested("A Neural network and a network", "en", "zh-Hant") == (
        Term("Neural network", "神經網絡"),
        Term("network", "網絡"),
    )
    (tmp_path / "d.u8").write_text("nothing", encoding="utf-8")
    with pytest.raises(InkhornError):
        read_dictionary(tmp_path / "d.u8")
    assert Dictionary([]).suggested("墨水", "zh", "en") == ()


def test_notes_come_along_and_go_out_again(tmp_path: Path) -> None:
    file = tmp_path / "g.csv"
    file.write_text("pt,en,exact,note\ntinta,ink,,not wine\nCopa,Cup,1,the contest\n", encoding="utf-8")
    read = read_glossary_file(file, "en", "pt")
    assert read.names_languages
    assert read.terms == (Term("ink", "tinta"), Term("Cup", "Copa", exact=True))
    assert read.notes == ("not wine", "the contest")
    assert write_glossary(file, read.terms, read.notes, "en", "pt") == 2
    assert read_glossary_file(file, "en", "pt") == read
    file.write_text("ink\ttinta\tthe one for pens\nnew\tnovo", encoding="utf-8")
    plain = read_glossary_file(file, "en", "pt")
    assert (plain.notes, plain.names_languages) == (("the one for pens", ""), False)
    file.write_text(
        TBX_3.replace("</conceptEntry>", "<note>for pens</note></conceptEntry>"), encoding="utf-8"
    )
    assert read_glossary_file(file, "zh", "en").notes == ("for pens",)


def test_short_words_are_no_header(tmp_path: Path) -> None:
    file = tmp_path / "g.csv"
    file.write_text("ink,pen\ncar,bus", encoding="utf-8")
    assert len(read_glossary(file, "en", "pt")) == 2
