"""What the issuer's commands share: options, reading and printing. stdout is data, stderr is talk."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import click

from issuer import batch, service
from issuer.issue import Refused
from issuer.service import BatchPlan, IssuerService
from satchel.codec import timestamp
from satchel.errors import CodecError, IssueFault, TemplateFault, UsageFault
from satchel.node import settings
from satchel.node.clock import utc_now
from satchel.node.settings import Home
from satchel.port import Clock, JsonObject, JsonValue
from satchel.text import for_terminal

REFUSED: Final = 3

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])


JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
COHORT: Final = click.option(
    "--cohort", default="", metavar="NAME", help="A group that may get the same achievement once more."
)


class Instant(click.ParamType[Clock]):
    """`--now`: an RFC 3339 instant, as a clock that stands still."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Clock:
        if callable(value):
            found: Clock = value
            return found
        try:
            moment = timestamp.parse(str(value))
        except CodecError:
            self.fail(f"{for_terminal(str(value), limit=40)} is no instant like 2026-11-24T00:00:00Z", param, ctx)
        return lambda: moment


class HomeType(click.ParamType[Home]):
    """`--home`: a folder, else SATCHEL_HOME, else the platform's."""

    name = "folder"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Home:
        return value if isinstance(value, Home) else Home.resolve(str(value), os.environ)


def home_or_default(ctx: click.Context, param: click.Parameter, value: Home | None) -> Home:
    return value if value is not None else Home.resolve(None, os.environ)


HOME: Final = click.option(
    "--home", type=HomeType(), callback=home_or_default, metavar="DIR", help="The home folder; else SATCHEL_HOME."
)
NOW: Final = click.option(
    "--now", "clock", type=Instant(), default=lambda: utc_now, metavar="INSTANT", help="Act as if it were this time."
)


def node_options(command: F) -> F:
    HOME(NOW(JSON(command)))
    return command


def run(work: Coroutine[object, object, T], template: str) -> T:
    """The result of the work; faults of the template and of a row are shown in full and end with exit code 3."""
    try:
        return asyncio.run(work)
    except TemplateFault as fault:
        raise show_template_faults(template, fault) from fault
    except IssueFault as fault:
        if not fault.code.startswith("batch."):
            raise
        say(f"satchel: {for_terminal(fault.message, limit=1000)} [{fault.code}]")
        say(f"  {for_terminal(fault.next_step)}")
        raise click.exceptions.Exit(REFUSED) from fault


def show_template_faults(file: str, fault: TemplateFault) -> click.exceptions.Exit:
    for one in all_faults(fault):
        say(f"{for_terminal(file)}: {for_terminal(one.message)} [{one.code}]")
        say(f"  {for_terminal(one.next_step)}")
    return click.exceptions.Exit(REFUSED)


def all_faults(fault: TemplateFault) -> tuple[TemplateFault, ...]:
    found = fault.details.get("faults")
    return tuple(one for one in found if isinstance(one, TemplateFault)) if isinstance(found, tuple) else (fault,)


def say_refused(refused: Sequence[Refused]) -> None:
    for one in refused[:20]:
        say(f"line {one.line}: {for_terminal(one.message, limit=300)} [{one.code}]")
    if len(refused) > 20:
        say(f"... and {len(refused) - 20} more rows")


def say_recovered(issuer: IssuerService) -> None:
    if (found := issuer.recovered) is not None:
        say(
            f"satchel: the database is an older copy ({found.reason}). {len(found.closed)} status lists were closed, "
            f"{found.bits} status bits were taken back from the published lists, {found.claims} unclaimed links ended: "
            "run their tables again for new ones."
        )


def write_report(home: Home, report: str | None, planned: BatchPlan, refused: Sequence[Refused], now: datetime) -> Path:
    path = Path(report) if report is not None else home.reports / f"{planned.template.id}-{now:%Y%m%dT%H%M%SZ}.csv"
    settings.make_folder(path.parent)
    settings.write_file(path, batch.report(refused))
    return path


def show_plan(planned: BatchPlan, refused: Sequence[Refused], *, as_json: bool) -> None:
    count = len(planned.plan.awards)
    if as_json:
        rows: list[JsonValue] = [service.summary(one) for one in refused]
        unused: list[JsonValue] = [*planned.plan.unused]
        print_json(
            {
                "schema": "satchel.batch-plan/1",
                "template": planned.template.id,
                "version": planned.template.version,
                "cohort": planned.cohort,
                "rows": count + len(refused),
                "to_issue": count - planned.already,
                "already": planned.already,
                "refused": rows,
                "unused_columns": unused,
                "preview": planned.plan.preview,
            }
        )
        return
    say_refused(refused)
    if planned.plan.unused:
        say(f"Columns that the template does not use: {', '.join(map(for_terminal, planned.plan.unused))}")
    if planned.plan.preview is not None:
        click.echo(for_terminal(json.dumps(planned.plan.preview, ensure_ascii=False), limit=100_000))
    say(
        f"Dry run: {count - planned.already} would be issued, {planned.already} have it already, "
        f"{len(refused)} refused. Nothing was signed."
    )


def read(name: str, limit_bytes: int) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(limit_bytes)
        with Path(name).open("rb") as file:
            return file.read(limit_bytes)
    except OSError as fault:
        raise UsageFault("usage.file", f"{name}: {fault.strerror or fault}") from fault


def print_json(value: JsonObject) -> None:
    click.echo(json.dumps(value, indent=1))  # ASCII: a terminal shows it as it is


def print_bytes(raw: bytes) -> None:
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    click.echo(for_terminal(text, limit=2000), err=True)
