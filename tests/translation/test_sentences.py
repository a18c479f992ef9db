"""Sentences: nothing is lost, and none is torn apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.translation.sentences import split, split_long

PIECES = st.sampled_from(
    ["Mr.", " ", "  ", "\n", "\r\n", "\t", "He", "he", ".", "!", "?", "。", "！", "……", "”", "“", "(", ")",
     "3.14", "U.S.", "1.", "- ", "• ", "你好", "他说", "e.g.", "…", "...", "\u2028", "\u3000", "É",
     "一、", "①"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60)


@given(TEXTS, st.sampled_from(["", "en", "zh", "de"]))
def test_nothing_is_lost(text: str, language: str) -> None:
    found = split(text, language)
    assert found.text() == text
    assert len(found.between) == len(found.sentences) + 1
    assert all(sentence and sentence == sentence.strip() for sentence in found.sentences)
    assert [text[start:end] for start, end in found.spans] == list(found.sentences)


@given(TEXTS)
def test_lines_are_never_joined(text: str) -> None:
    for sentence in split(text).sentences:
        assert len(sentence.splitlines()) == 1
        assert "\t" not in sentence


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("It rained. We stayed in.", ["It rained.", "We stayed in."]),
        ("Mr. Smith met Dr. Jones at 3.14 p.m. on Main St. Martin.", None),
        ("He lives in the U.S. Senate district.", None),
        ("He lives in the U.S. The house is old.", ["He lives in the U.S.", "The house is old."]),
        ("Use pens, e.g. Parker or Lamy. Then write.", ["Use pens, e.g. Parker or Lamy.", "Then write."]),
        ("See Fig. 3 and No. 7. It is clear.", ["See Fig. 3 and No. 7.", "It is clear."]),
        ("J. R. R. Tolkien wrote it.", None),
        ("Pens, ink, etc. The rest is here.", ["Pens, ink, etc.", "The rest is here."]),
        ('"Stop!" he said. "Why?" She laughed.', ['"Stop!" he said.', '"Why?"', "She laughed."]),
        ("(It was late.) They left.", ["(It was late.)", "They left."]),
        ("Well... maybe not. Or ... yes.", ["Well... maybe not.", "Or ... yes."]),
        ("Wait… What? Yes!", ["Wait…", "What?", "Yes!"]),
        ("Yahoo! is a firm. So there.", ["Yahoo! is a firm.", "So there."]),
        ("Version 2.0.1 of example.com is out.", None),
        ("In 1999. The year ended.", ["In 1999.", "The year ended."]),
        ("今天下雨。我们没出门！你呢？", ["今天下雨。", "我们没出门！", "你呢？"]),
        ("“我走了。”他说。门关了。", ["“我走了。”他说。", "门关了。"]),
        ("他问：“谁？”没有人回答。", ["他问：“谁？”", "没有人回答。"]),
        ("我……我不知道。", None),
        ("«\u00a0Un os\u00a0!\u00a0», dit-il. Rien.", ["«\u00a0Un os\u00a0!\u00a0», dit-il.", "Rien."]),
        ("Nous sommes amis. »", None),
        ("酒吧不再是会客室。 “", None),
        ("Los EE. UU. siguen.", None),
        ("It is at 7 p.m. ET tonight.", None),
        ("价格是3.14元。很便宜。", ["价格是3.14元。", "很便宜。"]),
        ("Er kam am 3. Oktober. Dann ging er.", ["Er kam am 3. Oktober.", "Dann ging er."]),
        ("¿Qué? ¡No! Está bien.", ["¿Qué?", "¡No!", "Está bien."]),
        ("O Sr. Silva e a Dra. Souza chegaram. Fim.", ["O Sr. Silva e a Dra. Souza chegaram.", "Fim."]),
        ("This is 5 e.g. this.", None),
    ],
)  # fmt: skip
def test_boundaries(text: str, want: list[str] | None) -> None:
    language = "de" if "Oktober" in text else ""
    assert list(split(text, language).sentences) == (want or [text])


@pytest.mark.parametrize(
    ("text", "between"),
    [
        ("- One\n- Two", ("- ", "\n- ", "")),
        ("1. One\n2) Two", ("1. ", "\n2) ", "")),
        ("一、开始\n（二）结束", ("一、", "\n（二）", "")),
        ("a\tb\n\n  c  ", ("", "\t", "\n\n  ", "  ")),
        ("3.14 is pi", ("", "")),
    ],
)
def test_what_stands_between(text: str, between: tuple[str, ...]) -> None:
    assert split(text).between == between


def test_spaces_follow_the_target_language() -> None:
    chinese = split("你好。再见。\n完了。", "zh")
    english = ["Hello.", "Goodbye.", "Done."]
    assert chinese.joined(english, "zh", "en") == "Hello. Goodbye.\nDone."
    back = split("Hello. Goodbye.\nDone.", "en")
    assert back.joined(["你好。", "再见。", "完了。"], "en", "zh-Hant") == "你好。再见。\n完了。"
    assert back.joined(["Hallo.", "Tschüss.", "Fertig."], "en", "de") == "Hallo. Tschüss.\nFertig."


@given(st.text(alphabet="ab ,;。，é\u0301\U0001f44d", max_size=300), st.integers(2, 40))
def test_long_text_in_pieces(text: str, limit: int) -> None:
    pieces = split_long(text, limit, len)
    assert "".join(pieces) == text
    assert all(len(piece) <= limit for piece in pieces)
    assert all(pieces) or not text


def test_long_text_is_cut_at_clauses() -> None:
    text = "when the rain had ended, we went out; the streets were empty, and nobody spoke"
    assert split_long(text, 50, len) == [
        "when the rain had ended, we went out;",
        " the streets were empty, and nobody spoke",
    ]


def test_a_line_without_any_punctuation() -> None:
    for line in ("word " * 2000, "墨" * 10_000, "x" * 10_000):
        pieces = split_long(line, 200, len)
        assert "".join(pieces) == line
        assert max(map(len, pieces)) <= 200
        assert len(pieces) < 2.5 * len(line) / 200
    assert not any(
        "wor d" in piece or piece.endswith("wor") for piece in split_long("word " * 2000, 200, len)
    )
