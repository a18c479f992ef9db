"""Two models on the same pairs: what is asked of them, and what may be said of the outcome."""

from __future__ import annotations

import json

from desktop_app.core.translation import Translation
from desktop_app.worker.scoring import BATCH, Trial, batches, compare, facts, sample, table

PAIRS = [(f"Sentence number {n}. And one more.", f"A frase número {n} é boa. E outra.") for n in range(70)]


def trial(name: str, broken: int) -> Trial:
    """Every ``broken``-th translation is another text."""
    made = tuple("xx yy zz" if n % broken == 0 else text for n, (_, text) in enumerate(PAIRS))
    return Trial(name, name, made, 0)


def test_every_sentence_is_asked_for_once_and_put_back() -> None:
    found = list(batches(PAIRS, "en"))
    assert [len(one.splits) for one in found] == [BATCH, BATCH, 70 - 2 * BATCH]
    assert found[0].sentences[:2] == ("Sentence number 0.", "And one more.")
    results = [Translation(text.upper(), "loop" if "7." in text else "") for text in found[0].sentences]
    texts = found[0].joined(results, "en", "pt")
    assert texts[0] == ("SENTENCE NUMBER 0. AND ONE MORE.", False)
    assert [number for number, (_, problem) in enumerate(texts) if problem] == [7, 17, 27]


def test_a_sample_is_the_same_each_time() -> None:
    assert sample(PAIRS, 20) == sample(PAIRS, 20)
    assert len(set(sample(PAIRS, 20))) == 20
    assert sample(PAIRS, 0) == sample(PAIRS, 500) == tuple(PAIRS)


def test_a_better_model_is_told_from_chance() -> None:
    good, bad = trial("good", 70), trial("bad", 3)
    assert compare("en", "pt", PAIRS, [bad, good]).verdict == "second"
    found = compare("en", "pt", PAIRS, [good, bad])
    assert found.verdict == "first"
    assert 0 in found.order or found.order[0] % 3 == 0
    assert found.scores[0].chrf.low <= found.scores[0].chrf.value <= found.scores[0].chrf.high
    assert compare("en", "pt", PAIRS, [good, good]).verdict == "chance"
    nearly = Trial("other", "other", ("x y z", *good.translations[1:-1], "x y z"), 0)
    assert compare("en", "pt", PAIRS, [good, nearly]).verdict == "chance"


def test_one_model_shows_its_worst() -> None:
    found = compare("en", "pt", PAIRS, [trial("one", 10)], most=7)
    assert found.verdict == "one"
    assert sorted(found.order) == [0, 10, 20, 30, 40, 50, 60]


def test_what_is_handed_on() -> None:
    found = compare("en", "pt", PAIRS, [trial("good", 70), trial("bad", 3)])
    lines = table(found).splitlines()
    assert lines[0] == "source\treference\tgood\tbad\tchrF good\tchrF bad"
    assert len(lines) == 71
    assert lines[2].endswith("\t100.0\t100.0")
    assert len(table(found, everything=False).splitlines()) == len(found.order) + 1
    said = facts(found)
    assert (said["pairs"], said["better"]) == (70, "first")
    assert json.loads(json.dumps(said)) == said
