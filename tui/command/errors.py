"""`satchel errors`: the code table, for people and for programs."""

from __future__ import annotations

import json

import click

from satchel.codes import CODES
from satchel.text import for_terminal


@click.command()
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def errors(code: str | None, as_json: bool) -> None:
    """Explain CODE, or list all codes."""
    if code is not None and code not in CODES:
        raise click.UsageError(f"There is no code {for_terminal(code)}. Run `satchel errors` for all of them.")
    chosen = {code: CODES[code]} if code else dict(sorted(CODES.items()))
    if as_json:
        rows = [
            {"code": name, "outcome": row.outcome, "sentence": row.sentence, "next_step": row.next_step}
            for name, row in chosen.items()
        ]
        click.echo(json.dumps({"schema": "satchel.codes/1", "items": rows}, ensure_ascii=False, indent=1))
        return
    for name, row in chosen.items():
        click.echo(f"{name}  ({row.outcome})\n  {row.sentence}" + (f"\n  {row.next_step}" if row.next_step else ""))
