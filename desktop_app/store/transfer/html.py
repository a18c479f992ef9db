"""One branch of a conversation as one HTML file that needs nothing else and can do nothing."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from desktop_app.core.chat import Conversation, Message
from desktop_app.core.i18n import language, tr
from desktop_app.store.transfer.markup import read, reader, runs_right_to_left
from desktop_app.store.transfer.words import date_of, said, speaker, title_of

_STYLE = """
body { max-width: 46em; margin: 2.5em auto; padding: 0 1.25em; background: #fbfaf7; color: #1f2328;
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei",
  "Noto Sans CJK SC", sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.6em; line-height: 1.3; margin-bottom: 0; }
.date { color: #5d646d; margin-top: 0.2em; }
h2.speaker { font-size: 0.9em; color: #2f4b7c; margin: 2em 0 0.3em; }
.user, .system { background: #f0eee8; padding: 0.1em 1em; border-radius: 8px; }
.user p, .system p { white-space: pre-wrap; }
pre { background: #f0eee8; padding: 0.75em 1em; border-radius: 8px; overflow-x: auto; white-space: pre-wrap; }
code { font: 0.92em/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace; }
code.math { font-style: italic; }
blockquote { margin-left: 1em; padding-left: 1em; border-left: 3px solid #c9c5bb; color: #4a5058; }
table { border-collapse: collapse; }
th, td { border: 1px solid #c9c5bb; padding: 0.3em 0.7em; }
a { color: #2f4b7c; }
"""
_DARK_STYLE = """
@media screen and (prefers-color-scheme: dark) {
  body { background: #15171b; color: #e8e6e1; }
  .date, blockquote { color: #a5a9b0; }
  h2.speaker, a { color: #8fb1e8; }
  .user, .system, pre { background: #202329; }
  th, td, blockquote { border-color: #454a53; }
}
"""
"""Apart, because Qt's rich text, which prints the PDF, gives up on a style sheet with this in it."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_BLOCKS = ("paragraph_open", "heading_open", "list_item_open", "th_open", "td_open")


def to_html(conversation: Conversation, messages: Sequence[Message]) -> str:
    """A whole document. Every text is escaped; there is no script, no image and no remote address
    besides the links that a reader may click. Formulas stay LaTeX, in ``<code class="math">``."""
    title = escape(title_of(conversation))
    body = [f"<h1>{title}</h1>", f'<p class="date">{date_of(conversation)}</p>']
    if conversation.system_prompt.strip():
        body.append(_section("system", tr("System prompt"), _typed(), conversation.system_prompt))
    readers = {"user": _typed(), "system": _typed(), "assistant": _reply()}
    for message in said(list(messages)):
        body.append(_section(message.role, speaker(message), readers[message.role], message.text))
    return (
        f'<!DOCTYPE html>\n<html lang="{language().replace("_", "-")}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n<style>{_DARK_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _section(role: str, name: str, md: MarkdownIt, text: str) -> str:
    tokens = read(md, text.strip("\n"))
    for index, token in enumerate(tokens):
        if token.type in _BLOCKS:
            text = next((after.content for after in tokens[index:] if after.type == "inline"), "")
            if runs_right_to_left(text):
                token.attrSet("dir", "rtl")  # not "auto", which Qt's rich text does not know
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"  # below the speaker's, which is an h2
        elif token.type in ("th_open", "td_open") and "style" in token.attrs:
            token.attrs = {"align": str(token.attrs["style"]).removeprefix("text-align:")}  # Qt again
        elif token.type in ("fence", "code_block"):
            token.content = token.content.rstrip("\n")
    inside = md.renderer.render(tokens, md.options, {})
    return f'<h2 class="speaker">{escape(name)}</h2>\n<div class="{role}">\n{inside}</div>'


def _typed() -> MarkdownIt:
    return _with_rules(reader(typed=True))


def _reply() -> MarkdownIt:
    return _with_rules(reader(typed=False))


def _with_rules(md: MarkdownIt) -> MarkdownIt:
    md.add_render_rule("softbreak", _break)
    md.add_render_rule("hardbreak", _break)
    md.add_render_rule("formula", _formula)
    md.add_render_rule("formula_block", _formula_block)
    return md


_Env = MutableMapping[str, Any]


def _break(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: _Env) -> str:
    return "<br>"


def _formula(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: _Env) -> str:
    return f'<code class="math">{escape(tokens[index].content)}</code>'


def _formula_block(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: _Env) -> str:
    return f'<pre><code class="math">{escape(tokens[index].content)}</code></pre>\n'
