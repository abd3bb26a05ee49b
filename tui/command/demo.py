"""`satchel demo`: the whole story in a new folder, offline, twelve steps, each with a sentence for its reader."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import textwrap
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from satchel.codec import timestamp
from satchel.errors import CodecError, UsageFault
from satchel.node.clock import utc_now
from satchel.port import JsonValue
from tui import demo as story
from tui.demo import Step

WIDTH_LIMIT: Final = 100
TIME_CHARS: Final = 9
_INDENT: Final = " " * 7


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and leave nothing behind.")
@click.option("--seed", default="satchel", show_default=True, help="The same seed and --now give the same credentials.")
@click.option("--now", metavar="TIME", help="The moment to play at, like 2026-11-24T00:00:00Z; the present without it.")
@click.option("--keep", metavar="DIR", type=click.Path(file_okay=False), help="A new folder to play in.")
def demo(as_json: bool, seed: str, now: str | None, keep: str | None) -> int:
    """Play the whole story: a programme lead, a learner, a peer and an employer, offline, in one new folder."""
    moment = _moment(now)
    folder = _new_folder(keep)
    started = time.perf_counter()
    try:
        steps = asyncio.run(_play(folder, moment, seed, as_json))
        if as_json:
            _print_json(steps, moment, seed)
        else:
            _print_end(folder, steps, time.perf_counter() - started, moment)
    finally:
        if as_json and keep is None:
            shutil.rmtree(folder)
    return 0 if all(step.said.is_right for step in steps) else 1


async def _play(folder: Path, now: datetime, seed: str, as_json: bool) -> list[Step]:
    steps: list[Step] = []
    async for step in story.run(folder, now=now, seed=seed):
        steps.append(step)
        if not as_json:
            for line in _lines(step, len(steps), width=min(shutil.get_terminal_size().columns, WIDTH_LIMIT)):
                click.echo(line)
    return steps


def _lines(step: Step, number: int, *, width: int) -> Iterator[str]:
    """What a step shows: the mark, what happened and the time; the rows that show it; the sentence for its reader."""
    said = step.said
    mark = click.style("✔", fg="green") if said.is_right else click.style("✘", fg="red", bold=True)
    headline = f"{said.headline}, {said.rate:,.0f} a second." if said.rate else said.headline
    took = f"{step.ms:,.0f} ms"
    first, *more = textwrap.wrap(headline, width=width - len(_INDENT) - TIME_CHARS)
    space = " " * max(width - len(_INDENT) - len(first) - len(took), 1)
    yield f" {mark} {number:>2}  {click.style(first, bold=True)}{space}{took}"
    for line in more:
        yield _INDENT + click.style(line, bold=True)
    for row in said.rows:
        for line in textwrap.wrap(row, width=width, initial_indent=_INDENT, subsequent_indent=_INDENT + "    "):
            yield _coloured(line)
    yield from textwrap.wrap(
        f"→ {said.reader}: {said.sentence}", width=width, initial_indent=_INDENT, subsequent_indent=_INDENT + "  "
    )
    yield ""


def _coloured(row: str) -> str:
    """The row with its marks in colour; each stands beside the word that it means."""
    for mark, colour in (("✔", "green"), ("✘", "red"), ("? undecided", "yellow")):
        row = row.replace(mark, click.style(mark, fg=colour))
    return row


def _print_json(steps: list[Step], now: datetime, seed: str) -> None:
    rows: list[JsonValue] = [
        {
            "step": step.name,
            "ok": step.said.is_right,
            "said": step.said.headline,
            "reader": step.said.reader,
            "sentence": step.said.sentence,
            "ms": step.ms,
            **step.said.facts,
        }
        for step in steps
    ]
    document = {"schema": "satchel.demo/1", "now": timestamp.render(now), "seed": seed, "steps": rows}
    click.echo(json.dumps(document, indent=1))


def _print_end(folder: Path, steps: list[Step], seconds: float, now: datetime) -> None:
    if not all(step.said.is_right for step in steps):
        moment = timestamp.render(now)
        click.echo(f"A step did not end as it must. Is it {moment} where you are? If so, please report this.", err=True)
        return
    click.echo(f"{len(steps)} steps in {seconds:.1f} s, without a network; every name is invented. Open next:")
    click.echo(f"  cd {folder}")
    click.echo(f"  export SATCHEL_PASSPHRASE='{story.PASSPHRASE}'")
    for command, about in _FURTHER:
        click.echo(f"  {command:<56}  {about}")


_FURTHER: Final = (
    ("satchel verify files/badge.svg --mirror college/public", "employer"),
    ("satchel verify files/contradicted.json --home employer", "employer"),
    ("satchel passport --home learner --offline", "learner"),
    ("satchel tui --home learner", "learner, on the screen"),
    ("satchel framework search backup --home college", "programme lead"),
    ("satchel serve issuer --home college", "a node over HTTP"),
    ("satchel learn", "what all this is"),
)


def _moment(text: str | None) -> datetime:
    if text is None:
        return utc_now().replace(microsecond=0)
    try:
        return timestamp.parse(text)
    except CodecError as fault:
        raise click.BadParameter(fault.message, param_hint="--now") from fault


def _new_folder(keep: str | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="satchel-demo-"))
    folder = Path(keep)
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as fault:
        raise UsageFault("usage.file", f"{keep}: {fault.strerror}", next_step="Name a new folder.") from fault
    return folder.resolve()
