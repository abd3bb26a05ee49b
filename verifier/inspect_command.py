"""`satchel inspect`: what a file is made of, and what its signatures are over. Nothing is judged or fetched."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from satchel.codec import strictjson
from satchel.credential.read import read
from satchel.errors import UsageFault
from satchel.node.clock import utc_now
from satchel.text import for_terminal
from verifier.explain import explain, to_text
from verifier.materials import Materials
from verifier.proving import Keys


@click.command()
@click.argument("file", metavar="FILE|-")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def inspect(file: str, as_json: bool) -> None:
    """Show what is in a file: the document, and of each proof the options, both texts that are hashed, the hashes and
    the signature; of a token its header, claims and disclosures. Keys that stand in their own name (did:key and the
    like) are tried. Whether to believe any of it, `satchel verify` says.
    """
    envelope = read(_bytes(file), name=os.fsencode(file).decode("utf-8", "replace"))
    # No key is fetched, so no answer here depends on the time.
    document = explain(envelope, Keys(Materials(now=utc_now(), fetched={})).resolve)
    # ASCII alone in JSON: no text from outside reaches a terminal as it is.
    click.echo(json.dumps(document, indent=1) if as_json else to_text(document), nl=as_json)


def _bytes(file: str) -> bytes:
    """At most one byte more than a credential may have: enough to say that it is too large."""
    limit = strictjson.LIMIT_BYTES + 1
    if file == "-":
        return sys.stdin.buffer.read(limit)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(limit)
    except OSError as fault:
        raise UsageFault("usage.file", f"{for_terminal(file)}: {fault.strerror}") from fault
