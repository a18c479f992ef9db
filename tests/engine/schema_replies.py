"""Two schemas, and replies of a model that follow one."""

from __future__ import annotations

import json
from typing import Any

from desktop_app.core.messages import Reply
from desktop_app.core.sampling import Sampling
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.generate import Piece, generate
from desktop_app.engine.tokenizer import Vocabulary
from tests.engine.small_decoders import never

ENGLISH = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["letter", "note", "list"]},
        "pages": {"type": "integer", "minimum": 1, "maximum": 40},
        "lines": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {"text": {"type": "string", "maxLength": 6}, "done": {"type": "boolean"}},
                "required": ["text", "done"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["kind", "pages", "lines"],
    "additionalProperties": False,
}
CHINESE = {
    "type": "object",
    "properties": {
        "情感": {"enum": ["正面", "负面", "中性"]},
        "分数": {"type": "integer", "minimum": 0, "maximum": 5},
        "词语": {
            "type": "array",
            "minItems": 2,
            "maxItems": 2,
            "items": {"type": "array", "maxItems": 2, "items": {"enum": ["墨", "池", "纸"]}},
        },
    },
    "required": ["情感", "分数", "词语"],
    "additionalProperties": False,
}
IDS = [1, 40, 41, 42, 43, 44, 45]


def run(
    tiny: tuple[Decoder, Vocabulary], schema: Any, sampling: Sampling, look_up: bool = True
) -> tuple[str, list[int], Reply]:
    decoder, vocabulary = tiny
    cache = decoder.new_cache()
    text = schema if isinstance(schema, str) else json.dumps(schema, ensure_ascii=False)
    items = list(
        generate(decoder, cache, vocabulary, IDS, sampling, never, 0.0, look_up=look_up, schema=text)
    )
    reply = items[-1]
    assert isinstance(reply, Reply)
    return "".join(item.text for item in items if isinstance(item, Piece)), cache.ids, reply
