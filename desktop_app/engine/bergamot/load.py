"""A network of Mozilla's from its folder to a translator that answers."""

from __future__ import annotations

import torch

from desktop_app.core.machine import check_memory
from desktop_app.engine.bergamot.batch import Parts
from desktop_app.engine.bergamot.origin import BergamotOrigin
from desktop_app.engine.bergamot.shortlist import read_shortlist
from desktop_app.engine.bergamot.translator import BergamotTranslator
from desktop_app.engine.bergamot.vocabulary import read_vocabulary
from desktop_app.engine.bergamot.weights import make_network
from desktop_app.engine.linear import fast_bfloat16
from desktop_app.engine.model import WORKING_MEMORY
from desktop_app.engine.refusals import damaged
from desktop_app.engine.reporting import StageReport
from desktop_app.engine.translation.pivot import Pivot

_BYTES = {"packed8": 1, "bfloat16": 2, "float32": 4}
"""Of a weight of the layers, by precision."""


def load_bergamot(
    origin: BergamotOrigin, pivot: BergamotOrigin | None, precision: str, device: str, report: StageReport
) -> BergamotTranslator | Pivot:
    """The network of ``origin``, with that of ``pivot`` behind it where there is one, on ``device`` in
    ``precision``, one of `core.messages.PRECISIONS`. Nothing is prepared or kept: reading the file takes no
    longer. Raises InkhornError (``model_missing``, ``model_damaged``, ``model_unsupported``, ``memory``), and
    torch's RuntimeError where a device has no memory left."""
    report("load", 0.0)
    form = choose_form(precision, device)
    origins = [origin, pivot] if pivot else [origin]
    if device == "cpu":
        parameters = sum(one.header.parameters for one in origins)
        check_memory((1 + _BYTES[form]) * parameters + WORKING_MEMORY)
    made = [load_network(one, form, device) for one in origins]
    report("load", 1.0)
    return Pivot(*made) if pivot else made[0]


def load_network(origin: BergamotOrigin, form: str, device: str) -> BergamotTranslator:
    """One network, whose ``form`` is one of `weights.FORMS`. Raises as `load_bergamot`."""
    folder, files = origin.folder, origin.files
    network = make_network(folder / files.model, origin.header, origin.settings, form, device)
    source = read_vocabulary(folder / files.source_vocabulary)
    shared = files.source_vocabulary == files.target_vocabulary
    target = source if shared else read_vocabulary(folder / files.target_vocabulary)
    rows = network.vocabularies
    if (source.size, target.size) != rows:
        sizes = f"{source.size} and {target.size} pieces, and not {rows[0]} and {rows[1]}"
        raise damaged(f"Its vocabularies have {sizes}.")
    shortlist = None
    if files.shortlist:
        shortlist = read_shortlist(folder / files.shortlist, source.size, target.size, shared)
    parts = Parts(network, source, target, shortlist)
    return BergamotTranslator(parts, files.pair, form, origin.header.parameters)


def choose_form(precision: str, device: str) -> str:
    """What ``auto`` means here, and what stands for a precision that the network has no form in."""
    if device != "cpu":
        return "bfloat16" if precision == "bfloat16" else "float32"
    if precision == "packed8" and torch.cpu._is_vnni_supported():
        return precision
    if precision == "auto":
        return "bfloat16" if fast_bfloat16() else "float32"
    return precision if precision in ("bfloat16", "float32") else "float32"
