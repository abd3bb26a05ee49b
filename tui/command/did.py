"""`satchel did new|show|resolve|rotate|deactivate|diff|explain`: DIDs on the command line.

A folder made by `did new web|webvh` holds a DID with its secrets and its public files, as an issuer's home does; both
can be rotated and given up. stdout is data, stderr is talk. Exit codes: 0 done, 1 the DID cannot be had or changed,
2 usage, 3 a check did not hold, 7 the network is needed and --offline was asked for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import click

from did import compare, create
from did import explain as explaining
from did.method import jwk as did_jwk
from did.method import peer
from did.resolve import Resolution, read_log, requests_for, resolve
from did.syntax import parse
from issuer import identity as identities
from issuer import rotate as rotating
from issuer.identity import Identity, Method
from issuer.publish import site
from issuer.terminal import HOME, JSON, NOW
from satchel.codec import timestamp
from satchel.errors import CodecError, DidError, UsageFault
from satchel.key import jwk, multikey
from satchel.key.private import PrivateKey
from satchel.key.public import KeyType
from satchel.node import entropy, network, settings
from satchel.node.mirror import MirrorFetch, OfflineFetch
from satchel.node.settings import Home
from satchel.port import Clock, Fetch, JsonValue, drive
from satchel.text import for_terminal

UNSOUND: Final = 3
OFFLINE: Final = 7
TYPES: Final = ("Ed25519", "P-256", "P-384", "P-521", "secp256k1")

T = TypeVar("T")


def _instant(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    try:
        return None if value is None else timestamp.parse(value)
    except CodecError as fault:
        raise click.BadParameter(
            f"{for_terminal(value or '', limit=40)} is no instant like 2026-11-24T00:00:00Z"
        ) from (fault)


def _world(command: Callable[..., None]) -> Callable[..., None]:
    """Where documents come from."""
    for option in (
        click.option("--offline", is_flag=True, help="Fetch nothing."),
        click.option(
            "--mirror", metavar="DIR", type=click.Path(path_type=Path), help="Read each URL from DIR/host/path."
        ),
    ):
        command = option(command)
    return command


def _run(
    work: Callable[[Fetch], Coroutine[object, None, T]], home: Home, clock: Clock, *, offline: bool, mirror: Path | None
) -> T:
    """The result of the work over the Fetch that was asked for, without an event loop where none is needed."""
    if offline and mirror is not None:
        raise click.UsageError("Choose one of --offline and --mirror.")
    if offline:
        return drive(work(OfflineFetch()))
    if mirror is not None:
        return drive(work(MirrorFetch(mirror, clock())))

    async def over_the_network() -> T:
        async with network.opened(home, clock=clock) as fetch:
            return await work(fetch)

    return asyncio.run(over_the_network())


def _print(value: JsonValue) -> None:
    click.echo(json.dumps(value, indent=1))


@click.group()
def did() -> None:
    """Make, resolve, rotate and explain decentralized identifiers."""


@did.command("new")
@click.argument("method", type=click.Choice(("key", "jwk", "peer", "web", "webvh")))
@click.option(
    "--out",
    required=True,
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="The secret goes here: a file, or for web and webvh a folder.",
)
@click.option(
    "--type", "kind", type=click.Choice(TYPES), default="Ed25519", show_default=True, help="For key, jwk and peer."
)
@click.option("--origin", metavar="URL", help="Your public address, for web and webvh.")
@NOW
@JSON
def new(method: str, out: Path, kind: str, origin: str | None, clock: Clock, as_json: bool) -> None:
    """Make a DID. Its secret goes to --out and nowhere else; the DID is printed."""
    if method in ("web", "webvh"):
        if origin is None:
            raise click.UsageError("Name your address with --origin https://HOST.")
        chosen: Method = "web" if method == "web" else "webvh"
        home = Home(out)
        if home.config().issuer is not None or (home.keys / identities.FILE).exists():
            raise UsageFault("usage.file", f"{out} holds a DID already")
        home.prepare()
        made = identities.found(home, origin, chosen, now=clock().replace(microsecond=0), entropy=entropy.system)
        folder = _write(home, made)
        named, about = str(made.did), f"Publish {folder} as {origin}/.well-known/."
    else:
        if origin is not None:
            raise click.UsageError("--origin is for web and webvh.")
        if out.exists():
            raise UsageFault("usage.file", f"{out} exists already")
        secret = PrivateKey.generate(entropy.system, KeyType(kind))
        named = _local(method, secret)
        value = {"schema": "satchel.key/1", "id": named, "secretKeyMultibase": secret.secret_multikey()}
        settings.write_file(out, json.dumps(value, indent=1).encode() + b"\n")
        about = f"Its secret lies in {out}; whoever has it is you."
    if as_json:
        _print({"schema": "satchel.did/1", "did": named, "out": str(out)})
        return
    click.echo(named)
    click.echo(about, err=True)


def _local(method: str, secret: PrivateKey) -> str:
    public = secret.public()
    match method:
        case "key":
            return create.did_key(public)
        case "jwk":
            value = jwk.encode(public)
            return did_jwk.name(value, json.dumps(value, separators=(",", ":")).encode())
        case _:
            text = multikey.encode(public)
            return peer.make_2([("authentication", text), ("assertionMethod", text)])


@did.command("show")
@click.argument("what", required=False)
@HOME
@JSON
def show(what: str | None, home: Home, as_json: bool) -> None:
    """Show a DID without asking anybody: a folder or home with its keys, or what a DID says by itself."""
    if what is not None and what.startswith("did:"):
        _show_did(what, as_json=as_json)
        return
    found = _identity(Home(Path(what)) if what is not None else home)
    entries = found.log.count(b"\n")
    if as_json:
        keys: list[JsonValue] = [*identities.table(found)]
        _print({"schema": "satchel.did_keys/1", "did": found.did, "versions": entries, "keys": keys})
        return
    click.echo(found.did)
    for row in identities.table(found):
        since = f" since {row['since']}" if row.get("since") else ""
        until = f" until {row['until']}" if row.get("until") else ""
        click.echo(f"  {row['name']:10} {row['use']:8} {row['state']}{since}{until}")


def _show_did(text: str, *, as_json: bool) -> None:
    parsed, requests = parse(text), requests_for(text)
    urls: list[JsonValue] = [request.url for request in requests]
    document: JsonValue = None
    if not requests:
        document = drive(resolve(text, fetch=OfflineFetch())).document.raw
    if as_json:
        _print(
            {
                "schema": "satchel.did_parts/1",
                "did": text,
                "method": parsed.method,
                "fetches": urls,
                "document": document,
            }
        )
        return
    click.echo(f"{for_terminal(text)}\n  method   {parsed.method}")
    for url in urls:
        click.echo(f"  fetches  {for_terminal(str(url))}")
    if document is not None:
        click.echo(for_terminal(json.dumps(document, ensure_ascii=False), limit=4000))


@did.command("resolve")
@click.argument("name")
@click.option("--version-id", metavar="ID", help="The version of this id.")
@click.option("--version-number", metavar="N", type=click.IntRange(min=1), help="The version of this number.")
@click.option("--version-time", metavar="INSTANT", callback=_instant, help="The version in force at this time.")
@click.option("--universal-resolver", metavar="URL", help="Ask, and believe, this resolver for other methods.")
@_world
@HOME
@NOW
@JSON
def resolve_command(
    name: str,
    version_id: str | None,
    version_number: int | None,
    version_time: datetime | None,
    universal_resolver: str | None,
    offline: bool,
    mirror: Path | None,
    home: Home,
    clock: Clock,
    as_json: bool,
) -> None:
    """Resolve a DID: its keys and services, of today or of an earlier version."""

    async def work(fetch: Fetch) -> Resolution:
        return await resolve(
            name,
            fetch=fetch,
            version_id=version_id,
            version_number=version_number,
            version_time=version_time,
            universal_resolver=universal_resolver,
        )

    found = _asking(work, home, clock, offline=offline, mirror=mirror)
    document = found.document
    if as_json:
        _print(
            {
                "schema": "satchel.did_resolution/1",
                "didDocument": document.raw,
                "didDocumentMetadata": found.metadata,
                "didResolutionMetadata": {"contentType": "application/did"},
            }
        )
        return
    click.echo(for_terminal(document.id))
    for label in ("versionNumber", "versionTime", "updated", "deactivated"):
        if label in found.metadata:
            click.echo(f"  {label:14} {for_terminal(str(found.metadata[label]))}")
    for method_id, method in document.methods.items():
        uses = [purpose for purpose, ids in document.purposes.items() if method_id in ids]
        click.echo(
            f"  key            {for_terminal(_tail(method_id))}  {method.key.type}  {', '.join(uses) or 'for nothing'}"
        )
    for method_id, fault in document.faults.items():
        shown = f"{for_terminal(_tail(method_id))}  not usable: {for_terminal(fault.message)} [{fault.code}]"
        click.echo(f"  key            {shown}")
    services = document.raw.get("service")
    for service in services if isinstance(services, list) else []:
        if isinstance(service, dict):
            shown = f"{_tail(str(service.get('id')))}  {service.get('type')}  {service.get('serviceEndpoint')}"
            click.echo(f"  service        {for_terminal(shown)}")


def _asking(
    work: Callable[[Fetch], Coroutine[object, None, T]], home: Home, clock: Clock, *, offline: bool, mirror: Path | None
) -> T:
    """As `_run`; a DID that needs the network under --offline ends the command with its own code."""
    try:
        return _run(work, home, clock, offline=offline, mirror=mirror)
    except DidError as fault:
        if fault.details.get("cause") == "fetch.offline":
            click.echo(f"satchel: {for_terminal(fault.message)} [{fault.code}]", err=True)
            raise click.exceptions.Exit(OFFLINE) from fault
        raise


def _tail(method_id: str) -> str:
    return for_terminal("#" + method_id.rpartition("#")[2], limit=80)


@did.command("rotate")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--compromised", is_flag=True, help="Others have the old key: mark it as revoked.")
@click.option("--dry-run", is_flag=True, help="Say what would be touched, and change nothing.")
@HOME
@NOW
@JSON
def rotate(folder: Path | None, compromised: bool, dry_run: bool, home: Home, clock: Clock, as_json: bool) -> None:
    """Give the issuer of a home, or a folder of `did new`, a new signing key.

    What was signed before keeps verifying.
    """
    owner = home if folder is None else Home(folder)
    before = _identity(owner)
    count: int | None = None
    if owner.config().issuer is not None:
        done = asyncio.run(
            rotating.plan(owner, clock=clock)
            if dry_run
            else rotating.rotate(owner, is_compromised=compromised, clock=clock)
        )
        after, count = done.after, done.credentials
    elif dry_run:
        after = before
    else:
        now = clock().replace(microsecond=0)
        after = identities.rotate(owner, before, now=now, entropy=entropy.system, is_compromised=compromised)
        _write(owner, after)
    _told(before, after, count, as_json=as_json, is_plan=dry_run)
    if compromised and not dry_run:
        click.echo("Revoke what others may have signed with it: satchel revoke ID --reason TEXT.", err=True)


@did.command("deactivate")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@HOME
@NOW
@JSON
def deactivate(folder: Path | None, yes: bool, home: Home, clock: Clock, as_json: bool) -> None:
    """Give a did:webvh up for good. What it signed before keeps verifying; nothing new does."""
    owner = home if folder is None else Home(folder)
    before = _identity(owner)
    if not yes:
        click.confirm(f"{before.did} can never be used again. Give it up?", abort=True, err=True)
    count: int | None = None
    if owner.config().issuer is not None:
        done = asyncio.run(rotating.deactivate(owner, clock=clock))
        after, count = done.after, done.credentials
    else:
        after = identities.deactivate(owner, before, now=clock().replace(microsecond=0))
        _write(owner, after)
    _told(before, after, count, as_json=as_json, is_plan=False)


def _told(before: Identity, after: Identity, count: int | None, *, as_json: bool, is_plan: bool) -> None:
    if as_json:
        keys: list[JsonValue] = [*identities.table(after)]
        _print(
            {
                "schema": "satchel.did_change/1",
                "did": after.did,
                "dry_run": is_plan,
                "key_before": before.active.name,
                "key_after": after.active.name,
                "credentials": count,
                "keys": keys,
            }
        )
        return
    if count is not None:
        click.echo(f"{before.active.name} has signed {count} credentials.", err=True)
    if is_plan:
        click.echo(f"{before.active.name} would be replaced; nothing was changed.", err=True)
        return
    click.echo(after.did if after.is_ended else f"{after.did}#{after.active.name}")
    click.echo("Restart a node that runs, and publish its folder again.", err=True)


@did.command("diff")
@click.argument("name")
@click.option(
    "--from", "first", metavar="N", type=click.IntRange(min=1), help="The earlier version; else the last but one."
)
@click.option("--to", "second", metavar="N", type=click.IntRange(min=1), help="The later version; else the last one.")
@_world
@HOME
@NOW
@JSON
def diff(
    name: str,
    first: int | None,
    second: int | None,
    offline: bool,
    mirror: Path | None,
    home: Home,
    clock: Clock,
    as_json: bool,
) -> None:
    """Show what changed between two versions of a did:webvh."""

    async def work(fetch: Fetch) -> tuple[tuple[compare.Change, ...], int, int]:
        log = await read_log(name, fetch=fetch)
        last = len(log.versions)
        if not last:
            raise log.fault or DidError("did.version_missing", f"{name} has no version")
        later = second or last
        earlier = first or max(later - 1, 1)
        if max(earlier, later) > last:
            raise log.fault or DidError("did.version_missing", f"{name} has {last} versions")
        old, new = log.versions[earlier - 1], log.versions[later - 1]
        return compare.changes(old.state, new.state), earlier, later

    found, earlier, later = _asking(work, home, clock, offline=offline, mirror=mirror)
    if as_json:
        listed: list[JsonValue] = [change.to_json() for change in found]
        _print({"schema": "satchel.did_diff/1", "did": name, "from": earlier, "to": later, "changes": listed})
        return
    for change in found:
        sign = {"added": "+", "removed": "-", "changed": "~"}[change.kind]
        click.echo(f"{sign} {for_terminal(change.path, limit=200)}")
    if not found:
        click.echo(f"Versions {earlier} and {later} have the same document.", err=True)


@did.command("explain")
@click.argument("name")
@_world
@HOME
@NOW
@JSON
def explain(name: str, offline: bool, mirror: Path | None, home: Home, clock: Clock, as_json: bool) -> None:
    """Show every check that a DID stands or fails; of a did:webvh each check of each entry of its log."""
    points = _run(lambda fetch: explaining.explain(name, fetch=fetch), home, clock, offline=offline, mirror=mirror)
    holds = all(point.holds for point in points)
    if as_json:
        listed: list[JsonValue] = [point.to_json() for point in points]
        _print({"schema": "satchel.did_explained/1", "did": name, "holds": holds, "points": listed})
    else:
        for point in points:
            place = f"entry {point.entry}" if point.entry else "the DID"
            found = f"  {for_terminal(point.found, limit=300)}" if point.found else ""
            click.echo(f"{'ok ' if point.holds else 'NO '} {place:9} {explaining.SENTENCES[point.check]}{found}")
    if not holds:
        raise click.exceptions.Exit(UNSOUND)


def _identity(home: Home) -> Identity:
    """Who a home or a folder of `did new` is. Raises IssueFault issue.no_issuer, issue.key; UsageFault usage.file."""
    if home.config().issuer is not None:
        return rotating.current(home)
    if not (home.keys / identities.FILE).exists():
        web = sorted(home.public.glob("*/.well-known/did.json")) if home.public.is_dir() else []
        if len(web) != 1:
            raise UsageFault("usage.file", f"{home.path} holds no DID that can be changed")
        origin = "https://" + web[0].parent.parent.name.replace("%3A", ":")
        found = identities.read(home, origin, identities.FIRST_KEY)
    else:
        found = identities.read(home, "https://unused.example", identities.FIRST_KEY)
    if found is None:
        raise UsageFault("usage.file", f"{home.path} holds no DID that can be changed")
    return found


def _write(home: Home, identity: Identity) -> Path:
    """Writes the public files of a DID, the log before the rest."""
    place = parse(identity.did).id
    host = place.split(":")[1] if identity.update is not None else place.split(":")[0]
    folder = site(home, "https://" + host.replace("%3A", ":")) / ".well-known"
    settings.make_folder(folder, mode=settings.PUBLIC_FOLDER)
    for name, raw in identity.files().items():
        settings.write_file(folder / name, raw, mode=settings.PUBLIC_FILE)
    return folder
