"""What a file may say, and what it may not."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.engine.bergamot.load import load_bergamot
from desktop_app.engine.bergamot.origin import find_origin
from desktop_app.engine.bergamot.settings import read_settings
from desktop_app.engine.bergamot.shortlist import read_shortlist
from desktop_app.library.bergamot_files import find_bergamot_files, split_pair
from desktop_app.library.bergamot_header import read_header
from tests.engine.bergamot.network_writer import (
    Model,
    container,
    model_bytes,
    random_model,
    shortlist_bytes,
    write_shared,
)

GOOD = "".join(f"{name}: {value}\n" for name, value in random_model((20, 20)).options.items())
YML = (0x101, (4,), b"a: b")
NUMBERS = (0x404, (1, 4), struct.pack("<4f", 1, 2, 3, 4))


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(InkhornError) as raised:
        work()
    return raised.value.kind


def test_every_number_comes_back(tmp_path: Path) -> None:
    model = random_model((30, 30), seed=2)
    path = tmp_path / "model.bin"
    path.write_bytes(model_bytes(model))
    header = read_header(path)
    assert set(header.items) == set(model.tables) | set(model.vectors)
    content = path.read_bytes()
    for name, item in header.items.items():
        raw = content[item.start : item.start + item.bytes]
        if name in model.vectors:
            assert np.allclose(np.frombuffer(raw, "<f4", item.elements), model.vectors[name])
        else:
            weights, multiplier = model.tables[name]
            shape = item.shape if name.endswith("Wemb") else item.shape[::-1]
            found = np.frombuffer(raw, np.int8, item.elements).reshape(shape)
            assert (found == (weights if name.endswith("Wemb") else weights.T)).all()
            assert struct.unpack_from("<f", raw, item.elements)[0] == pytest.approx(multiplier)
    assert header.settings.startswith("type: transformer")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "model_damaged"),
        (struct.pack("<QQ", 1, 0), "model_damaged"),
        (struct.pack("<QQ", 1, 2**62), "model_damaged"),
        (container({"special:model.yml": YML}, version=2), "model_unsupported"),
        (container({"a": NUMBERS}), "model_damaged"),
        (container({"a": (0x404, (1, 5), NUMBERS[2]), "special:model.yml": YML})[:-300], "model_damaged"),
        (
            container({"a": (0x404, (1 << 20, 1 << 20), NUMBERS[2]), "special:model.yml": YML}),
            "model_damaged",
        ),
        (container({"a": (0x404, (-1, -4), NUMBERS[2]), "special:model.yml": YML}), "model_damaged"),
        (container({"a": (0x404, (1,) * 9, NUMBERS[2]), "special:model.yml": YML}), "model_damaged"),
        (container({"a": (0x402, (1, 4), NUMBERS[2]), "special:model.yml": YML}), "model_unsupported"),
        (container({"special:model.yml": (0x101, (9,), b"\xff\xfe a: b")}), "model_damaged"),
        (container({"a\0b": NUMBERS, "a\0c": NUMBERS, "special:model.yml": YML}), "model_damaged"),
    ],
)
def test_a_header_that_lies_is_refused(content: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    assert refusal(lambda: read_header(path)) == kind


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("dec-cell: ssru", "dec-cell: gru", "model_unsupported"),
        (
            "transformer-decoder-autoreg: rnn",
            "transformer-decoder-autoreg: self-attention",
            "model_unsupported",
        ),
        ("type: transformer", "type: amun", "model_unsupported"),
        ("transformer-postprocess: dan", "transformer-postprocess: dn", "model_unsupported"),
        ('transformer-preprocess: ""', "transformer-preprocess: n", "model_unsupported"),
        ("dim-emb: 16", "dim-emb: 99999999999999", "model_damaged"),
        ("dim-emb: 16", "dim-emb: many", "model_damaged"),
        ("dim-emb: 16", "dim-emb: 15", "model_damaged"),
        ("enc-depth: 2", "enc-depth: 0", "model_damaged"),
        ("enc-depth: 2", "", "model_damaged"),
    ],
)
def test_a_network_of_another_kind_is_refused(old: str, new: str, kind: str) -> None:
    assert old in GOOD
    assert refusal(lambda: read_settings(GOOD.replace(old, new))) == kind
    assert read_settings(GOOD).encoder_layers == 2


def test_the_decoder_may_be_narrower_than_the_encoder() -> None:
    found = read_settings(GOOD + "transformer-decoder-dim-ffn: 12\n")
    assert (found.feed_forward, found.decoder_feed_forward) == (24, 12)


def _without_a_bias(model: Model) -> None:
    del model.vectors["encoder_l1_self_bq"]


def _of_another_width(model: Model) -> None:
    model.tables["decoder_l1_rnn_W"] = model.tables["encoder_l1_ffn_W1"]


def _with_what_is_no_number(model: Model) -> None:
    model.vectors["encoder_l1_ffn_b1"][3] = float("nan")


def _without_a_multiplier(model: Model) -> None:
    model.tables["encoder_l1_self_Wq"] = (model.tables["encoder_l1_self_Wq"][0], 0.0)


def _with_another_vocabulary(model: Model) -> None:
    weights, multiplier = model.tables["Wemb"]
    model.tables["Wemb"] = (weights[:-1], multiplier)
    model.vectors["decoder_ff_logit_out_b"] = model.vectors["decoder_ff_logit_out_b"][:-1]


@pytest.mark.parametrize(
    "change",
    [
        _without_a_bias,
        _of_another_width,
        _with_what_is_no_number,
        _without_a_multiplier,
        _with_another_vocabulary,
    ],
)
def test_weights_that_do_not_fit_are_refused(change: Callable[[Model], None], tmp_path: Path) -> None:
    model = write_shared(tmp_path)
    change(model)
    next(tmp_path.glob("model*")).write_bytes(model_bytes(model))
    origin = find_origin(tmp_path)
    assert origin is not None
    assert refusal(lambda: load_bergamot(origin, None, "float32", "cpu", lambda *_: None)) == "model_damaged"


def test_likely_words_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lex.bin"
    model = random_model((20, 20))
    good = shortlist_bytes(model)
    path.write_bytes(good)
    assert list(read_shortlist(path, 20, 20, True).candidates([3]))
    for bad in (
        b"",
        good[:-1],
        good + b"\0",
        b"\0" * 8 + good[8:],
        good[:48] + struct.pack("<Q", 2**63) + good[56:],
        good[:56] + struct.pack("<Q", 2**40) + good[64:],
        good[:-4] + struct.pack("<I", 20),
        good[:16] + struct.pack("<Q", 21) + good[24:],
    ):
        path.write_bytes(bad)
        assert refusal(lambda: read_shortlist(path, 20, 20, True)) == "model_damaged"
    path.write_bytes(good)
    assert refusal(lambda: read_shortlist(path, 21, 20, True)) == "model_damaged"


def test_files_are_known_by_their_names() -> None:
    tiny = ["README.md", "lex.50.50.enpt.s2t.bin", "model.enpt.intgemm.alphas.bin", "vocab.enpt.spm"]
    found = find_bergamot_files(tiny)
    assert found is not None
    assert (found.names, found.pair) == (("model.enpt.intgemm.alphas.bin", tiny[1], tiny[3]), ("en", "pt"))
    chinese = [
        *("model.enzh_hant.intgemm.alphas.bin", "lex.50.50.enzh_hant.s2t.bin"),
        *("srcvocab.enzh_hant.spm", "trgvocab.enzh_hant.spm"),
    ]
    split = find_bergamot_files(chinese)
    assert split is not None
    assert (split.source_vocabulary, split.target_vocabulary) == tuple(chinese[2:])
    assert split.pair == ("en", "zh-Hant")
    assert find_bergamot_files(tiny[:-1]) is None
    assert find_bergamot_files([*tiny, "model.pten.intgemm.alphas.bin"]) is None
    assert find_bergamot_files(["pytorch_model.bin", "config.json", "source.spm"]) is None


@pytest.mark.parametrize(
    ("joined", "pair"),
    [
        ("enpt", ("en", "pt")),
        ("zh_hanten", ("zh-Hant", "en")),
        ("hbsen", ("hbs", "en")),
        ("frde", ("fr", "de")),
        ("abcdef", ()),
        ("", ()),
    ],
)
def test_the_two_languages_in_a_name(joined: str, pair: tuple[str, ...]) -> None:
    assert split_pair(joined) == pair
