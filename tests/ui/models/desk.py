"""What somebody does at the desk of models: files dropped, buttons pressed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from desktop_app.ui.models.drop_area import _Cover
from tests.engine.gguf_writer import write_gguf
from tests.ui.models.conftest import User

Open = Callable[..., User]


def a_gguf(folder: Path, name: str = "Mine") -> Path:
    """A file with a whole header; what its weights are matters to the engine alone."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"general.architecture": "llama", "general.name": name, "general.license": "mit"}
    weights = np.zeros((64, 64), np.float32)
    return write_gguf(folder / f"{name}.gguf", head, {"token_embd.weight": ("F32", weights)})


def an_adapter(folder: Path, base: str = "maker/Mine") -> Path:
    folder.mkdir(parents=True)
    config = {"peft_type": "LORA", "r": 8, "base_model_name_or_path": base}
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    head = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    (folder / "adapter_model.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + bytes(8))
    return folder


def drop(user: User, *paths: Path) -> None:
    """As the system delivers it: to the window's handle, wherever the pointer is."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    handle = user.window.windowHandle()
    no_keys, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, left, no_keys)
    QApplication.sendEvent(handle, enter)
    assert user.window.findChild(_Cover).isVisible()
    event = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, left, no_keys)
    QApplication.sendEvent(handle, event)
    assert not user.window.findChild(_Cover).isVisible()


def texts(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def press(widget: QWidget, words: str) -> None:
    found = [b for b in widget.findChildren(QPushButton) if b.text() == words and b.isVisibleTo(widget)]
    QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)


def add(user: User, path: Path, how: str = "Copy to Inkhorn’s models") -> str:
    """Drop ``path`` and take it in; returns its id."""
    before = set(user.rows())
    drop(user, path)
    user.wait(lambda: user.pane.card.phase() == "found", "the card")
    press(user.pane.card, how)
    user.wait(lambda: set(user.rows()) - before, "the new model")
    return (set(user.rows()) - before).pop()
