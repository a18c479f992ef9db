"""A wheel from package indexes and pages of links on the network."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx2

from desktop_app.core.errors import InkhornError
from desktop_app.library.catalogue import WheelSource
from desktop_app.library.connection import host_of, open_client
from desktop_app.library.index import in_index, in_page
from desktop_app.library.local_wheels import is_local
from desktop_app.library.meter import Meter
from desktop_app.library.network import Network
from desktop_app.library.patience import Patience
from desktop_app.library.pip_settings import PipSettings
from desktop_app.library.transfer import Expected, Transfer


def fetch_from_places(
    source: WheelSource,
    settings: PipSettings,
    parts: Path,
    target: Path,
    network: Network,
    meter: Meter,
    patience: Patience,
    sleep: Callable[[float], None],
) -> None:
    """The whole and right wheel at ``target``, from the first place that gives it. Raises as
    `wheels.fetch_archive` does."""
    failures: list[InkhornError] = []
    with _Clients(network, patience, settings) as clients:
        for place in (*settings.find_links, *settings.indexes):
            if is_local(place):
                continue
            transfer = Transfer(clients.for_address(place), meter, patience, sleep)
            try:
                url = _address(source, place, place in settings.indexes, clients, transfer)
                _fetch(source, url, parts, Transfer(clients.for_address(url), meter, patience, sleep))
                os.replace(parts / source.wheel.name, target)
                return
            except InkhornError as error:
                if error.kind in ("disk_full", "read_only"):
                    raise
                failures.append(error)
    if not failures:
        message = f"pip's settings name no place that has {source.requirement}."
        raise InkhornError("not_found", message, requirement=source.requirement)
    raise next((error for error in failures if error.kind != "not_found"), failures[0])


def _address(source: WheelSource, place: str, is_index: bool, clients: _Clients, transfer: Transfer) -> str:
    name = source.wheel.name
    if place.rsplit("/", 1)[-1] == name:
        return place

    def ask() -> str:
        client = clients.for_address(place)
        return in_index(client, place, source.requirement, name) if is_index else in_page(client, place, name)

    return transfer.patiently(ask, host_of(place))


def _fetch(source: WheelSource, url: str, parts: Path, transfer: Transfer) -> None:
    size, sha256 = source.wheel.known()
    transfer.fetch(url, parts / source.wheel.name, Expected(source.wheel.name, size, sha256))


class _Clients:
    """Two kinds: one that checks certificates, and one for the hosts that pip's settings trust without."""

    def __init__(self, network: Network, patience: Patience, settings: PipSettings) -> None:
        self._network = network
        self._patience = patience
        self._settings = settings
        self._open: dict[bool, httpx2.Client] = {}
        self._stack = ExitStack()

    def __enter__(self) -> _Clients:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def for_address(self, url: str) -> httpx2.Client:
        trusted = host_of(url).lower() in self._settings.trusted_hosts
        if trusted not in self._open:
            client = open_client(
                self._network, self._patience, self._settings.proxy, False if trusted else self._verify()
            )
            self._open[trusted] = self._stack.enter_context(client)
        return self._open[trusted]

    def _verify(self) -> ssl.SSLContext | bool:
        cert = self._settings.cert
        if not cert:
            return True
        try:
            return ssl.create_default_context(
                cafile=cert if os.path.isfile(cert) else None, capath=cert if os.path.isdir(cert) else None
            )
        except OSError as error:
            message = f"The certificates that pip's settings name cannot be read: {cert}."
            raise InkhornError("network", message, reason="certificate", retry=False) from error
