"""Text to ids for encoders, by the folder's own ``tokenizer.json`` (or a ``vocab.txt``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing

from desktop_app.core.errors import InkhornError
from desktop_app.core.text import whole
from desktop_app.engine.folder_files import read_object
from desktop_app.engine.reading import check_lengths
from desktop_app.engine.refusals import damaged

_NO_LIMIT = 1 << 20  # "very large integers" stand for no limit in tokenizer_config.json


class EncoderTokenizer:
    """Texts to the ids that an encoder reads. ``limit`` is the most of them that a text may have, special
    ones included."""

    def __init__(self, tokenizer: Any, limit: int) -> None:
        self._tokenizer, self.limit = tokenizer, limit

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """With the special tokens. Raises InkhornError ``context_overflow`` for the first text that is
        too long, with its ``index``, ``prompt_tokens`` and ``context_length``: nothing is cut off."""
        found = [
            encoding.ids for encoding in self._tokenizer.encode_batch_fast([whole(text) for text in texts])
        ]
        check_lengths(found, self.limit)
        return found


def read_encoder_tokenizer(folder: Path, vocabulary: int, positions: int) -> EncoderTokenizer:
    """The tokenizer of the model in ``folder``, whose tables have ``vocabulary`` and ``positions`` rows.
    Raises InkhornError ``model_missing`` and ``model_damaged``."""
    settings = read_object(folder, "tokenizer_config.json") or {}
    tokenizer = read_tokenizer(folder, settings)
    if tokenizer.get_vocab_size() > vocabulary:
        raise damaged("It has more tokens than rows for them.")
    limit = positions
    sentence = read_object(folder, "sentence_bert_config.json") or {}
    for asked in (settings.get("model_max_length"), sentence.get("max_seq_length")):
        if isinstance(asked, int) and 0 < asked < _NO_LIMIT:
            limit = min(limit, asked)
    return EncoderTokenizer(tokenizer, limit)


def read_tokenizer(folder: Path, settings: dict[str, Any]) -> Any:
    """The `tokenizers.Tokenizer` of ``folder``, without cutting off and filling up, which are ours to decide;
    ``settings`` are those of ``tokenizer_config.json``. Raises InkhornError ``model_missing`` and
    ``model_damaged``."""
    listed, words = folder / "tokenizer.json", folder / "vocab.txt"
    try:
        if listed.is_file():
            tokenizer: Any = Tokenizer.from_file(str(listed))
        elif words.is_file():
            tokenizer = _from_word_list(words, settings.get("do_lower_case", True) is not False)
        else:
            raise InkhornError("model_missing", f"The model's tokenizer.json is not there: {folder.name}")
    except InkhornError:
        raise
    except Exception as error:
        raise InkhornError("model_damaged", "The model's tokenizer is damaged.") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _from_word_list(path: Path, lower: bool) -> Any:
    """BERT's own tokenizer, of folders that are older than ``tokenizer.json``."""
    tokenizer: Any = Tokenizer(WordPiece.from_file(str(path), unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=lower)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    separator, first = tokenizer.token_to_id("[SEP]"), tokenizer.token_to_id("[CLS]")
    if separator is None or first is None:
        raise InkhornError("model_damaged", "The model's vocab.txt is damaged.")
    tokenizer.post_processor = BertProcessing(("[SEP]", separator), ("[CLS]", first))
    return tokenizer
