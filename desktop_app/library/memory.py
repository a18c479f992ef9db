"""How much memory a model needs, and whether this computer has it.

Weights as the engine keeps them (`desktop_app.engine.linear`): a packed plane is half a byte for each
weight, and for each 32 weights a scale and a zero of two bytes each; eight bits are two such planes. A packed
model keeps its embeddings, of which a token reads one row, as Q8_0, and its output layer in eight bits, as
quantized files have it, even where the two are the same matrix. On top come the KV cache, and room to work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from desktop_app.core.messages import DeviceInfo
from desktop_app.library.catalogue import Model, Task, Variant
from desktop_app.library.computer import Computer
from desktop_app.library.shape import Shape

CONTEXT = 4096
"""Tokens of conversation that `fit` counts with, where the model takes as many."""
WORKING_MEMORY = 160 << 20
"""Bytes for the buffers of reading a prompt, as the engine counts them when it loads."""
BYTES_PER_WEIGHT = {"packed4": 0.625, "packed8": 1.25, "bfloat16": 2.0, "float16": 2.0, "float32": 4.0}
ROW_BYTES = 34 / 32
"""Of a weight in a table of rows: Q8_0 has a byte each, and two for each 32."""
OUTPUT_BYTES = BYTES_PER_WEIGHT["packed8"]
EIGHT_BIT_SHARE = {"Q4_K_M": 1 / 7}
"""Of a file whose name says four bits, the part that has six and becomes eight here: half of the value and
down projections (ggml-org/llama.cpp, ``src/llama-quant.cpp``, ``use_more_bits``)."""
SMALL = 1_000_000_000
"""Parameters below which the engine packs dense weights to 8 bits and not to 4."""
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


class Sizes(Protocol):
    """What is counted with, of the catalogue (`Model`) or of a file (`Shape`)."""

    @property
    def parameters(self) -> int: ...
    @property
    def context(self) -> int: ...
    @property
    def kv_bytes_per_token(self) -> int: ...
    @property
    def embeddings(self) -> int: ...
    @property
    def output_weights(self) -> int: ...
    @property
    def tied(self) -> bool: ...


def weights_bytes(model: Sizes, precision: str, eight_bit_share: float = 0.0) -> int:
    """Bytes of all weights in memory; ``eight_bit_share`` of the inner ones have eight bits in ``packed4``,
    too. Raises KeyError for an unknown precision."""
    each = BYTES_PER_WEIGHT[precision]
    if not precision.startswith("packed"):
        return round(model.parameters * each)
    own_output = 0 if model.tied else model.output_weights
    inner = model.parameters - model.embeddings - own_output
    each += eight_bit_share * (OUTPUT_BYTES - each)
    return round(inner * each + model.embeddings * ROW_BYTES + model.output_weights * OUTPUT_BYTES)


def memory_needed(model: Sizes, precision: str, context: int = CONTEXT, eight_bit_share: float = 0.0) -> int:
    """Bytes for the weights, a conversation of ``context`` tokens, and work. Raises KeyError for an
    unknown precision. For a model that keeps only the last part of a conversation in most layers (Gemma 3)
    this is an upper bound."""
    cache = model.kv_bytes_per_token * min(context, model.context)
    return weights_bytes(model, precision, eight_bit_share) + cache + WORKING_MEMORY


def fit(model: Model, variant: Variant, computer: Computer, context: int = CONTEXT) -> Fit:
    """Whether ``model`` fits, and where it would run: on the graphics card with the most room if it fits
    well there in full precision, else on the CPU, packed."""
    share = EIGHT_BIT_SHARE.get(variant.quantization, 0.0)
    return _placed(model, cpu_precision(model, variant), share, computer, context)


def fit_shape(shape: Shape, tasks: tuple[Task, ...], computer: Computer, context: int = CONTEXT) -> Fit:
    """The same for a model that the catalogue does not know."""
    precision = "packed4"
    if shape.output_weights == 0:
        precision = "float32"
    elif "translation" in tasks[:1] or shape.bits == 8 or (not shape.bits and shape.parameters < SMALL):
        precision = "packed8"
    return _placed(shape, precision, shape.eight_bit_share, computer, context)


def _placed(model: Sizes, on_cpu: str, eight_bit_share: float, computer: Computer, context: int) -> Fit:
    for card in sorted(computer.devices, key=lambda device: device.free or 0, reverse=True):
        if card.id == "cpu" or card.free is None:
            continue
        precision = "float16" if card.id.startswith("mps") else "bfloat16"
        found = _fit(memory_needed(model, precision, context), card, precision)
        if found.state == "good":
            return found
    cpu = DeviceInfo("cpu", "", computer.total_memory, computer.free_memory)
    return _fit(memory_needed(model, on_cpu, context, eight_bit_share), cpu, on_cpu)


def cpu_precision(model: Model, variant: Variant) -> str:
    """What the engine's ``auto`` runs ``variant`` in on a CPU that it has fast kernels for: decoders in four
    bits, or eight where a quantized file has more than four; encoder-decoders in eight; encoders, which
    read many rows at once, and Bergamot's small networks dense."""
    if variant.format == "bergamot" or model.output_weights == 0:
        return "float32"
    if model.tasks[0] == "translation":
        return "packed8"
    return "packed8" if variant.quantization.startswith(("Q5", "Q6", "Q8")) else "packed4"


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
