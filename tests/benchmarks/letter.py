"""A letter of about 300 tokens, to be rewritten with few changes."""

from __future__ import annotations

from desktop_app.core.messages import ChatMessage

_LETTER = """\
Dear Mr Lowell, thank you for your letter of the third of May. We have read it with great interest, and \
we are glad to hear that the new ink works well on the heavy paper. As you asked, we have sent two more \
bottles of the blue ink and one bottle of the black ink. They should arrive by the end of the week.

You also asked how the ink should be kept. Please keep the bottles in a cool and dry place, away from the \
sun, and close them firmly after each use. If the ink becomes thick, you may add a few drops of clean \
water and shake the bottle gently. Do not add alcohol, because it makes the colour fade within a few months.

We are sorry that one of the pens was broken when it reached you. We have packed a new one with the \
bottles, and you do not need to send the old one back. If anything else is missing or broken, please write \
to us at once and we will make it good.

Finally, we would like to invite you to our workshop in the summer. We open the doors on the first \
Saturday of July, and you can see how the soot is ground, how the ink is boiled and how the bottles are \
filled. Lunch will be served in the garden at noon, and there will be music in the afternoon. Please let \
us know by the middle of June whether you will come, and how many friends you would like to bring."""

REWRITE = ChatMessage(
    "user",
    f"{_LETTER}\n\nRewrite the letter above. Change the name to Mr Brown and keep every other word the same.",
)
"""The starter model copies most of it, with a few words changed, left out and put in."""
TOKENS = 220
"""What it rewrites before it begins to repeat the instruction."""
