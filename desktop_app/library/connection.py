"""Connections to the outside: one way to open them, and plain words for what goes wrong.

Through httpx2, which huggingface_hub brings: the system's certificates and proxy, one pool, and an access
token that is dropped when a redirect leaves the host that it was meant for.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx2

from desktop_app import __version__
from desktop_app.core.errors import InkhornError
from desktop_app.library.network import Network, with_scheme
from desktop_app.library.patience import Patience

AGENT = f"inkhorn/{__version__}"
RETRY_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})


def open_client(
    network: Network, patience: Patience, proxy: str = "", verify: ssl.SSLContext | bool = True
) -> httpx2.Client:
    """A client that follows redirects. ``proxy`` is used where the user's settings name none; ``verify``
    False is for hosts that pip's settings call trusted, whose files have their hash in the catalogue.

    Raises `InkhornError`: ``offline`` while the lock is on, ``network`` for a proxy that cannot be used.
    """
    network.require()
    chosen = network.proxy or proxy
    try:
        return httpx2.Client(
            headers={"User-Agent": AGENT, "Accept-Encoding": "identity"},
            follow_redirects=True,
            timeout=httpx2.Timeout(patience.read_s, connect=patience.connect_s),
            proxy=with_scheme(chosen.strip(), "http") if chosen else None,
            verify=verify,
        )
    except (ImportError, ValueError, httpx2.InvalidURL) as error:
        where = shown(chosen) if chosen else "the system's settings"
        message = (
            f"The proxy in {where} cannot be used ({error}). Proxies as http:// or https:// can; a SOCKS "
            "proxy's program most often offers one of them too."
        )
        raise InkhornError("network", message, reason="proxy") from error


def error_of(error: httpx2.HTTPError | httpx2.InvalidURL, host: str) -> InkhornError:
    """A failure below HTTP, in words. ``retry`` in its values is whether another try may go better."""
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text or "certificate verify failed" in text:
        message = (
            f"{host} could not show that it is {host}: its certificate is not trusted here. A proxy or a "
            "virus scanner in between, or a wrong clock, are the usual causes."
        )
        return InkhornError("network", message, host=host, reason="certificate", retry=False)
    if isinstance(error, (httpx2.UnsupportedProtocol, httpx2.InvalidURL, httpx2.TooManyRedirects)):
        return InkhornError("network", f"{host} cannot be asked: {text}.", host=host, retry=False)
    if isinstance(error, httpx2.ProxyError):
        message = f"The proxy did not let through to {host}: {text}."
        return InkhornError("network", message, host=host, reason="proxy", retry=True)
    if isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError):
        message = f"No connection to {host}: {text or 'it does not answer'}."
        return InkhornError("network", message, host=host, reason="connect", retry=True)
    if isinstance(error, httpx2.TimeoutException):
        message = f"{host} sends nothing any more."
        return InkhornError("network", message, host=host, reason="stalled", retry=True)
    message = f"The connection to {host} broke: {text or type(error).__name__}."
    return InkhornError("network", message, host=host, reason="cut", retry=True)


def error_of_status(response: httpx2.Response, what: str, gated: bool = False) -> InkhornError:
    """A refusal by the server, in words; ``what`` was asked for. The hub says more in ``X-Error-Code``."""
    status, host = response.status_code, response.url.host
    code = response.headers.get("X-Error-Code", "")
    values = {"host": host, "status": status}
    had_token = "Authorization" in response.request.headers
    if code == "GatedRepo" or (gated and status in (401, 403)):
        if not had_token or status == 401:
            message = f"{what} is given to those who have agreed to its terms: an access token is needed."
            return InkhornError("unauthorized", message, gated=True, token=had_token, **values)
        message = (
            f"The terms of {what} have to be agreed to on its page first, with the account of the token."
        )
        return InkhornError("gated", message, **values)
    if code in ("RepoNotFound", "RevisionNotFound", "EntryNotFound") or status in (404, 410, 451):
        message = f"{host} does not have {what}" + (", or it is private." if code == "RepoNotFound" else ".")
        return InkhornError("not_found", message, code=code, **values)
    if status == 401:
        message = f"{host} asks for an access token for {what}" + (
            ", and does not accept the one that is saved." if had_token else "."
        )
        return InkhornError("unauthorized", message, token=had_token, **values)
    if status == 403:
        return InkhornError("unauthorized", f"{host} refuses {what}.", token=had_token, **values)
    if status == 407:
        message = "The proxy asks for a name and a password: http://name:password@host:port."
        return InkhornError("network", message, reason="proxy", retry=False, **values)
    if status == 429:
        wait = seconds_to_wait(response.headers)
        message = f"{host} asks to wait" + ("." if wait is None else f" {wait:.0f} seconds.")
        return InkhornError("rate_limited", message, wait_s=wait, retry=True, **values)
    message = f"{host} answered with {status} {response.reason_phrase}".rstrip() + "."
    retry = status in RETRY_STATUS
    wait = seconds_to_wait(response.headers) if retry else None
    return InkhornError("network", message, reason="status", retry=retry, wait_s=wait, **values)


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """``Retry-After`` as seconds or as a date (RFC 9110, 10.2.3), or the reset of ``RateLimit`` (IETF
    draft-ietf-httpapi-ratelimit-headers: ``"api";r=0;t=55``)."""
    told = headers.get("Retry-After", "").strip()
    if told.isdigit():
        return float(told)
    if told:
        try:
            until = parsedate_to_datetime(told)
            now = parsedate_to_datetime(headers["Date"])
            return max(0.0, (until - now).total_seconds())
        except (ValueError, KeyError, TypeError):
            return None  # not a date, or nothing to measure it from: our clock may be wrong
    found = re.search(r";\s*r\s*=\s*0\s*;\s*t\s*=\s*(\d+)", headers.get("RateLimit", ""))
    return float(found[1]) if found else None


def shown(url: str) -> str:
    """``url`` without a name, a password or a query: fit for messages and logs."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that is none"
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}{port}{parts.path}" if parts.scheme else url


def host_of(url: str) -> str:
    """For messages: the host, or the whole of what is no address."""
    return urlsplit(url).hostname or url


def environment_token() -> str | None:
    """``HF_TOKEN``, as the hub's own tools read it."""
    return os.environ.get("HF_TOKEN", "").strip() or None
