"""From the tensors of a checkpoint to the forms that a hosted module runs on, and into the module.

Names of prepared tensors: those of the module's own parameters; for a linear layer ``<path>.<part>.*`` as
in `desktop_app.engine.linear`, and ``<path>.bias``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from desktop_app.core.errors import InkhornError
from desktop_app.engine.form_folder import Sink
from desktop_app.engine.hosted.build import is_sinusoidal
from desktop_app.engine.hosted.layers import DenseLinear, HostedLinear
from desktop_app.engine.hosted.module_tensors import ModuleTensors
from desktop_app.engine.linear import GROUP, Dense, Linear, fast_bfloat16, kernel_name
from desktop_app.engine.quantize import quantize4, quantize8
from desktop_app.engine.reporting import Report
from desktop_app.engine.weights import read_part

ROWS = 64
"""The packed kernels want a multiple of this; fewer rows are not worth packing."""
_SMALL = 1 << 20
"""Elements up to which embeddings (of positions, of segments) stay float32."""
_WIDE = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


class Forms:
    """Which form each tensor of ``model`` takes at ``precision`` on the CPU (``on_cpu``) or elsewhere."""

    def __init__(self, model: Any, precision: str, on_cpu: bool) -> None:
        self.precision, self.on_cpu = precision, on_cpu
        self._head = model.get_output_embeddings() if hasattr(model, "get_output_embeddings") else None

    @property
    def wide(self) -> torch.dtype:
        """Of dense matrices."""
        if self.precision in _WIDE:
            return _WIDE[self.precision]
        return torch.bfloat16 if fast_bfloat16() else torch.float32

    def linear(self, module: nn.Module) -> str:
        """``int4``, ``int8`` or ``dense``. The output head, which decides between words, gets 8 bits."""
        rows, columns = size_of(module)
        if not self.precision.startswith("packed") or rows < ROWS or columns % GROUP or not kernel_name():
            return "dense"
        return "int4" if self.precision == "packed4" and module is not self._head else "int8"

    def other(self, module: nn.Module, elements: int) -> torch.dtype:
        """Of what is no linear layer's weight."""
        if not self.on_cpu:
            return self.wide
        return self.embedding(elements) if isinstance(module, nn.Embedding) else torch.float32

    def embedding(self, elements: int) -> torch.dtype:
        """Of a table of ``elements`` that rows are looked up in."""
        if not self.on_cpu:
            return self.wide
        if elements <= _SMALL or self.precision == "float32":
            return torch.float32
        return torch.float16 if self.precision == "float16" else torch.bfloat16

    def bytes(self, model: nn.Module) -> int:
        """About what all weights take."""
        total = 0.0
        for _, module in model.named_modules():
            for name, held in own_tensors(module):
                if is_linear(module) and name == "weight":
                    each = {"int4": 0.625, "int8": 1.25}.get(self.linear(module), self.wide.itemsize)
                else:
                    each = self.other(module, held.numel()).itemsize
                total += each * held.numel()
        return int(total)


def is_linear(module: nn.Module) -> bool:
    """Whether the module is a matrix product, under torch's name or GPT-2's own."""
    return isinstance(module, nn.Linear) or type(module).__name__ == "Conv1D"


def size_of(module: Any) -> tuple[int, int]:
    """Rows and columns of a linear layer's weight; GPT-2's ``Conv1D`` holds it transposed."""
    n, k = module.weight.shape
    return (n, k) if isinstance(module, nn.Linear) else (k, n)


def own_tensors(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Parameters and buffers of ``module`` itself that its state dict has."""
    for name, parameter in module._parameters.items():
        if parameter is not None:
            yield name, parameter
    for name, buffer in module._buffers.items():
        if buffer is not None and name not in module._non_persistent_buffers_set:
            yield name, buffer


def resolve(model: Any, checkpoint: ModuleTensors) -> dict[str, str]:
    """For each tensor of the module the name of the one that it is: itself, or the one that it is tied to.
    Raises InkhornError ``model_damaged`` where the files lack one or it has another shape."""
    tied: dict[str, str] = model.all_tied_weights_keys
    found: dict[str, str] = {}
    for path, module in model.named_modules():
        for own, held in own_tensors(module):
            name = f"{path}.{own}" if path else own
            there = _source(name, tied, checkpoint)
            if there is None:
                if is_sinusoidal(module) or own == "final_logits_bias":
                    continue
                raise InkhornError("model_damaged", f"The model lacks a tensor: {name}", tensor=name)
            shape = checkpoint.shape(there)
            if shape is not None and shape != tuple(held.shape):
                raise _other_shape(name)
            found[name] = there
    return found


def _other_shape(name: str) -> InkhornError:
    return InkhornError(
        "model_damaged",
        f"A tensor of the model has another shape than its config.json says: {name}",
        tensor=name,
    )


def _read(checkpoint: ModuleTensors, source: str, name: str, held: Tensor) -> Tensor:
    """Checked again: what is put together from several tensors has its shape only now."""
    tensor = checkpoint.read(source)
    if tensor.shape != held.shape:
        raise _other_shape(name)
    return tensor


def _source(name: str, tied: Mapping[str, str], checkpoint: ModuleTensors) -> str | None:
    """As transformers ties: to whichever is there, and not at all where both are and differ."""
    group = tied.get(name, name)
    if name in checkpoint and (
        group == name
        or group not in checkpoint
        or not torch.equal(checkpoint.read(name), checkpoint.read(group))
    ):
        return name
    others = [group, *(target for target, source in tied.items() if source == group)]
    return next((other for other in others if other in checkpoint), None)


def convert(
    model: nn.Module,
    checkpoint: ModuleTensors,
    names: Mapping[str, str],
    forms: Forms,
    sink: Sink,
    report: Report,
) -> None:
    """Hand all tensors to ``sink``, one after the other. ``report`` gets the fraction of the weights done
    and may raise to stop."""
    everything = [
        (path, module, *own) for path, module in model.named_modules() for own in own_tensors(module)
    ]
    total = sum(held.numel() for _, _, _, held in everything) or 1
    done = 0
    written: set[str] = set()
    for path, module, own, held in everything:  # what linear layers may be tied to goes first
        name = f"{path}.{own}" if path else own
        if name not in names or (is_linear(module) and own == "weight"):
            continue
        if names[name] not in written:
            tensor = _read(checkpoint, names[name], name, held)
            sink(names[name], tensor.to(forms.other(module, held.numel())))
            written.add(names[name])
        done += held.numel()
        report(done / total)
    for path, module, own, held in everything:
        if not (is_linear(module) and own == "weight"):
            continue
        source, size, form = names[f"{path}.weight"], held.numel(), forms.linear(module)
        if form != "dense" or source not in written or forms.embedding(size) != forms.wide:

            def part(fraction: float, before: int = done, size: int = size) -> None:
                report((before + fraction * size) / total)

            weight = _read(checkpoint, source, f"{path}.weight", held)
            if not isinstance(module, nn.Linear):
                weight = weight.t().contiguous()
            _linear(path, weight, form, forms.wide, sink, part)
        done += size
        report(done / total)


def _linear(path: str, weight: Tensor, form: str, wide: torch.dtype, sink: Sink, report: Report) -> None:
    if form == "dense":
        sink(f"{path}.0.weight", weight.to(wide))
        return
    if extra := -len(weight) % ROWS:
        weight = functional.pad(weight, (0, 0, 0, extra))
    planes = (quantize4(weight, report),) if form == "int4" else quantize8(weight, report)
    for plane, suffix in zip(planes, ("", "_low"), strict=False):
        sink(f"{path}.0.packed{suffix}", plane.packed)
        sink(f"{path}.0.scales{suffix}", plane.scales)


def bind(model: nn.Module, tensors: Mapping[str, Tensor], names: Mapping[str, str], on_cpu: bool) -> None:
    """Put the tensors in their places. Raises KeyError if one is missing."""
    made: dict[nn.Module, nn.Module] = {}
    for path, module in list(model.named_modules()):
        if is_linear(module):
            made[module] = _bound_linear(path, module, tensors, names, on_cpu)
            continue
        for own, held in list(own_tensors(module)):
            name = f"{path}.{own}" if path else own
            if name in names:
                _place(module, own, held, tensors[names[name]])
        if isinstance(module, nn.Embedding) and on_cpu and module.weight.dtype != torch.float32:
            module.register_forward_hook(_widen)
    for module in list(model.modules()):
        for own, child in list(module.named_children()):
            if child in made:
                setattr(module, own, made[child])


def _place(module: nn.Module, own: str, held: Tensor, tensor: Tensor) -> None:
    if tensor.shape != held.shape:
        raise KeyError(own)
    if own in module._buffers:
        module._buffers[own] = tensor
    else:  # a buffer too: the module's own type is that of its parameters, which are float32 then
        del module._parameters[own]
        module.register_buffer(own, tensor, persistent=False)


def _widen(module: nn.Module, given: object, rows: Tensor) -> Tensor:
    return rows.float()


def _bound_linear(
    path: str, module: nn.Module, tensors: Mapping[str, Tensor], names: Mapping[str, str], on_cpu: bool
) -> nn.Module:
    rows, columns = size_of(module)
    bias = tensors[names[f"{path}.bias"]] if f"{path}.bias" in names else None
    part = read_part(tensors, f"{path}.0") or Dense(tensors[names[f"{path}.weight"]])
    if isinstance(part, Dense):
        if part.weight.shape != (rows, columns):
            raise KeyError(path)
        if not on_cpu or part.weight.dtype == torch.float32:
            return DenseLinear(part.weight, bias)
    elif any(plane.packed.shape != (-(-rows // ROWS) * ROWS, columns // 2) for plane in part):
        raise KeyError(path)
    return HostedLinear(Linear((part,)), rows, columns, bias)
