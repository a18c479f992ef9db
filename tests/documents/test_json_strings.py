"""JSON: which strings are text, and how they are written."""

from __future__ import annotations

import json

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Rendered
from desktop_app.documents.encodings import read
from desktop_app.documents.icu_messages import texts
from desktop_app.documents.json_strings import JsonStrings, is_text
from tests.documents.text_samples import JSON


def strings(text: str) -> JsonStrings:
    return JsonStrings(read(text.encode()))


def test_segments() -> None:
    assert [segment.text for segment in strings(JSON).segments] == [
        "Hello {name}!",
        "No files",
        "# file",
        "{count} files of {owner}",
        "left",
        "One two",
        "Save",
        "Café au lait",
        "e-mail",
    ]


def test_written_as_the_file_writes() -> None:
    body = strings(JSON)
    new = {segment.key: Rendered(segment.text.replace("Save", 'Sp"ä\n/')) for segment in body.segments}
    found = body.content({6: new[6]}, False, "de").decode()
    assert found == JSON.replace('"Save"', '"Sp\\"\\u00e4\\n/"').replace(
        '"@@locale": "en"', '"@@locale": "de"'
    )
    plain = strings('{"a": "Größe und <\\/b>"}')
    assert plain.content({0: Rendered("大/小")}, False, "") == '{"a": "大\\/小"}'.encode()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "123",
        "https://x.org/a b".replace(" ", ""),
        "mailto:a@b.c",
        "a@b.org",
        "#fff",
        "#12ab34cd",
        "rgb(1, 2, 3)",
        "12px",
        "/usr/bin",
        "./a/b.png",
        "C:\\x",
        "application/json",
        "image.png",
        "app.title.main",
        "btn_primary",
        "en-US",
        "zh_CN",
        "2024-01-31",
        "2024-01-31T10:00:00Z",
        "v2",
        "1.2.3",
        "550e8400-e29b-41d4-a716-446655440000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "{name}",
        "%s",
        "%d/%d",
        "{{count}}",
        "$t(key)",
        "camelCase",
        "fa-arrow-left",
        "utf-8",
        "...",
        "—",
    ],
)
def test_no_text(value: str) -> None:
    assert not is_text(value)


@pytest.mark.parametrize(
    "value",
    [
        "Save",
        "save",
        "OK",
        "e-mail",
        "Sign-in",
        "Hello {name}",
        "%d files",
        "See https://x.org for more",
        "Wi-Fi",
        "保存",
        "大小：{size}",
        "Größe",
        "Yes/No?",
        "a",
        "What's new",
        "Page 1 of 2",
        "McDonald",
        "iPhone ready",
    ],
)
def test_text(value: str) -> None:
    assert is_text(value)


def test_names_of_code() -> None:
    assert not is_text("button", "type")
    assert is_text("Button", "type")
    assert is_text("button", "label")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Hello {name}", ["Hello {name}"]),
        ("{n, plural, one {# file} other {# files}}", ["", "# file", "# files", ""]),
        ("You have {n, plural, =0 {none} other {#}} left", ["You have ", "none", "#", " left"]),
        (
            "{g, select, male {He has {n, plural, one {a cat} other {# cats}}} other {They}}",
            ["", "He has ", "a cat", "# cats", "", "They", ""],
        ),
        ("{n, plural, one {broken", ["{n, plural, one {broken"]),
        ("{n, plural, other {it''s '{' {x}}} end", ["", "it''s '{' {x}", " end"]),
    ],
)
def test_messages_with_choices(message: str, expected: list[str]) -> None:
    assert [message[start:end] for start, end in texts(message)] == expected


@pytest.mark.parametrize(
    "text", ["{", "[1,", '{"a"}', '{"a": "b"', '["a" "b"]', "{'a': 1}", '["\t"]', "nope", '{"a": 01}', "[1,]"]
)
def test_damaged(text: str) -> None:
    with pytest.raises(InkhornError) as refused:
        strings(text)
    assert refused.value.values["reason"] == "damaged"


def test_deep_and_long() -> None:
    for text in (
        "[" * 50_000 + '"text"' + "]" * 50_000,
        '{"a":' * 50_000 + '"text"' + "}" * 50_000,
        json.dumps(["word " * 200_000]),
        json.dumps(
            [
                "{a, plural, one {x " * 2_000,
                "{" * 100_000 + " text",
                "$t(" * 50_000 + "x y",
                "a-" * 400 + "! x",
            ]
        ),
    ):
        body = strings(text)
        assert body.segments
        json.loads(body.content({0: Rendered("x")}, False, "")) if text[1] != "[" and text[0] == "[" else None
