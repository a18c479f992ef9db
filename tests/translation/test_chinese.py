"""Which Chinese comes out."""

from __future__ import annotations

import pytest

from desktop_app.translation.chinese import Chinese


@pytest.mark.parametrize(
    ("target", "script", "address", "text", "wanted"),
    [
        ("zh", "", "", "这个软件很好", "这个软件很好"),
        ("zh", "Hant", "", "这个软件在里面", "這個軟件在裡面"),
        ("zh-Hant", "", "", "头发和发展", "頭髮和發展"),
        ("zh-TW", "", "", "鼠标和软件", "滑鼠和軟體"),
        ("zh-Hant", "Hans", "", "頭髮和發展", "头发和发展"),
        ("zh", "Hans", "", "頭髮", "头发"),
        ("zh", "", "nin", "你好，你们好", "您好，你们好"),
        ("zh", "", "ni", "您好", "你好"),
        ("zh", "Hant", "", "见 https://a.org/b 和`软件`", "見 https://a.org/b 和`软件`"),
        ("zh", "", "", "你好吗?我很好,谢谢!", "你好吗？我很好，谢谢！"),
        ("zh", "", "", "比分是1:0,很好", "比分是1:0,很好"),
        ("pt", "Hant", "nin", "软件 你", "软件 你"),
    ],
)  # fmt: skip
def test_written(target: str, script: str, address: str, text: str, wanted: str) -> None:
    assert Chinese(target, script, address).finished(text) == wanted
