"""The queue of downloads on a thread of its own: which run, which wait, and what became of them.

Free of Qt. What happens is told through callables, called on this thread.
"""

from __future__ import annotations

import collections
import contextlib
import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from pathlib import Path

from desktop_app.core.errors import kind_of_os_error
from desktop_app.core.messages import Failed
from desktop_app.core.paths import Paths
from desktop_app.library.jobs import Job, bytes_there, new_job, read_jobs, remove_job, write_job
from desktop_app.library.meter import Report
from desktop_app.library.network import Network
from desktop_app.library.orders import Order
from desktop_app.library.prepared_forms import sweep
from desktop_app.worker.download_process import DownloadProcess
from desktop_app.worker.download_state import DownloadPhase, DownloadState

log = logging.getLogger(__name__)

AT_ONCE = 2
AGAIN_S = 300.0
"""Seconds after which a download that could not go on for the network's sake is tried again by itself."""
AGAIN_AT_START = ("network", "offline", "rate_limited")
"""Failures that were the moment's, not the download's: a new start of the app is another moment."""


class DownloadQueue:
    """Orders in from any thread, states out on this one."""

    def __init__(
        self,
        paths: Paths,
        network: Network,
        on_state: Callable[[DownloadState], None],
        on_active: Callable[[bool], None],
        start_process: Callable[[Path, Paths, Network], DownloadProcess] = DownloadProcess,
    ) -> None:
        self._paths = paths
        self._network = network
        self._on_state = on_state
        self._on_active = on_active
        self._start_process = start_process
        self._inbox: collections.deque[Callable[[], None]] = collections.deque()
        self._wake_in, self._wake_out = multiprocessing.Pipe(duplex=False)
        self._wake_lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="downloads", daemon=True)
        self._states: dict[str, DownloadState] = {}
        self._states_lock = threading.Lock()
        # The fields below belong to the thread.
        self._jobs: dict[str, Job] = {}
        self._running: dict[str, DownloadProcess] = {}
        self._again: dict[str, float] = {}  # failed downloads, and when to try them again
        self._active = False
        self._stopping = False

    # --- called from any thread ---------------------------------------------------------------

    def start(self) -> None:
        self._post(self._take_up)
        self._thread.start()

    def stop(self, wait_s: float = 15.0) -> None:
        """End what runs, keeping what it has fetched; the next start goes on with it."""
        self._post(self._begin_stop)
        if self._thread.is_alive():
            self._thread.join(wait_s)

    def states(self) -> tuple[DownloadState, ...]:
        with self._states_lock:
            return tuple(self._states.values())

    def add(self, order: Order) -> None:
        self._post(lambda: self._add(order))

    def pause(self, name: str) -> None:
        self._post(lambda: self._pause(name))

    def resume(self, name: str) -> None:
        self._post(lambda: self._resume(name))

    def cancel(self, name: str) -> None:
        self._post(lambda: self._cancel(name))

    def forget(self, name: str) -> None:
        self._post(lambda: self._forget(name))

    def use_network(self, network: Network) -> None:
        self._post(lambda: self._use_network(network))

    # --- the thread ---------------------------------------------------------------------------

    def _post(self, call: Callable[[], None]) -> None:
        self._inbox.append(call)
        with self._wake_lock, contextlib.suppress(OSError):  # closed: the thread has ended
            self._wake_out.send_bytes(b"!")

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._step()
        finally:
            for process in self._running.values():
                process.end()
            self._running.clear()
            self._tell_active()
            with self._wake_lock:
                self._wake_out.close()
                self._wake_in.close()

    def _step(self) -> None:
        by_connection = {process.connection: name for name, process in self._running.items()}
        for ready in wait([self._wake_in, *by_connection], self._until_again()):
            assert isinstance(ready, Connection)
            if ready is self._wake_in:
                self._wake_in.recv_bytes()
            elif (name := by_connection[ready]) in self._running:
                self._read(name, ready)
        while self._inbox and not self._stopping:
            self._inbox.popleft()()
        if not self._stopping:
            self._try_again()
            self._start_waiting()
        self._tell_active()

    def _read(self, name: str, connection: Connection) -> None:
        try:
            report: Report = connection.recv()
        except (EOFError, OSError):
            self._end(name)
            failure = Failed(0, "internal", "The download stopped unexpectedly.")
            self._set(replace(self._jobs[name], phase="failed", failure=failure), "failed")
            return
        if report.phase == "done":
            self._done(name)
        elif report.phase == "failed":
            self._end(name)
            if (pause := again_after(report.failure)) is not None:
                self._again[name] = time.monotonic() + pause
            self._set(replace(self._jobs[name], phase="failed", failure=report.failure), "failed")
        else:
            job = replace(self._jobs[name], done=report.done, total=report.total)
            self._jobs[name] = job
            self._tell(job, report.phase, report.bytes_per_s, report.failure)

    def _done(self, name: str) -> None:
        self._end(name)
        job = self._jobs.pop(name)
        with contextlib.suppress(OSError):
            remove_job(job.folder)
        total = job.total if job.total is not None else job.done
        self._tell(replace(job, done=total, total=total, failure=None), "done")

    def _until_again(self) -> float | None:
        if not self._again:
            return None
        return max(0.0, min(self._again.values()) - time.monotonic())

    def _try_again(self) -> None:
        """A lid that was closed, a cable that was out: nobody should have to press a button for that."""
        now = time.monotonic()
        for name in [name for name, due in self._again.items() if due <= now]:
            del self._again[name]
            job = self._jobs.get(name)
            if job is not None and job.phase == "failed":
                self._resume(name)

    # --- what is asked ------------------------------------------------------------------------

    def _take_up(self) -> None:
        sweep(self._paths)
        for job in read_jobs(self._paths):
            again = job.failure is not None and job.failure.kind in AGAIN_AT_START
            if job.phase == "failed" and again:
                job = replace(job, phase="waiting", failure=None)
            job = replace(job, done=bytes_there(job.folder))
            self._jobs[job.order.id] = job
            self._tell(job, job.phase)

    def _add(self, order: Order) -> None:
        old = self._jobs.get(order.id)
        if order.id in self._running:
            return
        job = new_job(order, self._paths)
        if old is not None:
            job = replace(job, done=old.done, total=old.total, added=old.added)
        self._set(job, "waiting")

    def _pause(self, name: str) -> None:
        job = self._jobs.get(name)
        if job is not None and job.phase == "waiting":
            self._end(name)
            self._set(replace(job, phase="paused", done=bytes_there(job.folder)), "paused")

    def _resume(self, name: str) -> None:
        job = self._jobs.get(name)
        if job is not None and name not in self._running:
            self._set(replace(job, phase="waiting", failure=None), "waiting")

    def _cancel(self, name: str) -> None:
        job = self._jobs.pop(name, None)
        if job is None:
            return
        self._end(name)
        try:
            remove_job(job.folder)
        except OSError as error:
            message = f"What was fetched could not be removed: {error.strerror or error}."
            failure = Failed(0, kind_of_os_error(error), message)
            self._set(replace(job, phase="failed", failure=failure), "failed")
            return
        self._tell(replace(job, done=0, failure=None), "cancelled")

    def _forget(self, name: str) -> None:
        job = self._jobs.get(name)
        if job is not None and job.phase == "failed":
            self._cancel(name)
        if name not in self._jobs:
            with self._states_lock:
                self._states.pop(name, None)

    def _use_network(self, network: Network) -> None:
        """Other ways take effect at the next byte: what runs is ended, and started again if it may."""
        if network == self._network:
            return
        self._network = network
        for name in list(self._running):
            self._end(name)
            self._tell(self._jobs[name], "waiting")

    def _start_waiting(self) -> None:
        for name, job in self._jobs.items():
            if self._network.offline or len(self._running) >= AT_ONCE:
                return
            if job.phase != "waiting" or name in self._running:
                continue
            try:
                self._running[name] = self._start_process(job.folder, self._paths, self._network)
            except OSError as error:
                log.exception("a download could not be started")
                failure = Failed(0, kind_of_os_error(error), "The download could not be started.")
                self._set(replace(job, phase="failed", failure=failure), "failed")
                return  # the table that is walked has changed
            self._tell(job, "listing")

    def _begin_stop(self) -> None:
        self._stopping = True

    # --- telling ------------------------------------------------------------------------------

    def _end(self, name: str) -> None:
        process = self._running.pop(name, None)
        if process is not None:
            process.end()

    def _set(self, job: Job, phase: DownloadPhase) -> None:
        self._jobs[job.order.id] = job
        try:
            write_job(job)
        except OSError as error:
            log.exception("a download could not be written down")
            kind = kind_of_os_error(error)
            failure = Failed(0, kind, f"The download could not be written down: {error.strerror or error}.")
            self._jobs[job.order.id] = job = replace(job, phase="failed", failure=failure)
            phase = "failed"
        self._tell(job, phase)

    def _tell(
        self,
        job: Job,
        phase: DownloadPhase,
        bytes_per_s: float | None = None,
        failure: Failed | None = None,
    ) -> None:
        order = job.order
        state = DownloadState(
            order.id,
            order.model_id,
            order.variant_id,
            order.name,
            phase,
            job.done,
            job.total,
            bytes_per_s,
            failure or job.failure,
        )
        with self._states_lock:
            self._states[order.id] = state
        self._on_state(state)

    def _tell_active(self) -> None:
        active = bool(self._running)
        if active != self._active:
            self._active = active
            self._on_active(active)


def again_after(failure: Failed | None) -> float | None:
    """Seconds until another try may go better; None where somebody has to do something first."""
    if failure is None or not failure.values.get("retry"):
        return None
    wait_s = failure.values.get("wait_s")
    return max(AGAIN_S, wait_s) if isinstance(wait_s, int | float) else AGAIN_S
