"""The button that names a language, and behind it a list with search."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QLocale, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.core.languages import LANGUAGES
from desktop_app.ui.icons import icon
from desktop_app.ui.models.words import language_words
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.widgets.button_menu import menu_place
from desktop_app.ui.widgets.elided_button import ElidedButton

FIND = ""
"""The code that stands for finding the language in the text."""
_CODE = Qt.ItemDataRole.UserRole
_SIZE = QSize(280, 380)


@dataclass(frozen=True, slots=True)
class Languages:
    """``ready`` can be translated now, for the others a model has to be fetched first."""

    known: tuple[str, ...] = ()
    ready: frozenset[str] = frozenset()
    recent: tuple[str, ...] = ()


class LanguagePicker(ElidedButton):
    """``chosen`` with a code. With ``can_find`` the first of the list is to find the language by itself."""

    chosen = Signal(str)

    def __init__(self, can_find: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent, least=72, most=260)
        self._can_find = can_find
        self._code = self._found = ""
        self._languages = Languages()
        self._popup: _Popup | None = None
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the chevron stands behind the word
        self.setIconSize(QSize(14, 14))
        set_look(self, kind="quiet")
        self.clicked.connect(self.open)
        self.retranslate()
        self._dress()

    def set_languages(self, languages: Languages) -> None:
        self._languages = languages

    def set_code(self, code: str, found: str = "") -> None:
        """``code`` is chosen, `FIND` for none; ``found`` is then what was found, "" for nothing yet."""
        self._code, self._found = code, found
        self.retranslate()

    def code(self) -> str:
        return self._code

    def open(self) -> None:
        popup = _Popup(self, self._can_find, self._languages, self._code)
        popup.chosen.connect(self.chosen)
        self._popup = popup
        popup.show_at(self)

    def retranslate(self) -> None:
        if self._code:
            name = language_words(self._code)
        elif self._found:
            name = tr("{language} (found)", language=language_words(self._found))
        else:
            name = tr("Find the language")
        says_from = tr("Translate from: {language}", language=name)
        self.set_label(name, says_from if self._can_find else tr("Translate into: {language}", language=name))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_popup"):
            self._dress()

    def _dress(self) -> None:
        self.setIcon(icon("chevron-down", theme_of(self).quiet))


class _Popup(QFrame):
    chosen = Signal(str)

    def __init__(self, owner: QWidget, can_find: bool, languages: Languages, current: str) -> None:
        super().__init__(owner, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setObjectName("popup")
        self._can_find, self._languages, self._current = can_find, languages, current
        self.field = _Field(self)
        glass = QAction(icon("search", theme_of(self).quiet), tr("Search languages"), self)
        self.field.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self.field.setPlaceholderText(tr("Search languages"))
        self.field.setAccessibleName(tr("Search languages"))
        self.list = QListWidget(self)
        self.list.setAccessibleName(tr("Languages"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setIconSize(QSize(16, 16))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.itemClicked.connect(self._take)
        self.list.itemActivated.connect(self._take)
        self.field.textChanged.connect(self._fill)
        self.field.moved.connect(self._move)
        self.field.accepted.connect(lambda: self._take(self.list.currentItem()))
        column = QVBoxLayout(self)
        column.setContentsMargins(space(2), space(2), space(2), space(2))
        column.setSpacing(space(1))
        column.addWidget(self.field)
        column.addWidget(self.list)
        self._fill("")

    def show_at(self, button: QWidget) -> None:
        window = button.window()
        inside = QRect(window.mapToGlobal(QPoint(0, 0)), window.size())
        size = QSize(
            min(_SIZE.width(), inside.width() - space(4)), min(_SIZE.height(), inside.height() - space(4))
        )
        self.resize(size)
        place = QRect(button.mapToGlobal(QPoint(0, 0)), button.size())
        corner = menu_place(QRect(QPoint(0, 0), size), place, inside)
        top = max(inside.top() + space(2), min(corner.y(), inside.bottom() - size.height() - space(2)))
        self.move(corner.x(), top)
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fill(self, text: str) -> None:
        self.list.clear()
        wanted = _plain(text)
        langs = self._languages
        if wanted:
            found = [code for code in langs.known if _fits(code, wanted)]
            found.sort(key=lambda code: (not _plain(language_words(code)).startswith(wanted), _name(code)))
            for code in found:
                self._add(code)
            if not found:
                self._heading(tr("No language of this name"))
        else:
            if self._can_find:
                self._add(FIND)
            self._group("", [code for code in langs.recent if code in langs.known])
            rest = [code for code in langs.known if code not in langs.recent]
            self._group(tr("Ready"), sorted((c for c in rest if c in langs.ready), key=_name))
            others = [code for code in rest if code not in langs.ready and code in LANGUAGES]
            self._group(tr("With a model that you fetch first"), sorted(others, key=_name))
        self._go_to_first()

    def _group(self, title: str, codes: Sequence[str]) -> None:
        if codes and title:
            self._heading(title)
        for code in codes:
            self._add(code)

    def _heading(self, title: str) -> None:
        item = QListWidgetItem(title)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.list.addItem(item)

    def _add(self, code: str) -> None:
        item = QListWidgetItem(language_words(code) if code else tr("Find the language"))
        item.setData(_CODE, code)
        if code and code not in self._languages.ready:
            item.setIcon(icon("download", theme_of(self).quiet))
            item.setToolTip(tr("A model has to be fetched first"))
            words = tr("{language}, a model has to be fetched first", language=language_words(code))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        elif code == self._current:
            item.setIcon(icon("check", theme_of(self).accent))
        self.list.addItem(item)

    def _go_to_first(self) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.flags() & Qt.ItemFlag.ItemIsEnabled and (
                self.field.text() or item.data(_CODE) == self._current
            ):
                self.list.setCurrentItem(item)
                return
        self._move(1)

    def _move(self, step: int) -> None:
        row = self.list.currentRow() + step
        while 0 <= row < self.list.count():
            item = self.list.item(row)
            if item.flags() & Qt.ItemFlag.ItemIsEnabled:
                self.list.setCurrentItem(item)
                return
            row += step

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            code = str(item.data(_CODE))
            self.close()
            self.chosen.emit(code)


class _Field(QLineEdit):
    moved = Signal(int)
    accepted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accepted.emit()
        else:
            super().keyPressEvent(event)


def _fits(code: str, wanted: str) -> bool:
    """By its name in the interface's language, in English, in itself, or by its code."""
    names: Iterable[str] = (
        language_words(code),
        LANGUAGES.get(code, ""),
        QLocale(code.replace("-", "_")).nativeLanguageName(),
        code,
    )
    return any(wanted in _plain(name) for name in names)


def _plain(text: str) -> str:
    """Without case and accents."""
    apart = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _name(code: str) -> str:
    return _plain(language_words(code))
