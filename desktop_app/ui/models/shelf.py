"""Everything that the pane shows, read at one moment. Reading takes longer than a frame: on a Lane."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from desktop_app.core.messages import DeviceInfo
from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import Catalogue, Model, Variant
from desktop_app.library.computer import Computer, look
from desktop_app.library.fitting import fit_installed
from desktop_app.library.installed import DiskUse, Installed, disk_use, list_installed, prepared_bytes
from desktop_app.library.memory import Fit, fit

Fits = dict[tuple[str, str], Fit]  # by id of the model and of the variant


@dataclass(frozen=True, slots=True)
class Shelf:
    """``computer`` counts as free what the loaded model would give back: the next takes its place."""

    catalogue: Catalogue
    installed: tuple[Installed, ...]
    computer: Computer
    disk: DiskUse
    fits: Fits = field(repr=False)
    prepared: dict[str, int] = field(default_factory=dict)  # bytes, by the id of what is installed

    def find(self, installed_id: str) -> Installed | None:
        return next((one for one in self.installed if one.id == installed_id), None)

    def installed_of(self, model_id: str) -> tuple[Installed, ...]:
        """What is here of a model of the catalogue and can be used, in whichever variants."""
        ready = (one for one in self.installed if one.state == "present")
        return tuple(one for one in ready if one.model is not None and one.model.id == model_id)

    def can_load(self, chosen: str) -> bool:
        """Whether there is a file for what chat has: that one, or any copy of the starter in its place."""
        one = self.find(chosen)
        if one is None:
            return bool(self.installed_of(self.catalogue.starter.id))
        return one.state == "present"

    def given_back(self, one: Installed) -> int:
        """Bytes that the disk gets back when ``one`` is removed."""
        return one.bytes_of_ours + self.prepared.get(one.id, 0)

    def fit_of(self, model: Model, variant: Variant) -> Fit:
        return self.fits[(model.id, variant.id)]

    def fit_installed(self, one: Installed) -> Fit | None:
        """None where nothing is known of its sizes."""
        return fit_installed(one, self.computer)

    def best(self, model: Model) -> Variant:
        """The variant to offer first: the first of the catalogue's order that fits well, else the
        one that needs least."""
        for variant in model.variants:
            if self.fit_of(model, variant).state == "good":
                return variant
        return min(model.variants, key=lambda variant: self.fit_of(model, variant).needed)


def read_shelf(paths: Paths, devices: tuple[DeviceInfo, ...], held: int, known: Catalogue) -> Shelf:
    """Look at the disk and at the memory. ``held`` are the bytes that a loaded model takes now."""
    computer = look(paths.user_models, devices)
    if computer.free_memory is not None:
        computer = replace(computer, free_memory=computer.free_memory + held)
    fits = {
        (model.id, variant.id): fit(model, variant, computer)
        for model in known.models
        for variant in model.variants
    }
    installed = list_installed(paths, known)
    prepared = {one.id: prepared_bytes(one, paths) for one in installed}
    return Shelf(known, installed, computer, disk_use(paths, installed), fits, prepared)
