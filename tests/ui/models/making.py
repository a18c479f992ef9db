"""Models, shelves and downloads for tests, as values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop_app.core.messages import Failed
from desktop_app.library.catalogue import Catalogue, HubSource, Model, Strengths, Variant
from desktop_app.library.computer import Computer
from desktop_app.library.installed import DiskUse, Installed
from desktop_app.library.memory import fit
from desktop_app.ui.models.shelf import Shelf
from desktop_app.worker.download_state import DownloadState

GB = 1_000_000_000


def variant(name: str = "q4_k_m", bits: float = 4.8, size: int | None = GB) -> Variant:
    source = HubSource("maker/model", "a" * 40, ("*.gguf",))
    return Variant(name, name.upper(), bits, size, source, "gguf")


def model(model_id: str, **changes: Any) -> Model:
    values: dict[str, Any] = {
        "id": model_id,
        "name": model_id.title(),
        "family": "llama",
        "tasks": ("chat",),
        "publisher": "Maker",
        "licence": "Apache-2.0",
        "licence_url": "https://example.org/licence",
        "must_accept": False,
        "gated": False,
        "homepage": f"https://example.org/{model_id}",
        "languages": ("en",),
        "strengths": Strengths(2, 1),
        "parameters": GB,
        "context": 8192,
        "kv_bytes_per_token": 1000,
        "starter": False,
        "recommended": (),
        "summary_en": f"{model_id} in English.",
        "summary_zh": f"{model_id} 的中文介绍。",
        "variants": (variant(), variant("bf16", 16.0, None)),
        "output_weights": 1000,  # a decoder: packed on the CPU
    }
    return Model(**{**values, **changes})


def pair(source: str, target: str, **changes: Any) -> Model:
    return model(
        f"{source}-{target}",
        tasks=("translation",),
        pair=(source, target),
        languages=(source, target),
        parameters=20_000_000,
        variants=(variant("tiny", 8.0, 20_000_000),),
        **changes,
    )


MODELS = (
    model("starter", starter=True, parameters=135_000_000, strengths=Strengths(1, 0)),
    model("small", parameters=2 * GB, recommended=("chat",), strengths=Strengths(2, 2)),
    model("large", parameters=8 * GB, strengths=Strengths(3, 0)),
    model("giant", parameters=400 * GB),
    model("feelings", tasks=("classification",), parameters=100_000_000, publisher="Somebody"),
    pair("en", "zh", recommended=("translation",)),
    pair("en", "de"),
    pair("de", "en"),
    pair("fr", "en"),
)


def installed(name: str, entry: Model | None = None, **changes: Any) -> Installed:
    values: dict[str, Any] = {
        "id": name,
        "name": name.title(),
        "path": Path("/models") / name / "model.gguf",
        "kind": "model",
        "model": entry,
        "variant": entry.variants[0].id if entry else "",
        "origin": "download",
        "state": "present",
        "bytes_on_disk": 2_100_000_000,
        "sha256": "ab" * 32,
        "tasks": entry.tasks if entry else ("chat",),
        "licence": "Apache-2.0",
        "added": 1_700_000_000.0,
        "folder": Path("/models") / name,
        "family": "llama",
    }
    return Installed(**{**values, **changes})


def shelf(*there: Installed, models: tuple[Model, ...] = MODELS, free: int | None = 10 * GB) -> Shelf:
    computer = Computer(16 * GB, free, 100 * GB, ())
    fits = {(m.id, v.id): fit(m, v, computer) for m in models for v in m.variants}
    starter = installed("starter", models[0], origin="bundled")
    use = DiskUse(2_100_000_000, 400_000_000, 0, 100 * GB)
    return Shelf(Catalogue(models), (starter, *there), computer, use, fits)


def download(phase: Any = "running", **changes: Any) -> DownloadState:
    state = DownloadState("small/q4_k_m", "small", "q4_k_m", "Small", phase, 412_000_000, 2_010_000_000)
    return replace(state, **changes)


def failure(kind: str, **values: Any) -> Failed:
    return Failed(0, kind, "It did not work.", values=values)
