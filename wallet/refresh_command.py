"""`satchel refresh`: ask the issuers of held credentials for newer forms, where the credentials name a service."""

from __future__ import annotations

import asyncio

import click

from satchel.errors import FetchError, SatchelError
from satchel.port import JsonValue
from satchel.text import for_terminal
from wallet import card as cards
from wallet.command import SHORT_ID_CHARS, World, _common, _passphrase, _print_json, _say, _tell
from wallet.refresh import Refreshed
from wallet.refresh import refresh as refresh_one
from wallet.story_command import open_story, origin_option

_WORDS = {"replaced": "replaced by a newer form", "current": "nothing newer"}


@click.command(name="refresh")
@click.argument("start_of_id", metavar="[ID]", required=False)
@origin_option
@_common
def refresh(world: World, start_of_id: str | None, origins: tuple[str, ...]) -> int | None:
    """Fetch the newer form of a credential, or of every one that names a refresh service.

    A service is asked once, and only when the credential's own proof is good. What comes is kept when it is by the same
    issuer, about the same person, with the same id, newer and accepted; the older form stays in the history.
    """
    secret = _passphrase(world)

    async def work() -> int:
        done: list[Refreshed] = []
        refused: list[JsonValue] = []
        async with open_story(world, secret, origins) as story:
            if start_of_id is None:
                asked = [card.id for card in (await story.wallet.list()).current]
            else:
                asked = [(await story.wallet.find(start_of_id)).id]
            for card_id in asked:
                try:
                    done.append(await refresh_one(card_id, wallet=story.wallet, fetch=story.fetch, now=world.now))
                except SatchelError as fault:
                    if start_of_id is None and fault.code == "refresh.none":
                        continue
                    if isinstance(fault, FetchError) and fault.code == "fetch.offline":
                        raise
                    _tell(fault)
                    refused.append({"id": card_id, "code": fault.code, "message": fault.message})
        _show(world, done, refused)
        return 1 if refused else 0

    return asyncio.run(work())


def _show(world: World, done: list[Refreshed], refused: list[JsonValue]) -> None:
    if world.as_json:
        items: list[JsonValue] = [
            {"outcome": one.outcome, "before": cards.to_json(one.before), "after": cards.to_json(one.after)}
            for one in done
        ]
        _print_json({"schema": "satchel.refreshed/1", "items": items, "refused": refused})
        return
    for one in done:
        title = for_terminal(one.before.title, limit=60)
        click.echo(f"{one.after.id[:SHORT_ID_CHARS]}  {title}: {_WORDS[one.outcome]}")
    if not done and not refused:
        _say("No credential names a refresh service.")
