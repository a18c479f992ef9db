"""The two ways to refuse a model for what its files say. Where it is one file of a folder that lies,
`desktop_app.engine.folder_files.damaged_file` names it."""

from __future__ import annotations

from desktop_app.core.errors import InkhornError


def damaged(why: str) -> InkhornError:
    """``why`` is a whole sentence."""
    return InkhornError("model_damaged", f"The model file is damaged. {why}", why=why)


def unsupported(why: str) -> InkhornError:
    """``why`` is the end of a sentence."""
    return InkhornError("model_unsupported", f"This version cannot run this model: {why}.", why=why)
