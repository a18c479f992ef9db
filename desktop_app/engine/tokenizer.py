"""The door to `desktop_app.engine.tokenizers`: what a model's words are, from any of its files."""

from desktop_app.engine.tokenizers.from_gguf import make_vocabulary
from desktop_app.engine.tokenizers.vocabulary import Vocabulary, dump_vocabulary, load_vocabulary

__all__ = ["Vocabulary", "dump_vocabulary", "load_vocabulary", "make_vocabulary"]
