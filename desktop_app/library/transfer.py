"""Fetch one file over HTTP until it is whole and right, from the byte where the last try ended.

Why not ``hf_hub_download``: it compares sizes but no hashes, tries five times a second apart, gives no way
to end it at a byte, and wants its own cache. The hub's metadata comes through huggingface_hub (`hub`);
the bytes come through this, for the hub, its mirrors and the package index alike. hf_xet stays unused for
the same reason: it speaks to other hosts, past mirrors and proxies, and cannot go on from a byte.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

import httpx2

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.messages import Failed
from desktop_app.library import room
from desktop_app.library.connection import error_of, error_of_status, host_of
from desktop_app.library.meter import Meter
from desktop_app.library.patience import Patience
from desktop_app.library.verify import CHUNK

_T = TypeVar("_T")
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
SEGMENT = 16 << 30
"""Bytes asked for at once. Delivery networks refuse answers of more than some 50 GB."""
ROOM_EVERY = 64 << 20
"""Bytes after which the disk is looked at again: others write to it too."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a file must be: ``sha256`` in hex, or else ``blob``, the SHA-1 that git gives its content."""

    name: str
    size: int
    sha256: str = ""
    blob: str = ""


class Transfer:
    """Fetches files with one client. ``sleep`` waits between tries."""

    def __init__(
        self,
        client: httpx2.Client,
        meter: Meter,
        patience: Patience,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._meter = meter
        self._patience = patience
        self._sleep = sleep

    def fetch(self, url: str, part: Path, expected: Expected, headers: dict[str, str] | None = None) -> None:
        """Make ``part`` the file at ``url``, whole and right, going on from what is in it. A damaged one
        is fetched anew once. Raises `InkhornError`: ``model_damaged``, ``disk_full``, ``network`` and the
        kinds of `error_of_status`; what has come by then stays in ``part``, unless it is damaged.
        """
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._fill(url, part, expected, headers or {})
            except _WrongBytesError:
                self._meter.there(-_size(part))
                part.unlink(missing_ok=True)
                self._fill(url, part, expected, headers or {})
        except _WrongBytesError as error:
            self._meter.there(-_size(part))
            part.unlink(missing_ok=True)
            message = f"{expected.name} came damaged twice from {host_of(url)}: {error}."
            raise InkhornError("model_damaged", message, name=expected.name, why=str(error)) from error
        except OSError as error:
            raise self._cannot_write(part, expected, error) from error

    def patiently(self, ask: Callable[[], _T], host: str, progress: Callable[[], int] = lambda: 0) -> _T:
        """``ask()`` until it works: again after a cut, a silence or a server's error, with growing pauses;
        ``progress()`` growing between two tries starts the count anew. Raises what the last try did."""
        tries, seen = 0, progress()
        while True:
            try:
                return ask()
            except httpx2.HTTPError as error:
                failure = error_of(error, host)
            except httpx2.InvalidURL as error:
                raise error_of(error, host) from error
            except InkhornError as error:
                failure = error
            if not failure.values.get("retry"):
                raise failure
            now = progress()
            tries, seen = (1 if now > seen else tries + 1), now
            wait = failure.values.get("wait_s")
            if tries >= self._patience.tries or (wait or 0) > self._patience.longest_wait_s:
                raise failure
            pause = self._patience.pause(tries) if wait is None else wait
            values = {**failure.values, "retry_s": pause, "try": tries}
            self._meter.waits(Failed(0, failure.kind, failure.message, values=values))
            self._sleep(pause)

    def _fill(self, url: str, part: Path, expected: Expected, headers: dict[str, str]) -> None:
        if _size(part) > expected.size:
            part.unlink()
        with part.open("ab") as file:
            digest = _Digest(expected)
            if file.tell():
                self._meter.enter("checking")
                digest.read(part)
            self._meter.enter("running")
            self._meter.there(file.tell())
            sink = _Sink(file, digest, expected, self._meter)
            while sink.have < expected.size:
                self.patiently(lambda: self._stream(url, sink, headers), host_of(url), lambda: sink.have)
            file.flush()
            os.fsync(file.fileno())
        if not digest.is_right():
            raise _WrongBytesError(f"its {digest.method} is not the expected one")

    def _stream(self, url: str, sink: _Sink, headers: dict[str, str]) -> None:
        """One answer's worth of bytes."""
        start, size = sink.have, sink.expected.size
        if start or size > SEGMENT:
            headers = {**headers, "Range": f"bytes={start}-{min(start + SEGMENT, size) - 1}"}
        with self._client.stream("GET", url, headers=headers) as response:
            if response.status_code == 416:
                raise _WrongBytesError(f"the server's file ends before {start:,} bytes")
            if response.status_code not in (200, 206):
                raise error_of_status(response, sink.expected.name)
            self._check_answer(response, sink, start)
            pace = _Pace(self._patience)
            for chunk in response.iter_bytes():
                sink.write(chunk)
                if pace.is_too_slow(len(chunk)):
                    message = f"{response.url.host} sends next to nothing."
                    raise InkhornError("network", message, reason="slow", retry=True)
        wanted = min(start + SEGMENT, size) if response.status_code == 206 else size
        if sink.have < wanted:
            message = f"{response.url.host} ended its answer after {sink.have:,} of {size:,} bytes."
            raise InkhornError("network", message, reason="cut", retry=True)

    def _check_answer(self, response: httpx2.Response, sink: _Sink, start: int) -> None:
        size = sink.expected.size
        if response.status_code == 200:
            if start:
                sink.begin_anew()  # the server does not do parts
            length = response.headers.get("Content-Length", "")
            encoded = response.headers.get("Content-Encoding", "identity") != "identity"
            if length.isdigit() and not encoded and int(length) != size:
                raise _WrongBytesError(f"the server's has {int(length):,} bytes instead of {size:,}")
            return
        found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if found is None or int(found[1]) != start:
            raise _WrongBytesError("the server sent another part than was asked for")
        if found[3] != "*" and int(found[3]) != size:
            raise _WrongBytesError(f"the server's has {int(found[3]):,} bytes instead of {size:,}")

    def _cannot_write(self, part: Path, expected: Expected, error: OSError) -> InkhornError:
        kind = kind_of_os_error(error)
        if kind == "disk_full":
            return room.disk_full(part.parent, expected.size - _size(part), expected.name)
        message = f"{part} cannot be written: {error.strerror or error}."
        return InkhornError(kind, message, path=str(part))


class _WrongBytesError(Exception):
    """The message says what is wrong with them."""


class _Digest:
    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self.method = "SHA-256" if expected.sha256 else "git hash"
        self.begin()

    def begin(self) -> None:
        if self._expected.sha256:
            self._hash = hashlib.sha256()
        else:
            self._hash = hashlib.sha1(b"blob %d\0" % self._expected.size, usedforsecurity=False)

    def read(self, path: Path) -> None:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                self._hash.update(chunk)

    def update(self, chunk: bytes) -> None:
        self._hash.update(chunk)

    def is_right(self) -> bool:
        return self._hash.hexdigest() == (self._expected.sha256 or self._expected.blob)


class _Sink:
    """The file that is being filled. Never takes a byte more than expected."""

    def __init__(self, file: IO[bytes], digest: _Digest, expected: Expected, meter: Meter) -> None:
        self._file = file
        self._digest = digest
        self._meter = meter
        self._until_room = ROOM_EVERY
        self.expected = expected
        self.have = file.tell()

    def write(self, chunk: bytes) -> None:
        if self.have + len(chunk) > self.expected.size:
            raise _WrongBytesError(f"it has more than {self.expected.size:,} bytes")
        self._file.write(chunk)
        self._file.flush()  # what has come must be there, should the process be ended now
        self._digest.update(chunk)
        self.have += len(chunk)
        self._meter.fetched(len(chunk))
        self._until_room -= len(chunk)
        if self._until_room <= 0:
            self._until_room = ROOM_EVERY
            room.require_room(
                Path(self._file.name).parent, self.expected.size - self.have, self.expected.name
            )

    def begin_anew(self) -> None:
        self._meter.there(-self.have)
        self._file.truncate(0)
        self._digest.begin()
        self.have = 0


class _Pace:
    """Whether a server that does send sends so little that another connection must be better."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._since = time.monotonic()
        self._bytes = 0

    def is_too_slow(self, count: int) -> bool:
        self._bytes += count
        span = time.monotonic() - self._since
        if span < self._patience.slow_s:
            return False
        slow = self._bytes / span < self._patience.slow_bytes_per_s
        self._since, self._bytes = time.monotonic(), 0
        return slow


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
