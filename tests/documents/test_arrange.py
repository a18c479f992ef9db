"""Any text with any marks becomes a sequence that nothing of the paragraph is missing from."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.documents.arrange import Anchor, Close, Open, Text, arrange
from desktop_app.documents.document import Mark, Rendered
from desktop_app.documents.inline import Inline, Line
from desktop_app.documents.office_xml import allowed

WORDS = st.text(alphabet="abcd 12\t\n漢字ש🙂", max_size=8)
ANY_TEXT = st.text(max_size=40) | st.text(alphabet="ab 12\x00\x0b\r\n\ud800漢🙂ا", max_size=40)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A paragraph as a reader would make it: nested wrappers, ranges that need not nest, anchors, styles."""
    line = Line()
    ranges: list[Inline] = []

    def content(depth: int, inside: tuple[int, ...]) -> None:
        for _ in range(draw(st.integers(0, 3))):
            kind = draw(
                st.sampled_from(["text", "text", "wrapper", "single", "anchor", "half", "range", "end"])
            )
            if kind == "text":
                line.add_text(draw(WORDS))
            elif kind in ("anchor", "half"):
                line.anchor(None, inside, half=kind == "half")
            elif kind == "range":
                ranges.append(line.open("range", None, inside))
            elif kind == "end" and ranges:
                line.close(ranges.pop(draw(st.integers(0, len(ranges) - 1))))
            elif depth < 4 and kind in ("wrapper", "single"):
                tracked = kind == "wrapper" and draw(st.booleans())
                literal = kind == "single" and draw(st.booleans())
                inline = line.open(
                    "single" if kind == "single" else "wrapper", None, inside, int(tracked), literal
                )
                content(depth + 1, (*inside, inline.key))
                line.close(inline)

    content(0, ())
    for each in ranges:
        line.close(each)
    for _ in range(draw(st.integers(0, 3))):
        places = sorted(draw(st.tuples(*[st.integers(0, line.position)] * 2)))
        line.style(places[0], places[1], None)
    line.finish()
    return line


@st.composite
def changes(draw: st.DrawFn) -> tuple[Line, Rendered]:
    line = draw(lines())
    text = draw(ANY_TEXT)
    keys = st.integers(-1, len(line.inlines))
    place = st.integers(-2, len(text) + 2)
    marks = draw(st.lists(st.builds(Mark, place, place, keys), max_size=12))
    return line, Rendered(text, tuple(marks))


@given(changes())
@settings(max_examples=600, deadline=None)
def test_nothing_is_lost_and_everything_nests(change: tuple[Line, Rendered]) -> None:
    line, rendered = change
    tokens = arrange(line, rendered)
    opened: list[int] = []
    counts: Counter[tuple[int, str]] = Counter()
    text, restored = "", ""
    open_halves: list[int] = []
    for token in tokens:
        if isinstance(token, Text):
            inner = opened[-1] if opened else None
            if inner is not None and line.inlines[inner].literal:
                own = line.inlines[inner]
                restored += token.value if token.value == line.text[own.start : own.end] else ""
            text += token.value
        elif isinstance(token, Open):
            counts[token.key, "open"] += 1
            opened.append(token.key)
        elif isinstance(token, Close):
            assert opened.pop() == token.key
        else:
            assert isinstance(token, Anchor)
            counts[token.key, "end" if token.at_end else "start"] += 1
            if line.inlines[token.key].role == "half":
                open_halves.append(token.key)
            if line.inlines[token.key].role == "range" and token.at_end:
                assert counts[token.key, "start"] == 1, "a range ends before it starts"
    assert not opened
    for inline in line.inlines:
        if inline.role in ("anchor", "half"):
            assert counts[inline.key, "start"] == 1
        elif inline.role == "range":
            assert counts[inline.key, "start"] == counts[inline.key, "end"] == 1
        elif inline.role == "single":
            assert counts[inline.key, "open"] == 1
        elif inline.role == "wrapper":
            assert counts[inline.key, "open"] >= 1
    assert open_halves == sorted(open_halves), "halves keep their order"
    kept = iter(text)
    assert all(character in kept for character in allowed(rendered.text)), "the new text is there in order"
    literals = sum(each.end - each.start for each in line.inlines if each.literal)
    assert len(text) <= len(allowed(rendered.text)) + literals


@given(lines())
@settings(max_examples=300, deadline=None)
def test_a_paragraph_that_stays_the_same_stays_as_it_is(line: Line) -> None:
    tokens = arrange(line, Rendered(line.text, line.marks))
    assert "".join(token.value for token in tokens if isinstance(token, Text)) == allowed(line.text)
    at = 0
    for token in tokens:
        if isinstance(token, Text):
            at += len(token.value)
        elif isinstance(token, Anchor):
            inline = line.inlines[token.key]
            assert at == (inline.end if token.at_end else inline.start)


def test_no_tracked_insertion_is_around_a_link() -> None:
    line = Line()
    insertion = line.open("wrapper", None, rank=1)
    line.add_text("new ")
    line.close(insertion)
    link = line.open("wrapper", None)
    line.add_text("link")
    line.close(link)
    line.finish()
    tokens = arrange(line, Rendered("Link neu", (Mark(0, 8, insertion.key), Mark(2, 6, link.key))))
    assert tokens == [
        *(Open(0), Text("Li", None), Close(0)),
        *(Open(1), Open(0), Text("nk n", None), Close(0), Close(1)),
        *(Open(0), Text("eu", None), Close(0)),
    ]


def test_a_number_that_was_lost_comes_back_and_one_that_moved_is_found() -> None:
    line = Line()
    line.add_text("Page ")
    first = line.open("single", None, literal=True)
    line.add_text("1")
    line.close(first)
    line.add_text(" of ")
    second = line.open("single", None, literal=True)
    line.add_text("12")
    line.close(second)
    line.finish()
    moved = arrange(line, Rendered("共 12 页，第 1 页", (Mark(0, 1, first.key), Mark(2, 3, second.key))))
    assert moved[1:4] == [Open(1), Text("12", None), Close(1)]
    assert moved[5:8] == [Open(0), Text("1", None), Close(0)]
    lost = arrange(line, Rendered("Seite von", (Mark(6, 6, first.key), Mark(9, 9, second.key))))
    assert [token.value for token in lost if isinstance(token, Text)] == ["Seite ", "1", "von", "12"]
