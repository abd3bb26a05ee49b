"""did.method.web: one reading of the name, and nothing that could be another host."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from did.create import did_web
from did.method import web
from did.syntax import parse
from satchel.errors import DidError
from satchel.port import Fetched

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DID = "did:web:issuer.example"
DOCUMENT = b'{"id":"did:web:issuer.example"}'


@pytest.mark.parametrize(
    "did,url",
    [
        ("did:web:issuer.example", "https://issuer.example/.well-known/did.json"),
        ("did:web:Issuer.Example", "https://issuer.example/.well-known/did.json"),
        ("did:web:issuer.example:a:b", "https://issuer.example/a/b/did.json"),
        ("did:web:issuer.example%3A8443", "https://issuer.example:8443/.well-known/did.json"),
        ("did:web:issuer.example%3A8443:a", "https://issuer.example:8443/a/did.json"),
        ("did:web:issuer.example%3A443", "https://issuer.example/.well-known/did.json"),
        ("did:web:xn--bcher-kva.example", "https://xn--bcher-kva.example/.well-known/did.json"),
        ("did:web:a-b.c2.example:x_y.z-1", "https://a-b.c2.example/x_y.z-1/did.json"),
        ("did:web:issuer.example:caf%C3%A9", "https://issuer.example/caf%C3%A9/did.json"),
        ("did:web:issuer.example:a%20b", "https://issuer.example/a%20b/did.json"),
        ("did:web:issuer.example:%40me", "https://issuer.example/%40me/did.json"),
        ("did:web:1.2.3.4.example", "https://1.2.3.4.example/.well-known/did.json"),
        ("did:web:issuer.example:...", "https://issuer.example/.../did.json"),
    ],
)
def test_a_plain_name_has_one_url(did: str, url: str) -> None:
    assert web.url_of(did) == url
    request = web.request(parse(did))
    assert (request.url, request.purpose, request.limit_bytes) == (url, "did", 256 * 1024)


REFUSED = [
    "did:web:127.0.0.1",
    "did:web:169.254.169.254:latest:meta-data",
    "did:web:127.1",
    "did:web:2130706433",
    "did:web:0x7f000001",
    "did:web:0x7f.0.0.0x1",
    "did:web:0177.0.0.1",
    "did:web:issuer.0x1",
    "did:web:issuer.0x",
    "did:web:issuer.08",
    "did:web:%5B::1%5D",
    "did:web:::1",
    "did:web:issuer.example::a",
    "did:web:issuer.example:",
    "did:web:",
    "did:web:localhost",
    "did:web:localhost%3A8080",
    "did:web:issuer",
    "did:web:issuer.example.",
    "did:web:.issuer.example",
    "did:web:issuer..example",
    "did:web:-issuer.example",
    "did:web:issuer-.example",
    "did:web:iss_uer.example",
    "did:web:" + "a" * 64 + ".example",
    "did:web:" + ".".join(["a" * 60] * 5),
    "did:web:issuer.example%3A",
    "did:web:issuer.example%3A0",
    "did:web:issuer.example%3A22",
    "did:web:issuer.example%3A80",
    "did:web:issuer.example%3A1023",
    "did:web:issuer.example%3A65536",
    "did:web:issuer.example%3A08443",
    "did:web:issuer.example%3A84a3",
    "did:web:issuer.example%3A8443%3A8443",
    "did:web:issuer.example%3a8443",
    "did:web:user%40issuer.example",
    "did:web:user%3Apass%40issuer.example",
    "did:web:issuer.example%2Fevil.example",
    "did:web:issuer.example%2F..%2F",
    "did:web:issuer.example%00.evil.example",
    "did:web:issuer.example%5C.evil.example",
    "did:web:issuer.example%23.evil.example",
    "did:web:issuer.example%3F.evil.example",
    "did:web:issuer%2eexample",
    "did:web:issuer.example%253A8443",
    "did:web:b%C3%BCcher.example",
    "did:web:bücher.example",
    "did:web:issuer。example",
    "did:web:１２７.0.0.1",
    "did:web:issuer.example:..",
    "did:web:issuer.example:.",
    "did:web:issuer.example:a:..:b",
    "did:web:issuer.example:%2e%2e",
    "did:web:issuer.example:%2E",
    "did:web:issuer.example:a%2Fb",
    "did:web:issuer.example:a%2f..%2fb",
    "did:web:issuer.example:a%5Cb",
    "did:web:issuer.example:a%00",
    "did:web:issuer.example:a%0D%0Ab",
    "did:web:issuer.example:a%252Fb",
    "did:web:issuer.example:a%3Fb",
    "did:web:issuer.example:a%23b",
    "did:web:issuer.example:a%3Ab",
    "did:web:issuer.example:%E2%80%AE",
    "did:web:issuer.example:%C2%85",
    "did:web:issuer.example:%FF",
    "did:web:issuer.example:%C0%AF",
    "did:web:issuer.example:a\nb",
    "did:web:issuer.example#fragment",
    "did:web:issuer.example/path",
    "did:web:issuer.example:" + "a" * 5000,
    "did:key:issuer.example",
    "did:webs:issuer.example",
]


@pytest.mark.parametrize("did", REFUSED)
def test_a_name_that_could_be_read_otherwise_has_no_url(did: str) -> None:
    with pytest.raises(DidError) as caught:
        web.url_of(did)
    assert caught.value.code == "did.invalid"


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "b.example",
                ".",
                "..",
                ":",
                "%3A",
                "%2F",
                "%2e",
                "%00",
                "%25",
                "1",
                "0x1",
                "-",
                "@",
                "/",
                "\\",
                "é",
                "#",
            ]
        ),
        max_size=8,
    ).map("".join)
)
def test_whatever_has_a_url_has_it_on_the_host_that_is_written_first(tail: str) -> None:
    did = "did:web:" + tail
    try:
        url = web.url_of(did)
    except DidError:
        return
    host = tail.partition(":")[0].partition("%3A")[0]
    authority, *path = url.removeprefix("https://").split("/")
    assert authority.partition(":")[0] == host
    assert path[-1] == "did.json"
    assert not {"", ".", ".."} & set(path)
    assert not any(char in url for char in "@\\#? %") or "%" in tail


@pytest.mark.parametrize("path", ["", "a", "a/b", "/a/b/", "caf\u00e9", "a b", "~me", "x.y-z_1"])
@pytest.mark.parametrize("origin", ["https://issuer.example", "https://issuer.example:8443", "https://a.b.example/"])
def test_a_created_name_leads_back_to_its_origin_and_path(origin: str, path: str) -> None:
    url = web.url_of(did_web(origin, path))
    assert url.startswith(origin.rstrip("/") + "/")
    assert url.count("/") == 2 + (2 if not path else len(path.strip("/").split("/")) + 1)


def fetched(
    body: bytes = DOCUMENT, *, status: int = 200, final_url: str = "https://issuer.example/.well-known/did.json"
) -> Fetched:
    return Fetched(
        url="https://issuer.example/.well-known/did.json",
        final_url=final_url,
        status=status,
        media_type="application/json",
        body=body,
        fetched_at=NOW,
        source="network",
    )


def test_the_served_document_is_read() -> None:
    assert web.document(parse(DID), fetched()).id == DID


@pytest.mark.parametrize(
    "answer,code",
    [
        (fetched(status=404), "did.not_found"),
        (fetched(status=410), "did.not_found"),
        (fetched(status=403), "did.unreachable"),
        (fetched(status=500), "did.unreachable"),
        (fetched(status=204), "did.unreachable"),
        (fetched(final_url="https://evil.example/.well-known/did.json"), "did.redirected"),
        (fetched(final_url="https://issuer.example.evil.example/did.json"), "did.redirected"),
        (fetched(final_url="https://issuer.example:8443/.well-known/did.json"), "did.redirected"),
        (fetched(final_url="http://issuer.example/.well-known/did.json"), "did.redirected"),
        (fetched(b""), "did.document"),
        (fetched(b"<html>"), "did.document"),
        (fetched(b"[]"), "did.document"),
        (fetched(b'{"id":"did:web:issuer.example","id":"did:web:issuer.example"}'), "did.document"),
        (fetched(b'{"id":"did:web:issuer.example","a":' + b"[" * 70 + b"]" * 70 + b"}"), "did.document"),
        (fetched(b'{"id":"did:web:issuer.example"}' + b" " * (256 * 1024)), "did.document"),
        (fetched(b'{"id":"did:web:other.example"}'), "did.document_mismatch"),
        (fetched(b"{}"), "did.document_mismatch"),
    ],
)
def test_any_other_answer_is_refused_with_its_own_code(answer: Fetched, code: str) -> None:
    with pytest.raises(DidError) as caught:
        web.document(parse(DID), answer)
    assert caught.value.code == code


def test_a_redirect_on_the_same_host_is_the_same_server() -> None:
    moved = fetched(final_url="https://issuer.example/other/did.json")
    assert web.document(parse(DID), moved).id == DID


def test_a_hundred_thousand_small_members_are_read_in_time() -> None:
    members = ",".join(f'"{number}":0' for number in range(20_000))
    answer = fetched(b'{"id":"did:web:issuer.example",' + members.encode() + b"}")
    assert len(answer.body) <= web.LIMIT_BYTES
    assert web.document(parse(DID), answer).methods == {}
