"""`inkhorn models` as a person or a script runs it, against a hub that is real but for its address."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.library import faults
from tests.library.hub_server import Hub, Repo
from tests.library.models_on_disk import adapter_folder, gguf, model_folder, safetensors

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("nothing_of_this_computers")


@pytest.fixture
def data(tmp_path: Path, hub: Hub) -> Path:
    """A data folder whose settings name the test's hub."""
    folder = tmp_path / "data"
    settings(folder, hub_endpoint=hub.url)
    return folder


def settings(folder: Path, **values: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "settings.json").write_text(json.dumps(values), encoding="utf-8")


@pytest.fixture
def real_hub(hub: Hub) -> Hub:
    """With models that are whole by their headers."""
    hub.repos["maker/model"] = Repo(
        {
            "config.json": b'{"model_type": "llama", "architectures": ["LlamaForCausalLM"]}',
            "model.safetensors": safetensors((100, 100)),
            "tokenizer.json": b"{}",
        }
    )
    files = {f"small-{form}.gguf": gguf(tail=form.encode() * 9000) for form in ("Q4_0", "Q8_0")}
    hub.repos["maker/ggufs"] = Repo(files)
    return hub


def start(data: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "desktop_app", "models", *arguments, "--data-dir", str(data)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=os.name == "posix",
    )


def run(data: Path, *arguments: str) -> tuple[int, str, str]:
    with start(data, *arguments) as child:
        out, err = child.communicate(timeout=120)
    assert "Traceback" not in err
    return child.returncode, out, err


def run_json(data: Path, *arguments: str) -> Any:
    status, out, err = run(data, *arguments, "--json")
    assert status == 0, err
    assert err == ""
    return json.loads(out)


def own(data: Path) -> list[dict[str, Any]]:
    return [entry for entry in run_json(data, "list")["models"] if entry["origin"] != "bundled"]


@pytest.mark.slow
def test_got_listed_verified_and_removed(data: Path, real_hub: Hub) -> None:
    status, out, err = run(data, "get", "hub:maker/model")
    assert status == 0, err
    folder = Path(out.strip())
    assert folder == data / "models" / "maker--model"
    assert "Trying" not in err
    (entry,) = own(data)
    assert (entry["id"], entry["state"], entry["family"]) == ("maker--model", "present", "llama")
    assert entry["tasks"] == ["chat", "writing"]
    asked = len(real_hub.seen)
    assert run(data, "get", "hub:maker/model")[0] == 0  # there already
    assert len(real_hub.seen) == asked
    assert run(data, "verify", "maker--model")[0] == 0
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    status, out, _ = run(data, "verify")
    assert status == 1
    assert "maker--model" in out
    assert "damaged" in out
    assert run_json(data, "remove", "maker--model")["freed"] > 40_000
    assert own(data) == []


def test_one_of_several_forms(data: Path, real_hub: Hub) -> None:
    status, _, err = run(data, "get", "hub:maker/ggufs")
    assert status == 1
    assert "small-Q4_0.gguf, small-Q8_0.gguf" in err
    entry = run_json(data, "get", "hub:maker/ggufs:small-Q4_0.gguf")
    assert entry["path"].endswith("small-Q4_0.gguf")
    assert entry["sha256"]
    assert entry["licence"] == "Apache-2.0"


def test_a_model_of_the_catalogue_and_its_licence(data: Path, real_hub: Hub) -> None:
    rows = {row["id"]: row for row in run_json(data, "list", "--available")["available"]}
    row = next(row for row in rows.values() if row["must_accept"] and row["format"] == "gguf")
    status, out, err = run(data, "get", row["id"], "--json")
    assert (status, out) == (1, "")
    assert json.loads(err)["error"]["kind"] == "licence"
    assert real_hub.seen == []
    free = next(r for r in rows.values() if not r["must_accept"] and r["format"] == "safetensors")
    model, variant = free["id"].split("/")
    status, _, err = run(data, "get", model, "--variant", variant)
    assert status == 1
    assert "does not have" in err  # asked for, and the test's hub does not have it
    assert real_hub.seen


def test_the_one_that_came_with_the_app_is_not_fetched(data: Path, hub: Hub, starter_model: Path) -> None:
    assert run(data, "get", "smollm2-135m-instruct")[1].strip() == str(starter_model)


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C reaches a child of a test on POSIX only")
def test_ctrl_c_keeps_what_came_and_the_same_command_goes_on(data: Path, real_hub: Hub) -> None:
    real_hub.cdn.faults = [faults.stall_after(20_000)]
    part = data / "models" / ".downloads" / "maker--model" / "parts" / "model.safetensors"
    with start(data, "get", "hub:maker/model") as child:
        wait(lambda: part.exists() and part.stat().st_size == 20_000)
        os.killpg(child.pid, signal.SIGINT)
        _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in err
    assert run(data, "get", "hub:maker/model")[0] == 0
    assert [seen.first_byte for seen in real_hub.cdn.seen] == [0, 20_000]


def wait(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "required"),
        (("steal",), "invalid choice"),
        (("get",), "required"),
        (("get", "hub:no-owner"), "hub:owner/name"),
        (("get", "hub:a/b:../../etc/passwd"), "hub:owner/name"),
        (("import",), "required"),
    ],
)
def test_wrong_use_is_2_and_says_what(data: Path, arguments: tuple[str, ...], words: str) -> None:
    status, out, err = run(data, *arguments)
    assert (status, out) == (2, "")
    assert words in err


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("get", "nothing"), "not_found"),
        (("get", "smollm2-135m-instruct/q9"), "not_found"),
        (("get", "hub:maker/none"), "not_found"),
        (("remove", "nothing"), "model_missing"),
        (("remove", "smollm2-135m-instruct"), "read_only"),
        (("verify", "nothing"), "model_missing"),
        (("import", "/nothing/here.gguf"), "model_missing"),
    ],
)
def test_failures_are_1_with_their_kind(
    data: Path, arguments: tuple[str, ...], kind: str, starter_model: Path
) -> None:
    status, out, err = run(data, *arguments, "--json")
    assert (status, out) == (1, "")
    assert json.loads(err)["error"]["kind"] == kind


def test_imports(data: Path, tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(gguf())
    assert run(data, "import", str(tmp_path / "a.gguf"))[1].strip().endswith("Small/a.gguf")
    folder = model_folder(tmp_path / "folder")
    assert run_json(data, "import", str(folder), "--link")["path"] == str(folder)
    assert run_json(data, "import", str(adapter_folder(tmp_path / "my-adapter")))["kind"] == "adapter"
    assert {entry["origin"] for entry in own(data)} == {"import", "link"}
    (tmp_path / "x.bin").write_bytes(b"\x80\x02")
    status, _, err = run(data, "import", str(tmp_path / "x.bin"))
    assert status == 1
    assert "pickle" in err
