"""Speculation by looking up the prompt (Saxena 2023, "prompt lookup decoding").

What is written now often stands in the text already: a document that is rewritten, a name, a table's
columns. So the next tokens are guessed from the latest earlier occurrence of the last few, and one pass
of the model checks several at once, which costs much less than as many passes.

What comes out is exact, not just likely. Every position that is checked gets its token from the ordinary
sampler, from that position's own logits and with the next number of the same random stream; the guess
only decides whether the logits after it are of any use. A token that differs from the guess is the output
there, and what was computed behind it is thrown away. So each token is drawn given the very tokens before
it, as it would have been without guesses, and the same seed gives the same reply. (Speculative sampling,
Leviathan et al. 2023, accepts a guess x with min(1, p(x)/q(x)). A guess that is certain of itself has
q(x) = 1: accepted with p(x), and else drawn from p without x. To draw from p and compare is the same.)
"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST, SHORTEST = 4, 2
"""Tokens at the end that are looked up."""
_FAR = 16
"""Tokens that an occurrence is compared over, to tell chance from a copy."""
_WORTH_IT = 1.05


class NgramIndex:
    """Where the last tokens of ``ids`` stood before. Each token costs the same few steps."""

    def __init__(self, ids: Sequence[int] = ()) -> None:
        self.ids: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}
        self._found = 0
        for token in ids:
            self.add(token)

    def add(self, token: int) -> None:
        self.ids.append(token)
        end, found = len(self.ids), 0
        for n in range(min(LONGEST, end), SHORTEST - 1, -1):
            last = tuple(self.ids[end - n :])
            found = found or self._after.get(last, 0)
            self._after[last] = end
        self._found = found

    def match(self) -> tuple[int, int]:
        """Where what followed the latest earlier occurrence of the end stands in ``ids``, and how many
        tokens before that are the same, up to `_FAR`; (0, 0) where there is none."""
        position, end, length = self._found, len(self.ids), 0
        while length < min(_FAR, position) and self.ids[position - 1 - length] == self.ids[end - 1 - length]:
            length += 1
        return position, length

    def follow(self, position: int, count: int) -> list[int]:
        """The ``count`` tokens that stand from ``position`` on, which go on into what they are guessed to
        be: text that repeats itself repeats on."""
        tokens = self.ids[position : position + count]
        period = len(self.ids) - position
        while len(tokens) < count:
            tokens.append(tokens[len(tokens) - period])
        return tokens


class Payoff:
    """Whether a guess is worth its time, from what happened so far in this reply.

    Guesses are judged whether they are checked by the model or not, as the token that comes tells; so in
    text where they fail nothing is lost, and nothing has to be tried to see that it got better."""

    def __init__(self, rows: int) -> None:
        self._rates = list(_FIRST_RATES)
        self._costs = {n: _cost_at_first(n) for n in (2, 4, 8, 16) if n <= rows}
        self._one_row = 0.0

    def best(self, length: int, limit: int) -> int:
        """How many tokens, at most ``limit``, to guess where ``length`` tokens before are the same."""
        best, most = 0, _WORTH_IT
        for rows, cost in self._costs.items():
            if rows - 1 > limit:
                break
            expected = chance = 1.0
            for further in range(rows - 1):
                chance *= self._rates[_kind(length + further)]
                expected += chance
            if expected / cost > most:
                best, most = rows - 1, expected / cost
        return best

    def judged(self, length: int, right: bool) -> None:
        """A token guessed after ``length`` that were the same was ``right`` or not."""
        kind = _kind(length)
        self._rates[kind] += _LEARNING * (right - self._rates[kind])

    def took(self, rows: int, seconds: float) -> None:
        """A pass of ``rows`` took so long, with the logits that were needed of it."""
        if rows == 1:
            self._one_row += (1.0 if not self._one_row else _LEARNING) * (seconds - self._one_row)
            for number, cost in self._costs.items():  # a slow moment must not be held against it for good
                self._costs[number] += _FORGETTING * (_cost_at_first(number) - cost)
        elif self._one_row and rows in self._costs:
            cost = min(max(seconds / self._one_row, 1.0), float(rows))
            self._costs[rows] += _LEARNING * (cost - self._costs[rows])


_LEARNING, _FORGETTING = 0.2, 0.005
_FIRST_RATES = (0.2, 0.4, 0.5, 0.7, 0.9)


def _kind(length: int) -> int:
    """The index into rates: 2, 3, 4 to 7, 8 to 15, 16 or more tokens are the same."""
    return 0 if length < 3 else 1 if length < 4 else 2 if length < 8 else 3 if length < _FAR else 4


def _cost_at_first(rows: int) -> float:
    """Of a pass against that of one row, until it is measured: as the packed kernels have it on a CPU
    with AVX-512."""
    return {2: 1.1, 4: 2.0, 8: 2.8}.get(rows, 0.4 * rows)


class Drafter:
    """Guesses for one reply: `draft`, then `took` and `drawn` with each token that came out."""

    def __init__(self, ids: Sequence[int], rows: int) -> None:
        self._index = NgramIndex(ids)
        self._payoff = Payoff(rows)
        self._position, self._length = 0, 0

    def draft(self, limit: int) -> list[int]:
        """At most ``limit`` tokens that may come next; none where that would not pay."""
        self._position, self._length = self._index.match()
        if not self._position or limit < 1:
            return []
        return self._index.follow(self._position, self._payoff.best(self._length, limit))

    def took(self, rows: int, seconds: float) -> None:
        self._payoff.took(rows, seconds)

    def drawn(self, token: int) -> None:
        if self._position:
            right = self._index.ids[self._position] == token
            self._payoff.judged(self._length, right)
            self._position, self._length = (self._position + 1, self._length + 1) if right else (0, 0)
        self._index.add(token)
