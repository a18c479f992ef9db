"""What this computer has for models: memory, room on the disk, and devices that compute."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.machine import free_memory, total_memory
from desktop_app.core.messages import DeviceInfo


@dataclass(frozen=True, slots=True)
class Computer:
    """Bytes, None where they are not known. ``free_disk`` is where downloads go; ``devices`` begin with
    the CPU."""

    total_memory: int | None
    free_memory: int | None
    free_disk: int | None
    devices: tuple[DeviceInfo, ...]


def look(downloads: Path, devices: tuple[DeviceInfo, ...] = ()) -> Computer:
    """Measure now. ``downloads`` is the folder that downloads go to, whether it is there yet or not;
    ``devices`` are what the engine has found (`core.messages.ListDevices`): without it only the CPU is
    known, because a graphics card is only seen through torch."""
    total, free = total_memory(), free_memory()
    if not devices:
        devices = (DeviceInfo("cpu", platform.processor() or platform.machine(), total, free),)
    return Computer(total, free, free_disk(downloads), devices)


def free_disk(folder: Path) -> int | None:
    """Bytes free where ``folder`` is, or would be made."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None
