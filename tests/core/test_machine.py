"""Cores, memory, and what is said when there is not enough of it."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest
import torch

from desktop_app.core.errors import InkhornError
from desktop_app.core.machine import (
    _available_of_vm_stat,
    _cgroup_cores,
    _cgroup_left,
    _cgroup_limit,
    check_memory,
    cpu_kind,
    free_memory,
    physical_cores,
    total_memory,
)
from desktop_app.engine.failures import failed
from desktop_app.engine.linear import kernel_name


def test_cores_are_between_one_and_all() -> None:
    assert 0 <= physical_cores() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4.0),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({}, None),
    ],
)
def test_a_containers_share_of_the_processors(
    tmp_path: Path, files: dict[str, str], cores: float | None
) -> None:
    """Otherwise a container with 2 of 64 cores runs 64 threads that wait for each other."""
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="ascii")
    assert _cgroup_cores(tmp_path) == cores


def test_free_memory_is_not_more_than_the_system_says() -> None:
    free = free_memory()
    if free is not None:
        assert 0 < free <= psutil.virtual_memory().total


def test_total_memory_is_not_more_than_is_built_in() -> None:
    total, free = total_memory(), free_memory()
    assert total is not None
    assert free is not None
    assert free <= total <= psutil.virtual_memory().total


def test_a_containers_memory(tmp_path: Path) -> None:
    """What it uses less the page cache, which can be given back."""
    assert (_cgroup_limit(tmp_path), _cgroup_left(tmp_path)) == (None, None)
    (tmp_path / "memory.max").write_text("max\n", encoding="ascii")
    (tmp_path / "memory.current").write_text("700\n", encoding="ascii")
    (tmp_path / "memory.stat").write_text("anon 500\nactive_file 150\ninactive_file 50\n", encoding="ascii")
    assert (_cgroup_limit(tmp_path), _cgroup_left(tmp_path)) == (None, None)
    (tmp_path / "memory.max").write_text("1000\n", encoding="ascii")
    assert (_cgroup_limit(tmp_path), _cgroup_left(tmp_path)) == (1000, 500)
    (tmp_path / "memory.current").write_text("9000\n", encoding="ascii")
    assert _cgroup_left(tmp_path) == 0


def test_what_macos_tells_of_its_memory() -> None:
    told = (
        "Mach Virtual Memory Statistics: (page size of 16384 bytes)\n"
        "Pages free:                               10.\n"
        "Pages active:                         186742.\n"
        "Pages inactive:                          200.\n"
        "Pages speculative:                         3.\n"
        "Pages wired down:                     145338.\n"
    )
    assert _available_of_vm_stat(told) == 16384 * 213
    assert _available_of_vm_stat("vm_stat: something else") is None
    assert _available_of_vm_stat(told.replace("Pages free", "Pages of gold")) is None


def test_the_cpu_kind_is_the_kernel_that_torch_takes() -> None:
    if kernel_name():
        assert cpu_kind() in (kernel_name(), "x86_64", "amd64")


def test_too_much_is_refused_with_figures() -> None:
    check_memory(1)
    with pytest.raises(InkhornError) as caught:
        check_memory(1 << 60)
    assert caught.value.kind == "memory"
    assert caught.value.values["needed_bytes"] == 1 << 60
    assert caught.value.values["free_bytes"] < 1 << 60


def test_torchs_own_refusal_is_of_kind_memory() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 55)
    assert failed(1, caught.value).kind == "memory"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MemoryError(), "memory"),
        (OSError(28, "No space left on device"), "disk_full"),
        (PermissionError(13, "Permission denied"), "read_only"),
        (ZeroDivisionError("SECRET"), "internal"),
        (InkhornError("template", "no", why="x"), "template"),
    ],
)
def test_each_error_has_its_kind_and_keeps_the_users_text_to_itself(error: Exception, kind: str) -> None:
    try:
        raise error
    except Exception as raised:  # noqa: BLE001 (the traceback is what is tested)
        event = failed(7, raised)
    assert (event.id, event.kind) == (7, kind)
    assert type(error).__name__ in event.detail
    assert "test_machine" in event.detail
    assert "SECRET" not in event.detail + event.message
