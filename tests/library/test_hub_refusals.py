"""What a hub says instead of a file: each refusal has its kind, and some are waited out."""

from __future__ import annotations

import pytest

from desktop_app.library.catalogue import HubSource
from desktop_app.library.manifest import read_manifest
from tests.library import faults
from tests.library.fetching import SHARD, Fetched, an_order
from tests.library.hub_checks import assert_whole
from tests.library.hub_server import Cdn, Handler, Hub


def test_404(fetched: Fetched, hub: Hub) -> None:
    fetched.order = an_order(HubSource("maker/none", None, ()))
    error = fetched.fails(hub)
    assert error.kind == "not_found"
    assert "maker/none" in error.message


def test_a_revision_that_is_not_there(fetched: Fetched, hub: Hub) -> None:
    fetched.order = an_order(HubSource("maker/model", "v9", ()))
    assert fetched.fails(hub).kind == "not_found"


def test_a_file_that_has_gone(fetched: Fetched, hub: Hub) -> None:
    hub.faults = [*[faults.fine] * 4, faults.status(404, X_Error_Code="EntryNotFound")]
    error = fetched.fails(hub)
    assert error.kind == "not_found"
    assert SHARD in error.message


def test_a_commit_that_was_taken_back_is_asked_for_anew(fetched: Fetched, hub: Hub) -> None:
    hub.cdn.faults = [faults.cut_after(1000)]
    hub.faults = [*[faults.fine] * 5, faults.status(404, X_Error_Code="RevisionNotFound")]
    assert fetched.fails(hub).kind == "not_found"
    hub.repos["maker/model"].commit = "e" * 40
    folder = fetched.run(hub)
    assert_whole(folder, hub)
    manifest = read_manifest(folder)
    assert manifest is not None
    assert manifest.source["revision"] == "e" * 40


def test_401_without_a_token_and_403_until_the_terms_are_agreed_to(
    fetched: Fetched, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = hub.repos["maker/model"]
    repo.gated = True
    error = fetched.fails(hub)
    assert (error.kind, error.values["token"]) == ("unauthorized", False)
    monkeypatch.setenv("HF_TOKEN", "hf_bad_token")
    error = fetched.fails(hub)
    assert (error.kind, error.values["token"]) == ("unauthorized", True)
    monkeypatch.setenv("HF_TOKEN", "hf_good_token")
    repo.agreed = False
    error = fetched.fails(hub)
    assert error.kind == "gated"
    repo.agreed = True
    assert_whole(fetched.run(hub), hub)


def test_the_token_goes_to_the_hub_alone(fetched: Fetched, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.repos["maker/model"].gated = True
    monkeypatch.setenv("HF_TOKEN", "hf_good_token")
    hub.cdn.faults = [faults.cut_after(1000)]
    folder = fetched.run(hub)
    asked = [seen for seen in hub.seen if "/resolve/" in seen.path]
    assert {seen.headers["authorization"] for seen in asked} == {"Bearer hf_good_token"}
    assert hub.cdn.seen
    assert not any("authorization" in seen.headers for seen in hub.cdn.seen)
    for path in (*fetched.paths.data.rglob("*"), *folder.rglob("*")):
        assert not path.is_file() or b"hf_good" not in path.read_bytes()


def test_429_waits_as_long_as_it_is_told_to(fetched: Fetched, hub: Hub) -> None:
    hub.faults = [faults.status(429, Retry_After="7"), faults.status(429, RateLimit='"api";r=0;t=55')]
    assert_whole(fetched.run(hub), hub)
    assert fetched.waits == [7, 55]
    assert [(failure.kind, failure.values["retry_s"]) for failure in fetched.failures] == [
        ("rate_limited", 7),
        ("rate_limited", 55),
    ]


def test_429_for_an_hour_is_a_failure_with_the_figure(fetched: Fetched, hub: Hub) -> None:
    hub.faults = [faults.status(429, Retry_After="3600")]
    error = fetched.fails(hub)
    assert (error.kind, error.values["wait_s"]) == ("rate_limited", 3600)
    assert fetched.waits == []


def test_500_then_fine(fetched: Fetched, hub: Hub) -> None:
    hub.faults = [faults.status(500), faults.status(502), faults.fine, faults.status(503)]
    assert_whole(fetched.run(hub), hub)
    assert fetched.waits == [1, 2, 1]


def test_no_server_at_all(fetched: Fetched, hub: Hub) -> None:
    closed = Cdn()
    closed.server_close()
    error = fetched.fails(hub, hub_endpoint=closed.url)
    assert (error.kind, error.values["reason"]) == ("network", "connect")
    assert fetched.waits == [1, 2, 4]


def test_a_page_that_wants_a_log_in_is_no_hub(fetched: Fetched, hub: Hub) -> None:
    def portal(handler: Handler, _content: bytes) -> bool:
        handler.reply(200, b"<html>Please log in to this network</html>", Content_Type="text/html")
        return True

    hub.faults = [portal]
    error = fetched.fails(hub)
    assert error.kind == "network"
    assert "mirror" in error.message
