"""The access token in a keyring of the test's own, and where there is none."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.library.tokens import forget_token, read_token, save_token


class Memory(keyring.backend.KeyringBackend):
    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._look()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._look()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._look()
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError("not there")
        del self.kept[service, username]

    def _look(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("the user said no")


@pytest.fixture
def memory() -> Iterator[Memory]:
    before = keyring.get_keyring()
    backend = Memory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def test_saved_read_and_forgotten(memory: Memory) -> None:
    assert read_token() is None
    save_token("  hf_abcdefgh\n")
    assert read_token() == "hf_abcdefgh"
    assert list(memory.kept) == [("Inkhorn", "huggingface.co")]
    forget_token()
    forget_token()
    assert read_token() is None


@pytest.mark.parametrize("text", ["", "hf", "hf_abc def ghi", "hf_ébcdefgh", "x" * 600])
def test_what_cannot_be_a_token(memory: Memory, text: str) -> None:
    with pytest.raises(InkhornError) as caught:
        save_token(text)
    assert caught.value.kind == "unauthorized"
    assert memory.kept == {}


def test_a_locked_keyring(memory: Memory) -> None:
    save_token("hf_abcdefgh")
    memory.locked = True
    assert read_token() is None
    for attempt in (lambda: save_token("hf_abcdefgh"), forget_token):
        with pytest.raises(InkhornError, match="keyring"):
            attempt()


def test_no_keyring(memory: Memory) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    assert read_token() is None
    forget_token()
    with pytest.raises(InkhornError, match="no keyring") as caught:
        save_token("hf_abcdefgh")
    assert "HF_TOKEN" in caught.value.message
