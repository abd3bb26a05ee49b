"""`satchel bake` and `satchel unbake`: a credential inside a picture, pixels untouched."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from satchel.codec import strictjson
from satchel.credential import bake as baking
from satchel.errors import Malformed, UsageFault
from satchel.node.settings import write_file


def read_input(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`; one byte past the limit is enough to refuse it."""
    limit = strictjson.LIMIT_BYTES + 1
    if name == "-":
        return sys.stdin.buffer.read(limit)
    try:
        with Path(name).open("rb") as file:
            return file.read(limit)
    except OSError as fault:
        raise UsageFault("usage.file", f"{name}: {fault.strerror}") from fault


def write_output(out: str | None, data: bytes) -> None:
    """Write to the file (atomically), or to standard output when there is none."""
    if out is None or out == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_file(Path(out), data, mode=0o644)


@click.command()
@click.argument("image", type=click.Path(dir_okay=False, allow_dash=True))
@click.argument("credential", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--out", "-o", metavar="FILE", help="Where to write the baked picture; standard output without it.")
def bake(image: str, credential: str, out: str | None) -> None:
    """Put CREDENTIAL (JSON or a compact JWS) into IMAGE (PNG or SVG).

    The picture stays as it is, byte for byte; a credential that it already carries is replaced.
    """
    if image == credential == "-":
        raise click.UsageError("Only one of IMAGE and CREDENTIAL can be standard input.")
    payload = read_input(credential)
    if not payload.strip():
        raise Malformed("parse.empty", f"{credential} is empty")
    write_output(out, baking.bake(read_input(image), payload.strip()))


@click.command()
@click.argument("image", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--out", "-o", metavar="FILE", help="Where to write the credential; standard output without it.")
def unbake(image: str, out: str | None) -> None:
    """Take the credential out of IMAGE (PNG or SVG), exactly as it lies there."""
    write_output(out, baking.unbake(read_input(image)))
