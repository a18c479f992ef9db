"""``python -m desktop_app``: the app, or one of its commands on the terminal."""

from __future__ import annotations

import multiprocessing
import sys

from desktop_app.core.collector import pause_collector


def main() -> int:
    pause_collector()
    # In the frozen app the engine's process starts this same program; it must go no further.
    multiprocessing.freeze_support()
    from desktop_app.arguments import parse

    arguments = parse(sys.argv[1:])
    if arguments.command:
        from desktop_app.cli import run_command

        return run_command(arguments)
    from desktop_app.app import run_app

    return run_app(arguments)


if __name__ == "__main__":
    sys.exit(main())
