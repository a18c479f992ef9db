"""Numbers with their units, in the language of the interface."""

from __future__ import annotations

from desktop_app.core.i18n import tr


def bytes_text(count: int) -> str:
    """``412 MB``, ``1.7 GB``: powers of 1000, as disks and system monitors count."""
    if count < 1_000_000:
        return tr("{number} kB", number=max(1, round(count / 1e3)) if count else 0)
    if count < 1_000_000_000:
        return tr("{number} MB", number=f"{count / 1e6:.0f}")
    return tr("{number} GB", number=f"{count / 1e9:.1f}")


def speed_text(tokens_per_s: float) -> str:
    """``92 tokens/s``; one decimal below 10."""
    number = f"{tokens_per_s:.1f}" if tokens_per_s < 10 else f"{tokens_per_s:.0f}"
    return tr("{number} tokens/s", number=number)


def device_text(device: str, threads: int = 0) -> str:
    """``CPU · 2 threads``, ``GPU · NVIDIA …``: ``device`` as the engine names it (cpu, cuda…, mps)."""
    kind = device.split(":")[0].lower()
    if kind != "cpu":
        return tr("GPU") if kind in ("cuda", "mps", "xpu") else device
    if threads <= 0:
        return tr("CPU")
    return tr("CPU · 1 thread") if threads == 1 else tr("CPU · {count} threads", count=threads)
