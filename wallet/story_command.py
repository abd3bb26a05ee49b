"""The wallet's commands of the story: claim, passport, present, endorse, inbox, access. stdout is data, stderr is talk.

The stack has its own module, wallet.stack_command. Every text from outside goes through satchel.text.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from satchel.codec import timestamp
from satchel.codes import CODES
from satchel.errors import FetchError, UsageFault, WalletFault
from satchel.node import entropy
from satchel.node.clock import utc_now
from satchel.port import Fetch, JsonValue
from satchel.text import for_terminal
from verifier import report as reports
from wallet import holding, passport, peer, present, receive
from wallet.command import (
    SHORT_ID_CHARS,
    World,
    _added_json,
    _common,
    _fetch,
    _passphrase,
    _print_added,
    _print_json,
    _read,
    _say,
    _write,
)
from wallet.drawer import Drawer, DrawerTokens
from wallet.passport import Passport, Skill
from wallet.peer import About, Inbox, Waiting
from wallet.receive import Offer
from wallet.secret import Secret
from wallet.service import Added, WalletService

if TYPE_CHECKING:
    from satchel.node.guard import Token
    from satchel.node.send import Sender

DOTS: Final = {0: "○○○", 1: "●○○", 2: "●●○", 3: "●●●"}
TOKEN_DAYS: Final = 90
# The scopes of wallet.face, written out: a command that opens no port need not load the HTTP face.
SCOPES: Final = ("wallet.read", "wallet.write", "wallet.present")

origin_option = click.option(
    "--origin",
    "origins",
    metavar="ORIGIN=BASE",
    multiple=True,
    help="For a demonstration: reach https://HOST at http://127.0.0.1:PORT.",
)


class Opened(NamedTuple):
    """An unlocked wallet and what the story needs beside it. `sender` is None when the network is switched off."""

    wallet: WalletService
    drawer: Drawer
    inbox: Inbox
    fetch: Fetch
    sender: Sender | None

    def network(self) -> Sender:
        """The way to other nodes. Raises FetchError fetch.offline."""
        if self.sender is None:
            raise FetchError("fetch.offline", "This needs the network, and --offline or --mirror switches it off.")
        return self.sender


@asynccontextmanager
async def open_story(world: World, secret: Secret, origins: Sequence[str] = ()) -> AsyncIterator[Opened]:
    """The unlocked wallet with its drawer and inbox; what its owner must hear is said first."""
    async with (
        _ways(world, origins) as (fetch, sender),
        WalletService.unlock(world.home, secret, fetch=fetch) as wallet,
        Drawer.open(world.home, wallet.vault, entropy=entropy.system) as drawer,
    ):
        for notice in wallet.notices:
            _say(f"! {notice.message} [{notice.code}]\n  {CODES[notice.code].next_step}")
        yield Opened(wallet, drawer, Inbox(wallet, drawer, fetch=fetch), fetch, sender)


@asynccontextmanager
async def _ways(world: World, origins: Sequence[str]) -> AsyncIterator[tuple[Fetch, Sender | None]]:
    if world.offline or world.mirror is not None:
        async with _fetch(world) as fetch:
            yield fetch, None
        return
    # Imported here: a wallet that is only looked into needs no HTTP client.
    from satchel.node import network
    from satchel.node.send import Sender

    pairs = [text.partition("=") for text in origins]
    leave = network.leave_of(world.home, clock=utc_now)
    async with (
        Sender(clock=utc_now, origins={origin: base for origin, _, base in pairs}, leave=leave) as sender,
        network.before(sender, world.home, clock=utc_now) as fetch,
    ):
        yield fetch, sender


@click.command()
@click.argument("url")
@click.option("--yes", is_flag=True, help="Take the offer without being asked.")
@origin_option
@_common
def claim(world: World, url: str, yes: bool, origins: tuple[str, ...]) -> int | None:
    """Take what is offered under a claim link, or receive a credential by its address.

    The offer is shown first. Taking it proves to the issuer that this wallet holds its key, and tells nothing else.
    """
    secret = _passphrase(world)

    async def work() -> int:
        async with open_story(world, secret, origins) as story:
            if receive.is_claim_link(url):
                offer = await receive.look(url, sender=story.network(), now=world.now)
                _decide(offer, yes)
                added: tuple[Added, ...] = (
                    await receive.claim(offer, wallet=story.wallet, sender=story.network(), clock=world.clock),
                )
            else:
                added = await receive.by_url(url, wallet=story.wallet, fetch=story.fetch, now=world.now)
            _print_all(world, added)
            return reports.exit_code([one.report for one in added], strict=False)

    return asyncio.run(work())


def _decide(offer: Offer, yes: bool) -> None:
    """Shows the offer and asks. Raises WalletFault claim.declined when nobody says yes."""
    issuer = f"{offer.issuer_name} ({offer.issuer_id})" if offer.issuer_name else offer.issuer_id
    _say(f"Offered: {for_terminal(offer.name, limit=200)}")
    if offer.description:
        _say(f"  {for_terminal(offer.description, limit=400)}")
    _say(f"By:      {for_terminal(issuer, limit=300)}, as it says; its signature is checked when it comes.")
    _say(f"Until:   {timestamp.render(offer.expires)}")
    if yes:
        return
    if not sys.stdin.isatty():
        raise WalletFault("claim.declined", "Nobody is there to take the offer.", next_step="Add --yes to take it.")
    if not click.confirm("Take it?", err=True):
        raise WalletFault("claim.declined", "The offer was not taken; nothing was sent.")


@click.command(name="passport")
@_common
def show_passport(world: World) -> int | None:
    """Show the skills that your credentials speak for, and how strong the evidence behind each is.

    The rule of the dots is in docs/explanation/evidence-strength.md. It speaks of evidence, never of people.
    """
    secret = _passphrase(world)

    async def work() -> int:
        async with open_story(world, secret) as story:
            held = await holding.open_all(story.wallet)
            found = passport.of(held.items, holder=story.wallet.did, now=world.now)
            if world.as_json:
                _print_json({**passport.to_json(found), "damaged": list(held.damaged)})
            else:
                _print_passport(found)
            return 1 if held.damaged else 0

    return asyncio.run(work())


def _print_passport(found: Passport) -> None:
    for skill in found.skills:
        _print_skill(skill)
    for one in found.apart:
        click.echo(f"–    {for_terminal(one.card.title, limit=60)}  {CODES[one.code].sentence}")
    if not found.skills:
        _say("No skills yet. Add a credential with `satchel add FILE` or `satchel claim URL`.")


def _print_skill(skill: Skill) -> None:
    framework = f"  ({for_terminal(skill.framework, limit=60)})" if skill.framework else ""
    click.echo(f"{DOTS[skill.dots]}  {for_terminal(skill.name, limit=80)}{framework}")
    click.echo("     " + " ".join(CODES[code].sentence for code in skill.reasons))
    for source in skill.sources:
        issuer = for_terminal(source.card.issuer_name or source.card.issuer_id or "unknown issuer", limit=40)
        levels = "; ".join(for_terminal(level, limit=60) for level in source.levels[:3])
        day = source.awarded.date().isoformat() if source.awarded is not None else "no date"
        mark = "" if not source.reason else f"  does not count: {CODES[source.reason].sentence}"
        shown = f"     {source.card.id[:SHORT_ID_CHARS]}  {for_terminal(source.card.title, limit=50)}  {issuer}  {day}"
        click.echo(f"{shown}{f'  {levels}' if levels else ''}{mark}")


@click.command(name="present")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--challenge", required=True, metavar="TEXT", help="What the asker gave, so that the proof is new.")
@click.option("--domain", required=True, metavar="TEXT", help="Who asks, so that nobody else can use the proof.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write to this file, not to stdout.")
@_common
def present_credentials(
    world: World, ids: tuple[str, ...], challenge: str, domain: str, out: Path | None
) -> int | None:
    """Show credentials to one asker: a presentation that your key signs for a challenge and a domain."""
    secret = _passphrase(world)

    async def work() -> bytes:
        async with open_story(world, secret) as story:
            return await present.present(
                story.wallet, ids, challenge=challenge, domain=domain, now=world.now, entropy=entropy.system
            )

    _write_out(world, asyncio.run(work()), out, schema="satchel.presented/1")
    return None


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--comment", required=True, metavar="TEXT", help="What you know about it, in your own words.")
@click.option(
    "--about",
    type=click.Choice(["credential", "achievement"]),
    default="credential",
    help="This very badge, or what anybody achieves with it.",
)
@click.option("--as", "name", metavar="NAME", help="The name that stands beside your DID.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write to this file, not to stdout.")
@click.option("--send", metavar="URL", help="Bring it to the other learner's wallet.")
@origin_option
@_common
def endorse(
    world: World,
    file: str,
    comment: str,
    about: About,
    name: str | None,
    out: Path | None,
    send: str | None,
    origins: tuple[str, ...],
) -> int | None:
    """Endorse a peer's badge: say under your own signature what you know about it. FILE may be - for standard input."""
    secret = _passphrase(world, stdin_is_data=file == "-")
    raw = read_file(file)

    async def work() -> bytes:
        async with open_story(world, secret, origins) as story:
            made = await peer.endorse(
                raw,
                endorser=story.wallet.did,
                endorser_name=name,
                signer=await story.wallet.signer(),
                comment=comment,
                about=about,
                fetch=story.fetch,
                now=world.now,
                entropy=entropy.system,
            )
            if send is not None:
                await peer.deliver(made.raw, send, sender=story.network())
                _say("Brought. Whether it is kept is the other learner's to decide.")
            return made.raw

    made = asyncio.run(work())
    if send is None or out is not None:
        _write_out(world, made, out, schema="satchel.endorsed/1")
    return None


@click.group()
def inbox() -> None:
    """What others say about your credentials, and what you make of it."""


@inbox.command(name="list")
@_common
def list_inbox(world: World) -> int | None:
    """List the endorsements that wait for your word."""
    secret = _passphrase(world)

    async def work() -> tuple[Waiting, ...]:
        async with open_story(world, secret) as story:
            return await story.inbox.list()

    waiting = asyncio.run(work())
    if world.as_json:
        items: list[JsonValue] = [peer.waiting_json(one) for one in waiting]
        _print_json({"schema": "satchel.inbox/1", "items": items})
        return None
    for one in waiting:
        _print_waiting(one)
    if not waiting:
        _say("Nothing waits.")
    return None


def _print_waiting(one: Waiting) -> None:
    endorser = f"{one.endorser_name} ({one.endorser_id})" if one.endorser_name else one.endorser_id
    about = ", ".join(for_terminal(title, limit=60) for title in one.about) or "you"
    click.echo(f"{one.id[:SHORT_ID_CHARS]}  about {about}, by {for_terminal(endorser, limit=120)}")
    click.echo(f"          {for_terminal(one.comment, limit=400)}")


@inbox.command(name="accept")
@click.argument("start_of_id", metavar="ID")
@_common
def accept_endorsement(world: World, start_of_id: str) -> int | None:
    """Keep an endorsement as a credential of the wallet."""
    secret = _passphrase(world)

    async def work() -> Added:
        async with open_story(world, secret) as story:
            return await story.inbox.accept(start_of_id, now=world.now)

    _print_all(world, [asyncio.run(work())])
    return None


@inbox.command(name="reject")
@click.argument("start_of_id", metavar="ID")
@_common
def reject_endorsement(world: World, start_of_id: str) -> int | None:
    """Take an endorsement out of the inbox; the same one does not come in again."""
    secret = _passphrase(world)

    async def work() -> Waiting:
        async with open_story(world, secret) as story:
            return await story.inbox.reject(start_of_id, now=world.now)

    one = asyncio.run(work())
    if world.as_json:
        _print_json({"schema": "satchel.inbox_rejected/1", "id": one.id})
    else:
        _say(f"Rejected {one.id[:SHORT_ID_CHARS]}.")
    return None


@click.group()
def access() -> None:
    """Tokens with which programs of yours may use the served wallet."""


@access.command(name="new")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="What it may do; may be repeated.")
@click.option("--days", type=click.IntRange(1, 3650), default=TOKEN_DAYS, help="For how long.", show_default=True)
@_common
def new_token(world: World, name: str, scopes: tuple[str, ...], days: int) -> int | None:
    """Make a token and print it. It is shown this once and kept as a digest only."""
    if not scopes:
        raise UsageFault("usage.option", f"Name at least one --scope: {', '.join(SCOPES)}.")
    secret = _passphrase(world)
    from satchel.node.guard import create_token

    text, token = create_token(
        name=name[:100],
        scopes=scopes,
        created=world.now,
        expires=world.now + timedelta(days=days),
        entropy=entropy.system,
    )

    async def work() -> None:
        async with open_story(world, secret) as story:
            await DrawerTokens(story.drawer).add(token)

    asyncio.run(work())
    if world.as_json:
        _print_json({"schema": "satchel.token/1", "token": text.reveal(), "id": token.id, "scopes": [*token.scopes]})
    else:
        click.echo(text.reveal())
        _say("Keep it as you keep a password; it is not shown again.")
    return None


@access.command(name="list")
@_common
def list_tokens(world: World) -> int | None:
    """List the tokens, without their secrets."""
    secret = _passphrase(world)

    async def work() -> tuple[Token, ...]:
        async with open_story(world, secret) as story:
            return await DrawerTokens(story.drawer).list()

    tokens = asyncio.run(work())
    if world.as_json:
        items: list[JsonValue] = [
            {
                "id": token.id,
                "name": token.name,
                "scopes": list(token.scopes),
                "expires": None if token.expires is None else timestamp.render(token.expires),
                "last_used": None if token.last_used is None else timestamp.render(token.last_used),
            }
            for token in tokens
        ]
        _print_json({"schema": "satchel.tokens/1", "items": items})
        return None
    for token in tokens:
        until = "no end" if token.expires is None else f"until {token.expires.date().isoformat()}"
        shown = f"{token.id[:SHORT_ID_CHARS]}  {for_terminal(token.name, limit=60)}"
        click.echo(f"{shown}  {' '.join(token.scopes)}  {until}")
    if not tokens:
        _say("No tokens.")
    return None


@access.command(name="revoke")
@click.argument("start_of_id", metavar="ID")
@_common
def revoke_token(world: World, start_of_id: str) -> int | None:
    """End a token at once."""
    secret = _passphrase(world)

    async def work() -> Token:
        async with open_story(world, secret) as story:
            tokens = DrawerTokens(story.drawer)
            found = [token for token in await tokens.list() if start_of_id and token.id.startswith(start_of_id)]
            if len(found) != 1:
                raise UsageFault("usage.option", f"{len(found)} tokens have an id that begins with {start_of_id!r}.")
            await tokens.remove(found[0])
            return found[0]

    token = asyncio.run(work())
    if world.as_json:
        _print_json({"schema": "satchel.token_revoked/1", "id": token.id})
    else:
        _say(f"Revoked {token.id[:SHORT_ID_CHARS]}.")
    return None


def read_file(path: str) -> bytes:
    """The bytes of a file or of standard input, one more than the limit at most. Raises UsageFault usage.file."""
    try:
        return _read(path)
    except OSError as error:
        raise UsageFault("usage.file", f"{path}: {error.strerror or error}") from error


def _print_all(world: World, added: Sequence[Added]) -> None:
    if world.as_json:
        _print_json({"schema": "satchel.added/1", "items": [_added_json(one) for one in added], "unreadable": []})
        return
    for one in added:
        _print_added(one)


def _write_out(world: World, raw: bytes, out: Path | None, *, schema: str) -> None:
    """To the file, or to stdout, where it is JSON in any case."""
    if out is None:
        sys.stdout.buffer.write(raw)
        sys.stdout.buffer.flush()
        return
    _write(out, raw)
    if world.as_json:
        _print_json({"schema": schema, "file": str(out)})
    else:
        click.echo(for_terminal(str(out), limit=4096))
