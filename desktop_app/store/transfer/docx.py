"""One branch of a conversation as a Word document with real structure: styles, lists, tables, links."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.core.chat import Conversation, Message


def to_docx(conversation: Conversation, messages: Sequence[Message]) -> bytes:
    """The content of a .docx file."""
    # python-docx and lxml take 0.2 s to import, which no start of the app should wait for.
    from desktop_app.store.transfer.docx_writer import write_docx

    return write_docx(conversation, messages)
