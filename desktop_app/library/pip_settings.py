"""Where this user's pip looks for packages: read the way pip reads it, without pip.

The order is pip's own (https://pip.pypa.io/en/stable/topics/configuration/): the system's files, the
user's, the environment's, ``PIP_CONFIG_FILE``, then ``PIP_…`` variables; what comes later counts.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

INDEX = "https://pypi.org/simple"
_SECTIONS = ("global", "download")


@dataclass(frozen=True, slots=True)
class PipSettings:
    """``indexes`` in the order in which they are asked, none with ``no-index``; ``find_links`` are
    folders, pages and files; ``cert`` a file of certificates."""

    indexes: tuple[str, ...] = (INDEX,)
    find_links: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    proxy: str = ""
    cert: str = ""


def read_pip_settings(
    environment: Mapping[str, str] | None = None, files: tuple[Path, ...] | None = None
) -> PipSettings:
    """Never raises: a file that cannot be read is passed over, as one that is not there."""
    environment = os.environ if environment is None else environment
    values: dict[str, str] = {}
    for path in config_files(environment) if files is None else files:
        values |= _read(path)
    for name, value in environment.items():
        if name.startswith("PIP_") and value:
            values[name[4:].lower().replace("_", "-")] = value
    indexes = (values.get("index-url", INDEX), *values.get("extra-index-url", "").split())
    if _is_true(values.get("no-index", "")):
        indexes = ()
    return PipSettings(
        tuple(dict.fromkeys(index.strip().rstrip("/") for index in indexes if index.strip())),
        tuple(values.get("find-links", "").split()),
        tuple(host.split(":")[0].lower() for host in values.get("trusted-host", "").split()),
        values.get("proxy", "").strip(),
        values.get("cert", "").strip(),
    )


def config_files(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where pip looks for settings on this system, later files winning (pip's "Configuration" page)."""
    own = environment.get("PIP_CONFIG_FILE", "")
    if own == os.devnull:
        return ()  # pip's way to read none at all
    home = Path.home()
    if sys.platform == "win32":
        places = [
            Path(environment.get("PROGRAMDATA", "C:\\ProgramData"), "pip", "pip.ini"),
            home / "pip" / "pip.ini",
            Path(environment.get("APPDATA", str(home)), "pip", "pip.ini"),
            Path(sys.prefix, "pip.ini"),
        ]
    elif sys.platform == "darwin":
        support = Path("Library", "Application Support", "pip")
        personal = home / support if (home / support).is_dir() else home / ".config" / "pip"
        places = [
            Path("/") / support / "pip.conf",
            home / ".pip" / "pip.conf",
            personal / "pip.conf",
            Path(sys.prefix, "pip.conf"),
        ]
    else:
        shared = environment.get("XDG_CONFIG_DIRS", "") or "/etc/xdg"
        personal = Path(environment.get("XDG_CONFIG_HOME", "") or home / ".config")
        places = [
            *(Path(folder, "pip", "pip.conf") for folder in shared.split(os.pathsep)),
            Path("/etc/pip.conf"),
            home / ".pip" / "pip.conf",
            personal / "pip" / "pip.conf",
            Path(sys.prefix, "pip.conf"),
        ]
    return (*places, *([Path(own)] if own else []))


def _read(path: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, configparser.Error):
        return {}
    found: dict[str, str] = {}
    for section in _SECTIONS:
        if parser.has_section(section):
            items = parser.items(section)
            found |= {name.lower().replace("_", "-"): value for name, value in items if value}
    return found


def _is_true(value: str) -> bool:
    return value.strip().lower() in ("1", "true", "yes", "on", "y", "t")
