"""What a network's ``model.yml`` says of it, and which networks are run here.

The names are Marian's options (https://marian-nmt.github.io/docs/cmd/marian-train/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop_app.engine.refusals import damaged, unsupported

MAX_WIDTH = 1 << 14
MAX_DEPTH = 64
_REQUIRED = {
    "type": ("transformer",),
    "transformer-decoder-autoreg": ("rnn",),
    "dec-cell": ("ssru",),
    "transformer-preprocess": ("",),
    "transformer-postprocess": ("dan", "an"),
    "transformer-postprocess-top": ("",),
    "transformer-ffn-activation": ("relu",),
    "transformer-ffn-depth": ("2",),
    "transformer-train-position-embeddings": ("false",),
    "transformer-no-projection": ("false",),
    "transformer-pool": ("false",),
    "transformer-tied-layers": ("",),
    "right-left": ("false",),
    "lemma-dim-emb": ("0",),
    "input-types": ("", "[]"),
    "ulr": ("false",),
}
"""Marian has many more networks; Mozilla's students are all of this kind. What is not said is so."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Layers of the encoder and the decoder, the width of a layer and of its feed-forward part, heads."""

    encoder_layers: int
    decoder_layers: int
    width: int
    feed_forward: int
    heads: int
    decoder_feed_forward: int


def read_settings(text: str) -> Settings:
    """Raises InkhornError: ``model_damaged``, ``model_unsupported``."""
    values = _values(text)
    for name, allowed in _REQUIRED.items():
        if (found := values.get(name, allowed[0])) not in allowed:
            raise unsupported(f"its option {name} is {found[:40]!r}")
    if values.get("transformer-decoder-dim-ffn", "0") not in ("0", values.get("transformer-dim-ffn")):
        feed_forward = _number(values, "transformer-decoder-dim-ffn", MAX_WIDTH)
    else:
        feed_forward = _number(values, "transformer-dim-ffn", MAX_WIDTH)
    settings = Settings(
        encoder_layers=_number(values, "enc-depth", MAX_DEPTH),
        decoder_layers=_number(values, "dec-depth", MAX_DEPTH),
        width=_number(values, "dim-emb", MAX_WIDTH),
        feed_forward=_number(values, "transformer-dim-ffn", MAX_WIDTH),
        heads=_number(values, "transformer-heads", MAX_WIDTH),
        decoder_feed_forward=feed_forward,
    )
    if settings.width % settings.heads or settings.width % 2:
        raise damaged("Its width is no multiple of its heads.")
    return settings


def _values(text: str) -> Mapping[str, str]:
    """Of a YAML file as Marian writes it: one ``name: value`` a line, lists on lines of their own, joined
    here by spaces. No more of YAML is read, so nothing in it can grow or refer to anything."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.lstrip().startswith("- "):
            if name:
                found[name] = f"{found[name]} {line.lstrip()[2:].strip()}".strip()
        elif ":" in line and not line[:1].isspace():
            name, _, value = line.partition(":")
            value = value.strip()
            found[name] = "" if value in ('""', "''", "[]", "~") else value.strip("\"'")
    return found


def _number(values: Mapping[str, str], name: str, most: int) -> int:
    text = values.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 0 < int(text) <= most):
        raise damaged(f"Its option {name} is not a number that can be.")
    return int(text)
