"""The model types that transformers may run here, and what each of them does. Imports no torch.

A type that is not in this table is refused, whatever its config asks for. Which types there are at all is
said in `desktop_app.library.families`; those of the lean decoder are here too, but for Gemma 3, for the
models of theirs that it does not speak.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ModelKind


@dataclass(frozen=True, slots=True)
class HostedFamily:
    """Classes of ``transformers.models.<module>.modeling_<module>``. ``heads`` maps what a folder can be
    to the class that runs it; ``config`` is the class of its settings."""

    module: str
    config: str
    heads: Mapping[ModelKind, str]


def _causal(module: str, prefix: str, suffix: str = "ForCausalLM") -> HostedFamily:
    return HostedFamily(module, f"{prefix}Config", {"causal": f"{prefix}{suffix}"})


def _text_to_text(module: str, prefix: str, suffix: str = "ForConditionalGeneration") -> HostedFamily:
    return HostedFamily(module, f"{prefix}Config", {"text_to_text": f"{prefix}{suffix}"})


def _encoder(module: str, prefix: str) -> HostedFamily:
    heads: dict[ModelKind, str] = {
        "encoder": f"{prefix}Model",
        "classifier": f"{prefix}ForSequenceClassification",
    }
    return HostedFamily(module, f"{prefix}Config", heads)


FAMILIES: Mapping[str, HostedFamily] = {
    "bloom": _causal("bloom", "Bloom"),
    "codegen": _causal("codegen", "CodeGen"),
    "cohere": _causal("cohere", "Cohere"),
    "cohere2": _causal("cohere2", "Cohere2"),
    "falcon": _causal("falcon", "Falcon"),
    "gemma": _causal("gemma", "Gemma"),
    "gemma2": _causal("gemma2", "Gemma2"),
    "glm": _causal("glm", "Glm"),
    "glm4": _causal("glm4", "Glm4"),
    "gpt2": _causal("gpt2", "GPT2", "LMHeadModel"),
    "gpt_bigcode": _causal("gpt_bigcode", "GPTBigCode"),
    "gpt_neo": _causal("gpt_neo", "GPTNeo"),
    "gpt_neox": _causal("gpt_neox", "GPTNeoX"),
    "gptj": _causal("gptj", "GPTJ"),
    "granite": _causal("granite", "Granite"),
    "helium": _causal("helium", "Helium"),
    "llama": _causal("llama", "Llama"),
    "mistral": _causal("mistral", "Mistral"),
    "mpt": _causal("mpt", "Mpt"),
    "nemotron": _causal("nemotron", "Nemotron"),
    "olmo": _causal("olmo", "Olmo"),
    "olmo2": _causal("olmo2", "Olmo2"),
    "olmo3": _causal("olmo3", "Olmo3"),
    "opt": _causal("opt", "OPT"),
    "persimmon": _causal("persimmon", "Persimmon"),
    "phi": _causal("phi", "Phi"),
    "phi3": _causal("phi3", "Phi3"),
    "qwen2": _causal("qwen2", "Qwen2"),
    "qwen3": _causal("qwen3", "Qwen3"),
    "smollm3": _causal("smollm3", "SmolLM3"),
    "stablelm": _causal("stablelm", "StableLm"),
    "starcoder2": _causal("starcoder2", "Starcoder2"),
    "xglm": _causal("xglm", "XGLM"),
    "bart": _text_to_text("bart", "Bart"),
    "m2m_100": _text_to_text("m2m_100", "M2M100"),
    "marian": _text_to_text("marian", "Marian", "MTModel"),
    "mbart": _text_to_text("mbart", "MBart"),
    "mt5": _text_to_text("mt5", "MT5"),
    "pegasus": _text_to_text("pegasus", "Pegasus"),
    "t5": _text_to_text("t5", "T5"),
    "umt5": _text_to_text("umt5", "UMT5"),
    "albert": _encoder("albert", "Albert"),
    "bert": _encoder("bert", "Bert"),
    "camembert": _encoder("camembert", "Camembert"),
    "deberta-v2": _encoder("deberta_v2", "DebertaV2"),
    "distilbert": _encoder("distilbert", "DistilBert"),
    "electra": _encoder("electra", "Electra"),
    "ernie": _encoder("ernie", "Ernie"),
    "eurobert": _encoder("eurobert", "EuroBert"),
    "gte": _encoder("gte", "Gte"),
    "modernbert": _encoder("modernbert", "ModernBert"),
    "mpnet": _encoder("mpnet", "MPNet"),
    "nomic_bert": _encoder("nomic_bert", "NomicBert"),
    "roberta": _encoder("roberta", "Roberta"),
    "xlm-roberta": _encoder("xlm_roberta", "XLMRoberta"),
}
"""By ``model_type``."""

_ENDINGS: tuple[tuple[str, ModelKind], ...] = (
    ("ForSequenceClassification", "classifier"),
    ("ForCausalLM", "causal"),
    ("ForConditionalGeneration", "text_to_text"),
    ("WithLMHeadModel", "text_to_text"),
    ("LMHeadModel", "causal"),
    ("MTModel", "text_to_text"),
    ("ForMaskedLM", "encoder"),
    ("ForPreTraining", "encoder"),
    ("Model", "encoder"),
)
"""What the name of a class in ``architectures`` ends in, the more special endings first."""


_CONTEXT = ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "n_ctx")
_ASSUMED_CONTEXT = 2048  # of models with relative positions (BLOOM), as they were trained


def context_length(config: Mapping[str, Any]) -> int:
    """Tokens that a model which continues text can see."""
    found = (config.get(name) for name in _CONTEXT)
    return next((length for length in found if isinstance(length, int) and length > 0), _ASSUMED_CONTEXT)


def family_of(config: Mapping[str, Any]) -> tuple[HostedFamily, ModelKind]:
    """Raises InkhornError ``model_unsupported``."""
    name = config.get("model_type")
    family = FAMILIES.get(name) if isinstance(name, str) else None
    if family is None:
        raise InkhornError(
            "model_unsupported", f"This version cannot run models of the type {str(name)[:60]!r}."
        )
    architectures = config.get("architectures")
    if isinstance(architectures, list) and architectures and isinstance(architectures[0], str):
        architecture = architectures[0]
        for ending, kind in _ENDINGS:
            if architecture.endswith(ending):
                if kind in family.heads:
                    return family, kind
                if ending == "Model" and "text_to_text" in family.heads:  # as facebook/bart-large has it
                    return family, "text_to_text"
                break
        raise InkhornError(
            "model_unsupported", f"This version cannot run models of the kind {architecture[:60]!r}."
        )
    return family, next(iter(family.heads))
