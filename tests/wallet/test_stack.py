"""wallet.stack: stacks of a real wallet, checked part by part."""

import hashlib
import io
import zipfile
from typing import Any

import pytest

from satchel.credential import archive, bake, clr, identity
from satchel.credential.presentation import PresentationFault
from satchel.credential.stack import StackFault
from satchel.errors import WalletFault
from satchel.node import entropy
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from satchel.port import Did
from satchel.proof import suites
from tests.satchel.credential.pictures import png, svg
from tests.satchel.credential.signed import VC1
from tests.wallet.badge import CREATED, ISSUER, signed, to_bytes
from tests.wallet.story import (
    HOLDER,
    NOW,
    SECOND,
    SKILL,
    badge_about,
    did_of,
    keep,
    open_wallet,
    signer_of,
    skilled,
)
from verifier import report as reports
from wallet import holding, pathway, stack
from wallet.service import WalletService
from wallet.stack import Checked

OFFLINE = OfflineFetch()
MAIL = "ada@school.example"


async def checked(raw: bytes, *emails: str) -> Checked:
    return await stack.check(raw, fetch=OFFLINE, now=NOW, emails=emails)


def older_badge(subject: str) -> bytes:
    """A badge of data model 1.1 with a proof of the older kind."""
    document = skilled(11, subject=subject)
    del document["validFrom"]
    document |= {
        "@context": [VC1, document["@context"][1], "https://w3id.org/security/suites/ed25519-2020/v1"],
        "issuanceDate": "2026-03-01T00:00:00Z",
    }
    return to_bytes(
        suites.sign(document, suite="Ed25519Signature2020", signer=signer_of(ISSUER), created=CREATED), indent=4
    )


async def filled(wallet: WalletService) -> tuple[list[str], list[bytes]]:
    """A wallet with VC 1.1 JSON, VC 2.0 JSON, PNG, SVG and a CLR of the learner's own; ids and originals."""
    did: Did = wallet.did
    originals = [
        older_badge(did),
        badge_about(did, 2),
        bake.bake(png(), badge_about(did, 3)),
        bake.bake(svg(), badge_about(did, 4)),
    ]
    ids = await keep(wallet, *originals)
    record, left_out = await stack.build_clr(wallet, ids, name="My record", now=NOW, entropy=entropy.system)
    assert left_out == (ids[0],)
    ids += await keep(wallet, record)
    return ids, [*originals, record]


async def test_a_stack_of_every_kind_verifies_part_by_part_and_gives_the_originals_back(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        ids, originals = await filled(wallet)
        raw = await stack.build(wallet, ids, name="Everything", now=NOW, entropy=entropy.system)
        did = wallet.did
    found = await checked(raw)
    assert found.is_signed
    assert (found.name, found.learner) == ("Everything", did)
    assert found.manifest.verdict == "accepted"
    assert [one.report.verdict for one in found.parts[:4]] == ["accepted"] * 4
    assert found.parts[4].report.verdict in ("accepted", "accepted_with_warnings")
    assert [one.part.envelope.raw for one in found.parts] == originals
    assert [one.part.file.rpartition(".")[2] for one in found.parts] == ["json", "json", "png", "svg", "json"]
    assert {one.linkage for one in found.parts} == {"stack.key_proven"}
    assert reports.exit_code(found.reports, strict=False) == 0


async def test_the_same_credentials_come_out_of_the_file_after_another_program_has_read_it(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        ids, originals = await filled(wallet)
        raw = await stack.build(wallet, ids, name="Everything", now=NOW, entropy=entropy.system)
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        assert [file.read(name) for name in file.namelist()[1:]] == originals


def mail_badge(salt: str, *, md5: bool = False) -> bytes:
    document: Any = skilled(7)
    holder = document["credentialSubject"]
    del holder["id"]
    named = identity.compose(MAIL, identity_type="emailAddress", salt=salt)
    if md5:
        named["identityHash"] = "md5$" + hashlib.md5((MAIL + salt).encode(), usedforsecurity=False).hexdigest()
    holder["identifier"] = [named]
    return to_bytes(signed(document))


async def test_who_a_part_is_about_is_an_outcome_of_its_own(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        files = [
            badge_about(wallet.did, 1),
            mail_badge("salted"),
            mail_badge("salted", md5=True),
            badge_about(HOLDER, 4),
            b"eyJhbGciOiJFZERTQSJ9.eyJpZCI6InVybjp4In0.c2lnbmF0dXJl",
        ]
        ids = await keep(wallet, *files)
        raw = await stack.build(wallet, ids, name="", now=NOW, entropy=entropy.system)
    assert [one.linkage for one in (await checked(raw)).parts] == ["stack.key_proven"] + ["stack.not_proven"] * 4
    assert [one.linkage for one in (await checked(raw, " Ada@School.example")).parts] == [
        "stack.key_proven",
        "stack.email_matched",
        "stack.email_weak",
        "stack.not_proven",
        "stack.not_proven",
    ]
    assert {one.linkage for one in (await checked(raw, "bea@school.example")).parts[1:]} == {"stack.not_proven"}


async def test_a_manifest_that_others_signed_proves_no_key(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        ids = await keep(wallet, badge_about(wallet.did))
        raw = await stack.build(wallet, ids, name="Mine", now=NOW, entropy=entropy.system)
    manifest, part = archive.read(raw, entries_limit=2)
    forged = archive.write([(manifest[0], manifest[1].replace(b"Mine", b"Ours")), part])
    found = await checked(forged)
    assert not found.is_signed
    assert found.manifest.verdict == "rejected"
    assert [facet.code for facet in found.manifest.facets if facet.outcome == "fail"] == ["proof.invalid"]
    # The part itself is as good as before; only the learner is not proven.
    assert [(one.report.verdict, one.linkage) for one in found.parts] == [("accepted", "stack.not_proven")]
    assert reports.exit_code(found.reports, strict=False) == 3


async def test_a_bad_part_is_named_and_the_others_stay_good(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        good = badge_about(wallet.did, 1)
        bad = badge_about(wallet.did, 2).replace(b"Three plans", b"Seven plans")
        added = await wallet.add(bad, now=NOW, keep_rejected=True)
        assert added.card is not None
        ids = [*await keep(wallet, good), added.card.id]
        raw = await stack.build(wallet, ids, name="", now=NOW, entropy=entropy.system)
    found = await checked(raw)
    assert found.is_signed
    assert [one.report.verdict for one in found.parts] == ["accepted", "rejected"]
    assert [facet.code for facet in found.parts[1].report.facets if facet.outcome == "fail"] == ["proof.invalid"]


async def test_changed_files_are_refused_as_a_whole(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        ids = await keep(wallet, badge_about(wallet.did, 1))
        raw = await stack.build(wallet, ids, name="", now=NOW, entropy=entropy.system)
    manifest, part = archive.read(raw, entries_limit=2)
    for entries, code in (
        ([manifest, (part[0], part[1] + b" ")], "stack.part_changed"),
        ([manifest], "stack.part_missing"),
        ([manifest, part, ("parts/02.json", b"{}")], "stack.part_unnamed"),
    ):
        with pytest.raises(StackFault) as fault:
            await checked(archive.write(entries))
        assert fault.value.code == code
    with pytest.raises(StackFault) as fault:
        await checked(part[1])
    assert fault.value.code == "stack.not_a_stack"


async def test_unknown_ids_and_repeated_ones_build_nothing(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        (id,) = await keep(wallet, badge_about(wallet.did, 1))
        with pytest.raises(WalletFault) as fault:
            await stack.build(wallet, ["zzzz"], name="", now=NOW, entropy=entropy.system)
        assert fault.value.code == "wallet.unknown_id"
        with pytest.raises(StackFault) as stack_fault:
            await stack.build(wallet, [id, id[:8]], name="", now=NOW, entropy=entropy.system)
        assert stack_fault.value.code == "stack.part_twice"
        with pytest.raises(StackFault) as stack_fault:
            await stack.build(wallet, [], name="", now=NOW, entropy=entropy.system)
        assert stack_fault.value.code == "stack.empty"


async def test_a_record_holds_what_fits_and_names_what_does_not(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        ids = await keep(wallet, older_badge(wallet.did), badge_about(wallet.did, 2))
        record, left_out = await stack.build_clr(wallet, ids, name="Record", now=NOW, entropy=entropy.system)
        assert left_out == (ids[0],)
        added = await wallet.add(record, now=NOW)
        assert added.report.verdict in ("accepted", "accepted_with_warnings")
        (opened,) = await holding.open_some(wallet, [added.card.id if added.card else ""])
        assert opened.envelope.value is not None
        assert len(clr.parts(opened.envelope.value)) == 1
        with pytest.raises(PresentationFault) as fault:
            await stack.build_clr(wallet, ids[:1], name="Record", now=NOW, entropy=entropy.system)
        assert fault.value.code == "presentation.empty"


async def test_only_proven_parts_count_for_a_pathway(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        ids = await keep(wallet, badge_about(wallet.did, 1), badge_about(HOLDER, 2))
        raw = await stack.build(wallet, ids, name="", now=NOW, entropy=entropy.system)
    claims = stack.claims(await checked(raw))
    assert [one.reason for one in claims] == ["", "stack.not_proven"]
    path = pathway.check(
        b"satchel: pathway/1\nid: p\nname: P\nsteps:\n"
        b"  - {id: one, name: One, needs: {achievement: 'https://college.example/achievements/1'}}\n"
        b"  - {id: two, name: Two, needs: {achievement: 'https://college.example/achievements/2'}}\n"
        b"  - {id: tides, name: Tides, needs: {skill: '" + SKILL.encode() + b"'}}\n"
    )
    answer = pathway.answer(path, claims)
    assert [step.state for step in answer.steps] == ["met", "open", "met"]
    assert "Nothing ties the subject" in answer.steps[1].missing[0]


async def test_the_json_form_tells_signature_linkage_and_reports(home: Home) -> None:
    async with open_wallet(home) as (wallet, _):
        ids = await keep(wallet, badge_about(wallet.did, 1), badge_about(HOLDER, 2, key=ISSUER))
        raw = await stack.build(wallet, ids, name="N", now=NOW, entropy=entropy.system)
    value: Any = stack.to_json(await checked(raw))
    assert value["schema"] == "satchel.stack_check/1"
    assert value["signed"] is True
    assert [part["linkage"]["outcome"] for part in value["parts"]] == ["pass", "unknown"]
    assert value["parts"][0]["report"]["verdict"] == "accepted"
    assert value["manifest"]["schema"] == "satchel.report/1"


async def test_a_learner_cannot_stack_as_another(home: Home) -> None:
    """The manifest of one learner around the badge of another: everything is true, and nothing is proven."""
    async with open_wallet(home) as (wallet, _):
        ids = await keep(wallet, badge_about(did_of(SECOND), 1))
        raw = await stack.build(wallet, ids, name="", now=NOW, entropy=entropy.system)
    found = await checked(raw)
    assert found.is_signed
    assert found.parts[0].report.verdict == "accepted"
    assert found.parts[0].linkage == "stack.not_proven"
