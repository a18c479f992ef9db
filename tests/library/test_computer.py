from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from desktop_app.core.messages import DeviceInfo
from desktop_app.library.computer import free_disk, look


def test_this_computer(tmp_path: Path) -> None:
    found = look(tmp_path / "not" / "there" / "yet")
    assert found.total_memory is not None
    assert found.free_memory is not None
    assert 0 < found.free_memory <= found.total_memory
    assert found.free_disk is not None
    assert 0 < found.free_disk <= shutil.disk_usage(tmp_path).total
    (cpu,) = found.devices
    assert (cpu.id, cpu.total, cpu.free) == ("cpu", found.total_memory, found.free_memory)
    assert cpu.name


def test_what_the_engine_found_is_taken_over(tmp_path: Path) -> None:
    devices = (DeviceInfo("cpu", "c", 8, 4), DeviceInfo("cuda", "g", 24, 20))
    assert look(tmp_path, devices).devices == devices


def test_a_disk_that_does_not_tell(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    assert free_disk(file / "below a file") is None or os.name == "nt"


def test_looking_needs_neither_torch_nor_qt(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from desktop_app.library.computer import look; "
        "from desktop_app.library.memory import fit; look(Path(sys.argv[1])); "
        "print(*(name for name in ('torch', 'PySide6', 'numpy') if name in sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == []
