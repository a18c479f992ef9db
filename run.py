#!/usr/bin/env python3
"""Inkhorn's front door: sets up what is needed, once, and then does what is asked.

    python3 run.py                  open the app
    python3 run.py chat "..."       chat on the terminal (also: models, --help, ...)
    python3 run.py test [...]       run the tests; further arguments go to pytest
    python3 run.py bench NAME       run tests/benchmarks/NAME.py
    python3 run.py package          build the installed app into dist/
    python3 run.py setup            only set up

This file is kept in a syntax that any Python can read, so that an old one gets a clear sentence and
not a SyntaxError. What it does is in packaging/inkhorn_setup/.
"""

import os
import sys

OLDEST = (3, 11)
NEWEST = (3, 14)
ROOT = os.path.dirname(os.path.abspath(__file__))


def main(arguments):
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        other = find_python()
        if other is None:
            sys.stderr.write(wrong_python(sys.version_info, sys.executable) + "\n")
            return 1
        command = [other, os.path.join(ROOT, "run.py")]
        command.extend(arguments)
        return become(command)
    sys.path.insert(0, os.path.join(ROOT, "packaging"))
    from inkhorn_setup import doors

    return doors.main(ROOT, arguments)


def wrong_python(version, executable):
    """The one sentence for a Python that cannot run Inkhorn."""
    sentence = (
        "Inkhorn needs Python {oldest} to {newest}, and this is Python {this} ({executable}): install "
        "a newer one from https://www.python.org/downloads/ or your system's packages, and start run.py "
        "with it."
    )
    oldest, newest, this = [".".join(map(str, number[:2])) for number in (OLDEST, NEWEST, tuple(version))]
    return sentence.format(oldest=oldest, newest=newest, this=this, executable=executable or "?")


def find_python():
    """Another Python on this machine that is new enough, or None."""
    import subprocess

    limits = {"oldest": OLDEST, "newest": NEWEST}
    code = "import sys; assert {oldest} <= sys.version_info[:2] <= {newest}; print(sys.executable)"
    for minor in ("3.13", "3.12", "3.11", "3.14"):
        command = ["py", "-" + minor] if os.name == "nt" else ["python" + minor]
        command += ["-c", code.format(**limits)]
        try:
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            found = child.communicate()[0].decode().strip()
        except (OSError, UnicodeDecodeError):
            continue
        if child.returncode == 0 and found:
            return found
    return None


def become(command):
    """Go on as another program. Windows has no exec that keeps the terminal, so wait for it there."""
    if os.name == "nt":
        import subprocess

        return subprocess.call(command)
    os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
