"""The access token for gated models, in the system's own keyring and nowhere else."""

from __future__ import annotations

import re

from desktop_app.core.errors import InkhornError

SERVICE = "Inkhorn"
NAME = "huggingface.co"
_TOKEN = re.compile(r"[!-~]{8,500}")


def read_token() -> str | None:
    """The token that was saved, None if there is none, or no keyring to keep one in."""
    import keyring
    import keyring.errors

    try:
        return keyring.get_password(SERVICE, NAME) or None
    except keyring.errors.KeyringError:
        return None  # none was ever saved here, then


def save_token(text: str) -> None:
    """Raises `InkhornError`: ``unauthorized`` for what cannot be a token, ``internal`` where the system
    has no keyring, or a locked one."""
    import keyring
    import keyring.errors

    token = text.strip()
    if not _TOKEN.fullmatch(token):
        raise InkhornError(
            "unauthorized",
            "That is not an access token: it has no spaces, and looks like hf_….",
            reason="not_a_token",
        )
    try:
        keyring.set_password(SERVICE, NAME, token)
    except keyring.errors.NoKeyringError:
        raise InkhornError(
            "internal",
            "This system has no keyring, so the access token cannot be kept safely. "
            "Set it for one start instead, in the environment variable HF_TOKEN.",
            reason="no_keyring",
        ) from None
    except keyring.errors.KeyringError as error:
        raise InkhornError(
            "internal", f"The keyring did not take the access token: {error}.", reason="keyring"
        ) from error


def forget_token() -> None:
    """Remove the token; nothing happens where there is none. Raises `InkhornError` as `save_token`."""
    import keyring
    import keyring.errors

    try:
        keyring.delete_password(SERVICE, NAME)
    except keyring.errors.NoKeyringError:
        return  # none can be there
    except keyring.errors.PasswordDeleteError:
        return
    except keyring.errors.KeyringError as error:
        raise InkhornError(
            "internal", f"The keyring did not let go of the access token: {error}.", reason="keyring"
        ) from error
