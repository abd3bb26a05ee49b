"""verifier.listing: the status lists that a credential names, judged from the materials."""

from __future__ import annotations

from pathlib import Path

from satchel.credential.read import read
from satchel.errors import StatusError
from satchel.node.mirror import OfflineFetch
from satchel.port import Fetch, drive
from tests.attack.forge import NOW, Document, badge, mirror, signed, to_bytes
from tests.verifier.facet.test_token import status_entry, status_list
from tests.verifier.tokens import vc_jwt
from verifier.facet.status import JudgedList
from verifier.gather import gather
from verifier.listing import Lists, entries_of
from verifier.materials import Asked
from verifier.policy import POLICIES
from verifier.proving import Proofs
from verifier.reading import STRICT

URL = "https://school.example/status/1"


def lists_of(document: Document, fetch: Fetch) -> dict[str, JudgedList]:
    policy = POLICIES["default"]
    materials = drive(gather(read(to_bytes(document)), policy, Asked(), NOW, fetch))
    return dict(Lists(materials, policy, Proofs(materials, policy, STRICT)).of(document))


def test_a_list_is_judged_once_for_all_entries_that_name_it(tmp_path: Path) -> None:
    document = badge(credentialStatus=[status_entry(3), status_entry(4)])
    for listed in (to_bytes(signed(status_list(4))), vc_jwt(status_list(4))):
        found = lists_of(document, mirror(tmp_path, {URL: listed}))
        assert list(found) == [URL]
        report = found[URL].report
        assert report is not None
        assert report.verdict == "accepted"


def test_a_list_that_cannot_be_had_or_read_has_a_fault(tmp_path: Path) -> None:
    document = badge(credentialStatus=status_entry(3))
    fault = lists_of(document, OfflineFetch())[URL].fault
    assert fault is not None
    assert fault.code == "fetch.offline"
    fault = lists_of(document, mirror(tmp_path, {URL: b"{"}))[URL].fault
    assert fault is not None
    assert fault.code == "parse.not_json"


def test_what_names_no_list_needs_none() -> None:
    assert lists_of(badge(), OfflineFetch()) == {}
    assert isinstance(entries_of(badge(credentialStatus={"type": "BitstringStatusListEntry"})), StatusError)
    assert entries_of(badge()) == ()
