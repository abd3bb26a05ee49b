"""`satchel trust add|import|list`: whom this verifier knows, in files of its own home folder."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from did import syntax
from satchel.credential import openbadge
from satchel.credential.read import read
from satchel.errors import DidError, RegistryFault, SettingsFault, UsageFault
from satchel.node.settings import Home, make_folder, read_private, write_file
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from verifier import registry, remote
from verifier.registry import NO_TRUST, KnownIssuer, Trust, TrustList
from verifier.remote import DccRegistry, Registry
from verifier.service import load_trust

OWN_FILE: Final = "own"
_FILE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def _home(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Home:
    return Home.resolve(value, os.environ)


_HOME = click.option("--home", callback=_home, metavar="DIR", help="The home folder (also SATCHEL_HOME).")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def trust() -> None:
    """Say which issuers this verifier knows, and which registries it asks."""


@trust.command("add")
@_HOME
@_JSON
@click.argument("did", metavar="DID")
@click.option("--name", required=True, metavar="NAME", help="Your name for the issuer.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The first day of the trust.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Its last day.")
@click.option("--accredits", is_flag=True, help="Say that it may accredit other issuers.")
@click.option("--distrust", is_flag=True, help="Say that this issuer is not to be trusted.")
@click.option("--list", "list_name", default=OWN_FILE, metavar="FILE", show_default=True, help="The list to add it to.")
def trust_add(
    home: Home,
    as_json: bool,
    did: str,
    name: str,
    since: datetime | None,
    until: datetime | None,
    accredits: bool,
    distrust: bool,
    list_name: str,
) -> None:
    """Add the issuer DID to a list of this home, or change its entry there."""
    try:
        syntax.parse(did)
    except DidError as fault:
        raise UsageFault("usage.option", fault.message) from fault
    path = _path(home, list_name)
    known = KnownIssuer(
        id=did,
        name=name,
        since=None if since is None else since.date(),
        until=None if until is None else until.date(),
        is_distrusted=distrust,
        accredits=accredits,
    )
    present = _list_at(path) or TrustList(name=f"The list {list_name}", issuers=())
    others = tuple(one for one in present.issuers if one.id != did)
    _write(path, registry.list_to_json(replace(present, issuers=(*others, known))))
    if as_json:
        _print({"schema": "satchel.trust_added/1", "file": path.name, "id": did, "distrusted": distrust})
        return
    said = "is not to be trusted" if distrust else "is known"
    click.echo(f"{for_terminal(did)} {said}, by {path.name}")


@trust.command("import")
@_HOME
@_JSON
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "file_name", metavar="FILE", help="The name to keep it under; without it, the file's own.")
@click.option("--name", metavar="NAME", help="How the list is called when the file does not say it.")
def trust_import(home: Home, as_json: bool, file: Path, file_name: str | None, name: str | None) -> None:
    """Take over FILE: a trust list, a registry to ask, a copy of a registry's document, or a signed accreditation.

    A registry's document (registry.json of the Digital Credentials Consortium) becomes a list: what it says today, and
    nothing is asked later.
    """
    chosen = file_name or re.sub(r"[^a-z0-9-]+", "-", file.stem.lower()).strip("-")
    path = _path(home, chosen)
    if path.exists():
        raise SettingsFault("trust.exists", f"{path.name} is there already")
    raw = file.read_bytes()
    found = _imported(raw, file.name, name or f"The registry {chosen}")
    if isinstance(found, bytes):
        # Signed: kept byte for byte.
        write_file(path, raw)
        _tell_accreditation(path, as_json=as_json)
        return
    _write(path, registry.list_to_json(found) if isinstance(found, TrustList) else remote.to_json(found))
    count = len(found.issuers) if isinstance(found, TrustList) else None
    if as_json:
        _print({"schema": "satchel.trust_imported/1", "file": path.name, "name": found.name, "issuers": count})
        return
    what = f"{count} issuers" if count is not None else "a registry that is asked for each issuer"
    click.echo(f"{path.name}: {for_terminal(found.name)}, {what}")


@trust.command("list")
@_HOME
@_JSON
def trust_list(home: Home, as_json: bool) -> None:
    """Print the lists and the registries of this home, with every issuer."""
    found = load_trust(home.trust)
    if as_json:
        _print({"schema": "satchel.trust_all/1", "trust": registry.to_json(found)})
        return
    for line in _lines(found):
        click.echo(line)
    if found == NO_TRUST:
        click.echo("This verifier knows nobody yet: satchel trust add DID --name NAME", err=True)


def _lines(found: Trust) -> Iterable[str]:
    for one in found.lists:
        yield for_terminal(one.name)
        for known in one.issuers:
            days = "" if known.since is None else f" from {known.since}"
            days += "" if known.until is None else f" until {known.until}"
            mark = "not trusted: " if known.is_distrusted else ""
            yield f"  {mark}{for_terminal(known.name)}  {for_terminal(known.id)}{days}"
    for raw in found.accreditations:
        value = read(raw).value or {}
        bodies = ", ".join(openbadge.subject_ids(value))
        yield f"{for_terminal(openbadge.issuer_id(value) or '')}  accredits {for_terminal(bodies)}"
    for asked in found.registries:
        place = asked.url if isinstance(asked, DccRegistry) else asked.entity
        yield f"{for_terminal(asked.name)}  asked at {for_terminal(place)}"


def _tell_accreditation(path: Path, *, as_json: bool) -> None:
    if as_json:
        _print({"schema": "satchel.trust_imported/1", "file": path.name, "name": "accreditation", "issuers": None})
        return
    click.echo(f"{path.name}: an accreditation; it counts when a list says that its issuer accredits")


def _imported(raw: bytes, shown: str, name: str) -> TrustList | Registry | bytes:
    """What the file is: one of our own kinds, else a registry's document with its issuers."""
    try:
        issuers = remote.issuers_of(raw)
    except RegistryFault:
        return registry.load(raw, name=shown)
    known = [
        KnownIssuer(id=did, name=title[: registry.NAME_LIMIT_CHARS], since=None, until=None, is_distrusted=False)
        for did, title in issuers.items()
        if title.strip() and _is_did(did)
    ]
    left = len(issuers) - len(known)
    if left:
        click.echo(f"{left} entries of {for_terminal(shown)} have no DID or no name and were left out", err=True)
    return TrustList(name=name, issuers=tuple(known))


def _is_did(text: str) -> bool:
    try:
        syntax.parse(text)
    except DidError:
        return False
    return True


def _path(home: Home, name: str) -> Path:
    if _FILE.fullmatch(name) is None:
        raise UsageFault("usage.option", f"{for_terminal(name, limit=80)} is no file name of a-z, 0-9 and -")
    home.prepare()
    make_folder(home.trust)
    return home.trust / f"{name}.json"


def _list_at(path: Path) -> TrustList | None:
    raw = read_private(path, limit_bytes=registry.LIMIT_BYTES)
    if raw is None:
        return None
    found = registry.load(raw, name=path.name)
    if not isinstance(found, TrustList):
        raise SettingsFault("trust.exists", f"{path.name} is a registry and no list")
    return found


def _write(path: Path, value: JsonObject) -> None:
    """Writes the file when it would be read again."""
    raw = json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
    registry.load(raw, name=path.name)
    write_file(path, raw)


def _print(value: dict[str, JsonValue]) -> None:
    click.echo(json.dumps(value))
