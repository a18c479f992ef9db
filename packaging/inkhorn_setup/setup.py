"""Set up, step by step; a step that is done is passed over, so an interrupted set-up goes on."""

from __future__ import annotations

import os
import sys

from inkhorn_setup import state, steps
from inkhorn_setup.lock import only_one
from inkhorn_setup.pip import SetupError
from inkhorn_setup.report import Report
from inkhorn_setup.state import Place
from inkhorn_setup.words import tr

INTERRUPTED = 130  # as shells report Ctrl+C


def set_up(place: Place, wanted: tuple[str, ...]) -> int:
    """Do the steps that are not done. Returns 0, 1 after a failure, 130 after Ctrl+C; says which."""
    report = Report(len(wanted))
    try:
        os.makedirs(place.state, exist_ok=True)
        with only_one(place) as lock, report:
            done = []
            for step in wanted:
                if state.is_done(place, step):  # asked under the lock: another set-up may have done it
                    report.skip(steps.title(step))
                    done.append(step)
                    continue
                report.step(steps.title(step))
                if steps.do(step, place, report, lock):
                    state.mark_done(place, step)
                    report.step_done()
                    done.append(step)
            for step in set(done).intersection(state.ON_SYSTEM):
                state.mark_done(place, step)  # what one of them installs must not undo the other
    except SetupError as error:
        _tell(error)
        return 1
    except OSError as error:
        _tell(SetupError(str(error), [], tr("See that there is room on the disk and the folder is yours.")))
        return 1
    except KeyboardInterrupt:
        print("\n" + tr("Interrupted. The same command goes on where this one stopped."), file=sys.stderr)
        return INTERRUPTED
    return 0


def _tell(error: SetupError) -> None:
    paragraph = ["", tr("Set-up did not finish. {what}", what=error.what), error.way]
    if error.lines:
        paragraph += [tr("The last lines were:"), *("    " + line for line in error.lines)]
    paragraph.append(tr("The same command then goes on at this step."))
    print("\n".join(paragraph), file=sys.stderr)
