from __future__ import annotations

from satchel.credential.read import read
from satchel.node.mirror import OfflineFetch
from satchel.port import drive
from tests.attack.forge import ISSUER, NOW, badge, did_of, judged, signed, to_bytes
from verifier.materials import Asked
from verifier.policy import POLICIES
from verifier.service import VerifierService, repeat

RAW = to_bytes(signed(badge()))


def service(policy: str = "default") -> VerifierService:
    return VerifierService(fetch=OfflineFetch(), clock=lambda: NOW, policy=POLICIES[policy])


def test_bytes_become_a_report() -> None:
    assert drive(service().verify(RAW, name="attack.json")) == judged(RAW)
    assert drive(service().verify(b"")).verdict == "malformed"


def test_policy_and_question_are_the_services() -> None:
    report = drive(service("w3c").verify(RAW, asked=Asked(holder=did_of(ISSUER))))
    assert (report.policy, report.verdict) == ("w3c", "rejected")


async def test_it_is_awaited_in_an_event_loop_too() -> None:
    assert (await service().verify(RAW)).verdict == "accepted"


def test_an_examination_can_be_repeated() -> None:
    found = drive(service().examine(read(RAW, name="x.json"), asked=Asked(challenge="c")))
    assert found.report.verdict == "rejected"
    assert repeat(found.saved) == found.report
