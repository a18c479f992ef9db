"""The doors of `run.py`: app, terminal, tests, benchmarks, package."""

from __future__ import annotations

import os
import sys

from inkhorn_setup import state

ON_THE_TERMINAL = {"chat", "write", "translate", "sentiment", "train", "models", "-h", "--help", "--version"}


def main(root: str, arguments: list[str]) -> int:
    """Set up what the door needs, then go through it. Returns the exit status."""
    place = state.Place(root)
    door, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if door == "setup":
        return set_up(place, state.WINDOW) or say_ready()
    if door == "test":
        return set_up(place, state.TESTS) or run_tests(place, rest)
    if door == "bench":
        return bench(place, rest)
    if door == "package":
        return set_up(place, state.TESTS) or run(place, [os.path.join(place.packaging, "build.py"), *rest])
    if ON_THE_TERMINAL.intersection(arguments):
        return set_up(place, state.TERMINAL) or open_app(place, arguments)
    if has_display():
        return set_up(place, state.WINDOW) or open_app(place, arguments)
    if not all(state.is_done(place, step) for step in state.TERMINAL):
        say_no_display()  # before the minutes of set-up, and once more after them
    return set_up(place, state.TERMINAL) or say_no_display()


def set_up(place: state.Place, steps: tuple[str, ...]) -> int:
    """Do those of ``steps`` that are not done yet. 0, or the exit status of a failure, already told."""
    if all(state.is_done(place, step) for step in steps):
        return 0
    from inkhorn_setup import setup

    return setup.set_up(place, steps)


def open_app(place: state.Place, arguments: list[str]) -> int:
    """Become the app. -P: a file named like a module in the user's folder is not run by mistake."""
    command = [place.python, "-P", "-m", "desktop_app", *arguments]
    environment = in_checkout(place)
    if os.name != "nt":
        os.execve(place.python, command, environment)
    import subprocess

    return subprocess.call(command, env=environment)


def run(place: state.Place, command: list[str]) -> int:
    """Run the environment's Python with ``command`` in the checkout."""
    import subprocess

    return subprocess.call([place.python, *command], cwd=place.root, env=in_checkout(place))


def run_tests(place: state.Place, arguments: list[str]) -> int:
    """The quick tests on two processes, then the slow ones, one at a time. Arguments go to pytest."""
    pytest = ["-m", "pytest"]
    if any(argument.startswith("-m") for argument in arguments):
        return run(place, [*pytest, *arguments])  # the user chooses by marker
    quick = run(place, [*pytest, "-n", "2", "-m", "not slow", *arguments])
    if quick == 2:  # interrupted by the user
        return quick
    slow = run(place, [*pytest, "-m", "slow", *arguments])
    nothing = 5  # pytest: no test was selected, which may well be so in one of the two
    if quick == slow == nothing:
        return nothing
    return next((status for status in (quick, slow) if status not in (0, nothing)), 0)


def bench(place: state.Place, arguments: list[str]) -> int:
    folder = os.path.join(place.root, "tests", "benchmarks")
    names = sorted(name[:-3] for name in os.listdir(folder) if is_program(os.path.join(folder, name)))
    if not arguments or arguments[0] not in names:
        print("usage: python3 run.py bench NAME, where NAME is one of:", ", ".join(names), file=sys.stderr)
        return 2
    script = os.path.join(folder, arguments[0] + ".py")
    return set_up(place, state.TESTS) or run(place, [script, *arguments[1:]])


def is_program(path: str) -> bool:
    """Whether a Python file is made to be started: the other files in its folder help those that are."""
    if not path.endswith(".py"):
        return False
    with open(path, encoding="utf-8") as file:
        return 'if __name__ == "__main__":' in file.read()


def has_display() -> bool:
    """Whether a window can open: always outside of Linux; there, with X or Wayland, or when the user
    has chosen a platform plugin of Qt."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def say_no_display() -> int:
    from inkhorn_setup.words import tr

    command = 'python3 run.py chat "…"'
    print(
        tr("There is no display here for a window. Chat on the terminal: {command}", command=command),
        file=sys.stderr,
    )
    return 1


def say_ready() -> int:
    from inkhorn_setup.words import tr

    print(tr("Ready. Open the app with: python3 run.py"))
    return 0


def in_checkout(place: state.Place) -> dict[str, str]:
    """The environment variables with the checkout as the place where Python finds desktop_app."""
    before = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": place.root + (os.pathsep + before if before else "")}
