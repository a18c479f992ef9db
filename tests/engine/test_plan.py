"""What fits the context: exact, in the promised order, and without reading what cannot fit."""

from __future__ import annotations

import random

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ChatMessage, PlannedMessage, Role
from desktop_app.engine.plan import Planner
from desktop_app.engine.template import CHATML, make_template
from desktop_app.engine.tokenizer import Vocabulary, make_vocabulary
from tests.engine.tiny_model import metadata, tiny_llama

DEFAULT_SYSTEM = "{% if messages[0].role != 'system' %}<|im_start|>system\nBe kind.<|im_end|>\n{% endif %}"
ALTERNATE = (
    "{% for m in messages if m.role != 'system' %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('no') }}{% endif %}{% endfor %}" + CHATML
)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return make_vocabulary(metadata(tiny_llama()))


def planner(vocabulary: Vocabulary, source: str = CHATML, context: int = 1000) -> Planner:
    return Planner(vocabulary, make_template(source), context)


def talk(count: int, length: int = 20, seed: int = 0) -> list[PlannedMessage]:
    rng = random.Random(seed)
    roles: tuple[Role, Role] = ("user", "assistant")
    return [
        PlannedMessage(100 + n, roles[n % 2], "".join(rng.choices("hello world 墨\n", k=length)))
        for n in range(count)
    ]


def exact(vocabulary: Vocabulary, messages: list[PlannedMessage], source: str = CHATML) -> int:
    chat = [ChatMessage(message.role, message.text) for message in messages]
    return len(make_template(source).ids(vocabulary, chat))


@pytest.mark.parametrize("source", [CHATML, DEFAULT_SYSTEM + CHATML], ids=["plain", "default system"])
@pytest.mark.parametrize("count", [1, 2, 7, 30])
def test_counts_are_those_of_the_prompt(vocabulary: Vocabulary, source: str, count: int) -> None:
    messages = talk(count)
    plan = planner(vocabulary, source, 100_000).plan(messages, 100)
    assert plan.kept == tuple(message.key for message in messages)
    assert plan.left_out == ()
    assert plan.prompt_tokens == exact(vocabulary, messages, source)
    frame = exact(vocabulary, messages[:1], source) - plan.tokens[100]  # around the whole
    assert sum(plan.tokens.values()) == plan.prompt_tokens - frame


def test_the_newest_that_fit_are_kept_without_a_gap(vocabulary: Vocabulary) -> None:
    messages = talk(60)
    messages[55] = PlannedMessage(155, "assistant", "hello " * 30)
    for context in (150, 400, 700):
        plan = planner(vocabulary, context=context).plan(messages, 50)
        kept = [message for message in messages if message.key in plan.kept]
        assert kept == messages[len(messages) - len(kept) :]
        assert plan.prompt_tokens == exact(vocabulary, kept) <= context - 50
        assert plan.left_out == tuple(message.key for message in messages[: len(messages) - len(kept)])


def test_all_that_fits_is_kept(vocabulary: Vocabulary) -> None:
    messages = talk(30)
    needed = exact(vocabulary, messages)
    assert planner(vocabulary, context=needed + 50).plan(messages, 50).left_out == ()
    assert planner(vocabulary, context=needed + 49).plan(messages, 50).left_out != ()


@pytest.mark.parametrize("length", [20, 200])
@pytest.mark.parametrize("source", [CHATML, ALTERNATE], ids=["plain", "alternating"])
def test_the_cut_stays_until_the_context_is_full_and_then_moves_by_a_step(
    vocabulary: Vocabulary, source: str, length: int
) -> None:
    """Otherwise each turn of a full conversation would have to be read from its beginning."""
    room = 40 * length
    messages, pinned = talk(400, length), PlannedMessage(7, "user", "keep me", pinned=True)
    if source == CHATML:
        messages.insert(4, pinned)
    firsts: list[int] = []
    fills: list[float] = []
    for end in range(201, 399, 2):  # each turn one question and one answer more
        plan = planner(vocabulary, source, room + 50).plan(messages[:end], 50)
        assert plan.prompt_tokens <= room
        firsts.append(next(key for key in plan.kept if key != pinned.key))
        fills.append(plan.prompt_tokens / room)
    moves = [turn for turn in range(1, len(firsts)) if firsts[turn] != firsts[turn - 1]]
    assert firsts == sorted(firsts)
    assert len(moves) <= len(firsts) / 2  # one by one it would be every turn
    assert all(fills[turn] < fills[turn - 1] - 0.1 for turn in moves)
    assert min(fills) > 0.4  # a step leaves most of the room in use


def test_the_cut_does_not_depend_on_what_was_asked_before(vocabulary: Vocabulary) -> None:
    messages = talk(120)
    used = planner(vocabulary, context=500)
    for end in range(1, 120, 7):
        used.plan(messages[:end], 50)
    assert used.plan(messages, 50).kept == planner(vocabulary, context=500).plan(messages, 50).kept


def test_what_is_written_next_does_not_move_the_cut(vocabulary: Vocabulary) -> None:
    """The draft is counted as it is typed, and again when it is sent."""
    messages = talk(121)
    kept = {
        planner(vocabulary, context=600).plan([*messages, PlannedMessage(-1, "user", "a" * n)], 50).kept
        for n in range(1, 20)
    }
    assert len(kept) == 1


def test_system_pinned_and_last_stay_where_others_go(vocabulary: Vocabulary) -> None:
    messages = [PlannedMessage(1, "system", "be short"), *talk(40)]
    messages[5] = PlannedMessage(104, "user", "pinned", pinned=True)
    plan = planner(vocabulary, context=200).plan(messages, 20)
    assert plan.kept[:2] == (1, 104)
    assert plan.kept[-1] == 139
    assert set(plan.kept) | set(plan.left_out) == {message.key for message in messages}
    assert plan.prompt_tokens == exact(vocabulary, [m for m in messages if m.key in plan.kept])


def test_what_must_stay_is_kept_even_when_it_does_not_fit(vocabulary: Vocabulary) -> None:
    messages = [*talk(4), PlannedMessage(9, "user", "hello " * 500)]
    plan = planner(vocabulary, context=200).plan(messages, 20)
    assert plan.kept == (9,)
    assert plan.prompt_tokens > 200
    assert plan.prompt_tokens == exact(vocabulary, messages[-1:])


def test_messages_that_cannot_fit_are_not_read(vocabulary: Vocabulary) -> None:
    plan = planner(vocabulary, context=300).plan(talk(10_000), 50)
    assert len(plan.tokens) < 2 * len(plan.kept) + 2  # those, and what was left out with a step
    huge = [PlannedMessage(1, "user", "x" * 5_000_000), *talk(1)]
    assert 1 not in planner(vocabulary, context=300).plan(huge, 50).tokens


def test_templates_that_want_a_question_first_get_one(vocabulary: Vocabulary) -> None:
    messages = talk(41)
    for context in range(150, 260, 10):
        plan = planner(vocabulary, ALTERNATE, context).plan(messages, 20)
        first = next(message for message in messages if message.key == plan.kept[0])
        assert first.role == "user"


def test_a_template_that_refuses_the_messages_says_so(vocabulary: Vocabulary) -> None:
    with pytest.raises(InkhornError) as caught:
        planner(vocabulary, ALTERNATE).plan([PlannedMessage(1, "assistant", "x")], 10)
    assert caught.value.kind == "template"


def test_no_messages_at_all(vocabulary: Vocabulary) -> None:
    plan = planner(vocabulary).plan([], 10)
    assert (plan.kept, plan.tokens) == ((), {})


def test_half_characters_count_as_what_the_prompt_has_for_them(vocabulary: Vocabulary) -> None:
    messages = [PlannedMessage(1, "user", "half \ud800 a character")]
    plan = planner(vocabulary).plan(messages, 10)
    assert plan.prompt_tokens == exact(vocabulary, messages)
