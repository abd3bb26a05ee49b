"""Rows 96 to 98, 111 and 112: what a credential can make the verifier fetch, and what a bad server can do to it."""

from __future__ import annotations

import gzip
import time
from collections.abc import Sequence

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from did.create import did_web_document
from satchel.errors import FetchError
from satchel.node.fetch import MEDIA_TYPES, Fetcher, SocketGuard
from satchel.node.send import Sender
from satchel.port import Purpose, Request
from tests.attack import rude_server
from tests.attack.forge import (
    ISSUER,
    NOW,
    Document,
    badge,
    facet,
    judged,
    judged_over,
    says,
    signed,
    to_bytes,
    within,
)
from tests.attack.rude_server import answer, redirect
from verifier.report import Report

SCHOOL = "did:web:school.example"
DID_JSON = "/.well-known/did.json"
STATUS_URL = "https://school.example/status/1"
JSON = "application/json"


EMPTY_JSON = answer(200, b"{}", Content_Type=JSON)
CUT_JSON = answer(200, b"{", Content_Type=JSON)
DEEP_JSON = answer(200, b"[" * 100_000, Content_Type=JSON)


async def nobody(host: str) -> list[str]:
    """A resolver that must never be asked."""
    raise AssertionError(f"{host} was looked up")


def of_issuer(did: str) -> Document:
    """A badge of this issuer, signed by ISSUER as its key-1."""
    document = badge()
    document["issuer"]["id"] = did
    return signed(document, method=f"{did}#key-1")


def with_status(url: str) -> Document:
    entry = {
        "id": "https://school.example/status/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": url,
    }
    return signed(badge(credentialStatus=entry))


async def from_rude(answers: dict[str, bytes], credential: Document) -> Report:
    async with (
        rude_server.serving(answers) as base,
        Fetcher(
            clock=lambda: NOW,
            origins={"https://school.example": base},
            lookup=nobody,
            deadline_seconds=2,
            idle_seconds=1,
        ) as fetch,
    ):
        return await judged_over(fetch, credential)


# 96: did:web names


@pytest.mark.parametrize(
    "did",
    [
        "did:web:127.0.0.1",
        "did:web:169.254.169.254",
        "did:web:2130706433",
        "did:web:0x7f.1",
        "did:web:0x7f000001",
        "did:web:127.1",
        "did:web:[::1]",
        "did:web:%5B%3A%3A1%5D",
        "did:web:localhost",
        "did:web:localhost%3A8443",
        "did:web:router.local",
        "did:web:school",
        "did:web:school.example.",
        "did:web:school.example%3A22",
        "did:web:school.example%3A443%40evil.example",
        "did:web:user%40school.example",
        "did:web:user%3Apw%40school.example",
        "did:web:school.example%2F..%2Fother",
        "did:web:school.example:..:other",
        "did:web:school.example:%2e%2e:other",
        "did:web:school.example:%2E",
        "did:web:school.example:a%00b",
        "did:web:school.example:a%5Cb",
        "did:web:school.example:a%2Fb",
        "did:web:school.example:%252e%252e",
        "did:web:school.example::x",
        "did:web:school.example:",
        "did:web:",
        "did:web:%",
        "did:web:sch\u00f6ol.example",
        "did:web:\uff11\uff12\uff17.0.0.1",
        "did:web:school.example%3Fq=1",
        "did:web:school.example%23x",
        "did:web:" + "a." * 2_500 + "example",
        "did:web:school.example:" + "a" * 5_000,
    ],
    ids=lambda did: did[:40],
)
async def test_a_did_web_that_names_no_public_host_plainly_opens_no_socket(did: str) -> None:
    with rude_server.sockets() as asked:
        async with Fetcher(clock=lambda: NOW, did_ports=range(1024, 65536), lookup=nobody) as fetch:
            report = await judged_over(fetch, of_issuer(did))
    assert asked == []
    if did == "did:web:router.local":  # a sound DID; it is the address that nobody may fetch
        says(report, "undecided", "proof", "unknown", "did.unreachable")
    else:
        says(report, "rejected", "proof", "fail", "did.invalid")
        says(report, "rejected", "issuer_binding", "fail", "issuer_binding.key_refused")


# 97: bad DID servers


async def test_the_school_that_the_next_servers_imitate_is_believed() -> None:
    document = to_bytes(did_web_document(SCHOOL, keys={"key-1": ISSUER.public()}))
    report = await from_rude({DID_JSON: answer(200, document, Content_Type=JSON)}, of_issuer(SCHOOL))
    says(report, "accepted", "issuer_binding", "pass", "issuer_binding.ok")


@pytest.mark.parametrize(
    "behaviour",
    [
        redirect("http://169.254.169.254/latest/meta-data"),
        redirect("https://169.254.169.254/latest/meta-data"),
        redirect("https://127.0.0.1/did.json"),
        redirect("https://[::ffff:7f00:1]/did.json"),
        redirect("https://other.example/.well-known/did.json"),
        redirect("file:///etc/passwd"),
        redirect(DID_JSON),
        redirect("//evil.example/did.json"),
        redirect("https://user@school.example/x"),
        redirect(""),
        answer(200, b"<html>", Content_Type="text/html"),
        CUT_JSON,
        DEEP_JSON,
        answer(200, b"x" * 400_000, Content_Type=JSON),
        answer(404),
        answer(500),
        b"nonsense\r\n\r\n",
        b"",
        rude_server.GZIP_BOMB,
        rude_server.HALF,
        rude_server.HANG,
        rude_server.DRIP,
        rude_server.ENDLESS,
    ],
    ids=lambda behaviour: behaviour[:60].decode("latin-1").splitlines()[0] if behaviour else "closed",
)
async def test_a_bad_did_server_leaves_the_key_unknown_in_time(behaviour: bytes) -> None:
    with within(10, time.monotonic), rude_server.sockets() as asked:
        report = await from_rude({DID_JSON: behaviour}, of_issuer(SCHOOL))
    assert {address[0] for _, address in asked if isinstance(address, tuple)} <= {"127.0.0.1"}
    if behaviour in (CUT_JSON, DEEP_JSON):
        says(report, "rejected", "proof", "fail", "did.document")
    else:
        code = "did.not_found" if behaviour == answer(404) else "did.unreachable"
        says(report, "undecided", "proof", "unknown", code)
        says(report, "undecided", "issuer_binding", "unknown", "issuer_binding.unresolved")


async def test_a_document_of_many_keys_is_read_in_time() -> None:
    """As many as the limit of 256 KiB lets through: about a thousand."""
    document = did_web_document(SCHOOL, keys={"key-1": ISSUER.public()})
    (method,) = document["verificationMethod"]
    document["verificationMethod"] = [method | {"id": f"{SCHOOL}#k{number}"} for number in range(1_000)] + [method]
    body = to_bytes(document)
    assert len(body) < 256 * 1024
    with within(5, time.monotonic):
        report = await from_rude({DID_JSON: answer(200, body, Content_Type=JSON)}, of_issuer(SCHOOL))
    says(report, "rejected", "proof", "fail", "did.document")
    document["verificationMethod"] = [method | {"id": f"{SCHOOL}#k{number}"} for number in range(100_000)] + [method]
    with within(5, time.monotonic):
        report = await from_rude({DID_JSON: answer(200, to_bytes(document), Content_Type=JSON)}, of_issuer(SCHOOL))
    says(report, "undecided", "proof", "unknown", "did.unreachable")


# 98: names that change their address


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:7f00:1"],
        ["64:ff9b::a9fe:a9fe"],
        ["2002:7f00:1::"],
        ["fe80::1%eth0"],
        ["93.184.216.34", "10.0.0.1"],
        ["10.0.0.1", "93.184.216.34"],
    ],
    ids=lambda addresses: " ".join(addresses),
)
async def test_a_name_with_a_private_address_is_refused_whole(addresses: list[str]) -> None:
    async def lookup(host: str) -> list[str]:
        return addresses

    with rude_server.sockets() as asked:
        async with Fetcher(clock=lambda: NOW, lookup=lookup) as fetch:
            report = await judged_over(fetch, of_issuer(SCHOOL))
    assert asked == []
    says(report, "undecided", "proof", "unknown", "did.unreachable")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254"])
def test_an_address_that_became_private_after_the_lookup_is_refused_at_connect(address: str) -> None:
    with pytest.raises(FetchError) as refused:
        SocketGuard()((2, 1, 6, "", (address, 443)))
    assert refused.value.code == "fetch.address"


# 111 and 112: status lists


@pytest.mark.parametrize(
    "behaviour",
    [
        answer(404),
        answer(410),
        answer(500),
        redirect("/status/1"),
        redirect("https://10.0.0.1/status/1"),
        redirect("file:///etc/passwd"),
        redirect("http://school.example/status/1"),
        answer(200, b"<html>not a list</html>", Content_Type="text/html"),
        EMPTY_JSON,
        answer(200, gzip.compress(b"{}"), Content_Type=JSON, Content_Encoding="gzip"),
        rude_server.GZIP_BOMB,
        rude_server.HALF,
        rude_server.HANG,
        rude_server.DRIP,
        rude_server.ENDLESS,
    ],
    ids=lambda behaviour: behaviour[:60].decode("latin-1").splitlines()[0],
)
async def test_a_status_list_that_cannot_be_had_leaves_the_verdict_open_in_time(behaviour: bytes) -> None:
    with within(15, time.monotonic):
        report = await from_rude({"/status/1": behaviour}, with_status(STATUS_URL))
    code = "status.list_malformed" if behaviour == EMPTY_JSON else "status.list_unreachable"
    says(report, "undecided", "status", "unknown", code)
    says(report, "undecided", "proof", "pass", "proof.ok")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "data:application/json,{}",
        "http://school.example/status/1",
        "ftp://school.example/status/1",
        "https://2130706433/status",
        "https://0x7f000001/status",
        "https://0177.0.0.1/status",
        "https://127.1/status",
        "https://[::ffff:127.0.0.1]/status",
        "https://[64:ff9b::7f00:1]/status",
        "https://[fe80::1%25eth0]/status",
        "https://school.example:22/status",
        "https://school.example/status\r\nHost: evil.example",
        "https://school.example\\@evil.example/status",
        "https://user:pw@school.example/status",
        "https://localhost/status",
        "https://metadata.google.internal/status",
        "https://127\u30020\u30020\u30021/status",
        "https://school.example./status",
        "https://ex%61mple.com/status",
        "https:///status",
        "//school.example/status",
        "status/1",
        "",
    ],
)
async def test_a_status_url_that_is_no_plain_public_https_url_opens_no_socket(url: str) -> None:
    with rude_server.sockets() as asked:
        async with Fetcher(clock=lambda: NOW, lookup=nobody) as fetch:
            report = await judged_over(fetch, signed_or_not(url))
    assert asked == []
    if facet(report, "status").code == "status.malformed":  # no URL at all
        says(report, "rejected", "status", "fail", "status.malformed")
    else:
        says(report, facet_verdict(report), "status", "unknown", "status.list_unreachable")


def facet_verdict(report: Report) -> str:
    """Rejected when the URL could not even be signed, else undecided."""
    return "rejected" if facet(report, "proof").outcome == "fail" else "undecided"


def signed_or_not(url: str) -> Document:
    """Signed with this status URL where it is an IRI that can be signed at all, else with the good proof pasted on."""
    from satchel.errors import LinkedError

    try:
        return with_status(url)
    except LinkedError:
        document = with_status(STATUS_URL)
        document["credentialStatus"]["statusListCredential"] = url
        return document


def test_offline_nothing_is_asked_of_any_socket() -> None:
    with rude_server.sockets() as asked:
        report = judged(with_status(STATUS_URL))
    assert asked == []
    says(report, "undecided", "status", "unknown", "status.list_unreachable")


# The guard by itself: every form of row 112 and of the rules for fetching, for every purpose and every way out.

FORMS = {
    "file": "file:///etc/passwd",
    "data": "data:application/json,{}",
    "ftp": "ftp://school.example/x",
    "gopher": "gopher://school.example/x",
    "http": "http://school.example/x",
    "unix socket": "unix:///run/x",
    "no scheme": "//school.example/x",
    "relative": "x/y",
    "empty": "",
    "no host": "https:///x",
    "one slash": "https:/school.example/x",
    "decimal": "https://2130706433/x",
    "hexadecimal": "https://0x7f000001/x",
    "hexadecimal parts": "https://0x7f.0x0.0x0.0x1/x",
    "octal": "https://0177.0.0.1/x",
    "short": "https://127.1/x",
    "dotted": "https://127.0.0.1/x",
    "unspecified": "https://0.0.0.0/x",
    "metadata": "https://169.254.169.254/x",
    "carrier": "https://100.64.0.1/x",
    "public address": "https://93.184.216.34/x",
    "IPv6 loopback": "https://[::1]/x",
    "IPv6 unspecified": "https://[::]/x",
    "mapped": "https://[::ffff:7f00:1]/x",
    "mapped, dotted": "https://[::ffff:127.0.0.1]/x",
    "NAT64": "https://[64:ff9b::7f00:1]/x",
    "6to4": "https://[2002:7f00:1::]/x",
    "Teredo": "https://[2001:0:7f00:1::]/x",
    "link-local": "https://[fe80::1]/x",
    "zone": "https://[fe80::1%25eth0]/x",
    "zone, plain": "https://[fe80::1%eth0]/x",
    "full-width digits": "https://\uff11\uff12\uff17.0.0.1/x",
    "ideographic stops": "https://127\u30020\u30020\u30021/x",
    "IDNA changes it": "https://stra\u00dfe.example/x",
    "CRLF in the path": "https://school.example/x\r\nHost: evil.example",
    "CRLF in the host": "https://school.example\r\n/x",
    "NUL": "https://school.example/\x00",
    "NUL escaped in the host": "https://school.example%00.evil.example/x",
    "letter escaped in the host": "https://ex%61mple.com/x",
    "slash escaped in the host": "https://school.example%2fevil.example/x",
    "space": "https://school.example/a b",
    "backslash": "https://school.example\\@evil.example/x",
    "backslash in the path": "https://school.example/a\\b",
    "user": "https://user@school.example/x",
    "user and password": "https://user:pw@school.example/x",
    "host as user": "https://school.example@evil.example/x",
    "fragment": "https://school.example/x#7",
    "port 22": "https://school.example:22/x",
    "port 80": "https://school.example:80/x",
    "port 0": "https://school.example:0/x",
    "port past the last": "https://school.example:65536/x",
    "port without digits": "https://school.example:/x",
    "localhost": "https://localhost/x",
    "below localhost": "https://a.localhost/x",
    "local": "https://printer.local/x",
    "internal": "https://metadata.google.internal/x",
    "single label": "https://intranet/x",
    "trailing dot": "https://school.example./x",
    "doubled dot": "https://school..example/x",
    "too long": "https://school.example/" + "a" * 5_000,
}
PURPOSES: list[Purpose] = list(MEDIA_TYPES)


async def code_of(fetcher: Fetcher, url: str, purpose: Purpose) -> str:
    with pytest.raises(FetchError) as refused:
        await fetcher(Request(url=url, purpose=purpose, accept=(JSON,), limit_bytes=1_000))
    return refused.value.code


@pytest.mark.parametrize("form", FORMS)
async def test_no_url_of_the_table_opens_a_socket_for_any_purpose_or_way(form: str) -> None:
    """Every port from 1024 on is allowed to did:web here, so that what is refused is refused for its form."""
    url = FORMS[form]
    with rude_server.sockets() as asked:
        async with Fetcher(clock=lambda: NOW, did_ports=range(1024, 65536), lookup=nobody) as fetch:
            codes = {await code_of(fetch, url, purpose) for purpose in PURPOSES}
        async with Sender(clock=lambda: NOW, lookup=nobody) as sender:
            for talk in (sender.ask(url), sender.post(url, {})):
                with pytest.raises(FetchError) as refused:
                    await talk
                codes.add(refused.value.code)
    assert asked == []
    assert codes <= {"fetch.url", "fetch.address", "fetch.port"}
    assert len(codes) == 1


async def test_a_port_of_a_did_is_no_port_of_anything_else() -> None:
    with rude_server.sockets() as asked:
        async with Fetcher(clock=lambda: NOW, did_ports=range(1024, 65536), lookup=nobody) as fetch:
            for purpose in PURPOSES:
                if purpose != "did":
                    assert await code_of(fetch, "https://school.example:8443/x", purpose) == "fetch.port"
            assert await code_of(fetch, "https://school.example:1023/x", "did") == "fetch.port"
    assert asked == []


# A redirect is resolved against the page that sends it, so what names no host of its own leads back to it; and what is
# no ASCII text on one line cannot stand in a header.
_BACK = ("no scheme", "relative", "empty", "no host", "one slash")
ELSEWHERE = {name: url for name, url in FORMS.items() if name not in _BACK and url.isascii() and url.isprintable()}


@pytest.mark.parametrize("form", ELSEWHERE)
async def test_a_redirect_to_a_url_of_the_table_ends_at_the_server_that_sent_it(form: str) -> None:
    with rude_server.sockets() as asked:
        async with (
            rude_server.serving({"/x": redirect(ELSEWHERE[form])}) as base,
            Fetcher(clock=lambda: NOW, origins={"https://college.example": base}, lookup=nobody) as fetch,
        ):
            code = await code_of(fetch, "https://college.example/x", "status")
    assert {address[0] for _, address in asked if isinstance(address, tuple)} == {"127.0.0.1"}
    assert code in {"fetch.url", "fetch.address", "fetch.port"}


PRIVATE = [
    *("127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1"),
    *("::1", "::", "::ffff:7f00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "fe80::1", "fd00::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
async def test_an_answer_that_mixes_public_and_private_is_refused_whole(address: str) -> None:
    for answers in ([address], ["93.184.216.34", address], [address, "93.184.216.34"], ["2606:4700::1111", address]):

        async def lookup(host: str, answers: list[str] = answers) -> Sequence[str]:
            return answers

        with rude_server.sockets() as asked:
            async with Fetcher(clock=lambda: NOW, lookup=lookup) as fetch:
                assert await code_of(fetch, "https://school.example/x", "status") == "fetch.address"
        assert asked == []


class _Rebinding(AbstractResolver):
    """A resolver without a guard: what a name answers after it was looked at."""

    def __init__(self, address: str, port: int) -> None:
        self._address, self._port = address, port

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=self._address, port=self._port, family=2, proto=0, flags=4),
        ]

    async def close(self) -> None:
        return None


async def test_an_answer_that_turned_private_reaches_no_server() -> None:
    """The last line of defence alone: a live server on loopback, a resolver that says its address, and the guard."""
    async with rude_server.serving({"/x": answer(200, b"{}", Content_Type=JSON)}) as base:
        port = int(base.rpartition(":")[2])
        with rude_server.sockets() as asked:
            connector = aiohttp.TCPConnector(
                resolver=_Rebinding("127.0.0.1", port), socket_factory=SocketGuard(), happy_eyeballs_delay=None
            )
            async with aiohttp.ClientSession(connector=connector) as session:
                with pytest.raises(FetchError) as refused:
                    await session.get(f"http://school.example:{port}/x")
        assert refused.value.code == "fetch.address"
        assert asked == []
