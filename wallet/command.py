"""The wallet's commands: init wallet, add, list, show, rm, export, wallet. stdout is data, stderr is talk.

A passphrase is never an argument: it is typed at the prompt, or read from --passphrase-file or SATCHEL_PASSPHRASE.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Concatenate, Final, NamedTuple, ParamSpec, TypeVar

import click

from satchel.codec import strictjson, timestamp
from satchel.codes import CODES
from satchel.errors import CodecError, FetchError, SatchelError, UsageFault, WalletFault
from satchel.node import settings
from satchel.node.clock import utc_now
from satchel.node.mirror import MirrorFetch, OfflineFetch
from satchel.node.settings import Home
from satchel.port import Clock, Fetch, JsonObject, JsonValue
from satchel.text import for_terminal
from verifier import report as reports
from wallet import card as cards
from wallet.card import Card
from wallet.index import Listing
from wallet.secret import PASSPHRASE_LIMIT_CHARS, Secret, passphrase
from wallet.service import Added, Exported, Incoming, Integrity, Shown, WalletService

BATCH_FILES: Final = 50
BATCH_BYTES: Final = 16 * 1024 * 1024
SHORT_ID_CHARS: Final = 8

# What is an address and no file: the fetch room then says which addresses are good.
_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)

_MARKS: Final = {"accepted": "✔", "accepted_with_warnings": "!", "undecided": "?", "rejected": "✘", "malformed": "✘"}
_WORDS: Final = {"accepted_with_warnings": "accepted, with warnings"}
_OUTCOMES: Final = {
    "added": "added",
    "replaced": "added, replaces an older one",
    "older": "added to the history, a newer one is held",
    "already_there": "already there",
    "refused": "not kept",
}

P = ParamSpec("P")
T = TypeVar("T")


class World(NamedTuple):
    """What the common options say: the home, the moment, the way to the network, and whether JSON is wanted."""

    home: Home
    now: datetime
    clock: Clock
    passphrase_file: Path | None
    offline: bool
    mirror: Path | None
    as_json: bool


def _common(command: Callable[Concatenate[World, P], int | None]) -> Callable[P, int | None]:
    """The options that every command of the wallet has, gathered into one World."""

    @click.option("--home", metavar="DIR", help="The folder of the wallet; else SATCHEL_HOME, else your data folder.")
    @click.option(
        "--passphrase-file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Read the passphrase from the first line of this file.",
    )
    @click.option("--now", metavar="TIME", help="Judge as of this moment, like 2026-11-24T00:00:00Z.")
    @click.option("--offline", is_flag=True, help="Fetch nothing.")
    @click.option(
        "--mirror",
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        help="Read https://HOST/PATH from DIR/HOST/PATH and fetch nothing else.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @functools.wraps(command)
    def wrapped(*args: P.args, **options: P.kwargs) -> int | None:
        taken = {name: options.pop(name) for name in ("home", "passphrase_file", "now", "offline", "mirror", "as_json")}
        return command(_world(taken), *args, **options)

    return wrapped


def _world(taken: dict[str, object]) -> World:
    home, file, now, mirror = taken["home"], taken["passphrase_file"], taken["now"], taken["mirror"]
    fixed = _moment(now) if isinstance(now, str) else None
    return World(
        home=Home.resolve(home if isinstance(home, str) else None, os.environ),
        now=fixed or utc_now(),
        clock=utc_now if fixed is None else lambda: fixed,
        passphrase_file=file if isinstance(file, Path) else None,
        offline=taken["offline"] is True,
        mirror=mirror if isinstance(mirror, Path) else None,
        as_json=taken["as_json"] is True,
    )


@click.command(name="wallet")
@_common
def init(world: World) -> int | None:
    """Make a wallet and its holder key; print the holder's DID."""
    did = asyncio.run(WalletService.create(world.home, _new_passphrase(world), now=world.now))
    if world.as_json:
        _print_json({"schema": "satchel.wallet/1", "did": did, "home": str(world.home.path)})
    else:
        click.echo(did)
        _say(f"The wallet is in {world.home.path}. There is no way back in without the passphrase: keep it well.")
    return None


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--keep-rejected", is_flag=True, help="Keep also what is rejected or malformed.")
@_common
def add(world: World, files: tuple[str, ...], keep_rejected: bool) -> int | None:
    """Judge credentials and keep them. FILE may be a folder, an https address, or - for standard input.

    A stack is taken apart: each credential in it is judged and kept by itself.
    """
    secret = _passphrase(world, stdin_is_data="-" in files)
    return asyncio.run(_add(world, secret, files, keep_rejected))


async def _add(world: World, secret: Secret, files: Sequence[str], keep_rejected: bool) -> int:
    done: list[Added] = []
    unreadable: list[JsonValue] = []
    addresses = [name for name in files if _ADDRESS.match(name)]

    def tell(faults: Sequence[SatchelError]) -> None:
        for fault in faults:
            _tell(fault)
            unreadable.append(fault.message)

    def take(kept: Sequence[Added]) -> None:
        done.extend(kept)
        for added in () if world.as_json else kept:
            _print_added(added)

    async with _fetch(world) as fetch, _wallet(world, secret, fetch) as wallet:
        for batch, faults in _batches([name for name in files if name not in addresses]):
            tell(faults)
            take(await wallet.add_all(batch, now=world.now, keep_rejected=keep_rejected))
        for address in addresses:
            try:
                take(await _receive(address, wallet, fetch, world, keep_rejected))
            except FetchError as fault:
                if fault.code == "fetch.offline":
                    raise
                tell([fault])
    if world.as_json:
        items: list[JsonValue] = [_added_json(added) for added in done]
        _print_json({"schema": "satchel.added/1", "items": items, "unreadable": unreadable})
    if unreadable:
        return 1
    return reports.exit_code([added.report for added in done], strict=False)


async def _receive(
    address: str, wallet: WalletService, fetch: Fetch, world: World, keep_rejected: bool
) -> Sequence[Added]:
    # Imported here: files need nothing of it.
    from wallet import receive

    return await receive.by_url(address, wallet=wallet, fetch=fetch, now=world.now, keep_rejected=keep_rejected)


@click.command(name="list")
@click.option("--history", is_flag=True, help="Show also the older forms that were replaced.")
@_common
def list_credentials(world: World, history: bool) -> int | None:
    """List the credentials of the wallet, with the verdict of the day each was added."""

    async def work() -> None:
        async with _wallet(world, _passphrase(world)) as wallet:
            listing = await wallet.list()
            if world.as_json:
                notices: list[JsonValue] = [{"code": one.code, "message": one.message} for one in wallet.notices]
                _print_json(_listing_json(listing, world.now) | {"notices": notices})
            else:
                _print_listing(listing, world.now, history=history)

    return asyncio.run(work())


@click.command()
@click.argument("start_of_id", metavar="ID")
@_common
def show(world: World, start_of_id: str) -> int | None:
    """Show one credential and judge it again. ID may be shortened while it is unique."""

    async def work() -> None:
        async with _wallet(world, _passphrase(world)) as wallet:
            shown = await wallet.show(start_of_id, now=world.now)
            if world.as_json:
                _print_json(_shown_json(shown))
            else:
                _print_shown(shown, world.now)

    return asyncio.run(work())


@click.command(name="rm")
@click.argument("start_of_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_common
def remove(world: World, start_of_id: str, yes: bool) -> int | None:
    """Remove a credential from the wallet, for good."""

    async def work() -> None:
        async with _wallet(world, _passphrase(world)) as wallet:
            card = await wallet.find(start_of_id)
            if not yes and sys.stdin.isatty():
                question = f"Remove {card.id[:SHORT_ID_CHARS]} {for_terminal(card.title, limit=60)} for good?"
                click.confirm(question, abort=True, err=True)
            gone = await wallet.remove(card.id, now=world.now)
            if world.as_json:
                _print_json({"schema": "satchel.removed/1", "card": cards.to_json(gone)})
            else:
                _say(f"Removed {gone.id[:SHORT_ID_CHARS]} {for_terminal(gone.title, limit=100)}.")

    return asyncio.run(work())


@click.command()
@click.argument("start_of_id", metavar="ID", required=False)
@click.option("--all", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Write all into this folder.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write to this file, not to stdout.")
@_common
def export(world: World, start_of_id: str | None, folder: Path | None, out: Path | None) -> int | None:
    """Write a credential's bytes exactly as they were received: to stdout, to a file, or all into a folder."""
    if (start_of_id is None) == (folder is None):
        raise UsageFault("usage.option", "Give an ID, or --all DIR, and not both.")
    if world.as_json and folder is None and out is None:
        raise UsageFault("usage.option", "--json needs --out or --all: stdout gets the credential itself.")
    secret = _passphrase(world)
    if folder is not None:
        return asyncio.run(_export_all(world, secret, folder))
    return asyncio.run(_export_one(world, secret, start_of_id or "", out))


async def _export_one(world: World, secret: Secret, start_of_id: str, out: Path | None) -> int | None:
    async with _wallet(world, secret) as wallet:
        exported = await wallet.export(start_of_id)
    if out is None:
        sys.stdout.buffer.write(exported.raw)
        sys.stdout.buffer.flush()
        return None
    _write(out, exported.raw)
    _print_exported(world, [(exported, out)])
    return None


async def _export_all(world: World, secret: Secret, folder: Path) -> int:
    written: list[tuple[Exported, Path]] = []
    damaged = 0
    settings.make_folder(folder)
    async with _wallet(world, secret) as wallet:
        async for exported in wallet.export_all():
            if isinstance(exported, WalletFault):
                _tell(exported)
                damaged += 1
            else:
                _write(folder / exported.file_name, exported.raw)
                written.append((exported, folder / exported.file_name))
    _print_exported(world, written)
    return 1 if damaged else 0


@click.group(name="wallet")
def group() -> None:
    """Look after the wallet itself."""


@group.command(name="passphrase")
@click.option(
    "--new-passphrase-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Read the new passphrase from the first line of this file.",
)
@_common
def change_passphrase(world: World, new_passphrase_file: Path | None) -> int | None:
    """Give the wallet another passphrase. An older copy of its file still opens with the older one."""
    old = _passphrase(world)
    if new_passphrase_file is not None:
        new = _from_file(new_passphrase_file)
    elif sys.stdin.isatty():
        new = _typed_twice("New passphrase")
    else:
        raise WalletFault("wallet.locked", "The new passphrase is missing: use --new-passphrase-file.")

    async def work() -> None:
        async with _fetch(world) as fetch, _wallet(world, old, fetch) as wallet:
            await wallet.change_passphrase(old, new, now=world.now)

    asyncio.run(work())
    if world.as_json:
        _print_json({"schema": "satchel.passphrase_changed/1", "home": str(world.home.path)})
    else:
        _say("The wallet opens with the new passphrase from now on. Copies made before open with the old one.")
    return None


@group.command(name="check")
@_common
def check(world: World) -> int | None:
    """Open every record, and compare every credential with its digest. Ends with 1 when something is damaged."""

    async def work() -> Integrity:
        async with _fetch(world) as fetch, _wallet(world, _passphrase(world), fetch) as wallet:
            return await wallet.check()

    found = asyncio.run(work())
    if world.as_json:
        notices: list[JsonValue] = [{"code": one.code, "message": one.message} for one in found.notices]
        _print_json(
            {
                "schema": "satchel.wallet_check/1",
                "whole": found.is_whole,
                "records": found.records,
                "damaged": list(found.damaged),
                "notices": notices,
            }
        )
    else:
        for record_id in found.damaged:
            click.echo(f"{record_id[:SHORT_ID_CHARS]}  ✘ damaged: this record cannot be opened")
        click.echo(f"{found.records} records looked at, {len(found.damaged)} damaged.")
        if not found.is_whole:
            _say(f"  {CODES['wallet.damaged'].next_step} [wallet.damaged]")
    return 0 if found.is_whole else 1


@asynccontextmanager
async def _wallet(world: World, secret: Secret, fetch: Fetch | None = None) -> AsyncIterator[WalletService]:
    """The unlocked wallet; what its owner must hear is said first. Its ways to the network are `fetch`, or its own."""
    async with AsyncExitStack() as stack:
        way = await stack.enter_async_context(_fetch(world)) if fetch is None else fetch
        wallet = await stack.enter_async_context(WalletService.unlock(world.home, secret, fetch=way))
        for notice in wallet.notices:
            _say(f"! {notice.message} [{notice.code}]\n  {CODES[notice.code].next_step}")
        yield wallet


@asynccontextmanager
async def _fetch(world: World) -> AsyncIterator[Fetch]:
    if world.mirror is not None:
        yield MirrorFetch(world.mirror, world.now)
    elif world.offline:
        yield OfflineFetch()
    else:
        # Imported here: most commands of the wallet are answered without a network.
        from satchel.node import network

        async with network.opened(world.home, clock=utc_now) as fetch:
            yield fetch


def _passphrase(world: World, *, stdin_is_data: bool = False) -> Secret:
    """The passphrase to unlock with. Raises WalletFault wallet.locked when there is nobody to ask."""
    given = _given_passphrase(world)
    if given is not None:
        return given
    if stdin_is_data or not sys.stdin.isatty():
        raise WalletFault("wallet.locked", "The wallet is locked and no passphrase was given.")
    return passphrase(click.prompt("Passphrase", hide_input=True, err=True, type=str))


def _new_passphrase(world: World) -> Secret:
    """The passphrase for a new wallet; a typed one is typed twice."""
    given = _given_passphrase(world)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise WalletFault("wallet.locked", "A new wallet needs a passphrase and none was given.")
    return _typed_twice("Passphrase")


def _typed_twice(asked: str) -> Secret:
    _say("Choose a passphrase: 12 characters or more, or four words.")
    return passphrase(click.prompt(asked, hide_input=True, confirmation_prompt=True, err=True, type=str))


def _given_passphrase(world: World) -> Secret | None:
    if world.passphrase_file is not None:
        return _from_file(world.passphrase_file)
    if (text := os.environ.get("SATCHEL_PASSPHRASE")) is not None:
        warning = CODES["wallet.passphrase_env"]
        _say(f"! {warning.sentence} [wallet.passphrase_env]\n  {warning.next_step}")
        return passphrase(text)
    return None


def _from_file(path: Path) -> Secret:
    try:
        with path.open("rb") as file:
            line = file.readline(PASSPHRASE_LIMIT_CHARS * 4 + 2)
    except OSError as error:
        raise UsageFault("usage.file", f"{path}: {error.strerror or error}") from error
    return passphrase(line.rstrip(b"\r\n").decode("utf-8", "surrogateescape"))


def _moment(text: str) -> datetime:
    try:
        return timestamp.parse(text)
    except CodecError as error:
        raise UsageFault("usage.option", f"--now {for_terminal(text, limit=40)} is not a time.") from error


def _batches(files: Sequence[str]) -> Iterator[tuple[list[Incoming], list[UsageFault]]]:
    """The files in portions that fit into memory, and the faults of those that could not be read."""
    batch: list[Incoming] = []
    faults: list[UsageFault] = []
    size = 0
    for path in _walk(files):
        try:
            # A name of the disk may hold bytes that are no text.
            name = "" if path == "-" else os.fsencode(Path(path).name).decode("utf-8", "replace")
            incoming = Incoming(raw=_read(path), name=name)
        except OSError as error:
            faults.append(UsageFault("usage.file", f"{path}: {error.strerror or error}"))
            continue
        batch.append(incoming)
        size += len(incoming.raw)
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            yield batch, faults
            batch, faults, size = [], [], 0
    if batch or faults:
        yield batch, faults


def _walk(files: Sequence[str]) -> Iterator[str]:
    """Files as named; folders recursively, sorted, without dot-files and links."""
    for name in files:
        path = Path(name)
        if name == "-" or not path.is_dir():
            yield name
        else:
            for folder, folders, names in os.walk(path):
                folders[:] = sorted(inner for inner in folders if not inner.startswith("."))
                for inner in sorted(names):
                    found = Path(folder, inner)
                    if not inner.startswith(".") and found.is_file() and not found.is_symlink():
                        yield str(found)


def _read(path: str) -> bytes:
    """The bytes, and one more than the limit at most: the verifier then says that it is too large."""
    limit = strictjson.LIMIT_BYTES + 1
    if path == "-":
        return sys.stdin.buffer.read(limit)
    with open(path, "rb") as file:
        return file.read(limit)


def _write(path: Path, raw: bytes) -> None:
    """Writes a new file 0600; the same bytes there already are fine, others are not overwritten."""
    try:
        if path.exists():
            if path.read_bytes() == raw:
                return
            raise UsageFault("usage.file", f"{path} exists and is another file; it was not overwritten.")
    except OSError as error:
        raise UsageFault("usage.file", f"{path}: {error.strerror or error}") from error
    settings.write_file(path, raw)


def _print_added(added: Added) -> None:
    report = added.report
    verdict = f"{_MARKS[report.verdict]} {_WORDS.get(report.verdict, report.verdict)}"
    title = added.card.title if added.card is not None else ""
    id_shown = added.card.id[:SHORT_ID_CHARS] if added.card is not None else "-" * SHORT_ID_CHARS
    name = f"  ({for_terminal(added.name, limit=80)})" if added.name else ""
    click.echo(f"{id_shown}  {_OUTCOMES[added.outcome]}: {verdict}  {for_terminal(title, limit=80)}{name}")
    if added.outcome == "refused":
        for facet in report.facets:
            if facet.outcome == "fail":
                _say(f"  {facet.facet}: {for_terminal(facet.message, limit=300)} [{facet.code}]")
        _say(f"  {CODES['wallet.refused'].next_step} [wallet.refused]")


def _print_listing(listing: Listing, now: datetime, *, history: bool) -> None:
    for card in listing.current:
        click.echo(_line(card, now))
    if history:
        for card in listing.history:
            click.echo(f"{_line(card, now)}  (replaced by {listing.replaced_by[card.id][:SHORT_ID_CHARS]})")
    for record_id in listing.damaged:
        click.echo(f"{record_id[:SHORT_ID_CHARS]}  ✘ damaged: this record cannot be opened")
    if not (listing.current or listing.damaged):
        _say("No credentials yet. Add one with `satchel add FILE`.")
    elif listing.history and not history:
        _say(f"{len(listing.history)} older forms are in the history: --history shows them.")


def _line(card: Card, now: datetime) -> str:
    issuer = for_terminal(card.issuer_name or card.issuer_id or "unknown issuer", limit=40)
    dates = for_terminal(card.valid_from[:10], limit=10)
    if card.valid_until:
        dates += f" to {for_terminal(card.valid_until[:10], limit=10)}"
    expired = "  EXPIRED" if card.is_expired(now) else ""
    title = for_terminal(card.title or "untitled", limit=50)
    return f"{card.id[:SHORT_ID_CHARS]}  {_MARKS.get(card.verdict, '?')} {title}  {issuer}  {dates}{expired}"


def _print_shown(shown: Shown, now: datetime) -> None:
    card = shown.card
    verdict = for_terminal(_WORDS.get(card.verdict, card.verdict), limit=40)
    lines = [
        ("id", card.id),
        ("title", card.title),
        ("issuer", f"{card.issuer_name} ({card.issuer_id})" if card.issuer_name else card.issuer_id),
        ("valid", f"{card.valid_from} to {card.valid_until}" if card.valid_until else card.valid_from),
        ("awarded", card.awarded),
        ("kept as", f"{card.container}, {card.format}, {card.size_bytes} bytes, sha256 {card.digest}"),
        ("added", f"{card.added_at}: {verdict} under the policy {card.policy}"),
    ]
    for name, text in lines:
        if text:
            click.echo(f"{name:8} {for_terminal(text, limit=400)}")
    if card.is_expired(now):
        click.echo("expired  the end of its validity is past")
    if shown.replaced_by is not None:
        click.echo(f"older    {shown.replaced_by[:SHORT_ID_CHARS]} replaces it")
    for older in shown.history:
        click.echo(f"history  {older.id[:SHORT_ID_CHARS]} of {for_terminal(older.valid_from, limit=40)}")
    click.echo()
    click.echo(reports.to_text(shown.report, width=100), nl=False)


def _print_exported(world: World, written: Sequence[tuple[Exported, Path]]) -> None:
    if world.as_json:
        items: list[JsonValue] = [{"id": exported.id, "file": str(path)} for exported, path in written]
        _print_json({"schema": "satchel.exported/1", "items": items})
    else:
        for _, path in written:
            click.echo(for_terminal(str(path), limit=4096))


def _added_json(added: Added) -> JsonObject:
    return {
        "name": added.name,
        "outcome": added.outcome,
        "card": None if added.card is None else cards.to_json(added.card),
        "report": reports.to_json(added.report),
    }


def _listing_json(listing: Listing, now: datetime) -> JsonObject:
    items: list[JsonValue] = [
        cards.to_json(card) | {"expired": card.is_expired(now), "replaced_by": listing.replaced_by.get(card.id)}
        for card in (*listing.current, *listing.history)
    ]
    return {"schema": "satchel.wallet_list/1", "items": items, "damaged": list(listing.damaged)}


def _shown_json(shown: Shown) -> JsonObject:
    return {
        "schema": "satchel.wallet_item/1",
        "card": cards.to_json(shown.card),
        "replaced_by": shown.replaced_by,
        "history": [cards.to_json(card) for card in shown.history],
        "report": reports.to_json(shown.report),
        "report_at_adding": shown.report_at_adding,
    }


def _print_json(value: JsonObject) -> None:
    # ASCII only: a stranger's control characters and overrides reach no terminal this way either.
    click.echo(json.dumps(value, indent=2, ensure_ascii=True))


def _tell(fault: SatchelError) -> None:
    _say(f"{fault.message} [{fault.code}]")


def _say(text: str) -> None:
    """Talk on stderr, each line made safe."""
    for line in text.split("\n"):
        click.echo(for_terminal(line, limit=1000), err=True)
