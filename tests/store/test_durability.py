"""Nothing that was acknowledged is ever lost: killed processes, full disks."""

from __future__ import annotations

import json
import random
import resource  # POSIX only, as are the kills and limits tested here
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.store.store import open_store

ROOT = Path(__file__).parents[2]

WRITER = """
import json, sys
from pathlib import Path
from desktop_app.store.store import open_store

def told(kind, key, value):
    print(json.dumps([kind, key, value]), flush=True)

store, report = open_store(Path(sys.argv[1]))
assert report.damaged_file is None, report
store.interrupted()
key = store.create_conversation(sys.argv[2]).id
told("conversation", key, sys.argv[2])
leaf = None
while True:
    user = store.add_message(key, leaf, "user", f"question {leaf} 你好")
    told("message", user.id, user.text)
    reply = store.add_message(key, user.id, "assistant", "", state="streaming")
    text = ""
    for number in range(5):
        store.append_text(reply.id, f"piece {number} ")
        text += f"piece {number} "
        told("message", reply.id, text)
        store.save_draft(key, f"typing {reply.id} {number}")
        told("draft", key, f"typing {reply.id} {number}")
    store.update_message(reply.id, state="complete", text=text + "done")
    told("message", reply.id, text + "done")
    leaf = reply.id
"""


def child(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def killed_writer(path: Path, name: str, after_s: float) -> list[list[object]]:
    """What a writing process acknowledged before it was killed."""
    with child(WRITER, str(path), name) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        lines = [first, *process.stdout]
    return [json.loads(line) for line in lines if line.endswith("\n")]


def _counts(draft: str) -> list[int]:
    return [int(word) for word in draft.split()[1:]]


@pytest.mark.slow
def test_killed_at_random_moments(path: Path) -> None:
    chance = random.Random()
    acknowledged: dict[tuple[object, object], object] = {}
    for number in range(12):
        for kind, key, value in killed_writer(path, f"round {number}", chance.uniform(0.0, 0.4)):
            acknowledged[kind, key] = value
        store, report = open_store(path)
        assert report.damaged_file is None
        for (kind, key), value in acknowledged.items():
            assert isinstance(key, int)
            assert isinstance(value, str)
            if kind == "conversation":
                assert store.conversation(key).title == value
            elif kind == "message":
                assert store.message(key).text.startswith(value)
            else:
                assert _counts(store.draft(key)) >= _counts(value)
        for reply in store.interrupted():
            assert reply.state == "stopped"
        assert store._db.one("PRAGMA integrity_check") == ("ok",)
        store._db.all("INSERT INTO message_index (message_index) VALUES ('integrity-check')")
        store.close()
    assert len(acknowledged) > 100


def test_a_full_disk_is_said_and_outlived(path: Path) -> None:
    store, _ = open_store(path)
    key = store.create_conversation("t").id
    kept = store.add_message(key, None, "user", "kept")
    (pages,) = store._db.one("PRAGMA page_count")
    store._db.all(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(InkhornError) as caught:
        store.add_message(key, kept.id, "user", "far too much " * 10_000)
    assert caught.value.kind == "disk_full"
    assert [m.text for m in store.branch(key)] == ["kept"]
    assert store.conversation(key).messages == 1
    store.rename(key, "small changes still go through", own=True)
    store._db.all("PRAGMA max_page_count = 1000000")
    store.add_message(key, kept.id, "user", "far too much " * 10_000)
    assert len(store.branch(key)) == 2
    assert store._db.one("PRAGMA integrity_check") == ("ok",)
    store.close()


FILLER = """
import json, resource, signal, sys
from pathlib import Path
from desktop_app.core.errors import InkhornError
from desktop_app.store.store import open_store

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store, _ = open_store(Path(sys.argv[1]))
key = store.create_conversation("t").id
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
kept, kind, leaf = [], "", None
while not kind and len(kept) < 10_000:
    try:
        leaf = store.add_message(key, leaf, "user", f"message {len(kept)} " * 50).id
        kept.append(leaf)
    except InkhornError as error:
        kind = error.kind
assert [m.id for m in store.branch(key)] == kept
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
leaf = store.add_message(key, leaf, "user", "there is room again").id
store.close()
print(json.dumps([kind, [*kept, leaf]]))
"""


def test_files_that_may_not_grow(path: Path) -> None:
    """A limit of the system on the size of files fails real writes, as a full disk or a quota does."""
    with child(FILLER, str(path)) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    kind, kept = json.loads(output)
    assert kind == "disk_full"
    assert 10 < len(kept) < 10_000
    store, report = open_store(path)
    assert report.damaged_file is None
    (conversation,) = store.conversations()
    assert [m.id for m in store.branch(conversation.id)] == kept
    assert store._db.one("PRAGMA integrity_check") == ("ok",)
    store.close()


def test_a_full_disk_while_repairing_leaves_the_damaged_file_alone(path: Path) -> None:
    store, _ = open_store(path)
    key = store.create_conversation("t").id
    store.add_message(key, None, "user", "words " * 20_000)
    store.close()
    content = bytearray(path.read_bytes())
    content[:100] = bytes(100)
    path.write_bytes(content)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, limits[1]))
    try:
        with pytest.raises(InkhornError) as caught:
            open_store(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, old)
    assert caught.value.kind == "disk_full"
    assert path.read_bytes() == content
    assert list(path.parent.glob("*damaged*")) == list(path.parent.glob("*repair*")) == []
    store, report = open_store(path)
    assert report.recovered_messages == 1
    store.close()
