"""Half characters are made whole before anything has to encode them."""

from __future__ import annotations

import pytest

from desktop_app.core.messages import ChatMessage
from desktop_app.core.text import whole


@pytest.mark.parametrize(
    ("text", "expected"),
    [("plain 墨", "plain 墨"), ("\ud83d\ude00", "😀"), ("a\ud800b", "a\ufffdb"), ("\udcff", "\ufffd")],
)
def test_half_characters_are_joined_or_replaced(text: str, expected: str) -> None:
    assert whole(text) == expected
    assert ChatMessage("user", text).text == expected
