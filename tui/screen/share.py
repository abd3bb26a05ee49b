"""Two dialogues that several screens have: presenting credentials to one asker, and endorsing a peer's badge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tui.port import Source
from tui.screen.ask import Ask, Confirm
from tui.screen.frame import Frame


async def present(frame: Frame, card_ids: Sequence[str], about: str) -> None:
    """Asks for whom and where to, says what they will see, and writes the presentation. To be run in a worker."""
    opened = frame.desk.opened
    if opened is None or not card_ids:
        return
    what = "one credential" if len(card_ids) == 1 else f"{len(card_ids)} credentials"
    domain = await frame.app.push_screen_wait(
        Ask(
            f"Who asks to see {what}?", hint="The asker's domain, like employer.example: nobody else can use the proof."
        )
    )
    if domain is None:
        return
    challenge = await frame.app.push_screen_wait(
        Ask("Which challenge did they give?", hint="It makes the proof new: shown again, it answers no other question.")
    )
    if challenge is None:
        return
    it = "it" if len(card_ids) == 1 else "them"
    means = f"They see everything that is in {it}, and which key holds {it}."
    if not await frame.app.push_screen_wait(Confirm(f"Show {what} to {domain}?", about=about, means=means)):
        return
    folder = await frame.app.push_screen_wait(
        Ask("Into which folder shall the presentation go?", hint="Send its file to the asker.", value=".")
    )
    if folder is None:
        return
    work = opened.wallet.present(card_ids, challenge=challenge, domain=domain, folder=Path(folder).expanduser())
    written = await frame.attempt(work, means="Nothing was signed or written.")
    if written is not None:
        frame.say(f"Written: {written}")


async def endorse(frame: Frame, badge: Source) -> None:
    """Asks for the words and for where they go, and signs. To be run in a worker."""
    opened = frame.desk.opened
    if opened is None:
        return
    comment = await frame.app.push_screen_wait(
        Ask(
            "What do you know about this badge?",
            hint="In your own words; your key signs them. It is judged first: only what is accepted can be endorsed.",
        )
    )
    if comment is None:
        return
    to = await frame.app.push_screen_wait(
        Ask(
            "Where shall the endorsement go?", hint="A folder, or the https address of the learner's wallet.", value="."
        )
    )
    if to is None:
        return
    done = await frame.attempt(opened.wallet.endorse(badge, comment, to), means="No endorsement was written or sent.")
    if done is not None:
        frame.say(done)
