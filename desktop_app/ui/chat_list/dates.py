"""Dates as a reader says them: the group a conversation stands in, and the short time below its title."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from PySide6.QtCore import QDate, QDateTime, QLocale

from desktop_app.core.i18n import language, tr


def ui_locale() -> QLocale:
    """The locale of the interface's language: the system's own where the language is the same."""
    system = QLocale.system()
    if language() == "zh_CN":
        is_chinese = system.language() == QLocale.Language.Chinese
        return system if is_chinese else QLocale(QLocale.Language.Chinese, QLocale.Country.China)
    if system.language() == QLocale.Language.English:
        return system
    # Someone who reads English in a country of another language is used to the 24-hour clock.
    return QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)


def group_of(updated: float, today: date) -> tuple[float, str]:
    """``(start, label)`` of the group for a conversation of time ``updated`` (seconds since 1970): what
    is not older than ``start`` belongs to it too, unless a newer group has it."""
    day = datetime.fromtimestamp(updated).date()
    yesterday, week = today - timedelta(days=1), today - timedelta(days=6)
    if day >= today:  # a clock that was set back must not hide a conversation
        return _start(today), tr("Today")
    if day == yesterday:
        return _start(yesterday), tr("Yesterday")
    if day >= week:
        return _start(week), tr("Last 7 days")
    first = day.replace(day=1)
    words = tr("MMMM") if day.year == today.year else tr("MMMM yyyy")
    return _start(first), ui_locale().toString(QDate(first.year, first.month, 1), words)


def _start(day: date) -> float:
    return datetime(day.year, day.month, day.day).timestamp()


def short_time(updated: float, today: date) -> str:
    """The clock for today and yesterday, the weekday for this week, the day for this year, else the date."""
    moment = datetime.fromtimestamp(updated)
    locale = ui_locale()
    when = QDateTime.fromSecsSinceEpoch(int(updated))
    if moment.date() >= today - timedelta(days=1):
        return locale.toString(when.time(), QLocale.FormatType.ShortFormat)
    if moment.date() > today - timedelta(days=7):
        return locale.toString(when.date(), "dddd")
    if moment.year == today.year:
        return locale.toString(when.date(), tr("d MMMM"))
    return locale.toString(when.date(), tr("d MMM yyyy"))


def long_time(updated: float) -> str:
    """Date and clock in full, for tool tips and screen readers."""
    when = QDateTime.fromSecsSinceEpoch(int(updated))
    locale = ui_locale()
    return tr(
        "{date}, {time}",
        date=locale.toString(when.date(), QLocale.FormatType.LongFormat),
        time=locale.toString(when.time(), QLocale.FormatType.ShortFormat),
    )
