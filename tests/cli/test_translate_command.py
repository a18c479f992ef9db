"""`inkhorn translate` on the terminal, with a small model that learnt a dozen sentences."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEA, CATS = "A cup of tea, please.", "Cats hate to get wet."
TEA_ZH, CATS_ZH = "请给我一杯茶。", "猫讨厌被弄湿。"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.engine.translation.trained import train

    folder = tmp_path_factory.mktemp("data")
    (folder / "models").mkdir()
    train("marian", folder / "models" / "opus-mt-en-zh")
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    return tmp_path / "data"


def inkhorn(data: Path, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "desktop_app", "--data-dir", str(data), "translate", *arguments],
        cwd=ROOT,
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


@pytest.mark.slow
def test_line_for_line_from_standard_input(data: Path) -> None:
    done = inkhorn(data, "--from", "en", "--to", "zh", given=f"{TEA}\n\n{CATS} {TEA}\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{TEA_ZH}\n\n{CATS_ZH}{TEA_ZH}\n"
    assert done.stderr == ""


@pytest.mark.slow
def test_arguments_and_a_file(data: Path, tmp_path: Path) -> None:
    assert inkhorn(data, "--to", "zh", "--from", "en", TEA, CATS).stdout == f"{TEA_ZH}\n{CATS_ZH}\n"
    path = tmp_path / "lines.txt"
    path.write_text(f"{TEA}\n{CATS}", encoding="utf-8-sig")
    assert inkhorn(data, "--to", "zh", "--from", "en", str(path)).stdout == f"{TEA_ZH}\n{CATS_ZH}\n"


@pytest.mark.slow
def test_json_and_what_was_not_translated(data: Path) -> None:
    strange = "Meet me at 14:30 at https://example.org/a."
    done = inkhorn(data, "--json", "--from", "en", "--to", "zh", TEA, strange)
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {
        "text": TEA,
        "translation": TEA_ZH,
        "from": "en",
        "to": "zh",
        "model": "opus-mt-en-zh",
        "problems": [],
    }
    assert second["translation"] == strange
    assert [one["sentence"] for one in second["problems"]] == [strange]
    assert done.returncode == 1
    assert "1 sentence was not translated" in done.stderr


@pytest.mark.slow
def test_a_document_to_a_document(data: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<html><body><h1>{TEA}</h1><p>{CATS}</p></body></html>", encoding="utf-8")
    target = tmp_path / "out.html"
    done = inkhorn(data, "--from", "en", "--to", "zh", "-o", str(target), str(page))
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{target}\n"
    assert "2 of 2 segments" in done.stderr
    text = target.read_text(encoding="utf-8")
    assert f"<h1>{TEA_ZH}</h1>" in text
    assert f"<p>{CATS_ZH}</p>" in text
    into_folder = inkhorn(data, "--json", "--from", "en", "--to", "zh", "-o", str(tmp_path), str(page))
    assert json.loads(into_folder.stdout)["file"] == str(tmp_path / "page.zh.html")


def test_wrong_use_is_2_and_says_what(bare: Path, tmp_path: Path) -> None:
    page = tmp_path / "a.txt"
    page.write_text("Hello.", encoding="utf-8")
    for arguments, words in (
        ((), "--to"),
        (("--to", "en", "--from", "en", "hello"), "already"),
        (("--to", "pt", "12345"), "--from"),
        (("--to", "pt", "-o", "x", "a", "b"), "one document"),
        (("--to", "pt", "-o", "x.txt", str(tmp_path / "gone.txt")), "no file"),
    ):
        done = inkhorn(bare, *arguments)
        assert done.returncode == 2, arguments
        assert words in done.stderr, arguments
        assert "Traceback" not in done.stderr


def test_nothing_to_translate_is_nothing_translated(bare: Path) -> None:
    done = inkhorn(bare, "--to", "pt", given="\n\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "\n\n", "")


def test_no_model_is_1_and_says_how_to_get_one(bare: Path) -> None:
    done = inkhorn(bare, "--from", "en", "--to", "pt", "Hello.")
    assert done.returncode == 1
    assert "inkhorn models get firefox-en-pt" in done.stderr
    as_json = inkhorn(bare, "--json", "--from", "en", "--to", "pt", "Hello.")
    assert json.loads(as_json.stderr)["error"]["kind"] == "model_missing"


def test_a_bad_document_is_1(bare: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.docx"
    path.write_bytes(b"PK\x03\x04 nonsense")
    done = inkhorn(bare, "--from", "en", "--to", "pt", "-o", str(tmp_path / "o.docx"), str(path))
    assert done.returncode == 1
    assert "zip" in done.stderr
    assert not (tmp_path / "o.docx").exists()


@pytest.mark.slow
def test_models_are_scored_on_ones_own_pairs(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(
        f"{TEA_ZH}\t{TEA}\n{CATS_ZH}\t{CATS}\n{TEA_ZH}{CATS_ZH}\t{TEA} {CATS}\n", encoding="utf-8"
    )
    done = inkhorn(data, "--score", str(path), "--from", "en", "--to", "zh", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    (model,) = said["models"]
    assert (said["from"], said["to"], said["pairs"], said["better"]) == ("en", "zh", 3, None)
    assert model["chrf"]["value"] == model["bleu"]["value"] == 100
    assert said["sentences"][0]["translations"] == {model["name"]: TEA_ZH}
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text(f"{TEA}\n{CATS}\n", encoding="utf-8")
    second.write_text(f"{TEA_ZH}\n{TEA_ZH}\n", encoding="utf-8")
    names = ["--model", model["model"], "--model", model["model"]]
    two = inkhorn(data, "--from", "en", "--to", "zh", *names, "--score", str(first), str(second))
    assert two.returncode == 0, two.stderr
    assert "no difference that chance alone could not make" in two.stdout


def test_scoring_wants_pairs(bare: Path, tmp_path: Path) -> None:
    assert inkhorn(bare, "--to", "zh", "--score", "nothing.tsv").returncode == 2
    path = tmp_path / "pairs.tsv"
    path.write_text("one column\n", encoding="utf-8")
    refused = inkhorn(bare, "--from", "en", "--to", "zh", "--score", str(path), "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stderr)["error"]["kind"] == "bad_file"
    assert inkhorn(bare, "--to", "zh", "--model", "a", "--model", "b", "Hello").returncode == 2
