"""TMX in and out, and files that mean harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.errors import InkhornError
from desktop_app.translation.tmx import Pair, read_tmx, write_tmx

OTHERS = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x"
 adminlang="en" srclang="EN-US" datatype="plaintext"/><body>
<tu changedate="20200101T000000Z"><tuv xml:lang="en"><seg>Press <bpt i="1">&lt;b&gt;</bpt>Enter<ept
 i="1">&lt;/b&gt;</ept> now<ph>
<sub>a note</sub></ph>.</seg></tuv><tuv xml:lang="zh-CN"><seg>按<hi>回车</hi>。</seg></tuv>
<tuv xml:lang="de"><seg>Jetzt Enter.</seg></tuv></tu>
<tu><tuv lang="fr"><seg>Oui</seg></tuv><tuv lang="pt"><seg>Sim</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg> </seg></tuv><tuv xml:lang="pt"><seg>nada</seg></tuv></tu>
</body></tmx>"""


def test_other_programs_files(tmp_path: Path) -> None:
    file = tmp_path / "a.tmx"
    file.write_text(OTHERS, encoding="utf-8")
    assert list(read_tmx(file)) == [
        Pair("Press Enter nowa note.", "按回车。", "en", "zh-CN", "20200101T000000Z"),
        Pair("Press Enter nowa note.", "Jetzt Enter.", "en", "de", "20200101T000000Z"),
        Pair("Oui", "Sim", "fr", "pt"),
    ]


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=6))
def test_what_is_written_is_read(pairs: list[tuple[str, str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.tmx"
        written = [Pair(a, b, "en", "zh") for a, b in pairs]
        assert write_tmx(file, written, "en") == len(pairs)
        legal = [[c for c in a if c.isprintable() or c in "\t\n"] for a, _ in pairs]
        found = list(read_tmx(file))
        wanted = [pair for pair in written if all(_kept(text).strip() for text in (pair.source, pair.target))]
        assert [(p.source, p.target) for p in found] == [(_kept(p.source), _kept(p.target)) for p in wanted]
        assert len(legal) == len(pairs)


def _kept(text: str) -> str:
    from desktop_app.translation.tmx import _is_xml

    return (
        "".join(filter(_is_xml, text)).replace("\r\n", "\n").replace("\r", "\n")
        if "\r" not in text
        else _as_read(text)
    )


def _as_read(text: str) -> str:
    from desktop_app.translation.tmx import _is_xml

    return "".join(filter(_is_xml, text))


BOMB = """<?xml version="1.0"?><!DOCTYPE tmx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<tmx version="1.4"><body><tu><tuv xml:lang="en"><seg>&b;</seg></tuv>
<tuv xml:lang="pt"><seg>x</seg></tuv></tu></body></tmx>"""
FETCH = """<?xml version="1.0"?><!DOCTYPE tmx [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<tmx version="1.4"><body><tu><tuv xml:lang="en"><seg>&a;</seg></tuv>
<tuv xml:lang="pt"><seg>x</seg></tuv></tu></body></tmx>"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "damaged"),
        (FETCH, "damaged"),
        ("", "empty"),
        ("<tmx><body>", "damaged"),
        ("<html/>", "unknown_format"),
        ("<a>" * 5000 + "</a>" * 5000, "damaged"),
    ],
)
def test_hostile_and_broken_files(text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "a.tmx"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InkhornError) as refused:
        list(read_tmx(file))
    assert refused.value.kind == "bad_file"
    assert refused.value.values == {"reason": reason}


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "a.tmx"
    file.write_text("old", encoding="utf-8")

    def broken() -> object:
        yield Pair("a", "b", "en", "pt")
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        write_tmx(file, broken(), "en")  # type: ignore[arg-type]
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]
