"""Small random networks, read from their files, against plain loops."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from desktop_app.core.errors import InkhornError
from desktop_app.engine.bergamot.beam import beam_search
from desktop_app.engine.bergamot.load import load_bergamot
from desktop_app.engine.bergamot.origin import find_origin
from desktop_app.engine.bergamot.steps import Hypothesis, Steps
from desktop_app.engine.bergamot.translator import BergamotTranslator
from desktop_app.engine.bergamot.vocabulary import read_vocabulary
from desktop_app.engine.causal import Stopped
from desktop_app.engine.translation.pivot import Pivot
from desktop_app.engine.translation.translator import Decoded, Decoding
from tests.engine.bergamot.naive import Naive
from tests.engine.bergamot.network_writer import ENGLISH, write_shared, write_split

LINES = [*ENGLISH, "the", "", "  ", "a cat, a dog and 42 strange ☃ books"]
LONG = "the cat sat on the old mat. " * 40


def load(folder: Path, precision: str = "float32") -> BergamotTranslator:
    origin = find_origin(folder)
    assert origin is not None
    found = load_bergamot(origin, None, precision, "cpu", lambda stage, done: None)
    assert isinstance(found, BergamotTranslator)
    return found


def decode(translator: BergamotTranslator | Pivot, lines: list[str], wish: Decoding) -> list[list[Decoded]]:
    found: dict[int, list[Decoded]] = {}

    def finished(number: int, decoded: list[Decoded]) -> None:
        assert number not in found
        found[number] = decoded

    translator.decode(lines, "", "", wish, finished, lambda: False)
    return [found[number] for number in range(len(lines))]


@pytest.mark.parametrize("write", [write_shared, write_split])
@pytest.mark.parametrize("depths", [(2, 2), (1, 3)])
def test_greedy_texts_are_those_of_plain_loops(write, depths, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    model = write(tmp_path, depths=depths, seed=3)
    naive = Naive(model)
    source = read_vocabulary(next(path for path in tmp_path.glob("*.spm") if "trg" not in path.name))
    target = read_vocabulary(next(path for path in tmp_path.glob("*.spm") if "src" not in path.name))
    lengths = set()
    for line, (found,) in zip(LINES, decode(load(tmp_path), LINES, Decoding()), strict=True):
        if not line.strip():
            assert found == Decoded("")
            continue
        ids = [*source.ids([line])[0], source.end]
        pieces, logprobs, _ = naive.greedy(ids, 3 * len(ids) + 10)
        assert found.text == target.texts([pieces])[0]
        assert found.logprobs == pytest.approx(logprobs, abs=1e-4)
        assert found.ended == (len(logprobs) > len(pieces))
        lengths.add(len(pieces))
    assert len(lengths) > 2  # sentences left the batch at different times


@pytest.mark.skipif(not torch.cpu._is_vnni_supported(), reason="no int8 products on this processor")
def test_int8_rounds_as_mozillas_engine_does(tmp_path: Path) -> None:
    model = write_shared(tmp_path, seed=5)
    naive = Naive(model, rounded=True)
    vocabulary = read_vocabulary(next(tmp_path.glob("*.spm")))
    translator = load(tmp_path, "packed8")
    assert translator.precision == "packed8"
    for line, (found,) in zip(ENGLISH, decode(translator, list(ENGLISH), Decoding()), strict=True):
        ids = [*vocabulary.ids([line])[0], 0]
        pieces, logprobs, _ = naive.greedy(ids, 3 * len(ids) + 10)
        assert found.text == vocabulary.texts([pieces])[0]
        assert found.logprobs == pytest.approx(logprobs, abs=2e-3)


def test_bfloat16_is_near(tmp_path: Path) -> None:
    write_shared(tmp_path, seed=5)
    exact = decode(load(tmp_path), list(ENGLISH), Decoding())
    near = decode(load(tmp_path, "bfloat16"), list(ENGLISH), Decoding())
    for (one,), (other,) in zip(exact, near, strict=True):
        assert other.logprobs[0] == pytest.approx(one.logprobs[0], abs=0.1)


def test_a_sentence_does_not_depend_on_those_beside_it(tmp_path: Path) -> None:
    write_shared(tmp_path, seed=8)
    translator = load(tmp_path)
    lines = [*ENGLISH] * 20
    together = decode(translator, lines, Decoding())
    for line, (found,) in zip(lines, together, strict=True):
        ((alone,),) = decode(translator, [line], Decoding())
        assert found.text == alone.text
        assert found.logprobs == pytest.approx(alone.logprobs, abs=1e-4)
        assert found.alignment == alone.alignment


def test_a_beam_finds_what_is_at_least_as_likely(tmp_path: Path) -> None:
    model = write_shared(tmp_path, seed=3)
    naive = Naive(model)
    vocabulary = read_vocabulary(next(tmp_path.glob("*.spm")))
    translator = load(tmp_path)
    wide = decode(translator, list(ENGLISH), Decoding(beams=6, alternatives=3))
    for line, found in zip(ENGLISH, wide, strict=True):
        texts = [one.text for one in found]
        assert len(set(texts)) == len(texts) > 1
        means = [sum(one.logprobs) / len(one.logprobs) for one in found if one.ended]
        assert means == sorted(means, reverse=True)
        ids = [*vocabulary.ids([line])[0], 0]
        pieces, logprobs, _ = naive.greedy(ids, 3 * len(ids) + 10)
        if found[0].ended and len(logprobs) > len(pieces):
            assert means[0] >= sum(logprobs) / len(logprobs) - 1e-4


def test_the_probabilities_of_a_beam_are_those_of_its_pieces(tmp_path: Path) -> None:
    model = write_shared(tmp_path, seed=3)
    naive = Naive(model)
    parts = load(tmp_path)._parts
    with torch.inference_mode():
        for line in ENGLISH:
            ids = [*parts.source.ids([line])[0], 0]
            steps = Steps(
                parts.network, parts.network.encode([ids]), [parts.candidates(ids, ())], lambda: False
            )
            found: dict[int, list[Hypothesis]] = {}
            beam_search(steps, [40], [()], 4, 0, found.__setitem__)
            assert len(found[0]) == 4
            for one in found[0]:
                if one.ended:
                    assert one.logprobs == pytest.approx(naive.score(ids, one.ids), abs=1e-4)


@pytest.mark.parametrize("write", [write_shared, write_split])
def test_words_that_have_to_come_do(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write(tmp_path, seed=3)
    translator = load(tmp_path)
    words = ("gato", "livros") if write is write_shared else ("旧书", "贝壳")
    wish = Decoding(required=(words, (), words[:1], *[()] * (len(ENGLISH) - 3)))
    found = decode(translator, list(ENGLISH), wish)
    plain = decode(translator, list(ENGLISH), Decoding(beams=1))
    assert all(word in found[0][0].text for word in words)
    assert words[0] in found[2][0].text
    assert found[1][0].text == plain[1][0].text
    assert not all(word in plain[0][0].text for word in words)


def test_alignment_says_which_characters(tmp_path: Path) -> None:
    write_shared(tmp_path, seed=3)
    for line, (found,) in zip(ENGLISH, decode(load(tmp_path), list(ENGLISH), Decoding()), strict=True):
        assert found.alignment
        for pair in found.alignment:
            ours, theirs = found.text[pair.target_start : pair.target_end], line[pair.start : pair.end]
            assert ours == ours.strip() != ""
            assert theirs == theirs.strip() != ""
        covered = "".join(found.text[a.target_start : a.target_end] for a in dict.fromkeys(found.alignment))
        assert set(found.text) - {" "} <= set(covered)


def test_what_is_too_long_is_said_and_nothing_is_cut(tmp_path: Path) -> None:
    write_shared(tmp_path)
    translator = load(tmp_path)
    assert translator.count(LONG) > translator.longest
    with pytest.raises(InkhornError) as raised:
        decode(translator, ["the cat", LONG], Decoding())
    assert raised.value.kind == "context_overflow"
    assert raised.value.values["index"] == 1


def test_another_language_is_refused(tmp_path: Path) -> None:
    write_shared(tmp_path)
    translator = load(tmp_path)
    assert translator.languages == ("en", "pt")
    with pytest.raises(InkhornError) as raised:
        translator.transform(["the cat"], "en", "de")
    assert raised.value.kind == "model_unsupported"


def test_it_stops_between_two_steps(tmp_path: Path) -> None:
    write_shared(tmp_path)
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    with pytest.raises(Stopped):
        load(tmp_path).transform(list(ENGLISH), cancelled=cancelled)
    assert asked == 3


def test_transform_gives_texts_in_order_and_tells_how_far_it_is(tmp_path: Path) -> None:
    write_shared(tmp_path, seed=3)
    translator = load(tmp_path)
    told: list[float] = []
    texts = translator.transform(LINES, "en", "pt", told=told.append)
    assert texts == [found[0].text for found in decode(translator, LINES, Decoding())]
    assert told == sorted(told)
    assert (told[-1], len(told)) == (1.0, len(LINES))
    assert translator.transform(["\ud800 the cat"])  # half a character does no harm


def test_without_a_list_of_likely_words_every_piece_may_come(tmp_path: Path) -> None:
    model = write_shared(tmp_path, seed=3)
    next(tmp_path.glob("lex*")).unlink()
    size = len(model.vectors["decoder_ff_logit_out_b"])
    model.lists = [list(range(size))] * size
    vocabulary = read_vocabulary(next(tmp_path.glob("*.spm")))
    ids = [*vocabulary.ids([ENGLISH[0]])[0], 0]
    pieces, _, _ = Naive(model).greedy(ids, 3 * len(ids) + 10)
    assert load(tmp_path).transform([ENGLISH[0]]) == vocabulary.texts([pieces])


def test_through_a_second_network(tmp_path: Path) -> None:
    write_shared(tmp_path / "first", "pten", seed=3)
    write_split(tmp_path / "second", "enzh", seed=4)
    first, second = load(tmp_path / "first"), load(tmp_path / "second")
    through = Pivot(first, second)
    assert through.languages == ("pt", "zh")
    assert through.bytes == first.bytes + second.bytes
    lines = [*ENGLISH, ""]
    between = first.transform(lines)
    expected = ["".join(second.transform([text])) for text in between]
    found = decode(through, lines, Decoding())
    assert [one.text for one, *_ in found] == expected
    assert through.transform(lines) == expected
    for line, (one, *_) in zip(lines, found, strict=True):
        for pair in one.alignment:
            assert 0 <= pair.start < pair.end <= len(line)
            assert 0 <= pair.target_start < pair.target_end <= len(one.text)
    assert found[0][0].alignment
    with pytest.raises(InkhornError):
        Pivot(second, first)
