"""The tensors of a model folder under the names that the module has for them.

Files name tensors as the version of transformers did that wrote them; its own table of renamings and
regroupings is applied here to one tensor at a time, so that no model has to fit in memory twice.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.engine.safetensors_folder import FLOATS, StoredTensor


class ModuleTensors:
    """``stored`` by the names of ``model``, a transformers module. Holds files open until `close`."""

    def __init__(self, model: Any, stored: Mapping[str, StoredTensor]) -> None:
        from transformers.conversion_mapping import get_model_conversion_mapping
        from transformers.core_model_loading import (
            WeightConverter,
            WeightRenaming,
            dot_natural_key,
            rename_source_key,
        )

        self._model, self._stored = model, stored
        self._files: dict[Path, Any] = {}
        self._plain: dict[str, str] = {}
        self._regrouped: dict[str, tuple[Any, list[tuple[str, str]]]] = {}
        self._first: dict[str, str] = {}
        self._ready: dict[str, Tensor] = {}
        mapping = get_model_conversion_mapping(model)
        renamings = [entry for entry in mapping if isinstance(entry, WeightRenaming)]
        converters = [entry for entry in mapping if isinstance(entry, WeightConverter)]
        of_pattern = {pattern: entry for entry in converters for pattern in entry.source_patterns}
        wanted, prefix = model.state_dict(), model.base_model_prefix
        for key in sorted(stored, key=dot_natural_key):
            name, pattern = rename_source_key(key, renamings, converters, prefix, wanted)
            if name not in wanted and key in wanted:
                name, pattern = rename_source_key(key, [], [], prefix, wanted)
            if name not in wanted:
                continue
            if pattern is None:
                self._plain[name] = key
            elif name in self._regrouped:
                self._regrouped[name][1].append((key, pattern))
            else:
                self._regrouped[name] = (of_pattern[pattern], [(key, pattern)])
                targets = of_pattern[pattern].target_patterns
                self._first.update({name.replace(targets[0], target): name for target in targets})

    def __contains__(self, name: str) -> bool:
        return name in self._plain or name in self._first

    def shape(self, name: str) -> tuple[int, ...] | None:
        """As the file's header says; None where it takes reading."""
        return self._stored[self._plain[name]].shape if name in self._plain else None

    def dtypes(self) -> set[str]:
        """In safetensors' words, of the tensors that need no regrouping."""
        return {self._stored[key].dtype for key in self._plain.values()}

    def read(self, name: str) -> Tensor:
        """Memory-mapped where it lies in the file as it is. Raises InkhornError ``model_damaged`` where
        there is no such tensor, ``model_unsupported`` where it is not of floating-point numbers."""
        if name in self._plain:
            return self._load(self._plain[name])
        if name not in self._first:
            raise InkhornError("model_damaged", f"The model lacks a tensor: {name}", tensor=name)
        if name not in self._ready:
            first = self._first[name]
            template, sources = self._regrouped[first]
            converter = copy.deepcopy(template)
            for key, pattern in sources:
                converter.add_tensor(first, key, pattern, self._load(key))
            made = converter.convert(first, model=self._model, config=self._model.config)
            for target, value in made.items():
                self._ready[target] = value[0] if isinstance(value, list) else value
        return self._ready.pop(name)

    def _load(self, key: str) -> Tensor:
        stored = self._stored[key]
        if stored.dtype not in FLOATS:
            raise InkhornError(
                "model_unsupported", f"The tensor {key} has a type that cannot be read: {stored.dtype[:20]}"
            )
        if stored.path not in self._files:
            try:
                self._files[stored.path] = safe_open(stored.path, framework="pt")
            except (SafetensorError, OSError) as error:
                raise InkhornError(
                    "model_damaged", f"The model file is damaged: {stored.path.name}"
                ) from error
        tensor: Tensor = self._files[stored.path].get_tensor(key)
        return tensor.to(torch.float32) if stored.dtype == "F64" else tensor

    def close(self) -> None:
        self._files.clear()
        self._ready.clear()
