"""What to look for among the models that can be had."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.library.catalogue import Task
from desktop_app.ui.icons import icon
from desktop_app.ui.models.offers import Wanted
from desktop_app.ui.models.words import TASKS, language_words
from desktop_app.ui.theme import set_look, space, theme_of

TWO_ROWS_BELOW = 430  # px: narrower, what stands in one row stands in two


class FilterBar(QWidget):
    """Emits ``changed`` with a `Wanted`; ``left_downwards`` when Down or Enter in the search field asks
    for the list."""

    changed = Signal(object)
    left_downwards = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = Wanted()
        self._languages: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._filling = self._narrow = False
        self._tasks: dict[str, QPushButton] = {key: QPushButton(self) for key in ("", *get_args(Task))}
        self.search = _SearchField(self)
        self.search.left_downwards.connect(self.left_downwards)
        self._picture = QAction(self)
        self.search.addAction(self._picture, QLineEdit.ActionPosition.LeadingPosition)
        self._speaks = QComboBox(self)
        self._fits = QCheckBox(self)
        self._pair = QWidget(self)
        self._source, self._target = QComboBox(self._pair), QComboBox(self._pair)
        self._source_title, self._target_title = QLabel(self._pair), QLabel(self._pair)
        for box in (self._speaks, self._source, self._target):  # also after another language is spoken
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._build()
        self.search.textChanged.connect(lambda text: self._apply(text=text))
        self._speaks.currentIndexChanged.connect(lambda: self._apply(speaks=self._speaks.currentData()))
        self._fits.toggled.connect(lambda on: self._apply(fits_only=on))
        self._source.currentIndexChanged.connect(lambda: self._apply(source=self._source.currentData()))
        self._target.currentIndexChanged.connect(lambda: self._apply(target=self._target.currentData()))
        self.retranslate()
        self._dress()

    def wanted(self) -> Wanted:
        return self._wanted

    def set_wanted(self, wanted: Wanted) -> None:
        """Show ``wanted``, and tell where it is another than before."""
        told, self._wanted = wanted != self._wanted, wanted
        self._show()
        if told:
            self.changed.emit(wanted)

    def set_languages(self, sources: tuple[str, ...], targets: tuple[str, ...]) -> None:
        """Between which languages single directions of translation can be had."""
        if (sources, targets) != self._languages:
            self._languages = (sources, targets)
            self._show()

    def choose_pair(self) -> None:
        """Turn to translation, with the focus where the first language is chosen."""
        self.set_wanted(replace(self._wanted, task="translation"))
        self._source.setFocus(Qt.FocusReason.TabFocusReason)

    def retranslate(self) -> None:
        self._tasks[""].setText(tr("All"))
        for task, words in TASKS:
            self._tasks[task].setText(tr(words))
        for button in self._tasks.values():
            button.setAccessibleName(tr("Task: {name}", name=button.text()))
        self.search.setPlaceholderText(tr("Search models"))
        self.search.setAccessibleName(tr("Search models"))
        for inner in self.search.findChildren(QToolButton):
            is_search = inner.defaultAction() is self._picture
            inner.setAccessibleName(tr("Search models") if is_search else tr("Clear the search"))
        self._speaks.setAccessibleName(tr("Language that the model should know"))
        self._speaks.view().setAccessibleName(tr("Language that the model should know"))
        self._fits.setText(tr("Fits") if self._narrow else tr("Fits this computer"))
        self._fits.setAccessibleName(tr("Fits this computer"))
        self._fits.setToolTip(tr("Only models that have room in the memory that is free now."))
        for box, title, words in (
            (self._source, self._source_title, tr("From")),
            (self._target, self._target_title, tr("Into")),
        ):
            title.setText(words)
            box.setAccessibleName(words)
            box.view().setAccessibleName(words)
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_target_title"):
            self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (self.width() < TWO_ROWS_BELOW) != self._narrow:
            self._narrow = not self._narrow
            way = QBoxLayout.Direction.TopToBottom if self._narrow else QBoxLayout.Direction.LeftToRight
            self._segments.setDirection(way)
            self._second.setDirection(way)
            self._place_pair()
            self.retranslate()

    def _apply(self, **values: object) -> None:
        if not self._filling:
            self.set_wanted(replace(self._wanted, **values))  # type: ignore[arg-type]

    def _task_pressed(self) -> None:
        task = next(key for key, button in self._tasks.items() if button.isChecked())
        pair = {} if task == "translation" else {"source": "", "target": ""}
        self._apply(task=task or None, **pair)

    def _show(self) -> None:
        self._filling = True
        wanted = self._wanted
        self._tasks[wanted.task or ""].setChecked(True)
        if self.search.text() != wanted.text:
            self.search.setText(wanted.text)
        languages = (("", tr("Any language")), ("en", "English"), ("zh", "中文"))
        _fill(self._speaks, languages, wanted.speaks)
        self._fits.setChecked(wanted.fits_only)
        for box, codes, chosen in (
            (self._source, self._languages[0], wanted.source),
            (self._target, self._languages[1], wanted.target),
        ):
            named = sorted(((code, language_words(code)) for code in codes), key=lambda item: item[1])
            _fill(box, (("", tr("Any language")), *named), chosen)
        self._pair.setVisible(wanted.task == "translation" and bool(self._languages[0]))
        self._filling = False

    def _build(self) -> None:
        group = QButtonGroup(self)
        self._segments = segments = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        halves = (QHBoxLayout(), QHBoxLayout())
        for row in (segments, *halves):
            row.setSpacing(space(1))
        for number, button in enumerate(self._tasks.values()):
            button.setCheckable(True)
            button.clicked.connect(self._task_pressed)
            set_look(button, kind="segment")
            group.addButton(button)
            button.setMinimumWidth(space(14))
            halves[2 * number // len(self._tasks)].addWidget(button)
        for half in halves:
            half.addStretch(1)
        segments.addLayout(halves[0])
        segments.addLayout(halves[1], 1)
        self._second = second = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        second.setSpacing(space(2))
        self.search.setMinimumWidth(space(28))
        second.addWidget(self.search, 1)
        choices = QHBoxLayout()
        choices.setSpacing(space(2))
        choices.addWidget(self._speaks)
        choices.addWidget(self._fits)
        second.addLayout(choices)
        self._pair_grid = pair = QGridLayout(self._pair)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setHorizontalSpacing(space(2))
        pair.setVerticalSpacing(space(2))
        self._source_title.setBuddy(self._source)
        self._target_title.setBuddy(self._target)
        self._place_pair()
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(0, 0, 0, 0)
        column_.setSpacing(space(2))
        column_.addLayout(segments)
        column_.addLayout(second)
        column_.addWidget(self._pair)
        self.setFocusProxy(self.search)

    def _place_pair(self) -> None:
        """From and Into beside each other, or below each other where names of languages would be cut."""
        grid = self._pair_grid
        row, column = (1, 0) if self._narrow else (0, 2)
        grid.addWidget(self._source_title, 0, 0)
        grid.addWidget(self._source, 0, 1)
        grid.addWidget(self._target_title, row, column)
        grid.addWidget(self._target, row, column + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 0 if self._narrow else 1)

    def _dress(self) -> None:
        self._picture.setIcon(icon("search", theme_of(self).quiet))


class _SearchField(QLineEdit):
    left_downwards = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setClearButtonEnabled(True)
        self.setMaxLength(100)

    def sizeHint(self) -> QSize:
        return QSize(space(50), super().sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left_downwards.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


def _fill(box: QComboBox, entries: tuple[tuple[str, str], ...], chosen: str) -> None:
    there = tuple((box.itemData(i), box.itemText(i)) for i in range(box.count()))
    if there != entries:
        box.clear()
        for value, words in entries:
            box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
