"""did.method.webvh.witness: who must approve, whose approval counts, and for which entries."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from did.method.webvh import log as logs
from did.method.webvh import witness, write
from did.method.webvh.log import Log
from did.method.webvh.parameters import Witness
from did.method.webvh.write import Change
from satchel.errors import DidError
from satchel.port import JsonObject
from tests.did.method.webvh.site import NOW, look_up, publish, signer, state, text

DAY = timedelta(days=1)


def witnesses(threshold: int, *keys: int) -> Witness:
    return Witness(threshold=threshold, ids=tuple(f"did:key:{text(number)}" for number in keys))


def made(first: Witness | None, *changes: Change) -> tuple[str, bytes, list[str]]:
    did, body = write.create(state("issuer.example", 1), signer=signer(1), now=NOW - 9 * DAY, witness=first)
    for number, change in enumerate(changes):
        body = write.update(body, change, signer=signer(1), now=NOW - (8 - number) * DAY)
    return did, body, [json.loads(line)["versionId"] for line in body.splitlines()]


def approvals(*pairs: tuple[str, int]) -> bytes:
    return write.witness_file([write.approval(version, signer=signer(key), now=NOW) for version, key in pairs])


def judged(body: bytes, file: bytes) -> Log:
    return witness.approved(logs.read(body, scid=write.scid_in(body), now=NOW), file)


def end_of(log: Log) -> tuple[int, str | None]:
    return len(log.versions), None if log.fault is None else log.fault.code


def test_a_log_without_witnesses_needs_no_file(tmp_path: Path) -> None:
    did, body, _ = made(None)
    publish(tmp_path, did, body)
    assert look_up(tmp_path, did).metadata["witness"] == {}


def test_a_threshold_of_approvals_makes_an_entry_hold(tmp_path: Path) -> None:
    did, body, (first,) = made(witnesses(2, 5, 6, 7))
    publish(tmp_path, did, body, approvals((first, 5), (first, 7)))
    found = look_up(tmp_path, did)
    assert found.metadata["witness"] == {
        "threshold": "2",
        "witnesses": [{"id": f"did:key:{text(number)}"} for number in (5, 6, 7)],
    }
    for short in (approvals((first, 5)), approvals((first, 5), (first, 5)), approvals((first, 5), (first, 8)), b"[]"):
        assert end_of(judged(body, short)) == (0, "did.log_witness")


def test_an_approval_covers_the_entries_before_it_and_not_those_after() -> None:
    _, body, (one, two, three) = made(witnesses(1, 5), Change(ttl=1), Change(ttl=2))
    assert end_of(judged(body, approvals((three, 5)))) == (3, None)
    assert end_of(judged(body, approvals((two, 5)))) == (2, "did.log_witness")
    assert end_of(judged(body, approvals((one, 5)))) == (1, "did.log_witness")


def test_the_first_witnesses_are_active_at_once() -> None:
    _, body, (_, two) = made(None, Change(witness=witnesses(1, 5)))
    assert end_of(judged(body, approvals((two, 5)))) == (2, None)
    assert end_of(judged(body, b"[]")) == (1, "did.log_witness")


def test_new_witnesses_and_the_end_of_witnessing_are_approved_by_the_old_ones() -> None:
    for change in (Change(witness=witnesses(1, 6)), Change(witness="none")):
        _, body, (_, two) = made(witnesses(1, 5), change)
        assert end_of(judged(body, approvals((two, 5)))) == (2, None)
        assert end_of(judged(body, approvals((two, 6)))) == (0, "did.log_witness")
    _, body, (_, two, _third) = made(witnesses(1, 5), Change(witness="none"), Change(ttl=1))
    assert end_of(judged(body, approvals((two, 5)))) == (3, None)


def test_an_approval_of_an_unpublished_entry_counts_for_nothing() -> None:
    _, body, (one, two) = made(witnesses(1, 5), Change(ttl=1))
    shorter = body.splitlines(keepends=True)[0]
    assert end_of(judged(shorter, approvals((two, 5)))) == (0, "did.log_witness")
    assert end_of(judged(shorter, approvals((two, 5), (one, 5)))) == (1, None)


def test_an_approval_of_an_entry_that_is_not_sound_counts_for_nothing() -> None:
    _, body, (_, two) = made(witnesses(1, 5), Change(ttl=1))
    one, other = (json.loads(line) for line in body.splitlines())
    other["parameters"]["ttl"] = 2
    broken = b"".join(json.dumps(entry).encode() + b"\n" for entry in (one, other))
    assert end_of(judged(broken, approvals((two, 5)))) == (0, "did.log_witness")


def test_an_approval_made_for_another_did_is_not_taken() -> None:
    _, body, (first,) = made(witnesses(1, 5))
    _, _, (other,) = made(witnesses(1, 5, 6))
    stolen: JsonObject = {**write.approval(other, signer=signer(5), now=NOW), "versionId": first}
    assert end_of(judged(body, write.witness_file([stolen]))) == (0, "did.log_witness")


@pytest.mark.parametrize(
    "changes",
    [
        {"cryptosuite": "eddsa-rdfc-2022"},
        {"proofPurpose": "authentication"},
        {"verificationMethod": f"did:key:{text(5)}#{text(6)}"},
        {"verificationMethod": f"did:key:{text(6)}#{text(6)}"},
        {"proofValue": "z1"},
    ],
)
def test_a_false_approval_beside_good_ones_is_passed_over(changes: dict[str, str]) -> None:
    _, body, (first,) = made(witnesses(1, 5))
    good = write.approval(first, signer=signer(5), now=NOW)
    (proof,) = good["proof"]  # type: ignore[misc]
    false: JsonObject = {"versionId": first, "proof": [{**proof, **changes}]}  # type: ignore[dict-item]
    assert end_of(judged(body, write.witness_file([false]))) == (0, "did.log_witness")
    assert end_of(judged(body, write.witness_file([false, good]))) == (1, None)


@pytest.mark.parametrize(
    "file", [b"", b"{}", b'["x"]', b"\xff", b'[{"versionId":1}]', b'[{"versionId":"x","proof":7}]']
)
def test_a_file_that_is_none_approves_nothing(file: bytes) -> None:
    _, body, _ = made(witnesses(1, 5))
    assert end_of(judged(body, file)) == (0, "did.log_witness")


def test_a_file_with_more_proofs_than_anybody_checks_is_given_up() -> None:
    _, body, (first,) = made(witnesses(1, 5))
    good = write.approval(first, signer=signer(5), now=NOW)
    many: JsonObject = {"versionId": first, "proof": [None] * 1000}
    assert end_of(judged(body, json.dumps([many, good]).encode())) == (0, "did.log_witness")


def test_a_file_that_cannot_be_had_is_told_apart_from_one_that_says_too_little(tmp_path: Path) -> None:
    did, body, (_, two) = made(None, Change(witness=witnesses(1, 5)))
    publish(tmp_path, did, body)
    with pytest.raises(DidError) as caught:
        look_up(tmp_path, did)
    assert caught.value.code == "did.not_found"
    assert look_up(tmp_path, did, version_number=1).metadata["versionNumber"] == 1
    publish(tmp_path, did, body, approvals((two, 5)))
    assert look_up(tmp_path, did).metadata["versionNumber"] == 2
