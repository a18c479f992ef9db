"""Composition root: builds every part of the app, joins them, and owns the order of start and end."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop_app import __version__
from desktop_app.core.collector import start_collector
from desktop_app.core.logs import start_logging
from desktop_app.core.offline import lock
from desktop_app.core.paths import make_paths
from desktop_app.core.settings import load_settings
from desktop_app.ui.icons import app_icon
from desktop_app.ui.language import use_language
from desktop_app.ui.qt_messages import log_qt_messages
from desktop_app.ui.single_instance import SingleInstance
from desktop_app.ui.theme import apply_theme

log = logging.getLogger(__name__)


def run_app(arguments: argparse.Namespace) -> int:
    """Open the window and stay until it is closed. Returns the exit status."""
    paths = make_paths(arguments.data_dir)
    for folder in (paths.data, paths.cache):
        _make(folder)
    start_logging(paths.logs, arguments.verbose)
    log_qt_messages()
    app = QApplication([sys.argv[0]])
    app.setApplicationName("Inkhorn")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("inkhorn")
    app.setWindowIcon(app_icon())
    instance = SingleInstance(paths.data, app)
    if not instance.is_first():
        if instance.raise_first():
            return 0
        print("inkhorn: already running, but it does not answer", file=sys.stderr)
        return 1
    settings = load_settings(paths.settings)
    lock(settings.offline)
    use_language(app, settings.language, paths.resources / "i18n")
    apply_theme(app, settings.theme)
    # Imported after the instance check: a second start should cost nothing.
    from desktop_app.desk import Desk
    from desktop_app.signals import QuitOnSignals

    QuitOnSignals(app)
    desk = Desk(app, paths, settings)
    instance.raise_asked.connect(desk.window.come_forward)
    desk.start()
    log.info("window shown")
    start_collector()
    status = app.exec()
    desk.stop()
    return status


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        # Not the end: the window opens and says that nothing can be kept.
        print(f"inkhorn: {folder}: {error}", file=sys.stderr)
