"""Tokens that mean something to a chat model whatever its file says of them (llama.cpp knows them too)."""

from __future__ import annotations

STOP_NAMES = frozenset(
    (
        "<|im_end|>",
        "<|eot_id|>",
        "<|eom_id|>",
        "<|end|>",
        "<|endoftext|>",
        "<|end_of_text|>",
        "<end_of_turn>",
        "<end_of_utterance>",
        "<｜end▁of▁sentence｜>",
        "</s>",
        "<eos>",
        "[EOT]",
        "[EOS]",
    )
)
"""Control tokens that end a reply."""

ALWAYS_CONTROL = STOP_NAMES - {"</s>"} | frozenset(
    (
        "<|im_start|>",
        "<|start_header_id|>",
        "<|end_header_id|>",
        "<|system|>",
        "<|user|>",
        "<|assistant|>",
        "<start_of_turn>",
        "<｜User｜>",
        "<｜Assistant｜>",
    )
)
"""Many files call these ordinary or user-defined tokens, so that a user who types one would speak for the
model. They are control tokens. ``</s>`` is not among them: Gemma has it as a tag of HTML besides."""
