"""The doors: which arguments lead where, and what is run there."""

from __future__ import annotations

from pathlib import Path

import pytest
from inkhorn_setup import doors, state


class Walk:
    """Records what would be set up and run, in place of doing it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, statuses: tuple[int, ...] = ()) -> None:
        self.steps: list[tuple[str, ...]] = []
        self.commands: list[list[str]] = []
        self.statuses = list(statuses)
        monkeypatch.setattr(doors, "set_up", lambda place, steps: self.steps.append(steps) or 0)
        monkeypatch.setattr(doors, "open_app", self.run)
        monkeypatch.setattr(doors, "run", self.run)

    def run(self, place: state.Place, command: list[str]) -> int:
        self.commands.append(command)
        return self.statuses.pop(0) if self.statuses else 0


@pytest.mark.parametrize(
    "arguments", [["chat", "a"], ["--data-dir", "d", "chat"], ["models", "list"], ["--help"], ["--version"]]
)
def test_the_terminal_needs_no_display_and_no_qt_libraries(
    monkeypatch: pytest.MonkeyPatch, root: Path, arguments: list[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    walk = Walk(monkeypatch)
    assert doors.main(str(root), arguments) == 0
    assert walk.steps == [state.TERMINAL]
    assert walk.commands == [arguments]


@pytest.mark.parametrize("display", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_the_window(monkeypatch: pytest.MonkeyPatch, root: Path, display: str) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(display, "x")
    walk = Walk(monkeypatch)
    assert doors.main(str(root), ["--data-dir", "d"]) == 0
    assert walk.steps == [state.WINDOW]
    assert walk.commands == [["--data-dir", "d"]]


@pytest.mark.parametrize(
    ("quick", "slow", "status"),
    [(0, 0, 0), (1, 0, 1), (0, 1, 1), (5, 0, 0), (0, 5, 0), (5, 5, 5), (5, 1, 1), (1, 5, 1), (3, 0, 3)],
)
def test_tests_run_quick_then_slow_and_any_failure_counts(
    monkeypatch: pytest.MonkeyPatch, root: Path, quick: int, slow: int, status: int
) -> None:
    walk = Walk(monkeypatch, (quick, slow))
    assert doors.main(str(root), ["test", "tests/x", "-q"]) == status
    assert walk.steps == [state.TESTS]
    assert walk.commands == [
        ["-m", "pytest", "-n", "2", "-m", "not slow", "tests/x", "-q"],
        ["-m", "pytest", "-m", "slow", "tests/x", "-q"],
    ]


def test_an_interrupted_test_run_ends(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    walk = Walk(monkeypatch, (2,))
    assert doors.main(str(root), ["test"]) == 2
    assert len(walk.commands) == 1


def test_a_marker_of_the_users_own_is_the_only_one(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    walk = Walk(monkeypatch)
    assert doors.main(str(root), ["test", "-m", "slow"]) == 0
    assert walk.commands == [["-m", "pytest", "-m", "slow"]]


def test_benchmarks_are_found_by_name(
    monkeypatch: pytest.MonkeyPatch, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "tests" / "benchmarks"
    folder.mkdir(parents=True)
    (folder / "ui.py").write_text('if __name__ == "__main__":\n    pass\n', encoding="utf-8")
    (folder / "helper.py").write_text("x = 1\n", encoding="utf-8")
    walk = Walk(monkeypatch)
    assert doors.main(str(tmp_path), ["bench", "ui", "--quick"]) == 0
    assert walk.commands == [[str(folder / "ui.py"), "--quick"]]
    assert doors.main(str(tmp_path), ["bench"]) == 2
    assert doors.main(str(tmp_path), ["bench", "helper"]) == 2
    assert capsys.readouterr().err.count("NAME is one of: ui\n") == 2
    assert len(walk.commands) == 1


def test_the_checkout_comes_first_on_the_path_and_the_users_own_stays(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", "mine")
    assert doors.in_checkout(state.Place(str(root)))["PYTHONPATH"].split(":") == [str(root), "mine"]
