"""Set-up as a whole, in a small checkout with real environments, pip and kills."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.library.tiny import CONTENT
from tests.setup.checkout import Checkout

pytestmark = pytest.mark.slow

WHOLE = {"torch": "2.13.0+cpu", "alpha": "1.0"}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_from_nothing_to_the_app_and_the_second_time_at_once(checkout: Checkout) -> None:
    status, said = checkout.run("chat", "a b", "--seed", "1")
    assert status == 0, said
    assert "[1/4]" in said
    assert "[4/4]" in said
    assert said.endswith("app chat a b --seed 1\n")
    assert "\x1b" not in said  # no colours and no living line in a log
    assert checkout.installed().items() >= WHOLE.items()
    assert checkout.model.read_bytes() == CONTENT

    checkout.index.rename(checkout.index.with_name("gone"))
    assert checkout.run("--help") == (0, "app --help\n")


def test_only_what_changed_is_done_again(checkout: Checkout) -> None:
    assert checkout.run("chat")[0] == 0
    checkout.write("packaging/requirements.txt", "torch==2.13.0\nalpha==2.0\n")
    status, said = checkout.run("chat")
    assert status == 0, said
    assert [line for line in said.splitlines() if "already" in line] == [
        "[1/4] an environment of its own, in .venv: there already",
        "[2/4] PyTorch for the CPU: there already",
        "[4/4] the starter model: there already",
    ]
    assert checkout.installed()["alpha"] == "2.0"

    checkout.model.write_bytes(CONTENT[:100])
    status, said = checkout.run("chat")
    assert status == 0, said
    assert said.count("there already") == 3
    assert checkout.model.read_bytes() == CONTENT


def test_an_environment_whose_python_is_gone_is_made_anew(checkout: Checkout) -> None:
    assert checkout.run("chat")[0] == 0
    python = checkout.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/no/such/python3.11")
    status, said = checkout.run("chat", "on")
    assert status == 0, said
    assert "making it anew" in said
    assert said.endswith("app chat on\n")
    assert checkout.installed().items() >= WHOLE.items()


def test_a_package_that_cannot_be_had_is_told_and_set_up_goes_on_there(checkout: Checkout) -> None:
    (wheel,) = checkout.index.glob("alpha-1.0*")
    wheel.rename(checkout.root / wheel.name)
    status, said = checkout.run("chat")
    assert status == 1
    assert "Set-up did not finish. The package index that pip uses does not have a package" in said
    assert "No matching distribution found for alpha==1.0" in said
    assert "The same command then goes on at this step." in said
    assert "Traceback" not in said
    assert "app chat" not in said
    (checkout.root / wheel.name).rename(wheel)
    status, said = checkout.run("chat")
    assert status == 0, said
    assert said.count("there already") == 2


def test_without_the_cpu_build_pytorchs_own_index_is_asked_and_never_cuda(checkout: Checkout) -> None:
    for wheel in checkout.index.glob("torch*"):
        wheel.unlink()
    status, said = checkout.run("chat")
    assert status == 1
    assert "asking https://download.pytorch.org/whl/cpu" in said
    assert "PIP_FIND_LINKS=" in said  # how to name a mirror
    log = (checkout.root / ".setup" / "pip.log").read_text(encoding="utf-8")
    asked = [line for line in log.splitlines() if line.startswith("$") and "torch==" in line]
    assert len(asked) == 2
    assert all("torch==2.13.0+cpu" in line and "--no-deps" in line for line in asked)


def test_a_wrong_model_is_refused(checkout: Checkout) -> None:
    catalogue = checkout.root / "models" / "catalogue" / "chat.toml"
    text = catalogue.read_text(encoding="utf-8")
    wrong = text.splitlines()
    at = next(i for i, line in enumerate(wrong) if line.startswith("sha256"))
    wrong[at] = f'sha256 = "{"0" * 64}"'
    catalogue.write_text("\n".join(wrong), encoding="utf-8")
    status, said = checkout.run("chat")
    assert status == 1
    assert "Set-up did not finish. The file tiny.gguf is damaged: its SHA-256" in said
    assert not checkout.model.exists()


def test_killed_at_any_moment_it_goes_on(checkout: Checkout) -> None:
    chance = random.Random(7)
    for _ in range(8):
        child = checkout.start("chat")
        time.sleep(chance.uniform(0.1, 4.0))
        if chance.random() < 0.5:
            os.killpg(child.pid, signal.SIGKILL)  # all of it, as when the power goes
        else:
            child.kill()  # run.py alone: its pip stays for a while, and is waited for
        child.communicate()
    status, said = checkout.run("chat", "whole")
    assert status == 0, said
    assert said.endswith("app chat whole\n")
    assert checkout.installed().items() >= WHOLE.items()
    python = checkout.root / ".venv" / "bin" / "python"
    sizes = "import alpha, torch, os; print(*(os.path.getsize(m.__file__) for m in (alpha, torch)))"
    assert (
        subprocess.run([python, "-c", sizes], capture_output=True, text=True, check=True).stdout
        == "12000 12000\n"
    )
    assert checkout.model.read_bytes() == CONTENT
    assert [path.name for path in checkout.model.parent.iterdir()] == ["tiny.gguf"]


def test_a_package_cut_by_a_kill_is_installed_again(checkout: Checkout) -> None:
    assert checkout.run("chat")[0] == 0
    (alpha,) = (checkout.root / ".venv").glob("lib/python3*/site-packages/alpha/__init__.py")
    alpha.write_bytes(b"x")
    (checkout.root / ".setup" / "packages").unlink()
    status, said = checkout.run("chat")
    assert status == 0, said
    assert alpha.stat().st_size == 12000


def test_two_at_once_do_the_work_once(checkout: Checkout) -> None:
    with checkout.start("chat", "1") as one, checkout.start("chat", "2") as two:
        said = sorted((one.communicate()[0], two.communicate()[0]), key=lambda text: "Waiting" in text)
    assert (one.returncode, two.returncode) == (0, 0)
    assert "Waiting for it" not in said[0]
    assert "Waiting for it" in said[1]
    assert said[1].count("there already") == 4


def test_ctrl_c_is_told_and_resumed(checkout: Checkout) -> None:
    with checkout.start("chat") as child:
        assert child.stdout is not None
        assert child.stdout.readline().startswith("[1/4]")
        os.killpg(child.pid, signal.SIGINT)
        said = child.communicate()[0]
    assert child.returncode == 130
    assert "Interrupted. The same command goes on where this one stopped." in said
    assert "Traceback" not in said.split("Interrupted")[1]
    assert checkout.run("chat")[0] == 0


def test_without_a_display_the_terminal_is_offered(checkout: Checkout) -> None:
    nowhere = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    status, said = checkout.run(**nowhere)
    assert status == 1
    sentence = 'There is no display here for a window. Chat on the terminal: python3 run.py chat "…"\n'
    assert said.startswith(sentence)  # before the minutes of work …
    assert said.endswith(sentence)  # … and after them
    assert checkout.run(**nowhere) == (1, sentence)


def test_the_disk_is_full(checkout: Checkout) -> None:
    assert checkout.run("chat")[0] == 0
    checkout.model.unlink()
    script = f'ulimit -f 100; exec "$0" "{checkout.root / "run.py"}" chat'
    done = subprocess.run(
        ["bash", "-c", "trap '' XFSZ; " + script, sys.executable],
        env=checkout.environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1
    assert "Not enough room on the disk" in done.stderr
