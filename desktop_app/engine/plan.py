"""Which messages fit the context, with exact counts, fast enough to run as somebody types.

Were the oldest messages left out one by one, each turn of a long conversation would begin with other
words than the one before, and nothing of the KV cache could be used again. So the cut between what is left
out and what is kept stands only at places that are some way apart (`_cuts`), and depend on nothing that
comes after them: it stays where it is until the context is full again, and then moves on by a step.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import get_args

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ChatMessage, ContextPlan, PlannedMessage, Role
from desktop_app.core.text import whole
from desktop_app.engine.template import ChatTemplate
from desktop_app.engine.tokenizer import Vocabulary

_CACHED = 20_000
_STEPS = 4  # a step of the cut frees about a fourth of the room for messages
_FINEST = 1 << 4  # parts of a step, where a whole one would leave out everything
_SAMPLED, _SAMPLED_LETTERS = 4, 500  # messages, and characters of each, that estimates are made from
_LONGEST_TOKEN_BYTES = 128  # the longest in known vocabularies: runs of blanks and dashes


class Planner:
    """Counts with one model's tokenizer and template. Not safe for two threads at once."""

    def __init__(self, vocabulary: Vocabulary, template: ChatTemplate, context_length: int) -> None:
        self._vocabulary, self._template = vocabulary, template
        self._context = context_length
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._frames: dict[str, int] = {}

    def plan(self, messages: Sequence[PlannedMessage], reserve: int) -> ContextPlan:
        """System, pinned and the last message are kept whatever they take; of the others the newest,
        without a gap, as long as prompt and ``reserve`` fit: all of them, or else from a cut on that is
        the same for the same messages with a few more behind. A message's own count includes what the
        template puts around it. Messages too old to be considered are not counted, nor in ``tokens``.

        Raises InkhornError ``template`` if the template refuses the messages that are kept.
        """
        messages = [m if (text := whole(m.text)) is m.text else m._replace(text=text) for m in messages]
        budget = self._context - reserve
        last = len(messages) - 1
        fixed = {n for n, m in enumerate(messages) if m.pinned or m.role == "system" or n == last}
        tokens = {messages[n].key: self._tokens(messages[n]) for n in sorted(fixed)}
        has_system = any(message.role == "system" for message in messages)
        room = budget - sum(tokens.values()) - self._frame("all+system" if has_system else "all")
        newest: list[int] = []
        for number in range(last, -1, -1):
            message = messages[number]
            if number in fixed:
                continue
            if len(message.text.encode()) > max(room, 0) * _LONGEST_TOKEN_BYTES:
                break  # it cannot fit: not worth tokenizing
            count = tokens[message.key] = self._tokens(message)
            room -= count
            if room < 0:
                break
            newest.append(number)
        kept, total = self._settle(messages, fixed, newest, budget)
        inside = set(kept)
        return ContextPlan(
            kept=tuple(messages[n].key for n in kept),
            left_out=tuple(m.key for n, m in enumerate(messages) if n not in inside),
            tokens=tokens,
            prompt_tokens=total,
            context_length=self._context,
            reserve=reserve,
        )

    def _settle(
        self, messages: Sequence[PlannedMessage], fixed: set[int], newest: list[int], budget: int
    ) -> tuple[list[int], int]:
        """The sum of the parts is within a few tokens of the whole: drop the oldest until it fits."""
        if len(newest) + len(fixed) < len(messages):
            self._move_cut(messages, fixed, newest, budget)
        while True:
            kept = sorted([*fixed, *newest])
            try:
                total = self._total([messages[n] for n in kept])
            except InkhornError:
                # Many templates want a question first; the cut may have left an answer there.
                first = next((n for n in kept if messages[n].role != "system"), None)
                if not newest or first != newest[-1] or messages[first].role != "assistant":
                    raise
                newest.pop()
                continue
            if total <= budget or not newest:
                return kept, total
            newest.pop()
            self._move_cut(messages, fixed, newest, budget)

    def _move_cut(
        self, messages: Sequence[PlannedMessage], fixed: set[int], newest: list[int], budget: int
    ) -> None:
        """Drop the oldest of ``newest`` up to the next place for a cut. Where no place is left, smaller
        steps find one; if there is none at all, nothing is dropped."""
        inside, sizes = set(newest), self._estimates(messages)
        parts = 1
        while inside and parts <= _FINEST:
            step = max(1, budget) / _STEPS / parts
            cut = next((n for n in _cuts(messages, fixed, sizes, step) if n in inside), None)
            if cut is not None:
                newest[:] = [n for n in newest if n >= cut]
                return
            parts *= 2

    def _estimates(self, messages: Sequence[PlannedMessage]) -> list[float]:
        """About the tokens of each message, in proportion to what the beginning of the conversation
        takes. Most of them are too old to be worth counting, and places for a cut need no exact sizes."""
        known = [message for message in messages[:-1] if message.role != "system"][:_SAMPLED]
        letters = sum(_letters(message.text[:_SAMPLED_LETTERS]) for message in known)
        counted = sum(len(self._vocabulary.encode(message.text[:_SAMPLED_LETTERS])) for message in known)
        ratio = counted / letters if letters else 0.0
        return [ratio * _letters(message.text) + self._frame(message.role) for message in messages]

    def _total(self, messages: Sequence[PlannedMessage]) -> int:
        chat = [ChatMessage(message.role, message.text) for message in messages]
        return len(self._template.ids(self._vocabulary, chat))

    def _tokens(self, message: PlannedMessage) -> int:
        count = self._counts.get(message.text)
        if count is None:
            count = self._counts[message.text] = len(self._vocabulary.encode(message.text))
            if len(self._counts) > _CACHED:
                self._counts.popitem(last=False)
        else:
            self._counts.move_to_end(message.text)
        return count + self._frame(message.role)

    def _frame(self, role: str) -> int:
        """Tokens that the template puts around a message of ``role``; around the whole conversation,
        with the opening of the reply, as ``"all"`` (without a system message) and ``"all+system"``."""
        if not self._frames:
            self._frames = self._measure_frames()
        return self._frames[role]

    def _measure_frames(self) -> dict[str, int]:
        bare = len(self._vocabulary.encode("x"))
        system, question, answer = (PlannedMessage(0, r, "x") for r in get_args(Role))
        one = self._try_total([question])
        two = self._try_total([question, answer, question])
        if one is None or two is None:
            return dict.fromkeys((*get_args(Role), "all", "all+system"), 0)
        half = self._try_total([question, answer])  # some templates refuse to open a second reply
        user = (two - half if half is not None else (two - one) // 2) - bare
        with_system = self._try_total([system, question])
        return {
            "user": user,
            "system": user,
            "assistant": two - one - user - 2 * bare,
            "all": one - user - bare,
            "all+system": (one - user - bare) if with_system is None else with_system - 2 * (user + bare),
        }

    def _try_total(self, messages: Sequence[PlannedMessage]) -> int | None:
        try:
            return self._total(messages)
        except InkhornError:
            return None


def _cuts(
    messages: Sequence[PlannedMessage], fixed: set[int], sizes: Sequence[float], step: float
) -> Iterator[int]:
    """Numbers of the messages before which the cut may stand, oldest first: questions, each the first
    behind another multiple of ``step`` tokens from the beginning."""
    before, last_multiple = 0.0, 0
    for number, message in enumerate(messages):
        if number in fixed:
            continue
        multiple = int(before / step)
        if message.role == "user" and multiple > last_multiple:
            last_multiple = multiple
            yield number
        before += sizes[number]


def _letters(text: str) -> float:
    """About proportional to the tokens of ``text`` in most tokenizers: other scripts take more."""
    return len(text) + 2 * (len(text.encode()) - len(text))
