"""How much memory a model needs, and whether this computer has it.

Weights as the engine keeps them (`desktop_app.engine.linear`): a packed plane is half a byte for each
weight, and for each 32 weights a scale and a zero of two bytes each; eight bits are two such planes. Tables
of which a token reads one row are kept as Q8_0 (a byte for each weight, and two for each 32); so is no
output layer, which is multiplied with in full: it has eight bits in both packed forms, as quantized files
give it six or eight. On top come the KV cache, and room to work in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop_app.core.messages import DeviceInfo
from desktop_app.library.catalogue import Model, Variant
from desktop_app.library.computer import Computer

CONTEXT = 4096
"""Tokens of conversation that `fit` counts with, where the model takes as many."""
WORKING_MEMORY = 160 << 20
"""Bytes for the buffers of reading a prompt, as the engine counts them when it loads."""
BYTES_PER_WEIGHT = {"packed4": 0.625, "packed8": 1.25, "bfloat16": 2.0, "float16": 2.0, "float32": 4.0}
ROW_BYTES = 34 / 32  # Q8_0
EASY = 0.75
"""Share of the free memory up to which a model fits well: other programs want some, too."""

State = Literal["good", "tight", "too_big"]


@dataclass(frozen=True, slots=True)
class Fit:
    """``needed`` and ``free`` bytes on ``device`` (as in `core.messages.DeviceInfo`), where the model would
    run in ``precision``; ``free`` is None where it is not known."""

    state: State
    needed: int
    free: int | None
    device: str
    precision: str


def weights_bytes(model: Model, precision: str) -> int:
    """Bytes of all weights in memory. Raises KeyError for an unknown precision."""
    each = BYTES_PER_WEIGHT[precision]
    packed = precision.startswith("packed")
    rows = model.embeddings * (ROW_BYTES if packed else each)
    output = model.output_weights * (BYTES_PER_WEIGHT["packed8"] if packed else each)
    own_output = 0 if model.tied else model.output_weights
    return round((model.parameters - model.embeddings - own_output) * each + rows + output)


def memory_needed(model: Model, precision: str, context: int = CONTEXT) -> int:
    """Bytes for the weights, a conversation of ``context`` tokens, and work. Raises KeyError for an
    unknown precision."""
    cache = model.kv_bytes_per_token * min(context, model.context)
    return weights_bytes(model, precision) + cache + WORKING_MEMORY


def fit(model: Model, variant: Variant, computer: Computer, context: int = CONTEXT) -> Fit:
    """Whether ``model`` fits, and where it would run: on the graphics card with the most room if it fits
    well there in full precision, else on the CPU, packed."""
    for card in sorted(computer.devices, key=lambda device: device.free or 0, reverse=True):
        if card.id == "cpu" or card.free is None:
            continue
        precision = "float16" if card.id.startswith("mps") else "bfloat16"
        found = _fit(memory_needed(model, precision, context), card, precision)
        if found.state == "good":
            return found
    cpu = DeviceInfo("cpu", "", computer.total_memory, computer.free_memory)
    precision = cpu_precision(model, variant)
    return _fit(memory_needed(model, precision, context), cpu, precision)


def cpu_precision(model: Model, variant: Variant) -> str:
    """What the CPU runs ``variant`` in: four bits for decoders, eight where the file has more than five
    and is quantized, and full precision for small models without a decoder's many weights."""
    if variant.format == "bergamot" or model.output_weights == 0:
        return "float32"
    return "packed8" if variant.format == "gguf" and variant.bits > 5 else "packed4"


def _fit(needed: int, device: DeviceInfo, precision: str) -> Fit:
    room = device.total if device.free is None else device.free
    state: State
    if room is None:
        state = "tight"  # nothing is known
    elif needed > room:
        state = "too_big"
    else:
        state = "good" if needed <= EASY * room else "tight"
    return Fit(state, needed, device.free, device.id, precision)
