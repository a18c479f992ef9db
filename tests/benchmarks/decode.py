"""Our engine beside llama.cpp on the starter model, in turns: `python3 run.py bench decode`.

Both run the same file on the same token ids with the same number of threads at the same priority, one
after the other while the other sleeps, which is checked. What the machine does besides reaches both
alike: look at the ratios, and at every turn in ``detail``, before the speeds.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from desktop_app.core.machine import physical_cores
from desktop_app.core.messages import ChatMessage
from desktop_app.core.paths import bundle_root
from desktop_app.engine.words import Words
from tests.benchmarks import llama_cpp, our_engine, waiting
from tests.benchmarks.figures import median, tell
from tests.benchmarks.llama_cpp import LlamaCpp
from tests.benchmarks.our_engine import OurEngine
from tests.benchmarks.prompts import STORY, open_words, prompt_of, token_ids
from tests.benchmarks.where_time_goes import tell_where_time_goes

MODEL = bundle_root() / "models" / "starter" / "SmolLM2-135M-Instruct.Q4_1.gguf"
THREADS = physical_cores() or os.cpu_count() or 1
REPLY = 128

Messages = tuple[ChatMessage, ...]


@dataclass(slots=True)
class Turns:
    """Tokens/s of each engine in each turn, and the processor time that the others took meanwhile."""

    ours: list[float] = field(default_factory=list)
    theirs: dict[str, list[float]] = field(default_factory=dict)
    busy_s: list[float] = field(default_factory=list)

    def tell(self, figure: str, **detail: object) -> None:
        """Ours over the better of llama.cpp's ways."""
        best = max(self.theirs, key=lambda way: median(self.theirs[way]))
        ours, theirs = median(self.ours), median(self.theirs[best])
        tell(
            figure,
            ours / theirs,
            "x",
            ours_tokens_per_s=ours,
            llama_cpp_tokens_per_s=theirs,
            llama_cpp_best=best,
            ours_all=self.ours,
            llama_cpp_all=self.theirs,
            others_busy_s=max(self.busy_s),
            load_average=os.getloadavg() if hasattr(os, "getloadavg") else None,
            **detail,
        )


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that runs for the comparisons."""

    words: Words
    ours: OurEngine
    theirs: dict[str, LlamaCpp]
    turns: int

    @contextmanager
    def alone(self, process: psutil.Process, turns: Turns) -> Iterator[None]:
        """Notes how long the other engines' threads ran while ``process`` had its turn."""
        others = [
            other.process for other in (self.ours, *self.theirs.values()) if other.process.pid != process.pid
        ]
        before = [sum(other.cpu_times()[:2]) for other in others]
        yield
        after = [sum(other.cpu_times()[:2]) for other in others]
        turns.busy_s.append(sum(after) - sum(before))

    def in_turns(
        self,
        count: int,
        ours: Callable[[OurEngine, int], float],
        theirs: Callable[[LlamaCpp, int], float],
    ) -> Turns:
        turns = Turns(theirs={way: [] for way in self.theirs})
        for turn in range(count):
            with self.alone(self.ours.process, turns):
                turns.ours.append(ours(self.ours, turn))
            for way, engine in self.theirs.items():
                with self.alone(engine.process, turns):
                    turns.theirs[way].append(theirs(engine, turn))
        return turns


def decode(bench: Bench, figure: str, messages: Messages, continue_last: bool) -> None:
    """`REPLY` greedy tokens after a prompt that both have read already."""
    ids = token_ids(bench.words, messages, continue_last)
    answers: list[our_engine.Answer] = []
    told: list[llama_cpp.Answer] = []

    def ours(engine: OurEngine, _turn: int) -> float:
        answers.append(engine.generate(messages, REPLY, continue_last=continue_last, look_up=False))
        return answers[-1].reply.decode_tokens_per_s

    def theirs(engine: LlamaCpp, _turn: int) -> float:
        told.append(engine.generate(ids, REPLY))
        return told[-1].decode_tokens_per_s

    bench.in_turns(1, ours, theirs)  # reads the prompt
    turns = bench.in_turns(bench.turns, ours, theirs)
    turns.tell(
        figure,
        context_tokens=answers[-1].reply.prompt_tokens,
        reply_tokens=[answers[-1].reply.reply_tokens, told[-1].reply_tokens],
        same_characters=len(os.path.commonprefix([answers[-1].text, told[-1].text])),  # noqa: RUF071
    )


def prefill(bench: Bench, length: int) -> None:
    """A prompt of ``length`` tokens, another one each turn."""
    read: list[int] = []

    def messages(turn: int) -> Messages:
        return prompt_of(bench.words, length, f"{turn + 1000}")

    def ours(engine: OurEngine, turn: int) -> float:
        reply = engine.generate(messages(turn), 1, continue_last=True).reply
        read.append(reply.prompt_tokens - reply.reused_tokens)
        return read[-1] / reply.first_token_s

    def theirs(engine: LlamaCpp, turn: int) -> float:
        ids = token_ids(bench.words, messages(turn), continue_last=True)
        return engine.generate(ids, 1, reuse=False).prefill_tokens_per_s

    bench.in_turns(bench.turns, ours, theirs).tell("prefill_ratio", prompt_tokens=length, ours_read=read)


def main() -> None:
    parser = argparse.ArgumentParser(prog="run.py bench decode", description=__doc__)
    parser.add_argument("--turns", type=int, default=5, help="of each engine for each figure (default: 5)")
    turns: int = parser.parse_args().turns
    with tempfile.TemporaryDirectory(prefix="inkhorn-bench-") as folder:
        place = Path(folder)
        with OurEngine(MODEL, place, THREADS) as engine:
            assert engine.info  # the fast form is made once, and is no part of any figure
        words = open_words(MODEL, place)
        waiting.cold_start(MODEL, place, words, THREADS, turns)
        with ExitStack() as stack:
            ours = stack.enter_context(OurEngine(MODEL, place, THREADS))
            ways = {"flash attention": True, "no flash attention": False}
            theirs = {way: stack.enter_context(LlamaCpp(MODEL, THREADS, on)) for way, on in ways.items()}
            bench = Bench(words, ours, theirs, turns)
            decode(bench, "decode_ratio", (STORY,), continue_last=False)
            prefill(bench, 1024)
            waiting.rewrite(ours, turns)
            decode(bench, "decode_4096_ratio", prompt_of(words, 4096, "0"), continue_last=True)
            waiting.second_turn(words, ours, theirs, min(turns, 2))
        waiting.memory(MODEL, place, words, THREADS)
        tell_where_time_goes(MODEL, place, THREADS)


if __name__ == "__main__":
    main()
