"""did.method.webvh.write: what is made resolves, and nothing is made that would not."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from did import document
from did.method.webvh import name, write
from did.method.webvh.write import Change
from did.syntax import parse
from satchel.errors import DidError
from satchel.key.private import LocalSigner
from tests.did.method.webvh.site import NOW, key, look_up, publish, signer, state, text

DAY = timedelta(days=1)


@pytest.mark.parametrize("place", ["issuer.example", "issuer.example%3A8443", "issuer.example:a:b"])
def test_a_new_did_resolves_to_its_document(place: str, tmp_path: Path) -> None:
    did, body = write.create(state(place, 1), signer=signer(1), now=NOW)
    assert name.place_of(parse(did)) == place
    publish(tmp_path, did, body)
    found = look_up(tmp_path, did)
    assert found.document.authorises(f"{did}#k1", "assertionMethod")
    assert found.metadata == {
        "versionId": json.loads(body)["versionId"],
        "versionNumber": 1,
        "versionTime": "2026-11-24T09:00:00Z",
        "created": "2026-11-24T09:00:00Z",
        "updated": "2026-11-24T09:00:00Z",
        "scid": name.scid_of(parse(did)),
        "portable": False,
        "deactivated": False,
        "ttl": "3600",
        "watchers": [],
        "witness": {},
    }


def test_the_options_of_a_new_did_are_told(tmp_path: Path) -> None:
    watcher = "https://watcher.example"
    did, body = write.create(state(), signer=signer(1), now=NOW, portable=True, ttl=60, watchers=(watcher,))
    publish(tmp_path, did, body)
    told = look_up(tmp_path, did).metadata
    assert (told["portable"], told["ttl"], told["watchers"]) == (True, "60", [watcher])


@pytest.mark.parametrize(
    "place", ["127.0.0.1", "localhost", "issuer.example:..", "issuer.example%3A22", "", "a.example/b"]
)
def test_a_did_of_no_public_place_is_not_made(place: str) -> None:
    with pytest.raises(DidError) as caught:
        write.create(state(place, 1), signer=signer(1), now=NOW)
    assert caught.value.code == "did.invalid"


def test_a_document_without_the_placeholder_is_no_new_did() -> None:
    with pytest.raises(DidError) as caught:
        write.create(state(did="did:web:issuer.example"), signer=signer(1), now=NOW)
    assert caught.value.code == "did.log_state"


def test_a_rotation_with_announced_keys_leaves_the_thief_of_the_old_key_with_nothing(tmp_path: Path) -> None:
    did, body = write.create(state("issuer.example", 1), signer=signer(1), now=NOW - DAY, next_keys=(text(2),))
    rotated = Change(state=state(did=did), update_keys=(text(2),), next_keys=(text(3),))
    longer = write.update(body, rotated, signer=signer(2), now=NOW)
    assert longer.startswith(body)
    publish(tmp_path, did, longer)
    assert look_up(tmp_path, did).metadata["versionNumber"] == 2
    for thief in (1, 2):
        with pytest.raises(DidError):
            write.update(longer, Change(update_keys=(text(thief),), next_keys=()), signer=signer(thief), now=NOW)


def test_two_changes_in_one_second_follow_each_other() -> None:
    _, body = write.create(state(), signer=signer(1), now=NOW)
    body = write.update(body, Change(ttl=1), signer=signer(1), now=NOW)
    times = [json.loads(line)["versionTime"] for line in body.splitlines()]
    assert times == ["2026-11-24T09:00:00Z", "2026-11-24T09:00:01Z"]


@pytest.mark.parametrize("announced", [(), (2,)])
def test_a_deactivated_did_is_told_so_and_changes_no_more(announced: tuple[int, ...], tmp_path: Path) -> None:
    last = announced[0] if announced else 1
    next_keys = tuple(text(number) for number in announced)
    did, body = write.create(state("issuer.example", 1), signer=signer(1), now=NOW - DAY, next_keys=next_keys)
    ended = write.deactivate(body, signer=signer(last), now=NOW)
    assert len(ended.splitlines()) == (3 if announced else 2)
    publish(tmp_path, did, ended)
    found = look_up(tmp_path, did)
    assert found.is_deactivated and found.metadata["deactivated"] is True
    assert found.history is not None and found.history.at(NOW + DAY) is None
    assert look_up(tmp_path, did, version_number=1).is_deactivated
    with pytest.raises(DidError) as caught:
        write.update(ended, Change(ttl=1), signer=signer(last), now=NOW)
    assert caught.value.code == "did.log_writer"


def test_a_signer_under_another_name_is_refused() -> None:
    with pytest.raises(DidError) as caught:
        write.create(state(), signer=LocalSigner("did:web:issuer.example#k1", key(1)), now=NOW)
    assert caught.value.code == "did.log_writer"


@pytest.mark.parametrize("body", [b"", b"x", b"{}", b'{"parameters":{}}'])
def test_what_is_no_log_is_not_continued(body: bytes) -> None:
    with pytest.raises(DidError) as caught:
        write.update(body, Change(ttl=1), signer=signer(1), now=NOW)
    assert caught.value.code == "did.log_writer"


def test_the_did_web_beside_it_has_the_same_keys_and_both_know_each_other() -> None:
    place = "issuer.example:a"
    did, body = write.create(
        state(place, 1) | {"alsoKnownAs": [f"did:web:{place}", "https://issuer.example"]}, signer=signer(1), now=NOW
    )
    own = json.loads(body)["state"]
    beside = write.parallel_web(own)
    web = f"did:web:{place}"
    assert web in own["alsoKnownAs"]
    assert beside["alsoKnownAs"] == [did, "https://issuer.example"]
    found = document.read(beside, web)
    assert found.method(f"{web}#k1").key == key(1).public()
    assert found.authorises(f"{web}#k1", "assertionMethod")
    services = {one["id"]: one["serviceEndpoint"] for one in beside["service"]}  # type: ignore[union-attr,index,call-overload]
    assert services == {
        f"{web}#files": "https://issuer.example/a/",
        f"{web}#whois": "https://issuer.example/a/whois.vp",
    }


def test_own_services_stand_before_the_implied_ones() -> None:
    own = state(did="did:webvh:" + "Q" * 46 + ":issuer.example") | {
        "service": [{"id": "#files", "type": "relativeRef", "serviceEndpoint": "https://files.example/"}]
    }
    services = write.parallel_web(own)["service"]
    assert isinstance(services, list)
    assert [one["serviceEndpoint"] for one in services if isinstance(one, dict)] == [
        "https://files.example/",
        "https://issuer.example/whois.vp",
    ]
