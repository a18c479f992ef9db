"""Documents: queued, translated, written, whatever comes between."""

from __future__ import annotations

from pathlib import Path

from desktop_app.core.translation_records import DocumentJob
from desktop_app.store.store import Store, open_store
from tests.ui.translate.conftest import MakeUser, User

PAGE = "<html><body><h1>Title</h1><p>Some <b>bold</b> words.</p></body></html>"


def job(user: User, number: int = 0) -> DocumentJob:
    return user.desk.queue.jobs()[number]


def text_file(folder: Path, paragraphs: int, name: str = "note.txt") -> Path:
    path = folder / name
    path.write_text("\n\n".join(f"Paragraph number {n}." for n in range(paragraphs)) + "\n", encoding="utf-8")
    return path


def test_a_document_comes_out_with_its_receipt(user: User) -> None:
    path = user.folder / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    user.desk.documents.add([path])
    user.wait(lambda: user.desk.queue.jobs() and job(user).state == "done", "the document")
    written = Path(job(user).written)
    assert written == user.folder / "page.pt.html"
    assert "<h1>en-pt:TITLE</h1>" in written.read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8") == PAGE
    (row,) = user.desk.pane.documents.rows()
    assert row.facts().startswith("2 of 2 segments")
    user.desk.documents.add([path])
    user.wait(lambda: len(user.desk.queue.jobs()) == 2 and job(user, 1).state == "done", "the second")
    assert Path(job(user, 1).written).name == "page.pt (2).html"


def test_what_cannot_be_translated_is_left_and_counted(user: User) -> None:
    path = user.folder / "note.txt"
    path.write_text("Fine.\n\nloop for ever\n", encoding="utf-8")
    user.desk.documents.add([path])
    user.wait(lambda: user.desk.queue.jobs() and job(user).state == "done", "the document")
    assert Path(job(user).written).read_text(encoding="utf-8") == "en-pt:FINE.\n\nloop for ever\n"
    assert job(user).problems == 1
    assert "1 left in the original" in user.desk.pane.documents.rows()[0].facts()


def test_a_folder_is_taken_with_all_that_can_be_read(user: User) -> None:
    folder = user.folder / "docs"
    (folder / "inner").mkdir(parents=True)
    text_file(folder, 1, "a.txt")
    text_file(folder / "inner", 1, "b.md")
    text_file(folder, 1, "~$a.docx")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    user.desk.documents.add([folder])
    user.wait(
        lambda: (
            len(user.desk.queue.jobs()) == 2 and {job.state for job in user.desk.queue.jobs()} == {"done"}
        ),
        "both",
    )


def test_bad_files_say_why_and_leave_the_queue_going(user: User) -> None:
    damaged = user.folder / "bad.docx"
    damaged.write_bytes(b"PK\x03\x04 nonsense")
    empty = user.folder / "empty.txt"
    empty.touch()
    good = text_file(user.folder, 1)
    user.desk.documents.add([damaged, empty, user.folder / "gone.txt", good])
    user.wait(
        lambda: (
            len(user.desk.queue.jobs()) == 4
            and all(job.state in ("done", "failed") for job in user.desk.queue.jobs())
        ),
        "all four",
    )
    found = {Path(job.path).name: (job.state, job.error_message) for job in user.desk.queue.jobs()}
    assert found == {
        "bad.docx": ("failed", "damaged"),
        "empty.txt": ("failed", "empty"),
        "gone.txt": ("failed", "unreadable"),
        "note.txt": ("done", ""),
    }
    said = [row._why.text() for row in user.desk.pane.documents.rows() if row._why.text()]
    assert len(said) == 3
    assert "empty." in " ".join(said)


def test_pause_and_resume(user: User) -> None:
    path = text_file(user.folder, 400)
    seen: list[int] = []

    def watch(jobs: tuple[DocumentJob, ...]) -> None:
        if jobs and jobs[0].done and not seen:
            seen.append(jobs[0].done)
            user.desk.queue.pause(jobs[0].id)

    user.desk.queue.changed.connect(watch)
    user.desk.documents.add([path])
    user.wait(lambda: seen and job(user).state == "paused", "the pause")
    user.settle()
    assert 0 < job(user).done < 400
    user.desk.queue.resume(job(user).id)
    user.wait(lambda: job(user).state == "done", "the rest")
    assert job(user).done == 400
    text = Path(job(user).written).read_text(encoding="utf-8")
    assert text.count("en-pt:PARAGRAPH") == 400


def test_after_a_crash_it_goes_on_with_what_is_missing(open_pane: MakeUser, tmp_path: Path) -> None:
    from desktop_app.core.translation_records import JobSegment
    from desktop_app.worker.document_work import fingerprint

    path = text_file(tmp_path, 3)
    store, _ = open_store(tmp_path / "inkhorn.db")
    made = store.jobs.add(str(path), fingerprint(path), "en", "pt")
    store.jobs.change(made.id, state="running", segments=3)
    store.close()
    from desktop_app.documents.opening import open_document

    first = open_document(path).segments[0].key
    store, _ = open_store(tmp_path / "inkhorn.db")
    store.jobs.put_segments(made.id, [JobSegment(first, "", "[]", "Done before the crash.")])
    store.close()
    user = open_pane()
    user.wait(lambda: user.desk.queue.jobs() and job(user).state == "done", "the rest")
    text = Path(job(user).written).read_text(encoding="utf-8")
    assert text == "Done before the crash.\n\nen-pt:PARAGRAPH NUMBER 1.\n\nen-pt:PARAGRAPH NUMBER 2.\n"


def test_a_file_that_was_changed_meanwhile_is_not_mixed(user: User) -> None:
    path = text_file(user.folder, 1)

    def add(store: Store) -> DocumentJob:
        return store.jobs.add(str(path), "0" * 64, "en", "pt")

    user.storage.run(add, user.desk.queue._added)
    user.wait(lambda: user.desk.queue.jobs() and job(user).state == "failed", "the refusal")
    assert job(user).error_message == "changed"


def test_typing_goes_before_a_document(user: User) -> None:
    user.desk.documents.add([text_file(user.folder, 2000)])
    user.wait(lambda: user.desk.queue.jobs() and job(user).done, "the document to begin")
    user.desk.pane.show_page("text")
    user.type("Now.")
    assert user.translated(1) == "en-pt:NOW."
    assert job(user).state == "running"
    user.desk.queue.remove(job(user).id)
    user.wait(lambda: not user.desk.queue.jobs(), "it to go")


def test_both_languages_are_remembered_as_wanted(user: User) -> None:
    user.desk.pane.documents.bilingual.setChecked(True)
    assert user.remembered["translate"]["bilingual"] is True  # type: ignore[index]
    user.desk.documents.add([text_file(user.folder, 1)])
    user.wait(lambda: user.desk.queue.jobs() and job(user).state == "done", "the document")
    text = Path(job(user).written).read_text(encoding="utf-8")
    assert "Paragraph number 0." in text
    assert "en-pt:PARAGRAPH NUMBER 0." in text
