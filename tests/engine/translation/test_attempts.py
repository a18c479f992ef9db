"""However a sentence is taken apart, it is put together as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.translation import Aligned
from desktop_app.engine.translation.attempts import Attempt, around, first, fitting, in_pieces, put_together
from desktop_app.engine.translation.translator import Decoded
from desktop_app.translation.untouchable import find

PIECES = st.sampled_from(
    [
        "ink",
        "The cat",
        ",",
        ".",
        " ",
        "  ",
        "<b>",
        "</b>",
        "\U0001f642",
        "a@b.org",
        "42",
        "{name}",
        "墨水",
        "，",
        ";",
        "T1T",
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join).map(str.strip)


def same(attempt: Attempt, text: str) -> None:
    """With a translator that says what it is told."""
    decoded = [
        Decoded(unit.text, (-0.5,), (Aligned(0, len(unit.text), 0, len(unit.text)),))
        for unit in attempt
        if not unit.kept
    ]
    put = put_together(attempt, decoded, "pt")
    assert put.text is not None
    assert put.text.split() == text.split() or "".join(put.text.split()) == "".join(text.split())
    for start, end, target_start, target_end in put.alignment:
        assert put.text[target_start:target_end] == text[start:end]


@given(TEXTS)
def test_whatever_the_way(text: str) -> None:
    parts = find(text)
    firm = [part for part in parts if part.kind != "number"]
    for attempt in (first(text, firm), first(text, parts), around(text, firm), in_pieces(text, firm, len, 2)):
        if attempt:
            same(attempt, text)
    for unit in first(text, firm):
        assert unit.text == unit.text.strip()


@given(TEXTS, st.integers(3, 12))
def test_what_is_too_long_is_cut(text: str, longest: int) -> None:
    attempt = fitting(first(text, []), longest, len)
    assert all(unit.kept or len(unit.text) <= longest for unit in attempt)
    same(attempt, text)


def test_space_stays_where_it_was() -> None:
    text = "<b>The cat</b> \U0001f642  sleeps {name}. \U0001f642"
    attempt = first(text, find(text))
    decoded = [Decoded(unit.text) for unit in attempt if not unit.kept]
    assert put_together(attempt, decoded, "pt").text == text
