"""A keyring in the memory of the test, and a lane that does its work at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop_app.core.errors import InkhornError


class NoTokens:
    """`desktop_app.library.tokens`, with ``failure`` where the system has no keyring."""

    def __init__(self, token: str | None = None, failure: InkhornError | None = None) -> None:
        self.token, self.failure = token, failure

    def read_token(self) -> str | None:
        return self.token

    def save_token(self, text: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.token = text

    def forget_token(self) -> None:
        self.token = None


def run_now(
    function: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[InkhornError], None]
) -> None:
    try:
        result = function()
    except InkhornError as error:
        failed(error)
    else:
        then(result)
