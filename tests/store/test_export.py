"""Exports for people: Markdown, HTML, Word."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from desktop_app.core.chat import Conversation, Message
from desktop_app.core.messages import Role
from desktop_app.store.transfer.docx import to_docx
from desktop_app.store.transfer.html import to_html
from desktop_app.store.transfer.markdown import closed, to_markdown

REPLY = r"""# Heading

Some **bold**, *italic*, ~~struck~~ and `code`; 一些**中文**字。
second line

1. one
2. two
   - nested
   - again

     more of it

5. five

> quoted

| Name | 数 |
|------|---:|
| a    | 12 |

$$
\int_0^1 x\,dx < 1
$$

```python
if a < b:
	print("你好")
```

---

See [the docs](https://example.org/?a=1&b=2), ![a picture](https://example.org/p.png) and $e^{i\pi}$.

مرحبا بالعالم
"""

EVIL = """<script>alert(1)</script>
<img src=x onerror=alert(2)> [a](javascript:alert(3)) [b](JaVaScRiPt:alert(4))
[c](data:text/html;base64,PHNjcmlwdD4=) [d](vbscript:x) [e](file:///etc/passwd) <javascript:alert(5)>
![f](javascript:alert(6)) [g](<java\nscript:alert(7)>) [h](//evil.example/x) [i](https://ok.example/"onclick="x)
[j]: javascript:alert(8)
[j] &lt;script&gt; `</code><script>` $</code><script>alert(9)</script>$ <style>*{display:none}</style>

```"><script>alert(10)</script>
</pre><script>alert(11)</script>
```
</div></body></html><iframe src="https://evil.example">
"""


def conversation(**changes: Any) -> Conversation:
    values: dict[str, Any] = {
        "id": 1,
        "title": "A title & more",
        "title_is_own": True,
        "created": 1.7e9,
        "updated": 1.7e9,
        "pinned": False,
        "folder": "",
        "system_prompt": "",
        "persona": "",
        "sampling_json": "",
        "leaf_id": None,
    }
    return Conversation(**(values | changes))


@pytest.fixture
def said() -> Callable[..., list[Message]]:
    def make(*texts: str) -> list[Message]:
        found = []
        for number, text in enumerate(texts):
            role: Role = "assistant" if number % 2 else "user"
            model = "SmolLM2" if number % 2 else ""
            found.append(Message(number, 1, None, role, text, "complete", 1.7e9, model=model))
        return found

    return make


class Page(HTMLParser):
    """What a browser would make of the page: its elements and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


# --- HTML ------------------------------------------------------------------------------------------


def test_html_can_do_nothing(said: Callable[..., list[Message]]) -> None:
    page = Page(to_html(conversation(title=EVIL, system_prompt=EVIL), said(EVIL, EVIL)))
    tags = "html head meta title style body h1 h2 h3 div p pre code a br em strong blockquote ul ol li"
    assert page.tags <= set(tags.split())
    attributes = "lang charset http-equiv content name class href dir"
    assert {name for _, name, _ in page.attributes} <= set(attributes.split())
    assert page.all("href") == ["https://ok.example/%22onclick=%22x"]
    assert "<script>alert(1)</script>" in page.text
    assert page.text.count("alert(11)") == 5  # two titles, the prompt, two messages


def test_html_shows_the_structure(said: Callable[..., list[Message]]) -> None:
    html = to_html(conversation(), said("Hello **you**\n  and   you", REPLY))
    page = Page(html)
    assert {"ol", "ul", "table", "blockquote", "strong", "em", "s", "hr", "pre"} <= page.tags
    assert 'href="https://example.org/?a=1&amp;b=2"' in html
    assert '<a href="https://example.org/p.png">a picture</a>' in html
    assert "img" not in page.tags
    assert r'<code class="math">\int_0^1 x\,dx &lt; 1</code>' in html
    assert r'<code class="math">e^{i\pi}</code>' in html
    assert '<p dir="rtl">مرحبا' in html
    assert '<ol start="5">' not in html  # one list goes on
    assert "Hello **you**<br>  and   you" in html  # typed text stays as typed
    assert "prefers-color-scheme: dark" in html
    assert re.search(r"<h2[^>]*>SmolLM2</h2>", html)
    assert "http" not in html.replace("https://example.org", "").replace("http-equiv", "")


def test_html_of_an_empty_conversation() -> None:
    assert "Untitled conversation" in to_html(conversation(title=""), [])


# --- Markdown --------------------------------------------------------------------------------------


def test_markdown_keeps_the_texts(said: Callable[..., list[Message]]) -> None:
    text = to_markdown(
        conversation(title="A *star*\nand more", system_prompt="Be\nkind"), said("hi", REPLY, "  ")
    )
    assert text.startswith("# A \\*star\\* and more\n\n2023-11-1")
    assert "## System prompt\n\n> Be\n> kind\n" in text
    assert "## You\n\nhi\n" in text
    assert f"## SmolLM2\n\n{REPLY.strip()}\n" in text
    assert text.count("## ") == 3


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("a\n```py\nx", "\n```"),
        ("a\n````\n```\nx", "\n````"),
        ("~~~\n```\nx", "\n~~~"),
        ("```\nx\n```", ""),
        ("```\nx\n```\n\n`` ` ``", ""),
        ("```not `a fence", ""),
        ("    ```", ""),
    ],
)
def test_an_open_code_block_is_closed(text: str, ending: str) -> None:
    assert closed(text) == text + ending


# --- Word ------------------------------------------------------------------------------------------


def opened(content: bytes) -> Any:
    return Document(BytesIO(content))


def test_word_keeps_the_structure(said: Callable[..., list[Message]]) -> None:
    document = opened(to_docx(conversation(system_prompt="Be kind"), said("Hello **you**\nthere", REPLY)))
    paragraphs = [(one.style.name, one.text) for one in document.paragraphs]
    assert paragraphs[0] == ("Title", "A title & more")
    for expected in [
        ("Heading 1", "System prompt"),
        ("Heading 1", "You"),
        ("Normal", "Hello **you**\nthere"),
        ("Heading 1", "SmolLM2"),
        ("Heading 2", "Heading"),
        ("Normal", "Some bold, italic, struck and code; 一些中文字。\nsecond line"),
        ("List Number", "one"),
        ("List Bullet 2", "nested"),
        ("List Continue 2", "more of it"),
        ("List Number", "five"),
        ("Quote", "quoted"),
        ("Code", 'if a < b:\n\tprint("你好")'),
        ("Code", r"\int_0^1 x\,dx < 1"),
    ]:
        assert expected in paragraphs
    runs = {run.text: run for one in document.paragraphs for run in one.runs}
    assert runs["bold"].bold
    assert runs["中文"].bold
    assert runs["italic"].italic
    assert runs["struck"].font.strike
    assert runs["code"].style.name == "Inline Code"
    assert runs[r"e^{i\pi}"].style.name == "Inline Code"
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["Name", "数"], ["a", "12"]]
    assert document.core_properties.title == "A title & more"
    arabic = next(one for one in document.paragraphs if one.text.startswith("مرحبا"))
    assert arabic._p.pPr.find(qn("w:bidi")) is not None


def test_word_links_lead_where_they_may_only(said: Callable[..., list[Message]]) -> None:
    document = opened(to_docx(conversation(title=EVIL, system_prompt=EVIL), said(EVIL, REPLY + EVIL)))
    targets = {rel.target_ref for rel in document.part.rels.values() if rel.is_external}
    assert targets == {
        "https://example.org/?a=1&b=2",
        "https://example.org/p.png",
        "https://ok.example/%22onclick=%22x",
    }
    linked = [link for one in document.paragraphs for link in one.hyperlinks]
    assert ("the docs", "https://example.org/?a=1&b=2") in [(link.text, link.address) for link in linked]


def test_word_numbers_each_list_anew(said: Callable[..., list[Message]]) -> None:
    document = opened(to_docx(conversation(), said("q", "1. a\n2. b\n\ntext\n\n1. c\n\ntext\n\n7. d")))
    numbers = [one._p.pPr.numPr.numId.val for one in document.paragraphs if one.style.name == "List Number"]
    assert numbers[0] == numbers[1]
    assert len(set(numbers)) == 3
    numbering = document.part.numbering_part.element
    starts = [
        numbering.num_having_numId(key).lvlOverride_lst[0].startOverride.val for key in sorted(set(numbers))
    ]
    assert starts == [1, 1, 7]


def test_word_has_a_font_for_chinese_everywhere(said: Callable[..., list[Message]]) -> None:
    document = opened(to_docx(conversation(), said("你好", "# 标题\n\n`代码`")))
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Code", "Inline Code"):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")), name
        assert not [key for key in fonts.attrib if key.endswith("Theme")], name


def test_word_takes_characters_that_xml_does_not(said: Callable[..., list[Message]]) -> None:
    document = opened(to_docx(conversation(title="a\0b"), said("x\x01y\x0b\ufffe", "```\n\x1b[31mred\n```")))
    texts = [one.text for one in document.paragraphs]
    assert "a\ufffdb" in texts
    assert "\ufffd[31mred" in texts


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "-",
            "- - a",
            "1.\n2.",
            "> - > - a",
            "-\n  ```\n  x\n  ```",
            "|a|\n|-|",
            "- |a|\n  |-|\n  |b|",
            "#",
        ),
        *("> | a |\n> |---|", "- # h", "![](x)", "[](http://a)", "1234567890123. a", "$$", "$$\nopen", "***"),
        "- a\n" * 500,
    ],
)
def test_no_markup_stops_an_export(said: Callable[..., list[Message]], text: str) -> None:
    messages = said(text, text)
    opened(to_docx(conversation(), messages))
    to_html(conversation(), messages)
    to_markdown(conversation(), messages)


def test_nesting_without_end(said: Callable[..., list[Message]]) -> None:
    for text in (
        ">" * 3000 + "a",
        "\n".join("  " * depth + "- a" for depth in range(200)),
        "[" * 5000,
        "*" * 5000,
    ):
        opened(to_docx(conversation(), said("q", text)))
        to_html(conversation(), said("q", text))
