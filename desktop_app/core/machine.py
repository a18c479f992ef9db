"""What this computer has: cores and memory. Standard library only."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import subprocess
from pathlib import Path

from desktop_app.core.errors import InkhornError

_CPUINFO = Path("/proc/cpuinfo")
_CPUS = Path("/sys/devices/system/cpu")


def physical_cores() -> int:
    """Cores that this process may use, hyper-threads not counted, and not more than its container has
    processor time for: threads beyond that only wait for each other. 0 where the system does not say."""
    if platform.system() != "Linux":
        return 0
    usable = os.sched_getaffinity(0)
    siblings: set[str] = set()
    for number in usable:
        try:
            text = (_CPUS / f"cpu{number}/topology/thread_siblings_list").read_text(encoding="ascii")
        except OSError:
            text = str(number)
        siblings.add(text.strip())
    share = _cgroup_cores()
    return max(1, len(siblings) if share is None else min(len(siblings), round(share)))


def _cgroup_cores(folder: Path = Path("/sys/fs/cgroup")) -> float | None:
    """The processors' time that the container may take, in cores; None without a limit."""
    try:
        if (folder / "cpu.max").exists():  # version 2
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        else:
            quota = (folder / "cpu" / "cpu.cfs_quota_us").read_text(encoding="ascii")
            period = (folder / "cpu" / "cpu.cfs_period_us").read_text(encoding="ascii")
        return int(quota) / int(period) if int(quota) > 0 and int(period) > 0 else None
    except (OSError, ValueError):
        return None  # no limit ("max"), or not in a container


def cpu_kind() -> str:
    """The instruction set that decides how weights are packed, as far as it shows without torch."""
    asked = os.environ.get("ATEN_CPU_CAPABILITY", "")
    if asked:
        return "".join(letter for letter in asked.lower() if letter.isalnum())
    try:
        flags = set(re.findall(r"^flags\s*:(.*)$", _CPUINFO.read_text(), re.MULTILINE)[0].split())
    except (OSError, IndexError, UnicodeDecodeError):
        return platform.machine().lower() or "cpu"
    if flags >= {"avx512f", "avx512bw", "avx512vl", "avx512dq"}:
        return "avx512"
    return "avx2" if "avx2" in flags else "plain"


def total_memory() -> int | None:
    """Bytes of memory that this process may use at most, within the container's limit; None if not known."""
    if platform.system() == "Windows":
        return _windows_memory()[0]
    try:
        built_in = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None
    limit = _cgroup_limit()
    return built_in if limit is None else min(built_in, limit)


def free_memory() -> int | None:
    """Bytes that can be had without swapping, within the container's limit; None if not known."""
    if platform.system() == "Linux":
        found = [value for value in (_meminfo_available(), _cgroup_left()) if value is not None]
        return min(found) if found else None
    if platform.system() == "Windows":
        return _windows_memory()[1]
    if platform.system() == "Darwin":
        return _macos_available()
    return None


def check_memory(needed: int) -> None:
    """Raises InkhornError of kind ``memory`` with ``needed_bytes`` and ``free_bytes`` if it is too much."""
    free = free_memory()
    if free is not None and needed > free:
        raise InkhornError(
            "memory",
            f"Not enough memory for this model: it needs about {needed / 1e9:.1f} GB, "
            f"{free / 1e9:.1f} GB is free.",
            needed_bytes=needed,
            free_bytes=free,
        )


def _meminfo_available() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass  # not known
    return None


def _cgroup_limit(folder: Path = Path("/sys/fs/cgroup")) -> int | None:
    """The container's limit (cgroup v2); None without one."""
    try:
        return int((folder / "memory.max").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None  # no limit ("max"), or no cgroup v2


def _cgroup_left(folder: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What the container's limit leaves; the page cache in it can be given back."""
    limit = _cgroup_limit(folder)
    if limit is None:
        return None
    try:
        used = int((folder / "memory.current").read_text(encoding="ascii"))
        for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines():
            name, value = line.split()
            if name in ("inactive_file", "active_file"):
                used -= int(value)
        return max(0, limit - used)
    except (OSError, ValueError):
        return None


def _macos_available() -> int | None:
    try:
        told = subprocess.run(["/usr/bin/vm_stat"], capture_output=True, text=True, timeout=2, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return _available_of_vm_stat(told.stdout)


def _available_of_vm_stat(told: str) -> int | None:
    """Pages that are free, or hold what is on the disk anyway, as vm_stat(1) counts them."""
    size = re.search(r"page size of (\d+) bytes", told)
    pages = dict(re.findall(r"^Pages (free|inactive|speculative):\s+(\d+)\.", told, re.MULTILINE))
    if size is None or "free" not in pages:
        return None
    return int(size[1]) * sum(map(int, pages.values()))


def _windows_memory() -> tuple[int, int] | tuple[None, None]:
    """Total and available bytes."""

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "available", "a", "b", "c", "d", "e")),
        )

    status = Status()
    status.length = ctypes.sizeof(Status)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 (exists on Windows only)
    if not kernel.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None, None
    return int(status.total), int(status.available)


def own_memory() -> int:
    """Bytes of this process that are in memory; 0 where the system does not say."""
    if platform.system() == "Linux":
        try:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        except (OSError, ValueError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")
    if platform.system() == "Windows":
        return _windows_working_set()
    import resource

    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)  # macOS: bytes, and the most there was


def _windows_working_set() -> int:
    class Counters(ctypes.Structure):
        _fields_ = (
            ("size", ctypes.c_ulong),
            ("faults", ctypes.c_ulong),
            *((name, ctypes.c_size_t) for name in ("peak", "working_set", "a", "b", "c", "d", "e", "f")),
        )

    counters = Counters()
    counters.size = ctypes.sizeof(Counters)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 (exists on Windows only)
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    done = kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.size)
    return int(counters.working_set) if done else 0
