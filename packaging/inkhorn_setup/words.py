"""The words of set-up in the user's language: the app's own `tr`, with a catalogue beside this file."""

from __future__ import annotations

from pathlib import Path

from desktop_app.core.i18n import set_language, tr

set_language("system", Path(__file__).resolve().parent)

__all__ = ["tr"]
