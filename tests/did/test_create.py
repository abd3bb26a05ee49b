"""did.create: what is made is what is read."""

from __future__ import annotations

import pytest

from did import create, document
from satchel.codec import jcs, strictjson
from satchel.errors import DidError
from satchel.key.private import PrivateKey

KEY = PrivateKey.from_seed(bytes(range(5, 37))).public()
OTHER = PrivateKey.from_seed(bytes(range(6, 38))).public()


def test_the_method_of_a_did_key_is_its_body() -> None:
    did = create.did_key(KEY)
    assert did.startswith("did:key:z6Mk")
    assert create.did_key_method(did) == f"{did}#{did.removeprefix('did:key:')}"


@pytest.mark.parametrize("did", ["did:web:issuer.example", "did:key:", "nonsense", "did:key:z6Mk#z6Mk"])
def test_only_a_did_key_has_such_a_method(did: str) -> None:
    with pytest.raises(DidError) as caught:
        create.did_key_method(did)
    assert caught.value.code == "did.invalid"


@pytest.mark.parametrize(
    "origin,path,did",
    [
        ("https://issuer.example", "", "did:web:issuer.example"),
        ("https://issuer.example/", "/", "did:web:issuer.example"),
        ("https://issuer.example:443", "", "did:web:issuer.example"),
        ("https://issuer.example:8443", "a/b", "did:web:issuer.example%3A8443:a:b"),
        ("https://Issuer.Example", "", "did:web:issuer.example"),
        ("https://bücher.example", "café", "did:web:xn--bcher-kva.example:caf%C3%A9"),
    ],
)
def test_an_origin_has_one_did_web(origin: str, path: str, did: str) -> None:
    assert create.did_web(origin, path) == did


@pytest.mark.parametrize(
    "origin,path",
    [
        ("http://issuer.example", ""),
        ("issuer.example", ""),
        ("https://", ""),
        ("https://user@issuer.example", ""),
        ("https://issuer.example/a", ""),
        ("https://issuer.example?a", ""),
        ("https://issuer.example#a", ""),
        ("https://127.0.0.1:8443", ""),
        ("https://localhost", ""),
        ("https://[::1]", ""),
        ("https://issuer.example:22", ""),
        ("https://issuer.example:99999", ""),
        ("https://issuer..example", ""),
        ("https://issuer.example", "a//b"),
        ("https://issuer.example", "../b"),
        ("https://issuer.example", "a/./b"),
        ("https://issuer.example", "a?b"),
        ("https://issuer.example", "a%2Fb"),
        ("https://issuer.example", "a\\b"),
        ("https://issuer.example", "a:b"),
        ("https://issuer.example", "a\nb"),
    ],
)
def test_what_no_did_web_may_name_is_refused(origin: str, path: str) -> None:
    with pytest.raises(DidError) as caught:
        create.did_web(origin, path)
    assert caught.value.code == "did.invalid"


def test_a_made_document_is_read_with_every_key() -> None:
    did = create.did_web("https://issuer.example")
    made = create.did_web_document(did, keys={"key-1": KEY, "key-2": OTHER})
    found = document.read(strictjson.loads(jcs.encode(made)), did)
    assert {method_id: method.key for method_id, method in found.methods.items()} == {
        f"{did}#key-1": KEY,
        f"{did}#key-2": OTHER,
    }
    for method_id in found.methods:
        assert found.authorises(method_id, "assertionMethod")
        assert found.authorises(method_id, "authentication")
        assert not found.authorises(method_id, "keyAgreement")


def test_no_document_is_made_for_another_did() -> None:
    for did in ("did:key:z6Mk", "did:web:localhost", "x"):
        with pytest.raises(DidError) as caught:
            create.did_web_document(did, keys={"key-1": KEY})
        assert caught.value.code == "did.invalid"
