"""Which adapters are switched on for a model, as the settings have it.

``Settings.models["adapters"]`` is ``{base id: {adapter id: {"on": bool, "scale": float}}}``, with the ids of
`library.installed`. It comes from a file that people can edit, so nothing in it is taken on faith.
"""

from __future__ import annotations

from typing import Any

from desktop_app.core.messages import Adapter
from desktop_app.core.settings import Settings
from desktop_app.library.fitting import adapter_fits
from desktop_app.library.installed import Installed

STRONGEST = 1.5  # the most that an adapter can be turned up to


def kept_adapters(settings: Settings, base_id: str) -> dict[str, tuple[bool, float]]:
    """For each adapter that was ever set for ``base_id``: whether it is on, and its strength."""
    of_all = settings.models.get("adapters")
    of_base = of_all.get(base_id) if isinstance(of_all, dict) else None
    if not isinstance(of_base, dict):
        return {}
    return {key: _read(value) for key, value in of_base.items() if isinstance(value, dict)}


def with_adapter(settings: Settings, base_id: str, adapter_id: str, on: bool, scale: float) -> dict[str, Any]:
    """``settings.models`` with one adapter of ``base_id`` set."""
    of_all = settings.models.get("adapters")
    of_all = dict(of_all) if isinstance(of_all, dict) else {}
    of_base = {key: {"on": o, "scale": s} for key, (o, s) in kept_adapters(settings, base_id).items()}
    of_all[base_id] = {**of_base, adapter_id: {"on": on, "scale": scale}}
    return {**settings.models, "adapters": of_all}


def adapters_of(settings: Settings, base_id: str, installed: tuple[Installed, ...]) -> tuple[Adapter, ...]:
    """What the engine is to run ``base_id`` with; adapters that are gone, or do not fit, are left out."""
    kept = kept_adapters(settings, base_id)
    base = next((one for one in installed if one.id == base_id), None)
    return tuple(
        Adapter(str(one.path), kept[one.id][1])
        for one in fitting_adapters(base, installed)
        if one.state == "present" and kept.get(one.id, (False, 0.0))[0]
    )


def fitting_adapters(base: Installed | None, installed: tuple[Installed, ...]) -> tuple[Installed, ...]:
    """The adapters that can be switched on for ``base``, damaged ones too."""
    return () if base is None else tuple(one for one in installed if adapter_fits(one, base))


def _read(value: dict[str, Any]) -> tuple[bool, float]:
    scale = value.get("scale", 1.0)
    if not isinstance(scale, int | float) or isinstance(scale, bool):
        scale = 1.0
    return bool(value.get("on")), min(STRONGEST, max(0.0, float(scale)))
