"""One process of cases: ``python -m tests.fuzz.child FAMILY FIRST COUNT``.

Says the number of each case before it begins, so that whoever started it knows which one crashed the
process or never ended. Ends with ``done``, how many cases ran and how many were refused. A family is a
module ``<family>_cases`` with ``make(rng, folder)``, which writes a case's files and gives what to run;
``family:variant`` is ``make_variant`` in it.
"""

from __future__ import annotations

import random
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from desktop_app.core.errors import InkhornError
from tests.fuzz.guard import Guard

WARM_UP = 20
"""Cases that run first, so that whatever is imported or compiled once is so before the guard looks."""
Make = Callable[[random.Random, Path], Callable[[], object]]
_MEMORY = 2 << 30
"""Bytes of address space beyond what the process has when the cases begin."""


def main(family: str, first: int, count: int) -> int:
    """0, or 1 after a case that ended in anything but a value or an InkhornError."""
    module, _, variant = family.partition(":")
    make: Make = getattr(import_module(f"tests.fuzz.{module}_cases"), f"make_{variant}".rstrip("_"))
    warnings.simplefilter("error")
    refused = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        guard = Guard(folder)
        for number in range(-WARM_UP, 0):
            with suppress(InkhornError):
                make(random.Random(f"{family}:{number}"), folder)()
        _limit_memory()
        for number in range(first, first + count):
            print(number, flush=True)
            run = make(random.Random(f"{family}:{number}"), folder)
            try:
                with guard.on():
                    run()
            except InkhornError:
                refused += 1
            except (Exception, SystemExit) as error:  # noqa: BLE001 (this is what is looked for)
                traceback.print_exception(error)
                return 1
            if guard.broken:
                print(*guard.broken, sep="\n", file=sys.stderr)
                return 1
    print("done", count, refused, flush=True)
    return 0


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
    limit = pages * resource.getpagesize() + _MEMORY if pages else 8 << 30
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
