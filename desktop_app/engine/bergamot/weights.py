"""From a model file's items to the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.engine.bergamot.layers import DenseLayer, Int8Layer, Layer, Matrix
from desktop_app.engine.bergamot.network import DecoderLayer, Embedding, EncoderLayer, Network, Norm, Output
from desktop_app.engine.bergamot.settings import Settings
from desktop_app.engine.refusals import damaged, unsupported
from desktop_app.library.bergamot_header import FLOAT32, INT8, INTGEMM8, BergamotHeader, Item

FORMS = ("float32", "bfloat16", "packed8")
_Make = Callable[..., Layer]


def make_network(path: Path, header: BergamotHeader, settings: Settings, form: str, device: str) -> Network:
    """The network with its weights in ``form``, one of `FORMS`. Raises InkhornError ``model_damaged`` where a
    tensor is missing or has another shape than the settings say."""
    items = _Items(path, header)
    make = _layer_maker(form, device)
    own = [f"encoder_l{number + 1}_" for number in range(settings.encoder_layers)]
    other = [f"decoder_l{number + 1}_" for number in range(settings.decoder_layers)]
    names = ("Wemb", "Wemb") if "Wemb" in header.items else ("encoder_Wemb", "decoder_Wemb")
    source, target = (items.embedding(name, settings.width).to(device) for name in names)
    width, wide, decoder_wide = settings.width, settings.feed_forward, settings.decoder_feed_forward

    def square(prefix: str, letters: str) -> list[Matrix]:
        return [items.matrix(f"{prefix}W{c}", f"{prefix}b{c}", width, width) for c in letters]

    def norm(prefix: str) -> Norm:
        scale, bias = (items.vector(f"{prefix}_ln_{kind}", width).to(device) for kind in ("scale", "bias"))
        return Norm(scale, bias)

    encoder = [
        EncoderLayer(
            attention=make(square(f"{p}self_", "qkv")),
            attention_out=make(square(f"{p}self_", "o")),
            attention_norm=norm(f"{p}self_Wo"),
            wide=make([items.matrix(f"{p}ffn_W1", f"{p}ffn_b1", width, wide)], relu=True),
            narrow=make([items.matrix(f"{p}ffn_W2", f"{p}ffn_b2", wide, width)]),
            norm=norm(f"{p}ffn_ffn"),
        )
        for p in own
    ]
    decoder = [
        DecoderLayer(
            cell=make(
                [
                    items.matrix(f"{p}rnn_W", "", width, width),
                    items.matrix(f"{p}rnn_Wf", f"{p}rnn_bf", width, width),
                ]
            ),
            cell_norm=norm(f"{p}rnn_ffn"),
            query=make(square(f"{p}context_", "q")),
            attention_out=make(square(f"{p}context_", "o")),
            attention_norm=norm(f"{p}context_Wo"),
            wide=make([items.matrix(f"{p}ffn_W1", f"{p}ffn_b1", width, decoder_wide)], relu=True),
            narrow=make([items.matrix(f"{p}ffn_W2", f"{p}ffn_b2", decoder_wide, width)]),
            norm=norm(f"{p}ffn_ffn"),
        )
        for p in other
    ]
    memory = make([matrix for p in other for matrix in square(f"{p}context_", "kv")])
    bias = items.vector("decoder_ff_logit_out_b", len(target.weights)).to(device)
    output = Output(target, bias, items.output_alpha(names[1]), make)
    return Network(settings, source, output, encoder, memory, decoder, device)


def _layer_maker(form: str, device: str) -> _Make:
    def make(matrices: Sequence[Matrix], relu: bool = False) -> Layer:
        if form == "packed8" and len({matrix.alpha for matrix in matrices}) == 1 and matrices[0].alpha > 0:
            return Int8Layer(matrices, relu)
        dtype = torch.bfloat16 if form == "bfloat16" else torch.float32
        return DenseLayer(matrices, dtype, device, relu)

    return make


class _Items:
    """Reads tensors out of the file, which is in memory as long as this is."""

    def __init__(self, path: Path, header: BergamotHeader) -> None:
        self._items = header.items
        try:
            self._content = np.fromfile(path, np.uint8)
        except OSError as error:
            raise InkhornError("model_missing", f"{path.name} cannot be read: {error.strerror}.") from error
        if any(item.start + item.bytes > len(self._content) for item in self._items.values()):
            raise damaged("It has changed while it was read.")

    def vector(self, name: str, size: int) -> Tensor:
        item = self._item(name)
        if item.type != FLOAT32 or item.elements != size:
            raise damaged(f"{name} is not {size} numbers.")
        found = torch.from_numpy(self._content[item.start : item.start + 4 * size].view(np.float32).copy())
        if not bool(found.isfinite().all()):
            raise damaged(f"{name} holds what is no number.")
        return found

    def matrix(self, name: str, bias: str, inputs: int, outputs: int) -> Matrix:
        """``name`` turned, as the file has it, and ``bias`` unless that is empty."""
        item = self._item(name)
        if item.shape != (inputs, outputs):
            raise damaged(f"{name} has another shape than {inputs} by {outputs}.")
        weights, multiplier = self._numbers(name, item, (outputs, inputs))
        return Matrix(weights, multiplier, self._alpha(name), self.vector(bias, outputs) if bias else None)

    def embedding(self, name: str, width: int) -> Embedding:
        item = self._item(name)
        if len(item.shape) != 2 or item.shape[1] != width:
            raise damaged(f"{name} has another width than {width}.")
        return Embedding(*self._numbers(name, item, item.shape))

    def output_alpha(self, name: str) -> float:
        """Of what goes into the output layer, which has the embedding ``name`` as its matrix: Marian calls it
        "none" where that belongs to the source as well, and else puts it into a matrix of one number."""
        if "none_QuantMultA" in self._items:
            return self._alpha("none")
        item = self._items.get(f"{name}_QuantMultA")
        if item is None or item.type != INTGEMM8 or item.elements != 1:
            return 0.0
        weights, multiplier = self._numbers(name, item, (1, 1))
        return float(weights[0, 0]) / multiplier

    def _alpha(self, name: str) -> float:
        held = f"{name}_QuantMultA"
        if held not in self._items:
            return 0.0
        alpha = float(self.vector(held, 1)[0])
        if not 1e-6 < alpha < 1e6:
            raise damaged(f"{held} is not a number that can be.")
        return alpha

    def _numbers(self, name: str, item: Item, shape: tuple[int, ...]) -> tuple[Tensor, float]:
        start, end = item.start, item.start + item.elements
        if item.type == INT8:
            raise unsupported(f"{name} is packed for one kind of processor")
        if item.type == FLOAT32:
            raise unsupported(f"{name} is not in 8 bits")
        multiplier = float(self._content[end : end + 4].view(np.float32)[0])
        if not 1e-6 < multiplier < 1e9:
            raise damaged(f"{name} has a multiplier that cannot be.")
        return torch.from_numpy(self._content[start:end].view(np.int8).copy()).view(shape), multiplier

    def _item(self, name: str) -> Item:
        if name not in self._items:
            raise damaged(f"It has no {name}.")
        return self._items[name]
