"""The end of the session reaches the app as a signal, and nothing may be lost by that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Windows tells programs by a message to their windows")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_closes_the_app_as_quit_does(tmp_path: Path, name: str) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "desktop_app", "--data-dir", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert child.stdout is not None
    log, mark = tmp_path / "logs" / "inkhorn.log", tmp_path / "inkhorn.db.open"
    with child.stdout:
        end = time.monotonic() + PATIENCE_S
        while not (log.exists() and "window shown" in log.read_text(encoding="utf-8") and mark.exists()):
            assert child.poll() is None
            assert time.monotonic() < end, "the window does not come"
            time.sleep(0.05)
        child.send_signal(getattr(signal, name))
        assert child.wait(PATIENCE_S) == 0, child.stdout.read().decode()
        assert child.stdout.read() == b""
    assert not mark.exists(), "the database was not closed"
