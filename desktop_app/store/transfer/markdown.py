"""One branch of a conversation as a Markdown file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from desktop_app.core.chat import Conversation, Message
from desktop_app.core.i18n import tr
from desktop_app.store.transfer.words import date_of, said, speaker, title_of

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")


def to_markdown(conversation: Conversation, messages: Sequence[Message]) -> str:
    """Texts as they are; only a code block that a stopped reply left open is closed, because it would
    swallow what follows."""
    blocks = [f"# {_one_line(title_of(conversation))}", date_of(conversation)]
    if conversation.system_prompt.strip():
        quoted = "\n".join(f"> {line}".rstrip() for line in conversation.system_prompt.strip().splitlines())
        blocks += [f"## {tr('System prompt')}", quoted]
    for message in said(list(messages)):
        blocks += [f"## {_one_line(speaker(message))}", closed(message.text.strip("\n"))]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _one_line(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", " ".join(text.split()))


def closed(text: str) -> str:
    """``text`` with a closing fence where its last code block has none."""
    open_fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if found is None:
            continue
        if not open_fence:
            if "`" not in found[2] or found[1][0] == "~":
                open_fence = found[1]
        elif found[1].startswith(open_fence) and not found[2].strip():
            open_fence = ""
    return f"{text}\n{open_fence}" if open_fence else text
