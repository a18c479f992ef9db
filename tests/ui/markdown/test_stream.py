"""Growing text ends where whole text ends, however it is cut, and looks calm on the way."""

from __future__ import annotations

import random

import pytest

from desktop_app.ui.markdown.blocks import Block, Code, Formula, Paragraph, Table
from desktop_app.ui.markdown.parser import Parser
from desktop_app.ui.markdown.settle import settle
from desktop_app.ui.markdown.stream import LONG_FENCE, PIECE, Stream

SOURCE = """# Title **bold**

Text with *it*, `code`, [link](http://a.b/c) and $5, $x^2$.
Second line

- one
- two

  more
  1. in
- three

1. a

2. b

> quote
> ```py
> x = 1
> ```

| a | b |
|---|--:|
| 1 | **2** |
| 3 | 4 |

$$
\\frac{1}{2}
$$

```python
def f():
    return 1

```
Text ~~end~~ 中文**粗体**。
"""


def whole(source: str) -> list[Block]:
    return [block for group in Parser().parse(source) for block in group.blocks]


def play(pieces: list[str], each: list[list[Block]] | None = None) -> list[Block]:
    stream, shown = Stream(Parser()), list[Block]()
    for piece in pieces:
        stream.feed(piece)
        while stream.pending:
            change = stream.step(growing=True)
            shown[change.keep :] = change.blocks
        if each is not None:
            each.append(list(shown))
    change = stream.step(growing=False)
    shown[change.keep :] = change.blocks
    return shown


@pytest.mark.parametrize("seed", range(20))
def test_any_cut_gives_the_same(seed: int) -> None:
    chance = random.Random(seed)
    pieces, rest = [], SOURCE
    while rest:
        size = chance.choice([1, 1, 2, 3, 5, 8, 40])
        pieces.append(rest[:size])
        rest = rest[size:]
    assert play(pieces) == whole(SOURCE)


def test_long_text_comes_in_pieces_and_whole() -> None:
    source = SOURCE * 60
    assert len(source) > 2 * PIECE
    stream = Stream(Parser())
    stream.feed(source)
    shown, steps = list[Block](), 0
    while stream.pending:
        change = stream.step(growing=False)
        shown[change.keep :] = change.blocks
        steps += 1
    assert steps > 2
    assert shown == whole(source)


@pytest.mark.parametrize("source", ["x" * 5 * PIECE, "```py\n" + "a = 1\n" * PIECE, "- item\n" * PIECE])
def test_an_endless_piece_loses_nothing(source: str) -> None:
    stream, shown = Stream(Parser()), list[Block]()
    stream.feed(source)
    while stream.pending:
        change = stream.step(growing=False)
        shown[change.keep :] = change.blocks
    letters = "".join(
        block.text if isinstance(block, Code) else "".join(run.text for run in block.runs)
        for block in shown
        if isinstance(block, Code | Paragraph)
    )
    for letter in "xam":
        expected = source.count(letter)
        assert letters.count(letter) == expected


@pytest.mark.parametrize("size", [1, 7, 400])
def test_long_code_is_one_block_and_ends(size: int) -> None:
    code = "".join(f"line {number} `x` ``\n" for number in range(200))
    source = f"Before\n\n````python\n{code}```\n\n\n````\n\nAfter **bold**\n\n- item\n"
    assert len(code) > LONG_FENCE
    pieces = [source[start : start + size] for start in range(0, len(source), size)]
    assert play(pieces) == whole(source)
    assert play([source[:-30]]) == whole(source[:-30])


def test_very_long_code_is_one_block() -> None:
    source = "```py\n" + "a = 1\n" * (3 * PIECE) + "```\nend"
    stream, shown = Stream(Parser()), list[Block]()
    stream.feed(source)
    while stream.pending:
        change = stream.step(growing=False)
        shown[change.keep :] = change.blocks
    assert shown == whole(source)


def test_only_the_last_piece_changes() -> None:
    stream = Stream(Parser())
    stream.feed("One.\n\nTwo.\n\nThr")
    stream.step(growing=True)
    stream.feed("ee.")
    change = stream.step(growing=True)
    assert change.keep == 2
    assert len(change.blocks) == 1


def test_tables_and_code_are_shown_from_their_first_line_on() -> None:
    shown: list[list[Block]] = []
    play(list("| a | b |\n|---|---|\n| 1 | 2 |\n"), shown)
    kinds = [{type(block) for block in blocks} for blocks in shown]
    assert all(kind <= {Table} for kind in kinds)
    assert kinds[10] == {Table}
    shown = []
    play(list("```python\nx = 1\ny = 2\n```\n"), shown)
    assert all(isinstance(block, Code) for blocks in shown for block in blocks)
    languages = {block.language for blocks in shown for block in blocks if isinstance(block, Code)}
    assert languages == {"python"}


def test_marks_do_not_jump() -> None:
    shown: list[list[Block]] = []
    play(list("Here **bold words** and `code` and \\(x+1\\) and [link](http://a.b) end\n- item"), shown)
    for blocks in shown:
        for block in blocks:
            assert isinstance(block, Paragraph)
            for run in block.runs:
                assert not block.heading
                assert "*" not in run.text
                assert "`" not in run.text
                assert "](" not in run.text
                assert run.latex or "(x" not in run.text


def test_an_open_formula_is_its_source() -> None:
    blocks = whole("Text\n\n$$\n\\frac{1}{2")
    assert blocks[-1] == Formula("\\frac{1}{2", closed=False)


@pytest.mark.parametrize("source", ["", "plain", "a * b", "2 ** 3 is 8\n\nx", "costs $5", "end."])
def test_settled_text_is_left_alone(source: str) -> None:
    assert settle(source) == source or settle(source).startswith(source.rstrip("*"))
