"""Messages as Markdown tokens that hold nothing dangerous, for the exports that keep structure.

As in the window: a reply is Markdown; in what a person typed only code and formulas mean something,
and line breaks are kept. Raw HTML is text. Links lead to http, https and mailto only; others lose
their address and keep their words. An image is a link to it, so that no file is fetched.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from desktop_app.store.transfer.maths import maths_plugin

SCHEMES = ("http", "https", "mailto")


def reader(typed: bool) -> MarkdownIt:
    """A parser for what a person typed, or for a reply."""
    if typed:
        md = MarkdownIt("zero", {"html": False}).enable(["fence", "backticks"])
    else:
        md = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    # The library's own hook. `_safe` decides afterwards, so that a bad link still shows its words.
    md.validateLink = _any_address  # type: ignore[method-assign]
    md.use(maths_plugin)
    return md


def _any_address(url: str) -> bool:
    return True


def read(md: MarkdownIt, text: str) -> list[Token]:
    """Block tokens; the children of ``inline`` tokens are only text, softbreak, hardbreak, code_inline,
    formula, and open and close of strong, em, s and link (with a safe address)."""
    tokens = md.parse(text)
    for token in tokens:
        if token.type == "inline":
            token.children = _safe(token.children or [])
    return tokens


def safe_address(address: str) -> str:
    """``address`` if it may be opened (`SCHEMES`, and no control characters), else ''."""
    try:
        scheme = urlsplit(address).scheme.lower()
    except ValueError:
        return ""
    return address if scheme in SCHEMES and address.isprintable() else ""


def _safe(children: list[Token]) -> list[Token]:
    found: list[Token] = []
    kept: list[bool] = []  # of each open link: does it have an address
    for token in children:
        if token.type == "link_open":
            address = safe_address(str(token.attrs.get("href", "")))
            kept.append(bool(address))
            if address:
                token.attrs = {"href": address}
                found.append(token)
        elif token.type == "link_close":
            if kept.pop():
                found.append(token)
        elif token.type == "image":
            found.extend(_image(token, inside_link=any(kept)))
        elif token.type == "text" and "\n" in token.content:
            for number, line in enumerate(token.content.split("\n")):
                if number:
                    found.append(Token("softbreak", "br", 0))
                found.append(_text(line))
        elif token.type in ("html_inline", "text_special"):
            found.append(_text(token.content))
        else:
            found.append(token)
    return found


def _image(token: Token, inside_link: bool) -> list[Token]:
    address = str(token.attrs.get("src", ""))
    words = token.content.strip()
    href = safe_address(address)
    if inside_link or not href:
        return [_text(words or address)]
    return [
        Token("link_open", "a", 1, attrs={"href": href}),
        _text(words or href),
        Token("link_close", "a", -1),
    ]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def runs_right_to_left(text: str) -> bool:
    """By its first strong character, as the Unicode algorithm has it (UAX 9, P2 and P3)."""
    kinds = (unicodedata.bidirectional(character) for character in text)
    return next((kind in ("R", "AL") for kind in kinds if kind in ("L", "R", "AL")), False)
