"""A list on a screen, and what it asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.ui.chat_list.conversation_list import ConversationList
from tests.ui.chat_list.making import TODAY, chat


class Asked:
    """Every signal of a list, in order, as (name, arguments)."""

    NAMES = (
        *("new_requested", "opened", "search_changed", "renamed", "pin_changed", "folder_changed"),
        *("deleted", "export_requested", "import_requested", "open_folders_changed"),
    )

    def __init__(self, pane: ConversationList) -> None:
        self.all: list[tuple[str, tuple[Any, ...]]] = []
        for name in self.NAMES:
            getattr(pane, name).connect(lambda *values, name=name: self.all.append((name, values)))

    def of(self, name: str) -> list[tuple[Any, ...]]:
        return [values for asked, values in self.all if asked == name]


@pytest.fixture
def pane(app: QApplication) -> Iterator[ConversationList]:
    made = ConversationList(today=lambda: TODAY)
    made.resize(260, 700)
    made.set_conversations(
        [
            chat(1, "Letter to the landlord"),
            chat(2, "为什么天空是蓝色的？"),
            chat(3, "Sourdough", 1),
            chat(4, "Thesis", 40, pinned=True),
            chat(5, "Interview", 9, folder="Work"),
            chat(6, "Cover letter", 10, folder="Work"),
        ],
        ["Ideas", "Work"],
    )
    made.show()
    made.activateWindow()
    assert QTest.qWaitForWindowExposed(made)
    QApplication.processEvents()
    yield made
    made.close()
    made.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def asked(pane: ConversationList) -> Asked:
    return Asked(pane)
