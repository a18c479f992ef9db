"""Joins the parts of the Models pane: widgets, library, downloads and engine."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.messages import Failed
from desktop_app.core.paths import Paths
from desktop_app.core.settings import Settings
from desktop_app.library.installed import Installed
from desktop_app.library.memory import fit
from desktop_app.ui.chat.links import LinkOpener
from desktop_app.ui.data_page import open_folder
from desktop_app.ui.model_picker import ModelChoice, ModelPicker
from desktop_app.ui.models.drop_area import DropArea
from desktop_app.ui.models.engine_facts import EngineFacts
from desktop_app.ui.models.fetching import Fetching
from desktop_app.ui.models.keeper import Keeper
from desktop_app.ui.models.pane import ModelsPane
from desktop_app.ui.models.shelf import Shelf, read_shelf
from desktop_app.ui.numbers import bytes_text
from desktop_app.ui.window import MainWindow
from desktop_app.worker.downloads import DownloadState
from desktop_app.worker.engine_worker import EngineWorker
from desktop_app.worker.lane import Lane
