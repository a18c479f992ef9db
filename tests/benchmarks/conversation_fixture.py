"""A long conversation as people have them: short questions, answers with lists, code, tables, formulas,
English and Chinese. The same every time."""

from __future__ import annotations

import random

from desktop_app.core.chat import Message

_EN = (
    "the model reads every token of the context and weighs how much each of them matters for the next one "
    "a smaller network answers faster but it forgets details that a larger one would keep in mind so the "
    "choice depends on what you want to write and how long you are ready to wait for a careful answer"
)
_ZH = (
    "模型会阅读上下文中的每一个词并衡量它对下一个词的影响较小的网络回答更快但容易忘记细节"
    "所以选择取决于你想写什么以及愿意等多久"
)
_CODE = '''```python
def attend(query, keys, values):
    """Scaled dot-product attention."""
    scores = [sum(q * k for q, k in zip(query, key)) for key in keys]
    weights = softmax([score / len(query) ** 0.5 for score in scores])
    return [sum(w * v[i] for w, v in zip(weights, values)) for i in range(len(values[0]))]
```'''
_TABLE = """| Model | Parameters | Speed | 说明 |
|:--|--:|--:|:--|
| SmolLM2 | 135 M | 92/s | 起步 |
| Qwen | 0.5 B | 31/s | 中文更好 |"""
_FORMULA = r"$$\operatorname{softmax}(z)_i=\frac{e^{z_i}}{\sum_j e^{z_j}}$$"


def make_conversation(n: int = 10_000, tokens: int = 300_000) -> list[Message]:
    """``n`` messages, user and assistant in turn, of about ``tokens`` tokens together (a word, or one
    and a half Chinese characters, counted as 1.3 tokens)."""
    chance = random.Random(20_24)
    mean = tokens / n / 1.3  # words in a message
    messages = []
    for index in range(n):
        user = index % 2 == 0
        words = max(round(chance.expovariate(1 / (mean * (0.35 if user else 1.65)))), 2)
        text = _question(chance, words) if user else _answer(chance, words, index)
        messages.append(_message(index + 1, user, text))
    return messages


def _message(number: int, user: bool, text: str) -> Message:
    return Message(
        id=number,
        conversation_id=1,
        parent_id=number - 1 or None,
        role="user" if user else "assistant",
        text=text,
        state="complete",
        created=1_700_000_000.0 + 30 * number,
        pinned=number % 97 == 0,
        model="" if user else "SmolLM2 135M",
        stop_reason="" if user else ("length" if number % 50 == 0 else "end"),
        reply_tokens=0 if user else max(round(len(text) / 4), 1),
        first_token_s=0.0 if user else 0.4,
        tokens_per_s=0.0 if user else 42.0,
        versions=3 if number % 40 == 0 else 1,
        version=2 if number % 40 == 0 else 1,
    )


def _words(chance: random.Random, count: int) -> str:
    if chance.random() < 0.4:
        start = chance.randrange(len(_ZH))
        text = ((_ZH * (2 + count // 20))[start : start + round(count * 1.5)]) or "好"
        return "，".join(text[i : i + 14] for i in range(0, len(text), 14)) + "。"
    words = chance.choices(_EN.split(), k=count)
    return " ".join(words).capitalize() + "."


def _question(chance: random.Random, words: int) -> str:
    return _words(chance, words)


def _answer(chance: random.Random, words: int, index: int) -> str:
    parts: list[str] = []
    left = words
    while left > 0:
        part = min(left, chance.randint(15, 60))
        left -= part
        text = _words(chance, part)
        kind = chance.random()
        if kind < 0.15 and part > 12:
            third = max(part // 3, 3)
            text = "\n".join(f"{number}. {_words(chance, third)}" for number in (1, 2, 3))
        elif kind < 0.25:
            text = f"**{text.split('，')[0].split(' ')[0]}** " + text + " See `attend()` and $E = mc^2$."
        parts.append(text)
    if index % 20 == 5:
        parts.insert(1, _CODE)
    elif index % 20 == 11:
        parts.insert(1, _TABLE)
    elif index % 20 == 15:
        parts.insert(1, _FORMULA)
    return "\n\n".join(parts)
