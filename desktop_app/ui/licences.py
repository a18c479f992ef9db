"""What the app is built from, and under which licences; and what to tell when something is wrong."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from PySide6.QtCore import qVersion

from desktop_app import __version__
from desktop_app.core.i18n import mark

LIBRARIES = (
    "PySide6_Essentials",
    "torch",
    "safetensors",
    "tokenizers",
    "transformers",
    "sentencepiece",
    "llguidance",
    "sympy",
    "mpmath",
    "regex",
    "huggingface_hub",
    "keyring",
    "Jinja2",
    "numpy",
    "platformdirs",
    "markdown-it-py",
    "Pygments",
    "ziamath",
    "ziafont",
    "python-docx",
    "psutil",
    "pypdf",
    "charset-normalizer",
    "lxml",
    "OpenCC",
    "sacrebleu",
)


_IN_WORDS = (
    mark("Apache-2.0 and CNRI-Python"),
    mark("BSD-3-Clause, and others in its parts"),
    mark("ISC, and MIT for those from Feather"),
    mark("MIT; its fonts SIL OFL 1.1"),
)
"""The entries of resources/licences.json that are more than a licence's name."""


@dataclass(frozen=True, slots=True)
class Licensed:
    name: str
    version: str
    licence: str
    address: str


def licences(file: Path) -> list[Licensed]:
    """The libraries that are installed; in a frozen app, where they have lost their descriptions, what
    ``file`` (resources/licences.json) says of them."""
    recorded = {entry["name"]: Licensed(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))}
    found = []
    for name in LIBRARIES:
        try:
            installed = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            if name in recorded:
                found.append(recorded[name])
            continue
        known = recorded.get(name)
        found.append(
            Licensed(
                name,
                str(installed["Version"]),
                known.licence if known else "?",
                known.address if known else "",
            )
        )
    found += [entry for name, entry in recorded.items() if name not in LIBRARIES]
    return found


def diagnostics(extra: dict[str, str]) -> str:
    """Versions and the machine, for a report of a fault. Nothing of what the user wrote."""
    lines = {
        "Inkhorn": __version__,
        "Python": platform.python_version(),
        "Qt": qVersion() or "?",
        "System": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Installed": "frozen" if getattr(sys, "frozen", False) else "from source",
    }
    for name in ("torch", "PySide6_Essentials", "tokenizers", "safetensors"):
        try:
            lines[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            lines[name] = "not found"
    return "\n".join(f"{name}: {value}" for name, value in {**lines, **extra}.items())
