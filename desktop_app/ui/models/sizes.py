"""How large a model is, in words: what its files take on the disk, told the same wherever it stands."""

from __future__ import annotations

from desktop_app.core.i18n import tr
from desktop_app.library.catalogue import Model, Variant
from desktop_app.library.installed import Installed
from desktop_app.ui.numbers import bytes_text


def offered_size(model: Model, variant: Variant) -> str:
    """``2.5 GB``; where the size is only told when the download begins, what it must be about."""
    if variant.bytes_on_disk:
        return bytes_text(variant.bytes_on_disk)
    return tr("about {size}", size=bytes_text(round(model.parameters * variant.bits / 8)))


def installed_size(one: Installed) -> str:
    """ "" where no file is there that could be measured."""
    return bytes_text(one.bytes_on_disk) if one.bytes_on_disk else ""


def disk_words(one: Installed) -> str:
    """`installed_size`, and whose room that is."""
    size = installed_size(one)
    if size and one.origin == "link":
        return tr("{size}, your own file: it stays when this is removed", size=size)
    return size


def transfer_words(variant: Variant) -> str:
    """What goes over the line, where that is another size than the files have: a wheel packs them."""
    moved, size = variant.download_bytes, variant.bytes_on_disk
    if not moved or not size or bytes_text(moved) == bytes_text(size):
        return ""
    return tr("{size}, packed", size=bytes_text(moved))
