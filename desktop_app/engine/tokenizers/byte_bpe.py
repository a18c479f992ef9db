"""Byte-level BPE as GPT-2 introduced it (Radford et al. 2019): how text is cut before the merges.

The patterns are those of the models' own ``tokenizer.json``, under the names that llama.cpp's converter
gives them in ``tokenizer.ggml.pre`` (``llama-vocab.cpp``). Another name is another row in `SPLITS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from desktop_app.engine.tokenizers.vocabulary import refusing

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_SHORT = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_SPACE = r"\s*[\r\n]+|\s+(?!\S)|\s+"
_LLAMA3 = _SHORT + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + _SPACE
_QWEN2 = _LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
_QWEN35 = _SHORT + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + _SPACE
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"


def _words_by_case(after: str, digits: str) -> str:
    """A word begins where small letters are followed by a capital (o200k of tiktoken, and tekken)."""
    lead, symbols = r"[^\r\n\p{L}\p{N}]?", r" ?[^\s\p{L}\p{N}]+[\r\n/]*"
    return f"{lead}{_UPPER}*{_LOWER}+{after}|{lead}{_UPPER}+{_LOWER}*{after}|{digits}|{symbols}|{_SPACE}"


_CJK = "[一-龥\u3040-ゟ゠-ヿ]+"
_DEEPSEEK3 = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[\r\n]*|" + _SPACE
)


@dataclass(frozen=True, slots=True)
class Split:
    """``patterns`` cut one after the other. With ``whole_words`` a word that is in the vocabulary is taken
    before merges are looked at; ``bos`` says whether a prompt begins with it if the file is silent."""

    patterns: tuple[str, ...]
    whole_words: bool = False
    bos: bool = False
    compose: bool = False
    """Letters and their accents are made one character first (NFC)."""


_OF_GPT2 = Split((_GPT2,))
_OF_DIGITS = Split((r"\p{N}", _GPT2))
_OF_LLAMA3 = Split((_LLAMA3,), whole_words=True, bos=True)
_OF_DBRX = Split((_LLAMA3,))
_OF_QWEN2 = Split((_QWEN2,))
_OF_GPT4O = Split((_words_by_case(_SHORT + "?", r"\p{N}{1,3}"),))
_OF_DEEPSEEK3 = Split((r"\p{N}{1,3}", _CJK, _DEEPSEEK3))

SPLITS: dict[str, Split] = {
    **dict.fromkeys(("gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "exaone4", "gigachat"), _OF_GPT2),
    **dict.fromkeys(("smollm", "starcoder", "refact", "codeshell", "exaone", "minerva-7b"), _OF_DIGITS),
    "command-r": Split((r"\p{N}", _GPT2), compose=True),
    **dict.fromkeys(
        ("llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "lfm2"), _OF_LLAMA3
    ),
    **dict.fromkeys(("dbrx", "smaug-bpe", "glm4", "chatglm-bpe"), _OF_DBRX),
    "qwen2": Split((_QWEN2,), compose=True),
    "qwen35": Split((_QWEN35,), compose=True),
    **dict.fromkeys(("deepseek-r1-qwen", "megrez", "stablelm2", "hunyuan", "grok-2"), _OF_QWEN2),
    "tekken": Split((_words_by_case("", r"\p{N}"),), whole_words=True, bos=True),
    **dict.fromkeys(("gpt-4o", "llama4", "kanana2"), _OF_GPT4O),
    **dict.fromkeys(("deepseek-v3", "hunyuan-dense"), _OF_DEEPSEEK3),
    "deepseek-coder": Split((r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", "[一-龥ࠀ-一가-퟿]+", r"\p{N}")),
}
"""``tokenizer.ggml.pre`` to how text is cut."""


def make_byte_bpe(vocabulary: dict[str, int], merges: list[tuple[str, str]], split: Split) -> Tokenizer:
    """A tokenizer over GPT-2's letters. Raises InkhornError: ``model_damaged``."""
    with refusing("Its merges do not fit its vocabulary."):
        tokenizer = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=split.whole_words))
    cuts: list[Any] = [
        pre_tokenizers.Split(Regex(pattern), behavior="isolated") for pattern in split.patterns
    ]
    letters = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*cuts, letters])
    tokenizer.decoder = decoders.ByteLevel()
    if split.compose:
        tokenizer.normalizer = normalizers.NFC()
    return tokenizer
