"""Run pip in the environment: show what it does, keep its words, and explain its failures."""

from __future__ import annotations

import collections
import os
import re
import subprocess

from inkhorn_setup.report import Report
from inkhorn_setup.state import Place
from inkhorn_setup.words import tr

_LINES_KEPT = 12
_DOWNLOAD = re.compile(r"^\s*Downloading (?:\S*/)?(\S+?)(?:\.metadata)? \(([\d.]+) (kB|MB|GB)\)")
_LOCAL_FILE = re.compile(r"^Processing (\S*?([^/\\\s]+\.(?:whl|gz|zip)))\s*$")
_PROGRESS = re.compile(r"^Progress (\d+) of (\d+)")


class SetupError(Exception):
    """A step failed: ``what`` in one sentence, the last ``lines`` of output, and the ``way`` on."""

    def __init__(self, what: str, lines: list[str], way: str) -> None:
        super().__init__(what)
        self.what = what
        self.lines = lines
        self.way = way


def pip(place: Place, arguments: list[str], report: Report, lock: int | None = None) -> None:
    """Run ``pip ARGUMENTS`` with the environment's Python and the user's own pip settings (mirrors,
    proxy, certificates). Raises `SetupError`.

    ``lock`` is a file descriptor that pip inherits: should this process be killed, the lock holds until
    the pip that it left behind has ended too.
    """
    command = [place.python, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    if arguments[0] == "install":
        raw = pip_version(place) >= (24, 1)
        command += ["--progress-bar", "raw" if raw else "off", "--no-warn-script-location"]
    last = run(command, report, log=place.log, environment=_environment(), lock=lock)
    if last is not None:
        raise explain(last)


def run(
    command: list[str],
    report: Report,
    log: str,
    environment: dict[str, str] | None = None,
    lock: int | None = None,
) -> list[str] | None:
    """Run ``command``, with its output shown in short and written to ``log``. None if it went well,
    else the last lines of its output."""
    kept: collections.deque[str] = collections.deque(maxlen=_LINES_KEPT)
    with open(log, "a", encoding="utf-8") as file:
        file.write("$ " + " ".join(command) + "\n")
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            encoding="utf-8",
            errors="replace",
            pass_fds=() if lock is None or os.name == "nt" else (lock,),
        )
        assert child.stdout is not None
        try:
            for line in child.stdout:
                if _PROGRESS.match(line):
                    _show(line, report)
                    continue
                file.write(line)
                if line.strip():
                    if kept and line.startswith("WARNING: Retrying") and kept[-1].startswith(line[:17]):
                        kept.pop()  # one of a row of the same is enough to read
                    kept.append(line.rstrip())
                    _show(line, report)
        except KeyboardInterrupt:
            child.wait()  # it has had the same Ctrl+C and puts its things in order
            raise
        return None if child.wait() == 0 else list(kept)


def explain(lines: list[str]) -> SetupError:
    """The cause in the user's words, found in pip's own: the disk, the network, the index, or unknown."""
    text = "\n".join(lines)
    if re.search(r"No space left|Errno 28|not enough space|Disk quota exceeded", text, re.IGNORECASE):
        return SetupError(
            tr("The disk is full."),
            lines,
            tr("Make room (about 2 GB here, and as much in the folder for temporary files)."),
        )
    if re.search(r"Errno 13|Permission denied|Read-only file system|Access is denied", text):
        return SetupError(
            tr("A folder cannot be written to."),
            lines,
            tr("See that this folder and everything in it belongs to you."),
        )
    network = (
        r"ConnectionError|Connection (?:refused|reset|broken|aborted)|NewConnectionError|Max retries|"
        r"timed out|Timeout|name resolution|getaddrinfo|ProxyError|Tunnel connection|SSLError|"
        r"CERTIFICATE|Network is unreachable|IncompleteRead|HTTP error 5|Server Error|403 Client Error"
    )
    if re.search(network, text):
        return SetupError(
            tr(
                "The packages could not be fetched: the network, or a proxy in it, does not let them through."
            ),
            lines,
            tr(
                "See that you are online; behind a proxy set HTTPS_PROXY; where the package index is slow or "
                "blocked choose a mirror, for example: {command}",
                command="pip config set global.index-url https://pypi.tuna.tsinghua.edu.cn/simple",
            ),
        )
    if re.search(r"No matching distribution|Could not find a version", text):
        return SetupError(
            tr("The package index that pip uses does not have a package in the version that is needed."),
            lines,
            tr(
                "If you use a mirror, it may be behind: try once with {command}",
                command="PIP_INDEX_URL=https://pypi.org/simple",
            ),
        )
    return SetupError(
        tr("pip ended with an error."), lines, tr("Its full words are in {file}.", file=".setup/pip.log")
    )


def pip_version(place: Place) -> tuple[int, ...]:
    """The version of the environment's pip, read from its folder's name, without starting it."""
    for folder, names, _ in os.walk(os.path.join(place.venv, "Lib" if os.name == "nt" else "lib")):
        if os.path.basename(folder) == "site-packages":
            for name in names:
                found = re.match(r"pip-(\d+)\.(\d+).*\.dist-info$", name)
                if found:
                    return int(found[1]), int(found[2])
            return (0,)
    return (0,)


def _show(line: str, report: Report) -> None:
    if found := _PROGRESS.match(line):
        done, whole = int(found[1]), int(found[2])
        if whole:
            report.doing(f"{done / 1e6:.0f} / {whole / 1e6:.0f} MB")
    elif found := _DOWNLOAD.match(line):
        report.doing(found[1])
        if found[3] != "kB" and float(found[2]) >= 1:
            report.line(f"{found[1]}  {found[2]} {found[3]}")
    elif found := _LOCAL_FILE.match(line):
        report.doing(found[2])
        size = os.path.getsize(found[1]) if os.path.isfile(found[1]) else 0
        if size >= 1e6:
            report.line(f"{found[2]}  {size / 1e6:.1f} MB")
    elif line.startswith("Installing collected packages:"):
        report.doing(tr("unpacking"))
        report.line(tr("unpacking packages: {count}", count=line.count(",") + 1))
    elif line.startswith("inkhorn: "):  # from our own helpers, already in the user's words
        report.line(line.removeprefix("inkhorn: ").strip())


def _environment() -> dict[str, str]:
    """The user's variables, without those that would make pip install to another place or hide what
    is installed."""
    unwanted = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "PIP_USER": "0", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
