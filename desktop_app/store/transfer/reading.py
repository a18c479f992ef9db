"""From a file that somebody chose to the conversations in it."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.i18n import tr
from desktop_app.store.transfer import chatgpt, own_json
from desktop_app.store.transfer.parsed import Parsed

MOST_BYTES = 512 * 2**20
"""Of JSON text. Parsed it takes several times as much memory."""
MOST_RATIO = 250
"""Unpacked to packed. Chats shrink to a tenth or so; only made-up files shrink to a thousandth."""

_RATIO_COUNTS_FROM = 4 * 2**20  # bytes: what is small does no harm
_MEMBER = re.compile(r"(?:^|/)conversations(?:[-_]\d+)?\.json$", re.IGNORECASE)


def read_import(path: Path) -> Parsed:
    """Read our own export, ChatGPT's ``conversations.json``, or a .zip with such files in it. Touches
    no database, so that any thread may do it. Raises InkhornError ``bad_file`` that names what is
    wrong; single conversations that cannot be read are listed in ``skipped``."""
    try:
        if zipfile.is_zipfile(path):
            texts = _unpack(path)
        else:
            if path.stat().st_size > MOST_BYTES:
                raise _too_big()
            texts = [path.read_bytes()]
    except OSError as error:
        kind = kind_of_os_error(error)
        kind = "bad_file" if kind == "internal" else kind
        message = f"The file cannot be read: {error}"
        raise InkhornError(kind, message, reason="unreadable", path=str(path)) from error
    parts = [_read_text(text) for text in texts]
    return Parsed(
        tuple(one for part in parts for one in part.conversations),
        tuple(reason for part in parts for reason in part.skipped),
    )


def _unpack(path: Path) -> list[bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(
                (one for one in archive.infolist() if _MEMBER.search(one.filename)),
                key=lambda one: one.filename,
            )
            if not members:
                raise InkhornError("bad_file", "There is no conversations.json in it.", reason="zip_empty")
            left = MOST_BYTES
            texts = []
            for member in members:
                texts.append(_unpack_one(archive, member, left))
                left -= len(texts[-1])
            return texts
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        # RuntimeError is what zipfile raises for a password.
        raise InkhornError(
            "bad_file", "The zip file is damaged or locked.", reason="zip_damaged", detail=str(error)
        ) from error


def _unpack_one(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    """At most ``left`` bytes. The sizes that the archive states are not believed: what comes out is
    counted, and one byte too many ends it."""
    most = min(left, max(_RATIO_COUNTS_FROM, member.compress_size * MOST_RATIO))
    with archive.open(member) as stream:
        text = stream.read(most + 1)
    if len(text) > most:
        raise _too_big()
    return text


def _too_big() -> InkhornError:
    return InkhornError("bad_file", "It is too big to be an export of chats.", reason="too_big")


def _read_text(raw: bytes) -> Parsed:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InkhornError("bad_file", "It is not a text file in UTF-8.", reason="not_utf8") from error
    try:
        data, cut_off = json.loads(text), False
    except RecursionError as error:
        raise InkhornError("bad_file", "The JSON is nested too deeply.", reason="too_deep") from error
    except ValueError as error:
        data, cut_off = _whole_items(text), True
        if not data:
            line = getattr(error, "lineno", 0)
            raise InkhornError(
                "bad_file", f"Not JSON: line {line} is wrong.", reason="not_json", line=line
            ) from error
    parsed = _told_apart(data)
    if not cut_off:
        return parsed
    reason = tr("The file is damaged; what comes after conversation {number} is lost.", number=len(data))
    return Parsed(parsed.conversations, (*parsed.skipped, reason))


def _told_apart(data: Any) -> Parsed:
    if isinstance(data, dict) and "format" in data:
        return own_json.decode(data)
    if isinstance(data, dict) and isinstance(data.get("conversations"), list):
        data = data["conversations"]
    if isinstance(data, dict) and "mapping" in data:
        data = [data]
    if isinstance(data, list) and (
        not data or any(isinstance(one, dict) and "mapping" in one for one in data)
    ):
        return chatgpt.decode(data)
    raise InkhornError("bad_file", "The JSON is of neither format.", reason="json_strange")


def _whole_items(text: str) -> list[Any]:
    """The items of a JSON list that are whole, up to where it breaks off."""
    decoder = json.JSONDecoder()
    blank = re.compile(r"[\s,]*")
    items: list[Any] = []
    start = re.match(r"\s*\[", text)
    if start is None:
        return items
    place = blank.match(text, start.end())
    while place is not None and place.end() < len(text):
        try:
            item, end = decoder.raw_decode(text, place.end())
        except (ValueError, RecursionError):
            break
        items.append(item)
        place = blank.match(text, end)
    return items
