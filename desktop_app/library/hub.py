"""The model hub, or a mirror of it: which files a revision has, how large, and with which hashes."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import close_session, constants, set_client_factory
from huggingface_hub.errors import HfHubHTTPError, HFValidationError
from huggingface_hub.file_download import hf_hub_url
from huggingface_hub.hf_api import HfApi, ModelInfo, RepoSibling

from desktop_app.core.errors import InkhornError
from desktop_app.core.files import write_atomically
from desktop_app.library.catalogue import HubSource
from desktop_app.library.choosing import choose_files
from desktop_app.library.connection import error_of_status
from desktop_app.library.licence_names import licence_name
from desktop_app.library.orders import Order
from desktop_app.library.transfer import Expected

# Left to itself, huggingface_hub tells the hub in each request which other packages are installed, and asks
# huggingface.co, past every mirror, for a list of programs by which it may have been started.
constants.HF_HUB_DISABLE_TELEMETRY = True

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Plan:
    """The files to fetch, pinned: ``revision`` is a commit, whatever was asked for. ``needs_token`` tells
    that the hub gave nothing without."""

    repo: str
    revision: str
    licence: str
    files: tuple[Expected, ...]
    needs_token: bool = False

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(file.size for file in self.files)

    def local_name(self, file: Expected) -> str:
        """What a file is called here: without the folder that all of them lie in."""
        folders = {name.name.rpartition("/")[0] for name in self.files}
        shared = os.path.commonpath(folders) if "" not in folders else ""
        return file.name.removeprefix(f"{shared}/") if shared else file.name


def plan_files(
    order: Order,
    source: HubSource,
    endpoint: str,
    token: Callable[[], str | None],
    open_client: Callable[[], httpx2.Client],
) -> Plan:
    """Ask the hub. Without a token first: who sees which models are taken need not learn by whom; with
    one only where the answer is that it is needed.

    Raises `InkhornError` (``not_found``, ``unauthorized``, ``gated``, ``rate_limited``, ``network``,
    ``model_unsupported`` where no files can be taken) and httpx2's errors for a broken connection.
    """
    repo, revision = source.repo, source.revision
    set_client_factory(open_client)
    try:
        info, with_token = _ask_twice(order, endpoint, repo, revision, token)
    finally:
        close_session()
    if info.sha is None or info.siblings is None:
        raise InkhornError("not_found", f"{endpoint} does not say what is in {repo}.", repo=repo)
    if revision is not None and _COMMIT.fullmatch(revision) and info.sha != revision:
        message = f"{endpoint} has {repo} at another commit than was asked for."
        raise InkhornError("not_found", message, asked=revision, given=info.sha)
    by_name = {sibling.rfilename: sibling for sibling in info.siblings}
    names = choose_files(by_name, source.patterns, order.format, repo)
    return Plan(
        repo=repo,
        revision=info.sha,
        licence=_licence(info),
        # Small ones first: a configuration that cannot be used is found before the weights have come.
        files=tuple(sorted((_expected(by_name[name], endpoint) for name in names), key=lambda f: f.size)),
        # Its files ask for the same, also where its list of files is open to all.
        needs_token=with_token or bool(info.gated),
    )


def file_url(endpoint: str, plan: Plan, name: str) -> str:
    """Where a file lies; huggingface_hub's own address with the endpoint in place of what the environment
    said when it was imported."""
    url = hf_hub_url(plan.repo, name, revision=plan.revision)
    return endpoint + "/" + url.split("/", 3)[3]


def write_plan(path: Path, plan: Plan) -> None:
    """Keep ``plan`` for `read_plan`. Raises OSError."""
    write_atomically(path, json.dumps(asdict(plan)).encode())


def read_plan(path: Path) -> Plan | None:
    """The plan of an earlier start; None where there is none, or it cannot be used."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Plan(**{**raw, "files": tuple(Expected(**file) for file in raw["files"])})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _ask_twice(
    order: Order, endpoint: str, repo: str, revision: str | None, token: Callable[[], str | None]
) -> tuple[ModelInfo, bool]:
    try:
        return _ask(endpoint, repo, revision, None, order.gated), False
    except InkhornError as error:
        # A repository that is private looks like one that is not there.
        secret = token() if error.kind in ("unauthorized", "gated", "not_found") else None
        if secret is None:
            raise
    return _ask(endpoint, repo, revision, secret, order.gated), True


def _ask(endpoint: str, repo: str, revision: str | None, token: str | None, gated: bool) -> ModelInfo:
    api = HfApi(endpoint=endpoint, token=token or False, library_name="inkhorn")
    try:
        return api.model_info(repo, revision=revision or "main", files_metadata=True)
    except HfHubHTTPError as error:
        raise error_of_status(error.response, repo, gated) from error
    except HFValidationError as error:
        message = f"“{repo}” cannot be the name of a model on the hub."
        raise InkhornError("not_found", message, reason="form") from error
    except (ValueError, TypeError, KeyError) as error:
        message = f"{endpoint} does not answer as a model hub does. Is it a mirror of one?"
        raise InkhornError("network", message, reason="protocol", retry=False) from error


def _expected(sibling: RepoSibling, endpoint: str) -> Expected:
    name, size = sibling.rfilename, sibling.size
    if sibling.lfs is not None:
        return Expected(name, sibling.lfs.size, sha256=sibling.lfs.sha256)
    if size is None or not sibling.blob_id:
        message = f"{endpoint} does not say how large {name} is or what its hash is, so it cannot be checked."
        raise InkhornError("not_found", message, reason="no_hash")
    return Expected(name, size, blob=sibling.blob_id)


def _licence(info: ModelInfo) -> str:
    data = info.card_data
    licence = data.get("license") if data is not None else None
    if isinstance(licence, str) and licence != "other":
        return licence_name(licence[:60])
    name = data.get("license_name") if data is not None else None
    return licence_name(name[:60]) if isinstance(name, str) else ""
