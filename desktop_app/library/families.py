"""Which kinds of models are known, and what for: the configuration's ``model_type``, or a GGUF file's
``general.architecture``. Nothing else is opened: an unknown kind is where models bring code of their own."""

from __future__ import annotations

from desktop_app.library.catalogue import Task

_CHAT: tuple[Task, ...] = ("chat", "writing")
_TRANSLATE: tuple[Task, ...] = ("translation",)
_ENCODE: tuple[Task, ...] = ("search",)

FAMILIES: dict[str, tuple[Task, ...]] = {
    **dict.fromkeys(
        (
            *("llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3", "gemma3_text", "smollm3"),
            *("gpt2", "gpt_neo", "gpt_neox", "gptj", "opt", "bloom", "phi", "phi3", "falcon", "stablelm"),
            *("starcoder2", "olmo", "olmo2", "granite", "cohere", "glm", "glm4", "internlm2", "internlm3"),
            *(
                "qwen2_moe",
                "qwen3_moe",
                "mixtral",
                "deepseek_v2",
                "deepseek_v3",
                "ernie4_5",
                "hunyuan_v1_dense",
            ),
            *("minicpm", "minicpm3", "exaone4", "helium", "lfm2", "nemotron", "seed_oss", "codegen", "mpt"),
        ),
        _CHAT,
    ),
    **dict.fromkeys(("marian", "m2m_100", "mbart", "nllb-moe"), _TRANSLATE),
    **dict.fromkeys(("t5", "mt5", "bart", "pegasus", "umt5"), ("translation", "writing")),
    **dict.fromkeys(
        (
            *("bert", "roberta", "xlm-roberta", "xlm", "distilbert", "albert", "electra", "mpnet"),
            *("deberta", "deberta-v2", "modernbert", "nomic_bert", "nomic-bert", "ernie", "camembert"),
        ),
        _ENCODE,
    ),
}

_OTHER_NAMES = {"gemma3_text": "gemma3", "nomic-bert": "nomic_bert", "phi2": "phi", "gptneox": "gpt_neox"}
"""What GGUF files call a family, where that differs."""


def is_known(family: str) -> bool:
    return _name(family) in FAMILIES


def tasks_of(family: str, architectures: tuple[str, ...] = ()) -> tuple[Task, ...]:
    """What a model of ``family`` is for; ``architectures`` are the class names in its configuration."""
    if any(name.endswith("ForSequenceClassification") for name in architectures):
        return ("classification",)
    return FAMILIES.get(_name(family), ())


def _name(family: str) -> str:
    return family if family in FAMILIES else _OTHER_NAMES.get(family, family)
