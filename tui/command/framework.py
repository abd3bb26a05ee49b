"""`satchel framework`: import skills frameworks, look into them, and have skills suggested for a text.

A copy on this node's shelf is what alignments are judged by. A suggestion is a proposal with its reasons; a person
chooses. The shelf, and with it SQLite, is imported only by the commands that use it.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click

from satchel.errors import Malformed, SatchelError, UsageFault
from satchel.text import for_terminal
from tui.command.framework_page import (
    ROWS_SHOWN,
    held_json,
    held_lines,
    import_json,
    import_lines,
    shown_json,
    shown_lines,
    suggestion_json,
    suggestion_lines,
)

if TYPE_CHECKING:
    from satchel.framework.graph import Rejected
    from satchel.node.copies import Copy, Suggestion
    from satchel.node.shelf import Shelf
    from satchel.port import JsonObject

LINE_LIMIT_BYTES: Final = 64 * 1024

_home = click.option("--home", metavar="DIR", help="Keep everything under DIR (also SATCHEL_HOME).")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def framework() -> None:
    """Import skills frameworks, look into them, and have skills suggested for a text."""


@framework.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(dir_okay=False))
@click.option("--title", help="What the framework is called; without it, what the file says.")
@click.option("--release", help="The publisher's name of the release, like 1.2.0.")
@click.option("--released", metavar="DATE", help="The date of the release, like 2026-11-24.")
@click.option(
    "--completeness", type=click.Choice(["complete", "slice", "unknown"]), help="Whether nothing is left out."
)
@click.option("--licence", help="Under what terms it may be used.")
@click.option("--kind", help="Its family in one word: esco, case, rsd, onet, ...")
@click.option("--own-base", metavar="URL", help="Put URL before the codes of items that have no address.")
@click.option("--skip-rejected", is_flag=True, help="Import the other rows when some cannot be taken.")
@_home
@_as_json
def import_files(
    files: tuple[str, ...],
    title: str | None,
    release: str | None,
    released: str | None,
    completeness: str | None,
    licence: str | None,
    kind: str | None,
    own_base: str | None,
    skip_rejected: bool,
    home: str | None,
    as_json: bool,
) -> None:
    """Keep a copy of a skills framework on this node.

    Reads ESCO (CSV and JSON; all files of one command are joined), CASE 1.0 and 1.1 packages and item tables, Rich
    Skill Descriptors (JSON and CSV), O*NET and SOC titles, and JSON lines. All of it is imported, or nothing.
    """
    from satchel.framework.graph import Description
    from satchel.node.settings import Home
    from satchel.node.shelf import Shelf
    from satchel.port import Completeness

    description = Description(
        title=title,
        release=release,
        released=released,
        completeness=cast("Completeness | None", completeness),
        licence=licence,
        kind=kind,
        own_base=own_base,
    )
    contents = [(Path(name).name, _read(name)) for name in files]
    place = Home.resolve(home, os.environ).prepare()
    with Shelf(place.frameworks) as shelf, _uncollected():
        try:
            reports = shelf.import_files(contents, description, skip_rejected=skip_rejected)
        except SatchelError as fault:
            _tell_rejected(cast("Sequence[Rejected]", fault.details.get("rejected", ())))
            raise
    if as_json:
        _print_json("framework_import", [import_json(report) for report in reports])
        return
    for report in reports:
        for line in import_lines(report):
            click.echo(line)


@framework.command("list")
@_home
@_as_json
def list_frameworks(home: str | None, as_json: bool) -> int:
    """List the frameworks of this node, the newest release of each first."""
    with _shelf(home) as shelf:
        copies = shelf.held()
    faults = [copy for copy in copies if isinstance(copy, SatchelError)]
    sound = [copy for copy in copies if not isinstance(copy, SatchelError)]
    if as_json:
        _print_json("frameworks", [held_json(copy) for copy in sound], damaged=[_fault_json(fault) for fault in faults])
    else:
        for copy in sound:
            click.echo("\n".join(held_lines(copy)))
        if not copies:
            click.echo("No framework is held here. Import one with `satchel framework import FILE`.", err=True)
        for fault in faults:
            click.echo(f"{for_terminal(fault.message)} [{fault.code}]\n  {fault.next_step}", err=True)
    return 1 if faults else 0


@framework.command("show")
@click.argument("uri")
@_home
@_as_json
def show(uri: str, home: str | None, as_json: bool) -> None:
    """Show the item of URI, with what is above and below it, in every copy that has it."""
    with _shelf(home) as shelf:
        items = shelf.show(uri)
    if as_json:
        _print_json("framework_nodes", [shown_json(item) for item in items])
        return
    for item in items:
        click.echo("\n".join(shown_lines(item)))


@framework.command("search")
@click.argument("query", nargs=-1, required=True)
@click.option("--framework", "name", help="Only this one: its kind, title, id, or the beginning of its digest.")
@click.option("-k", "--count", default=10, show_default=True, help="How many at most.")
@_home
@_as_json
def search(query: tuple[str, ...], name: str | None, count: int, home: str | None, as_json: bool) -> None:
    """Find skills by words, in the frameworks of this node. Typing errors and unfinished words are understood."""
    with _shelf(home) as shelf:
        found = shelf.search(" ".join(query), count, framework=name)
    if as_json:
        _print_json("suggestions", [suggestion_json(item, with_framework=True) for item in found])
    else:
        _print_suggestions(found, with_framework=True)


@framework.command("suggest")
@click.argument("query", nargs=-1)
@click.option("--from", "path", required=True, metavar="FILE", type=click.Path(dir_okay=False), help="Only this file.")
@click.option("--lines", is_flag=True, help='Print `ready`, then answer each line {"q", "k"} of standard input.')
@click.option("-k", "--count", default=10, show_default=True, help="How many at most.")
@_as_json
def suggest(query: tuple[str, ...], path: str, lines: bool, count: int, as_json: bool) -> None:
    """Suggest skills of FILE alone, which is loaded into memory; nothing is kept.

    With --lines every answer is one JSON line: a list of suggestions, best first, or an object with `code` and
    `message` when the question cannot be answered.
    """
    from satchel.node.shelf import check_question

    if bool(query) == lines:
        raise click.UsageError("Give a query, or --lines to answer standard input.")
    with closing(_load(path)) as copy:
        if lines:
            _answer_lines(copy)
            return
        question = " ".join(query)
        check_question(question, count)
        found = copy.search(question, count)
    if as_json:
        _print_json("suggestions", [suggestion_json(item, with_framework=False) for item in found])
    else:
        _print_suggestions(found, with_framework=False)


def _answer_lines(copy: Copy) -> None:
    """One answer a line, in order, whatever a line holds; each is flushed, for the asker waits."""
    print("ready", flush=True)
    stdin = sys.stdin.buffer
    while raw := stdin.readline(LINE_LIMIT_BYTES):
        is_whole = raw.endswith(b"\n") or len(raw) < LINE_LIMIT_BYTES
        while not is_whole and (rest := stdin.readline(LINE_LIMIT_BYTES)):
            is_whole = rest.endswith(b"\n")
            raw = b""
        print(json.dumps(_answer(copy, raw), ensure_ascii=True), flush=True)


def _answer(copy: Copy, raw: bytes) -> object:
    from satchel.framework.graph import FrameworkFault
    from satchel.node.shelf import check_question

    try:
        asked = _question(raw)
        question, k = asked.get("q"), asked.get("k", 10)
        if not isinstance(question, str) or not isinstance(k, int) or isinstance(k, bool):
            raise FrameworkFault("framework.query", "q must be a text and k a whole number")
        check_question(question, k)
        return [suggestion_json(item, with_framework=False) for item in copy.search(question, k)]
    except SatchelError as fault:
        return _fault_json(fault)


def _question(raw: bytes) -> JsonObject:
    from satchel.codec import strictjson
    from satchel.framework.graph import FrameworkFault

    try:
        return strictjson.load_object(raw, limit_bytes=LINE_LIMIT_BYTES)
    except Malformed as fault:
        raise FrameworkFault("framework.query", f"the line is no question: {fault.message}") from fault


def _load(path: str) -> Copy:
    """The one framework of the file, in memory. Rows that cannot be taken are told and left out."""
    from satchel.framework import read
    from satchel.framework.graph import Description
    from satchel.node.copies import Copy

    with _uncollected():
        (report,) = read.read([(Path(path).name, _read(path))], Description())
        read.refuse_rejected(report, skip_rejected=True)
        _tell_rejected(report.rejected)
        return Copy.in_memory(report)


def _read(name: str) -> bytes:
    from satchel.framework.sniff import FILE_LIMIT_BYTES

    try:
        with Path(name).open("rb") as file:
            return file.read(FILE_LIMIT_BYTES + 1)
    except OSError as fault:
        raise UsageFault("usage.file", f"{name}: {fault.strerror or fault}") from fault


@contextmanager
def _uncollected() -> Iterator[None]:
    """A stretch without the collector of circles: an import makes a million records and no circle, and the collector
    would walk over all of them again and again, for a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _shelf(home: str | None) -> Iterator[Shelf]:
    """The shelf of the home, which may not be there yet."""
    from satchel.node.settings import Home
    from satchel.node.shelf import Shelf

    place = Home.resolve(home, os.environ)
    if place.path.exists():
        place.check()
    with Shelf(place.frameworks) as shelf:
        yield shelf


def _print_json(schema: str, items: Sequence[object], **more: object) -> None:
    click.echo(json.dumps({"schema": f"satchel.{schema}/1", "items": items, **more}, ensure_ascii=True, indent=1))


def _fault_json(fault: SatchelError) -> JsonObject:
    return {"code": fault.code, "message": fault.message, "next_step": fault.next_step}


def _tell_rejected(rejected: Sequence[Rejected]) -> None:
    for row in rejected[:ROWS_SHOWN]:
        click.echo(f"{for_terminal(row.file)}, {row.place}: {for_terminal(row.reason)} [{row.code}]", err=True)
    if len(rejected) > ROWS_SHOWN:
        click.echo(f"… and {len(rejected) - ROWS_SHOWN} more rows", err=True)


def _print_suggestions(found: Sequence[Suggestion], *, with_framework: bool) -> None:
    if not found:
        click.echo("Nothing was found.", err=True)
    for item in found:
        click.echo("\n".join(suggestion_lines(item, with_framework=with_framework)))
