"""Bilingual files of every kind that is taken, as they come: turned round, with numbers, with gaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.translation.tmx import Pair, write_tmx
from desktop_app.worker.bilingual import known_code, read_bilingual

PAIRS = (("The ink is dry.", "A tinta está seca."), ("Good night.", "Boa noite."))


def find(text: str) -> str:
    """Enough for these texts."""
    return "pt" if " está " in text else "en" if "The " in text else ""


def silent(_text: str) -> str:
    return ""


def written(path: Path, text: str, encoding: str = "utf-8") -> list[Path]:
    path.write_text(text, encoding=encoding)
    return [path]


@pytest.mark.parametrize(
    "text",
    [
        "The ink is dry.\tA tinta está seca.\nGood night.\tBoa noite.\n",
        "A tinta está seca.\tThe ink is dry.\nBoa noite.\tGood night.\n",
        "1\tThe ink is dry.\t7\tA tinta está seca.\n2\tGood night.\t9\tBoa noite.\n",
        'The ink is dry.,A tinta está seca.\n"Good night.",Boa noite.\n',
        "pt-BR,id,en\nA tinta está seca.,1,The ink is dry.\nBoa noite.,2,Good night.\n",
        'msgid ""\nmsgstr "Language: pt\\n"\n\nmsgid "The ink is dry."\nmsgstr "A tinta está seca."\n\n'
        'msgid "Good night."\nmsgstr "Boa noite."\n\n#, fuzzy\nmsgid "No"\nmsgstr "Talvez"\n\n'
        'msgid "x y"\nmsgstr ""\n',
    ],
)
def test_tables_and_catalogues(text: str, tmp_path: Path) -> None:
    found = read_bilingual(written(tmp_path / "pairs", text), "en", "pt", find)
    assert (found.source, found.target, found.pairs) == ("en", "pt", PAIRS)
    assert found.sure


def test_quotation_marks_of_sentences_stay(tmp_path: Path) -> None:
    text = '"Yes," he said.\t"Sim", disse ele.\n"No."\t"Não."\n"a ""b"" c"\tx y\n'
    found = read_bilingual(written(tmp_path / "pairs.tsv", text), "en", "pt", silent)
    assert found.pairs == (('"Yes," he said.', '"Sim", disse ele.'), ('"No."', '"Não."'), ('a "b" c', "x y"))
    assert not found.sure


def test_gaps_and_what_comes_twice_are_counted(tmp_path: Path) -> None:
    text = "a b\tc d\n\n\te f\na b\tc d\ng h\t\ni j\tk l\n"
    found = read_bilingual(written(tmp_path / "pairs.tsv", text), "en", "pt", silent)
    assert found.pairs == (("a b", "c d"), ("i j", "k l"))
    assert found.left_out == 4


def test_two_texts(tmp_path: Path) -> None:
    first = written(tmp_path / "a.txt", "A tinta está seca.\nBoa noite.\n")
    second = written(tmp_path / "b.txt", "The ink is dry.\nGood night.\n", "utf-16")
    assert read_bilingual(first + second, "en", "pt", find).pairs == PAIRS
    assert read_bilingual(second + first, "en", "pt", find).pairs == PAIRS
    with pytest.raises(InkhornError) as refused:
        read_bilingual([*first, *written(tmp_path / "c.txt", "one\n")], "en", "pt", find)
    assert refused.value.values == {"reason": "lines", "first": 2, "second": 1}


def test_memories_say_their_languages(tmp_path: Path) -> None:
    path = tmp_path / "memory.tmx"
    write_tmx(path, [Pair(ours, theirs, "en-US", "pt-BR") for ours, theirs in PAIRS], "en-US")
    assert read_bilingual([path], "en", "pt", silent).pairs == PAIRS
    turned = read_bilingual([path], "pt", "en", silent)
    assert (turned.source, turned.pairs[0]) == ("pt", PAIRS[0][::-1])
    other = read_bilingual([path], "de", "zh", silent)
    assert (other.source, other.target, other.sure) == ("en", "pt", True)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.tsv", "", "empty"),
        ("a.tsv", "one column\nonly", "no_columns"),
        ("a.tsv", "a\t\nb\t", "no_pairs"),
        ("a.tmx", "<tmx><body>", "damaged"),
        ("a.tmx", "<tmx><body/></tmx>", "no_pairs"),
    ],
)
def test_what_is_no_bilingual_file(name: str, text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InkhornError) as refused:
        read_bilingual(written(tmp_path / name, text), "en", "pt", silent)
    assert refused.value.values["reason"] == reason


def test_codes() -> None:
    codes = ["pt-BR", "zh_TW", "zh-Hant-HK", "zh-CN", "EN", "zh"]
    assert [known_code(code) for code in codes] == ["pt", "zh-Hant", "zh-Hant", "zh", "en", "zh"]
