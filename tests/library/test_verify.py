from __future__ import annotations

import hashlib
import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.library.catalogue import ModelFile
from desktop_app.library.verify import check, store_checked


def expected_of(content: bytes) -> ModelFile:
    return ModelFile("tiny.gguf", len(content), hashlib.sha256(content).hexdigest())


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_right_bytes_are_stored_and_progress_is_told(tmp_path: Path, content: bytes) -> None:
    target = tmp_path / "new folder" / "墨.gguf"
    told: list[tuple[int, int]] = []
    store_checked(io.BytesIO(content), target, expected_of(content), lambda *done: told.append(done))
    assert target.read_bytes() == content
    assert told[-1] == (len(content), len(content))
    assert names_in(target.parent) == ["墨.gguf"]
    assert target.stat().st_mode & 0o777 == 0o644
    check(target, expected_of(content))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda good: good[:-1], "ends after"),
        (lambda good: good + b"x", "more than"),
        (lambda good: b"", "ends after 0"),
        (lambda good: b"x" + good[1:], "SHA-256"),
    ],
    ids=["cut", "too long", "empty", "one byte"],
)
def test_wrong_bytes_leave_what_was_there(tmp_path: Path, content: bytes, change, said: str) -> None:
    target = tmp_path / "tiny.gguf"
    target.write_bytes(b"what was there")
    with pytest.raises(InkhornError, match=said) as caught:
        store_checked(io.BytesIO(change(content)), target, expected_of(content))
    assert caught.value.kind == "model_damaged"
    assert target.read_bytes() == b"what was there"
    assert names_in(tmp_path) == ["tiny.gguf"]


def test_check_tells_missing_from_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tiny.gguf"
    with pytest.raises(InkhornError) as caught:
        check(path, expected_of(content))
    assert caught.value.kind == "model_missing"
    path.write_bytes(content[:-1])
    with pytest.raises(InkhornError, match="307,199 bytes instead of 307,200") as caught:
        check(path, expected_of(content))
    assert caught.value.kind == "model_damaged"
    path.write_bytes(content[:-1] + b"?")
    with pytest.raises(InkhornError, match="SHA-256") as caught:
        check(path, expected_of(content))
    assert caught.value.kind == "model_damaged"


STORE = """
import hashlib, io, resource, signal, sys, time
from pathlib import Path
from desktop_app.core.errors import InkhornError
from desktop_app.library.catalogue import ModelFile
from desktop_app.library.verify import store_checked

content = bytes(3_000_000)
expected = ModelFile("m", len(content), hashlib.sha256(content).hexdigest())

class Slow(io.BytesIO):
    def read(self, size=-1):
        if self.tell():
            print("half", flush=True)
            time.sleep(60)
        return super().read(size)
"""


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    code = STORE + (
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))\n"
        "try:\n"
        "    store_checked(io.BytesIO(content), Path(sys.argv[1]), expected)\n"
        "except InkhornError as error:\n"
        "    print(error.kind, '|', error.message, '|', error.values['needed'])\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "model.gguf")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    kind, message, needed = said.strip().split(" | ")
    assert kind == "disk_full"
    assert "it needs 3 MB" in message
    assert "MB is free" in message
    assert needed == "3000000"
    assert names_in(tmp_path) == []


def test_killed_half_way_the_next_run_cleans_up_and_succeeds(tmp_path: Path, content: bytes) -> None:
    target = tmp_path / "model.gguf"
    code = STORE + "store_checked(Slow(content), Path(sys.argv[1]), expected)\n"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "half\n"
        child.send_signal(signal.SIGKILL)
    (left,) = names_in(tmp_path)
    assert left.endswith(".part")
    store_checked(io.BytesIO(content), target, expected_of(content))
    assert names_in(tmp_path) == ["model.gguf"]


def test_a_folder_that_cannot_be_made(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InkhornError) as caught:
        store_checked(io.BytesIO(content), tmp_path / "file" / "m.gguf", expected_of(content))
    assert caught.value.kind == "internal"
    assert "cannot be written" in caught.value.message
