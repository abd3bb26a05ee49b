"""The issuer's commands: init issuer, template, issue, revoke, suspend, reinstate.

stdout is data, stderr is talk. Exit codes: 0 done, 1 internal or I/O error, 2 usage, 3 a template or row was refused.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import click

from issuer import batch, service
from issuer import template as templates
from issuer.claim_command import plan_claims
from issuer.identity import Method
from issuer.issue import Issued, Outcome, Refused
from issuer.link import DAYS, DAYS_LIMIT
from issuer.revoke import Change, StatusChanged
from issuer.section import line_of
from issuer.service import BatchPlan, IssuerService
from issuer.terminal import (
    COHORT,
    JSON,
    NOW,
    REFUSED,
    all_faults,
    node_options,
    print_bytes,
    print_json,
    read,
    run,
    say,
    say_recovered,
    say_refused,
    show_plan,
    show_template_faults,
    write_report,
)
from satchel.codec import strictjson
from satchel.codec.tree import LIMIT_BYTES
from satchel.errors import TemplateFault, UsageFault
from satchel.node import settings
from satchel.node.settings import Home
from satchel.port import Clock, JsonValue
from satchel.text import for_terminal


@click.command("issuer")
@node_options
@click.option("--origin", required=True, metavar="URL", help="Your public address, like https://issuer.example")
@click.option("--name", required=True, metavar="NAME", help="Your name as learners and verifiers read it.")
@click.option("--url", default="", metavar="URL", help="Your web page.")
@click.option("--description", default="", metavar="TEXT", help="What you are, in a sentence.")
@click.option(
    "--did-method",
    "did_method",
    type=click.Choice(("webvh", "web")),
    default="webvh",
    show_default=True,
    help="webvh: a DID with a history, and a did:web beside it. web: the did:web alone.",
)
def init(
    home: Home, clock: Clock, as_json: bool, origin: str, name: str, url: str, description: str, did_method: Method
) -> None:
    """Make an issuer: its keys, a DID of your address, and a folder to publish."""
    founded = asyncio.run(
        IssuerService.found(
            home, origin=origin, name=name, url=url, description=description, did_method=did_method, clock=clock
        )
    )
    if as_json:
        print_json(
            {
                "schema": "satchel.issuer/1",
                "did": founded.did,
                "key": founded.key_id,
                "origin": founded.origin,
                "name": founded.name,
                "home": str(home.path),
                "did_document": str(founded.did_document.path),
            }
        )
        return
    click.echo(founded.did)
    say(f"{for_terminal(name)} can issue now. Its key lies in {home.keys}; keep a copy of it in a safe place.")
    say(f"Publish the folder {founded.did_document.path.parent.parent} as {founded.origin}.")


@click.group()
def template() -> None:
    """Write or check an achievement template."""


@template.command("new")
@click.argument("file", required=False, type=click.Path(dir_okay=False))
def template_new(file: str | None) -> None:
    """Write an example with comments to FILE, or to standard output."""
    raw = resources.files("issuer.example").joinpath("template.yaml").read_bytes()
    if file is None:
        print_bytes(raw)
    elif Path(file).exists():
        raise UsageFault("usage.file", f"{file} exists already")
    else:
        settings.write_file(Path(file), raw, mode=settings.PUBLIC_FILE)


@template.command("check")
@NOW
@JSON
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
def template_check(clock: Clock, as_json: bool, file: str) -> None:
    """Check FILE, and show each fault with its line."""
    try:
        now = clock()
        checked, sample = service.check_template(read(file, LIMIT_BYTES + 1), now=now)
    except TemplateFault as fault:
        if as_json:
            print_json({"schema": "satchel.template-check/1", "ok": False, "faults": _listed(all_faults(fault))})
            raise click.exceptions.Exit(REFUSED) from fault
        raise show_template_faults(file, fault) from fault
    warnings = templates.unconfirmed(checked, today=now.date())
    if as_json:
        columns: list[JsonValue] = [*checked.columns.all()]
        print_json(
            {
                "schema": "satchel.template-check/1",
                "ok": True,
                "faults": [],
                "warnings": _listed(warnings),
                "id": checked.id,
                "version": checked.version,
                "name": checked.name,
                "columns": columns,
                "sha256": checked.digest,
                "sample": sample,
            }
        )
        return
    click.echo(f"{for_terminal(file)}: good. {for_terminal(checked.name)} ({checked.id}, version {checked.version})")
    say(f"It needs the columns {', '.join(map(for_terminal, checked.columns.all()))}.")
    for warning in warnings:
        say(f"{for_terminal(file)}: {for_terminal(warning.message)} [{warning.code}]")
        say(f"  {for_terminal(warning.next_step)}")


def _listed(faults: Sequence[TemplateFault]) -> list[JsonValue]:
    return [
        {"line": line_of(one), "code": one.code, "message": one.message, "next_step": one.next_step} for one in faults
    ]


class _Issue(click.Group):
    """`issue TEMPLATE ...` is short for `issue one TEMPLATE ...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["one", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Issue)
def issue() -> None:
    """Issue one credential, or a cohort from a CSV file.

    \b
    satchel issue TEMPLATE --to ID [--name NAME] [--set COLUMN=VALUE]
    satchel issue batch TEMPLATE TABLE.csv --dry-run
    """


@issue.command("one")
@node_options
@COHORT
@click.option("--to", "recipient", required=True, metavar="ID", help="The learner: DID, e-mail or id.")
@click.option("--name", default="", metavar="NAME", help="The learner's name, if the template has a column for it.")
@click.option("--set", "values", multiple=True, metavar="COLUMN=VALUE", help="A value of another column; repeat it.")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="Write here instead of standard output.")
@click.argument("template", type=click.Path(dir_okay=False, allow_dash=True))
def issue_one(
    home: Home,
    clock: Clock,
    as_json: bool,
    cohort: str,
    recipient: str,
    name: str,
    values: tuple[str, ...],
    out: str | None,
    template: str,
) -> None:
    """Sign one credential for the learner --to, and print it."""
    raw = read(template, LIMIT_BYTES + 1)

    async def work() -> tuple[Issued, bytes]:
        async with IssuerService.open(home, clock=clock) as issuer:
            say_recovered(issuer)
            columns = issuer.columns(raw)
            cells = _cells(values)
            cells[columns.recipient] = recipient
            if name and not columns.name:
                raise click.UsageError("The template has no column for a name.")
            if name:
                cells[columns.name] = name
            issued = await issuer.issue(raw, cells, cohort=cohort)
            return issued, issued.raw or await issuer.credential(issued.id)

    issued, credential = run(work(), template)
    if out is not None:
        settings.write_file(Path(out), credential)
    if as_json:
        value = strictjson.loads(credential)
        print_json({"schema": "satchel.issued/1", **service.summary(issued), "credential": value})
    elif out is None:
        print_bytes(credential)
    if not issued.is_new:
        say(f"This learner had it already: {issued.url}")


@issue.command("batch")
@node_options
@COHORT
@click.option("--dry-run", is_flag=True, help="Check everything, show the first credential, sign nothing.")
@click.option("--claims", "is_claims", is_flag=True, help="Print a one-time link for each learner's wallet.")
@click.option("--renew", "renews", is_flag=True, help="With --claims: fresh links for those who have not claimed yet.")
@click.option(
    "--days",
    type=click.IntRange(1, DAYS_LIMIT),
    default=DAYS,
    show_default=True,
    help="With --claims: how long a link can be used.",
)
@click.option("--out", metavar="DIR", type=click.Path(file_okay=False), help="Also write each credential into DIR.")
@click.option("--report", metavar="FILE", type=click.Path(dir_okay=False), help="Where refused rows are written.")
@click.argument("template", type=click.Path(dir_okay=False, allow_dash=True))
@click.argument("table", type=click.Path(dir_okay=False, allow_dash=True))
def issue_batch(
    home: Home,
    clock: Clock,
    as_json: bool,
    cohort: str,
    dry_run: bool,
    is_claims: bool,
    renews: bool,
    days: int,
    out: str | None,
    report: str | None,
    template: str,
    table: str,
) -> None:
    """Issue a credential for each good row of TABLE; run it again to go on where it stopped.

    Each line on standard output names a credential that is on disk. Refused rows go to a report, with the reasons.
    With --claims nothing is signed yet: standard output is a CSV table of links, one for each learner, to be sent to
    them. A link is printed once and stored nowhere. With `bind: email` or `sis` issue first: the links then bind the
    badges to the learners' wallets.
    """
    if template == table == "-":
        raise click.UsageError("Only one of TEMPLATE and TABLE can be standard input.")
    if is_claims and out is not None:
        raise click.UsageError("--claims signs nothing yet, so there is nothing for --out.")
    if renews and not is_claims:
        raise click.UsageError("--renew needs --claims.")
    raw, rows = read(template, LIMIT_BYTES + 1), read(table, batch.LIMIT_BYTES + 1)
    if is_claims:
        plan_claims(home, clock, raw, rows, cohort, template, report, dry_run, renews, days, as_json=as_json)
        return

    async def work() -> tuple[BatchPlan, list[Outcome]]:
        outcomes: list[Outcome] = []
        async with IssuerService.open(home, clock=clock) as issuer:
            say_recovered(issuer)
            planned = await issuer.plan_batch(raw, rows, cohort=cohort)
            if not dry_run:
                progress = _Progress(len(planned.plan.awards))
                async for chunk in issuer.run_batch(planned):
                    if out is not None:
                        await _write_credentials(issuer, Path(out), batch.issued(chunk))
                    _acknowledge(chunk, silent=as_json)
                    progress.show(len(chunk))
                    outcomes += [batch.without_bytes(one) for one in chunk]
                progress.end()
        return planned, outcomes

    planned, outcomes = run(work(), template)
    refused = [*planned.plan.refused, *(one for one in outcomes if isinstance(one, Refused))]
    refused.sort(key=lambda one: one.line)
    written = write_report(home, report, planned, refused, clock()) if refused and not dry_run else None
    if dry_run:
        show_plan(planned, refused, as_json=as_json)
    else:
        _show_batch(planned, batch.issued(outcomes), refused, written, as_json=as_json)
    if refused:
        raise click.exceptions.Exit(REFUSED)


def _status_command(name: Change, help_text: str, done: str) -> click.Command:
    @click.command(name, help=help_text)
    @node_options
    @click.option("--reason", required=True, metavar="TEXT", help="Why; kept by the issuer, not published.")
    @click.argument("credential", metavar="ID")
    def command(home: Home, clock: Clock, as_json: bool, reason: str, credential: str) -> None:
        async def work() -> StatusChanged:
            async with IssuerService.open(home, clock=clock) as issuer:
                say_recovered(issuer)
                return await issuer.change_status(credential, name, reason=reason)

        changed = asyncio.run(work())
        if as_json:
            print_json(service.changed_summary(changed))
            return
        click.echo(f"{done} {changed.id}" if changed.changed else f"already {done} {changed.id}")

    return command


revoke = _status_command("revoke", "Revoke the credential ID for good.", "revoked")
suspend = _status_command("suspend", "Suspend the credential ID until it is reinstated.", "suspended")
reinstate = _status_command("reinstate", "End the suspension of the credential ID.", "reinstated")


def _cells(values: Sequence[str]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for value in values:
        column, mark, text = value.partition("=")
        if not mark or not column.strip():
            raise click.UsageError(f"--set needs COLUMN=VALUE, not {for_terminal(value, limit=60)}.")
        if column.strip() in cells:
            raise click.UsageError(f"--set {for_terminal(column.strip(), limit=60)} is given twice.")
        cells[column.strip()] = text
    return cells


class _Progress:
    """A count on standard error, on a terminal only."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._is_shown = sys.stderr.isatty()

    def show(self, count: int) -> None:
        self._done += count
        if self._is_shown:
            click.echo(f"\r{self._done} of {self._total}", err=True, nl=False)

    def end(self) -> None:
        if self._is_shown and self._total:
            click.echo("", err=True)


def _acknowledge(chunk: Sequence[Outcome], *, silent: bool) -> None:
    """One line a credential on disk: `issued` or `already`, the line of the table, the credential's URL."""
    if silent:
        return
    for one in batch.issued(chunk):
        click.echo(f"{'issued' if one.is_new else 'already'} {one.line} {one.url}")
    sys.stdout.flush()


async def _write_credentials(issuer: IssuerService, folder: Path, issued: Sequence[Issued]) -> None:
    settings.make_folder(folder)
    for one in issued:
        settings.write_file(folder / f"{one.id}.json", one.raw or await issuer.credential(one.id))


def _show_batch(
    planned: BatchPlan, issued: Sequence[Issued], refused: Sequence[Refused], report: Path | None, *, as_json: bool
) -> None:
    new = sum(one.is_new for one in issued)
    if as_json:
        credentials: list[JsonValue] = [service.summary(one) for one in issued]
        rows: list[JsonValue] = [service.summary(one) for one in refused]
        print_json(
            {
                "schema": "satchel.batch/1",
                "template": planned.template.id,
                "version": planned.template.version,
                "cohort": planned.cohort,
                "issued": new,
                "already": len(issued) - new,
                "credentials": credentials,
                "refused": rows,
                "report": None if report is None else str(report),
            }
        )
        return
    say_refused(refused)
    say(f"{new} issued, {len(issued) - new} had it already, {len(refused)} refused.")
    if report is not None:
        say(f"The refused rows are in {report}.")
