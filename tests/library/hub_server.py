"""A model hub, its delivery network, a proxy and a package index: real servers on this computer.

They speak as much of the protocols as downloads need, and can be told to misbehave. Every request is
kept, so that tests see what was asked for, by whom, and with which headers.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

CERTIFICATE = Path(__file__).with_name("tls") / "cert.pem"
LFS_FROM = 10_000  # bytes: larger files lie on the delivery network


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]

    @property
    def first_byte(self) -> int:
        asked = self.headers.get("range", "bytes=0-")
        return int(asked.removeprefix("bytes=").split("-")[0])


@dataclass
class Repo:
    files: dict[str, bytes]
    commit: str = "c" * 40
    earlier: str = ""  # a commit that is not main's any more
    gated: bool = False
    allowed: str = "hf_good_token"
    agreed: bool = True
    licence: str = "apache-2.0"
    lies: dict[str, bytes] = field(default_factory=dict)  # what is served instead of a file
    no_hashes: bool = False


Fault = Callable[["Handler", bytes], bool]
"""Called before a file is served, with its bytes; True where it has answered itself."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append(Seen(self.command, self.path, headers))
        try:
            self.server.answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # who asked has gone

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_CONNECT(self) -> None:
        """Somebody wants through the proxy to a host with a certificate: it is seen, and refused."""
        self.server.seen.append(Seen(self.command, self.path, {}))
        self.reply(403)

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def reply_json(self, values: object, kind: str = "application/json") -> None:
        self.reply(200, json.dumps(values).encode(), Content_Type=kind)

    def range_of(self, content: bytes) -> tuple[int, int] | None:
        asked = self.headers.get("Range")
        if asked is None:
            return None
        start, _, end = asked.removeprefix("bytes=").partition("-")
        return int(start), min(int(end) + 1 if end else len(content), len(content))

    def reply_file(self, content: bytes, **headers: str) -> None:
        """Whole, or the part that was asked for."""
        part = self.range_of(content)
        if part is None:
            self.reply(200, content, Accept_Ranges="bytes", **headers)
        elif part[0] >= len(content):
            self.reply(416, Content_Range=f"bytes */{len(content)}")
        else:
            place = f"bytes {part[0]}-{part[1] - 1}/{len(content)}"
            self.reply(206, content[slice(*part)], Content_Range=place, **headers)

    def begin_file(self, content: bytes) -> bytes:
        """The headers of `reply_file`; returns the bytes that are owed."""
        start, end = self.range_of(content) or (0, len(content))
        self.send_response(206 if "Range" in self.headers else 200)
        if "Range" in self.headers:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(content)}")
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        return content[start:end]

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 50

    def __init__(self, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), Handler)
        self.host = host
        self.seen: list[Seen] = []
        self.connections = 0
        self.closing = threading.Event()
        self.scheme = "http"

    def use_tls(self) -> None:
        """With a certificate that only tests trust (`CERTIFICATE`)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_name("key.pem"))
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.scheme = "https"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.server_address[1]}"

    def get_request(self):  # type: ignore[no-untyped-def]
        self.connections += 1
        return super().get_request()

    def answer(self, handler: Handler) -> None:
        raise NotImplementedError

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that was ended in the middle

    def paths(self, part: str = "") -> list[str]:
        return [seen.path for seen in self.seen if part in seen.path]


class Cdn(Server):
    """Files by hash, on another host than the hub. ``faults`` are used up one at a time."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1")
        self.content: dict[str, bytes] = {}
        self.faults: list[Fault] = []

    def answer(self, handler: Handler) -> None:
        content = self.content[urlsplit(handler.path).path.rsplit("/", 1)[-1]]
        if self.faults and self.faults.pop(0)(handler, content):
            return
        handler.reply_file(content)


class Hub(Server):
    """``faults`` come before any answer of the hub itself."""

    def __init__(self, cdn: Cdn) -> None:
        super().__init__("127.0.0.1")
        self.cdn = cdn
        self.repos: dict[str, Repo] = {}
        self.faults: list[Fault] = []

    def answer(self, handler: Handler) -> None:
        if self.faults and self.faults.pop(0)(handler, b""):
            return
        path = urlsplit(handler.path).path
        api = path.startswith("/api/models/")
        parts = [unquote(part) for part in path.removeprefix("/api/models").strip("/").split("/")]
        name, verb, rest = "/".join(parts[:2]), parts[2] if len(parts) > 2 else "", parts[3:]
        repo = self.repos.get(name)
        if repo is None:
            handler.reply(404, b'{"error":"Repository not found"}', X_Error_Code="RepoNotFound")
        elif api and verb == "revision":
            self._info(handler, name, repo, rest[0])
        elif verb == "resolve":
            self._file(handler, repo, rest[0], "/".join(rest[1:]))
        else:
            handler.reply(404)

    def _info(self, handler: Handler, name: str, repo: Repo, revision: str) -> None:
        if revision not in ("main", "refs/pr/6", repo.commit):
            handler.reply(404, b'{"error":"Invalid rev id"}', X_Error_Code="RevisionNotFound")
            return
        siblings = []
        for file, content in repo.files.items():
            entry: dict[str, object] = {"rfilename": file, "size": len(content), "blobId": blob(content)}
            if len(content) >= LFS_FROM:
                sha256 = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 130}
            if repo.no_hashes:
                entry = {"rfilename": file}
            siblings.append(entry)
        card = {"license": repo.licence}
        info = {"id": name, "sha": repo.commit, "siblings": siblings, "cardData": card}
        handler.reply_json({**info, "gated": "manual" if repo.gated else False})

    def _file(self, handler: Handler, repo: Repo, revision: str, file: str) -> None:
        if repo.gated:
            given = handler.headers.get("Authorization")
            if given != f"Bearer {repo.allowed}":
                handler.reply(401, X_Error_Code="GatedRepo")
                return
            if not repo.agreed:
                handler.reply(403, X_Error_Code="GatedRepo")
                return
        if revision not in ("main", repo.commit, repo.earlier) or file not in repo.files:
            handler.reply(404, X_Error_Code="EntryNotFound")
            return
        content = repo.files[file]
        served = repo.lies.get(file, content)
        if len(content) < LFS_FROM:
            handler.reply_file(served, ETag=f'"{blob(content)}"', X_Repo_Commit=repo.commit)
            return
        sha256 = hashlib.sha256(content).hexdigest()
        self.cdn.content[sha256] = served
        handler.reply(
            302,
            Location=f"{self.cdn.url}/lfs/{sha256}?X-Amz-Signature=abc",
            X_Repo_Commit=repo.commit,
            X_Linked_Size=str(len(content)),
            X_Linked_ETag=f'"{sha256}"',
        )


class Index(Server):
    """A package index; ``json`` tells whether it knows PEP 691. Files lie beside it."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1")
        self.files: dict[str, bytes] = {}
        self.json = True
        self.login = ""
        self.faults: list[Fault] = []

    def answer(self, handler: Handler) -> None:
        if self.login and handler.headers.get("Authorization") != self.login:
            handler.reply(401)
            return
        path = unquote(urlsplit(handler.path).path)
        if path.startswith("/files/"):
            content = self.files[path.removeprefix("/files/")]
            if self.faults and self.faults.pop(0)(handler, content):
                return
            handler.reply_file(content)
            return
        project = path.removeprefix("/simple/").strip("/")
        names = [n for n in self.files if n.split("-")[0].replace("_", "-").lower() == project]
        if not names:
            handler.reply(404)
        elif self.json and "json" in handler.headers.get("Accept", ""):
            files = [{"filename": name, "url": f"../../files/{name}", "hashes": {}} for name in names]
            answer = {"meta": {"api-version": "1.1"}, "name": project, "files": files}
            handler.reply_json(answer, "application/vnd.pypi.simple.v1+json")
        else:
            links = "".join(f'<a href="../../files/{n}#sha256=0">{n}</a>\n' for n in names)
            handler.reply(200, f"<html><body>{links}</body></html>".encode(), Content_Type="text/html")


class Proxy(Server):
    """Passes plain HTTP on, whatever host it is for."""

    def answer(self, handler: Handler) -> None:
        parts = urlsplit(handler.path)
        upstream = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=10)
        hop = ("proxy-connection", "connection", "host")
        kept = {name: value for name, value in handler.headers.items() if name.lower() not in hop}
        upstream.request(handler.command, parts._replace(scheme="", netloc="").geturl(), headers=kept)
        answer = upstream.getresponse()
        body = answer.read()
        upstream.close()
        passed = {n: v for n, v in answer.getheaders() if n.lower() in PASSED}
        handler.reply(answer.status, body, **{n.replace("-", "_"): v for n, v in passed.items()})


PASSED = ("location", "content-range", "content-type", "x-error-code", "x-repo-commit", "retry-after")


@contextmanager
def serving(*servers: Server) -> Iterator[None]:
    threads = [threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for server in servers:
            server.closing.set()
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join(10)


def blob(content: bytes) -> str:
    """The name that git gives a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
