"""The offline lock, held to below every library: no socket of this process reaches anybody.

Python tells audit hooks of each connection and look-up before it is made (PEP 578), whoever asks for it;
an exception from the hook prevents it. A hook cannot be taken out again, so there is one, and a switch.
Native code that opens sockets past Python is not seen by it: the app has none that does.
"""

from __future__ import annotations

import os
import socket as _socket
import sys
from typing import Any

WATCHED = frozenset(
    {
        "socket.connect",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "socket.getnameinfo",
    }
)
FOR_LIBRARIES = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


class OfflineError(OSError):
    """Something tried to connect while the lock is on."""


class _Guard:
    """The one hook of this process."""

    def __init__(self) -> None:
        self.locked = False
        self.installed = False
        self.variables: set[str] = set()  # those that the lock has set, and takes back

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.locked and event in WATCHED and not _stays_here(event, arguments):
            raise OfflineError(f"the offline lock is on ({event})")


_guard = _Guard()


def lock(locked: bool = True) -> None:
    """Turn the lock on or off for this process. What it starts afterwards is told by the environment, so
    that the hub's own libraries refuse too."""
    if locked and not _guard.installed:
        sys.addaudithook(_guard)
        _guard.installed = True
    _guard.locked = locked
    if locked:
        _guard.variables |= {name for name in FOR_LIBRARIES if name not in os.environ}
        os.environ.update({name: FOR_LIBRARIES[name] for name in _guard.variables})
    else:
        for name in _guard.variables:
            os.environ.pop(name, None)
        _guard.variables.clear()


def _stays_here(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether the other end can only be on this computer: a socket with a path for an address, or the
    kernel. Not the loopback address, behind which a proxy may listen; on Windows alone, where a pair of
    sockets is made through it."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        socket, address = arguments[0], arguments[1]
        if not isinstance(address, tuple):
            return True  # a path, or a socket that is connected already
        if not address or not isinstance(address[0], str):
            return getattr(socket, "family", None) == getattr(_socket, "AF_NETLINK", -1)
        return sys.platform == "win32" and _is_loopback(address[0])
    host = arguments[0]
    if isinstance(host, tuple):
        host = host[0]  # getnameinfo
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return host is None or host == "" or _is_loopback(str(host))  # a look-up of these asks nobody


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or (host.startswith("127.") and host.count(".") == 3)
