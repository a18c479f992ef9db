"""One small file of each text format, with all that a translation must leave alone."""

from __future__ import annotations

TXT = """Notes on a journey
==================

This is a paragraph that has been wrapped by hand at sixty
columns, as people do in mail and in read-me files, so that
it fits.

- a list item that is also longer than one line and hence is
  wrapped with a hanging indent
- short
1. one

Name\tAge\tCity
Ann\t12\tRome
    Set in by four
"""

MARKDOWN = """---
title: "Front matter"
---

# Heading *one* #

Para with `code x`, a [link *it*](http://x.y/a_b "T"), ![alt text](i.png) and
**bold** text, wrapped by hand; see [ref] and [other][ref] <http://auto.x> or
snake_case $x_1$ note[^1].

> quote line one
> line two\x20\x20
> after break

- item one
  continues
- [ ] task \\* star

| A | B \\| c |
|---|---|
| cell *x* | 12 |
| `a` | text |

```py
code = "stays"
```

<div>html stays</div>

Setext
======

[ref]: http://r.x
[^1]: The footnote text.
"""

HTML = """<!DOCTYPE html>
<html lang="en"><head><meta charset=utf-8><title>My &amp; page</title>
<meta name="description" content="A page about cats"><style>p { color: red }</style>
<script>var a = "<p>no</p>";</script></head>
<body><!-- a comment --><h1>Hello <em>big</em>
world</h1>
<P CLASS = x><b>All bold</b></P>
<p>Run <code>npm install</code> and see <a href="x?a=1&amp;b=2" title="A link">the <i>docs</i></a>, ok<br>
second line <img src=a.png alt='A cat'> end</p>
<p translate=no>Foo</p><p>Keep <span class="notranslate">Brand X</span> here</p>
<pre>code here</pre><ul><li>One<li>Two &nbsp; 3 &lt; 4</ul><table><tr><td>Cell<td>12</table>
<input type=submit value=Send> unclosed <b>bold text <p> new</b> para
</body></html>
"""

SRT = """1
00:00:01,000 --> 00:00:03,000
{\\an8}<i>I have been told that</i>
you would come

2
00:00:03,100 --> 00:00:05,000 X1:40 X2:600
tomorrow, with all the money
and the <b>letters</b>.

3
00:00:06,000 --> 00:00:08,000
- Hello.
- <i>Who is there?</i>

4
00:00:09,000 --> 00:00:10,000
<font color="#ffff00">[door closes]</font>
"""

VTT = """WEBVTT - Title

STYLE
::cue { color: red }

NOTE a comment

intro
00:01.000 --> 00:04.000 position:10% line:0
<v Roger Bingham>We are in <c.yellow>New York &amp; City</c></v>

00:04.000 --> 00:06.000
We <00:05.000>actually are
"""

PO = r"""# A comment.
msgid ""
msgstr ""
"Project-Id-Version: greeter 1\n"
"Language: de\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#: a.c:4
#, c-format
msgid "Hello, %s!\n"
msgstr ""

msgid "Done already"
msgstr "Schon getan"

#. a note
#, fuzzy, c-format
#| msgid "Old %d file"
msgid "New %d file"
msgstr "Alte %d Datei"

#: a.c:5
#, c-format
msgid "%d file"
msgid_plural "%d files"
msgstr[0] ""
msgstr[1] ""

msgctxt "menu"
msgid "Open"
msgstr ""

#~ msgid "Gone"
#~ msgstr "Weg"
"""

JSON = r"""{
  "@@locale": "en",
  "hello": "Hello {name}!",
  "@hello": {"description": "Greets", "placeholders": {"name": {"type": "String"}}},
  "n": "{count, plural, =0 {No files} one {# file} other {{count} files of {owner}}} left",
  "arr": ["One two", 3, true, null, "http:\/\/x.y", "#ffcc00", "btn_primary", "Save"],
  "caf\u00e9": "Caf\u00e9 au lait", "path": "/usr/bin", "type": "button", "e":"e-mail", "only":"{name}"
}
"""

SAMPLES = {
    "notes.txt": TXT,
    "notes.md": MARKDOWN,
    "page.html": HTML,
    "film.srt": SRT,
    "film.vtt": VTT,
    "de.po": PO,
    "app_en.arb": JSON,
    "lines.jsonl": '{"text": "One line"}\n{"text": "And another"}\n',
}
