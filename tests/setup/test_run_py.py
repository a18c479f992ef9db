"""`run.py` itself: readable by any Python, clear to an old one."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOORS = """
import sys
def main(root, arguments):
    print("%d.%d" % sys.version_info[:2], *arguments)
    return 7
"""


def old_pythons() -> list[str]:
    """Interpreters before 3.11 that this machine happens to have."""
    named = [shutil.which(f"python{version}") for version in ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10")]
    managed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/*/bin/python")
    ask = "import sys; sys.exit(sys.version_info >= (3, 11))"
    return [
        path
        for path in (*filter(None, named), *map(str, managed))
        if subprocess.run([path, "-c", ask], capture_output=True, check=False).returncode == 0
    ]


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Path:
    """A checkout with the real `run.py` and doors that only say that they were reached."""
    shutil.copy(root / "run.py", tmp_path)
    doors = tmp_path / "packaging" / "inkhorn_setup" / "doors.py"
    doors.parent.mkdir(parents=True)
    doors.write_text(DOORS, encoding="utf-8")
    (doors.parent / "__init__.py").write_text("", encoding="utf-8")
    return tmp_path


def test_python_3_6_can_read_it(root: Path) -> None:
    source = (root / "run.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))
    assert not re.search(r"\bf[\"']|:=|->|print\(\*", source)  # nor anything else that is newer than Python 2
    assert source.isascii()


def pretend(checkout: Path, version: tuple[int, int, int], path: str) -> subprocess.CompletedProcess[str]:
    """`run.py` under an interpreter that says it is ``version``, with ``path`` as its PATH."""
    code = (
        "import runpy, sys\n"
        f"sys.version_info = {version}\n"
        f"sys.argv = ['run.py', 'chat', 'x']\n"
        f"runpy.run_path({str(checkout / 'run.py')!r}, run_name='__main__')\n"
    )
    environment = {**os.environ, "PATH": path}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13), (3, 15, 0)])
def test_a_python_that_will_not_do_gets_one_sentence(
    checkout: Path, tmp_path: Path, version: tuple[int, int, int]
) -> None:
    done = pretend(checkout, version, str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("Inkhorn needs Python 3.11 to 3.14, and this is Python ")
    assert "{}.{}".format(*version) in done.stderr
    assert sys.executable in done.stderr


def test_a_better_python_on_the_path_takes_over(checkout: Path, tmp_path: Path) -> None:
    here = "python{}.{}".format(*sys.version_info)
    (tmp_path / here).symlink_to(sys.executable)
    done = pretend(checkout, (3, 9, 2), str(tmp_path))
    assert done.returncode == 7, done.stderr
    assert done.stdout == "{}.{} chat x\n".format(*sys.version_info)


def test_a_name_on_the_path_that_does_not_run_is_passed_over(checkout: Path, tmp_path: Path) -> None:
    shim = tmp_path / "python3.12"  # as pyenv leaves for versions that are not chosen
    shim.write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    assert pretend(checkout, (3, 9, 2), str(tmp_path)).returncode == 1


def test_the_real_old_interpreters_of_this_machine(checkout: Path, tmp_path: Path) -> None:
    # None may be here; then the pretended ones above have to do.
    for python in old_pythons():
        command = [python, str(checkout / "run.py")]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)}
        )
        assert (done.returncode, done.stdout) == (1, ""), python
        assert done.stderr.startswith("Inkhorn needs Python 3.11 to 3.14"), python


def test_a_python_that_will_do_reaches_the_doors(checkout: Path) -> None:
    command = [sys.executable, str(checkout / "run.py"), "test", "-k", "x"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 7
    assert done.stdout.endswith(" test -k x\n")
