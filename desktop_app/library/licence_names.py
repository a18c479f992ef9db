"""Licences by their proper names, as the catalogue writes them: SPDX's, or the licence's own."""

from __future__ import annotations

_NAMES = (
    *("Apache-2.0", "MIT", "ISC", "Zlib", "Unlicense", "WTFPL", "Artistic-2.0", "ECL-2.0", "BSL-1.0"),
    *("BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear", "MPL-2.0", "EPL-2.0", "EUPL-1.1", "EUPL-1.2"),
    *(
        "GPL-2.0",
        "GPL-3.0",
        "LGPL-2.1",
        "LGPL-3.0",
        "AGPL-3.0",
        "OFL-1.1",
        "MS-PL",
        "PDDL",
        "CDLA-Permissive-2.0",
    ),
    *("CC0-1.0", "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0"),
    *("CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0"),
    *("CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0", "ODC-By", "ODbL"),
)
_OWN = {
    "gemma": "Gemma Terms of Use",
    "llama2": "Llama 2 Community License",
    "llama3": "Llama 3 Community License",
    "llama3.1": "Llama 3.1 Community License",
    "llama3.2": "Llama 3.2 Community License",
    "llama3.3": "Llama 3.3 Community License",
    "llama4": "Llama 4 Community License",
    "qwen-research": "Qwen Research License",
    "openrail": "OpenRAIL",
    "openrail++": "OpenRAIL++",
    "bigscience-openrail-m": "BigScience OpenRAIL-M",
    "bigscience-bloom-rail-1.0": "BigScience BLOOM RAIL 1.0",
    "creativeml-openrail-m": "CreativeML OpenRAIL-M",
    "bigcode-openrail-m": "BigCode OpenRAIL-M",
    "deepfloyd-if-license": "DeepFloyd IF License",
}
"""What the hub calls licences that SPDX does not list (hub documentation, "Licenses")."""
_PROPER = {name.lower(): name for name in _NAMES} | _OWN


def licence_name(text: str) -> str:
    """The proper name for what a model card or a GGUF header has: ``Apache-2.0`` for ``apache-2.0``; one
    that is not known stays as it is."""
    return _PROPER.get(text.strip().lower(), text)
