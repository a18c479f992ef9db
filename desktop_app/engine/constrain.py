"""Replies that follow a JSON schema: what the grammar does not allow next cannot be drawn.

The grammar runs in llguidance (https://github.com/guidance-ai/llguidance), over the bytes of our own
vocabulary. Tokens keep the model's own odds among those that are allowed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.engine.time_limit import Bounded, TooLongError
from desktop_app.engine.tokenizer import Vocabulary

if TYPE_CHECKING:
    from llguidance import LLMatcher, LLTokenizer

LONGEST_SCHEMA, DEEPEST_SCHEMA = 50_000, 48
"""Characters, and objects and lists within each other. Somebody else may have written the schema."""
MOST_PATTERNS, LONGEST_PATTERN = 8, 256
"""Regular expressions in a schema: those that hold together are intersected, and 16 of them took 90 s."""
LARGEST_MULTIPLES = 100_000
"""All ``multipleOf`` in a schema, without their points: their sum, and their least common multiple. Each is
an automaton of as many states, and several that may come in one place make one of their product, which
llguidance's own limits do not stop: seven numbers under 100 took all memory. Within this it takes 0.5 s."""
COMPILING = Bounded(seconds=10.0)
"""Real schemas take some tenths of a second at most; the limits here and llguidance's own leave none that
takes much longer, as far as is known."""
_SPACE = r"[\x20\x0A\x0D\x09]{0,24}"
"""Between the parts of JSON: room for lines and their indents, but with an end, which small models lack."""
_MARKER = b"\xff"
"""How llguidance tells special tokens by their bytes. No text has this byte."""


class Constraint:
    """Where the reply is in the grammar of ``schema``. Raises InkhornError ``schema`` where that is no
    schema, asks for what the grammar cannot hold output to, or is too complex; `Stopped` when ``cancelled``
    before that is known."""

    def __init__(
        self, vocabulary: Vocabulary, schema: str, cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        from llguidance import LLMatcher, LLParserLimits

        if not vocabulary.stop_ids:
            raise _refused("the model has no token that ends a reply")
        checked = _checked(schema)
        try:
            grammar = LLMatcher.grammar_from_json_schema(
                checked, overrides={"whitespace_pattern": _SPACE, "lenient": False, "coerce_one_of": False}
            )
        except ValueError as error:
            raise _refused(str(error)) from None
        limits = LLParserLimits(max_grammar_size=100_000, max_lexer_states=50_000, verbose_errors=False)
        tokenizer = _tokenizer(_Same(vocabulary))

        def compile() -> LLMatcher:
            matcher = LLMatcher(tokenizer, grammar, limits=limits, log_level=0)
            _allowed(matcher)  # what nothing can satisfy is known now, and not after the prompt was read
            return matcher

        try:
            self._matcher = COMPILING.run(compile, cancelled)
        except TooLongError:
            raise _refused(f"it is not worked out after {COMPILING.seconds:.0f} s") from None

    def mask(self, scores: Tensor) -> None:
        """Make all of ``scores [vocabulary]`` but those of tokens that may come next −∞, in place."""
        allowed = _allowed(self._matcher)
        bits = np.zeros(scores.shape[0], dtype=np.uint8)
        count = min(len(bits), len(allowed))
        bits[:count] = allowed[:count]
        scores.masked_fill_(torch.from_numpy(bits == 0), float("-inf"))

    def drawn(self, token: int) -> None:
        """``token`` came, and it was no end token."""
        if not self._matcher.consume_token(token):
            raise _refused(self._matcher.get_error())

    def forced(self) -> list[int]:
        """The tokens that have to come next, where the grammar leaves no choice."""
        tokens: list[int] = self._matcher.compute_ff_tokens()
        return tokens


def _allowed(matcher: LLMatcher) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """For each token 1 if it may come next."""
    packed = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
    if matcher.is_error() or not packed.any():
        raise _refused(matcher.get_error() or "nothing can satisfy it")
    return np.unpackbits(packed, bitorder="little")


def _checked(schema: str) -> str:
    """``schema`` as JSON with nothing in it that is not standard, within the limits."""
    if len(schema) > LONGEST_SCHEMA:
        raise _refused(f"it is longer than {LONGEST_SCHEMA} characters")
    try:
        parsed = json.loads(schema)
    except (ValueError, RecursionError):
        raise _refused("it is not JSON") from None
    if parsed is True:
        parsed = {}
    if not isinstance(parsed, dict):
        raise _refused("it is not an object")
    parsed.pop("x-guidance", None)  # llguidance takes orders there
    patterns, multiples, common = 0, 0, 1
    for depth, key, value in _walk(parsed):
        if depth > DEEPEST_SCHEMA:
            raise _refused(f"it is nested more than {DEEPEST_SCHEMA} deep")
        found = [value] if key == "pattern" and isinstance(value, str) else []
        if key == "patternProperties" and isinstance(value, dict):
            found = list(value)
        patterns += len(found)
        if patterns > MOST_PATTERNS or any(len(pattern) > LONGEST_PATTERN for pattern in found):
            raise _refused("it has too many or too long regular expressions")
        if key == "multipleOf" and (digits := _digits(value)):
            multiples, common = multiples + digits, math.lcm(common, digits)
        if max(multiples, common) > LARGEST_MULTIPLES:
            raise _refused("its multiples are too large, or too many")
    return json.dumps(parsed)


def _digits(value: object) -> int:
    """A number without its sign and its point: 12 for 0.012 and for 1.20, 1200 for 1200."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0
    number = abs(Decimal(str(value))).normalize()
    digits = int("".join(map(str, number.as_tuple().digits)))
    return max(digits, int(number))  # the zeros before a point count, too


def _walk(value: object) -> Iterator[tuple[int, str, object]]:
    """Everything in ``value`` with its depth, and its key where it has one."""
    waiting: list[tuple[int, str, object]] = [(1, "", value)]
    while waiting:
        depth, key, found = waiting.pop()
        yield depth, key, found
        if isinstance(found, dict):
            waiting += [(depth + 1, name, inner) for name, inner in found.items()]
        elif isinstance(found, list):
            waiting += [(depth + 1, "", inner) for inner in found]


def _refused(why: str) -> InkhornError:
    why = (why.split("\n", 1)[0] or "it is too complex")[:200]
    return InkhornError("schema", f"Output cannot be held to this JSON schema: {why}.", why=why)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A vocabulary by identity, as a key: its contents are long to compare."""

    vocabulary: Vocabulary

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.vocabulary is self.vocabulary

    def __hash__(self) -> int:
        return id(self.vocabulary)


class _Wrapper:
    """A `Vocabulary` as llguidance wants it: the bytes of each token, and a call that makes tokens of text
    which has to come."""

    is_tokenizer_wrapper = True

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.eos_token_id = min(vocabulary.stop_ids)
        self.bos_token_id = vocabulary.bos_id
        self.special_token_ids = sorted({*vocabulary.control.values(), *vocabulary.stop_ids})
        special = frozenset(self.special_token_ids)
        size = max(vocabulary.size, 1 + max(vocabulary.stop_ids))  # an end may be a token without a text
        self.tokens = [b"" if n in special else _plain(vocabulary.bytes_of(n)) for n in range(size)]
        self._vocabulary = replace(vocabulary, prefix=False)  # this is never the beginning of a text
        self._by_bytes = {data: number for number, data in enumerate(self.tokens) if data}
        self._longest = max(map(len, self._by_bytes), default=0)

    def __call__(self, text: str) -> list[int]:
        """Tokens whose bytes are those of ``text``: the model's own way to cut it, or the longest ones from
        the left where that would not say the same (SentencePiece puts a space before some texts)."""
        data = text.encode()
        tokens = self._vocabulary.encode(text)
        if b"".join(self.tokens[token] for token in tokens) == data:
            return tokens
        tokens, start = [], 0
        while start < len(data):
            ends = range(min(len(data), start + self._longest), start, -1)
            end = next((end for end in ends if data[start:end] in self._by_bytes), None)
            if end is None:  # no token spells this character
                break
            tokens.append(self._by_bytes[data[start:end]])
            start = end
        return tokens


def _plain(data: bytes) -> bytes:
    return b"" if data.startswith(_MARKER) else data


@lru_cache(maxsize=1)
def _tokenizer(same: _Same) -> LLTokenizer:
    """Kept for the model at hand: a large vocabulary takes a second."""
    from llguidance import LLTokenizer

    ends = sorted(same.vocabulary.stop_ids)
    wrapper: Any = _Wrapper(same.vocabulary)
    slices = LLTokenizer.json_slices()
    return LLTokenizer(wrapper, n_vocab=len(wrapper.tokens), eos_token=ends, slices=slices)
