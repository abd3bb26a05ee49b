"""`satchel disclose`: show a part of a credential, and say what stays hidden and what can be linked."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Final

import click

from satchel.errors import UsageFault
from satchel.node import entropy
from satchel.port import JsonValue
from satchel.proof.disclose import Claim, Disclosure, State
from satchel.text import for_terminal
from wallet import disclose as parts
from wallet.command import World, _common, _passphrase, _print_json, _say, _wallet, _write
from wallet.story_command import read_file

VALUE_CHARS: Final = 60

_WORDS: Final[dict[State, str]] = {
    "mandatory": "always",
    "shown": "chosen",
    "beside": "with it",
    "hidden": "hidden",
}


@click.command()
@click.argument("what", metavar="ID|FILE")
@click.option(
    "--reveal",
    "pointers",
    metavar="POINTER",
    multiple=True,
    help="A claim to show, as a JSON pointer: /credentialSubject/achievement/name. Several times for several claims.",
)
@click.option("--for", "header", metavar="TEXT", default="", help="Bind the proof to this text (bbs-2023 only).")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write to this file, not to stdout.")
@_common
def disclose(world: World, what: str, pointers: tuple[str, ...], header: str, out: Path | None) -> int | None:
    """Show a part of a credential of the wallet, or of a file; FILE may be - for standard input.

    Without --reveal the claims are listed: what is always shown, and what you can choose.
    """
    raw = _raw(world, what)
    if not pointers:
        if header or out is not None:
            raise UsageFault("usage.option", "Give --reveal too: nothing is shown yet.")
        _print_choices(world, parts.look(raw, name=what))
        return None
    made = parts.disclose(raw, pointers, name=what, header=header.encode("utf-8"), entropy=entropy.system)
    written = parts.to_bytes(made)
    if out is not None:
        _write(out, written)
    if world.as_json:
        _print_json(parts.to_json(made) | {"file": None if out is None else str(out)})
        return None
    if out is None:
        sys.stdout.buffer.write(written)
        sys.stdout.buffer.flush()
    else:
        click.echo(for_terminal(str(out), limit=4096))
    _explain(made)
    return None


def _raw(world: World, what: str) -> bytes:
    """The bytes of the file of this name, else of the wallet's credential."""
    if what == "-" or Path(what).is_file():
        return read_file(what)
    if any(mark in what for mark in "/\\."):
        raise UsageFault("usage.file", f"{what}: there is no such file.")

    async def work() -> bytes:
        async with _wallet(world, _passphrase(world)) as wallet:
            return (await wallet.export(what)).raw

    return asyncio.run(work())


def _print_choices(world: World, claims: tuple[Claim, ...]) -> None:
    if world.as_json:
        _print_json({"schema": "satchel.disclosure_choices/1", "claims": parts.claims_to_json(claims)})
        return
    for claim in claims:
        word = "always" if claim.state == "mandatory" else "choose"
        click.echo(f"{word}  {for_terminal(claim.pointer, limit=200)}  {_value(claim.value)}")


def _explain(made: Disclosure) -> None:
    """What goes to the reader, what stays, and what ties two readers' copies together, on stderr."""
    for claim in made.claims:
        value = "" if claim.state == "hidden" else f"  {_value(claim.value)}"
        _say(f"{_WORDS[claim.state]:7}  {claim.pointer}{value}")
    if made.is_unlinkable:
        _say("The proof is new each time: nothing in it ties two copies together but what is named below.")
    _say("Readers who compare notes can tell that it is one credential by:")
    for link in made.links:
        _say(f"  {link.pointer or 'the proof'}: {link.message}")


def _value(value: JsonValue) -> str:
    return for_terminal(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), limit=VALUE_CHARS)
