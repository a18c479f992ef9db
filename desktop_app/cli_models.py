"""``inkhorn models``: list, get, import, remove and verify, without a window."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from desktop_app.cli_output import LiveLine, WrongUseError, print_failure, print_json
from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Failed
from desktop_app.core.offline import lock
from desktop_app.core.paths import Paths, make_paths
from desktop_app.core.settings import load_settings
from desktop_app.library.catalogue import Catalogue, Model, Variant, load_catalogue
from desktop_app.library.importing import import_model, inspect
from desktop_app.library.installed import Installed, disk_use, find_by_id, list_installed, remove, verify
from desktop_app.library.jobs import Job, bytes_there, new_job, remove_job, write_job
from desktop_app.library.meter import Report
from desktop_app.library.network import Network, network_from
from desktop_app.library.orders import Order, order_from, order_from_hub

COMMAND = "models"


def models(arguments: argparse.Namespace) -> int:
    """Run ``inkhorn models ACTION``; returns the exit status."""
    paths = make_paths(arguments.data_dir)
    settings = load_settings(paths.settings)
    lock(settings.offline)
    actions = {"list": _list, "get": _get, "import": _import, "remove": _remove, "verify": _verify}
    try:
        catalogue = load_catalogue(paths.models)
        return actions[arguments.action](arguments, paths, catalogue, network_from(settings))
    except InkhornError as error:
        if error.values.get("reason") == "form":
            raise WrongUseError(error.message) from error
        return print_failure(COMMAND, error.kind, error.message, arguments.json)


def _list(arguments: argparse.Namespace, paths: Paths, catalogue: Catalogue, _network: Network) -> int:
    entries = list_installed(paths, catalogue)
    if arguments.available:
        there = {(entry.model.id, entry.variant) for entry in entries if entry.model is not None}
        rows = [
            _variant(model, variant, (model.id, variant.id) in there)
            for model in catalogue.models
            for variant in model.variants
        ]
        if arguments.json:
            print_json({"available": rows})
        else:
            _table([(row["id"], _size(row["download_bytes"]), row["licence"], row["name"]) for row in rows])
        return 0
    if arguments.json:
        use = disk_use(paths, entries)
        figures = {"models": use.models, "prepared": use.prepared, "partial": use.partial, "free": use.free}
        print_json({"models": [_installed(entry) for entry in entries], "disk": figures})
    else:
        states = {"present": "", "damaged": "damaged", "missing": "missing"}
        _table([(e.id, _size(e.bytes_on_disk), e.origin, e.name, states[e.state]) for e in entries])
    return 0


def _get(arguments: argparse.Namespace, paths: Paths, catalogue: Catalogue, network: Network) -> int:
    network.require()
    order = _order(arguments, catalogue)
    entry = next((e for e in list_installed(paths, catalogue) if _is_there(e, order)), None)
    if entry is None:
        line = LiveLine(quiet=arguments.json)
        try:
            _download(order, paths, network, line)
        finally:
            line.clear()
        entry = find_by_id(paths, catalogue, order.folder)
    _print_installed(entry, arguments.json)
    return 0


def _is_there(entry: Installed, order: Order) -> bool:
    same = entry.model is not None and f"{entry.model.id}/{entry.variant}" == order.id
    return entry.state == "present" and (same or entry.id == order.folder)


def _order(arguments: argparse.Namespace, catalogue: Catalogue) -> Order:
    name: str = arguments.id
    if name.startswith("hub:"):
        return order_from_hub(name)
    model, _, variant = name.partition("/")
    return order_from(catalogue, model, arguments.variant or variant, arguments.accept_licence)


def _download(order: Order, paths: Paths, network: Network, line: LiveLine) -> None:
    """In this process. What has come stays after a failure or Ctrl+C, and the same command goes on."""
    from desktop_app.library.downloading import download

    # "paused", so that a window that opens meanwhile does not begin the same.
    job = replace(new_job(order, paths), phase="paused")
    write_job(job)
    try:
        download(job.folder, paths, network, lambda report: line.show(_progress(order, report)))
    except InkhornError as error:
        failure = Failed(0, error.kind, error.message, values=error.values)
        _keep(replace(job, phase="failed", failure=failure))
        raise
    remove_job(job.folder)


def _keep(job: Job) -> None:
    try:
        write_job(replace(job, done=bytes_there(job.folder)))
    except OSError:
        pass  # the failure that is told already is most likely this one


def _import(arguments: argparse.Namespace, paths: Paths, _catalogue: Catalogue, _network: Network) -> int:
    found = inspect(arguments.path)
    line = LiveLine(quiet=arguments.json)
    for problem in found.problems:
        line.show(problem, always=True)

    def told(done: int, total: int) -> None:
        line.show(f"{found.name}  {_share(done, total)}")

    try:
        entry = import_model(found, paths, told, copy=not arguments.link)
    finally:
        line.clear()
    _print_installed(entry, arguments.json)
    return 0


def _remove(arguments: argparse.Namespace, paths: Paths, catalogue: Catalogue, _network: Network) -> int:
    entry = find_by_id(paths, catalogue, arguments.id)
    freed = remove(entry, paths)
    if arguments.json:
        print_json({"id": entry.id, "freed": freed})
    else:
        print(f"{entry.id}: {_size(freed)} given back")
    return 0


def _verify(arguments: argparse.Namespace, paths: Paths, catalogue: Catalogue, _network: Network) -> int:
    """Exit status 1 if a single one is not as it was when it came."""
    entries = (
        (find_by_id(paths, catalogue, arguments.id),) if arguments.id else list_installed(paths, catalogue)
    )
    line = LiveLine(quiet=arguments.json)
    rows = []
    for entry in entries:

        def told(done: int, total: int, name: str = entry.name) -> None:
            line.show(f"{name}  {_share(done, total)}")

        try:
            verify(entry, told)
            rows.append({"id": entry.id, "state": "present", "message": ""})
        except InkhornError as error:
            # Nothing to compare with is no damage.
            state = "unknown" if error.kind == "not_found" else "damaged"
            rows.append({"id": entry.id, "state": state, "message": error.message})
        line.clear()
    if arguments.json:
        print_json({"models": rows})
    else:
        _table([(row["id"], row["state"], row["message"]) for row in rows])
    return 1 if any(row["state"] == "damaged" for row in rows) else 0


# --- words ------------------------------------------------------------------------------------


def _progress(order: Order, report: Report) -> str:
    words = {"listing": "asking what there is", "running": "", "checking": "checking"}.get(report.phase, "")
    if report.failure is not None:
        wait = report.failure.values.get("retry_s", 0)
        return f"{order.name}: {report.failure.message} Trying again in {wait:.0f} s."
    share = "" if report.total is None else _share(report.done, report.total)
    speed = "" if report.bytes_per_s is None else f"{report.bytes_per_s / 1e6:.1f} MB/s"
    return "  ".join(part for part in (order.name, share, speed, words) if part)


def _share(done: int, total: int) -> str:
    percent = int(100 * done / total) if total else 100
    return f"{percent:3d} %  {done / 1e6:,.0f} of {total / 1e6:,.0f} MB"


def _size(count: int | None) -> str:
    return "?" if count is None else f"{count / 1e6:,.0f} MB"


def _table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _print_installed(entry: Installed, as_json: bool) -> None:
    if as_json:
        print_json(_installed(entry))
    else:
        print(entry.path)


def _installed(entry: Installed) -> dict[str, Any]:
    return {
        "id": entry.id,
        "name": entry.name,
        "path": str(entry.path),
        "kind": entry.kind,
        "model": entry.model.id if entry.model else None,
        "variant": entry.variant,
        "origin": entry.origin,
        "state": entry.state,
        "bytes": entry.bytes_on_disk,
        "sha256": entry.sha256,
        "tasks": list(entry.tasks),
        "family": entry.family,
        "licence": entry.licence,
        "added": entry.added,
    }


def _variant(model: Model, variant: Variant, there: bool) -> dict[str, Any]:
    return {
        "id": f"{model.id}/{variant.id}",
        "name": model.name,
        "tasks": list(model.tasks),
        "languages": list(model.languages),
        "licence": model.licence,
        "must_accept": model.must_accept,
        "gated": model.gated,
        "quantization": variant.quantization,
        "format": variant.format,
        "download_bytes": variant.download_bytes,
        "installed": there,
    }
