"""A folder through the engine's own commands: loaded, asked, let go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Embed, Event, Load, ModelInfo, Progress, Transform, Unload
from desktop_app.engine.lane import Lane
from tests.engine.bergamot.network_writer import ENGLISH, write_shared, write_split


class Engine:
    """The main lane, and the events that it sent."""

    def __init__(self, place: Path) -> None:
        self.events: list[Event] = []
        self.stop = False
        self._place = place
        self.lane = Lane(self.events.append, lambda command: self.stop)

    def load(self, folder: Path, **options: Any) -> ModelInfo:
        command = Load(1, str(folder), str(self._place), device="cpu", **options)
        return self.lane.load(command, lambda planner: None)

    def transform(self, *texts: str, **options: Any) -> tuple[str, ...]:
        found: tuple[str, ...] = self.lane.run(Transform(2, texts, **options))
        return found


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = Engine(tmp_path / "prepared")
    yield made
    made.lane.run(Unload(9))


@pytest.mark.parametrize(
    ("write", "languages"), [(write_shared, ("en", "pt")), (write_split, ("en", "zh"))], ids=["one", "two"]
)
def test_a_folder_is_loaded_and_answers(
    write: Any, languages: tuple[str, str], engine: Engine, tmp_path: Path
) -> None:
    model = write(tmp_path / "model")
    info = engine.load(tmp_path / "model", precision="float32")
    assert (info.family, info.kind, info.languages, info.chat) == (
        "bergamot",
        "text_to_text",
        languages,
        False,
    )
    assert (info.device, info.precision, info.context_length) == ("cpu", "float32", 128)
    weights = sum(table.size for table, _ in model.tables.values())
    assert weights < info.parameters < 2 * weights
    assert engine.lane.memory().weights == info.memory_bytes > weights
    texts = engine.transform(*ENGLISH, "", source="en", target=languages[1])
    assert len(texts) == len(ENGLISH) + 1
    assert texts[-1] == ""
    assert any(texts)
    assert any(isinstance(event, Progress) and event.stage == "work" for event in engine.events)
    with pytest.raises(InkhornError) as raised:
        engine.lane.run(Embed(3, ("the cat",)))
    assert raised.value.kind == "wrong_kind"
    engine.lane.run(Unload(4))
    assert engine.lane.memory().weights == 0


def test_a_second_network_goes_on_from_the_first(engine: Engine, tmp_path: Path) -> None:
    write_shared(tmp_path / "first", "pten", seed=3)
    write_split(tmp_path / "second", "enzh", seed=4)
    engine.load(tmp_path / "first", precision="float32")
    between = engine.transform(*ENGLISH)
    alone = engine.load(tmp_path / "second", precision="float32")
    expected = engine.transform(*between)
    info = engine.load(tmp_path / "first", precision="float32", pivot=str(tmp_path / "second"))
    assert info.languages == ("pt", "zh")
    assert info.parameters > alone.parameters
    assert engine.transform(*ENGLISH, source="pt", target="zh") == expected
    with pytest.raises(InkhornError) as raised:
        engine.load(tmp_path / "first", pivot=str(tmp_path / "first"))
    assert raised.value.kind == "model_unsupported"


def test_a_translation_is_stopped(engine: Engine, tmp_path: Path) -> None:
    write_shared(tmp_path / "model")
    engine.load(tmp_path / "model")
    engine.stop = True
    with pytest.raises(InkhornError) as raised:
        engine.transform(*ENGLISH)
    assert raised.value.kind == "cancelled"


def test_a_folder_with_a_file_too_few_is_no_model(engine: Engine, tmp_path: Path) -> None:
    write_shared(tmp_path / "model")
    next((tmp_path / "model").glob("vocab*")).unlink()
    with pytest.raises(InkhornError) as raised:
        engine.load(tmp_path / "model")
    assert raised.value.kind in ("model_missing", "model_damaged", "model_unsupported")


def test_a_link_is_not_followed(engine: Engine, tmp_path: Path) -> None:
    write_shared(tmp_path / "model")
    vocabulary = next((tmp_path / "model").glob("vocab*"))
    elsewhere = tmp_path / "elsewhere.spm"
    vocabulary.rename(elsewhere)
    try:
        vocabulary.symlink_to(elsewhere)
    except OSError:
        pytest.skip("this system makes no links for everybody")
    with pytest.raises(InkhornError) as raised:
        engine.load(tmp_path / "model")
    assert raised.value.kind == "model_damaged"
