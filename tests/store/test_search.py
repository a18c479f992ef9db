"""Search: Chinese and Latin, one character and many, and whatever people type."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop_app.core.chat import Message
from desktop_app.store.search import snippet
from desktop_app.store.store import Store

TEXTS = {
    "cjk": "今天天气很好，我们去公园散步吧",
    "latin": 'The "quick" brown Fox — it\'s 100% sure_thing',
    "emoji": "party 🎉👩‍👩‍👧 tonight",
    "german": "Ärger mit der Straße, ÜBER alles",
    "cyrillic": "Привет, мир! Я здесь",
    "operators": "a AND b OR NOT NEAR(c d) * ^x {y} col:z -w",
    "greek": "ΟΔΟΣ και ΟΔΟΣΗΜΑ",
    "pieces": "abc bcd cde",
    "slash": "back\\slash and per%cent and under_score",
}


@pytest.fixture
def keys(store: Store, talk: Callable[..., list[Message]]) -> dict[int, str]:
    """Conversation id → name in TEXTS."""
    return {talk(store, text)[0].conversation_id: name for name, text in TEXTS.items()}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("今", "cjk"),
        ("天气", "cjk"),
        ("公园散", "cjk"),
        ("今天天气很好", "cjk"),
        ("散步 天气", "cjk"),
        ("气天", ""),
        ("quick", "latin"),
        ('"quick"', "latin"),
        ("QUICK fOX", "latin"),
        ("x", "latin operators"),
        ("FO", "latin"),
        ("it's", "latin"),
        ("100%", "latin"),
        ("%", "latin slash"),
        ("0%", "latin"),
        ("_", "latin slash"),
        ("_t", "latin"),
        ("sure_thing", "latin"),
        ("sure-thing", ""),
        ("—", "latin"),
        ("🎉", "emoji"),
        ("👩‍👩‍👧", "emoji"),
        ("ärger", "german"),
        ("äR", "german"),
        ("über", "german"),
        ("straße", "german"),
        ("ПРИВЕТ", "cyrillic"),
        ("я", "cyrillic"),
        ("МИ", "cyrillic"),
        ("οδος", "greek"),
        ("ΟΔΟΣΗ", "greek"),
        ("abcde", ""),
        ("AND NOT", "operators"),
        ("NEAR(c", "operators"),
        ("col:z", "operators"),
        ("{y}", "operators"),
        ("-w", "operators"),
        ("*", "operators"),
        ("back\\slash", "slash"),
        ("\\", "slash"),
        ("und per%cent", "slash"),
        ("brown 今天", ""),
        ("", ""),
        ("   ", ""),
    ],
)
def test_finds(store: Store, keys: dict[int, str], query: str, names: str) -> None:
    found = {keys[hit.conversation.id] for hit in store.search(query)}
    assert found == set(names.split())
    for hit in store.search(query):
        marked = [hit.snippet[start : start + length] for start, length in hit.ranges]
        assert marked
        assert {word.lower() for word in query.split()} <= {piece.lower() for piece in marked}


@pytest.mark.parametrize(
    "query",
    [
        *(
            '"',
            '""',
            '"""',
            "'",
            "(",
            ")",
            "a\0b",
            "\0",
            "\ud83d",
            "AND",
            "NOT x",
            "^",
            "a" * 5000,
            "x " * 500,
        ),
        *("{}", "col:", "*abc", "abc*", "%_%", "\\\\\\", "--", ";DROP TABLE messages", "\u202e", "ß"),
    ],
)
def test_no_query_raises(store: Store, keys: dict[int, str], query: str) -> None:
    store.search(query)


def test_only_what_was_said_in_conversations_that_are_there(
    store: Store, talk: Callable[..., list[Message]]
) -> None:
    q, a = talk(store, "needle one", "needle two")
    key = q.conversation_id
    store.add_message(store.create_conversation().id, None, "system", "needle in a prompt")
    assert [(h.conversation.id, h.message_id) for h in store.search("needle")] == [(key, q.id)]
    assert [(h.conversation.id, h.message_id) for h in store.search("ne")] == [(key, q.id)]
    token = store.delete_message(q.id)
    assert store.search("needle") == store.search("ne") == []
    store.restore_message(token)
    store.delete_conversation(key)
    assert store.search("needle") == store.search("ne") == []
    store.restore_conversation(key)
    assert [h.message_id for h in store.search("two")] == [a.id]


def test_other_branches_are_searched_too(store: Store, talk: Callable[..., list[Message]]) -> None:
    q, a = talk(store, "question", "the first answer")
    store.add_message(q.conversation_id, q.id, "assistant", "another reply")
    assert [hit.message_id for hit in store.search("first answer")] == [a.id]


def test_the_index_follows_changes(store: Store, talk: Callable[..., list[Message]]) -> None:
    q, _ = talk(store, "original words", "reply")
    store.update_message(q.id, text="changed words")
    assert store.search("original") == []
    assert [hit.message_id for hit in store.search("changed")] == [q.id]
    reply = store.add_message(q.conversation_id, q.id, "assistant", "", state="streaming")
    store.append_text(reply.id, "streamed piece")
    store.update_message(reply.id, state="complete")
    assert [hit.message_id for hit in store.search("streamed")] == [reply.id]
    store.update_message(reply.id, state="streaming")
    store.append_text(reply.id, " and continued")
    store.update_message(reply.id, state="stopped", text="streamed piece and more")
    assert [hit.message_id for hit in store.search("and more")] == [reply.id]
    assert store.search("continued") == []
    store._db.all("INSERT INTO message_index (message_index) VALUES ('integrity-check')")


def test_titles_and_order(store: Store, talk: Callable[..., list[Message]]) -> None:
    old, new = talk(store, "apple pie", title="Cooking")[0], talk(store, "apple tree", title="Garden")[0]
    assert [hit.conversation.title for hit in store.search("apple")] == ["Garden", "Cooking"]
    store.add_message(old.conversation_id, old.id, "assistant", "ok")
    assert [hit.conversation.title for hit in store.search("apple")] == ["Cooking", "Garden"]
    assert [hit.conversation.title for hit in store.search("apple", limit=1)] == ["Cooking"]
    (hit,) = store.search("garden")
    assert (hit.message_id, hit.snippet, hit.ranges) == (None, "Garden", ((0, 6),))
    store.rename(new.conversation_id, "花园", own=True)
    assert store.search("garden") == []
    assert [hit.message_id for hit in store.search("花")] == [None]


def test_one_hit_for_each_conversation_at_its_first_match(
    store: Store, talk: Callable[..., list[Message]]
) -> None:
    messages = talk(store, "nothing", "apple one", "apple two", "apple three")
    (hit,) = store.search("apple")
    assert hit.message_id == messages[1].id


def test_snippets() -> None:
    assert snippet("short text", ["text"]) == ("short text", ((6, 4),))
    long = "word " * 100 + "NEEDLE in\nthe\thay " + "word " * 100
    piece, ranges = snippet(long, ["needle", "the"])
    assert piece.startswith("…")
    assert piece.endswith("…")
    assert "\n" not in piece
    assert [piece[start : start + length] for start, length in ranges] == ["NEEDLE", "the"]
    assert len(piece) < 110
    assert snippet("aaaa", ["aa", "aaa"]) == ("aaaa", ((0, 4),))
    assert snippet("İstanbul STANBUL", ["stanbul"])[1] == ((1, 7), (9, 7))
