"""How, and whether, the outside may be reached."""

from __future__ import annotations

import os
from dataclasses import dataclass

from desktop_app.core.errors import InkhornError
from desktop_app.core.settings import Settings

HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class Network:
    """The user's choices. ``hub_endpoint`` is a mirror of the model hub, empty for `HUB` (or what
    ``HF_ENDPOINT`` names); ``proxy`` an address such as ``http://host:port``, empty for the system's
    own; ``package_index`` the base of a simple index, empty for what pip is set up with."""

    offline: bool = False
    hub_endpoint: str = ""
    proxy: str = ""
    package_index: str = ""

    def require(self) -> None:
        """Raises `InkhornError` of kind ``offline`` while the lock is on, or ``HF_HUB_OFFLINE`` is set, by
        which people lock the hub's other tools too. Every way out calls this before it opens anything."""
        if self.offline:
            raise InkhornError("offline", "The offline lock is on: nothing connects to the internet.")
        if os.environ.get("HF_HUB_OFFLINE", "").strip().lower() in ("1", "on", "yes", "true"):
            message = "HF_HUB_OFFLINE is set in the environment: nothing is downloaded."
            raise InkhornError("offline", message, reason="environment")

    @property
    def hub(self) -> str:
        """The address of the hub or of its mirror, without a slash at its end."""
        chosen = self.hub_endpoint.strip() or os.environ.get("HF_ENDPOINT", "").strip() or HUB
        return with_scheme(chosen, "https").rstrip("/")


def with_scheme(address: str, scheme: str) -> str:
    """``address`` as people type it, ``hf-mirror.com`` say, as an address."""
    return address if "://" in address else f"{scheme}://{address}"


def network_from(settings: Settings) -> Network:
    """What the user has chosen in the settings."""
    return Network(settings.offline, settings.hub_endpoint, settings.proxy, settings.package_index)
