"""Where everything lies. One value, made at start and passed on."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Paths:
    """``data`` holds what the user would miss (conversations, models, settings); ``cache`` and
    ``logs`` can be deleted at any time; ``resources`` and ``models`` come with the app."""

    data: Path
    cache: Path
    logs: Path
    resources: Path
    models: Path

    @property
    def database(self) -> Path:
        return self.data / "inkhorn.db"

    @property
    def settings(self) -> Path:
        return self.data / "settings.json"

    @property
    def prepared(self) -> Path:
        """Fast local forms of models: made here, from the model files, and made again if deleted."""
        return self.cache / "prepared"

    @property
    def user_models(self) -> Path:
        return self.data / "models"


def bundle_root() -> Path:
    """The folder that holds ``resources/`` and ``models/``: PyInstaller's, or the checkout."""
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) if frozen else Path(__file__).resolve().parents[2]


def make_paths(data_dir: Path | None = None) -> Paths:
    """The platform's own places, or everything below ``data_dir`` (tests, portable use)."""
    root = bundle_root()
    if data_dir is not None:
        data, cache, logs = data_dir, data_dir / "cache", data_dir / "logs"
    else:
        import platformdirs

        dirs = platformdirs.PlatformDirs("Inkhorn", appauthor=False)
        data, cache = Path(dirs.user_data_path), Path(dirs.user_cache_path)
        logs = Path(dirs.user_log_path)
    return Paths(data, cache, logs, root / "resources", root / "models")
