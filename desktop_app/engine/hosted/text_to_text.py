"""Encoder-decoder models: translation, summaries, whatever they were trained to make of a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput

from desktop_app.core.errors import InkhornError
from desktop_app.core.text import whole
from desktop_app.engine.folder_files import read_object
from desktop_app.engine.hosted.cache import new_cache, select_rows
from desktop_app.engine.hosted.constrained import BEAMS as CONSTRAINED_BEAMS
from desktop_app.engine.hosted.constrained import constrained_search
from desktop_app.engine.hosted.languages import Languages, read_languages
from desktop_app.engine.hosted.module import Hosted, HostedBase
from desktop_app.engine.hosted.pieces import read_pieces
from desktop_app.engine.hosted.search import Finished, Found, Rules, beam_search, greedy
from desktop_app.engine.reading import check_lengths
from desktop_app.engine.reporting import Report

_BATCH_TOKENS = 2048
_BATCH_ROWS = 64
_RELATIVE = {"t5", "mt5", "umt5"}
_ASSUMED_CONTEXT = 1024
"""Of models with relative positions: T5 was trained on 512 tokens, MADLAD-400 on more; beyond, memory
for attention grows by the square and quality falls."""


class HostedTextToText(HostedBase):
    """Not safe for two threads at once. ``unfinished`` are the numbers of the last call's texts that met
    ``max_tokens`` before their end."""

    def __init__(self, hosted: Hosted) -> None:
        super().__init__(hosted)
        self._vocabulary = int(hosted.module.get_output_embeddings().out_features)
        self._pieces = read_pieces(hosted.folder, self.family, self._vocabulary)
        numbers = self._pieces.names.values()
        if not 0 <= min(numbers, default=0) <= max(numbers, default=0) < self._vocabulary:
            raise InkhornError("model_damaged", "The model has more tokens than rows for them.")
        self._wishes = {**hosted.config, **(read_object(hosted.folder, "generation_config.json") or {})}
        self._spoken: Languages = read_languages(self.family, self._pieces.names, hosted.config)
        self.languages = self._spoken.codes
        self.unfinished: tuple[int, ...] = ()

    @property
    def context_length(self) -> int:
        """Tokens that a text may have, special ones included."""
        positions = getattr(self.settings, "max_position_embeddings", None)
        if self.family in _RELATIVE or not isinstance(positions, int):
            return _ASSUMED_CONTEXT
        return positions

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
        """Each of ``texts``, translated or transformed, in the order given. Of nothing comes nothing: models
        make up words for an empty text.

        Raises InkhornError ``context_overflow`` for the first text that is too long, with its ``index``,
        ``prompt_tokens`` and ``context_length``; ``model_unsupported`` for a language that the model does
        not know; and `desktop_app.engine.causal.Stopped`.
        """
        results = [""] * len(texts)
        unfinished: list[int] = []
        total = sum(1 for text in texts if text.strip())
        done = 0

        def finished(number: int, found: list[Found]) -> None:
            nonlocal done
            results[number] = self.text(found[0].ids)
            if not found[0].ended:
                unfinished.append(number)
            done += 1
            told(done / total)

        limits = [max_tokens] * len(texts)
        self.decode(texts, source, target, beams, limits, finished, cancelled)
        self.unfinished = tuple(sorted(unfinished))
        return results

    def source_ids(self, text: str, source: str, target: str) -> list[int]:
        """What the encoder reads, special tokens included. Raises InkhornError ``model_unsupported``."""
        return self._spoken.source_ids(self._pieces.ids, whole(text), source, target)

    def count(self, text: str) -> int:
        """Tokens of ``text``, without special ones."""
        return len(self._pieces.ids(whole(text)))

    def text(self, ids: Sequence[int]) -> str:
        return self._pieces.text(ids)

    def target_ids(self, text: str) -> list[int]:
        """``text`` as the decoder would write it."""
        return self._pieces.target_ids(whole(text))

    def decode(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        beams: int,
        limits: Sequence[int],
        finished: Finished,
        cancelled: Callable[[], bool],
        required: Sequence[Sequence[Sequence[int]]] = (),
    ) -> None:
        """Put each of ``texts`` through the model, with at most ``limits`` new tokens each, and call
        ``finished`` with its number as soon as it is done; not for those with nothing in them. ``required``
        are, for each text, ids that have to come. Raises as `transform` does."""
        ids = [self.source_ids(text, source, target) for text in texts]
        check_lengths(ids, self.context_length)
        order = [number for number, text in enumerate(texts) if text.strip()]
        order.sort(key=lambda number: -len(ids[number]))
        held = [number for number in order if required and required[number]]
        free = [number for number in order if not (required and required[number])]
        with self._watch.asking(cancelled), torch.inference_mode():
            for batch in _batches(free, ids, beams):
                rules = self._rules(target, max(limits[number] for number in batch))
                state = _State(self.module, [ids[number] for number in batch], beams, self.device)
                done = _numbered(finished, batch)
                if beams == 1:
                    greedy(state, len(batch), rules, done)
                else:
                    beam_search(state, len(batch), beams, rules, done)
            for number in held:
                width = max(beams, CONSTRAINED_BEAMS)
                rules = self._rules(target, limits[number])
                state = _State(self.module, [ids[number]], width, self.device)
                constrained_search(state, width, rules, required[number], _numbered(finished, [number]))

    def _rules(self, target: str, max_tokens: int) -> Rules:
        """From ``generation_config.json`` and ``config.json``; what makes no sense there is left out."""
        wish, vocabulary = self._wishes, self._vocabulary
        start = self._spoken.start(target, _number(wish, "decoder_start_token_id"))
        begin = (start, *self._spoken.forced(target, _number(wish, "forced_bos_token_id")))
        if max(begin) >= vocabulary:
            raise InkhornError(
                "model_damaged", "The model's answers begin with a token that it does not have."
            )
        limit = len(begin) + max(1, max_tokens)
        if self.family not in _RELATIVE:
            limit = min(limit, self.context_length)
        banned = {_number(wish, "pad_token_id")}
        for words in wish.get("bad_words_ids") or ():
            if isinstance(words, list) and len(words) == 1:
                banned.add(_number({"id": words[0]}, "id"))
        end = wish.get("eos_token_id", self.settings.eos_token_id)
        ends = {_number({"id": number}, "id") for number in (end if isinstance(end, list) else [end])}
        penalty, early = wish.get("length_penalty"), wish.get("early_stopping")
        return Rules(
            start=begin,
            end=frozenset(number for number in ends if number is not None and number < vocabulary),
            limit=limit,
            banned=tuple(number for number in banned if number is not None and number < vocabulary),
            min_length=min(_number(wish, "min_length") or 0, limit - 1),
            no_repeat_ngram_size=_number(wish, "no_repeat_ngram_size") or 0,
            length_penalty=min(10.0, max(-10.0, penalty)) if isinstance(penalty, int | float) else 1.0,
            early_stopping=early if early is True or early == "never" else False,
        )


def _number(values: Mapping[str, Any], name: str) -> int | None:
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _numbered(finished: Finished, numbers: Sequence[int]) -> Finished:
    """``finished`` by the numbers of the texts, for a batch of some of them."""
    return lambda row, found: finished(numbers[row], found)


def _batches(order: Sequence[int], ids: Sequence[Sequence[int]], beams: int) -> list[list[int]]:
    """Numbers of texts of about the same length, the longest first."""
    found: list[list[int]] = []
    start = 0
    while start < len(order):
        longest = max(1, len(ids[order[start]]))
        size = max(1, min(_BATCH_ROWS, _BATCH_TOKENS // longest) // beams)
        found.append(list(order[start : start + size]))
        start += size
    return found


class _State:
    """`search.Rows` over a transformers module: what the encoder made of the texts, and the decoder's
    cache."""

    def __init__(self, module: Any, ids: Sequence[Sequence[int]], beams: int, device: str) -> None:
        self._module, self._device = module, device
        longest = max(len(found) for found in ids)
        padded = torch.full((len(ids), longest), int(module.config.pad_token_id or 0))
        mask = torch.zeros(len(ids), longest, dtype=torch.long)
        for row, found in enumerate(ids):
            padded[row, : len(found)] = torch.tensor(found, dtype=torch.long)
            mask[row, : len(found)] = 1
        mask = mask.to(device)
        encoded = module.get_encoder()(input_ids=padded.to(device), attention_mask=mask).last_hidden_state
        self._encoded = encoded.repeat_interleave(beams, 0)
        self._mask = mask.repeat_interleave(beams, 0)
        self._own, self._cross = new_cache(), DynamicCache()
        self._cache = EncoderDecoderCache(self._own, self._cross)

    def scores(self, ids: Tensor) -> Tensor:
        found = self._module(
            encoder_outputs=BaseModelOutput(last_hidden_state=self._encoded),
            attention_mask=self._mask,
            decoder_input_ids=ids.to(self._device),
            past_key_values=self._cache,
            use_cache=True,
        )
        last: Tensor = found.logits[:, -1].float().log_softmax(-1)
        return last.cpu()

    def keep(self, rows: Sequence[int], same_texts: bool) -> None:
        index: Any = torch.tensor(rows, dtype=torch.long, device=self._device)
        select_rows(self._own, index)
        if not same_texts:  # the beams of a text share what the encoder made of it
            self._encoded, self._mask = self._encoded[index], self._mask[index]
            self._cross.reorder_cache(index)
