"""`satchel verify-lines`: a credential a line, by the million."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, TextIO

import click

from satchel.node.clock import utc_now
from satchel.node.mirror import MirrorFetch, OfflineFetch
from satchel.port import Fetch
from verifier import lines
from verifier.command import World, moment_of, named_home, named_policy, trusted
from verifier.lines import Run
from verifier.materials import Asked
from verifier.policy import to_json

_TELL_EVERY: Final = 10_000
# Of a batch's exit codes the worst, from best to worst.
_WORST: Final = (0, 4, 3, 1)


@click.command("verify-lines")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the reports here, one a line.")
@click.option("--resume", is_flag=True, help="Go on behind the reports that --out has.")
@click.option("--jobs", default=1, type=click.IntRange(1, 64), show_default=True, help="How many processes judge.")
@click.option("--now", metavar="TIME", help="Judge as of this time instead of the clock's.")
@click.option("--offline", is_flag=True, help="Fetch nothing; what would be needed is told.")
@click.option("--mirror", metavar="DIR", type=click.Path(exists=True, file_okay=False), help="Read the web from DIR.")
@click.option("--policy", "policy_name", default="default", metavar="NAME|FILE", show_default=True)
@click.option("--home", metavar="DIR", help="Use the frameworks, trust lists and policies of this folder.")
def verify_lines(
    file: Path,
    out: Path | None,
    resume: bool,
    jobs: int,
    now: str | None,
    offline: bool,
    mirror: str | None,
    policy_name: str,
    home: str | None,
) -> int:
    """Judge FILE, which has a credential on each line, and print one JSON report a line, in the same order.

    Every document is asked for once, whatever number of credentials names it. A run that was interrupted goes on with
    --resume. The exit code is the worst of all lines, as of `satchel verify`.
    """
    if resume and out is None:
        raise click.UsageError("Use --resume with --out.")
    if offline and mirror is not None:
        raise click.UsageError("Choose one of --offline and --mirror.")
    moment = utc_now() if now is None else moment_of(now)
    policy, trust, place = named_policy(policy_name, home), trusted(None, home), named_home(home)
    local: Fetch | None = OfflineFetch() if offline else None if mirror is None else MirrorFetch(Path(mirror), moment)
    done = lines.finished(out) if resume and out is not None else 0
    with closing(World(local, moment, place)) as world, file.open("rb") as source:
        wanted = lines.needed(islice(lines.read_lines(source), done, None), policy, trust)
        fetched = world.run(lambda fetch: lines.fetch_all(wanted, fetch), needs_network=bool(wanted))
    frameworks = place.frameworks if place is not None and place.frameworks.is_dir() else None
    run = Run(policy=to_json(policy), asked=Asked(), now=moment, trust=trust, frameworks=frameworks, fetched=fetched)
    with ExitStack() as stack:
        source = stack.enter_context(file.open("rb"))
        target = _target(stack, out, resume)
        return _judge(source, target, run, jobs=jobs, done=done)


def _target(stack: ExitStack, out: Path | None, resume: bool) -> TextIO:
    if out is None:
        return sys.stdout
    return stack.enter_context(out.open("a" if resume else "w", encoding="utf-8"))


def _judge(source: BinaryIO, target: TextIO, run: Run, *, jobs: int, done: int) -> int:
    worst = 0
    rest: Iterator[bytes] = islice(lines.read_lines(source), done, None)
    for count, (report, code) in enumerate(lines.judge(rest, run, jobs=jobs, first=done), start=done + 1):
        target.write(report + "\n")
        worst = max(worst, code, key=_WORST.index)
        if count % _TELL_EVERY == 0:
            target.flush()
            click.echo(f"{count} lines", err=True)
    target.flush()
    return worst
