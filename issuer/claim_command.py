"""`satchel issue batch --claims`: links for a cohort whose wallets are not known yet."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from issuer import batch, service
from issuer.issue import Refused
from issuer.link import Planned
from issuer.service import BatchPlan, IssuerService
from issuer.terminal import REFUSED, print_json, run, say, say_recovered, say_refused, show_plan, write_report
from satchel.node.settings import Home
from satchel.port import Clock, JsonObject


def plan_claims(
    home: Home,
    clock: Clock,
    raw: bytes,
    rows: bytes,
    cohort: str,
    template: str,
    report: str | None,
    dry_run: bool,
    renews: bool,
    days: int,
    *,
    as_json: bool,
) -> None:
    """`issue batch --claims`: each chunk of links is printed when it is on disk, because nothing can print it again."""
    lines: list[JsonObject] = []
    refused: list[Refused] = []

    async def work() -> BatchPlan:
        async with IssuerService.open(home, clock=clock) as issuer:
            say_recovered(issuer)
            planned = await issuer.plan_claims(raw, rows, cohort=cohort)
            refused.extend(planned.plan.refused)
            if dry_run:
                return planned
            learners = {one.line: one.award.recipient for one in planned.plan.awards}
            if not as_json:
                _print_row(tuple(_CLAIM_COLUMNS))
            async for chunk in issuer.run_claims(planned, days=days, renews=renews):
                refused.extend(one for one in chunk if isinstance(one, Refused))
                made = [one for one in chunk if isinstance(one, Planned)]
                shown = [service.planned_summary(one, learners[one.line], issuer.claim_link(one)) for one in made]
                lines.extend(shown)
                if not as_json:
                    for one in shown:
                        _print_row(tuple(str(one[name] or "") for name in _CLAIM_COLUMNS))
                    sys.stdout.flush()
        return planned

    planned = run(work(), template)
    refused.sort(key=lambda one: one.line)
    if dry_run:
        show_plan(planned, refused, as_json=as_json)
    else:
        written = write_report(home, report, planned, refused, clock()) if refused else None
        _show_claims(planned, lines, refused, written, as_json=as_json)
    if refused:
        raise click.exceptions.Exit(REFUSED)


_CLAIM_COLUMNS: Final = ("line", "recipient", "state", "id", "expires", "link")


def _show_claims(
    planned: BatchPlan, lines: Sequence[JsonObject], refused: Sequence[Refused], report: Path | None, *, as_json: bool
) -> None:
    states = [line["state"] for line in lines]
    if as_json:
        print_json(
            {
                "schema": "satchel.claims/1",
                "template": planned.template.id,
                "version": planned.template.version,
                "cohort": planned.cohort,
                "claims": [*lines],
                "refused": [service.summary(one) for one in refused],
                "report": None if report is None else str(report),
            }
        )
    else:
        say_refused(refused)
    say(
        f"{states.count('planned')} planned, {states.count('renewed')} renewed, {states.count('already')} have their "
        f"link already, {states.count('claimed')} claimed, {len(refused)} refused."
    )
    if "already" in states:
        say("A link is stored nowhere and cannot be shown again; --renew makes fresh ones and ends the older ones.")
    if report is not None and not as_json:
        say(f"The refused rows are in {report}.")


def _print_row(cells: Sequence[str]) -> None:
    click.echo(batch.csv_line(cells), nl=False)
