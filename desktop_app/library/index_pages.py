"""Pages that link to files, as package indexes and pip's --find-links have them: JSON or HTML."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

PAGE_LIMIT = 32 << 20  # bytes


def project_of(requirement: str) -> str:
    """The name in ``name==version``, normalised as PEP 503 says."""
    return re.sub(r"[-_.]+", "-", requirement.split("==")[0].strip()).lower()


def link_to(text: bytes, base: str, is_json: bool, name: str) -> str | None:
    """The address of the file ``name``, None if the page does not have it, or is not one."""
    try:
        addresses = _in_json(text, base, name) if is_json else _in_html(text, base, name)
    except (ValueError, KeyError, TypeError, RecursionError, AssertionError):
        return None  # the last is html.parser's word for a declaration that it does not know
    return _file_only(addresses[0]) if addresses else None


def _in_json(text: bytes, base: str, name: str) -> list[str]:
    files = json.loads(text)["files"]
    return [urljoin(base, str(file["url"])) for file in files if file["filename"] == name]


def _in_html(text: bytes, base: str, name: str) -> list[str]:
    page = _Page(base)
    page.feed(text.decode("utf-8", "replace"))
    return [a for a in page.addresses if unquote(urlsplit(a).path.rsplit("/", 1)[-1]) == name]


def _file_only(address: str) -> str:
    return address.split("#", 1)[0]  # the fragment holds the index's own hash


class _Page(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if not address:
            return
        if tag == "base":
            self._base = urljoin(self._base, address)
        elif tag == "a":
            self.addresses.append(urljoin(self._base, address))
