"""How messages stand to each other, and what they offer when nobody points at them."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QPushButton

from desktop_app.ui.conversation.action_row import ActionRow, actions_of
from desktop_app.ui.conversation.items import Problem
from desktop_app.ui.conversation.problem_box import ProblemBox
from desktop_app.ui.conversation.view import ConversationView
from tests.ui.conversation.conftest import calm, many, message, shown


def test_only_the_last_reply_shows_its_actions_at_rest(app: QApplication, view: ConversationView) -> None:
    view.set_messages([message(1, "one"), message(2, "two"), message(3, "three"), message(4, "four")])
    calm(app, view)
    focused = app.focusWidget()
    if focused is not None:
        focused.clearFocus()  # the writer's is in the field

    def rows() -> list[int]:
        widgets = (shown(view, number) for number in range(1, len(view.stack.realised) + 1))
        return [
            w.item.message.id for w in widgets if any(row.isVisible() for row in w.findChildren(ActionRow))
        ]

    assert rows() == [4]
    view.set_busy(True)
    assert rows() == []
    view.set_busy(False)
    view.append_message(message(5, "five"))
    view.append_message(message(6, "six"))
    calm(app, view)
    assert rows() == [6]


def test_a_reply_that_never_began_offers_to_try_again(app: QApplication, view: ConversationView) -> None:
    acted = QSignalSpy(view.action)
    view.set_messages([message(1, "one"), message(2, "", state="stopped")])
    calm(app, view)
    links = [b for b in shown(view, 2).findChildren(QPushButton) if b.isVisible()]
    assert [link.text() for link in links] == ["Try again"]
    links[0].click()
    assert acted.at(0) == ["continue", 2]
    names = [action.name for action in actions_of(shown(view, 2).item, shown(view, 2).context)]
    assert names == ["regenerate", "delete"]


def test_a_question_is_nearer_to_its_reply_than_to_the_one_before(
    app: QApplication, view: ConversationView
) -> None:
    view.set_messages(many(4))
    calm(app, view)
    tops = [shown(view, number).body.mapTo(view, QPoint(0, 0)).y() for number in (1, 2, 3)]
    ends = [top + shown(view, n).body.height() for top, n in zip(tops, (1, 2, 3), strict=True)]
    assert tops[1] - ends[0] < tops[2] - ends[1]


def test_what_asks_does_not_look_like_what_failed(app: QApplication, view: ConversationView) -> None:
    view.set_messages([message(1, "one"), message(2, "", state="stopped")])
    for tone in ("info", "warning", "danger"):
        view.set_problem(2, Problem(lambda: "Well?", (("retry", lambda: "Yes"),), tone))
        calm(app, view)
        box = shown(view, 2).findChild(ProblemBox)
        assert box is not None
        assert box.property("banner") == tone
        assert box.accessibleName() == ("Question: Well?" if tone == "info" else "Problem: Well?")
