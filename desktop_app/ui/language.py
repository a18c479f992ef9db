"""Switch the interface's language while it runs: our words, and Qt's own (context menus, dialogs)."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QEvent, QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from desktop_app.core.i18n import set_language


def use_language(app: QApplication, choice: str, folder: Path) -> str:
    """Speak ``choice`` ("system", "en", "zh_CN") with the catalogues of ``folder`` (resources/i18n).

    Every widget then gets ``QEvent.Type.LanguageChange``. Returns the language in use.
    """
    used = set_language(_by_the_system() if choice == "system" else choice, folder)
    for old in app.findChildren(QTranslator, "inkhorn_qt_words"):
        app.removeTranslator(old)
        old.deleteLater()
    QLocale.setDefault(QLocale(used))
    translator = QTranslator(app)
    translator.setObjectName("inkhorn_qt_words")
    words = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    # Installing a translator tells every widget; without one (English is built in) we do it.
    if not (translator.load(f"qtbase_{used}", words) and app.installTranslator(translator)):
        translator.deleteLater()
        QApplication.sendEvent(app, QEvent(QEvent.Type.LanguageChange))
    return used


def _by_the_system() -> str:
    """The environment decides where it says something; an app started from the dock or by double-click
    on macOS has no such variables, and Qt knows what the user prefers."""
    if any(os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")):
        return "system"
    first = next(iter(QLocale.system().uiLanguages()), "")
    return "zh_CN" if first.lower().startswith("zh") else "en"
