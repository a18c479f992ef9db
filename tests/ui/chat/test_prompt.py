"""What the model is given of a conversation, and what a summary stands for. Pure functions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core.chat import Message, Note
from desktop_app.core.sampling import PRESETS, Sampling
from desktop_app.core.settings import Settings
from desktop_app.ui.chat.prompt import DRAFT_KEY, SYSTEM_KEY, chat_messages, covered_by, plan_messages
from desktop_app.ui.chat.sampling_choice import choice_of, default_choice, to_json
from desktop_app.ui.chat.session import Options, Session, note_for
from desktop_app.ui.chat.summaries import KEEP_LATEST, to_summarise
from desktop_app.ui.chat.summariser import pieces, transcript


def branch(count: int, pinned: tuple[int, ...] = ()) -> list[Message]:
    return [
        Message(
            id=number,
            conversation_id=1,
            parent_id=number - 1 or None,
            role="user" if number % 2 else "assistant",
            text=f"text {number}",
            state="complete",
            created=0.0,
            pinned=number in pinned,
        )
        for number in range(1, count + 1)
    ]


def keys(messages: list[Message], system: str = "", note: Note | None = None, draft: str = "") -> list[int]:
    return [planned.key for planned in plan_messages(messages, system, note, draft)]


def test_order_is_system_messages_draft() -> None:
    assert keys(branch(3), system="Be kind.", draft="and?") == [SYSTEM_KEY, 1, 2, 3, DRAFT_KEY]
    assert keys(branch(3)) == [1, 2, 3]


def test_a_summary_takes_the_place_of_what_it_covers_and_pins_stay() -> None:
    messages = branch(6, pinned=(2,))
    note = Note(1, 1, upto_id=4, text="They met.")
    planned = plan_messages(messages, "Be kind.", note)
    assert [entry.key for entry in planned] == [SYSTEM_KEY, 2, 5, 6]
    assert planned[0].text.startswith("Be kind.")
    assert planned[0].text.endswith("They met.")


def test_a_summary_of_another_branch_says_nothing() -> None:
    note = Note(1, 1, upto_id=99, text="Elsewhere.")
    assert covered_by(note, branch(4)) == set()
    assert keys(branch(4), note=note) == [1, 2, 3, 4]


def test_empty_replies_are_not_sent() -> None:
    messages = branch(3)
    messages[1] = replace(messages[1], text="", state="failed")
    assert keys(messages) == [1, 3]


def test_only_what_is_kept_is_sent_in_order() -> None:
    planned = plan_messages(branch(4), "s", None)
    assert [message.text for message in chat_messages(planned, (SYSTEM_KEY, 4, 3))] == [
        "s",
        "text 3",
        "text 4",
    ]


def test_of_several_summaries_the_one_that_reaches_furthest_counts() -> None:
    notes = [Note(1, 1, 2, "a"), Note(2, 1, 4, "b"), Note(3, 1, 77, "elsewhere")]
    assert note_for(branch(6), notes) == notes[1]
    assert note_for(branch(6), []) is None


def test_what_is_summarised() -> None:
    messages = branch(12, pinned=(3,))
    ids = [message.id for message in to_summarise(messages, set(), None)]
    assert ids == [1, 2, 4, 5, 6, 7, 8]
    assert len(messages) - ids[-1] == KEEP_LATEST
    # What does not fit, and half of the rest, so that the next message fits without another summary.
    assert [message.id for message in to_summarise(messages, {1, 2}, None)] == [1, 2, 4, 5]
    # What an earlier summary covers is not read again.
    assert [message.id for message in to_summarise(messages, {1, 2}, 4)] == [5]
    assert to_summarise(branch(3), set(), None) == []


@pytest.mark.parametrize("size", [10, 37, 1000])
def test_pieces_lose_no_word(size: int) -> None:
    text = transcript(branch(30))
    parts = pieces(text, size)
    assert all(0 < len(part) <= size for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_session_knows_its_place() -> None:
    session = Session(branch=branch(5), options=Options("sys"))
    assert session.leaf_id == 5
    assert [message.id for message in session.before(4)] == [1, 2, 3]
    assert session.message(99) is None
    assert session.id == 0


def test_sampling_of_a_conversation() -> None:
    settings = Settings(preset="precise", reply_reserve=77)
    assert choice_of("", settings) == ("precise", default_choice(settings)[1])
    assert choice_of(to_json("creative", PRESETS["creative"]), settings)[0] == "creative"
    assert choice_of(to_json("creative", PRESETS["creative"]), settings)[1].max_tokens == 77
    own = Sampling(temperature=0.3, stop=("END",), seed=4)
    assert choice_of(to_json("custom", own), settings) == ("custom", own)


@pytest.mark.parametrize(
    "damaged",
    ["{", "[]", "7", '{"preset": []}', '{"preset": "custom", "temperature": "hot"}', '{"temperature": 99}'],
)
def test_damaged_sampling_falls_back(damaged: str) -> None:
    name, sampling = choice_of(damaged, Settings())
    assert name in (*PRESETS, "custom")
    assert isinstance(sampling, Sampling)
