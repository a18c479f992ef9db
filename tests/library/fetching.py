"""One download, run in the test's own process."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Failed
from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import HubSource, Model, Strengths, Variant
from desktop_app.library.downloading import download
from desktop_app.library.jobs import new_job, write_job
from desktop_app.library.meter import Report
from desktop_app.library.network import Network
from desktop_app.library.orders import Order
from desktop_app.library.patience import Patience
from tests.library.hub_server import Hub

SHARD = "model-00001-of-00002.safetensors"
QUICK = Patience(connect_s=2, read_s=0.4, slow_s=0.3, slow_bytes_per_s=100_000, tries=4, first_pause_s=1)


def model_files(size: int = 300_000) -> dict[str, bytes]:
    shard = bytes(range(256)) * (size // 512)
    return {
        "README.md": b"---\nlicense: apache-2.0\n---\n",
        "config.json": b'{"model_type": "llama"}',
        "model-00001-of-00002.safetensors": b"\x10\0\0\0\0\0\0\0" + shard,
        "model-00002-of-00002.safetensors": b"\x20\0\0\0\0\0\0\0" + shard,
        "tokenizer.json": b'{"version": "1.0"}' + b" " * 2000,
        "pytorch_model.bin": b"\x80\x02pickle" * 500,
        "modeling_custom.py": b"import os\n",
        "onnx/model.onnx": b"onnx" * 500,
        ".gitattributes": b"*.bin lfs\n",
    }


TAKEN = (
    *("README.md", "config.json", "model-00001-of-00002.safetensors"),
    *("model-00002-of-00002.safetensors", "tokenizer.json"),
)


def an_order(source: HubSource | None = None, **more: object) -> Order:
    values: dict[str, object] = {
        "id": "test/bf16",
        "model_id": "test",
        "variant_id": "bf16",
        "name": "Test",
        "folder": "test--bf16",
        "source": source or HubSource("maker/model", None, ()),
        "format": "safetensors",
        **more,
    }
    return Order(**values)  # type: ignore[arg-type]


def a_model(name: str = "model", **more: object) -> Model:
    """An entry of a catalogue that the test's hub has as ``maker/<name>``."""
    source = HubSource(f"maker/{name}", None, ())
    values: dict[str, object] = {
        "id": name,
        "name": name.title(),
        "family": "llama",
        "tasks": ("chat",),
        "publisher": "maker",
        "licence": "Apache-2.0",
        "licence_url": "https://example.org/licence",
        "must_accept": False,
        "gated": False,
        "homepage": "https://example.org",
        "languages": ("en",),
        "strengths": Strengths(1, 0),
        "parameters": 1,
        "context": 8,
        "kv_bytes_per_token": 8,
        "starter": False,
        "recommended": (),
        "summary_en": "",
        "summary_zh": "",
        "variants": (Variant("bf16", "BF16", 16.0, None, source, "safetensors"),),
        **more,
    }
    return Model(**values)  # type: ignore[arg-type]


@dataclass
class Fetched:
    """One download in this process: what it told, how long it would have waited, and where it works."""

    paths: Paths
    order: Order = field(default_factory=an_order)
    reports: list[Report] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return new_job(self.order, self.paths).folder

    @property
    def failures(self) -> list[Failed]:
        """Why it waited, each time once, however often it was told meanwhile."""
        found = [report.failure for report in self.reports]
        return [now for before, now in itertools.pairwise([None, *found]) if now and now != before]

    def run(self, hub: Hub, patience: Patience = QUICK, **network: str) -> Path:
        write_job(new_job(self.order, self.paths))
        where = Network(**{"hub_endpoint": hub.url, **network})
        return download(self.folder, self.paths, where, self.reports.append, patience, self.waits.append)

    def fails(self, hub: Hub, **network: str) -> InkhornError:
        with pytest.raises(InkhornError) as caught:
            self.run(hub, **network)
        assert not (self.paths.user_models / self.order.folder).exists()
        return caught.value
