"""The store: every call of the app to its database, on one thread.

A call that changes something has reached the disk when it returns. Failures are `InkhornError` with
kind ``disk_full``, ``read_only``, ``newer_data``, ``damaged_data`` or ``internal``; an id that does not
exist is a LookupError, which is a mistake of the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from desktop_app.core.chat import (
    Conversation,
    DeletedMessage,
    Message,
    MessageState,
    Note,
    Persona,
    SearchHit,
)
from desktop_app.core.messages import Role
from desktop_app.store import conversations, extras, messages, search, transfer_rows
from desktop_app.store.database import Database
from desktop_app.store.document_jobs import DocumentJobs
from desktop_app.store.glossaries import Glossaries
from desktop_app.store.memory_table import MemoryTable
from desktop_app.store.opening import OpenReport, Stage, open_database
from desktop_app.store.schema import MIGRATIONS
from desktop_app.store.transfer import own_json
from desktop_app.store.transfer.parsed import ImportReport, ParsedConversation
from desktop_app.store.transfer.reading import read_import
from desktop_app.store.translation_history import TranslationHistory
from desktop_app.store.translation_memory import TranslationMemory

__all__ = ["OpenReport", "Store", "open_store"]


def open_store(
    path: Path,
    migrations: Sequence[str] = MIGRATIONS,
    on_stage: Callable[[Stage], None] = lambda stage: None,
) -> tuple[Store, OpenReport]:
    """Open or create the database; see `opening.open_database` for what that does and raises."""
    database, report = open_database(path, migrations, on_stage)
    return Store(database), report


class Store:
    """Belongs to the thread that opened it. Times are seconds since 1970. ``history``, ``memory``,
    ``memory_table``, ``glossaries`` and ``jobs`` are what belongs to translating."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self.history = TranslationHistory(database)
        self.memory = TranslationMemory(database)
        self.memory_table = MemoryTable(database)
        self.glossaries = Glossaries(database)
        self.jobs = DocumentJobs(database)

    @property
    def path(self) -> Path:
        return self._db.path

    @property
    def read_only(self) -> bool:
        return bool(self._db.read_only)

    def close(self) -> None:
        self._db.close()

    def together(self) -> AbstractContextManager[None]:
        """Several calls that belong together: all of them reach the disk, at once, or none does."""
        return self._db.transaction()

    # --- conversations ------------------------------------------------------------------------

    def create_conversation(
        self,
        title: str = "",
        system_prompt: str = "",
        persona: str = "",
        sampling_json: str = "",
        folder: str = "",
    ) -> Conversation:
        return conversations.create(self._db, title, system_prompt, persona, sampling_json, folder)

    def conversation(self, conversation_id: int) -> Conversation:
        return conversations.get(self._db, conversation_id)

    def conversations(self, folder: str | None = None) -> list[Conversation]:
        """Not deleted; pinned first, then the last used. ``folder`` None means all, "" those in none."""
        return conversations.listed(self._db, folder)

    def rename(self, conversation_id: int, title: str, own: bool) -> None:
        """``own``: given by the user. An automatic title never replaces such a one."""
        conversations.rename(self._db, conversation_id, title, own)

    def set_pinned(self, conversation_id: int, pinned: bool) -> None:
        conversations.set_pinned(self._db, conversation_id, pinned)

    def set_folder(self, conversation_id: int, folder: str) -> None:
        conversations.set_folder(self._db, conversation_id, folder)

    def folders(self) -> list[str]:
        return conversations.folders(self._db)

    def set_options(
        self,
        conversation_id: int,
        system_prompt: str | None = None,
        persona: str | None = None,
        sampling_json: str | None = None,
    ) -> None:
        """None leaves an option as it is."""
        conversations.set_options(self._db, conversation_id, system_prompt, persona, sampling_json)

    def delete_conversation(self, conversation_id: int) -> None:
        """Into the trash; `restore_conversation` undoes it, `purge_deleted` makes it final."""
        conversations.set_deleted(self._db, conversation_id, True)

    def restore_conversation(self, conversation_id: int) -> None:
        conversations.set_deleted(self._db, conversation_id, False)

    def purge_deleted(self, older_than_s: float) -> None:
        """Remove for good what has lain in the trash that long, single messages too."""
        conversations.purge(self._db, older_than_s)
        self.history.purge(older_than_s)

    # --- messages -----------------------------------------------------------------------------

    def branch(self, conversation_id: int) -> list[Message]:
        """From the beginning to the active leaf."""
        return messages.branch(self._db, conversation_id)

    def add_message(
        self,
        conversation_id: int,
        parent_id: int | None,
        role: Role,
        text: str,
        state: MessageState = "complete",
        model: str = "",
    ) -> Message:
        """It becomes the active leaf. ``parent_id`` None begins the conversation (anew)."""
        return messages.add(self._db, conversation_id, parent_id, role, text, state, model)

    def update_message(
        self,
        message_id: int,
        *,
        text: str | None = None,
        state: MessageState | None = None,
        stop_reason: str | None = None,
        error_kind: str | None = None,
        error_message: str | None = None,
        prompt_tokens: int | None = None,
        reply_tokens: int | None = None,
        first_token_s: float | None = None,
        tokens_per_s: float | None = None,
        model: str | None = None,
    ) -> None:
        """None leaves a value as it is."""
        changes: dict[str, Any] = {
            "text": text,
            "state": state,
            "stop_reason": stop_reason,
            "error_kind": error_kind,
            "error_message": error_message,
            "prompt_tokens": prompt_tokens,
            "reply_tokens": reply_tokens,
            "first_token_s": first_token_s,
            "tokens_per_s": tokens_per_s,
            "model": model,
        }
        messages.update(self._db, message_id, changes)

    def append_text(self, message_id: int, text: str) -> None:
        messages.append_text(self._db, message_id, text)

    def message(self, message_id: int) -> Message:
        return messages.get(self._db, message_id)

    def siblings(self, message_id: int) -> list[Message]:
        """All versions at the place of this message, itself included, oldest first."""
        return messages.siblings(self._db, message_id)

    def select_version(self, message_id: int) -> list[Message]:
        """Show the branch through this message, as it was last shown below it. Returns the branch."""
        return messages.select_version(self._db, message_id)

    def set_message_pinned(self, message_id: int, pinned: bool) -> None:
        messages.set_pinned(self._db, message_id, pinned)

    def delete_message(self, message_id: int) -> DeletedMessage:
        """With everything below it, into the trash. The value returned undoes it."""
        return messages.delete(self._db, message_id)

    def restore_message(self, token: DeletedMessage) -> None:
        messages.restore(self._db, token)

    def interrupted(self) -> list[Message]:
        """To call at start: replies that were still being written become stopped, and are returned."""
        return messages.interrupted(self._db)

    # --- notes, drafts, personas --------------------------------------------------------------

    def set_note(self, conversation_id: int, upto_id: int, text: str) -> Note:
        """One for each message: a second one replaces the first."""
        return extras.set_note(self._db, conversation_id, upto_id, text)

    def notes(self, conversation_id: int) -> list[Note]:
        """Of all branches."""
        return extras.notes(self._db, conversation_id)

    def delete_note(self, note_id: int) -> None:
        extras.delete_note(self._db, note_id)

    def save_draft(self, conversation_id: int, text: str) -> None:
        """``conversation_id`` 0 is the conversation not begun yet."""
        extras.save_draft(self._db, conversation_id, text)

    def draft(self, conversation_id: int) -> str:
        return extras.draft(self._db, conversation_id)

    def personas(self) -> list[Persona]:
        """The user's own, by name."""
        return extras.personas(self._db)

    def save_persona(self, persona_id: int | None, name: str, prompt: str) -> Persona:
        return extras.save_persona(self._db, persona_id, name, prompt)

    def delete_persona(self, persona_id: int) -> None:
        extras.delete_persona(self._db, persona_id)

    # --- search -------------------------------------------------------------------------------

    def search(self, query: str, limit: int = 50) -> list[SearchHit]:
        """One hit for each conversation that holds all words of the query, the last used first."""
        return search.search(self._db, query, limit)

    # --- transfer -----------------------------------------------------------------------------

    def export_data(self, conversation_id: int, *more: int) -> dict[str, Any]:
        """Whole conversations, all branches, in the format of `transfer.own_json`."""
        return own_json.encode(transfer_rows.take_out(self._db, key) for key in (conversation_id, *more))

    def import_data(self, data: dict[str, Any]) -> list[Conversation]:
        """Add what `export_data` made, and return what was not here yet. Raises ``bad_file``."""
        report = self.import_parsed(own_json.decode(data).conversations)
        return [self.conversation(key) for key in report.conversations]

    def import_parsed(self, parsed: Sequence[ParsedConversation]) -> ImportReport:
        """Add conversations that an importer of `transfer` read; those already here are skipped."""
        return transfer_rows.take_in(self._db, parsed)

    def import_file(self, path: Path) -> ImportReport:
        """Read a file (`transfer.reading.read_import`) and add what it holds. For a big file, read it
        on another thread and hand its conversations to `import_parsed`, some at a time."""
        parsed = read_import(path)
        report = self.import_parsed(parsed.conversations)
        return ImportReport(report.conversations, report.messages, (*parsed.skipped, *report.skipped))
