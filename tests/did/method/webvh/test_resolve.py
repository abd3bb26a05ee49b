"""did.method.webvh.resolve and did.resolve over it: which version is given, and what a broken tail takes away."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from did import resolve
from did.method.webvh import write
from did.method.webvh.parameters import Witness
from did.method.webvh.write import Change
from satchel.errors import DidError
from satchel.node.mirror import MirrorFetch, OfflineFetch
from satchel.port import Fetched, Request, drive
from tests.did.method.webvh.site import NOW, look_up, publish, signer, state

DAY = timedelta(days=1)


@pytest.fixture
def site(tmp_path: Path) -> tuple[Path, str, list[str]]:
    did, body = write.create(state("issuer.example", 1), signer=signer(1), now=NOW - 3 * DAY)
    for number in (2, 3):
        change = Change(state=state("issuer.example", number, did=did))
        body = write.update(body, change, signer=signer(1), now=NOW - (4 - number) * DAY)
    publish(tmp_path, did, body)
    return tmp_path, did, [json.loads(line)["versionId"] for line in body.splitlines()]


def keys(found: resolve.Resolution) -> list[str]:
    return [method.rpartition("#")[2] for method in found.document.methods]


def test_every_version_is_given_by_number_id_and_time(site: tuple[Path, str, list[str]]) -> None:
    folder, did, ids = site
    assert keys(look_up(folder, did)) == ["k3"]
    for number, version_id in enumerate(ids, start=1):
        since = NOW - (4 - number) * DAY
        for found in (
            look_up(folder, did, version_number=number),
            look_up(folder, did, version_id=version_id),
            look_up(folder, did, version_time=since),
            look_up(folder, did, version_time=since + DAY - timedelta(seconds=1)),
            look_up(folder, did, version_id=version_id, version_number=number, version_time=since),
        ):
            assert keys(found) == [f"k{number}"]
            assert found.metadata["versionId"] == version_id
            assert (found.metadata["created"], found.metadata["updated"]) == (
                "2026-11-21T09:00:00Z",
                "2026-11-23T09:00:00Z",
            )


@pytest.mark.parametrize("number,moment", [(0, None), (4, None), (None, NOW - 4 * DAY), (1, NOW), (2, NOW - 3 * DAY)])
def test_a_version_that_never_was_is_not_found(
    site: tuple[Path, str, list[str]], number: int | None, moment: datetime | None
) -> None:
    with pytest.raises(DidError) as caught:
        look_up(site[0], site[1], version_number=number, version_time=moment)
    assert caught.value.code == "did.version_missing"


def test_a_version_id_is_given_whole(site: tuple[Path, str, list[str]]) -> None:
    folder, did, ids = site
    for version_id in ("1", ids[0][:-1], ids[0].replace("1-", "2-"), ""):
        with pytest.raises(DidError) as caught:
            look_up(folder, did, version_id=version_id)
        assert caught.value.code == "did.version_missing"


@pytest.mark.parametrize("tail", ["not json\n", "{}\n"])
def test_a_broken_tail_takes_the_present_away_and_leaves_the_past(site: tuple[Path, str, list[str]], tail: str) -> None:
    folder, did, ids = site
    path = folder / "issuer.example" / ".well-known" / "did.jsonl"
    path.write_text(path.read_text() + tail)
    assert keys(look_up(folder, did, version_number=3)) == ["k3"]
    assert keys(look_up(folder, did, version_id=ids[0])) == ["k1"]
    assert keys(look_up(folder, did, version_time=NOW - 2 * DAY)) == ["k2"]
    # When version 3 ended nobody can tell: the entry after it may have been meant to end it at once.
    for question in ({}, {"version_number": 4}, {"version_time": NOW}, {"version_time": NOW - DAY}):
        with pytest.raises(DidError) as caught:
            look_up(folder, did, **question)  # type: ignore[arg-type]
        assert caught.value.code == "did.log_form"


def test_a_log_at_the_place_of_another_did_is_refused(site: tuple[Path, str, list[str]]) -> None:
    folder, did, _ = site
    body = (folder / "issuer.example" / ".well-known" / "did.jsonl").read_bytes()
    elsewhere = did.replace("issuer.example", "other.example")
    publish(folder, elsewhere, body)
    with pytest.raises(DidError) as caught:
        look_up(folder, elsewhere)
    assert caught.value.code == "did.log_state"


def test_a_log_that_is_not_there_is_not_found_and_offline_is_unreachable(tmp_path: Path) -> None:
    did = "did:webvh:" + "Q" * 46 + ":issuer.example"
    with pytest.raises(DidError) as caught:
        look_up(tmp_path, did)
    assert caught.value.code == "did.not_found"
    with pytest.raises(DidError) as caught:
        drive(resolve.resolve(did, fetch=OfflineFetch()))
    assert caught.value.code == "did.unreachable"


def test_a_log_of_another_host_is_not_taken(site: tuple[Path, str, list[str]]) -> None:
    folder, did, _ = site

    class Redirected(MirrorFetch):
        async def __call__(self, request: Request, /) -> Fetched:
            found = await super().__call__(request)
            return Fetched(
                url=found.url,
                final_url="https://evil.example/did.jsonl",
                status=found.status,
                media_type=found.media_type,
                body=found.body,
                fetched_at=found.fetched_at,
                source=found.source,
            )

    with pytest.raises(DidError) as caught:
        drive(resolve.resolve(did, fetch=Redirected(folder, NOW)))
    assert caught.value.code == "did.redirected"


def test_an_entry_that_was_too_early_when_it_was_fetched_stays_refused(site: tuple[Path, str, list[str]]) -> None:
    folder, did, _ = site
    with pytest.raises(DidError) as caught:
        look_up(folder, did, now=NOW - DAY - timedelta(minutes=6))
    assert caught.value.code == "did.log_time"
    assert keys(look_up(folder, did, now=NOW - DAY - timedelta(minutes=5))) == ["k3"]


def test_the_history_has_the_document_of_every_moment(site: tuple[Path, str, list[str]]) -> None:
    history = look_up(site[0], site[1]).history
    assert history is not None and history.is_whole
    assert history.at(NOW - 4 * DAY) is None
    for number in (1, 2, 3):
        found = history.at(NOW - (4 - number) * DAY)
        assert found is not None and list(found.methods) == [f"{site[1]}#k{number}"]


def test_what_a_witnessed_log_needs_besides_is_known_after_the_log(tmp_path: Path) -> None:
    for witness, count in ((None, 0), (Witness(threshold=1, ids=("did:key:" + signer(5).public(),)), 1)):
        did, body = write.create(state(), signer=signer(1), now=NOW, witness=witness)
        publish(tmp_path, did, body)
        (request,) = resolve.requests_for(did)
        fetched = drive(MirrorFetch(tmp_path, NOW)(request))
        after = resolve.requests_after(fetched)
        assert [one.url for one in after] == ["https://issuer.example/.well-known/did-witness.json"] * count
        assert resolve.requests_after(replace(fetched, status=404)) == ()
        assert resolve.requests_after(replace(fetched, body=b"{")) == ()
        assert resolve.requests_after(replace(fetched, url="https://issuer.example/.well-known/did.json")) == ()


def test_the_whole_log_can_be_looked_at_with_what_is_wrong_in_it(site: tuple[Path, str, list[str]]) -> None:
    folder, did, _ = site
    path = folder / "issuer.example" / ".well-known" / "did.jsonl"
    path.write_text(path.read_text() + "{}\n")
    log = drive(resolve.read_log(did, fetch=MirrorFetch(folder, NOW)))
    assert len(log.versions) == 3
    assert log.fault is not None and log.fault.code == "did.log_form"


def test_a_log_goes_on_from_the_one_that_was_seen_before(site: tuple[Path, str, list[str]]) -> None:
    folder, did, _ = site
    fetch = MirrorFetch(folder, NOW)
    (request,) = resolve.requests_for(did)
    whole = drive(fetch(request))
    shorter = replace(whole, body=b"".join(whole.body.splitlines(keepends=True)[:2]))
    other = write.update(shorter.body, Change(ttl=7), signer=signer(1), now=NOW - DAY)
    assert drive(resolve.resolve(did, fetch=fetch, copies=[shorter, whole])).metadata["versionNumber"] == 3
    for seen in (whole, replace(whole, body=other)):
        publish(folder, did, shorter.body)
        with pytest.raises(DidError) as caught:
            drive(resolve.resolve(did, fetch=fetch, copies=[seen]))
        assert caught.value.code == "did.log_rolled_back"
    # What was never sound proves nothing.
    assert drive(resolve.resolve(did, fetch=fetch, copies=[replace(whole, body=b"{}")])).metadata["versionNumber"] == 2
