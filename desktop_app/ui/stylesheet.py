"""One stylesheet for the whole interface: the rules of ``resources/themes`` in a theme's colours."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.ui.theme import Theme


def stylesheet(theme: Theme, folder: Path) -> str:
    """The rules for ``theme``; ``folder`` holds them, and each theme's check marks and arrows."""
    rules = (folder / "inkhorn.qss").read_text(encoding="utf-8")
    colours = {f.name: getattr(theme, f.name) for f in fields(theme) if f.name not in ("name", "dark")}
    return Template(rules).substitute(colours, images=(folder / theme.name).as_posix())
