"""What can go wrong with an answer of `tests.library.hub_server`: each is a `Fault`."""

from __future__ import annotations

from tests.library.hub_server import Fault, Handler


def cut_after(count: int) -> Fault:
    def fault(handler: Handler, content: bytes) -> bool:
        handler.wfile.write(handler.begin_file(content)[:count])
        handler.wfile.flush()
        handler.close_connection = True
        return True

    return fault


def stall_after(count: int) -> Fault:
    def fault(handler: Handler, content: bytes) -> bool:
        handler.wfile.write(handler.begin_file(content)[:count])
        handler.wfile.flush()
        handler.server.closing.wait(60)
        handler.close_connection = True
        return True

    return fault


def trickle(step: int, pause_s: float) -> Fault:
    def fault(handler: Handler, content: bytes) -> bool:
        owed = handler.begin_file(content)
        for at in range(0, len(owed), step):
            handler.wfile.write(owed[at : at + step])
            handler.wfile.flush()
            if handler.server.closing.wait(pause_s):
                break
        handler.close_connection = True
        return True

    return fault


def status(code: int, **headers: str) -> Fault:
    def fault(handler: Handler, _content: bytes) -> bool:
        handler.reply(code, b"no", **headers)
        return True

    return fault


def whole_whatever_was_asked(handler: Handler, content: bytes) -> bool:
    handler.reply(200, content)
    return True


def other_bytes(handler: Handler, content: bytes) -> bool:
    handler.reply_file(content[:-1] + bytes([content[-1] ^ 1]))
    return True


def fine(_handler: Handler, _content: bytes) -> bool:
    return False
