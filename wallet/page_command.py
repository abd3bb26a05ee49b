"""`satchel page`: the public page of a badge, which is off until its learner switches it on."""

from __future__ import annotations

import asyncio

import click

from satchel.text import for_terminal
from wallet import page as pages
from wallet.command import World, _common, _passphrase, _print_json, _say
from wallet.page import Page
from wallet.story_command import open_story, origin_option


@click.command(name="page")
@click.argument("start_of_id", metavar="ID")
@click.option("--on/--off", "wanted", default=None, help="Switch it; without either it is only shown.")
@origin_option
@_common
def page(world: World, start_of_id: str, wanted: bool | None, origins: tuple[str, ...]) -> int | None:
    """Show or switch the public page of a badge. It shows the achievement and never who has it.

    Switching it proves to the issuer that this wallet holds the badge's key, and tells nothing else.
    """
    secret = _passphrase(world)

    async def work() -> Page:
        async with open_story(world, secret, origins) as story:
            sender = story.network()
            if wanted is None:
                return await pages.look(story.wallet, start_of_id, sender=sender)
            return await pages.switch(story.wallet, start_of_id, is_on=wanted, sender=sender, clock=world.clock)

    found = asyncio.run(work())
    if world.as_json:
        _print_json({"schema": "satchel.page/1", "title": found.title, "url": found.url, "on": found.is_on})
        return None
    click.echo(for_terminal(found.url, limit=400))
    state = "on: whoever has the address sees it" if found.is_on else "off: the address shows nothing"
    _say(f"The page of {for_terminal(found.title, limit=100)} is {state}.")
    return None
