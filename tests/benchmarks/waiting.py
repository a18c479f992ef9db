"""How long people wait for a first token, and how much memory is taken meanwhile."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil

from desktop_app.core.messages import ChatMessage
from desktop_app.engine.words import Words
from tests.benchmarks.figures import median, tell
from tests.benchmarks.letter import REWRITE, TOKENS
from tests.benchmarks.llama_cpp import LlamaCpp
from tests.benchmarks.our_engine import OurEngine
from tests.benchmarks.prompts import prompt_of, token_ids

QUESTION = (ChatMessage("user", "What is the capital of France?"),)
NEXT = ChatMessage("user", "And what did the boatman say to her?")


def cold_start(model: Path, place: Path, words: Words, threads: int, turns: int) -> None:
    """From the start of the process to the first text of a reply; the model's fast form is there."""
    ids = token_ids(words, QUESTION)
    ours, theirs = [], []
    for _ in range(turns):
        with OurEngine(model, place, threads) as engine:
            engine.generate(QUESTION, 1)
            ours.append(time.perf_counter() - engine.started)
        with LlamaCpp(model, threads, flash_attention=True) as server:
            server.generate(ids, 1)
            theirs.append(time.perf_counter() - server.started)
    detail = {"llama_cpp_s": median(theirs), "ours_all": ours, "llama_cpp_all": theirs}
    tell("cold_first_token_s", median(ours), "s", **detail)


def second_turn(words: Words, engine: OurEngine, theirs: dict[str, LlamaCpp], turns: int) -> None:
    """A chat of 3,000 tokens, a reply of 64, and the next question: the wait for its first text."""
    ours: list[float] = []
    others: dict[str, list[float]] = {way: [] for way in theirs}
    read: list[int] = []
    chat = prompt_of(words, 3000, "second turn")
    for turn in range(turns):
        question = (ChatMessage("user", f"{turn}. {chat[-1].text}"),)
        answer = engine.generate(question, 64)
        following = (*question, ChatMessage("assistant", answer.text), NEXT)
        after = engine.generate(following, 1)
        ours.append(after.first_text_s)
        read.append(after.reply.prompt_tokens - after.reply.reused_tokens)
        for way, server in theirs.items():
            text = server.generate(token_ids(words, question), 64).text
            following = (*question, ChatMessage("assistant", text), NEXT)
            others[way].append(server.generate(token_ids(words, following), 1).seconds)
    best = min(others, key=lambda way: median(others[way]))
    tell(
        "second_turn_first_token_s",
        median(ours),
        "s",
        llama_cpp_s=median(others[best]),
        llama_cpp_best=best,
        ours_all=ours,
        llama_cpp_all=others,
        ours_read_tokens=read,
        prompt_tokens=after.reply.prompt_tokens,
    )


def rewrite(engine: OurEngine, turns: int) -> None:
    """The same text decoded plainly and with what the prompt suggests, in turns."""
    plain, looked_up = [], []
    for _ in range(turns):
        plain.append(engine.generate((REWRITE,), TOKENS, look_up=False))
        looked_up.append(engine.generate((REWRITE,), TOKENS, look_up=True))
    speeds = [[answer.reply.decode_tokens_per_s for answer in kind] for kind in (plain, looked_up)]
    tell(
        "rewrite_speedup",
        median(speeds[1]) / median(speeds[0]),
        "x",
        same_output=len({answer.text for answer in (*plain, *looked_up)}) == 1,
        reply_tokens=plain[-1].reply.reply_tokens,
        looked_up_tokens=looked_up[-1].reply.looked_up_tokens,
        plain_tokens_per_s=median(speeds[0]),
        look_up_tokens_per_s=median(speeds[1]),
        plain_all=speeds[0],
        look_up_all=speeds[1],
    )


def memory(model: Path, place: Path, words: Words, threads: int) -> None:
    """The most memory that an engine ever held in a conversation of 4,096 tokens, less its weights."""
    messages = prompt_of(words, 4096 - 64, "memory")
    with OurEngine(model, place, threads) as engine:
        weights = engine.info.memory_bytes
        engine.generate(messages, 64, continue_last=True)
        ours, private = peak_bytes(engine.process), private_bytes(engine.process)
    with LlamaCpp(model, threads, flash_attention=True) as server:
        server.generate(token_ids(words, messages, continue_last=True), 64)
        theirs = peak_bytes(server.process)
        theirs_private = private_bytes(server.process)
    tell(
        "memory_over_weights_mb",
        (ours - weights) / 1e6,
        "MB",
        weights_mb=weights / 1e6,
        peak_mb=ours / 1e6,
        private_mb=private / 1e6,
        llama_cpp_peak_mb=theirs / 1e6,
        llama_cpp_private_mb=theirs_private / 1e6,
        llama_cpp_file_mb=model.stat().st_size / 1e6,
    )


def peak_bytes(process: psutil.Process) -> int:
    """The largest resident set that the process ever had; on macOS the present one."""
    if sys.platform == "linux":
        return status_bytes(process, "VmHWM")
    told = process.memory_info()
    return int(getattr(told, "peak_wset", told.rss))


def private_bytes(process: psutil.Process) -> int:
    """What the process has of its own: on Linux without mapped files, such as prepared weights, which the
    system can drop and read again."""
    if sys.platform == "linux":
        return status_bytes(process, "RssAnon")
    return int(process.memory_full_info().uss)


def status_bytes(process: psutil.Process, name: str) -> int:
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
