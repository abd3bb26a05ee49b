"""`satchel fetches`: which hosts this node asked, when and what for."""

from __future__ import annotations

import json
import os

import click

from satchel.codec import timestamp
from satchel.node.consent import WHY, FileDiary
from satchel.node.settings import Home
from satchel.text import for_terminal


@click.command()
@click.option("--home", metavar="DIR", help="The home folder (also SATCHEL_HOME).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--last", default=50, type=click.IntRange(min=1), show_default=True, help="How many, the newest last.")
def fetches(home: str | None, as_json: bool, last: int) -> None:
    """Print which hosts this node asked, when and what for.

    Only hosts are kept, never a path. [network] in config.toml says which hosts may be asked: `only` and `never`, each
    a list of names with commas between them.
    """
    found = FileDiary(Home.resolve(home, os.environ).diary).read()[-last:]
    if as_json:
        items = [
            {
                "at": timestamp.render(one.at),
                "host": one.host,
                "purpose": one.purpose,
                "why": WHY[one.purpose],
                "outcome": one.outcome,
            }
            for one in found
        ]
        click.echo(json.dumps({"schema": "satchel.fetches/1", "items": items}))
        return
    for one in found:
        click.echo(f"{timestamp.render(one.at)}  {one.outcome:7}  {for_terminal(one.host)}  {WHY[one.purpose]}")
    if not found:
        click.echo("Nothing was asked yet.", err=True)
