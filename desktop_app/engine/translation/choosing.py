"""The translator that a loaded model is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_app.core.translation import Translate
from desktop_app.engine.translation.translator import Translator

if TYPE_CHECKING:
    from desktop_app.engine.session import Session


def translator_for(model: Any, session: Session | None, command: Translate) -> Translator | None:
    """``session`` is the model's where it continues text; it is asked in words then. None where the model
    does not translate."""
    if session is not None:
        from desktop_app.engine.translation.chat import ChatTranslator

        return ChatTranslator(session, command.options)
    if isinstance(model, Translator):
        return model
    from desktop_app.engine.hosted.text_to_text import HostedTextToText

    if isinstance(model, HostedTextToText):
        from desktop_app.engine.translation.hosted import HostedTranslator

        return HostedTranslator(model)
    return None
