"""Writes the generated pages of docs/reference and docs/start; `--check` compares instead and fails on drift."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click

from satchel.codes import CODES
from tui.command.learn import TOPICS, text
from tui.main import COMMANDS, command_group

DOCS = Path(__file__).parent

ROOMS = {
    "parse": "Reading a file",
    "codec": "Text and binary encodings",
    "key": "Keys",
    "linked": "JSON-LD and RDF",
    "proof": "Proofs",
    "did": "Decentralized identifiers",
    "bake": "Badges in pictures",
    "status": "Credential status",
    "schema": "Schemas",
    "data_model": "The credential's data model",
    "issuer_binding": "Does this issuer control this key",
    "validity": "Dates",
    "subject": "The subject",
    "published_key": "Keys whose secret is public",
    "issuer_trust": "Is the issuer known to you",
    "parts": "What is inside",
    "endorsements": "Endorsements found on a credential",
    "alignment": "Alignment to a framework",
    "framework": "Frameworks",
    "fetch": "Fetching",
    "http": "HTTP",
    "token": "Access tokens",
    "claim": "Claim links",
    "presentation": "Presentations",
    "stack": "Stacks",
    "pathway": "Pathways",
    "endorsement": "Endorsements made and received",
    "policy": "Policies",
    "trust": "Trust lists",
    "materials": "Saved materials",
    "settings": "Settings and the home folder",
    "database": "The database",
    "template": "Templates",
    "issue": "Issuing",
    "batch": "Cohorts",
    "wallet": "The wallet",
    "usage": "The command line",
}


def errors() -> str:
    """The page of all codes, by room."""
    rooms: dict[str, list[str]] = {}
    for name in CODES:
        rooms.setdefault(name.partition(".")[0], []).append(name)
    lines = [
        "# Codes",
        "",
        "Generated from `satchel/codes.py` by `make docs`. A code is never renamed. In a report it stands with its",
        "facet; in a problem document it is the member `code`; on the command line it stands in brackets.",
        "`error` means that the work could not be done; the other outcomes are those of a facet.",
    ]
    for room in sorted(rooms, key=lambda room: (list(ROOMS).index(room) if room in ROOMS else 99, room)):
        lines += [
            "",
            f"## {ROOMS.get(room, room)}",
            "",
            "| code | outcome | what it says | next step |",
            "|---|---|---|---|",
        ]
        for name in sorted(rooms[room]):
            code = CODES[name]
            lines.append(f"| `{name}` | {code.outcome} | {code.sentence} | {code.next_step} |")
    return "\n".join(lines) + "\n"


def _pages(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from _pages(found, f"{path} {name}")


def commands() -> str:
    """The page of all commands with their arguments and options."""
    lines = ["# Commands", "", "Generated from the command table by `make docs`."]
    group = command_group()
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        if command is None:
            continue
        for path, found in _pages(command, f"satchel {name}"):
            context = click.Context(found, info_name=path, max_content_width=100, terminal_width=100)
            lines += ["", f"## `{path}`", "", "```", found.get_help(context), "```"]
    return "\n".join(lines) + "\n"


def start() -> str:
    """The page that lists what a newcomer can read."""
    lines = ["# New to micro-credentials?", "", "Generated from `satchel learn` by `make docs`. In this order:", ""]
    lines += [f"- [{question}]({topic}.md)" for topic, question in TOPICS.items()]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "reference/errors.md": errors,
    "reference/commands.md": commands,
    "start/README.md": start,
    **{f"start/{topic}.md": partial(text, topic) for topic in TOPICS},
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing; 1 on drift")
    check = parser.parse_args().check
    stale = []
    for name, page in PAGES.items():
        path, written = DOCS / name, page()
        if check and (not path.is_file() or path.read_text("utf-8") != written):
            stale.append(name)
        elif not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(written, "utf-8")
    for name in stale:
        print(f"docs/{name} is older than the code: run `make docs`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
