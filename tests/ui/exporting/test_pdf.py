"""The PDF as its readers see it: by its pages' text, fonts and pictures."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from desktop_app.core.chat import Conversation, Message
from desktop_app.core.errors import InkhornError
from desktop_app.store.transfer.html import to_html
from desktop_app.ui.pdf import for_qt, render_pdf
from desktop_app.ui.pdf_process import write_pdf
from desktop_app.ui.pdf_text import with_plain_ideographs

REPLY = """Office 光既像**波**又像粒子。

```python
def wave():
    return "高"
```

| Name | eV |
|---|---:|
| 黄光 | 2.1 |
"""


def conversation_html(pairs: int = 1, reply: str = REPLY) -> str:
    conversation = Conversation(
        1, "量子 & friends", True, 1.7e9, 1.7e9, False, "", "", "", "", None, 2 * pairs
    )
    messages = []
    for number in range(pairs):
        for role, text in (("user", "为什么 <b>?"), ("assistant", reply)):
            key = len(messages) + 1
            messages.append(Message(key, 1, key - 1 or None, role, text, "complete", 1.7e9 + number))
    return to_html(conversation, messages)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def copied(pdf: bytes) -> set[str]:
    """Every sign that the fonts' ToUnicode tables give to someone who copies."""
    tables = b"".join(re.findall(rb"begincmap.*?endcmap", pdf, re.DOTALL))
    values = b"".join(re.findall(rb"(?m)^<[0-9A-F]{4}> <[0-9A-F]{4}> (.+)$", tables))
    found = {int(value, 16) for value in re.findall(rb"<([0-9A-F]{4})>", values)}
    return {chr(value) for value in found}


def test_chinese_is_embedded_and_copied_as_it_was_written(app: QApplication) -> None:
    pdf = render_pdf(conversation_html())
    assert pdf.startswith(b"%PDF-")
    signs = copied(pdf)
    has_chinese = bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))
    assert set("Officewave" + ("量子光既像波又粒高黄" if has_chinese else "")) <= signs
    assert not {sign for sign in signs if "\u2e80" <= sign <= "\u2fdf"}, "radicals in place of ideographs"
    assert not {sign for sign in signs if "\ufb00" <= sign <= "\ufb06"}, "ligatures cannot be searched for"
    fonts = re.findall(rb"/Type /FontDescriptor.*?>>", pdf, re.DOTALL)
    assert fonts
    assert all(b"/FontFile" in font for font in fonts)


def test_a4_with_a_page_for_each_part_and_progress_to_the_end(app: QApplication) -> None:
    told: list[float] = []
    pdf = render_pdf(conversation_html(12), told.append)
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert box is not None
    assert (round(float(box[1])), round(float(box[2]))) == (595, 842)
    assert pages(pdf) == len(told) > 1
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_nothing_is_fetched(app: QApplication, tmp_path: Path) -> None:
    asked: list[str] = []

    class Ears(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *values: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Ears)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    picture = tmp_path / "secret.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    port = server.server_port
    html = (
        f'<html><head><link rel="stylesheet" href="http://127.0.0.1:{port}/a.css"></head><body>'
        f'<img src="http://127.0.0.1:{port}/b.png" alt="a cat"><img src="{picture}" alt="mine">'
        f'<p style="background-image: url(http://127.0.0.1:{port}/c.png)">x</p></body></html>'
    )
    try:
        assert pages(render_pdf(html)) == 1
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert asked == []
    assert "[a cat]" in for_qt(html)
    assert "secret.png" not in for_qt(html)


def test_what_the_user_wrote_as_html_stays_text() -> None:
    assert "&lt;b&gt;" in for_qt(conversation_html())


def test_the_last_line_of_code_is_not_followed_by_an_empty_one() -> None:
    assert "<pre><code>a\n\nb</code></pre>" in for_qt("<pre><code>a\n\nb\n</code></pre>")


def test_only_tables_of_signs_are_touched() -> None:
    table = b"begincmap\n<2F26> <2F26> %b\n<2F26> <2F27> [<2F0A> %b ]\nendcmap <2F26>"
    pdf = b"stream\n<2F26> <2F26> <2F26>\nendstream\n"
    mended = with_plain_ideographs(pdf + table % (b"<2F26>", b"<2F26>"), {0x2F26: 0x5B50})
    assert mended == pdf + table % (b"<5B50>", b"<5B50>")


def test_its_own_process_writes_the_file_from_any_thread(tmp_path: Path) -> None:
    path = tmp_path / "量子.pdf"
    told: list[float] = []
    thread = threading.Thread(target=write_pdf, args=(conversation_html(3), path, told.append))
    thread.start()
    thread.join()
    assert path.read_bytes().startswith(b"%PDF-")
    assert told
    assert [file.name for file in tmp_path.iterdir()] == ["量子.pdf"]


def test_a_folder_that_is_not_there_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InkhornError) as caught:
        write_pdf(conversation_html(), tmp_path / "gone" / "x.pdf")
    assert caught.value.kind == "internal"
    assert list(tmp_path.iterdir()) == []
