"""`satchel archive make|verify`: keep a credential with all that its verdict rests on, and judge it much later."""

from __future__ import annotations

import json
import os
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from did.create import did_key, did_key_method
from satchel.codec import strictjson, timestamp
from satchel.credential.read import read
from satchel.errors import SettingsFault
from satchel.key.private import LocalSigner, PrivateKey
from satchel.node import entropy
from satchel.node.clock import utc_now
from satchel.node.mirror import MirrorFetch
from satchel.node.settings import Home, make_folder, read_private, write_file
from satchel.port import Fetch, JsonObject
from satchel.text import for_terminal
from verifier import archive
from verifier.command import World, moment_of, named_policy, trusted
from verifier.report import Report, exit_code, to_json, to_text
from verifier.service import Verification, VerifierService, repeat_under

_KEY_LIMIT_BYTES: Final = 4096
_NOW = click.option("--now", metavar="TIME", help="Act as of this time instead of the clock's.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_HOME = click.option("--home", metavar="DIR", help="The home folder (also SATCHEL_HOME).")


@click.group("archive")
def group() -> None:
    """Keep a credential for decades, with the grounds of its verdict."""


@group.command("make")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The bundle to write.")
@click.option("--mirror", metavar="DIR", type=click.Path(exists=True, file_okay=False), help="Read the web from DIR.")
@_HOME
@_NOW
@_JSON
def make(file: Path, out: Path, mirror: str | None, home: str | None, now: str | None, as_json: bool) -> int:
    """Judge FILE and keep it with its issuer's key document, its status list and its contexts, sealed by this home's
    archive key. A credential that is not accepted is kept, too, with its verdict; the exit code tells."""
    moment = utc_now() if now is None else moment_of(now)
    place = Home.resolve(home, os.environ).prepare()

    async def examine(fetch: Fetch) -> Verification:
        service = VerifierService(
            fetch=fetch, clock=lambda: moment, policy=named_policy("archive", None), trust=trusted(None, home)
        )
        return await service.examine(read(file.read_bytes(), name=file.name))

    local = None if mirror is None else MirrorFetch(Path(mirror), moment)
    with closing(World(local, moment, place)) as world:
        found = world.run(examine, needs_network=True)
    bundle = archive.compose(found.saved, signer=_keeper(place), now=moment)
    write_file(out, bundle, mode=0o644)
    if as_json:
        _print(
            {"schema": "satchel.archived/1", "file": str(out), "bytes": len(bundle), "report": to_json(found.report)}
        )
    else:
        click.echo(f"{for_terminal(str(out))}: {len(bundle)} bytes, {found.report.verdict}")
    return exit_code([found.report], False)


@group.command("verify")
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--policy", "policy_name", default="archive", metavar="NAME|FILE", show_default=True)
@_HOME
@_NOW
@_JSON
def verify(bundle: Path, policy_name: str, home: str | None, now: str | None, as_json: bool) -> int:
    """Open BUNDLE, check its seal, and judge the credential again from what was kept. Nothing is fetched."""
    moment = utc_now() if now is None else moment_of(now)
    opened = archive.read(bundle.read_bytes())
    report = repeat_under(opened.saved, named_policy(policy_name, home))
    notes = _notes(opened, moment)
    if as_json:
        _print(
            {
                "schema": "satchel.archive_report/1",
                "keeper": opened.keeper,
                "sealed": timestamp.render(opened.sealed),
                "opened": timestamp.render(moment),
                "notes": [*notes],
                "report": to_json(report),
            }
        )
    else:
        _tell(report, notes)
    return exit_code([report], False)


def _notes(opened: archive.Bundle, now: datetime) -> tuple[str, ...]:
    """What whoever reads the verdict must know besides."""
    years = (now - opened.sealed).days // 365
    since = f"{years} years ago" if years > 1 else f"on {opened.sealed.date()}"
    notes = [
        f"The verdict is the one of {opened.sealed.date()}, sealed {since} by {opened.keeper}; "
        "the date is that keeper's word. What happened to the credential since is not known."
    ]
    if opened.sealed > now:
        notes.append("The seal bears a date in the future.")
    if archive.ended(opened, now):
        notes.append("The credential has reached its end date since. What it says was proven before.")
    if other := archive.differing(opened):
        notes.append(f"This version reads {', '.join(other[:3])} by another content than the sealed one.")
    return tuple(notes)


def _tell(report: Report, notes: tuple[str, ...]) -> None:
    click.echo(to_text(report), nl=False)
    for note in notes:
        click.echo(f"   note: {for_terminal(note)}")


def _keeper(home: Home) -> LocalSigner:
    """This home's key for sealing archives; made when there is none yet."""
    path = home.key_file("archive", "key-1")
    raw = read_private(path, limit_bytes=_KEY_LIMIT_BYTES)
    if raw is None:
        key = PrivateKey.generate(entropy.system)
        make_folder(home.keys)
        write_file(path, json.dumps({"secretKeyMultibase": key.secret_multikey()}).encode())
    else:
        secret = strictjson.load_object(raw).get("secretKeyMultibase")
        if not isinstance(secret, str):
            raise SettingsFault("settings.file_unreadable", f"{path} holds no key")
        key = PrivateKey.from_secret_multikey(secret)
    return LocalSigner(id=did_key_method(did_key(key.public())), key=key)


def _print(value: JsonObject) -> None:
    click.echo(json.dumps(value))
