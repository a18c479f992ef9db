"""A GGUF model from its file, or from all the files that it was split into, as if it were one.

What the parts say of each other: `desktop_app.library.gguf_parts`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop_app.engine.gguf import MAX_TENSORS, GgufFile, TensorInfo, read_gguf
from desktop_app.library.gguf_parts import COUNT, MOST_PARTS, NUMBER, TENSORS, parts_of, wrong_part


def read_gguf_model(path: Path) -> GgufFile:
    """``path`` is a file, or any one of the parts of a model; then all of them are opened and checked, and
    the metadata are the first one's. Raises InkhornError as `read_gguf` does, and ``model_missing`` where a
    part is not there."""
    file = read_gguf(path)
    count = file.metadata.get(COUNT, 1)
    if not isinstance(count, int) or not 1 <= count <= MOST_PARTS:
        raise wrong_part(path.name, "it does not say how many there are")
    if count == 1:
        return file
    paths = parts_of(path, count)
    return _joined(paths, [file if part == path else read_gguf(part) for part in paths])


def _joined(paths: tuple[Path, ...], files: list[GgufFile]) -> GgufFile:
    tensors: dict[str, TensorInfo] = {}
    expected = files[0].metadata.get(TENSORS)
    for number, (path, file) in enumerate(zip(paths, files, strict=True)):
        said = [file.metadata.get(key) for key in (NUMBER, COUNT, TENSORS)]
        if said != [number, len(files), expected]:
            raise wrong_part(path.name, "it says that it is another one, or of another model")
        if tensors.keys() & file.tensors.keys():
            raise wrong_part(path.name, "it holds a tensor that another part has too")
        tensors |= {name: replace(info, part=number) for name, info in file.tensors.items()}
    if expected != len(tensors) or len(tensors) > MAX_TENSORS:
        raise wrong_part(paths[0].name, f"the parts hold {len(tensors)} tensors and should hold {expected}")
    return replace(files[0], tensors=tensors, more=tuple(file.data for file in files[1:]))
