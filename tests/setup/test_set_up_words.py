"""Set-up speaks both languages: its own small catalogue is complete, and is used."""

from __future__ import annotations

import ast
import json
import os
import string
import subprocess
import sys
from pathlib import Path


def literals(root: Path) -> set[str]:
    found = set()
    for path in (root / "packaging" / "inkhorn_setup").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                assert isinstance(node.args[0], ast.Constant), f"{path}: tr() needs a literal"
                found.add(node.args[0].value)
    return found


def test_every_string_has_its_chinese_and_none_is_left_over(root: Path) -> None:
    catalogue = json.loads((root / "packaging" / "inkhorn_setup" / "zh_CN.json").read_text(encoding="utf-8"))
    assert set(catalogue) == literals(root)
    for english, chinese in catalogue.items():
        names = [{name for _, name, _, _ in string.Formatter().parse(t) if name} for t in (english, chinese)]
        assert names[0] == names[1], english


def test_the_users_language_is_spoken(root: Path) -> None:
    code = (
        "import sys\n"
        f"sys.path[:0] = [{str(root)!r}, {str(root / 'packaging')!r}]\n"
        "from inkhorn_setup import doors\n"
        "sys.exit(doors.say_no_display())\n"
    )
    for language, said in {"zh_CN.UTF-8": "可以在终端里对话", "C.UTF-8": "Chat on the terminal"}.items():
        environment = {**os.environ, "LC_ALL": language, "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            encoding="utf-8",
            env=environment,
            check=False,
        )
        assert done.returncode == 1
        assert said in done.stderr
        assert 'python3 run.py chat "…"' in done.stderr
