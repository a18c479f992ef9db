"""Small random networks in Mozilla's own files: what the reader under test reads, written independently."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import sentencepiece

Array = npt.NDArray[np.float64]
Tables = dict[str, tuple[npt.NDArray[np.int8], float]]

ENGLISH = (
    *("the cat sat on the mat", "a quick brown fox jumps over the lazy dog", "we like to read old books"),
    *("she sells sea shells by the sea shore", "it's raining, isn't it?", "how much is this?"),
)
OTHER = (
    "o gato sentou no tapete",
    "uma rápida raposa marrom",
    "gostamos de ler livros velhos",
    "quanto é isto?",
)
CHINESE = ("猫坐在垫子上", "我们喜欢读旧书", "这个多少钱？", "今天下雨了，对吗？", "她在海边卖贝壳")


@dataclass(slots=True)
class Model:
    """A network's numbers: ``tables`` of int8 ``[in, out]`` (embeddings ``[pieces, width]``) with their
    multipliers, and ``vectors``; ``options`` are those of ``model.yml``."""

    width: int
    heads: int
    tables: Tables
    vectors: dict[str, Array]
    options: dict[str, str]
    lists: list[list[int]] = field(default_factory=list)
    first: int = 8

    def value(self, name: str) -> Array:
        weights, multiplier = self.tables[name]
        return weights.astype(np.float64) / multiplier


def random_model(
    sizes: tuple[int, int],
    seed: int = 0,
    width: int = 16,
    heads: int = 2,
    wide: int = 24,
    depths: tuple[int, int] = (2, 2),
    shared: bool = True,
) -> Model:
    """``sizes`` are the pieces of the two vocabularies."""
    rng = np.random.default_rng(seed)
    tables: Tables = {}
    vectors: dict[str, Array] = {}

    def table(name: str, rows: int, columns: int, multiplier: float) -> None:
        tables[name] = (rng.integers(-127, 128, (rows, columns)).astype(np.int8), multiplier)
        vectors[f"{name}_QuantMultA"] = np.array([20.0])

    def dense(prefix: str, letters: str) -> None:
        for letter in letters:
            table(f"{prefix}W{letter}", width, width, 180.0)
            vectors[f"{prefix}b{letter}"] = rng.normal(size=width) * 0.1

    def norm(name: str) -> None:
        vectors[f"{name}_ln_scale"] = 1 + rng.normal(size=width) * 0.1
        vectors[f"{name}_ln_bias"] = rng.normal(size=width) * 0.1

    def feed_forward(prefix: str) -> None:
        table(f"{prefix}ffn_W1", width, wide, 200.0)
        table(f"{prefix}ffn_W2", wide, width, 200.0)
        vectors[f"{prefix}ffn_b1"] = rng.normal(size=wide) * 0.1
        vectors[f"{prefix}ffn_b2"] = rng.normal(size=width) * 0.1
        norm(f"{prefix}ffn_ffn")

    for number in range(1, depths[0] + 1):
        dense(f"encoder_l{number}_self_", "qkvo")
        norm(f"encoder_l{number}_self_Wo")
        feed_forward(f"encoder_l{number}_")
    for number in range(1, depths[1] + 1):
        table(f"decoder_l{number}_rnn_W", width, width, 120.0)
        table(f"decoder_l{number}_rnn_Wf", width, width, 120.0)
        vectors[f"decoder_l{number}_rnn_bf"] = rng.normal(size=width) * 0.1
        norm(f"decoder_l{number}_rnn_ffn")
        dense(f"decoder_l{number}_context_", "qkvo")
        norm(f"decoder_l{number}_context_Wo")
        feed_forward(f"decoder_l{number}_")
    for name, size in (
        (("Wemb", sizes[1]),) if shared else (("encoder_Wemb", sizes[0]), ("decoder_Wemb", sizes[1]))
    ):
        table(name, size, width, 150.0)
        del vectors[f"{name}_QuantMultA"]
    if shared:
        vectors["none_QuantMultA"] = np.array([25.0])
    else:
        tables["decoder_Wemb_QuantMultA"] = (np.array([[127]], np.int8), 127 / 25.0)
    vectors["decoder_ff_logit_out_b"] = rng.normal(size=sizes[1]) * 0.3
    vectors["decoder_ff_logit_out_b"][0] += 1.0  # texts come to an end
    lists = [sorted(rng.choice(sizes[1], 12, replace=False).tolist()) for _ in range(sizes[0])]
    options = {
        "type": "transformer",
        "dec-cell": "ssru",
        "transformer-decoder-autoreg": "rnn",
        "dim-emb": str(width),
        "enc-depth": str(depths[0]),
        "dec-depth": str(depths[1]),
        "transformer-dim-ffn": str(wide),
        "transformer-heads": str(heads),
        "transformer-postprocess": "dan",
        "transformer-preprocess": '""',
        "transformer-tied-layers": "\n  []",
        "input-types": "[]",
        "dim-vocabs": f"\n  - {sizes[0]}\n  - {sizes[1]}",
    }
    return Model(width, heads, tables, vectors, options, lists)


def model_bytes(model: Model) -> bytes:
    """Items in the order of their names, data at multiples of 256 bytes, as Marian writes them."""
    yml = "".join(f"{name}: {value}\n" for name, value in model.options.items()).encode() + b"\0"
    items: dict[str, tuple[int, Sequence[int], bytes]] = {}
    for name, (weights, multiplier) in model.tables.items():
        turned = weights if name.endswith("Wemb") else weights.T
        raw = np.ascontiguousarray(turned).tobytes() + struct.pack("<f", multiplier)
        items[name] = (0x4101, weights.shape, raw)
    for name, vector in model.vectors.items():
        items[name] = (0x404, (1, len(vector)), vector.astype("<f4").tobytes())
    items = dict(sorted(items.items()))
    items["special:model.yml"] = (0x101, (len(yml),), yml)
    return container(items)


def container(items: Mapping[str, tuple[int, Sequence[int], bytes]], version: int = 1) -> bytes:
    """The binary format: type, shape and data of each item."""
    padded = {
        name: raw if kind == 0x101 else raw + b"\0" * (-len(raw) % 256)
        for name, (kind, _, raw) in items.items()
    }
    head = struct.pack("<QQ", version, len(items))
    for name, (kind, shape, _) in items.items():
        head += struct.pack("<QQQQ", len(name.encode()) + 1, kind, len(shape), len(padded[name]))
    head += b"".join(name.encode() + b"\0" for name in items)
    head += b"".join(struct.pack(f"<{len(shape)}i", *shape) for _, shape, _ in items.values())
    gap = -(len(head) + 8) % 256
    return head + struct.pack("<Q", gap) + b"\0" * gap + b"".join(padded.values())


def shortlist_bytes(model: Model) -> bytes:
    starts = np.cumsum([0, *map(len, model.lists)])
    flat = [piece for own in model.lists for piece in own]
    head = struct.pack("<6Q", 0xF11A48D5013417F5, 0, model.first, 12, len(starts), len(flat))
    return head + starts.astype("<u8").tobytes() + np.array(flat, "<u4").tobytes()


def vocabulary_bytes(lines: Sequence[str], size: int) -> bytes:
    """A unigram vocabulary as Mozilla's are: the end is 0, unknown 1."""
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines * 20),
        model_writer=made,
        vocab_size=size,
        hard_vocab_limit=False,
        character_coverage=1.0,
        bos_id=-1,
        eos_id=0,
        unk_id=1,
        minloglevel=2,
    )
    return made.getvalue()


def vocabulary_size(content: bytes) -> int:
    return int(sentencepiece.SentencePieceProcessor(model_proto=content).vocab_size())


def write_shared(folder: Path, pair: str = "enpt", **options: object) -> Model:
    """A network with one vocabulary for both languages."""
    vocabulary = vocabulary_bytes((*ENGLISH, *OTHER), 90)
    size = vocabulary_size(vocabulary)
    model = random_model((size, size), **options)  # type: ignore[arg-type]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"model.{pair}.intgemm.alphas.bin").write_bytes(model_bytes(model))
    (folder / f"lex.50.50.{pair}.s2t.bin").write_bytes(shortlist_bytes(model))
    (folder / f"vocab.{pair}.spm").write_bytes(vocabulary)
    return model


def write_split(folder: Path, pair: str = "enzh", **options: object) -> Model:
    """A network with a vocabulary for each language, as those for Chinese have it."""
    source, target = vocabulary_bytes(ENGLISH, 70), vocabulary_bytes(CHINESE, 60)
    model = random_model((vocabulary_size(source), vocabulary_size(target)), shared=False, **options)  # type: ignore[arg-type]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"model.{pair}.intgemm.alphas.bin").write_bytes(model_bytes(model))
    (folder / f"lex.50.50.{pair}.s2t.bin").write_bytes(shortlist_bytes(model))
    (folder / f"srcvocab.{pair}.spm").write_bytes(source)
    (folder / f"trgvocab.{pair}.spm").write_bytes(target)
    return model
