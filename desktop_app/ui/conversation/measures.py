"""The px of a message's parts, shared by what places, paints and guesses them."""

from __future__ import annotations

from desktop_app.ui.conversation.items import MessageItem
from desktop_app.ui.theme import READING_WIDTH

SIDE = 16  # px of paper beside a message in a narrow window; more than a scroll bar is wide
INSET = 16  # px of paper, or tint, at each side of the text
HEAD = 24
PAD = 10  # px above the header and below the text, inside the tint
FOOT = 16  # the distance from a question to its reply, which belong together
FOOT_OF_REPLY = 54  # figures and actions, and the distance to the next question
BARE_FOOT = 44  # of a reply without figures
DIVIDER = 40
LINE = 32  # a line with one button
ABOVE_REPLY = 4  # px above the header of a reply


def column_width(room: int) -> int:
    """Of the messages, and of the field below them, in the middle of ``room`` px."""
    return max(min(READING_WIDTH + 2 * INSET, room - 2 * SIDE), 120)


def foot_of(item: MessageItem) -> int:
    if item.is_user:
        return FOOT
    return FOOT_OF_REPLY if item.message.reply_tokens else BARE_FOOT
