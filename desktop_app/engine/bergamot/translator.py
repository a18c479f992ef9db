"""A network of Mozilla's as a translator: sentences in, translations out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ModelKind
from desktop_app.core.text import whole
from desktop_app.engine.bergamot.batch import Parts, beams_of, translate_batch
from desktop_app.engine.reading import check_lengths
from desktop_app.engine.reporting import Report
from desktop_app.engine.translation.translator import Decoded, Decoding, texts_of

LONGEST = 128
"""Pieces of a sentence: Mozilla's engine breaks longer ones (``max-length-break``), and the networks were
trained on shorter ones."""
_BATCH_ROWS = 64
_BATCH_PIECES = 4096


class BergamotTranslator:
    """``languages`` are the codes of the source and the target, () where they are not known. Not safe for two
    threads at once."""

    labels: tuple[str, ...] = ()
    family = "bergamot"
    kind: ModelKind = "text_to_text"

    def __init__(self, parts: Parts, languages: tuple[str, ...], precision: str, parameters: int) -> None:
        self._parts = parts
        self.languages, self.precision, self.parameters = languages, precision, parameters
        self.device = parts.network.device
        self.bytes = parts.network.bytes + (parts.shortlist.bytes if parts.shortlist else 0)
        self.longest = self.context_length = LONGEST
        self.unfinished: tuple[int, ...] = ()

    def count(self, sentence: str) -> int:
        return len(self._parts.source.ids([whole(sentence)])[0])

    def decode(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        wish: Decoding,
        finished: Callable[[int, list[Decoded]], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """See `Translator`. A language that is not said is the network's own."""
        self._decode(sentences, source, target, wish, finished, cancelled, aligned=True)

    def transform(
        self,
        texts: Sequence[str],
        source: str = "",
        target: str = "",
        beams: int = 1,
        max_tokens: int = 512,
        told: Report = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[str]:
        """As `HostedTextToText.transform`, but that a translation has the length that it needs, whatever
        ``max_tokens``."""

        def decode(finished: Callable[[int, list[Decoded]], None]) -> None:
            self._decode(texts, source, target, Decoding(beams), finished, cancelled, aligned=False)

        results, self.unfinished = texts_of(len(texts), told, decode)
        return results

    def _decode(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        wish: Decoding,
        finished: Callable[[int, list[Decoded]], None],
        cancelled: Callable[[], bool],
        aligned: bool,
    ) -> None:
        self._check_languages(source, target)
        texts = [whole(sentence) for sentence in sentences]
        ids = self._parts.source.ids(texts)
        check_lengths(ids, LONGEST)
        required = wish.required or ((),) * len(texts)
        order = []
        for number, own in enumerate(ids):
            if own:
                order.append(number)
            else:
                finished(number, [Decoded("")])
        order.sort(key=lambda number: len(ids[number]))
        with torch.inference_mode():
            for rows in _batches(order, ids, beams_of(wish)):
                found = translate_batch(
                    self._parts,
                    [texts[row] for row in rows],
                    [ids[row] for row in rows],
                    [required[row] for row in rows],
                    wish,
                    cancelled,
                    aligned,
                )
                for row, decoded in zip(rows, found, strict=True):
                    finished(row, decoded)

    def _check_languages(self, source: str, target: str) -> None:
        for asked, own in zip((source, target), self.languages, strict=False):
            if asked and asked != own:
                first, second = self.languages
                message = f"This model translates from {first} to {second} only."
                raise InkhornError("model_unsupported", message, language=asked)


def _batches(order: Sequence[int], ids: Sequence[Sequence[int]], beams: int) -> list[list[int]]:
    """Numbers of sentences of about the same length, in the order given (the shortest first)."""
    found: list[list[int]] = []
    for number in order:
        most = max(1, min(_BATCH_ROWS, _BATCH_PIECES // (len(ids[number]) + 1)) // beams)
        if found and len(found[-1]) < most:
            found[-1].append(number)
        else:
            found.append([number])
    return found
