"""A virtual screen, and the few things that a user's hands do on it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Found = TypeVar("Found")


@contextmanager
def virtual_screen() -> Iterator[dict[str, str]]:
    """An X server of its own. Yields the variables for programs that shall appear on it."""
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x860x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL) as server:
        os.close(writer)
        try:
            with os.fdopen(reader) as told:
                display = ":" + told.readline().strip()
            unwanted = {"WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "PYTHONPATH"}
            kept = {name: value for name, value in os.environ.items() if name not in unwanted}
            yield {**kept, "DISPLAY": display, "LC_ALL": "C.UTF-8"}
        finally:
            server.terminate()


def wait_for(what: str, look: Callable[[], Found | None], seconds: float = 90) -> Found:
    """Ask again and again until there is something. Raises AssertionError if it never comes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited for {what} in vain")


def xdotool(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        ["xdotool", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def window_of(environment: dict[str, str], name: str) -> str:
    """The id of the visible window with ``name`` in its title, as soon as it is there."""

    def look() -> str:
        return xdotool(environment, "search", "--onlyvisible", "--name", name)

    return wait_for(f"a window named {name}", look).splitlines()[-1]


def ask_to_close(display: str, window: int) -> None:
    """What a window manager does when the user presses the window's close button."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong

    class ClientMessage(ctypes.Structure):
        _fields_ = (
            ("type", ctypes.c_int),
            ("serial", ctypes.c_ulong),
            ("send_event", ctypes.c_int),
            ("display", ctypes.c_void_p),
            ("window", ctypes.c_ulong),
            ("message_type", ctypes.c_ulong),
            ("format", ctypes.c_int),
            ("data", ctypes.c_long * 5),
            ("padding", ctypes.c_long * 24),
        )

    connection = ctypes.c_void_p(x11.XOpenDisplay(display.encode()))
    assert connection, f"no display {display}"
    protocols, delete = (
        x11.XInternAtom(connection, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")
    )
    message = ClientMessage(
        type=33, send_event=1, display=connection, window=window, message_type=protocols, format=32
    )
    message.data[0] = delete
    x11.XSendEvent(connection, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
    x11.XSync(connection, 0)
    x11.XCloseDisplay(connection)
