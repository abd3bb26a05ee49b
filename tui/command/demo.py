"""`satchel demo`: the whole story in a new folder, offline, one line a step."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import click

from satchel.codec import timestamp
from satchel.errors import CodecError, UsageFault
from satchel.node.clock import utc_now
from satchel.port import JsonValue
from tui import demo as story
from tui.demo import Step


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and leave nothing behind.")
@click.option("--seed", default="satchel", show_default=True, help="The same seed and --now give the same credentials.")
@click.option("--now", metavar="TIME", help="The moment to play at, like 2026-11-24T00:00:00Z; the present without it.")
@click.option("--keep", metavar="DIR", type=click.Path(file_okay=False), help="A new folder to play in.")
def demo(as_json: bool, seed: str, now: str | None, keep: str | None) -> int:
    """Play the whole story: an issuer, a learner and an employer, offline, in one new folder."""
    moment = _moment(now)
    folder = _new_folder(keep)
    try:
        steps = asyncio.run(_play(folder, moment, seed, as_json))
        if as_json:
            _print_json(steps, moment, seed)
        else:
            _print_end(folder, steps, moment)
    finally:
        if as_json and keep is None:
            shutil.rmtree(folder)
    return 0 if all(step.is_right for step in steps) else 1


async def _play(folder: Path, now: datetime, seed: str, as_json: bool) -> list[Step]:
    steps = []
    async for step in story.run(folder, now=now, seed=seed):
        steps.append(step)
        if not as_json:
            sign = "✔" if step.is_right else "✘"
            click.echo(f" {sign} {step.name:<9}{step.ms:>6.0f} ms  {step.sentence}")
    return steps


def _print_json(steps: list[Step], now: datetime, seed: str) -> None:
    rows: list[JsonValue] = [
        {"step": step.name, "ok": step.is_right, "sentence": step.sentence, "ms": step.ms, **step.facts}
        for step in steps
    ]
    document = {"schema": "satchel.demo/1", "now": timestamp.render(now), "seed": seed, "steps": rows}
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))


def _print_end(folder: Path, steps: list[Step], now: datetime) -> None:
    if not all(step.is_right for step in steps):
        click.echo("\nA step did not end as it must: please report this.", err=True)
        return
    total = sum(step.ms for step in steps) / 1000
    click.echo(f"\n{len(steps)} steps in {total:.1f} s, without a network. Everything lies in {folder}. Look further:")
    click.echo(f"  cd {folder}")
    click.echo("  satchel verify files/badge.svg --mirror college/public")
    click.echo("  satchel verify files/revoked.json --mirror college/public")
    click.echo(f"  SATCHEL_PASSPHRASE='{story.PASSPHRASE}' satchel list --home learner")
    click.echo("  xdg-open files/badge.svg")


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
