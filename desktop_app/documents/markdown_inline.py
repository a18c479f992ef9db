"""The text of a Markdown block: read into words and marks, and written again so that it reads the same.

markdown-it-py says where blocks are, but not where in them a link or a code span is; the rules that find
those are wrapped here to note it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from desktop_app.documents.wrapping import ALL_CJK

BlockRule = Callable[[StateBlock, int, int, bool], bool]
Environment = MutableMapping[str, Any]
NOTED = ("backticks", "link", "image", "autolink", "html_inline")
FOOTNOTE = re.compile(r"\[\^[^\]\s]+\](?::[ \t]*)?")
TASK = re.compile(r"\[[ xX]\][ \t]+")
FORMULA = re.compile(r"\$\$[^$]+\$\$|\$(?![\s$\d])[^$\n]*[^\s$\\]\$(?!\d)")
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)[^>]*?(/?)>", re.DOTALL)
EMPTY = {"br", "img", "hr", "wbr", "input"}
PUNCTUATION = re.compile(r"([\\`*_\[\]<>&~$|!^])")
BEGIN = re.compile(r"\s*(?:(\d{1,9})([.)])|([#>+=~:|-]))")
HTML_EMPHASIS = {"*": "em", "_": "em", "**": "strong", "__": "strong", "~~": "del"}


@dataclass(frozen=True, slots=True)
class Span:
    """A mark over ``text[start:end]``. What stands for it in the file is ``open`` and ``close``; of one that
    stays (``close`` is None) it is ``open``, and ``shown`` is what a reader sees. ``alt`` is where an
    image's description is, in the block's source."""

    start: int
    end: int
    open: str
    close: str | None
    shown: str = ""
    alt: tuple[int, int] | None = None
    alt_text: str = ""
    place: tuple[int, int] = (0, 0)

    @property
    def is_place(self) -> bool:
        """Whether it has no words."""
        return self.close is None and not self.shown


def parser() -> MarkdownIt:
    """CommonMark with tables and strikethrough, footnotes and formulas left alone."""
    md = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    rules = {rule.name: rule.fn for rule in md.inline.ruler.__rules__}
    for name in NOTED:
        md.inline.ruler.at(name, _noting(rules[name]))
    md.inline.ruler.before("link", "verbatim", _verbatim)
    references = next(rule.fn for rule in md.block.ruler.__rules__ if rule.name == "reference")
    md.block.ruler.at("reference", _references(references))
    return md


def _references(rule: BlockRule) -> BlockRule:
    """A footnote of one word is no link's address."""

    def references(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        begin = state.bMarks[start] + state.tShift[start]
        return not state.src.startswith("[^", begin) and rule(state, start, end, silent)

    return references


def _noting(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    def noting(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        done = rule(state, silent)
        if done and not silent:
            for token in state.tokens[count:]:
                if token.type in ("code_inline", "image", "html_inline"):
                    token.meta.setdefault("place", (start, state.pos))
            opened = next((token for token in state.tokens[count:] if token.type == "link_open"), None)
            if opened is not None and "place" not in opened.meta:
                label = (
                    start if opened.info == "auto" else state.md.helpers.parseLinkLabel(state, start, True)
                )
                opened.meta["place"] = (start, state.pos)
                state.tokens[-1].meta["place"] = (label, state.pos)
        return done

    return noting


def _verbatim(state: StateInline, silent: bool) -> bool:
    """``[^1]``, ``$x_1$`` and a task's box, which are no CommonMark but common."""
    if state.src[state.pos] not in "[$":
        return False
    found = FOOTNOTE.match(state.src, state.pos) or FORMULA.match(state.src, state.pos)
    if found is None and state.pos == 0:
        found = TASK.match(state.src)
    if found is None or found.end() > state.posMax:
        return False
    if not silent:
        token = state.push("verbatim", "", 0)
        token.content = found.group()
        token.meta["place"] = found.span()
    state.pos = found.end()
    return True


def read_inline(children: Sequence[Token], source: str) -> tuple[str, list[Span]]:
    """The words as they are read, and what is over them; ``source`` is the block's own text."""
    parts: list[str] = []
    spans: list[Span] = []
    stack: list[tuple[str, int, str, int]] = []  # kind, position, what opens it, place in spans
    length = 0
    auto = 0

    def add(words: str) -> None:
        nonlocal length
        parts.append(words)
        length += len(words)

    def follow(words: str) -> None:
        last = spans[-1] if spans else None
        after_place = last is not None and last.is_place and last.start == length
        if last and after_place and words[:1] == " " and (not length or parts[-1].endswith(" ")):
            spans[-1] = replace(last, open=f"{last.open} ")  # one space for both sides of a picture
            words = words[1:]
        if words:
            add(words)

    def stays(words: str, place: tuple[int, int]) -> None:
        position = length
        if words:
            add(words)
        spans.append(Span(position, length, source[slice(*place)], None, words, place=place))

    for number, token in enumerate(children):
        place = token.meta.get("place", (0, 0))
        if token.type == "link_open" and token.info == "auto":
            stays(children[number + 1].content, place)
            auto = 2
        elif auto:
            auto -= 1
        elif token.type in ("text", "text_special"):
            follow(token.content)
        elif token.type == "softbreak":
            after = children[number + 1].content if number + 1 < len(children) else ""
            joined = parts and ALL_CJK.match(parts[-1][-1:]) and ALL_CJK.match(after[:1])
            follow("" if joined else " ")
        elif token.type == "hardbreak":
            add("\n")
        elif token.type == "code_inline":
            stays(token.content, place)
        elif token.type == "verbatim":
            stays("" if token.content.startswith("[") else token.content, place)
        elif token.type == "image":
            start = place[0] + 2
            stays("", place)
            alt_text, _spans = read_inline(token.children or [], token.content)
            spans[-1] = replace(spans[-1], alt=(start, start + len(token.content)), alt_text=alt_text)
        elif token.type == "html_inline":
            tag = TAG.fullmatch(token.content)
            name = tag[2].lower() if tag else ""
            if tag and tag[1] and any(each[0] == f"<{name}" for each in stack):
                _close(stack, spans, f"<{name}", length, token.content, source)
            elif tag and not tag[1] and not tag[3] and name not in EMPTY:
                stack.append((f"<{name}", length, token.content, len(spans)))
                spans.append(Span(length, length, token.content, None, place=place))
            else:
                stays("", place)
        elif token.nesting == 1:
            opening = "[" if token.type == "link_open" else token.markup
            stack.append((token.type.removesuffix("_open"), length, opening, len(spans)))
            spans.append(Span(length, length, opening, None))
        elif token.nesting == -1:
            closing = source[slice(*place)] if token.type == "link_close" else token.markup
            _close(stack, spans, token.type.removesuffix("_close"), length, closing, source)
    return "".join(parts), spans


def _close(
    stack: list[tuple[str, int, str, int]], spans: list[Span], kind: str, end: int, closing: str, source: str
) -> None:
    """An HTML tag that is still open within what closes here stays a place by itself."""
    while stack:
        name, start, opening, place = stack.pop()
        if name == kind:
            spans[place] = Span(start, end, opening, closing)
            return


def named(closing: str, label: str) -> str:
    """What closes a link, with its reference's name where that was the link's own text."""
    return f"][{label}]" if closing in ("]", "][]") else closing


def escaped(text: str, level: int, begins: bool) -> str:
    """``text`` so that it is read as text. Level 0 leaves all as it is, which is nearly always right and is
    tried first. ``begins``: it stands at the beginning of its block."""
    if not level:
        return text
    text = PUNCTUATION.sub(r"\\\1", text)
    if begins and (found := BEGIN.match(text)):
        at = found.start(2) if found[1] else found.start(3)
        text = f"{text[:at]}\\{text[at:]}"
    return text


def tags_for(span: Span, level: int) -> tuple[str, str]:
    """What opens and closes a mark. Beside Chinese punctuation ``**`` is often not read as emphasis: then
    HTML says it."""
    if level > 1 and (name := HTML_EMPHASIS.get(span.open)):
        return f"<{name}>", f"</{name}>"
    return span.open, span.close or ""
