"""Titles made from content."""

from __future__ import annotations

import pytest

from desktop_app.store.titles import COLUMNS, title_from


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("What is entropy?", "What is entropy"),
        ("What is entropy? Explain it to a child.", "What is entropy"),
        ("Hi. How do I boil an egg?", "Hi. How do I boil an egg"),
        (
            "Please help me write a letter to my landlord about the heating that broke",
            "Please help me write a letter to my landlord about the…",
        ),
        ("  \n\n# Plan for **May**\n\nfirst", "Plan for May"),
        ("> - [ ] call *the* `doctor`", "call the doctor"),
        ("- **Bold and _italic_** item", "Bold and italic item"),
        ("snake_case_name is what?", "snake_case_name is what"),
        ("Version 3.11 of Python", "Version 3.11 of Python"),
        ("See [the docs](https://example.org/a_b) for more", "See the docs for more"),
        ("https://example.org/x?y=1 what does this page say", "what does this page say"),
        ("https://www.example.org/guide/start?x=1", "example.org/guide/start"),
        ("```python\nprint('hello')\n```", "print('hello')"),
        ("Why does this fail?\n```python\nprint(1/0)\n```", "Why does this fail"),
        ("```\nx = 1\n```\nExplain this code", "Explain this code"),
        ("<b>Bold</b> statement", "Bold statement"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"),
        ("你好", "你好"),
        ("请把下面的文字翻译成英文：今天天气很好", "请把下面的文字翻译成英文：今天天气很好"),
        (
            "帮我写一封给房东的邮件，说明暖气已经坏了三天，希望尽快修理好，谢谢",
            "帮我写一封给房东的邮件，说明暖气已经坏了三天，希望尽快修理好…",
        ),
        ("什么是熵？请举例说明。", "什么是熵"),
        ("用Python读取CSV文件并画一张漂亮的折线图", "用Python读取CSV文件并画一张漂亮的折线图"),
        (
            "请解释一下这个函数的含义以及它的参数说明和返回值还有异常internationalization",
            "请解释一下这个函数的含义以及它的参数说明和返回值还有异常…",
        ),
        ("a" * 100, "a" * COLUMNS + "…"),
        ("👋", "👋"),
        ("???", ""),
        ("", ""),
        (" \n\t ", ""),
        ("50% off", "50% off"),
        ("f(x)", "f(x)"),
        ("“Quoted,” she said —", "“Quoted,” she said"),
    ],
)
def test_title(text: str, title: str) -> None:
    assert title_from(text) == title


def test_a_megabyte_is_quick_and_short() -> None:
    assert title_from("[" * 500_000 + "*" * 500_000) == ""
    assert title_from("word " * 200_000) == " ".join(["word"] * 12) + "…"
