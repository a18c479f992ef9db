"""Linear layers of a hosted module, in the forms of `desktop_app.engine.linear`, with adapters.

On the CPU everything between layers is float32: the packed kernels round their input to bfloat16
themselves, and one rounding of the residual stream per layer would cost more than it saves.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from desktop_app.engine.linear import Linear, apply
from desktop_app.engine.lora import LoraPair


class HostedLinear(nn.Module):
    """``parts`` may have more rows than ``rows``: the packed kernels want a multiple of 64."""

    bias: Tensor | None
    weight: Tensor
    """Empty: some modules ask for its type before they call the layer."""

    def __init__(self, parts: Linear, rows: int, columns: int, bias: Tensor | None) -> None:
        super().__init__()
        self.parts, self.in_features, self.out_features = parts, columns, rows
        self.register_buffer("bias", bias, persistent=False)
        self.register_buffer("weight", torch.empty(0), persistent=False)
        self.low_rank: tuple[LoraPair, ...] = ()

    def forward(self, x: Tensor) -> Tensor:
        """``x [..., in_features]`` to ``[..., out_features]``, float32."""
        flat = x.reshape(-1, self.in_features)
        y = apply(flat.float(), self.parts).float()
        if y.shape[-1] != self.out_features:
            y = y[:, : self.out_features]
        if self.bias is not None:
            y = y + self.bias
        y = self.adapted(flat, y)
        return y.view(*x.shape[:-1], self.out_features)

    def adapted(self, x: Tensor, y: Tensor) -> Tensor:
        """``y`` with what the adapters make of ``x`` added."""
        for part in self.low_rank:
            inner = functional.linear(x.to(part.down.dtype), part.down)
            y = y + functional.linear(inner, part.up).to(y.dtype).mul_(part.scale)
        return y


class DenseLinear(HostedLinear):
    """A plain layer on any device, in the type of its weight (no other is computed with there)."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__(Linear(()), weight.shape[0], weight.shape[1], bias)
        self.register_buffer("weight", weight, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.linear(x.to(self.weight.dtype), self.weight, self.bias)
        return self.adapted(x, y) if self.low_rank else y
