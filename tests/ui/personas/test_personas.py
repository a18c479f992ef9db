"""The picker and the editor by real keys and clicks, with a store that answers as ours does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from desktop_app.core.chat import Persona
from desktop_app.ui.personas import PersonaDialog, PersonaPicker

Key = Qt.Key


class Desk:
    """A picker with a window's rest played by hand: what is saved comes back with an id."""

    def __init__(self) -> None:
        self.own: list[Persona] = []
        self.chosen: list[tuple[str, str]] = []
        self.saved: list[tuple[int | None, str, str]] = []
        self.picker = PersonaPicker()
        self.picker.saved.connect(self._save)
        self.picker.deleted.connect(self._delete)
        self.picker.chosen.connect(lambda name, prompt: self.chosen.append((name, prompt)))
        self.picker.show()

    def _save(self, key: int | None, name: str, prompt: str) -> None:
        self.saved.append((key, name, prompt))
        number = key or len(self.saved) + 100
        self.own = [p for p in self.own if p.id != number] + [Persona(number, name, prompt)]
        self.picker.set_personas(self.own)

    def _delete(self, key: int) -> None:
        self.own = [persona for persona in self.own if persona.id != key]
        self.picker.set_personas(self.own)

    def menu_words(self) -> list[str]:
        self.picker.menu().aboutToShow.emit()
        return [a.text() for a in self.picker.menu().actions() if not a.isSeparator()]

    def trigger(self, words: str) -> None:
        self.menu_words()
        next(a for a in self.picker.menu().actions() if a.text() == words).trigger()


@pytest.fixture
def desk(app: QApplication) -> Iterator[Desk]:
    made = Desk()
    yield made
    for dialog in made.picker.findChildren(PersonaDialog):
        dialog.reject()
    made.picker.close()
    made.picker.deleteLater()


def labels(dialog: PersonaDialog) -> list[str]:
    return [dialog.list.item(i).text() for i in range(dialog.list.count())]


def show(dialog: PersonaDialog, label: str) -> None:
    dialog.list.setCurrentRow(labels(dialog).index(label))


def click(button: QPushButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_menu_has_the_built_in_ones_and_the_users_own(desk: Desk) -> None:
    desk.picker.set_personas([Persona(3, "Poet & bard", "Rhyme."), Persona(-1, "not ours to list", "x")])
    words = desk.menu_words()
    assert words[0] == "No persona"
    assert "Patient teacher" in words
    assert "Poet && bard" in words
    assert "not ours to list" not in words


def test_choosing_tells_name_and_prompt_and_is_marked(desk: Desk) -> None:
    desk.trigger("Careful editor")
    [(name, prompt)] = desk.chosen
    assert name == "Careful editor"
    assert prompt.startswith("You are a careful editor")
    assert desk.picker.text() == "Careful editor"
    desk.menu_words()
    assert [a.text() for a in desk.picker.menu().actions() if a.isChecked()] == ["Careful editor"]
    desk.trigger("No persona")
    assert desk.chosen[-1] == ("", "")
    assert desk.picker.text() == "No persona"


def test_free_instructions_for_this_conversation(desk: Desk) -> None:
    desk.picker.set_choice("", "Answer in French.")
    assert desk.picker.text() == "Own instructions"
    dialog = desk.picker.open_dialog(free_text=True)
    assert dialog.prompt.toPlainText() == "Answer in French."
    assert not dialog.name.isVisible()
    dialog.prompt.setPlainText("Answer in Latin.")
    click(dialog.use_button)
    assert desk.chosen == [("", "Answer in Latin.")]
    assert desk.saved == []
    assert not dialog.isVisible()


def test_writing_a_new_one_and_using_it(desk: Desk) -> None:
    dialog = desk.picker.open_dialog()
    click(dialog.add_button)
    assert not dialog.save_button.isEnabled()
    QTest.keyClicks(dialog.name, "Sailor")
    dialog.prompt.setPlainText("You speak of the sea.")
    click(dialog.save_button)
    assert desk.saved == [(None, "Sailor", "You speak of the sea.")]
    assert labels(dialog).count("Sailor") == 1
    assert dialog.name.text() == "Sailor"
    dialog.prompt.setPlainText("You speak of the deep sea.")
    click(dialog.use_button)  # saves first, under the id that came back
    assert desk.saved[1:] == [(desk.own[0].id, "Sailor", "You speak of the deep sea.")]
    assert desk.chosen == [("Sailor", "You speak of the deep sea.")]


def test_going_on_or_closing_loses_nothing(desk: Desk) -> None:
    desk.picker.set_personas(desk.own)
    dialog = desk.picker.open_dialog()
    click(dialog.add_button)
    dialog.prompt.setPlainText("Only a prompt, no name yet")
    show(dialog, "Patient teacher")
    assert desk.saved == [(None, "Only a prompt, no name y", "Only a prompt, no name yet")]
    assert dialog.name.text() == "Patient teacher"
    show(dialog, desk.own[0].name)
    dialog.name.setText("Named")
    QTest.keyClick(dialog, Key.Key_Escape)
    assert desk.saved[-1][:2] == (desk.own[0].id, "Named")
    assert not dialog.isVisible()


def test_built_in_ones_are_duplicated_not_changed(desk: Desk) -> None:
    dialog = desk.picker.open_dialog()
    show(dialog, "Patient teacher")
    assert dialog.name.isReadOnly()
    assert dialog.prompt.isReadOnly()
    assert not dialog.save_button.isVisible()
    assert not dialog.delete_button.isVisible()
    prompt = dialog.prompt.toPlainText()
    click(dialog.copy_button)
    assert not dialog.prompt.isReadOnly()
    click(dialog.save_button)
    assert desk.saved == [(None, "Patient teacher (copy)", prompt)]


def test_deleting_can_be_undone(desk: Desk) -> None:
    desk.own = [Persona(7, "Poet", "Rhyme.")]
    desk.picker.set_personas(desk.own)
    dialog = desk.picker.open_dialog()
    show(dialog, "Poet")
    click(dialog.delete_button)
    assert desk.own == []
    assert "Poet" not in labels(dialog)
    click(dialog.undo_button)
    assert [(p.name, p.prompt) for p in desk.own] == [("Poet", "Rhyme.")]
    assert dialog.name.text() == "Poet"
    assert not dialog.undo_button.isVisible()


def test_a_new_one_that_was_left_empty_is_not_kept(desk: Desk) -> None:
    dialog = desk.picker.open_dialog()
    click(dialog.add_button)
    show(dialog, "Plain assistant")
    QApplication.processEvents()
    assert desk.saved == []
    assert "New persona" not in labels(dialog)


def test_what_is_being_written_survives_news_from_the_store(desk: Desk) -> None:
    desk.own = [Persona(7, "Poet", "Rhyme.")]
    desk.picker.set_personas(desk.own)
    dialog = desk.picker.open_dialog()
    show(dialog, "Poet")
    dialog.prompt.setPlainText("Rhyme, please.")
    desk.picker.set_personas([*desk.own, Persona(8, "Other", "x")])
    assert dialog.prompt.toPlainText() == "Rhyme, please."
    assert dialog.save_button.isEnabled()


def test_every_control_has_a_name(desk: Desk) -> None:
    dialog = desk.picker.open_dialog()
    assert desk.picker.accessibleName()
    for widget in (dialog.list, dialog.name, dialog.prompt):
        assert widget.accessibleName()
    assert all(button.text() for button in dialog.findChildren(QPushButton))
