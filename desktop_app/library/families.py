"""Which kinds of models run here, and what for, by ``model_type`` in a folder's ``config.json``.

The one list: an unknown kind is where models bring code of their own, so nothing else is opened, neither by
the library when it takes a model in nor by the engine when it loads one. That the engine runs each of them,
and no other, is a test (``tests/engine/test_config.py``).
"""

from __future__ import annotations

from desktop_app.library.catalogue import Task

_CHAT: tuple[Task, ...] = ("chat", "writing")
_TRANSLATE: tuple[Task, ...] = ("translation",)
_REWRITE: tuple[Task, ...] = ("translation", "writing")
_ENCODE: tuple[Task, ...] = ("search",)

_BY_TASKS: tuple[tuple[tuple[Task, ...], tuple[str, ...]], ...] = (
    (
        _CHAT,
        (
            *("bloom", "codegen", "cohere", "cohere2", "falcon", "gemma", "gemma2", "gemma3", "gemma3_text"),
            *("glm", "glm4", "gpt2", "gpt_bigcode", "gpt_neo", "gpt_neox", "gptj", "granite", "helium"),
            *("llama", "mistral", "mpt", "nemotron", "olmo", "olmo2", "olmo3", "opt", "persimmon", "phi"),
            *("phi3", "qwen2", "qwen3", "smollm3", "stablelm", "starcoder2", "xglm"),
        ),
    ),
    (_TRANSLATE, ("m2m_100", "marian", "mbart")),
    (_REWRITE, ("bart", "mt5", "pegasus", "t5", "umt5")),
    (
        _ENCODE,
        (
            *("albert", "bert", "camembert", "deberta-v2", "distilbert", "electra", "ernie", "eurobert"),
            *("gte", "modernbert", "mpnet", "nomic_bert", "roberta", "xlm-roberta"),
        ),
    ),
)
FAMILIES: dict[str, tuple[Task, ...]] = {name: tasks for tasks, names in _BY_TASKS for name in names}

IN_GGUF = {
    "gemma3": "gemma3_text",
    "llama": "llama",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "smollm3": "smollm3",
}
"""The families that are read from GGUF files too, by what ``general.architecture`` calls them there (the
files of Mistral say "llama")."""


def is_known(family: str) -> bool:
    """Whether a folder whose ``model_type`` is ``family`` runs here."""
    return family in FAMILIES


def is_known_in_gguf(family: str) -> bool:
    """Whether a GGUF file whose ``general.architecture`` is ``family`` runs here."""
    return family in IN_GGUF


def tasks_of(family: str, architectures: tuple[str, ...] = ()) -> tuple[Task, ...]:
    """What a model of ``family`` is for, none where it is not known: a ``model_type``, or what a GGUF file
    says in its place. ``architectures`` are the class names in its configuration."""
    if any(name.endswith("ForSequenceClassification") for name in architectures):
        return ("classification",)
    return FAMILIES.get(IN_GGUF.get(family, family), ())
