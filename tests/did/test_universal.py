"""did.universal: another resolver is asked only when the reader chose one, and only for methods not known here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from did import create, resolve
from satchel.errors import DidError
from satchel.key.private import PrivateKey
from satchel.node.mirror import MirrorFetch
from satchel.port import JsonObject, drive

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RESOLVER = "https://resolver.example/1.0/identifiers"
DID = "did:ebsi:zfEmvX5twhXjQJiCWsukvQA"
KEY = PrivateKey.from_seed(bytes(range(3, 35))).public()


def document(did: str) -> JsonObject:
    value = create.did_web_document("did:web:issuer.example", keys={"k": KEY})
    found: JsonObject = json.loads(json.dumps(value).replace("did:web:issuer.example", did))
    return found


def look_up(folder: Path, did: str = DID, resolver: str | None = RESOLVER) -> resolve.Resolution:
    return drive(resolve.resolve(did, fetch=MirrorFetch(folder, NOW), universal_resolver=resolver))


def publish(folder: Path, value: object) -> None:
    path = folder / "resolver.example" / "1.0" / "identifiers" / DID
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def test_it_is_off_unless_named(tmp_path: Path) -> None:
    publish(tmp_path, document(DID))
    with pytest.raises(DidError) as caught:
        look_up(tmp_path, resolver=None)
    assert caught.value.code == "did.method_unsupported"
    with pytest.raises(DidError) as caught:
        resolve.requests_for(DID)
    assert caught.value.code == "did.method_unsupported"


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_a_document_comes_bare_or_in_a_result(tmp_path: Path, is_wrapped: bool) -> None:
    value = document(DID)
    publish(tmp_path, {"didDocument": value, "didResolutionMetadata": {}} if is_wrapped else value)
    assert look_up(tmp_path).document.method(f"{DID}#k").key == KEY
    (request,) = resolve.requests_for(DID, universal_resolver=RESOLVER)
    assert request.url == f"{RESOLVER}/{DID}"


@pytest.mark.parametrize(
    "value,code",
    [
        (document("did:ebsi:other"), "did.document_mismatch"),
        ({"didDocument": None, "didResolutionMetadata": {"error": "notFound"}}, "did.document"),
        ([], "did.document"),
    ],
)
def test_an_answer_that_is_not_the_document_of_the_did_is_refused(tmp_path: Path, value: object, code: str) -> None:
    publish(tmp_path, value)
    with pytest.raises(DidError) as caught:
        look_up(tmp_path)
    assert caught.value.code == code


def test_what_it_does_not_know_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(DidError) as caught:
        look_up(tmp_path)
    assert caught.value.code == "did.not_found"


@pytest.mark.parametrize(
    "resolver",
    [
        "http://resolver.example",
        "resolver.example",
        "https://u@resolver.example",
        "https://",
        "https://resolver.example?a",
    ],
)
def test_a_resolver_is_a_plain_https_url(tmp_path: Path, resolver: str) -> None:
    with pytest.raises(DidError) as caught:
        look_up(tmp_path, resolver=resolver)
    assert caught.value.code == "did.invalid"


def test_a_method_that_is_known_here_is_never_asked_elsewhere() -> None:
    assert resolve.requests_for(create.did_key(KEY), universal_resolver=RESOLVER) == ()
    (request,) = resolve.requests_for("did:web:issuer.example", universal_resolver=RESOLVER)
    assert request.url.startswith("https://issuer.example/")
