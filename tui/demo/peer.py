"""The peer: a second learner with a wallet of their own, who has seen the work and says so over HTTP."""

from __future__ import annotations

from typing import Final

from satchel.node.server import Tcp
from satchel.node.server import serve as serve_application
from satchel.text import for_terminal
from tui.demo.learner import DOTS, opened_wallet
from tui.demo.stage import LEARNER_ORIGIN, PASSPHRASE, Said, Stage, is_accepted
from wallet import holding, http, passport
from wallet import peer as peers
from wallet.header import KDF_FLOOR
from wallet.peer import Inbox
from wallet.secret import Secret
from wallet.service import WalletService

SKILL: Final = "cyber attack counter-measures"
COMMENT: Final = "I tried to get around the counter-measure, and it held."


async def endorse(stage: Stage) -> Said:
    """The peer judges the badge, endorses it, and brings the endorsement to the learner's node, where it waits."""
    wallet, drawer = opened_wallet(stage), stage.drawer
    if drawer is None or stage.passport is None:
        raise RuntimeError("the learner has no passport yet")
    sender = await stage.sender()
    application = http.build(wallet, drawer, fetch=sender, origin=LEARNER_ORIGIN, clock=stage.clock)
    served = await stage.opened.enter_async_context(serve_application(application, at=[Tcp()]))
    stage.origins[LEARNER_ORIGIN] = served.urls[0]
    made = await _made_by_peer(stage)
    stage.keep("endorsement.json", made.raw)
    inbox = Inbox(wallet, drawer, fetch=sender)
    (waiting,) = await inbox.list()
    added = await inbox.accept(waiting.id, now=stage.clock())
    before = _dots(stage.passport)
    held = await holding.open_all(wallet)
    stage.passport = passport.of(held.items, holder=wallet.did, now=stage.clock())
    after = _dots(stage.passport)
    return Said(
        headline="Over HTTP, a peer's wallet brought a signed endorsement.",
        rows=[
            f"“{for_terminal(waiting.comment, limit=200)}”",
            f"{DOTS[before]} becomes {DOTS[after]} for {SKILL}",
        ],
        reader="Peer",
        sentence="Your word counts beside a college's, under your own key, and the learner decides to keep it.",
        is_right=(before, after) == (2, 3) and is_accepted(added.report) and waiting.target == made.target,
        facts={
            "endorser": waiting.endorser_id,
            "target": made.target,
            "verdict": added.report.verdict,
            "dots": [before, after],
        },
    )


async def _made_by_peer(stage: Stage) -> peers.Made:
    home, secret = stage.home("peer"), Secret(PASSPHRASE.encode("utf-8"))
    await WalletService.create(home, secret, now=stage.clock(), parameters=KDF_FLOOR, entropy=stage.entropy("peer"))
    sender = await stage.sender()
    async with WalletService.unlock(home, secret, fetch=sender, entropy=stage.entropy("peer's wallet")) as wallet:
        made = await peers.endorse(
            stage.claimed,
            endorser=wallet.did,
            endorser_name="A peer of the same course (invented)",
            signer=await wallet.signer(),
            comment=COMMENT,
            about="credential",
            fetch=sender,
            now=stage.clock(),
            entropy=stage.entropy("endorsement"),
        )
        await peers.deliver(made.raw, LEARNER_ORIGIN, sender=sender)
        return made


def _dots(found: passport.Passport) -> int:
    return next(one.dots for one in found.skills if one.name == SKILL)
