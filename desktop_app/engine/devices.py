"""Where a model can run, and what it is computed in there.

The CPU is always there. A device that is asked for and cannot be used is no failure: the CPU takes
over, and a `Notice` says why.
"""

from __future__ import annotations

import logging

import torch

from desktop_app.core.machine import free_memory
from desktop_app.core.messages import DeviceInfo, Notice

log = logging.getLogger(__name__)

RESERVE = 512 << 20
"""Bytes of a graphics card that are left to the desktop and to what torch needs besides the weights."""


def list_devices() -> tuple[DeviceInfo, ...]:
    """The CPU, then every graphics card that torch can use."""
    found = [DeviceInfo("cpu", "CPU", None, free_memory())]
    if torch.cuda.is_available():
        for number in range(torch.cuda.device_count()):
            free, total = free_of(f"cuda:{number}")
            found.append(DeviceInfo(f"cuda:{number}", torch.cuda.get_device_name(number), total, free))
    if torch.backends.mps.is_available():
        free, total = free_of("mps")
        found.append(DeviceInfo("mps", "Apple GPU", total, free))
    return tuple(found)


def free_of(device: str) -> tuple[int | None, int | None]:
    """Free and total bytes of ``device``, None where it does not say."""
    try:
        if device.startswith("cuda"):
            free, total = torch.cuda.mem_get_info(device)
            return int(free), int(total)
        if device == "mps":
            total = int(torch.mps.recommended_max_memory())
            return total - int(torch.mps.driver_allocated_memory()), total
    except RuntimeError as error:
        log.warning("%s does not tell its memory: %s", device, type(error).__name__)
        return None, None
    return free_memory(), None


def choose(asked: str, needed: int) -> tuple[str, Notice | None]:
    """The device for a model of ``needed`` bytes: the one that is ``asked`` for, or with ``auto`` the
    graphics card with the most free memory where the model fits."""
    here = [device for device in list_devices() if device.id != "cpu"]
    if asked == "cpu" or (asked == "auto" and not here):
        return "cpu", None
    wanted = [d for d in here if asked in ("auto", d.id) or (asked == "cuda" and d.id.startswith("cuda"))]
    if not wanted:
        return "cpu", Notice(
            "device_missing",
            f"The device {asked} is not on this computer: the CPU is used.",
            {"device": asked},
        )
    best = max(wanted, key=lambda device: device.free or 0)
    if best.free is not None and best.free < needed + RESERVE:
        if asked == "auto":
            return "cpu", None
        values = {"device": best.id, "needed_bytes": needed, "free_bytes": best.free}
        message = (
            f"{best.name} has {best.free / 1e9:.1f} GB free and the model needs {needed / 1e9:.1f} GB: "
            "the CPU is used."
        )
        return "cpu", Notice("device_full", message, values)
    return best.id, None


def failed(device: str, error: Exception) -> Notice:
    """What is told when a device breaks while the model is put on it."""
    log.warning("%s failed: %s", device, error)
    return Notice(
        "device_failed",
        f"The device {device} failed ({type(error).__name__}): the CPU is used.",
        {"device": device},
    )


def half(device: str) -> str:
    """The 16-bit type that ``device`` computes in: bfloat16 where it has it, for its range."""
    if device.startswith("cuda") and not torch.cuda.is_bf16_supported(including_emulation=False):
        return "float16"
    return "bfloat16"
