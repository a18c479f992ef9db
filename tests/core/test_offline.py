"""The lock in processes of their own: a hook that is once in stays in."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

TRIES = {
    "connect": "socket.create_connection(('127.0.0.1', PORT), 5).close()",
    "connect_ex": "s = socket.socket(); s.connect_ex(('127.0.0.1', PORT)); s.close()",
    "udp": "s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'x', ('127.0.0.1', PORT)); s.close()",
    "ipv6": "s = socket.socket(socket.AF_INET6); s.connect(('::1', PORT)); s.close()",
    "look-up": "socket.getaddrinfo('example.org', 443)",
    "old look-up": "socket.gethostbyname('example.org')",
    "urllib": "import urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{PORT}/', timeout=5)",
    "httpx2": "import httpx2; httpx2.get(f'http://127.0.0.1:{PORT}/', timeout=5)",
    "hub": "from huggingface_hub import HfApi; HfApi(endpoint=f'http://127.0.0.1:{PORT}').model_info('a/b')",
    "asyncio": "import asyncio; asyncio.run(asyncio.open_connection('127.0.0.1', PORT))",
    "a child": "import subprocess, os; raise OSError(os.environ['HF_HUB_OFFLINE'])",
}


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def run(code: str, port: int) -> subprocess.CompletedProcess[str]:
    program = f"import socket, sys, threading\nPORT = {port}\nfrom desktop_app.core import offline\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def nobody_came(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return True
    return False


@pytest.mark.parametrize("name", TRIES)
def test_nothing_gets_out(listener: socket.socket, name: str) -> None:
    code = f"offline.lock()\ntry:\n    {TRIES[name]}\nexcept BaseException as error:\n    print(type(error))"
    done = run(code, listener.getsockname()[1])
    assert done.stdout.startswith("<class"), done.stderr
    assert nobody_came(listener)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs sockets with paths")
def test_what_stays_on_this_computer_works(listener: socket.socket, tmp_path: Path) -> None:
    code = f"""
import multiprocessing, multiprocessing.connection as c
offline.lock()
a, b = socket.socketpair()
a.sendall(b'1'); assert b.recv(1) == b'1'; a.close(); b.close()
place = {str(tmp_path / "s")!r}
server = socket.socket(socket.AF_UNIX); server.bind(place); server.listen()
client = socket.socket(socket.AF_UNIX); client.connect(place); client.close(); server.close()
ours, theirs = multiprocessing.Pipe()
ours.send('over'); assert theirs.recv() == 'over'
with c.Listener({str(tmp_path / "l")!r}) as door:
    other = c.Client(door.address); other.close()
assert socket.getaddrinfo('localhost', 80)
print('fine')
"""
    done = run(code, 0)
    assert done.stdout == "fine\n", done.stderr


def test_the_switch_turns_both_ways(listener: socket.socket) -> None:
    code = """
import os
os.environ['TRANSFORMERS_OFFLINE'] = '0'
offline.lock(); offline.lock(False)
assert 'HF_HUB_OFFLINE' not in os.environ and os.environ['TRANSFORMERS_OFFLINE'] == '0'
socket.create_connection(('127.0.0.1', PORT), 5).close()
offline.lock()
assert os.environ['HF_HUB_OFFLINE'] == '1'
try:
    socket.create_connection(('127.0.0.1', PORT), 5)
except offline.OfflineError:
    print('fine')
"""
    done = run(code, listener.getsockname()[1])
    assert done.stdout == "fine\n", done.stderr
    assert not nobody_came(listener)


def test_the_engine_process_is_always_locked(listener: socket.socket) -> None:
    """Whatever the switch says: nothing there may ever connect."""
    code = """
import signal, os
from desktop_app.engine.process import prepare_process
prepare_process()
print(os.environ['HF_HUB_OFFLINE'])
socket.create_connection(('127.0.0.1', PORT), 5)
"""
    done = run(code, listener.getsockname()[1])
    assert done.stdout == "1\n"
    assert "OfflineError" in done.stderr
    assert nobody_came(listener)
