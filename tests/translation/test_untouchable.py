"""What must stay is known by its form, and missed where it is not there."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.translation.masking import mask
from desktop_app.translation.untouchable import check, find

KNOWN = [
    ("See https://example.org/a?b=c&d=%20#e, please.", "https://example.org/a?b=c&d=%20#e", "url"),
    ("访问https://example.com/a?b=1。谢谢", "https://example.com/a?b=1", "url"),
    ("(see http://example.org/wiki/Ink_(writing))", "http://example.org/wiki/Ink_(writing)", "url"),
    ("Go to www.example.co.uk/x.", "www.example.co.uk/x", "url"),
    ("Visit example.com today", "example.com", "url"),
    ("Write to first.last+tag@mail.example.org!", "first.last+tag@mail.example.org", "mail"),
    ("mailto:a@b.cn", "mailto:a@b.cn", "mail"),
    ("Hello {name}, hi", "{name}", "placeholder"),
    ("Hello {{ user.name }}, hi", "{{ user.name }}", "placeholder"),
    ("Hello ${user}, hi", "${user}", "placeholder"),
    ("Hello %s, hi", "%s", "placeholder"),
    ("Hello %1$s, good to see you again!", "%1$s", "placeholder"),
    ("%(count)d files", "%(count)d", "placeholder"),
    ("%@ files", "%@", "placeholder"),
    ("Press <b>now", "<b>", "tag"),
    ('Press <a href="x" class=\'y\'>now', '<a href="x" class=\'y\'>', "tag"),
    ("now</b>", "</b>", "tag"),
    ("a<br/>b", "<br/>", "tag"),
    ("Tom &amp; Mary", "&amp;", "tag"),
    ("Run `ls -l` now", "`ls -l`", "code"),
    ("Call my_function now", "my_function", "code"),
    ("Call foo.bar() now", "foo.bar()", "code"),
    ("use --dry-run here", "--dry-run", "code"),
    ("in /usr/local/bin.", "/usr/local/bin", "path"),
    ("in C:\\Users\\me, yes", "C:\\Users\\me", "path"),
    ("open report.docx now", "report.docx", "path"),
    ("nice :smile: face", ":smile:", "emoji"),
    ("ok 👍🏽!", "👍🏽", "emoji"),
    ("family 👨‍👩‍👧 here", "👨‍👩‍👧", "emoji"),
    ("flag 🇨🇳 here", "🇨🇳", "emoji"),
    ("ask @inkhorn_app!", "@inkhorn_app", "handle"),
    ("in #MeToo times", "#MeToo", "handle"),
    ("on #墨池 now", "#墨池", "handle"),
    ("costs 1,234.50 now", "1,234.50", "number"),
    ("version 2.0.1 is out", "2.0.1", "code"),
    ("at 12:30 today", "12:30", "number"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "part", "kind"), KNOWN)
def test_found_by_form(text: str, part: str, kind: str) -> None:
    assert (part, kind) in [(found.text, found.kind) for found in find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "It was late, he said. Nothing more.",
        "It is 100% sure",
        "Well-known words and end-of-line marks.",
        "He/she went and/or came.",
        "A < B and C > D.",
        "Tom & Mary",
        "end.Next word",
        "Dr. Smith: yes (no).",
    ],
)
def test_words_are_let_alone(text: str) -> None:
    assert [found for found in find(text) if found.kind != "number"] == []


@given(st.text(max_size=80) | st.lists(st.sampled_from([t for t, *_ in KNOWN]), max_size=3).map(" ".join))
def test_parts_are_in_order_and_a_text_keeps_its_own(text: str) -> None:
    parts = find(text)
    assert all(text[part.start : part.end] == part.text for part in parts)
    assert all(one.end <= other.start for one, other in itertools.pairwise(parts))
    seen = check(text, text, "en", "en")
    assert seen.kept == seen.asked == len(parts)
    masked = mask(text, parts)
    restored = masked.restored(masked.text)
    assert restored is not None
    assert restored[0] == text
    for place in range(len(masked.text) + 1):
        inside = any(swap.start < place < swap.end for swap in masked.swaps)
        assert inside or masked.text[:place] == masked.part(0, place).text


LOST = [
    # mozilla/translations 1424: addresses are changed
    ("请访问 https://www.example.cn/a/index.html 。", "Visit https://www.example.com/a/index.html.", 1),
    # firefox-translations 442: the sign in a mail address is lost
    ("Schreiben Sie an legal-notices@mozilla.com bitte.", "Please write to legal-notices-mozilla.com.", 1),
    # LibreTranslate 123: placeholders and tags
    ("Hello %1$s, good to see you again!", "Hallo %1$ s, schön dich zu sehen!", 1),
    (
        'Je souhaite rendre <span style="color:%2$s;">%1$s</span> dabbas',
        'I wish <span style="color:%2$s;" rise%1$s</span raised',
        2,
    ),
    ("Open example.com and example.com.", "Abra example.com.", 1),
    ("Go to https://a.org/b", "Vá a https://a.org/b/c", 1),
    ("{a} and {b}", "{a} e {a}", 1),
    ("😀 ok", "ok", 1),
    ("281 letters", "218 cartas", 1),
    ("1,234 letters", "1,235 cartas", 1),
    ("It costs 3.5 euros", "Custa 35 euros", 1),
    ("3 million people", "3 pessoas", 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said", "lost"), LOST)
def test_what_is_lost_is_told(text: str, said: str, lost: int) -> None:
    seen = check(text, said, "en", "pt")
    assert len(seen.lost) == lost
    assert seen.kept == seen.asked - lost


def test_what_was_never_there_is_told() -> None:
    assert check("Write to us.", "Escreva para a@b.com.", "en", "pt").made_up == ("a@b.com",)


KEPT = [
    ("It costs 1,234.50 euros.", "Custa 1.234,50 euros.", "en", "pt"),
    ("It costs 1,234.50 euros.", "Das kostet 1234,50 Euro.", "en", "de"),
    ("30,000 pupils", "30\u00a0000 élèves", "en", "fr"),
    ("3 million people", "300万人", "en", "zh"),
    ("$2bn in tariffs", "20亿美元关税", "en", "zh"),
    ("550多万人", "more than 5.5 million people", "zh", "en"),
    ("2亿人", "200 million people", "zh", "en"),
    ("At 5 pm.", "Às 17h.", "en", "pt"),
    ("At 4.40 am.", "Às 4h40.", "en", "pt"),
    ("at 12:00 BST", "às 12h", "en", "pt"),
    ("At 3 p.m. on Wednesday", "am Mittwoch um 15:00 Uhr", "en", "de"),
    ("led 1-0", "führte 1:0", "en", "de"),
    ("the 19th century", "o século XIX", "en", "pt"),
    ("the 19th century", "十九世纪", "en", "zh"),
    ("in the 1990s", "nos anos 90", "en", "pt"),
    ("20世纪80年代", "the 1980s", "zh", "en"),
    ("11月6日", "November 6", "zh", "en"),
    ("of 30th September", "九月三十日", "en", "zh"),
    ("the 1950-53 war", "a guerra de 1950 a 1953", "en", "pt"),
    ("3 cats", "três gatos", "en", "pt"),
    ("14 pessoas", "Fourteen people", "pt", "en"),
    ("50%以上", "more than fifty percent", "zh", "en"),
    ("4,000 adults", "quatro mil adultos", "en", "pt"),
    ("１２３号", "No. 123", "zh", "en"),
    ("on 12/31/2019", "em 31/12/2019", "en", "pt"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said", "source", "target"), KEPT)
def test_numbers_may_be_written_otherwise(text: str, said: str, source: str, target: str) -> None:
    assert check(text, said, source, target).lost == ()


WRONG = [
    ("1,234 letters", "1.235 cartas", "en", "pt"),
    ("1.5 litres", "15 litros", "en", "pt"),
    ("3 million people", "30万人", "en", "zh"),
    ("At 5 pm.", "Às 15h.", "en", "pt"),
    ("in 2019", "em 2018", "en", "pt"),
    ("8 cats", "três gatos", "en", "pt"),
]


@pytest.mark.parametrize(("text", "said", "source", "target"), WRONG)
def test_numbers_that_say_something_else(text: str, said: str, source: str, target: str) -> None:
    assert len(check(text, said, source, target).lost) == 1
