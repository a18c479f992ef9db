"""A package index that speaks the simple API: find where a wheel lies.

JSON where the index has it (PEP 691), HTML where not (PEP 503): mirrors do both. What the index says of
a file is only its place; size and hash are the catalogue's.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx2

from desktop_app.core.errors import InkhornError
from desktop_app.library.connection import error_of_status, host_of, shown
from desktop_app.library.index_pages import PAGE_LIMIT, link_to, project_of

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.1, text/html;q=0.01"


def in_index(client: httpx2.Client, index: str, requirement: str, name: str) -> str:
    """The address of the file ``name`` in ``index``.

    Raises `InkhornError` (``not_found`` where the index has no such file, and as `error_of_status`), and
    httpx2's errors."""
    return in_page(client, f"{index}/{project_of(requirement)}/", name)


def in_page(client: httpx2.Client, page: str, name: str) -> str:
    """The same for any page that links to files (``--find-links``)."""
    with client.stream("GET", page, headers={"Accept": ACCEPT}) as response:
        if response.status_code != 200:
            raise error_of_status(response, name)
        text = bytearray()
        for chunk in response.iter_bytes():
            text += chunk
            if len(text) > PAGE_LIMIT:
                raise InkhornError("not_found", f"The page {shown(page)} is not one of a package index.")
        base = str(response.url)
        kind = response.headers.get("Content-Type", "")
    found = link_to(bytes(text), base, "json" in kind, name)
    if found is None:
        raise InkhornError("not_found", f"The package index {host_of(page)} does not have {name}.", name=name)
    return _with_login(found, page)


def _with_login(address: str, page: str) -> str:
    """A name and a password in the index's address are for files on the same host too."""
    ours, theirs = urlsplit(page), urlsplit(address)
    login = ours.netloc.rpartition("@")[0]
    if not login or "@" in theirs.netloc or ours.hostname != theirs.hostname:
        return address
    return theirs._replace(netloc=f"{login}@{theirs.netloc}").geturl()
