"""`satchel doctor`: is this machine fit, and what to do where it is not."""

from __future__ import annotations

import json
from typing import Final

import click

from satchel.node.clock import utc_now
from satchel.text import for_terminal
from tui import doctor as examination

_SIGNS: Final = {"ok": "✔", "warn": "!", "bad": "✘"}


@click.command()
@click.option("--home", metavar="DIR", help="The home folder to look at; else SATCHEL_HOME, else your data folder.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def doctor(home: str | None, as_json: bool) -> int:
    """Look at the clock, the home, its databases, the pinned contexts, ports and the terminal."""
    findings = list(examination.examine(examination.patient(home, utc_now())))
    is_fit = all(finding.state != "bad" for finding in findings)
    if as_json:
        items = [
            {
                "name": finding.name,
                "state": finding.state,
                "sentence": finding.sentence,
                "next_step": finding.next_step,
            }
            for finding in findings
        ]
        document = {"schema": "satchel.doctor/1", "fit": is_fit, "items": items}
        click.echo(json.dumps(document, indent=1))
    else:
        for finding in findings:
            click.echo(f" {_SIGNS[finding.state]} {finding.name:<10} {for_terminal(finding.sentence)}")
            if finding.next_step:
                click.echo(f"   {'':<10} → {for_terminal(finding.next_step)}")
    return 0 if is_fit else 1
