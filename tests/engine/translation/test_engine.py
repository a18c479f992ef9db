"""Translating in the engine process, with models that were trained here and saved as the hub has them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.core.messages import Cancel, Done, Failed
from desktop_app.core.translation import Term, Translate, Translated, TranslateOptions, Translation
from desktop_app.engine.serve import run_engine
from tests.engine.client import Client, load
from tests.engine.translation.trained import PAIRS, train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """The app's end of an engine process."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=run_engine, args=(theirs,))
    process.start()
    theirs.close()
    client = Client(ours)
    yield client
    client.end()
    process.join(20)
    assert process.exitcode == 0


def translate(client: Client, *sentences: str, options: TranslateOptions | None = None) -> list[Translation]:
    number = client.id()
    client.send(Translate(number, sentences, "en", "zh", options or TranslateOptions()))
    results: tuple[Translation, ...] = client.result(number)
    told = {e.index: e.result for e in client.events if isinstance(e, Translated) and e.id == number}
    assert told == dict(enumerate(results))
    return list(results)


@pytest.mark.parametrize("kind", ["marian", "m2m", "nllb"])
def test_trained_sentences_are_translated(kind: str, client: Client, tmp_path: Path) -> None:
    torch_threads()
    model = train(kind, tmp_path / "model")
    info = client.result(load(client, model, tmp_path / "prepared"))
    assert info.kind == "text_to_text"

    results = translate(client, *(english for english, _ in PAIRS))
    assert [result.text for result in results] == [chinese for _, chinese in PAIRS]
    assert all(not result.problem and 0.8 < (result.confidence or 0) <= 1 for result in results)

    # One by one and beside long ones it is the same: padding has no part in it.
    for english, chinese in PAIRS[:4]:
        assert translate(client, english)[0].text == chinese

    mixed = translate(
        client, "", "  \n", "3.14", PAIRS[0][0] + "\n", "https://tatoeba.org", "请给我一杯茶。 Tea?"
    )
    assert [result.text for result in mixed[:5]] == [
        "",
        "  \n",
        "3.14",
        PAIRS[0][1] + "\n",
        "https://tatoeba.org",
    ]

    options = TranslateOptions(script="Hant")
    assert translate(client, PAIRS[3][0], options=options)[0].text == "你數學好嗎？"
    beams = translate(client, PAIRS[1][0], options=TranslateOptions(alternatives=3))[0]
    assert beams.text == PAIRS[1][1]
    assert beams.text not in beams.alternatives

    wished = TranslateOptions(terms=(Term("pencil", "黑洞"),))
    term = translate(client, "Do you have a pencil?", options=wished)[0]
    assert (term.terms_asked, term.terms_kept) == (1, 1)
    assert "黑洞" in term.text


def test_long_lines_end_and_can_be_cancelled(client: Client, tmp_path: Path) -> None:
    torch_threads()
    model = train("marian", tmp_path / "model")
    client.result(load(client, model, tmp_path / "prepared"))
    line = "Be quiet, all of you. " * 455  # 10,000 characters
    without = "be quiet all of you and " * 417
    results = translate(client, line, without)
    assert len(results) == 2
    for given, result in zip((line, without), results, strict=True):
        assert result.problem == "" or result.text == given

    number = client.id()
    client.send(Translate(number, (line, without), "en", "zh"))
    client.send(Cancel(client.id(), number))
    answer = client.wait(number)
    assert isinstance(answer, Failed)
    assert answer.kind == "cancelled"
    assert isinstance(client.wait(number + 1), Done)
    assert translate(client, PAIRS[0][0])[0].text == PAIRS[0][1]


def torch_threads() -> None:
    import torch

    torch.set_num_threads(2)
