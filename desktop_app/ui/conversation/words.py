"""The words around a message: who, how fast, why it ended."""

from __future__ import annotations

from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.items import Context, MessageItem


def who(item: MessageItem) -> str:
    if item.is_user:
        return tr("You")
    return item.message.model or tr("Reply")


def figures(item: MessageItem) -> list[str]:
    """“42 tokens/s”, “first token 0.4 s”, “128 tokens”; nothing where nothing was measured."""
    message = item.message
    if item.is_user or item.is_streaming or message.reply_tokens <= 0:
        return []
    parts = []
    if message.tokens_per_s > 0:
        speed = message.tokens_per_s
        parts.append(tr("{speed} tokens/s", speed=f"{speed:.0f}" if speed >= 10 else f"{speed:.1f}"))
    if message.first_token_s > 0:
        seconds = message.first_token_s
        parts.append(
            tr("first token {seconds} s", seconds=f"{seconds:.1f}" if seconds >= 0.1 else f"{seconds:.2f}")
        )
    count = message.reply_tokens
    parts.append(tr("1 token") if count == 1 else tr("{count} tokens", count=f"{count:,}"))
    return parts


def ending(item: MessageItem) -> str:
    """Why a reply did not end by itself; '' if it did."""
    if item.is_user or item.is_streaming or item.problem is not None:
        return ""
    reason = item.message.stop_reason
    if reason == "length":
        return tr("Length limit reached.")
    if reason == "context":
        return tr("The model’s context is full.")
    if reason == "stop_text":
        return tr("Ended at a stop text.")
    if reason == "cancelled" or item.message.state == "stopped":
        return tr("Stopped.") if item.text else tr("Stopped before the model began.")
    if item.message.state == "failed":
        return tr("Broken off by a fault.") if item.text else tr("A fault came before the model began.")
    return ""


def accessible_name(item: MessageItem, context: Context) -> str:
    if item.is_user:
        return tr("You, message {number}", number=context.number)
    return tr("Reply {number}, {model}", number=context.number, model=item.message.model or tr("model"))


def accessible_description(item: MessageItem) -> str:
    """The state of a message, and how it begins."""
    parts = []
    if item.message.pinned:
        parts.append(tr("Kept in the model’s context."))
    if item.left_out:
        parts.append(tr("The model no longer sees this message."))
    if item.problem is not None:
        parts.append(item.problem.text)
    parts += [ending(item), " · ".join(figures(item)), item.text[:300]]
    return "\n".join(part for part in parts if part)
