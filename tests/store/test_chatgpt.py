"""ChatGPT's export, in the shape that real ones have."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.store.store import Store
from desktop_app.store.transfer import reading
from desktop_app.store.transfer.reading import read_import


def node(
    key: str,
    parent: str | None,
    children: list[str],
    role: str = "",
    content: Any = None,
    **message: Any,
) -> dict[str, Any]:
    """One entry of a mapping. ``content`` as text is the usual kind."""
    if not role:
        return {"id": key, "message": None, "parent": parent, "children": children}
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    body: dict[str, Any] = {
        "id": key,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": None,
        "update_time": None,
        "content": content,
        "status": "finished_successfully",
        "end_turn": True,
        "weight": 1.0,
        "metadata": {},
        "recipient": "all",
        "channel": None,
    }
    body.update(message)
    return {"id": key, "message": body, "parent": parent, "children": children}


def conversation(*nodes: dict[str, Any], current: str, **changes: Any) -> dict[str, Any]:
    return {
        "title": "Inkhorns",
        "create_time": 1700000000.25,
        "update_time": 1700000500.5,
        "mapping": {one["id"]: one for one in nodes},
        "moderation_results": [],
        "current_node": current,
        "plugin_ids": None,
        "conversation_id": "68a1-77",
        "conversation_template_id": None,
        "gizmo_id": None,
        "is_archived": False,
        "safe_urls": [],
        "default_model_slug": "auto",
        "id": "68a1-77",
        **changes,
    }


def branching() -> dict[str, Any]:
    """A hidden root, an edited question, two answers, tool calls in the middle of one."""
    image = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-1", "width": 9}
    return conversation(
        node("root", None, ["sys"]),
        node("sys", "root", ["ctx"], "system", ""),
        node(
            "ctx",
            "sys",
            ["q1", "q1b"],
            "user",
            {"content_type": "user_editable_context", "user_profile": "p", "user_instructions": "i"},
            metadata={"is_visually_hidden_from_conversation": True},
        ),
        node("q1", "ctx", ["a1", "a1b"], "user", "什么是墨池？", create_time=1700000001.5),
        node("a1", "q1", [], "assistant", "First answer", metadata={"model_slug": "gpt-4"}),
        node(
            "a1b",
            "q1",
            ["think"],
            "assistant",
            "Let me look.",
            create_time=1700000003.0,
            metadata={"model_slug": "gpt-4o"},
        ),
        node(
            "think",
            "a1b",
            ["call"],
            "assistant",
            {"content_type": "thoughts", "thoughts": [{"content": "hm"}]},
        ),
        node(
            "call",
            "think",
            ["tool"],
            "assistant",
            {"content_type": "code", "language": "unknown", "text": 'search("inkhorn")'},
            recipient="web",
        ),
        node(
            "tool",
            "call",
            ["a1c"],
            "tool",
            {"content_type": "tether_browsing_display", "result": "…", "summary": ""},
        ),
        node("a1c", "tool", ["q2"], "assistant", "A small vessel \ue200cite\ue202turn0search1\ue201for ink."),
        node(
            "q2",
            "a1c",
            ["a2"],
            "user",
            {"content_type": "multimodal_text", "parts": [image, "What is in this picture?"]},
        ),
        node(
            "a2",
            "q2",
            [],
            "assistant",
            {"content_type": "code", "language": "python", "text": "print('```')\n"},
        ),
        node("q1b", "ctx", [], "user", "edited question"),
        current="a2",
    )


def write(path: Path, data: Any) -> Path:
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_branches_times_and_what_was_seen(store: Store, tmp_path: Path) -> None:
    report = store.import_file(write(tmp_path / "conversations.json", [branching()]))
    assert report.skipped == ()
    assert report.messages == 6
    (key,) = report.conversations
    made = store.conversation(key)
    assert (made.title, made.title_is_own) == ("Inkhorns", True)
    assert (made.created, made.updated) == (1700000000.25, 1700000500.5)
    branch = store.branch(key)
    assert [(m.role, m.text) for m in branch] == [
        ("user", "什么是墨池？"),
        ("assistant", "Let me look.\n\nA small vessel for ink."),
        ("user", "[image]\n\nWhat is in this picture?"),
        ("assistant", "````python\nprint('```')\n````"),
    ]
    assert [(m.version, m.versions) for m in branch] == [(1, 2), (2, 2), (1, 1), (1, 1)]
    assert [m.created for m in branch[:3]] == [1700000001.5, 1700000003.0, 1700000003.0]
    assert (branch[0].model, branch[1].model) == ("", "gpt-4o")
    assert [m.text for m in store.siblings(branch[0].id)] == ["什么是墨池？", "edited question"]
    first = store.siblings(branch[1].id)[0]
    assert [m.text for m in store.select_version(first.id)] == ["什么是墨池？", "First answer"]
    # The way that was shown there is the way that is gone back to.
    store.select_version(store.siblings(branch[0].id)[1].id)
    assert len(store.select_version(branch[0].id)) == 2


def test_the_same_file_twice(store: Store, tmp_path: Path) -> None:
    file = write(tmp_path / "conversations.json", [branching()])
    store.import_file(file)
    report = store.import_file(file)
    assert report.conversations == ()
    assert report.skipped == ("“Inkhorns” is already here.",)
    assert len(store.conversations()) == 1


def test_what_cannot_be_read_is_named(store: Store, tmp_path: Path) -> None:
    data = [
        branching(),
        {"title": "No mapping", "id": "x"},
        "not even an object",
        conversation(node("a", None, []), current="a", title="Empty", id="y", conversation_id="y"),
    ]
    report = store.import_file(write(tmp_path / "conversations.json", data))
    assert len(report.conversations) == 1
    assert len(report.skipped) == 3
    assert "No mapping" in report.skipped[0]
    assert "3" in report.skipped[1]
    assert "Empty" in report.skipped[2]


def test_a_file_cut_off_keeps_what_is_whole(store: Store, tmp_path: Path) -> None:
    second = branching() | {"title": "Second", "id": "2", "conversation_id": "2"}
    text = json.dumps([branching(), second, branching()])
    file = tmp_path / "conversations.json"
    file.write_text(text[:-500], encoding="utf-8")
    report = store.import_file(file)
    assert len(report.conversations) == 2
    assert report.skipped == ("The file is damaged; what comes after conversation 2 is lost.",)


def test_broken_mappings(store: Store, tmp_path: Path) -> None:
    """Rings, parents that are not there, nonsense: every message comes, once."""
    ring = conversation(
        node("a", "b", ["b"], "user", "in a ring"),
        node("b", "a", ["a"], "assistant", "too"),
        node("c", "missing", [], "user", "an orphan"),
        node("d", None, ["d", "nobody"], "user", "its own child", create_time="late"),
        current="nobody",
        title=None,
        create_time=None,
        update_time=None,
    )
    ring["mapping"]["e"] = 7
    ring["mapping"]["f"] = {"message": {"author": 3}, "parent": [], "children": 9}
    ring["mapping"]["g"] = node("g", "d", [], "user", {"content_type": "text", "parts": None})
    report = store.import_file(write(tmp_path / "x.json", [ring]))
    (key,) = report.conversations
    texts = {text for (text,) in store._db.all("SELECT text FROM messages")}
    assert texts == {"in a ring", "too", "an orphan", "its own child"}
    assert report.messages == 4
    assert store.branch(key)
    assert store.conversation(key).title == "an orphan"


def test_ten_thousand_in_a_row(store: Store, tmp_path: Path) -> None:
    nodes = [node("0", None, ["1"])]
    for number in range(1, 10_001):
        role = "user" if number % 2 else "assistant"
        below = [str(number + 1)] if number < 10_000 else []
        nodes.append(node(str(number), str(number - 1), below, role, f"text {number}"))
    file = write(tmp_path / "x.json", [conversation(*nodes, current="10000")])
    (key,) = store.import_file(file).conversations
    branch = store.branch(key)
    assert len(branch) == 10_000
    assert branch[-1].text == "text 10000"


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({"content_type": "audio_transcription", "text": "spoken words", "direction": "in"}, "spoken words"),
        ({"content_type": "audio_asset_pointer", "asset_pointer": "x"}, "[audio]"),
        ({"content_type": "real_time_user_audio_video_asset_pointer"}, "[video]"),
        ({"content_type": "image_asset_pointer", "asset_pointer": "x"}, "[image]"),
        ({"content_type": "something new"}, "[attachment]"),
        (None, "[attachment]"),
    ],
)
def test_parts_that_are_not_text(store: Store, tmp_path: Path, part: Any, text: str) -> None:
    content = {"content_type": "multimodal_text", "parts": [part]}
    data = [conversation(node("a", None, [], "user", content), current="a")]
    (key,) = store.import_file(write(tmp_path / "x.json", data)).conversations
    assert store.branch(key)[0].text == text


# --- zip files -------------------------------------------------------------------------------------


def test_zip(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    second = branching() | {"title": "Second", "id": "2", "conversation_id": "2"}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("chat.html", "<html>" * 1000)
        archive.writestr("some folder/conversations-000.json", json.dumps([branching()]))
        archive.writestr("some folder/conversations-001.json", json.dumps([second]))
        archive.writestr("shared_conversations.json", "[]")
    assert len(store.import_file(file).conversations) == 2


def test_zip_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", b" " * 40_000_000)
    assert file.stat().st_size < 100_000
    with pytest.raises(InkhornError) as caught:
        read_import(file)
    assert caught.value.kind == "bad_file"
    assert "too big" in caught.value.message
    # A header that lies about the size does not help: what comes out is counted.
    content = file.read_bytes().replace((40_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    file.write_bytes(content)
    with pytest.raises(InkhornError) as caught:
        read_import(file)
    assert caught.value.kind == "bad_file"
    # Nor does a plain file over the limit get in.
    monkeypatch.setattr(reading, "MOST_BYTES", 1000)
    plain = tmp_path / "x.json"
    plain.write_bytes(b" " * 1001)
    with pytest.raises(InkhornError) as caught:
        read_import(plain)
    assert "too big" in caught.value.message


def test_other_zips(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InkhornError) as caught:
        read_import(file)
    assert "conversations.json" in caught.value.message
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", json.dumps([branching()]))
    content = bytearray(file.read_bytes())
    content[60:200] = bytes(140)
    file.write_bytes(content)
    with pytest.raises(InkhornError) as caught:
        read_import(file)
    assert "damaged" in caught.value.message
