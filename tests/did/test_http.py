"""did.http: each answer of DID Resolution's HTTP binding, in each shape, without a server."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from did import create, http
from did.http import Answer, Question
from did.method.webvh import write
from did.method.webvh.write import Change
from satchel.codec.base import base58_encode
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType
from satchel.node.mirror import MirrorFetch
from satchel.port import JsonObject, JsonValue, drive
from tests.did.method.webvh.site import NOW, publish, signer, state

DAY = timedelta(days=1)
KEY = PrivateKey.from_seed(bytes(range(7, 39))).public()
DID_KEY = create.did_key(KEY)
BODY = DID_KEY.removeprefix("did:key:")
ABSENT = "did:web:nobody.example"
OLDER = 'application/ld+json;profile="https://w3id.org/did-resolution"'
RESULT = {"didDocument", "didResolutionMetadata", "didDocumentMetadata"}
SERVICES: JsonObject = {
    "service": [
        {"id": "#pages", "type": "LinkedDomains", "serviceEndpoint": "https://issuer.example/pages/"},
        {"id": "#many", "type": ["A", "B"], "serviceEndpoint": ["https://one.example", "https://two.example"]},
        {"id": "#map", "type": "C", "serviceEndpoint": {"uri": "https://map.example/x"}},
        {"id": "#plain", "type": "D", "serviceEndpoint": "http://plain.example"},
        {"id": "#script", "type": "D", "serviceEndpoint": "javascript:alert(1)"},
        {"id": "#split", "type": "D", "serviceEndpoint": "https://a.example/\r\nSet-Cookie: a=b"},
        {"id": "#user", "type": "D", "serviceEndpoint": "https://issuer.example@evil.example/"},
        {"id": "#none", "type": "D", "serviceEndpoint": 7},
    ]
}


@pytest.fixture
def site(tmp_path: Path) -> tuple[Path, str]:
    did, log = write.create(state("issuer.example", 1) | SERVICES, signer=signer(1), now=NOW - 3 * DAY)
    log = write.update(log, Change(state=state("", 2, did=did) | SERVICES), signer=signer(1), now=NOW - DAY)
    publish(tmp_path, did, log)
    return tmp_path, did


def ask(folder: Path, did_url: str, accept: str = "*/*", /, **options: JsonValue) -> tuple[Answer, JsonObject]:
    found = drive(
        http.answer(Question(did_url=did_url, accept=accept, options=options), fetch=MirrorFetch(folder, NOW))
    )
    value = json.loads(found.body) if found.body else {}
    assert isinstance(value, dict)
    return found, value


def error_of(value: JsonObject) -> str:
    """The word of the standard in whichever place the shape has for it."""
    for place in ("didResolutionMetadata", "dereferencingMetadata"):
        if isinstance(held := value.get(place), dict):
            error = held["error"]
            assert isinstance(error, dict)
            return str(error["type"]).removeprefix("https://www.w3.org/ns/did#")
    raise AssertionError(value)


@pytest.mark.parametrize("accept", ["*/*", "application/did-resolution", "application/*", "text/html, */*;q=0.1"])
def test_a_did_gives_a_resolution_result(tmp_path: Path, accept: str) -> None:
    found, value = ask(tmp_path, DID_KEY, accept)
    assert (found.status, found.media_type, value.keys()) == (200, "application/did-resolution", RESULT)
    metadata = value["didResolutionMetadata"]
    assert isinstance(metadata, dict) and metadata["contentType"] == "application/did"
    document = value["didDocument"]
    assert isinstance(document, dict) and document["id"] == DID_KEY


@pytest.mark.parametrize(
    "accept",
    ["application/did", "application/did+json", "application/did+ld+json", "application/json", "application/ld+json"],
)
def test_a_representation_is_the_bare_document(tmp_path: Path, accept: str) -> None:
    found, value = ask(tmp_path, DID_KEY, accept)
    assert (found.status, found.media_type) == (200, accept)
    assert value["id"] == DID_KEY and not value.keys() & RESULT


@pytest.mark.parametrize(
    "did_url,status,word",
    [
        ("not-a-did", 400, "INVALID_DID"),
        ("did:example", 400, "INVALID_DID"),
        ("", 400, "INVALID_DID"),
        ("did:web:127.0.0.1", 400, "INVALID_DID"),
        ("did:key:z" + base58_encode(b"\xed\x01" + bytes(31)), 400, "INVALID_DID"),
        ("did:key:z" + base58_encode(b"\xef\x01" + bytes(32)), 501, "FEATURE_NOT_SUPPORTED"),
        ("did:unsupported:123456789abcdefghi", 501, "METHOD_NOT_SUPPORTED"),
        (ABSENT, 404, "NOT_FOUND"),
    ],
)
def test_each_error_of_the_standard_has_its_status_and_its_type(
    tmp_path: Path, did_url: str, status: int, word: str
) -> None:
    for accept in ("*/*", "application/did", "application/did+json"):
        found, value = ask(tmp_path, did_url, accept)
        assert (found.status, found.media_type) == (status, "application/did-resolution")
        assert error_of(value) == word
        assert (value["didDocument"], value["didDocumentMetadata"]) == (None, {})
        metadata = value["didResolutionMetadata"]
        assert isinstance(metadata, dict) and isinstance(metadata["error"], dict)
        assert metadata["error"].keys() == {"type", "title", "detail", "code"}


def test_a_broken_document_is_the_servers_fault_and_a_broken_log_makes_the_did_invalid(tmp_path: Path) -> None:
    path = tmp_path / "nobody.example" / ".well-known" / "did.json"
    path.parent.mkdir(parents=True)
    for body in (b"<html>", b'{"id":"did:web:other.example"}'):
        path.write_bytes(body)
        found, value = ask(tmp_path, ABSENT)
        assert (found.status, error_of(value)) == (500, "INVALID_DID_DOCUMENT")
    did, log = write.create(state("issuer.example", 1), signer=signer(1), now=NOW - DAY)
    publish(tmp_path, did, log.replace(b'"Multikey"', b'"Multikei"'))
    found, value = ask(tmp_path, did)
    assert (found.status, error_of(value)) == (400, "INVALID_DID")


def test_a_host_that_cannot_be_reached_is_an_internal_error() -> None:
    from satchel.node.mirror import OfflineFetch

    found = drive(http.answer(Question(did_url=ABSENT, options={}), fetch=OfflineFetch()))
    assert (found.status, error_of(json.loads(found.body))) == (500, "INTERNAL_ERROR")


@pytest.mark.parametrize("accept", ["text/html", "application/x-unsupported-did-representation-99999", "image/png"])
def test_a_media_type_that_is_not_made_is_refused(tmp_path: Path, accept: str) -> None:
    found, value = ask(tmp_path, DID_KEY, accept)
    assert (found.status, error_of(value)) == (406, "REPRESENTATION_NOT_SUPPORTED")


def test_a_did_that_was_given_up_is_gone_and_its_past_stays(tmp_path: Path) -> None:
    did, log = write.create(state("issuer.example", 1), signer=signer(1), now=NOW - DAY)
    publish(tmp_path, did, write.deactivate(log, signer=signer(1), now=NOW))
    found, value = ask(tmp_path, did, "application/did-resolution")
    assert (found.status, value["didDocument"]) == (410, None)
    metadata = value["didDocumentMetadata"]
    assert isinstance(metadata, dict) and metadata["deactivated"] is True
    found, value = ask(tmp_path, did, versionNumber=1)
    assert found.status == 410
    assert isinstance(value["didDocument"], dict)


NOT_ASCII = ["🔥💥🚫", "Привет", "こんにちは", "مرحبا", "foo\u200bbar"]


@pytest.mark.parametrize(
    "name", ["service", "serviceType", "relativeRef", "versionId", "versionTime", "hl", "accept", "x"]
)
@pytest.mark.parametrize("text", NOT_ASCII)
def test_every_option_is_ascii(tmp_path: Path, name: str, text: str) -> None:
    found, value = ask(tmp_path, DID_KEY, "*/*", **{name: text})
    assert (found.status, error_of(value)) == (400, "INVALID_OPTIONS")


@pytest.mark.parametrize(
    "moment",
    [
        "2025-10-07 12:30:45",
        "2025/10/07T12:30:45",
        "2025-13-07T12:30:45Z",
        "2025-10-32T12:30:45Z",
        "2025-10-07T25:00:00Z",
        "2025-10-07T12:30:60Z",
        "2025-10-07T12:30:45+24:00",
        "2025-10-07",
        "2025-10-07T12:30:45abc",
        "T12:30:45",
        "2025-10-07T00:00:00+02:00",
        "2025-10-07T00:00:00",
        "2025-10-07T00:00:00.123Z",
        "",
    ],
)
def test_a_version_time_has_one_form(tmp_path: Path, moment: str) -> None:
    found, value = ask(tmp_path, DID_KEY, versionTime=moment)
    assert (found.status, error_of(value)) == (400, "INVALID_OPTIONS")


@pytest.mark.parametrize(
    "options",
    [
        {"versionNumber": "-1"},
        {"versionNumber": "1.0"},
        {"versionNumber": "١"},
        {"versionId": "1", "versionTime": "2025-10-07T12:30:45Z"},
        {"relativeRef": "my path/file"},
        {"relativeRef": "file#section"},
        {"relativeRef": "dir/with?query=value"},
        {"relativeRef": "%zz"},
        {"options": None},
        {"service": ["x"]},
        {"service": {"x": "y"}},
        {"service": "x" * 3000},
        {f"o{number}": "x" for number in range(33)},
    ],
)
def test_options_that_are_none_are_refused(tmp_path: Path, options: JsonObject) -> None:
    found, value = ask(tmp_path, DID_KEY, "*/*", **options)
    assert (found.status, error_of(value)) == (400, "INVALID_OPTIONS")


@pytest.mark.parametrize(
    "options",
    [
        {"versionTime": "2025-10-07T14:30:00Z"},
        {"service": "linkedDomain"},
        {"relativeRef": "my%20path/file"},
        {"noCache": True},
        {"unknown": "x"},
    ],
)
def test_options_that_change_nothing_are_taken(tmp_path: Path, options: JsonObject) -> None:
    assert ask(tmp_path, DID_KEY, "*/*", **options)[0].status == 200


def test_the_versions_of_a_log_are_given_by_option_and_by_did_url(site: tuple[Path, str]) -> None:
    folder, did = site
    for question, options in (
        (did, {"versionNumber": "1"}),
        (did, {"versionNumber": 1}),
        (did, {"versionTime": "2026-11-22T00:00:00Z"}),
        (f"{did}?versionNumber=1", {}),
        (f"{did}?versionTime=2026-11-22T00:00:00Z", {}),
    ):
        found, value = ask(folder, question, "*/*", **options)  # type: ignore[arg-type]
        metadata = value["didDocumentMetadata"]
        assert isinstance(metadata, dict)
        assert (found.status, metadata["versionNumber"], metadata["updated"]) == (200, 1, "2026-11-23T09:00:00Z")
    for options in ({"versionNumber": "3"}, {"versionId": "1-x"}, {"versionTime": "2020-01-01T00:00:00Z"}):
        found, value = ask(folder, did, "*/*", **options)
        assert (found.status, error_of(value)) == (404, "NOT_FOUND")


def test_a_method_without_versions_says_so(tmp_path: Path) -> None:
    for did, options in ((DID_KEY, {"versionNumber": 1}), (ABSENT, {"versionTime": "2025-10-07T14:30:00Z"})):
        found, value = ask(tmp_path, did, "*/*", **options)  # type: ignore[arg-type]
        assert (found.status, error_of(value)) == (501, "FEATURE_NOT_SUPPORTED")


def test_a_fragment_names_a_part_of_the_document(site: tuple[Path, str]) -> None:
    folder, did = site
    for accept in ("application/did-url-dereferencing", "*/*"):
        found, value = ask(folder, f"{did}#k2", accept)
        assert (found.status, found.media_type) == (200, "application/did-url-dereferencing")
        assert value.keys() == {"dereferencingMetadata", "contentStream", "contentMetadata"}
        part, metadata = value["contentStream"], value["dereferencingMetadata"]
        assert isinstance(part, dict) and part["id"] == f"{did}#k2"
        assert isinstance(metadata, dict) and str(metadata["contentType"]) in found.media_type
    found, value = ask(folder, f"{did}#k2", "application/json")
    assert (found.media_type, value["id"]) == ("application/json", f"{did}#k2")
    assert ask(folder, f"{did}?versionNumber=1#k1", "*/*")[0].status == 200
    found, value = ask(folder, f"{did}#pages", "application/json")
    assert value["type"] == "LinkedDomains"


@pytest.mark.parametrize(
    "tail", ["#k1", "#", "#K2", "?service=nobody", "?serviceType=nobody", "?service=pages&serviceType=D"]
)
def test_a_part_that_is_not_there_is_not_found(site: tuple[Path, str], tail: str) -> None:
    found, value = ask(site[0], site[1] + tail, "application/did-url-dereferencing")
    assert (found.status, error_of(value), value["contentStream"]) == (404, "NOT_FOUND", None)


@pytest.mark.parametrize("tail", ["#k2", "?service=pages", "/a"])
def test_a_part_is_no_answer_to_a_question_for_a_document(site: tuple[Path, str], tail: str) -> None:
    found, value = ask(site[0], site[1] + tail, "application/did-resolution")
    assert (found.status, error_of(value)) == (400, "INVALID_DID_URL")


def test_a_broken_did_url_is_told_apart_from_a_broken_did(tmp_path: Path) -> None:
    found, value = ask(tmp_path, "did:key:z6Mk#a#b", "application/did-url-dereferencing")
    assert (found.status, error_of(value)) == (400, "INVALID_DID_URL")


@pytest.mark.parametrize(
    "tail,location",
    [
        ("?service=pages", "https://issuer.example/pages/"),
        ("?service=pages&relativeRef=a/b", "https://issuer.example/pages/a/b"),
        ("?service=pages&relativeRef=%2Fa", "https://issuer.example/a"),
        ("?service=pages#part", "https://issuer.example/pages/#part"),
        ("?serviceType=LinkedDomains", "https://issuer.example/pages/"),
        ("?serviceType=B", "https://one.example"),
        ("?service=map", "https://map.example/x"),
        ("/governance/rules.json", "https://issuer.example/governance/rules.json"),
        ("/whois", "https://issuer.example/whois.vp"),
    ],
)
@pytest.mark.parametrize("accept", ["application/did-url-dereferencing", "*/*", "application/json"])
def test_a_service_is_a_redirect_with_an_empty_body(
    site: tuple[Path, str], tail: str, location: str, accept: str
) -> None:
    found, _ = ask(site[0], site[1] + tail, accept)
    assert (found.status, found.location, found.body) == (303, location, b"")


def test_a_query_of_the_address_belongs_to_a_did_url_that_is_dereferenced(site: tuple[Path, str]) -> None:
    found, _ = ask(site[0], site[1], "application/did-url-dereferencing", service="pages")
    assert (found.status, found.location) == (303, "https://issuer.example/pages/")


@pytest.mark.parametrize("name", ["plain", "script", "split", "user", "none"])
def test_a_service_that_leads_to_no_plain_https_place_is_refused(site: tuple[Path, str], name: str) -> None:
    found, value = ask(site[0], f"{site[1]}?service={name}", "*/*")
    assert (found.status, error_of(value), found.location) == (500, "INVALID_DID_DOCUMENT", None)


@pytest.mark.parametrize("relative", ["//evil.example/x", "https://evil.example/x", "http:x", "//issuer.example:22/"])
def test_a_relative_reference_never_leads_to_another_place(site: tuple[Path, str], relative: str) -> None:
    found, value = ask(site[0], f"{site[1]}?service=pages&relativeRef={quote(relative, safe='')}", "*/*")
    assert (found.status, error_of(value), found.location) == (400, "INVALID_DID_URL", None)


def test_relative_ids_are_made_absolute_when_asked(tmp_path: Path) -> None:
    from did.method import peer

    did = peer.make_2([("authentication", BODY)], [{"type": "X", "serviceEndpoint": "https://a.example"}])
    _, value = ask(tmp_path, did, "application/did", expandRelativeUrls=True)
    assert value["authentication"] == [f"{did}#key-1"]
    methods, services = value["verificationMethod"], value["service"]
    assert isinstance(methods, list) and isinstance(methods[0], dict) and methods[0]["id"] == f"{did}#key-1"
    assert isinstance(services, list) and isinstance(services[0], dict) and services[0]["id"] == f"{did}#service"
    _, value = ask(tmp_path, did, "application/did")
    assert value["authentication"] == ["#key-1"]


def test_the_older_shape_has_a_context_and_its_errors_are_words(tmp_path: Path) -> None:
    found, value = ask(tmp_path, DID_KEY, OLDER)
    assert (found.status, found.media_type, value.keys()) == (200, "application/ld+json", RESULT | {"@context"})


@pytest.mark.parametrize(
    "did_url,word",
    [
        (BODY, "invalidDid"),
        ("did:" + BODY, "invalidDid"),
        ("did:unsupported:x", "methodNotSupported"),
        ("did:key:z" + base58_encode(b"\xed\x01" + bytes(31)), "invalidPublicKeyLength"),
        ("did:key:z" + base58_encode(b"\xed\x01" + bytes(32)), "invalidPublicKey"),
        ("did:key:z" + base58_encode(b"\xef\x01" + bytes(32)), "unsupportedPublicKeyType"),
        (ABSENT, "notFound"),
    ],
)
def test_an_error_in_the_older_shape(tmp_path: Path, did_url: str, word: str) -> None:
    found, value = ask(tmp_path, did_url, OLDER)
    assert found.status >= 400 and value["didDocument"] is None and "@context" in value
    metadata = value["didResolutionMetadata"]
    assert isinstance(metadata, dict) and metadata["error"] == word


def test_the_version_of_did_key_may_be_said_in_the_older_shape(tmp_path: Path) -> None:
    assert ask(tmp_path, f"did:key:1:{BODY}", OLDER)[0].status == 200


@pytest.mark.parametrize(
    "form,experimental,word",
    [
        ("Ed25519VerificationKey2018", "false", "invalidPublicKeyType"),
        ("Ed25519VerificationKey2018", "true", "unsupportedPublicKeyType"),
        ("nothing", "false", "unsupportedPublicKeyType"),
    ],
)
def test_a_key_format_that_is_not_written_is_refused(tmp_path: Path, form: str, experimental: str, word: str) -> None:
    found, value = ask(tmp_path, DID_KEY, OLDER, publicKeyFormat=form, enableExperimentalPublicKeyTypes=experimental)
    metadata = value["didDereferencingMetadata"]
    assert (found.status, isinstance(metadata, dict) and metadata["error"]) == (400, word)


@pytest.mark.parametrize("form", ["Multikey", "JsonWebKey2020", "Ed25519VerificationKey2020"])
def test_a_key_is_written_in_the_format_that_was_asked_for(tmp_path: Path, form: str) -> None:
    from did import document

    for more in ({}, {"enableEncryptionKeyDerivation": "true"}):
        _, value = ask(tmp_path, DID_KEY, "application/did", publicKeyFormat=form, **more)  # type: ignore[arg-type]
        found = document.read(value, DID_KEY).method(f"{DID_KEY}#{BODY}")
        assert (found.type, found.key) == (form, KEY)
        assert ("keyAgreement" in value) == bool(more)
    other = create.did_key(PrivateKey.generate(lambda count: bytes(range(1, count + 1)), KeyType.P_256).public())
    found_status = ask(tmp_path, other, "*/*", publicKeyFormat="Ed25519VerificationKey2020")[0].status
    assert found_status == 400
