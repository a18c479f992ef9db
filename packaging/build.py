"""Build the installed app: ``python3 run.py package``. The result is in ``dist/``.

Everywhere: ``dist/inkhorn/``, one folder that runs where it is put. On Linux with dpkg-deb also a .deb.
Windows and macOS wrap the folder with ``packaging/windows/build.ps1`` and ``packaging/macos/build.sh``.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

# Symbols that only a debugger reads: a fifth of torch.
STRIPPED = ("torch/lib/libtorch_cpu.so", "torch/lib/libtorch_python.so", "libpython3.*.so.1.0")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python3 run.py package", description=__doc__)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", metavar="FOLDER", help="where to build")
    parser.add_argument("--folder-only", action="store_true", help="no .deb")
    options = parser.parse_args(arguments)
    dist: Path = options.dist.resolve()
    began = time.monotonic()
    folder = build_folder(dist, dist / "work")
    tell(f"{folder}: {size_of(folder) / 1e6:.0f} MB", began)
    if sys.platform == "linux" and shutil.which("dpkg-deb") and not options.folder_only:
        from debian import build_deb

        deb = build_deb(folder, dist)
        tell(f"{deb}: {deb.stat().st_size / 1e6:.0f} MB", began)
    return 0


def build_folder(dist: Path, work: Path) -> Path:
    """Run PyInstaller, add the licences, strip, and start the result once. Returns the folder."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(dist), "--workpath", str(work), str(HERE / "inkhorn.spec")]
    subprocess.run(command, cwd=ROOT, check=True)
    folder = dist / "inkhorn"
    from notices import write_notices

    write_notices(folder / "THIRD-PARTY.txt", HERE / "requirements.txt")
    if sys.platform == "linux":
        strip(folder)
    program = folder / ("inkhorn-cli.exe" if sys.platform == "win32" else "inkhorn")
    subprocess.run([str(program), "--version"], check=True, timeout=120)
    return folder


def strip(folder: Path) -> None:
    if shutil.which("strip") is None:
        return
    for pattern in STRIPPED:
        for library in (folder / "_internal").glob(pattern):
            subprocess.run(["strip", "--strip-unneeded", str(library)], check=True)


def size_of(folder: Path) -> int:
    """Bytes of all files below ``folder``; links count as nothing."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def tell(text: str, began: float) -> None:
    print(f"{text}, after {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
