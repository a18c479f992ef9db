"""While a case runs, the process may not run foreign code, write, connect, or read outside its folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FORBIDDEN = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.forkpty",
    "os.startfile",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.chmod",
    "os.link",
    "os.symlink",
    "os.putenv",
    "shutil.",
    "subprocess.Popen",
    "socket.",
    "ctypes.dlopen",
    "pickle.find_class",
    "marshal.load",
    "webbrowser.open",
    "import",
)
_OF_TEMPLATES = ("<template>", "<unknown>")
"""What Jinja calls the code that it makes of a template, and of the traceback of an error in one."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND


class Guard:
    """One per process: an audit hook cannot be taken out again. ``broken`` tells what a case did."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.path.realpath(folder)
        self._on = False
        self.broken: list[str] = []
        sys.addaudithook(self._hook)

    @contextmanager
    def on(self) -> Iterator[None]:
        self._on = True
        try:
            yield
        finally:
            self._on = False

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on:
            return
        why = self._forbidden(event, arguments)
        if why:
            self.broken.append(why)
            raise PermissionError(why)

    def _forbidden(self, event: str, arguments: tuple[Any, ...]) -> str:
        if event == "exec" and arguments[0].co_filename not in _OF_TEMPLATES:
            return f"code of {arguments[0].co_filename} was run"
        if event == "compile" and arguments[1] not in _OF_TEMPLATES:
            return f"{arguments[1]} was compiled"
        if event == "open":
            return self._forbidden_file(*arguments)
        if event.startswith(_FORBIDDEN):
            return f"{event} {arguments[:1]}"
        return ""

    def _forbidden_file(self, path: Any, mode: Any, flags: int) -> str:
        if flags & _WRITING:
            return f"{path!r} was opened for writing"
        if isinstance(path, int):
            return ""
        real = os.path.realpath(os.fsdecode(path))
        return "" if real.startswith(self._folder + os.sep) else f"{real} was read"
