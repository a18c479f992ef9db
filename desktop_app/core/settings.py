"""The user's settings: declared once, read leniently, written whole or not at all."""

from __future__ import annotations

import json
import os
import types
import typing
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from desktop_app.core.files import write_atomically

Theme = Literal["system", "light", "dark"]
Language = Literal["system", "en", "zh_CN"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Every option of the app with its default. Values are replaced, never changed in place
    (`dataclasses.replace`)."""

    welcomed: bool = False
    theme: Theme = "system"
    language: Language = "system"
    text_size: int = 15  # px, of what is read
    reading_font: Literal["system", "serif"] = "system"
    send_with: Literal["enter", "ctrl_enter"] = "enter"
    preset: str = "balanced"  # key of PRESETS, or "custom"
    custom_sampling: dict[str, Any] = field(default_factory=dict)
    reply_reserve: int = 1024  # tokens of the context kept free for the reply, = max_tokens
    system_prompt: str = ""
    threads: int = 0  # 0: one per physical core
    models: dict[str, Any] = field(default_factory=dict)  # task to the id of the installed model in use
    device: str = "auto"  # as in core.messages.Load
    precision: str = "auto"
    idle_minutes: int = 15  # without use, after which a model gives its memory back; 0: never
    cache_megabytes: int = 0  # for the KV caches of several conversations; 0: a share of the free memory
    offline: bool = False  # the lock: nothing connects
    hub_endpoint: str = ""  # a mirror of the model hub; empty: huggingface.co
    proxy: str = ""  # for downloads; empty: as the system says
    package_index: str = ""  # a mirror of the package index; empty: as pip is set up
    confirm_links: bool = True
    window: dict[str, Any] = field(default_factory=dict)  # geometry, folded lists, last conversation


LIMITS: dict[str, tuple[int, int]] = {
    "text_size": (12, 28),
    "reply_reserve": (1, 131072),
    "threads": (0, 1024),
    "idle_minutes": (0, 24 * 60),
    "cache_megabytes": (0, 1 << 20),
}


def load_settings(path: Path) -> Settings:
    """Settings from ``path``; what is missing, unknown, of the wrong type or out of `LIMITS` takes its
    default, and a file that is not JSON is kept beside as ``settings.damaged.json``."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, RecursionError):
        with_suffix = path.with_suffix(".damaged.json")
        try:
            os.replace(path, with_suffix)
        except OSError:
            pass  # a read-only folder: the defaults still open the app
        return Settings()
    if not isinstance(raw, dict):
        return Settings()
    hints = typing.get_type_hints(Settings)
    known = {f.name: raw[f.name] for f in fields(Settings) if f.name in raw}
    fitting = {name: value for name, value in known.items() if _fits(value, hints[name])}
    for name, (low, high) in LIMITS.items():
        if name in fitting and not low <= fitting[name] <= high:
            del fitting[name]
    return Settings(**fitting)


def save_settings(settings: Settings, path: Path) -> None:
    """Write atomically: a new file beside it, synced, then renamed over the old. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(asdict(settings), ensure_ascii=False, indent=2).encode())


def _fits(value: Any, hint: Any) -> bool:
    origin = typing.get_origin(hint)
    if origin is Literal:
        return value in typing.get_args(hint)
    if origin in (dict, list):
        return isinstance(value, origin)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, arg) for arg in typing.get_args(hint))
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)
