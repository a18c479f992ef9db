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


def group_of(updated: float, today: date) -> tuple[str, str]:
    """``(key, label)`` of the group for a conversation of time ``updated`` (seconds since 1970)."""
    day = datetime.fromtimestamp(updated).date()
    if day >= today:  # a clock that was set back must not hide a conversation
        return "today", tr("Today")
    if day == today - timedelta(days=1):
        return "yesterday", tr("Yesterday")
    if day > today - timedelta(days=7):
        return "week", tr("Last 7 days")
    month = QDate(day.year, day.month, 1)
    words = ui_locale().toString(month, tr("MMMM") if day.year == today.year else tr("MMMM yyyy"))
    return f"{day.year}-{day.month:02d}", words


def short_time(updated: float, today: date) -> str:
    """The clock for today and yesterday, the weekday for this week, the day for this year, else the date."""
    moment = datetime.fromtimestamp(updated)
    locale = ui_locale()
    when = QDateTime.fromSecsSinceEpoch(int(updated))
    if moment.date() >= today - timedelta(days=1):
        return locale.toString(when.time(), QLocale.FormatType.ShortFormat)
    if moment.date() > today - timedelta(days=7):
        return locale.toString(when.date(), tr("dddd"))
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
