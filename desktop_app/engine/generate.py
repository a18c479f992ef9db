"""One reply: ids in, pieces of text out, with the numbers at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from desktop_app.core.messages import Reply, StopReason
from desktop_app.core.sampling import Sampling
from desktop_app.engine.caches import shared_length
from desktop_app.engine.causal import Cache, CausalModel, Stopped
from desktop_app.engine.lookup import Drafter
from desktop_app.engine.reading import check_fits, read
from desktop_app.engine.sampling import Sampler
from desktop_app.engine.stopping import StopTexts, TextAssembler
from desktop_app.engine.tokenizer import Vocabulary

if TYPE_CHECKING:
    from desktop_app.engine.constrain import Constraint


@dataclass(frozen=True, slots=True)
class PromptRead:
    """``done`` of ``total`` prompt tokens that had to be read."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Piece:
    text: str


@torch.inference_mode()
def generate(
    model: CausalModel,
    cache: Cache,
    vocabulary: Vocabulary,
    ids: Sequence[int],
    sampling: Sampling,
    cancelled: Callable[[], bool],
    started: float,
    *,
    look_up: bool = True,
    schema: str = "",
    continues: bool = False,
) -> Iterator[PromptRead | Piece | Reply]:
    """Reply to the prompt ``ids``; the last value is the `Reply`. ``cancelled`` is asked before each
    token and each layer; ``started`` is the `time.perf_counter` that times count from.

    What ``cache`` holds of the prompt already is not computed again. The prompt's last token is always
    a step of its own, so that a repeated request computes the very same numbers from there on. With
    ``look_up`` several tokens may come of one step (see `desktop_app.engine.lookup`): the same ones, and
    the cache holds the same at the end. With ``schema`` the reply is JSON that follows it, whole unless
    something else ends it first: raises InkhornError ``schema``. ``continues``: the prompt ends inside the
    reply's own text, and not where the reply begins.
    """
    context = model.context_length
    check_fits(len(ids), context)
    stops, assembler = StopTexts(sampling.stop), TextAssembler()
    reused = shared_length(cache.ids, ids[:-1])
    cache.truncate(reused)
    cache.reserve(len(ids))
    sampler = Sampler(sampling)
    reply_ids: list[int] = []
    looked_up = 0
    first_at = 0.0
    reason: StopReason | None = None

    unread = list(ids[reused:-1])
    constraint: Constraint | None = None
    try:
        constraint = _constraint(vocabulary, schema, cancelled) if schema else None
        for done in read(model, cache, unread, cancelled):
            yield PromptRead(done, len(unread))
    except Stopped:
        reason = "cancelled"
    steps = _Steps(model, cache, sampler, vocabulary.stop_ids, ids, look_up, constraint)
    while reason is None:
        before = cache.length
        room = min(sampling.max_tokens - len(reply_ids), context - before)
        try:
            drawn = steps.next(room, cancelled)
        except Stopped:
            reason = "cancelled"
            break
        first_at = first_at or time.perf_counter()
        number = 0
        for number, token in enumerate(drawn, 1):
            if token in vocabulary.stop_ids:
                reason = "end"
                break
            reply_ids.append(token)
            looked_up += number < len(drawn)
            begins = len(reply_ids) == 1 and not continues
            text = stops.add(assembler.add(vocabulary.bytes_of(token, begins)))
            if text:
                yield Piece(text)
            if stops.found:
                reason = "stop_text"
            elif len(reply_ids) >= sampling.max_tokens:
                reason = "length"
            elif len(ids) + len(reply_ids) >= context:
                reason = "context"
            elif cancelled():
                reason = "cancelled"
            if reason is not None:
                break
        cache.truncate(before + number)  # nothing that was drawn after the end
    if rest := stops.rest():
        yield Piece(rest)
    decoding = time.perf_counter() - first_at if first_at else 0.0
    yield Reply(
        stop_reason=reason,
        prompt_tokens=len(ids),
        reused_tokens=reused,
        reply_tokens=len(reply_ids),
        first_token_s=first_at - started if first_at else 0.0,
        decode_tokens_per_s=(len(reply_ids) - 1) / decoding if decoding and len(reply_ids) > 1 else 0.0,
        seed=sampler.seed,
        looked_up_tokens=looked_up,
    )


def _constraint(vocabulary: Vocabulary, schema: str, cancelled: Callable[[], bool]) -> Constraint:
    from desktop_app.engine.constrain import Constraint  # llguidance is for those who ask for it

    return Constraint(vocabulary, schema, cancelled)


class _Steps:
    """Draws the tokens of one reply. ``cache`` holds all of ``ids`` but the last."""

    def __init__(
        self,
        model: CausalModel,
        cache: Cache,
        sampler: Sampler,
        stop_ids: frozenset[int],
        ids: Sequence[int],
        look_up: bool,
        constraint: Constraint | None = None,
    ) -> None:
        self._model, self._cache, self._sampler, self._stop_ids = model, cache, sampler, stop_ids
        self._seen = list(ids)
        self._constraint = constraint
        self._rows = model.draft_rows if look_up else 1
        self._drafter = Drafter(ids, self._rows) if self._rows > 1 else None

    def next(self, room: int, cancelled: Callable[[], bool]) -> list[int]:
        """One pass of the model and the tokens that come of it, one at least and ``room`` at most; all but
        the last are in the cache then. None comes after an end token. Raises `Stopped`."""
        draft = self._draft(room - 1)
        before = self._cache.length
        started = time.perf_counter()
        hidden = self._model.forward(self._cache, [self._seen[-1], *draft], cancelled)
        rows = list(self._model.logits(hidden[:1]))
        seconds = time.perf_counter() - started
        drawn = [self._draw(rows[0])]
        # A guess that is right at first is mostly right for long: the others' logits are made at once.
        if draft and drawn[0] == draft[0] and drawn[0] not in self._stop_ids:
            started = time.perf_counter()
            rows += self._model.logits(hidden[1:])
            seconds += time.perf_counter() - started
            for row, guess in zip(rows[1:], [*draft[1:], None], strict=True):
                drawn.append(self._draw(row))
                if drawn[-1] != guess or drawn[-1] in self._stop_ids:
                    break
        self._cache.truncate(before + len(drawn))
        if self._drafter:
            self._drafter.took(1 + len(draft), seconds)
            for token in drawn:
                self._drafter.drawn(token)
        return drawn

    def _draft(self, limit: int) -> list[int]:
        if self._drafter is None:
            return []
        looked_up = self._drafter.draft(limit)
        forced = self._constraint.forced() if self._constraint else []
        return forced[: min(limit, self._rows - 1)] or looked_up

    def _draw(self, scores: Tensor) -> int:
        if self._constraint:
            self._constraint.mask(scores)
        token = self._sampler.next(scores, self._seen)
        self._seen.append(token)
        if self._constraint and token not in self._stop_ids:
            self._constraint.drawn(token)
        return token
