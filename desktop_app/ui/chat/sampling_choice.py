"""Which sampling a conversation uses: its own choice, or the one of the settings. Pure functions."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from desktop_app.core.sampling import PRESETS, SAMPLING_FIELDS, Sampling
from desktop_app.core.settings import Settings


def default_choice(settings: Settings) -> tuple[str, Sampling]:
    """Preset name (or "custom") and numbers that new conversations take."""
    if settings.preset in PRESETS:
        return settings.preset, replace(PRESETS[settings.preset], max_tokens=settings.reply_reserve)
    custom = _from_values(settings.custom_sampling)
    return "custom", replace(custom, max_tokens=settings.reply_reserve)


def choice_of(sampling_json: str, settings: Settings) -> tuple[str, Sampling]:
    """A conversation's own choice. Damaged or unknown values fall back to the settings."""
    if not sampling_json:
        return default_choice(settings)
    try:
        values = json.loads(sampling_json)
    except ValueError:
        return default_choice(settings)
    if not isinstance(values, dict):
        return default_choice(settings)
    name = str(values.pop("preset", "custom"))
    if name in PRESETS:
        return name, replace(PRESETS[name], max_tokens=settings.reply_reserve)
    return "custom", _from_values(values)


def to_json(preset: str, sampling: Sampling) -> str:
    if preset in PRESETS:
        return json.dumps({"preset": preset})
    return json.dumps({"preset": "custom", **asdict(sampling)}, ensure_ascii=False)


def _from_values(values: dict[str, Any]) -> Sampling:
    known = {name: values[name] for name in SAMPLING_FIELDS if name in values}
    if isinstance(known.get("stop"), list):
        known["stop"] = tuple(str(text) for text in known["stop"])
    try:
        return Sampling(**known)
    except (TypeError, ValueError):
        return Sampling()
