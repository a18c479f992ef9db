"""Drafted rows of the real starter model have the numbers of single steps to the bit, wherever they stand:
across the steps to which keys are rounded, and across the length from which attention takes another way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from desktop_app.core.messages import Load
from desktop_app.engine.attention import LONG, ROUND
from desktop_app.engine.causal import DRAFT_ROWS
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.model import load_model, open_model

pytestmark = pytest.mark.slow

STARTS = [1, 5, 17, 59, ROUND - 1, ROUND, 4 * ROUND - 3, 300, 510, 1010, LONG - 7, LONG - 1, LONG + 6]


@pytest.fixture(scope="module")
def decoder(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Decoder:
    command = Load(0, str(starter_model), str(tmp_path_factory.mktemp("prepared")))
    opened = open_model(command, lambda _stage, _done: None)
    loaded = load_model(opened, command, lambda _stage, _done: None).model
    assert isinstance(loaded, Decoder)
    return loaded


@pytest.mark.parametrize("threads", [1, 2])
def test_drafted_rows_have_the_numbers_of_single_steps(decoder: Decoder, threads: int) -> None:
    if decoder.draft_rows == 1:
        pytest.skip("this CPU has no packed kernel, and nothing is drafted")
    ids = [(n * 7919) % 40000 + 100 for n in range(LONG + 2 * DRAFT_ROWS)]
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for start in STARTS:
            at_once = decoder.new_cache()
            decoder.forward(at_once, ids[:start])
            one_by_one = at_once.fork(start)
            single = torch.cat([decoder.forward(one_by_one, [t]) for t in ids[start : start + DRAFT_ROWS]])
            for rows in (2, 3, 5, DRAFT_ROWS):
                drafted = decoder.forward(at_once, ids[start : start + rows])
                assert torch.equal(drafted, single[:rows]), (start, rows)
                at_once.truncate(start)
    finally:
        torch.set_num_threads(before)


def test_the_best_logits_are_those_of_the_weights_and_not_of_the_kernels_rounding(decoder: Decoder) -> None:
    if decoder.head_rows is None:
        pytest.skip("this CPU has no packed kernel")
    ids = [(n * 7919) % 40000 + 100 for n in range(40)]
    hidden = decoder.forward(decoder.new_cache(), ids)[-2:]
    rounded = replace(decoder, head_rows=None).logits(hidden)
    found = decoder.logits(hidden)
    for row, coarse, state in zip(found, rounded, hidden, strict=True):
        best = row.topk(8).indices
        exact = decoder.head_rows(best).double() @ state.double()
        torch.testing.assert_close(row[best].double(), exact, atol=1e-4, rtol=1e-5)
        assert (coarse[best].double() - exact).abs().max() > 1e-3
        assert (row - coarse).abs().max() < 0.25  # a step of bfloat16 at 16 to 32, for each of two planes
