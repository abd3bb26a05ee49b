"""The learner: a badge in a picture, a claim over HTTP, a passport by skill, a stack on its way to a certificate."""

from __future__ import annotations

import hashlib
from typing import Final

from issuer import http as issuer_http
from issuer.issue import Refused
from issuer.link import Planned
from satchel.codes import CODES
from satchel.credential import bake
from satchel.node.server import Tcp
from satchel.node.server import serve as serve_application
from satchel.port import JsonValue
from satchel.text import for_terminal
from tui.demo.lead import opened_issuer
from tui.demo.stage import LEARNER, ORIGIN, PASSPHRASE, Said, Stage, is_accepted, packaged
from wallet import holding, passport, pathway, receive, stack
from wallet.drawer import Drawer
from wallet.secret import Secret
from wallet.service import WalletService

READER: Final = "Learner"
DOTS: Final = ("○○○", "●○○", "●●○", "●●●")
_SIGNS: Final = {"met": "✔", "open": "○", "blocked": "…"}


async def bake_one(stage: Stage) -> Said:
    """Puts the first badge into a picture."""
    drawn = packaged("tui.demo_data", "badge.svg")
    stage.picture = bake.bake(drawn, stage.badges[0])
    stage.keep("badge.svg", stage.picture)
    stage.keep("badge.json", stage.badges[0])
    return Said(
        headline="One public badge now travels inside its picture.",
        reader=READER,
        sentence="Whoever has the picture can check it; it shows your level, and no name, score or feedback.",
        is_right=bake.unbake(stage.picture) == stage.badges[0] and b"Learner Alder" not in stage.picture,
        facts={"sha256": hashlib.sha256(stage.picture).hexdigest()},
    )


async def claim(stage: Stage) -> Said:
    """Serves the college on a port; the learner's wallet comes with a one-time link, and adds a foreign badge."""
    issuer = opened_issuer(stage)
    link = await _link(stage)
    stage.moment = stage.now
    application = issuer_http.build(issuer, clock=stage.clock, entropy=stage.entropy("college's server"))
    served = await stage.opened.enter_async_context(serve_application(application, at=[Tcp()]))
    stage.origins[ORIGIN] = served.urls[0]
    sender = await stage.sender()
    secret = Secret(PASSPHRASE.encode("utf-8"))
    stage.wallet = await stage.opened.enter_async_context(
        WalletService.unlock(stage.home("learner"), secret, fetch=sender, entropy=stage.entropy("learner's wallet"))
    )
    stage.drawer = await stage.opened.enter_async_context(
        Drawer.open(stage.home("learner"), stage.wallet.vault, entropy=stage.entropy("learner's drawer"))
    )
    offer = await receive.look(link, sender=sender, now=stage.clock())
    claimed = await receive.claim(offer, wallet=stage.wallet, sender=sender, clock=stage.clock)
    foreign = packaged("tui.demo_data", "foreign_badge.json")
    stage.keep("foreign.json", foreign)
    added = await stage.wallet.add(foreign, name="foreign.json", now=stage.clock())
    if claimed.card is not None:
        stage.claimed = (await stage.wallet.export(claimed.card.id)).raw
        stage.keep("claimed.json", stage.claimed)
    hidden = not any(b"Network Security" in path.read_bytes() for path in stage.home("learner").path.glob("wallet.db*"))
    is_same = await issuer.credential(stage.ids[0]) == stage.claimed
    return Said(
        headline="Over HTTP, a one-time link took the badge to the learner's key.",
        rows=[
            "beside it: a badge made with other software, and one of two years ago",
            "each was judged before it was kept; on the disk all is encrypted",
        ],
        reader=READER,
        sentence="The badge is yours now: you can prove it is about you, and nobody can read your wallet.",
        is_right=claimed.outcome == added.outcome == "added"
        and is_accepted(claimed.report)
        and is_accepted(added.report)
        and is_same
        and hidden,
        facts={
            "did": stage.wallet.did,
            "claimed": {"verdict": claimed.report.verdict, "sha256": claimed.report.sha256},
            "foreign": {"verdict": added.report.verdict, "sha256": added.report.sha256},
        },
    )


async def _link(stage: Stage) -> str:
    """The one-time link of the first learner of the table."""
    issuer = opened_issuer(stage)
    raw, table = packaged("tui.demo_data", "security.yaml"), packaged("tui.demo_data", "cohort.csv")
    planned = await issuer.plan_claims(raw, table, cohort="autumn")
    made: list[Planned | Refused] = [one async for chunk in issuer.run_claims(planned) for one in chunk]
    first = made[0]
    link = issuer.claim_link(first) if isinstance(first, Planned) else None
    if link is None:
        raise RuntimeError("there is no link for the first learner")
    return link


async def show_passport(stage: Stage) -> Said:
    """Shows what the three credentials say, by skill."""
    wallet = opened_wallet(stage)
    held = await holding.open_all(wallet)
    stage.passport = passport.of(held.items, holder=wallet.did, now=stage.clock())
    found = {one.name: one for one in stage.passport.skills}
    strongest, ended = found["identify ICT system weaknesses"], found["Site Safety Refresher"]
    return Said(
        headline=f"{len(held.items)} credentials speak for {len(found)} skills; dots show the evidence.",
        rows=[_skill_row(one) for one in stage.passport.skills],
        reader=READER,
        sentence="Your passport goes by what you can do, not by course, and says of each skill why.",
        is_right=strongest.dots > 1 and ended.dots == 0 and ended.reasons == ("passport.expired",),
        facts={
            "skills": [{"name": one.name, "dots": one.dots, "reasons": list(one.reasons)} for one in found.values()]
        },
    )


def _skill_row(skill: passport.Skill) -> str:
    issuers = len({source.card.issuer_id for source in skill.sources if not source.reason})
    told = [f"{issuers} issuer{'s' * (issuers > 1)}"] if issuers else [CODES[skill.reasons[0]].sentence.rstrip(".")]
    said = {"passport.assessed": "assessed", "passport.endorsed": "endorsed"}
    told += [word for code, word in said.items() if code in skill.reasons]
    return f"{DOTS[skill.dots]} {for_terminal(skill.name, limit=36):<36} {', '.join(told)}"


async def check_stack(stage: Stage) -> Said:
    """Stacks the credentials in one signed file, and compares it with the college's pathway."""
    wallet = opened_wallet(stage)
    ids = [card.id for card in reversed((await wallet.list()).current)]
    entropy = stage.entropy("stack")
    stage.stack = await stack.build(wallet, ids, name="What I can do", now=stage.clock(), entropy=entropy)
    stage.keep("stack.zip", stage.stack)
    rules = packaged("tui.demo_data", "pathway.yaml")
    stage.keep("pathway.yaml", rules)
    sender = await stage.sender()
    checked = await stack.check(stage.stack, fetch=sender, now=stage.clock(), emails=[LEARNER])
    answer = pathway.answer(pathway.check(rules), stack.claims(checked))
    met = sum(step.state == "met" for step in answer.steps)
    linked = {one.part.title: one.linkage for one in checked.parts}
    steps: list[JsonValue] = [
        {"id": step.id, "state": step.state, "missing": list(step.missing), "blocked_by": list(step.blocked_by)}
        for step in answer.steps
    ]
    return Said(
        headline=f"{len(checked.parts)} credentials in one signed file; {met} of {len(answer.steps)} steps are met.",
        rows=[_step_row(step) for step in answer.steps],
        reader=READER,
        sentence="You know what is missing for the certificate, and why something you hold does not count.",
        is_right=checked.is_signed
        and [step.state for step in answer.steps] == ["met", "met", "open", "open", "blocked"]
        and set(linked.values()) == {"stack.key_proven", "stack.email_matched"},
        facts={
            "sha256": hashlib.sha256(stage.stack).hexdigest(),
            "parts": [{"title": title, "linkage": linkage} for title, linkage in linked.items()],
            "ready": answer.is_ready,
            "steps": steps,
        },
    )


def _step_row(step: pathway.StepAnswer) -> str:
    told = "; ".join(step.missing) if step.missing else ""
    if step.blocked_by:
        told = "waits for: " + ", ".join(step.blocked_by)
    return f"{_SIGNS[step.state]} {step.name}" + (f": {told}" if told else "")


def opened_wallet(stage: Stage) -> WalletService:
    if stage.wallet is None:
        raise RuntimeError("the learner's wallet is not open")
    return stage.wallet
