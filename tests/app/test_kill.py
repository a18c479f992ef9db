"""kill -9 at any moment loses nothing that was committed, and at most the last second of the rest."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from desktop_app.store.store import open_store
from desktop_app.ui.chat.draft import Draft

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 50
LAST_SECOND_S = 1.0


class Run:
    """One life of the app, from start to kill."""

    def __init__(self, data: Path, seed: int) -> None:
        self.seen: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.app.victim", str(data), str(seed)],
            cwd=ROOT,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if not line.endswith("\n"):
                return  # cut by the kill
            self.seen.append(json.loads(line))
            self._ready.set()
        self._ready.set()

    def kill_after(self, seconds: float) -> float:
        """Kill the app, engine and all, ``seconds`` after it was ready; returns the moment."""
        assert self._ready.wait(60)
        time.sleep(seconds)
        assert self.process.poll() is None, "the app ended by itself"
        moment = time.monotonic()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        self._reader.join(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return moment

    def of(self, what: str) -> list[dict[str, Any]]:
        return [entry for entry in self.seen if entry["what"] == what]


@pytest.mark.slow
def test_fifty_kills(tmp_path: Path, starter_model: Path) -> None:
    # Prepared once, so that the rounds are about typing and streaming.
    subprocess.run(
        [sys.executable, "-m", "desktop_app", "--data-dir", str(tmp_path), "chat", "hi", "--max-tokens", "1"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    rng = random.Random(20260)
    streamed, sent = 0, 0
    expected: dict[int, str] = {}
    for round_number in range(ROUNDS):
        run = Run(tmp_path, round_number)
        moment = run.kill_after(rng.uniform(0.0, 5.0) if round_number % 5 else rng.uniform(0.0, 0.3))
        assert [entry["what"] for entry in run.seen[:1]] == ["ready"], "the app did not come up"
        store, report = open_store(tmp_path / "inkhorn.db")
        try:
            assert report.damaged_file is None
            for entry in run.of("sent"):
                expected[entry["message"]] = entry["text"]
            for message_id, text in expected.items():
                assert store.message(message_id).text == text
            for entry in run.of("shown"):
                if entry["at"] <= moment - LAST_SECOND_S:
                    assert len(store.message(entry["message"]).text) >= entry["length"]
                    streamed += 1
            for entry in run.of("ended"):
                if entry["at"] <= moment - LAST_SECOND_S:
                    assert store.message(entry["message"]).text == entry["text"]
            _check_draft(run, moment, store)
            sent += len(run.of("sent"))
        finally:
            store.close()
    # The test must have hit what it is about: messages under way, replies under way.
    assert sent > ROUNDS / 5
    assert streamed > ROUNDS


def _check_draft(run: Run, moment: float, store: Any) -> None:
    typed = run.of("typed")
    if not typed or not [entry for entry in typed if entry["at"] <= moment - LAST_SECOND_S]:
        return
    settled = [entry for entry in typed if entry["at"] <= moment - LAST_SECOND_S][-1]
    sent_later = [entry for entry in run.of("sent") if entry["at"] >= settled["at"] - 0.1]
    if sent_later:  # it became a message, which is checked above
        return
    kept = Draft.decode(store.draft(settled["conversation"])).typed
    assert kept in {entry["text"] for entry in typed if entry["at"] >= settled["at"]}
