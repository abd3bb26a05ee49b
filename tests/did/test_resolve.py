"""did.resolve: from a DID to its document, over files that stand in for the web and without an event loop."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from did import create, resolve
from satchel.errors import DidError, FetchError
from satchel.key.private import PrivateKey
from satchel.node.mirror import MirrorFetch, OfflineFetch
from satchel.port import drive
from tests.shared import SHARED, needs_shared

NOW = datetime(2026, 11, 24, tzinfo=UTC)
KEY = PrivateKey.from_seed(bytes(range(11, 43))).public()


def code_of(did: str, fetch: MirrorFetch | OfflineFetch | None = None) -> DidError:
    with pytest.raises(DidError) as caught:
        drive(resolve.resolve(did, fetch=fetch or OfflineFetch()))
    return caught.value


def publish(folder: Path, did: str, body: bytes) -> None:
    (request,) = resolve.requests_for(did)
    path = folder / request.url.removeprefix("https://").replace(":", "%3A")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def test_a_did_key_needs_no_network() -> None:
    did = create.did_key(KEY)
    found = drive(resolve.resolve(did, fetch=OfflineFetch()))
    assert found.document.authorises(create.did_key_method(did), "assertionMethod")
    assert (found.source, found.fetched_at, found.digest) == (None, None, None)
    assert resolve.requests_for(did) == ()


@pytest.mark.parametrize("origin,path", [("https://issuer.example", ""), ("https://issuer.example:8443", "a/b")])
def test_a_published_did_web_is_resolved_with_the_digest_of_its_bytes(tmp_path: Path, origin: str, path: str) -> None:
    did = create.did_web(origin, path)
    body = json.dumps(create.did_web_document(did, keys={"key-1": KEY}), indent=2).encode()
    publish(tmp_path, did, body)
    found = drive(resolve.resolve(did, fetch=MirrorFetch(tmp_path, NOW)))
    assert found.document.authorises(f"{did}#key-1", "assertionMethod")
    assert found.document.method(f"{did}#key-1").key == KEY
    assert (found.source, found.fetched_at) == ("mirror", NOW)
    assert found.digest == hashlib.sha256(body).hexdigest()


def test_a_document_that_is_not_there_is_not_found_and_says_why(tmp_path: Path) -> None:
    fault = code_of("did:web:issuer.example", MirrorFetch(tmp_path, NOW))
    assert fault.code == "did.not_found"
    assert isinstance(fault.__cause__, FetchError)
    assert fault.__cause__.code == fault.details["cause"] == "fetch.not_found"


def test_offline_is_unreachable_and_not_absent() -> None:
    fault = code_of("did:web:issuer.example")
    assert fault.code == "did.unreachable"
    assert isinstance(fault.__cause__, FetchError)
    assert fault.__cause__.code == fault.details["cause"] == "fetch.offline"


def test_a_document_over_256_kib_is_not_taken(tmp_path: Path) -> None:
    did = create.did_web("https://issuer.example")
    publish(tmp_path, did, json.dumps({"id": did, "x": "y" * 300_000}).encode())
    fault = code_of(did, MirrorFetch(tmp_path, NOW))
    assert fault.code == "did.unreachable"
    assert fault.details["cause"] == "fetch.too_large"


def test_the_document_of_another_did_is_not_taken(tmp_path: Path) -> None:
    did = create.did_web("https://issuer.example")
    other = create.did_web("https://other.example")
    publish(tmp_path, did, json.dumps(create.did_web_document(other, keys={"key-1": KEY})).encode())
    assert code_of(did, MirrorFetch(tmp_path, NOW)).code == "did.document_mismatch"


@pytest.mark.parametrize(
    "did,code",
    [
        ("not a did", "did.invalid"),
        ("did:example", "did.invalid"),
        ("did:key:z6Mk#z6Mk", "did.invalid"),
        ("did:web:127.0.0.1", "did.invalid"),
        ("did:ion:EiClkZMDxPKqC9c", "did.method_unsupported"),
        ("did:key:zzz", "did.key_unsupported"),
        ("did:key:abc", "did.key"),
    ],
)
def test_what_cannot_be_resolved_says_why_without_asking_the_network(did: str, code: str) -> None:
    assert code_of(did).code == code


def test_what_will_be_asked_is_known_beforehand() -> None:
    (request,) = resolve.requests_for("did:web:issuer.example:a")
    assert request.url == "https://issuer.example/a/did.json"
    assert request.purpose == "did"
    for did, code in (("did:web:127.0.0.1", "did.invalid"), ("did:plc:abc", "did.method_unsupported")):
        with pytest.raises(DidError) as caught:
            resolve.requests_for(did)
        assert caught.value.code == code


async def test_resolving_runs_in_an_event_loop_too(tmp_path: Path) -> None:
    did = create.did_web("https://issuer.example")
    publish(tmp_path, did, json.dumps(create.did_web_document(did, keys={"key-1": KEY})).encode())
    found = await resolve.resolve(did, fetch=MirrorFetch(tmp_path, NOW))
    assert found.document.id == did


@needs_shared
@pytest.mark.parametrize("name", ["legacy", "oidf"])
def test_the_dids_of_the_dcc_fixtures_are_resolved_from_the_mirror(name: str) -> None:
    did = f"did:web:digitalcredentials.github.io:vc-test-fixtures:dids:{name}"
    found = drive(resolve.resolve(did, fetch=MirrorFetch(SHARED / "data" / "mirror", NOW)))
    assert found.document.authorises(f"{did}#z6MkjXe1vZvPRqFuc9nRBtZ3e1Y9XKDFSbjFAfzLfW2bD6cZ", "assertionMethod")
