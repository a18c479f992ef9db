"""A document of a hundred pages, from the file to the file, by the command that people use."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import docx

from tests.benchmarks.figures import tell

WORDS_A_PAGE = 385
"""Of a letter in LibreOffice's own font and margins: 45,000 words were 117 pages."""


def document(network: Path, place: Path, lines: Sequence[str]) -> None:
    """`docx_100_pages_s`: from the start of the command to the file, its processes and the load included."""
    app = [sys.executable, "-m", "desktop_app", "--data-dir", str(place / "data")]
    subprocess.run([*app, "models", "import", str(network)], check=True, capture_output=True)
    source, target = place / "source.docx", place / "target.docx"
    words = _write(source, lines)
    command = [*app, "translate", "--from", "en", "--to", "pt", "--json", "-o", str(target), str(source)]
    began = time.perf_counter()
    # Its status is 1 where a sentence could not be translated, which the receipt tells.
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    seconds = time.perf_counter() - began
    receipt = json.loads(done.stdout)
    tell(
        "docx_100_pages_s",
        seconds,
        "s",
        pages=words / WORDS_A_PAGE,
        words=words,
        sentences=len(lines),
        segments=receipt["segments"],
        translated=receipt["translated"],
        problems=receipt["problems"],
    )


def _write(path: Path, lines: Sequence[str]) -> int:
    """Paragraphs of four sentences, one of them bold, with a heading now and then. Returns the words."""
    made = docx.Document()
    for start in range(0, len(lines), 4):
        if start % 40 == 0:
            made.add_heading(f"Part {start // 40 + 1}", 1)
        paragraph = made.add_paragraph()
        for number, line in enumerate(lines[start : start + 4]):
            paragraph.add_run(f"{line} ").bold = number == 1
    made.save(str(path))
    return sum(len(line.split()) for line in lines)
