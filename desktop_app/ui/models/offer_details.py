"""A model that can be had: what it is, in which forms it comes, what each needs, and the button Get."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.library.catalogue import HubSource, Model, Variant
from desktop_app.ui.icons import icon
from desktop_app.ui.models.download_row import state_words
from desktop_app.ui.models.fact_grid import Fact, FactGrid, back_row
from desktop_app.ui.models.shelf import Shelf
from desktop_app.ui.models.sizes import offered_size, transfer_words
from desktop_app.ui.models.words import (
    bits_words,
    count_words,
    fit_words,
    languages_words,
    pair_words,
    precision_words,
    strength_words,
    summary_of,
    task_words,
)
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.widgets.flowing import scrolled, wrapped
from desktop_app.worker.download_state import DownloadState

_MOST_LANGUAGES = 12


class OfferDetails(QWidget):
    """``get_asked`` with the ids of model and variant; ``link_asked`` with an address; ``way_asked`` with
    ``token`` or ``manage``."""

    get_asked = Signal(str, str)
    link_asked = Signal(str)
    way_asked = Signal(str)
    back_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf: Shelf | None = None
        self._model: Model | None = None
        self._download: DownloadState | None = None
        self._chosen: dict[str, str] = {}  # the variant that was chosen of each model
        self._radios: dict[str, QRadioButton] = {}
        self._notes: dict[str, QLabel] = {}
        self._group = QButtonGroup(self)
        self._body = body = QWidget(self)
        self.back = QPushButton(body)
        self._title = wrapped(body, size="heading")
        self._maker = wrapped(body, tone="quiet")
        self._summary = wrapped(body)
        self._strengths = wrapped(body, size="caption", tone="quiet")
        self._forms_title = wrapped(body, size="caption", tone="quiet")
        self._forms = QVBoxLayout()
        self._fit = wrapped(body)
        self.get = QPushButton(body)
        self._state = wrapped(body, tone="success")
        self._gated = QWidget(body)
        self._gated_words = wrapped(self._gated, size="caption")
        self._ask, self._token = QPushButton(self._gated), QPushButton(self._gated)
        self._terms = wrapped(body, size="caption", tone="quiet")
        self._facts = FactGrid(body)
        self._build(body)
        self.retranslate()

    def set_model(self, shelf: Shelf, model: Model | None, download: DownloadState | None) -> None:
        """Show ``model`` as it stands on ``shelf``; nothing for None."""
        same = self._model is not None and model is not None and self._model.id == model.id
        self._shelf, self._model, self._download = shelf, model, download
        if not same or len(self._radios) != len(model.variants if model else ()):
            self._make_forms()
        self._show()

    def variant(self) -> Variant | None:
        """The form that is chosen."""
        if self._model is None or self._shelf is None:
            return None
        wanted = self._chosen.get(self._model.id)
        best = self._shelf.best(self._model)
        return next((variant for variant in self._model.variants if variant.id == wanted), best)

    def focus_first(self) -> None:
        place = self.get if self.get.isVisible() and self.get.isEnabled() else self.back
        if not place.isVisible():
            place = next(iter(self._facts.findChildren(QPushButton)), place)
        place.setFocus(Qt.FocusReason.TabFocusReason)

    def retranslate(self) -> None:
        self.setAccessibleName(tr("About the model"))
        self.back.setText(tr("Back to the list"))
        self.back.setAccessibleName(tr("Back to the list"))
        self._forms_title.setText(tr("Form"))
        self._gated_words.setText(
            tr(
                "The makers let in only who has asked. Ask on the model’s page, make an access token there, "
                "and put it into the settings."
            )
        )
        for button, words in (
            (self._ask, tr("Open the model’s page")),
            (self._token, tr("Enter a token…")),
        ):
            button.setText(words)
            button.setAccessibleName(words)
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._make_forms()
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_facts"):
            self.back.setIcon(icon("arrow-left", theme_of(self).accent))

    # --- what is shown --------------------------------------------------------------------------

    def _make_forms(self) -> None:
        for button in self._radios.values():
            self._group.removeButton(button)
        self._radios.clear()
        self._notes.clear()
        while (item := self._forms.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for variant in self._model.variants if self._model is not None else ():
            self._forms.addWidget(self._form(variant))

    def _form(self, variant: Variant) -> QWidget:
        name, meaning = bits_words(variant)
        row = QWidget(self)
        model = self._model
        size = offered_size(model, variant) if model is not None else ""
        radio = QRadioButton(f"{name} · {size}", row)
        radio.setAccessibleName(f"{radio.text()}, {meaning}")
        radio.toggled.connect(lambda on: self._choose(variant.id) if on else None)
        note = wrapped(row, size="caption", tone="quiet")
        note.setContentsMargins(space(7), 0, 0, 0)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(radio)
        column.addWidget(note)
        self._group.addButton(radio)
        self._radios[variant.id], self._notes[variant.id] = radio, note
        return row

    def _choose(self, variant_id: str) -> None:
        if self._model is not None:
            self._chosen[self._model.id] = variant_id
            self._show()

    def _show(self) -> None:
        model, shelf, variant = self._model, self._shelf, self.variant()
        self._body.setVisible(model is not None)
        if model is None or shelf is None or variant is None:
            return
        radio = self._radios.get(variant.id)
        if radio is not None and not radio.isChecked():
            radio.blockSignals(True)
            radio.setChecked(True)
            radio.blockSignals(False)
        pair = pair_words(model.pair) if model.pair else ""
        self._title.setText(pair or model.name)
        self._maker.setText(" · ".join((model.publisher, task_words(model.tasks))))
        self._summary.setText(summary_of(model))
        self._strengths.setText("" if pair else strength_words(model))
        self._strengths.setVisible(not pair)
        fit = shelf.fit_of(model, variant)
        self._fit.setText(fit_words(fit))
        self._fit.setVisible(fit.state != "good")
        set_look(self._fit, tone={"good": "quiet", "tight": "warning", "too_big": "danger"}[fit.state])
        self._show_button(shelf, model, variant, fit.state == "too_big")
        self._gated.setVisible(model.gated)
        self._terms.setVisible(model.must_accept)
        self._terms.setText(tr("Its licence has terms that you are asked to accept before the download."))
        for each in model.variants:  # what is free may have changed since the last look
            self._notes[each.id].setText(_note_on(shelf, model, each))
        self._facts.set_facts(_facts_of(model, variant))

    def _show_button(self, shelf: Shelf, model: Model, variant: Variant, too_big: bool) -> None:
        here = any(one.variant == variant.id for one in shelf.installed_of(model.id))
        download = self._download
        if download is not None and download.variant_id != variant.id:
            download = None
        busy = download is not None and download.phase not in ("done", "cancelled")
        self.get.setVisible(not here and not busy)
        words = tr("Get it anyway") if too_big else tr("Get · {size}", size=offered_size(model, variant))
        self.get.setText(words)
        self.get.setAccessibleName(f"{words}: {model.name}")
        set_look(self.get, kind="" if too_big else "primary")
        state = tr("On this computer") if here else ""
        if busy and not here and download is not None:
            state = state_words(download) or tr("the download failed")
        self._state.setText(state)
        self._state.setVisible(bool(state))
        set_look(self._state, tone="success" if here else "quiet")

    def _get_pressed(self) -> None:
        variant = self.variant()
        if self._model is not None and variant is not None:
            self.get_asked.emit(self._model.id, variant.id)

    def _open_page(self) -> None:
        if self._model is not None:
            self.link_asked.emit(self._model.homepage)

    def _build(self, body: QWidget) -> None:
        self.back.setIconSize(QSize(16, 16))
        self.back.clicked.connect(self.back_asked)
        self.get.clicked.connect(self._get_pressed)
        self._ask.clicked.connect(self._open_page)
        self._token.clicked.connect(lambda: self.way_asked.emit("token"))
        self._facts.link_asked.connect(self.link_asked)
        column = QVBoxLayout(body)
        column.setContentsMargins(space(5), space(4), space(5), space(6))
        column.setSpacing(space(2))
        back_row(self.back, column)
        for widget in (self._title, self._maker, self._summary, self._strengths):
            column.addWidget(widget)
        column.addSpacing(space(2))
        column.addWidget(self._forms_title)
        self._forms.setSpacing(space(1.5))
        column.addLayout(self._forms)
        column.addSpacing(space(1))
        column.addWidget(self._fit)
        row = QHBoxLayout()
        row.addWidget(self.get)
        row.addWidget(self._state, 1)
        row.addStretch(1)
        column.addLayout(row)
        gated = QVBoxLayout(self._gated)
        gated.setContentsMargins(0, 0, 0, 0)
        gated.setSpacing(space(1.5))
        gated.addWidget(self._gated_words)
        buttons = QHBoxLayout()
        buttons.addWidget(self._ask)
        buttons.addWidget(self._token)
        buttons.addStretch(1)
        gated.addLayout(buttons)
        column.addWidget(self._gated)
        column.addWidget(self._terms)
        column.addSpacing(space(3))
        column.addWidget(self._facts)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(body, self))
        self.back.setIcon(icon("arrow-left", theme_of(self).accent))


def _note_on(shelf: Shelf, model: Model, variant: Variant) -> str:
    """What a form is like, and whether there is room for it."""
    name, meaning = bits_words(variant)
    fit = shelf.fit_of(model, variant)
    precision = precision_words(fit.precision)
    runs = tr("runs with {precision} here", precision=precision) if precision != name else ""
    return " · ".join(filter(None, (meaning, runs, fit_words(fit), variant.quantization)))


def _facts_of(model: Model, variant: Variant) -> list[Fact]:
    names = languages_words(model.languages)
    languages = tr(", ").join(names[:_MOST_LANGUAGES])
    if len(names) > _MOST_LANGUAGES:
        languages = tr("{names} and {count} more", names=languages, count=len(names) - _MOST_LANGUAGES)
    return [
        Fact(tr("Licence"), model.licence, link=model.licence_url),
        Fact(tr("Languages"), languages),
        Fact(tr("Parameters"), count_words(model.parameters)),
        Fact(
            tr("Reads at once"), tr("{number} tokens", number=f"{model.context:,}") if model.context else ""
        ),
        Fact(tr("Comes from"), *_source_of(variant)),
        Fact(tr("Download"), transfer_words(variant)),
        Fact(tr("Home page"), _short(model.homepage), link=model.homepage),
    ]


def _source_of(variant: Variant) -> tuple[str, str, str]:
    source = variant.source
    if isinstance(source, HubSource):
        pinned = f" @ {source.revision[:8]}" if source.revision else ""
        return f"{source.repo}{pinned}", "", source.repo
    return source.requirement, "", f"{source.wheel.name}\nSHA-256 {source.wheel.sha256 or ''}"


def _short(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://").rstrip("/")
