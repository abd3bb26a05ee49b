"""`satchel token new|list|revoke`: who may use this issuer over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import click

from issuer.access import SCOPES
from issuer.service import IssuerService
from issuer.terminal import node_options, print_json, say, say_recovered
from satchel.codec import timestamp
from satchel.node.guard import BearerToken, Token
from satchel.node.settings import Home
from satchel.port import Clock, JsonObject
from satchel.text import for_terminal

_SCOPE_HELP = "; ".join(f"{name}: {what}" for name, what in SCOPES.items())


@click.group()
def token() -> None:
    """Make, list or revoke tokens for the issuer's HTTP interface."""


@token.command("new")
@node_options
@click.option("--name", required=True, metavar="NAME", help="What the token is for, like `registry`.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(list(SCOPES)), help=_SCOPE_HELP)
@click.option("--days", type=click.IntRange(1, 3660), help="How long it is good for; without it, until it is revoked.")
def token_new(home: Home, clock: Clock, as_json: bool, name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a token and print its secret, this once."""

    async def work() -> tuple[BearerToken, Token]:
        async with IssuerService.open(home, clock=clock) as issuer:
            say_recovered(issuer)
            expires = None if days is None else clock() + timedelta(days=days)
            return await issuer.new_token(name=name, scopes=scopes, expires=expires)

    secret, made = asyncio.run(work())
    if as_json:
        print_json({"schema": "satchel.token/1", **_shown(made), "token": secret.reveal()})
        return
    click.echo(secret.reveal())
    say(
        f"Token {made.id} for {', '.join(made.scopes)}. It is stored nowhere; send it as `Authorization: Bearer TOKEN`."
    )


@token.command("list")
@node_options
def token_list(home: Home, clock: Clock, as_json: bool) -> None:
    """List the tokens, without their secrets."""

    async def work() -> tuple[Token, ...]:
        async with IssuerService.open(home, clock=clock) as issuer:
            say_recovered(issuer)
            return await issuer.tokens.all()

    found = asyncio.run(work())
    if as_json:
        print_json({"schema": "satchel.tokens/1", "tokens": [_shown(one) for one in found]})
        return
    for one in found:
        ends = "no end" if one.expires is None else f"until {timestamp.render(one.expires)}"
        used = "never used" if one.last_used is None else f"used {timestamp.render(one.last_used)}"
        click.echo(f"{one.id}  {' '.join(one.scopes)}  {ends}  {used}  {for_terminal(one.name)}")
    if not found:
        say("There are no tokens.")


@token.command("revoke")
@node_options
@click.argument("token_id", metavar="ID")
def token_revoke(home: Home, clock: Clock, as_json: bool, token_id: str) -> None:
    """Revoke the token ID; a running server refuses it at once."""

    async def work() -> None:
        async with IssuerService.open(home, clock=clock) as issuer:
            say_recovered(issuer)
            await issuer.revoke_token(token_id)

    asyncio.run(work())
    if as_json:
        print_json({"schema": "satchel.token_revoked/1", "id": token_id})
        return
    click.echo(f"revoked {for_terminal(token_id, limit=60)}")


def _shown(one: Token) -> JsonObject:
    return {
        "id": one.id,
        "name": one.name,
        "scopes": [*one.scopes],
        "created": timestamp.render(one.created),
        "expires": None if one.expires is None else timestamp.render(one.expires),
        "last_used": None if one.last_used is None else timestamp.render(one.last_used),
    }
