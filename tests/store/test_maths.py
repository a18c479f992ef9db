"""The rules of formulas that the window and the exports share, held to hostile lengths."""

from __future__ import annotations

import pytest
from markdown_it.token import Token

from desktop_app.store.transfer.markup import reader


def formulas(source: str, typed: bool = False) -> list[str]:
    found: list[str] = []
    for block in reader(typed).parse(source):
        tokens: list[Token] = [block, *(block.children or [])]
        found += [token.content for token in tokens if token.type.startswith("formula")]
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (r"\\(a\) \(b\\) c\)", [r"b\\) c"]),  # an escaped sign neither opens nor closes
        (r"$a\$b$ and $c$", [r"a\$b", "c"]),
        ("[$a$ in a link](https://x.org) $b$", ["a", "b"]),
        ("![$a$](https://x.org/a.png) $b$ ![$c$](https://x.org/c.png) $d$", ["b", "d"]),
        ("\\[ a\nb\n\nc \\]", []),
        ("\\[ a\n\\[ b \\]", ["a\n\\[ b"]),
        ("> \\[ a\n\n\\[ b \\]", ["a", "b"]),
    ],
)
def test_where_formulas_begin_and_end(source: str, found: list[str]) -> None:
    assert formulas(source) == found


@pytest.mark.slow
@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize(
    "source",
    [
        r"\(a " * 250_000,
        "$" + r"\$" * 500_000,
        "$a " * 330_000,
        "\\[ a\n" * 60_000 + "\n\nend\n",
        "\\[ a\n" * 60_000 + "\\] end\n",
    ],
    ids=["brackets", "escaped", "dollars", "lines", "lines with an end"],
)
def test_a_megabyte_of_signs_is_read_once(source: str, typed: bool) -> None:
    """Searched through again for each sign, each of these would take minutes to hours."""
    assert len(reader(typed).parse(source)) > 0
