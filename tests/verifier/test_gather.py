from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from did.create import did_web_document
from satchel.credential import status
from satchel.credential.envelope import Fault
from satchel.credential.read import read
from satchel.errors import FetchError
from satchel.node.mirror import OfflineFetch
from satchel.port import Fetch, Fetched, Request, drive
from tests.attack.forge import ISSUER, NOW, Document, badge, mirror, signed, to_bytes
from tests.verifier.tokens import vc_jwt
from verifier import policy as policies
from verifier.gather import BUDGET, gather, requests_for
from verifier.materials import Asked, Materials
from verifier.policy import POLICIES

SCHOOL = "did:web:school.example"
DID_URL = "https://school.example/.well-known/did.json"
LIST_DID = "did:web:lists.example"
LIST_DID_URL = "https://lists.example/.well-known/did.json"
LIST_URL = "https://school.example/status/1"


class Recording:
    """A real Fetch, and what was asked of it."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self.asked: list[list[str]] = []

    async def __call__(self, request: Request, /) -> Fetched:
        return await self._fetch(request)

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
        self.asked.append([request.url for request in requests])
        return await self._fetch.all(requests)


def gathered(document: Document | bytes, fetch: Fetch, policy: str = "default") -> Materials:
    raw = document if isinstance(document, bytes) else to_bytes(document)
    return drive(gather(read(raw), POLICIES[policy], Asked(), NOW, fetch))


def school_badge(**changes: object) -> Document:
    document = badge(**changes)
    document["issuer"]["id"] = SCHOOL
    return signed(document, method=f"{SCHOOL}#key-1")


def entry(url: str = LIST_URL, index: int = 7) -> Document:
    return dict(status.compose_entry(list_url=url, index=index, purpose="revocation"))


def list_by(did: str) -> Document:
    value = status.compose_list(
        id=LIST_URL, issuer=did, purpose="revocation", encoded=status.encode(bytes(16_384)), valid_from=NOW
    )
    return signed(value, method=f"{did}#key-1")


def test_a_did_key_without_a_status_needs_nothing() -> None:
    assert requests_for(read(to_bytes(signed(badge()))), POLICIES["default"]) == ()
    recording = Recording(OfflineFetch())
    assert gathered(signed(badge()), recording) == Materials(now=NOW, fetched={})
    assert recording.asked == []


def test_documents_of_keys_and_lists_come_first_and_those_of_the_lists_keys_second(tmp_path: Path) -> None:
    folder = mirror(
        tmp_path,
        {
            DID_URL: did_web_document(SCHOOL, keys={"key-1": ISSUER.public()}),
            LIST_URL: list_by(LIST_DID),
            LIST_DID_URL: did_web_document(LIST_DID, keys={"key-1": ISSUER.public()}),
        },
    )
    recording = Recording(folder)
    found = gathered(school_badge(credentialStatus=entry()), recording)
    assert recording.asked == [[DID_URL, LIST_URL], [LIST_DID_URL]]
    assert list(found.fetched) == [("did", DID_URL), ("status", LIST_URL), ("did", LIST_DID_URL)]
    assert all(isinstance(answer, Fetched) for answer in found.fetched.values())


def test_what_the_first_round_brought_is_not_asked_for_again(tmp_path: Path) -> None:
    folder = mirror(
        tmp_path,
        {DID_URL: did_web_document(SCHOOL, keys={"key-1": ISSUER.public()}), LIST_URL: list_by(SCHOOL)},
    )
    recording = Recording(folder)
    gathered(school_badge(credentialStatus=[entry(), entry(index=9)]), recording)
    assert recording.asked == [[DID_URL, LIST_URL]]


def test_a_failed_fetch_is_kept_as_its_fault() -> None:
    found = gathered(school_badge(credentialStatus=entry()), OfflineFetch())
    assert [answer.code for answer in found.fetched.values() if isinstance(answer, Fault)] == ["fetch.offline"] * 2


def test_no_more_than_the_budget_is_fetched() -> None:
    entries = [entry(f"https://school.example/status/{number}") for number in range(16)]
    recording = Recording(OfflineFetch())
    found = gathered(school_badge(credentialStatus=entries), recording)
    assert len(recording.asked[0]) == BUDGET
    codes = [answer.code for answer in found.fetched.values() if isinstance(answer, Fault)]
    assert codes == ["fetch.offline"] * BUDGET + ["fetch.budget"] * 5


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"eyJhbGciOiJub25lIn0.e30.",
        badge(),
        badge() | {"proof": None},
        badge() | {"proof": [None, 7, {}, {"verificationMethod": 7}, {"verificationMethod": "did:web:"}]},
        badge() | {"proof": {"verificationMethod": "https://school.example/#key"}},
        badge() | {"proof": {"verificationMethod": "did:unknown:x#y"}},
        badge() | {"credentialStatus": {"type": "BitstringStatusListEntry"}},
        vc_jwt(kid="https://school.example/key"),
        vc_jwt(kid=None),
    ],
)
def test_what_cannot_be_read_asks_for_nothing(document: Document | bytes) -> None:
    recording = Recording(OfflineFetch())
    gathered(document, recording)
    assert recording.asked == []


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"proof": 7}'])
def test_a_list_that_cannot_be_read_asks_for_nothing_more(tmp_path: Path, body: bytes) -> None:
    recording = Recording(mirror(tmp_path, {LIST_URL: body}))
    gathered(signed(badge(credentialStatus=entry())), recording)
    assert recording.asked == [[LIST_URL]]


def test_a_policy_that_ignores_the_status_fetches_no_list() -> None:
    chosen = policies.load(b'name = "x"\n[facet.status]\nfail = "ignore"\nunknown = "ignore"\nwarn = "ignore"\n')
    envelope = read(to_bytes(signed(badge(credentialStatus=entry()))))
    assert requests_for(envelope, chosen) == ()
    assert [request.url for request in requests_for(envelope, POLICIES["default"])] == [LIST_URL]
