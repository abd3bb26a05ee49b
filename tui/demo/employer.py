"""The employer: six applicants' files in one table without ranks, and a skill that the verifier's own copy contradicts.

The employer has a verifier with its own trust list, rules and frameworks; it asks the college's node over HTTP for the
key and the status list, and nobody else for anything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from did import create
from satchel.codec import jcs, strictjson, timestamp
from satchel.framework.graph import Description
from satchel.key.private import LocalSigner, PrivateKey
from satchel.node import settings
from satchel.node.shelf import Shelf
from satchel.port import JsonObject, JsonValue
from satchel.proof import suites
from satchel.text import for_terminal
from tui.demo.lead import CASE, ESCO, opened_issuer
from tui.demo.learner import opened_wallet
from tui.demo.stage import COLLEGE, DOMAIN, LEARNER, ORIGIN, Said, Stage, facts_of, failed, packaged
from verifier import policy as policies
from verifier.materials import Asked
from verifier.report import Report
from verifier.service import VerifierService, load_trust
from wallet import present

READER: Final = "Employer"
CHALLENGE: Final = "vacancy-17-applicant-1"
TOWN: Final = "Old Town Training (invented)"
ACADEMY: Final = "Bright Future Academy (invented)"
HOSTILE: Final = "Expert\x1b[2J\x1b]52;c;aGFsbG8=\x07\u202etreB"
WEAKNESSES: Final = "http://data.europa.eu/esco/skill/dad7e408-162f-46a4-8567-db560e19e2fc"
_WORDS: Final = {
    "accepted": "✔ accepted",
    "accepted_with_warnings": "! accepted",
    "undecided": "? undecided",
    "rejected": "✘ rejected",
    "malformed": "✘ malformed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """A file that came in: its name, its bytes, what the employer asks beside it, and how it must end."""

    name: str
    raw: bytes
    asked: Asked
    verdicts: tuple[str, ...]
    decided_by: str
    why: str
    shown: str = ""


async def applicants(stage: Stage) -> Said:
    """Checks six files in the order in which they came."""
    await opened_issuer(stage).change_status(stage.ids[3], "revoke", reason="Entered for the wrong learner")
    verifier = await _verifier(stage)
    came = await _came(stage)
    reports = [await verifier.verify(one.raw, name=one.name, asked=one.asked) for one in came]
    ended = await verifier.verify(stage.ended, name="ended.json")
    for one in came:
        stage.keep(f"applicants/{one.name}", one.raw)
    rows = [row for one, report in zip(came, reports, strict=True) for row in _rows(one, report)]
    items: list[JsonValue] = [{"file": one.name, **facts_of(report)} for one, report in zip(came, reports, strict=True)]
    return Said(
        headline="Six applicants' files, as they came, each with its reason.",
        rows=rows,
        reader=READER,
        sentence="You see what holds, what does not, and what nobody could tell; choosing is left to you.",
        is_right=all(_ended_well(one, report) for one, report in zip(came, reports, strict=True))
        and failed(ended) == {"validity"},
        facts={"applicants": items, "ended": facts_of(ended)},
    )


async def _verifier(stage: Stage) -> VerifierService:
    """The employer's own: its trust list, its rules, its frameworks."""
    home = stage.home("employer").prepare()
    known = {
        "schema": "satchel.trust/1",
        "name": "Schools that we know",
        "issuers": [
            {"id": create.did_web(ORIGIN), "name": COLLEGE},
            {"id": _key(stage, TOWN)[0], "name": TOWN},
        ],
    }
    settings.make_folder(home.trust)
    settings.write_file(home.trust / "schools.json", json.dumps(known, indent=1).encode("utf-8"))
    settings.make_folder(home.policy)
    rules = packaged("tui.demo_data", "hiring.toml")
    settings.write_file(home.policy / "hiring.toml", rules)
    shelf = stage.opened.enter_context(Shelf(home.frameworks))
    files = [(name, packaged("satchel.framework", f"slice/{name}")) for name in (ESCO, CASE)]
    shelf.import_files(files, Description())
    return VerifierService(
        fetch=await stage.sender(),
        clock=stage.clock,
        policy=policies.load(rules),
        shelf=shelf,
        trust=load_trust(home.trust),
    )


async def _came(stage: Stage) -> tuple[Applicant, ...]:
    wallet = opened_wallet(stage)
    held = next(card for card in (await wallet.list()).current if card.title == "Network Security Foundations")
    shown = await present.present(
        wallet,
        [held.id],
        challenge=CHALLENGE,
        domain=DOMAIN,
        now=stage.clock(),
        entropy=stage.entropy("presentation"),
    )
    bent = jcs.encode(strictjson.load_object(stage.badges[2])).replace(b"Foundations", b"Engineering")
    return (
        Applicant(
            name="1-alder.json",
            raw=shown,
            asked=Asked(challenge=CHALLENGE, domain=DOMAIN, require_holder_binding=True),
            verdicts=("accepted", "accepted_with_warnings"),
            decided_by="",
            why="a school you know; shown by its holder",
        ),
        Applicant(
            name="2-cedar.json",
            raw=bent,
            asked=Asked(recipient="cedar@learner.example"),
            verdicts=("rejected",),
            decided_by="proof",
            why="a word was changed after signing",
        ),
        Applicant(
            name="3-dogwood.json",
            raw=stage.badges[3],
            asked=Asked(recipient="dogwood@learner.example"),
            verdicts=("rejected",),
            decided_by="status",
            why="taken back by its issuer",
        ),
        Applicant(
            name="4-elm.json",
            raw=_signed(stage, ACADEMY, "Network Security Foundations"),
            asked=Asked(),
            verdicts=("undecided",),
            decided_by="issuer_trust",
            why="nobody on your list signed it: ask",
        ),
        Applicant(
            name="5-fir.json",
            raw=_signed(stage, TOWN, HOSTILE),
            asked=Asked(),
            verdicts=("accepted", "accepted_with_warnings"),
            decided_by="",
            why="its name is shown, never obeyed:",
            shown=for_terminal(HOSTILE, limit=90),
        ),
        Applicant(
            name="6-ginkgo.json",
            raw=stage.badges[1],
            asked=Asked(recipient="ginkgo@learner.example"),
            verdicts=("rejected",),
            decided_by="subject",
            why="true, but about somebody else",
        ),
    )


def _rows(one: Applicant, report: Report) -> tuple[str, ...]:
    row = f"{one.name:<15}{_WORDS[report.verdict]:<12} {one.why}"
    return (row, f"    {one.shown}") if one.shown else (row,)


def _ended_well(one: Applicant, report: Report) -> bool:
    """Whether it came out as it must, and for no other reason."""
    decisive = {"rejected": "fail", "undecided": "unknown"}.get(report.verdict)
    found = {
        facet.facet
        for facet in report.facets
        if facet.outcome == decisive and facet.facet in ("proof", "status", "subject", "issuer_trust", "validity")
    }
    return report.verdict in one.verdicts and found == ({one.decided_by} if one.decided_by else set())


async def contradiction(stage: Stage) -> Said:
    """A badge of a known school names an ESCO skill by another name than ESCO has for it."""
    verifier = await _verifier_again(stage)
    claimed = "leads national cyber defence"
    aligned: JsonObject = {
        "type": ["Alignment"],
        "targetName": claimed,
        "targetUrl": WEAKNESSES,
        "targetFramework": "ESCO",
    }
    raw = _signed(stage, TOWN, "Weekend course in network checks", [aligned])
    stage.keep("contradicted.json", raw)
    report = await verifier.verify(raw, name="contradicted.json")
    facet = next(one for one in report.facets if one.facet == "alignment")
    proof = next(one for one in report.facets if one.facet == "proof")
    with Shelf(stage.home("employer").frameworks) as shelf:
        ours = shelf.nodes(WEAKNESSES)[0].labels[0][1]
    return Said(
        headline="A good signature, over an ESCO skill under a name it never had.",
        rows=[f"the badge says   “{claimed}”", f"your own copy    “{ours}”"],
        reader=READER,
        sentence="A signature says who wrote it, your own copy says whether it is so; the badge is marked, not hidden.",
        is_right=report.verdict == "accepted_with_warnings"
        and (proof.outcome, facet.outcome, facet.code) == ("pass", "fail", "alignment.name_contradicted"),
        facts={"alignment": facet.code, "claimed": claimed, "own_copy": ours, **facts_of(report)},
    )


async def _verifier_again(stage: Stage) -> VerifierService:
    home = stage.home("employer")
    shelf = stage.opened.enter_context(Shelf(home.frameworks))
    rules = policies.load(packaged("tui.demo_data", "hiring.toml"))
    return VerifierService(
        fetch=await stage.sender(), clock=stage.clock, policy=rules, shelf=shelf, trust=load_trust(home.trust)
    )


def _key(stage: Stage, name: str) -> tuple[str, LocalSigner]:
    """The did:key of an invented school, and its signer."""
    key = PrivateKey.generate(stage.entropy(name))
    did = create.did_key(key.public())
    return did, LocalSigner(create.did_key_method(did), key)


def _signed(stage: Stage, issuer: str, title: str, alignments: Sequence[JsonObject] = ()) -> bytes:
    """A badge of a school that is not the college."""
    did, signer = _key(stage, issuer)
    achievement: JsonObject = {
        "id": f"{did}#achievement",
        "type": ["Achievement"],
        "achievementType": "MicroCredential",
        "name": title,
        "description": "Made for the demonstration.",
        "criteria": {"narrative": "Took part."},
    }
    if alignments:
        achievement["alignment"] = [*alignments]
    when = timestamp.render(stage.now.replace(microsecond=0))
    document: JsonObject = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"{did}#badge",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": title,
        "issuer": {"id": did, "type": ["Profile"], "name": issuer},
        "validFrom": when,
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": LEARNER, "identityType": "emailAddress"}
            ],
            "achievement": achievement,
        },
    }
    signed = suites.sign(document, suite="eddsa-rdfc-2022", signer=signer, created=stage.now.replace(microsecond=0))
    return json.dumps(signed, ensure_ascii=False, indent=1).encode("utf-8")
