"""What stands in the list, and in which words, without a window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import QLocale

from desktop_app.core import i18n
from desktop_app.core.chat import SearchHit
from desktop_app.core.paths import bundle_root
from desktop_app.core.personas import built_in_personas
from desktop_app.ui.chat_list.dates import group_of, short_time
from desktop_app.ui.chat_list.rows import arrange, matches_in, shown_snippet, utf16_range
from tests.ui.chat_list.making import TODAY, chat


@pytest.fixture
def chinese(tmp_path: object) -> Iterator[None]:
    before = dict(i18n._catalogue), i18n._language
    i18n._catalogue = {
        "MMMM": "M月",
        "MMMM yyyy": "yyyy年M月",
        "d MMMM": "M月d日",
        "d MMM yyyy": "yyyy年M月d日",
    }
    i18n._language = "zh_CN"
    yield
    i18n._catalogue, i18n._language = before


def words(rows: list) -> list[str]:
    return [row.text if row.chat is None else f"#{row.chat.id}" for row in rows]


def test_groups_from_pinned_to_months_newest_first() -> None:
    chats = [
        chat(1, days=0),
        chat(2, days=0.1),
        chat(3, days=1),
        chat(4, days=6),
        chat(5, days=30),
        chat(6, days=400),
        chat(7, days=90, pinned=True),
    ]
    rows = arrange(reversed(chats), [], frozenset(), TODAY)
    assert words(rows) == [
        *["Pinned", "#7", "Today", "#1", "#2", "Yesterday", "#3", "Last 7 days", "#4"],
        *["April", "#5", "April 2024", "#6"],
    ]


def test_a_clock_set_back_hides_nothing() -> None:
    assert group_of(chat(1, days=-3).updated, TODAY)[1] == "Today"


def test_conversations_stand_in_their_folder_only_and_only_when_it_is_open() -> None:
    chats = [chat(1, folder="Work"), chat(2, folder="Work", pinned=True), chat(3)]
    closed = arrange(chats, ["Empty", "Work"], frozenset(), TODAY)
    assert words(closed) == ["Pinned", "#2", "Folders", "Empty", "Work", "Today", "#3"]
    assert [row.count for row in closed if row.kind == "folder"] == [0, 1]
    opened = arrange(chats, ["Empty", "Work"], frozenset({"Work"}), TODAY)
    assert words(opened) == ["Pinned", "#2", "Folders", "Empty", "Work", "#1", "Today", "#3"]


def test_short_times_by_distance() -> None:
    QLocale.setDefault(QLocale("en_GB"))
    assert ":" in short_time(chat(1, days=0).updated, TODAY)
    assert short_time(chat(1, days=3).updated, TODAY) == "Sunday"
    assert short_time(chat(1, days=30).updated, TODAY) == "14 April"
    assert short_time(chat(1, days=500).updated, date(2025, 5, 14)) == "31 Dec 2023"


def test_chinese_dates(chinese: None) -> None:
    assert group_of(chat(1, days=30).updated, TODAY)[1] == "4月"
    assert group_of(chat(1, days=400).updated, TODAY)[1] == "2024年4月"
    assert short_time(chat(1, days=30).updated, TODAY) == "4月14日"
    assert short_time(chat(1, days=3).updated, TODAY) == "星期日"


def test_a_snippet_begins_near_its_match_and_the_ranges_follow() -> None:
    text = "many words stand before the place\nwhere the needle is"
    start = text.index("needle")
    shown, ranges = shown_snippet(SearchHit(chat(1), 5, text, ((start, 6),)))
    [(begin, length)] = ranges
    assert shown[begin : begin + length] == "needle"
    assert "\n" not in shown
    assert begin < 25


def test_a_snippet_without_spaces_is_cut_too() -> None:
    text = "中" * 60 + "墨池" + "文" * 20
    shown, [(begin, length)] = shown_snippet(SearchHit(chat(1), 5, text, ((60, 2),)))
    assert shown[begin : begin + length] == "墨池"
    assert begin < 25


def test_marks_count_as_qt_counts() -> None:
    text = "🔥🔥 heat"
    assert utf16_range(text, text.index("heat"), 4) == (5, 4)
    assert matches_in("Heat and HEAT", "heat") == [(0, 4), (9, 4)]
    assert matches_in("İstanbul", "stan") == []  # grows when lowered


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_built_in_personas_are_complete_and_short(language: str) -> None:
    personas = built_in_personas(bundle_root() / "resources", language)
    assert [p.id for p in personas] == list(range(-1, -1 - len(personas), -1))
    assert len(personas) >= 7
    assert len({p.name for p in personas}) == len(personas)
    assert all(0 < len(p.prompt) <= 200 for p in personas)
    assert any("\u4e00" <= c <= "\u9fff" for p in personas for c in p.prompt) == (language == "zh_CN")
