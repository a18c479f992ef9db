"""Downloads from a hub that is real but for its address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop_app.library.catalogue import HubSource
from desktop_app.library.manifest import read_manifest
from tests.library import faults
from tests.library.fetching import SHARD, TAKEN, Fetched, an_order
from tests.library.hub_checks import assert_whole, of_shard
from tests.library.hub_server import Cdn, Handler, Hub, Proxy, Repo


def test_a_model_comes_whole_pinned_and_without_what_can_run(fetched: Fetched, hub: Hub) -> None:
    folder = fetched.run(hub)
    assert folder == fetched.paths.user_models / "test--bf16"
    assert_whole(folder, hub)
    manifest = read_manifest(folder)
    assert manifest is not None
    commit = hub.repos["maker/model"].commit
    assert (manifest.source["repo"], manifest.source["revision"]) == ("maker/model", commit)
    assert manifest.licence == "Apache-2.0"
    assert all(commit in path for path in hub.paths("/resolve/"))  # never "main", which may move
    total = sum(len(hub.repos["maker/model"].files[name]) for name in TAKEN)
    assert list(dict.fromkeys(r.phase for r in fetched.reports)) == ["listing", "running", "checking"]
    assert fetched.reports[-1].done == fetched.reports[-1].total == total
    assert not any(seen.headers.get("authorization") for seen in (*hub.seen, *hub.cdn.seen))


def test_a_cut_goes_on_from_the_byte(fetched: Fetched, hub: Hub) -> None:
    hub.cdn.faults = [faults.cut_after(50_000), faults.cut_after(30_000)]
    assert_whole(fetched.run(hub), hub)
    assert [seen.first_byte for seen in of_shard(hub)] == [0, 50_000, 80_000]
    assert fetched.waits == [1, 1]  # bytes came in between: that is no row of failures
    waiting = fetched.failures
    assert [failure.kind for failure in waiting] == ["network", "network"]
    assert waiting[0].values["retry_s"] == 1
    assert [r.done for r in fetched.reports] == sorted(r.done for r in fetched.reports)


def test_another_start_goes_on_from_the_byte_at_the_same_commit(fetched: Fetched, hub: Hub) -> None:
    hub.cdn.faults = [faults.cut_after(50_000), *[faults.status(503)] * 3]
    error = fetched.fails(hub)
    assert (error.kind, error.values["status"]) == ("network", 503)
    assert fetched.waits == [1, 2, 4]
    repo = hub.repos["maker/model"]
    repo.commit, repo.earlier = "d" * 40, repo.commit  # "main" has moved meanwhile
    hub.seen.clear()
    fetched.reports.clear()
    folder = fetched.run(hub)
    assert hub.paths("/api/") == []  # the plan was kept
    assert of_shard(hub)[-1].first_byte == 50_000
    assert all("c" * 40 in path for path in hub.paths("/resolve/"))
    assert_whole(folder, hub)
    assert "checking" in [report.phase for report in fetched.reports]  # what was there is hashed again


def test_a_server_that_does_no_parts_starts_again(fetched: Fetched, hub: Hub) -> None:
    hub.cdn.faults = [faults.cut_after(50_000), faults.whole_whatever_was_asked]
    assert_whole(fetched.run(hub), hub)
    assert len(of_shard(hub)) == 2


def test_a_file_damaged_on_the_way_is_fetched_again_once(fetched: Fetched, hub: Hub) -> None:
    hub.cdn.faults = [faults.other_bytes]
    assert_whole(fetched.run(hub), hub)
    assert [seen.first_byte for seen in of_shard(hub)] == [0, 0]


def test_a_file_that_is_always_wrong_is_a_clear_failure(fetched: Fetched, hub: Hub) -> None:
    repo = hub.repos["maker/model"]
    repo.lies[SHARD] = repo.files[SHARD][:-1] + b"?"
    error = fetched.fails(hub)
    assert error.kind == "model_damaged"
    assert SHARD in error.message
    assert "SHA-256" in error.message
    assert len(of_shard(hub)) == 2
    assert not (fetched.folder / "parts" / SHARD).exists()


@pytest.mark.parametrize("size", [-1000, +1000])
def test_a_file_of_another_size_is_a_clear_failure(fetched: Fetched, hub: Hub, size: int) -> None:
    repo = hub.repos["maker/model"]
    repo.lies[SHARD] = (repo.files[SHARD] + b"?" * 1000)[: len(repo.files[SHARD]) + size]
    error = fetched.fails(hub)
    assert error.kind == "model_damaged"
    assert "bytes instead of" in error.message


def test_a_small_file_is_checked_by_its_git_hash(fetched: Fetched, hub: Hub) -> None:
    repo = hub.repos["maker/model"]
    repo.lies["config.json"] = repo.files["config.json"].replace(b"llama", b"Llama")
    error = fetched.fails(hub)
    assert error.kind == "model_damaged"
    assert "config.json" in error.message
    assert "git hash" in error.message


def test_bytes_that_rotted_on_the_disk_are_found(fetched: Fetched, hub: Hub) -> None:
    part = fetched.folder / "parts" / SHARD
    part.parent.mkdir(parents=True)
    part.write_bytes(b"?" * 70_000)
    assert_whole(fetched.run(hub), hub)
    assert [seen.first_byte for seen in of_shard(hub)] == [70_000, 0]


def test_a_partial_file_that_is_too_long_is_begun_again(fetched: Fetched, hub: Hub) -> None:
    part = fetched.folder / "parts" / SHARD
    part.parent.mkdir(parents=True)
    part.write_bytes(b"?" * 700_000)
    assert_whole(fetched.run(hub), hub)


def test_nothing_is_there_under_its_name_before_it_is_right(fetched: Fetched, hub: Hub) -> None:
    listed: set[str] = set()
    described: list[Path] = []

    def look(_handler: Handler, _content: bytes) -> bool:
        listed.update(path.name for path in fetched.paths.user_models.iterdir())
        described.extend(fetched.paths.user_models.rglob("model.json"))
        return False

    hub.cdn.faults = [look, look, look]
    fetched.run(hub)
    assert listed == {".downloads"}
    assert described == []


# --- slow, stalled, proxies, mirrors ------------------------------------------------------------


def test_a_stalled_connection_is_given_up_and_gone_on_with(fetched: Fetched, hub: Hub) -> None:
    hub.cdn.faults = [faults.stall_after(40_000)]
    assert_whole(fetched.run(hub), hub)
    assert [seen.first_byte for seen in of_shard(hub)] == [0, 40_000]
    assert [failure.values["reason"] for failure in fetched.failures] == ["stalled"]


def test_a_trickle_is_given_up_and_gone_on_with(fetched: Fetched, hub: Hub) -> None:
    hub.cdn.faults = [faults.trickle(500, 0.02)]
    assert_whole(fetched.run(hub), hub)
    assert of_shard(hub)[1].first_byte > 0
    assert {failure.values["reason"] for failure in fetched.failures} == {"slow"}


def test_everything_goes_through_the_proxy(fetched: Fetched, hub: Hub, proxy: Proxy) -> None:
    assert_whole(fetched.run(hub, proxy=proxy.url), hub)
    asked = len(hub.seen) + len(hub.cdn.seen)
    assert asked == len(proxy.seen) > 5
    assert all(seen.path.startswith("http://") for seen in proxy.seen)


def test_the_systems_proxy_is_used_where_none_is_chosen(
    fetched: Fetched, hub: Hub, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    assert_whole(fetched.run(hub), hub)
    assert len(proxy.seen) == len(hub.seen) + len(hub.cdn.seen)


def test_a_proxy_that_is_off_says_so(fetched: Fetched, hub: Hub) -> None:
    closed = Cdn()
    closed.server_close()
    assert fetched.fails(hub, proxy=closed.url).kind == "network"
    assert hub.seen == []


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "ftp://127.0.0.1", "http://[::1"])
def test_a_proxy_that_cannot_be_used_says_so(fetched: Fetched, hub: Hub, proxy: str) -> None:
    error = fetched.fails(hub, proxy=proxy)
    assert (error.kind, error.values["reason"]) == ("network", "proxy")


def test_a_mirror_by_the_environment(fetched: Fetched, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.url + "/")
    assert_whole(fetched.run(hub, hub_endpoint=""), hub)


def test_a_mirror_that_hides_the_hashes_is_refused(fetched: Fetched, hub: Hub) -> None:
    hub.repos["maker/model"].no_hashes = True
    error = fetched.fails(hub)
    assert error.values["reason"] == "no_hash"
    assert hub.cdn.seen == []


def test_a_mirror_with_another_commit_is_refused(fetched: Fetched, hub: Hub) -> None:
    fetched.order = an_order(HubSource("maker/model", "d" * 40, ()))

    def another(handler: Handler, _content: bytes) -> bool:
        handler.path = handler.path.replace("d" * 40, "main")
        return False

    hub.faults = [another]
    error = fetched.fails(hub)
    assert error.kind == "not_found"
    assert error.values["given"] == "c" * 40


# --- what is in the repository --------------------------------------------------------------------


def test_only_pickle_is_refused_in_a_sentence(fetched: Fetched, hub: Hub) -> None:
    files = hub.repos["maker/model"].files
    for name in [name for name in files if name.endswith(".safetensors")]:
        del files[name]
    error = fetched.fails(hub)
    assert (error.kind, error.values["reason"]) == ("model_unsupported", "pickle")
    assert hub.cdn.seen == []


def test_pickle_under_another_name_is_refused(fetched: Fetched, hub: Hub) -> None:
    hub.repos["maker/model"].files[SHARD] = b"PK\x03\x04archive/data.pkl" + b"\0" * 5000
    error = fetched.fails(hub)
    assert (error.kind, error.values["reason"]) == ("model_unsupported", "pickle")


def test_one_gguf_of_many(fetched: Fetched, hub: Hub) -> None:
    files = {f"model-{q}.gguf": b"GGUF" + q.encode() * 1000 for q in ("Q4_K_M", "Q8_0")}
    hub.repos["maker/gguf"] = Repo(files)
    fetched.order = an_order(HubSource("maker/gguf", None, ("*Q4_K_M.gguf",)), format="gguf")
    folder = fetched.run(hub)
    assert sorted(path.name for path in folder.iterdir()) == ["model-Q4_K_M.gguf", "model.json"]
    manifest = json.loads((folder / "model.json").read_text())
    assert manifest["main"] == "model-Q4_K_M.gguf"


def test_an_empty_file_is_a_file(fetched: Fetched, hub: Hub) -> None:
    hub.repos["maker/model"].files["added_tokens.json"] = b""
    folder = fetched.run(hub)
    assert (folder / "added_tokens.json").read_bytes() == b""


def test_names_that_leave_the_folder_are_not_taken(fetched: Fetched, hub: Hub) -> None:
    files = hub.repos["maker/model"].files
    for name in ("../../evil.json", "/etc/evil.json", "..\\evil.json", "a/../../evil.json"):
        files[name] = b"{}"
    assert_whole(fetched.run(hub), hub)
    assert not list(fetched.paths.data.parent.rglob("evil*"))


def test_files_of_one_folder_lie_in_the_models_own(fetched: Fetched, hub: Hub) -> None:
    """Mozilla's models: one repository, a folder for each direction, and .bin files that are no pickle."""
    weights = (1).to_bytes(8, "little") + b"marian" * 500
    files = {
        "en-zh/model.enzh.intgemm.alphas.bin": weights,
        "en-zh/srcvocab.enzh.spm": b"vocabulary",
        "zh-en/model.zhen.intgemm.alphas.bin": weights + b"!",
    }
    hub.repos["maker/firefox"] = Repo(files)
    source = HubSource("maker/firefox", None, tuple(list(files)[:2]))
    fetched.order = an_order(source, format="bergamot")
    folder = fetched.run(hub)
    assert sorted(path.name for path in folder.iterdir()) == [
        "model.enzh.intgemm.alphas.bin",
        "model.json",
        "srcvocab.enzh.spm",
    ]


def test_a_change_that_is_not_taken_in_yet_is_pinned_to_its_commit(fetched: Fetched, hub: Hub) -> None:
    fetched.order = an_order(HubSource("maker/model", "refs/pr/6", ()))
    assert_whole(fetched.run(hub), hub)
    assert "/revision/refs%2Fpr%2F6" in hub.seen[0].path
    assert all("/resolve/" + "c" * 40 in path for path in hub.paths("/resolve/"))


def test_an_unknown_kind_of_model_is_refused_before_its_weights_come(fetched: Fetched, hub: Hub) -> None:
    hub.repos["maker/model"].files["config.json"] = b'{"model_type": "mystery", "auto_map": {"x": "y"}}'
    fetched.order = an_order(model_id="")
    error = fetched.fails(hub)
    assert (error.kind, error.values["family"]) == ("model_unsupported", "mystery")
    assert of_shard(hub) == []
