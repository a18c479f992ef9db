"""Wheels on this computer: folders, pages and files that pip's settings name."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from desktop_app.library.index_pages import PAGE_LIMIT, link_to, project_of


def in_folder(place: str, requirement: str, name: str) -> Path | None:
    """Where the file ``name`` is: ``place`` is a folder, an HTML page or a file, as a path or ``file:``
    address; an index may be a folder too. None where it does not have the file."""
    path = Path(url2pathname(urlsplit(place).path) if place.startswith("file:") else place).expanduser()
    if path.name == name and path.is_file():
        return path
    for folder in (path, path / project_of(requirement)):
        if (folder / name).is_file():
            return folder / name
        page = folder if folder.suffix == ".html" else folder / "index.html"
        if page.is_file() and page.stat().st_size <= PAGE_LIMIT:
            found = link_to(page.read_bytes(), page.resolve().as_uri(), False, name)
            if found is not None and found.startswith("file:"):
                file = Path(url2pathname(urlsplit(found).path))
                return file if file.is_file() else None
    return None


def is_local(place: str) -> bool:
    """Whether a place of pip's settings is a path or a ``file:`` address."""
    return place.startswith("file:") or "://" not in place
