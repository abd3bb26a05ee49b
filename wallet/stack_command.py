"""`satchel stack`: build a stack of chosen credentials, look into one, check one, and compare with a pathway."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from satchel.codes import CODES
from satchel.credential import stack as stacks
from satchel.errors import UsageFault
from satchel.node import entropy, settings
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from verifier import report as reports
from wallet import holding, pathway, stack
from wallet.command import _WORDS, SHORT_ID_CHARS, World, _common, _fetch, _passphrase, _print_json, _say, _write
from wallet.pathway import Answer, Pathway
from wallet.service import WalletService
from wallet.stack import Checked
from wallet.story_command import open_story, read_file

NOT_READY: Final = 4

_SIGNS: Final = {"met": "✔", "open": "○", "blocked": "…"}
_LINKS: Final = {"pass": "✔", "warn": "!", "unknown": "?"}


@click.group(name="stack")
def group() -> None:
    """Several credentials in one file, under a manifest that you sign."""


@group.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--out", required=True, metavar="FILE", type=click.Path(path_type=Path), help="The stack file to write.")
@click.option("--name", default="", metavar="TEXT", help="What the stack is called.")
@click.option(
    "--clr", metavar="FILE", type=click.Path(path_type=Path), help="Also write a CLR 2.0 of those that fit into one."
)
@_common
def build(world: World, ids: tuple[str, ...], out: Path, name: str, clr: Path | None) -> int | None:
    """Put credentials of the wallet into one file, in this order; each stays byte for byte as it was received."""
    secret = _passphrase(world)

    async def work() -> tuple[bytes, bytes | None, tuple[str, ...]]:
        async with open_story(world, secret) as story:
            raw = await stack.build(story.wallet, ids, name=name, now=world.now, entropy=entropy.system)
            if clr is None:
                return raw, None, ()
            record, left_out = await stack.build_clr(
                story.wallet, ids, name=name or "Learner record", now=world.now, entropy=entropy.system
            )
            return raw, record, left_out

    raw, record, left_out = asyncio.run(work())
    _write(out, raw)
    if clr is not None and record is not None:
        _write(clr, record)
    if world.as_json:
        answer: JsonObject = {"schema": "satchel.stack_built/1", "file": str(out), "parts": len(ids)}
        _print_json(answer | {"clr": None if clr is None else str(clr), "left_out": list(left_out)})
        return None
    for path in (out, clr):
        if path is not None:
            click.echo(for_terminal(str(path), limit=4096))
    for id in left_out:
        _say(f"{id[:SHORT_ID_CHARS]} is no VC 2.0 credential in JSON: it is in the stack, and not in the CLR.")
    return None


@group.command()
@click.argument("file", metavar="FILE")
@click.option("--extract", metavar="DIR", type=click.Path(path_type=Path), help="Write the parts into this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(file: str, extract: Path | None, as_json: bool) -> int | None:
    """List what is in a stack, without judging it; with --extract the originals come out byte for byte."""
    found = stacks.read(read_file(file))
    written: list[str] = []
    if extract is not None:
        settings.make_folder(extract)
        for part in found.parts:
            # The name is ours: `parts/NN.EXT` was matched, nothing else of the file's text is used as a path.
            path = extract / part.file.removeprefix("parts/")
            _write(path, part.envelope.raw)
            written.append(str(path))
    if as_json:
        parts: list[JsonValue] = [
            {
                "file": part.file,
                "id": part.id,
                "title": part.title,
                "media_type": part.envelope.media_type,
                "sha256": part.envelope.digest,
                "size_bytes": len(part.envelope.raw),
            }
            for part in found.parts
        ]
        _print_json(
            {
                "schema": "satchel.stack/1",
                "name": found.name,
                "learner": found.learner,
                "parts": parts,
                "written": [*written],
            }
        )
        return None
    click.echo(f"{for_terminal(found.name or 'A stack', limit=120)}, by {for_terminal(found.learner, limit=200)}")
    for part in found.parts:
        size = f"{len(part.envelope.raw)} bytes"
        click.echo(f"  {part.file}  {for_terminal(part.title, limit=80)}  {part.envelope.media_type}, {size}")
    _say("Not judged. `satchel stack check FILE` does that.")
    return None


@group.command()
@click.argument("file", metavar="FILE", required=False)
@click.option("--pathway", "pathway_file", metavar="FILE", help="Compare with this pathway (YAML).")
@click.option(
    "--email", "emails", metavar="ADDRESS", multiple=True, help="An address that you know to be the learner's."
)
@_common
def check(world: World, file: str | None, pathway_file: str | None, emails: tuple[str, ...]) -> int | None:
    """Judge a stack part by part, and say what ties each part to the learner; with --pathway, what it leads to.

    Without FILE the wallet's own credentials are compared with the pathway. Ends with 4 when the pathway is not
    complete, and otherwise as `satchel verify` does.
    """
    if file is None and pathway_file is None:
        raise UsageFault("usage.option", "Name a stack file, or a pathway with --pathway, or both.")
    path = None if pathway_file is None else pathway.check(read_file(pathway_file))
    if file is None:
        return _check_wallet(world, path)
    raw = read_file(file)

    async def work() -> Checked:
        async with _fetch(world) as fetch:
            return await stack.check(raw, fetch=fetch, now=world.now, emails=emails)

    checked = asyncio.run(work())
    answer = None if path is None else pathway.answer(path, stack.claims(checked))
    if world.as_json:
        found = stack.to_json(checked)
        _print_json(found if answer is None else found | {"pathway": pathway.to_json(answer)})
    else:
        _print_checked(checked)
        if answer is not None:
            _print_answer(answer)
    code = reports.exit_code(checked.reports, strict=False)
    return code if code or answer is None or answer.is_ready else NOT_READY


def _check_wallet(world: World, path: Pathway | None) -> int | None:
    secret = _passphrase(world)

    async def work() -> Sequence[holding.Claim]:
        async with open_story(world, secret) as story:
            return await _claims(story.wallet, world)

    if path is None:
        return None
    answer = pathway.answer(path, asyncio.run(work()))
    if world.as_json:
        _print_json(pathway.to_json(answer))
    else:
        _print_answer(answer)
    return 0 if answer.is_ready else NOT_READY


async def _claims(wallet: WalletService, world: World) -> Sequence[holding.Claim]:
    held = await holding.open_all(wallet)
    return holding.claims(held.items, holder=wallet.did, now=world.now)


def _print_checked(checked: Checked) -> None:
    name = for_terminal(checked.name or "A stack", limit=120)
    if checked.is_signed:
        click.echo(f"✔ {name}: put together and signed by {for_terminal(checked.learner, limit=200)}")
    else:
        bad = [facet for facet in checked.manifest.facets if facet.outcome in ("fail", "unknown")]
        click.echo(f"✘ {name}: nobody has proven to have put it together")
        for facet in bad[:3]:
            click.echo(f"    {for_terminal(facet.message, limit=200)} [{facet.code}]")
    for one in checked.parts:
        verdict = _WORDS.get(one.report.verdict, one.report.verdict)
        click.echo(f"  {one.part.file}  {for_terminal(one.part.title, limit=80)}: {verdict}")
        for facet in one.report.facets:
            if facet.outcome == "fail":
                click.echo(f"      {facet.facet}: {for_terminal(facet.message, limit=200)} [{facet.code}]")
        link = CODES[one.linkage]
        click.echo(f"      {_LINKS.get(link.outcome, '?')} {link.sentence} [{one.linkage}]")


def _print_answer(answer: Answer) -> None:
    ready = "complete" if answer.is_ready else "not complete yet"
    click.echo(f"Pathway {for_terminal(answer.name, limit=120)}: {ready}")
    for step in answer.steps:
        click.echo(f"  {_SIGNS[step.state]} {for_terminal(step.name, limit=80)}: {step.state}")
        for text in step.missing:
            click.echo(f"      {for_terminal(text, limit=400)}")
        if step.blocked_by:
            click.echo(f"      first: {for_terminal(', '.join(step.blocked_by), limit=200)}")
    _say("This compares; a person decides.")
