from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop_app.library.pip_settings import INDEX, PipSettings, config_files, read_pip_settings


def test_nothing_is_set() -> None:
    assert read_pip_settings({}, ()) == PipSettings(indexes=(INDEX,))


def test_later_files_and_then_variables_count(tmp_path: Path) -> None:
    system, user = tmp_path / "system.conf", tmp_path / "user.conf"
    system.write_text(
        "[global]\nindex-url = https://one/simple\nproxy = http://one:1\ntrusted-host = one\n", "utf-8"
    )
    user.write_text(
        "[global]\nindex_url = https://two/simple/\nextra-index-url =\n    https://three/simple\n"
        "    https://four/simple\n[download]\ntrusted-host = TWO:8080 three\n[install]\nproxy = http://no\n",
        "utf-8",
    )
    found = read_pip_settings({"PIP_FIND_LINKS": "/a file:///b", "PIP_CERT": "/c.pem"}, (system, user))
    assert found == PipSettings(
        ("https://two/simple", "https://three/simple", "https://four/simple"),
        ("/a", "file:///b"),
        ("two", "three"),
        "http://one:1",
        "/c.pem",
    )
    assert (
        read_pip_settings({"PIP_INDEX_URL": "https://env/simple"}, (user,)).indexes[0] == "https://env/simple"
    )
    assert read_pip_settings({"PIP_NO_INDEX": "true"}, (user,)).indexes == ()


@pytest.mark.parametrize("text", ["index-url = no section", "[global\n", "[global]\nx", "\ufeff[global]\n"])
def test_a_file_that_is_none_is_passed_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pip.conf"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "bytes.conf").write_bytes(b"\xff\xfe\x00")
    places = (path, tmp_path / "bytes.conf", tmp_path / "none.conf", tmp_path)
    assert read_pip_settings({}, places).indexes == (INDEX,)


@pytest.mark.skipif(os.name != "posix", reason="the places are another system's")
def test_where_pip_looks(tmp_path: Path) -> None:
    own = tmp_path / "own.conf"
    files = config_files({"PIP_CONFIG_FILE": str(own), "XDG_CONFIG_HOME": str(tmp_path)})
    assert files[-1] == own
    assert Path("/etc/pip.conf") in files or Path("/Library/Application Support/pip/pip.conf") in files
    assert config_files({"PIP_CONFIG_FILE": os.devnull}) == ()
