"""BLEU and chrF with what chance allows."""

from __future__ import annotations

import pytest

from desktop_app.translation.scores import chance_that_better, differences, score

REFERENCES = [
    "The cat sat on the old red mat.",
    "It rained all day in the hills.",
    "Nobody came to the bridge.",
]


def test_scores_and_intervals() -> None:
    same = score(REFERENCES, REFERENCES, "en", 100)
    assert same.bleu.value == pytest.approx(100)
    assert same.chrf.value == pytest.approx(100)
    worse = score(["The cat sat on a mat.", "It rained all day in the hills.", "No."], REFERENCES, "en", 100)
    assert worse.bleu.value < 90
    assert worse.chrf.low <= worse.chrf.value <= worse.chrf.high
    assert "tok:13a" in worse.signature
    assert [entry.index for entry in differences(worse, same)] == [2, 0]
    assert differences(worse, same)[0].difference > 50
    assert chance_that_better(worse.sentences, same.sentences) > 0.9


def test_chinese_is_counted_in_characters() -> None:
    found = score(["我喜欢喝热茶。"], ["我喜欢喝绿茶。"], "zh-Hant", 10)
    assert "tok:zh" in found.signature
    assert 0 < found.bleu.value < 100
    assert "tok:char" in score(["お茶を飲む"], ["お茶を飲む"], "ja", 10).signature


def test_wrong_use() -> None:
    with pytest.raises(ValueError, match="references"):
        score(["a"], [], "en")
    with pytest.raises(ValueError, match="sentences"):
        chance_that_better([1.0], [])
