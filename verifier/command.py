"""`satchel verify`: judge files, folders, URLs or standard input.

Offline, from a mirror, and for credentials that need nothing from the network, no event loop is started and neither
asyncio nor aiohttp is imported. One report a file, in the order asked, whatever happens to any one.
"""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import click

from satchel.codec import strictjson, timestamp
from satchel.credential.envelope import Envelope
from satchel.credential.read import read
from satchel.errors import CodecError, DidError, FetchError, SettingsFault, UsageFault
from satchel.node.clock import utc_now
from satchel.node.mirror import MirrorFetch, OfflineFetch
from satchel.port import DocumentCopies, Fetch, FrameworkShelf, JsonObject, JsonValue, Request, drive
from satchel.text import for_terminal
from verifier import materials, policy
from verifier.gather import requests_for
from verifier.materials import Asked, HeldFile, Saved, SecondOpinion, hold
from verifier.policy import POLICIES, Policy
from verifier.registry import NO_TRUST, Trust
from verifier.report import Facet, Report, exit_code, to_json, to_text
from verifier.service import VerifierService, load_anchors, load_trust, repeat

if TYPE_CHECKING:
    import asyncio
    from contextlib import AsyncExitStack

    from satchel.node.settings import Home
    from verifier.people import Person

WIDTH: Final = 80
REPLAY_LIMIT_BYTES: Final = 256 * 1024 * 1024
POLICY_LIMIT_BYTES: Final = 256 * 1024
HOLDER_LIMIT_BYTES: Final = 2048
_ADDRESS: Final = re.compile(r"[^@\s:,;<>]{1,64}@[^@\s:,;<>]{1,255}")
_ACCEPT: Final = ("application/vc", "application/ld+json", "application/json", "image/png", "image/svg+xml")

_Outcome: TypeAlias = tuple[Report, Saved | None]

T = TypeVar("T")


class World:
    """Where documents come from: a mirror, nowhere, or the network, which the first input that needs it opens, with one
    cache for all inputs and under the network settings of the home folder when one is named."""

    def __init__(self, local: Fetch | None, now: datetime, home: Home | None) -> None:
        self._local = local
        self._now = now
        self._home = home
        self._opened: tuple[asyncio.Runner, AsyncExitStack, Fetch] | None = None

    def run(self, work: Callable[[Fetch], Coroutine[object, None, T]], *, needs_network: bool) -> T:
        """The result of the coroutine that `work` makes of a Fetch; without an event loop where one is not needed."""
        if self._local is not None:
            return drive(work(self._local))
        if not needs_network:
            return drive(work(OfflineFetch()))
        runner, _, fetch = self._opened or self._open()
        return runner.run(work(fetch))

    def _open(self) -> tuple[asyncio.Runner, AsyncExitStack, Fetch]:
        import asyncio
        from contextlib import AsyncExitStack

        from satchel.node import network

        runner, stack = asyncio.Runner(), AsyncExitStack()
        world = network.opened(self._home, clock=lambda: self._now)
        self._opened = runner, stack, runner.run(stack.enter_async_context(world))
        return self._opened

    def close(self) -> None:
        if self._opened is not None:
            runner, stack, _ = self._opened
            runner.run(stack.aclose())
            runner.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verifier:
    """One run of the command: what is asked, under which policy, now, of which world, and by which own knowledge."""

    world: World
    policy: Policy
    asked: Asked
    now: datetime
    shelf: FrameworkShelf | None
    trust: Trust
    anchors: tuple[bytes, ...] = ()
    copies: DocumentCopies | None = None
    files: tuple[HeldFile, ...] = ()
    hears_second: bool = False

    def judge(self, name: str) -> _Outcome:
        """The report on one file, URL or `-`, and what repeats it when there is something to repeat; an answer for
        every one, also when our own code breaks down."""
        shown = os.fsencode(name).decode("utf-8", "replace")
        try:
            raw = self._read(name)
        except (OSError, FetchError) as fault:
            return self._unread(shown, "parse.unreadable", _reason(fault)), None
        try:
            return self._judge(read(raw, name=shown))
        except Exception:
            # The outermost face of a batch: one input that breaks us must not take the others' reports along.
            traceback.print_exc()
            return self._unread(shown, "verifier.internal", None), None

    def _judge(self, envelope: Envelope) -> _Outcome:
        async def examine(fetch: Fetch) -> _Outcome:
            service = VerifierService(
                fetch=fetch,
                clock=lambda: self.now,
                policy=self.policy,
                shelf=self.shelf,
                trust=self.trust,
                anchors=self.anchors,
                copies=self.copies,
            )
            found = await service.examine(
                envelope, asked=self.asked, files=self.files, second_opinion=self._second_opinion(envelope)
            )
            return found.report, found.saved

        return self.world.run(examine, needs_network=bool(requests_for(envelope, self.policy, self.trust)))

    def _second_opinion(self, envelope: Envelope) -> SecondOpinion | None:
        if not self.hears_second:
            return None
        from verifier import second_opinion

        return second_opinion.ask(envelope.value)

    def _read(self, name: str) -> bytes:
        """At most one byte more than a credential may have: enough to say that it is too large."""
        limit = strictjson.LIMIT_BYTES + 1
        if name == "-":
            return sys.stdin.buffer.read(limit)
        if "://" in name:
            request = Request(url=name, purpose="evidence", accept=_ACCEPT, limit_bytes=strictjson.LIMIT_BYTES)

            async def download(fetch: Fetch) -> bytes:
                return (await fetch(request)).body

            return self.world.run(download, needs_network=True)
        with Path(name).open("rb") as file:
            return file.read(limit)

    def _unread(self, name: str, code: str, message: str | None) -> Report:
        facets = (Facet.of("parse", code, message),)
        return Report(
            name=name,
            sha256="",
            format="unknown",
            verdict=policy.verdict(self.policy, facets),
            policy=self.policy.name,
            checked_at=self.now,
            facets=facets,
        )


def _reason(fault: OSError | FetchError) -> str:
    if isinstance(fault, FetchError):
        return f"{fault.message}."
    return f"The file could not be opened: {fault.strerror or type(fault).__name__}."


@click.command()
@click.argument("inputs", nargs=-1, metavar="[FILE|FOLDER|URL|-]...")
@click.option("--now", metavar="TIME", help="Judge as of this time, like 2026-11-24T00:00:00Z, instead of the clock's.")
@click.option("--offline", is_flag=True, help="Fetch nothing; what would be needed is told.")
@click.option(
    "--mirror", metavar="DIR", help="Read each https URL from DIR/HOST/PATH and fetch nothing else.", type=click.Path()
)
@click.option(
    "--policy",
    "policy_name",
    metavar="NAME|FILE",
    default="default",
    help="One of `satchel policy list`, or a TOML file.",
)
@click.option(
    "--home", metavar="DIR", help="Use the frameworks, trust lists and policies of this folder (also SATCHEL_HOME)."
)
@click.option("--trust", metavar="DIR", type=click.Path(), help="Use the trust lists of this folder instead.")
@click.option(
    "--anchors", metavar="FILE", type=click.Path(), help="Trust seals of the authorities in this PEM or DER file."
)
@click.option(
    "--evidence", "evidence", multiple=True, metavar="FILE", type=click.Path(), help="Evidence that you have at hand."
)
@click.option("--second-opinion", is_flag=True, help="Also ask another engine about the signature (VC 1.1 only).")
@click.option("--challenge", help="The proof must answer this challenge.")
@click.option("--domain", help="The proof must be made for this domain.")
@click.option("--holder", metavar="DID", help="The subject must be this DID.")
@click.option("--recipient", metavar="EMAIL|TYPE:VALUE", help="The subject must have this identifier.")
@click.option("--require-holder-binding", is_flag=True, help="Whoever presents it must have proven the subject's key.")
@click.option("--explain", is_flag=True, help="Also show what each signature is over, step by step.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--jsonl", "as_lines", is_flag=True, help="Print one JSON report a line, each as it is ready.")
@click.option("--by-folder", is_flag=True, help="One row for each person: the folders inside of FOLDER, by name.")
@click.option("--csv", "as_csv", is_flag=True, help="With --by-folder: print the table as CSV.")
@click.option(
    "--delete-after",
    "kept_days",
    metavar="DAYS",
    type=click.IntRange(1, 3650),
    help="With --by-folder: the table names the day by which to delete it.  [default: 180]",
)
@click.option("--strict", is_flag=True, help="Exit with 5 when something is accepted with warnings.")
@click.option("--save-materials", metavar="FILE", type=click.Path(), help="Keep all that the verdicts rest on.")
@click.option("--replay", metavar="FILE", type=click.Path(), help="Judge saved materials again; nothing is fetched.")
def verify(
    inputs: tuple[str, ...],
    now: str | None,
    offline: bool,
    mirror: str | None,
    policy_name: str,
    home: str | None,
    trust: str | None,
    anchors: str | None,
    evidence: tuple[str, ...],
    second_opinion: bool,
    challenge: str | None,
    domain: str | None,
    holder: str | None,
    recipient: str | None,
    require_holder_binding: bool,
    explain: bool,
    as_json: bool,
    as_lines: bool,
    by_folder: bool,
    as_csv: bool,
    kept_days: int | None,
    strict: bool,
    save_materials: str | None,
    replay: str | None,
) -> int:
    """Judge credentials: files (JSON, tokens, sealed documents, stacks, baked PNG and SVG), folders, URLs, or `-`.

    A folder is searched through, in order, without dot-files and links. With --by-folder the folders inside of it are
    people, each with their files; a file holder.txt names the DID or e-mail address that they must be about.

    Exit codes: 0 accepted (also with warnings), 3 rejected or malformed, 4 undecided, 5 warnings with --strict, 1
    something could not be read, 2 wrong usage.
    """
    if as_json and as_lines:
        raise click.UsageError("Choose one of --json and --jsonl.")
    if offline and mirror is not None:
        raise click.UsageError("Choose one of --offline and --mirror.")
    if by_folder and (len(inputs) != 1 or replay is not None or as_lines or save_materials is not None):
        raise click.UsageError("With --by-folder give one folder, and neither --jsonl, --save-materials nor --replay.")
    if explain and (by_folder or replay is not None):
        raise click.UsageError("Use --explain without --by-folder and --replay.")
    if as_csv and (not by_folder or as_json):
        raise click.UsageError("Use --csv with --by-folder, and without --json.")
    if kept_days is not None and not by_folder:
        raise click.UsageError("Use --delete-after with --by-folder.")
    if bool(inputs) == (replay is not None):
        raise click.UsageError("Give at least one file, folder, URL or -, or --replay FILE alone.")
    out = _Output(as_json=as_json, as_lines=as_lines)
    if replay is not None:
        reports = [out.add(repeat(saved)) for saved in _load_materials(Path(replay))]
        out.finish(is_list=len(reports) != 1)
        return exit_code(reports, strict)
    instant = utc_now() if now is None else moment_of(now)
    local = OfflineFetch() if offline else None if mirror is None else MirrorFetch(_folder(mirror, "--mirror"), instant)
    asked = Asked(
        challenge=challenge,
        domain=domain,
        holder=holder,
        recipient=recipient,
        require_holder_binding=require_holder_binding,
    )
    chosen = named_policy(policy_name, home)
    known = trusted(trust, home)
    authorities = () if anchors is None else load_anchors(Path(anchors))
    files = tuple(_held(Path(name)) for name in evidence)
    kept: list[Saved] = []
    reports = []
    with closing(World(local, instant, named_home(home))) as world, _shelf(home) as shelf, _copies(home) as copies:
        verifier = _Verifier(
            world=world,
            policy=chosen,
            asked=asked,
            now=instant,
            shelf=shelf,
            trust=known,
            anchors=authorities,
            copies=copies,
            files=files,
            hears_second=second_opinion,
        )
        if by_folder:
            table = [_person(path, verifier) for path in _people(Path(inputs[0]))]
            _print_people(table, chosen, _deletion(instant, kept_days), as_json=as_json, as_csv=as_csv)
            return exit_code([report for one in table for report in one.reports], strict)
        for name in _names(inputs):
            report, saved = verifier.judge(name)
            reports.append(out.add(report, _explained(saved) if explain and saved is not None else None))
            if saved is not None and save_materials is not None:
                kept.append(saved)
    if not reports:
        raise click.UsageError("There is no file in the folder.")
    out.finish(is_list=len(inputs) > 1 or Path(inputs[0]).is_dir())
    if save_materials is not None:
        _save_materials(Path(save_materials), kept)
    return exit_code(reports, strict)


def _explained(saved: Saved) -> JsonObject:
    """What the file's signatures are over, by the keys that were gathered for it."""
    from verifier.explain import explain
    from verifier.proving import Keys

    return explain(read(saved.raw, name=saved.name), Keys(saved.materials).resolve)


def _people(folder: Path) -> list[Path]:
    """The folders inside, by name; dot-folders and links are passed over."""
    try:
        found = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    except OSError as fault:
        raise UsageFault("usage.file", f"{for_terminal(str(folder))}: {fault.strerror}") from fault
    named = sorted((path for path in found if not path.name.startswith(".")), key=lambda path: path.name)
    if not named:
        raise UsageFault("usage.file", f"there is no folder in {for_terminal(str(folder))}")
    return named


def _person(folder: Path, verifier: _Verifier) -> Person:
    from verifier.people import HOLDER_FILE, Person

    asked = _expected(folder / HOLDER_FILE, verifier.asked)
    asking = replace(verifier, asked=asked)
    files = [name for name in _files(str(folder)) if name != str(folder / HOLDER_FILE)]
    shown = os.fsencode(folder.name).decode("utf-8", "replace")
    reports = tuple(asking.judge(name)[0] for name in files)
    return Person(name=shown, holder=asked.holder or asked.recipient, reports=reports)


def _expected(path: Path, asked: Asked) -> Asked:
    """What is asked of a person's files: the DID or e-mail address in holder.txt, or what is asked of all where there
    is no such file. A broken one is refused, never ignored."""
    from did.syntax import parse

    try:
        with path.open("rb") as file:
            text = file.read(HOLDER_LIMIT_BYTES + 1).decode("utf-8").strip()
        if _ADDRESS.fullmatch(text):
            return replace(asked, holder=None, recipient=text)
        return replace(asked, holder=parse(text).did, recipient=None)
    except FileNotFoundError:
        return asked
    except (OSError, UnicodeDecodeError, DidError) as fault:
        raise UsageFault("usage.file", f"{for_terminal(str(path))} holds no single DID or e-mail address") from fault


def _deletion(instant: datetime, days: int | None) -> date:
    from verifier.people import KEPT_DAYS

    return (instant + timedelta(days=KEPT_DAYS if days is None else days)).date()


def _print_people(table: Sequence[Person], chosen: Policy, delete_after: date, *, as_json: bool, as_csv: bool) -> None:
    from verifier import people

    if as_json:
        print(json.dumps(people.to_document(table, delete_after), indent=1))
    elif as_csv:
        print(people.to_csv(table, chosen, delete_after), end="")
    else:
        print(people.to_text(table, chosen, delete_after, WIDTH), end="")


def trusted(folder: str | None, home: str | None) -> Trust:
    if folder is not None:
        return load_trust(_folder(folder, "--trust"))
    named = named_home(home)
    return NO_TRUST if named is None else load_trust(named.trust)


def named_home(home: str | None) -> Home | None:
    """The home folder when one is named; otherwise no setting of this machine has a say in a verdict."""
    if home is None and "SATCHEL_HOME" not in os.environ:
        return None
    from satchel.node.settings import Home

    return Home.resolve(home, os.environ)


@contextmanager
def _shelf(home: str | None) -> Iterator[FrameworkShelf | None]:
    """The frameworks of the home folder when one is named and has some."""
    named = named_home(home)
    if named is None or not named.frameworks.is_dir():
        yield None
        return
    from satchel.node.shelf import Shelf

    with Shelf(named.frameworks) as shelf:
        # A damaged copy ends the command here, before any verdict rests on what it lacks.
        shelf.frameworks()
        yield shelf


@contextmanager
def _copies(home: str | None) -> Iterator[DocumentCopies | None]:
    """The DID documents that were seen before, when a home folder is named."""
    named = named_home(home)
    if named is None or not named.path.is_dir():
        yield None
        return
    from satchel.node.documents import SeenDocuments

    with SeenDocuments(named.cache_db) as copies:
        yield copies


class _Output:
    """Prints reports as they are ready (text, lines) or all at the end (one JSON document)."""

    def __init__(self, *, as_json: bool, as_lines: bool) -> None:
        self._as_json = as_json
        self._as_lines = as_lines
        self._held: list[JsonValue] = []
        self._verdicts: Counter[str] = Counter()
        self._has_glyphs = "utf" in (getattr(sys.stdout, "encoding", None) or "").lower()

    def add(self, report: Report, explanation: JsonObject | None = None) -> Report:
        """Prints or holds the report, with what explains it, and gives it back."""
        document = to_json(report) if self._as_json or self._as_lines else {}
        if explanation is not None:
            document["explanation"] = explanation
        if self._as_json:
            self._held.append(document)
        elif self._as_lines:
            self._print(_dumped(document))
        else:
            self._print(("\n" if self._verdicts else "") + to_text(report, WIDTH, glyphs=self._has_glyphs).rstrip("\n"))
            if explanation is not None:
                from verifier.explain import to_text as explanation_to_text

                self._print("\n" + explanation_to_text(explanation).rstrip("\n"))
        self._verdicts[report.verdict] += 1
        return report

    def finish(self, *, is_list: bool) -> None:
        """The JSON document, if that was asked for: the report itself for one input, else a list of them."""
        if self._as_json:
            document: JsonValue = {"schema": "satchel.reports/1", "items": self._held} if is_list else self._held[0]
            self._print(json.dumps(document, indent=1))
        elif not self._as_lines and sum(self._verdicts.values()) > 1:
            counts = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in self._verdicts.items())
            print(counts, file=sys.stderr)

    def _print(self, text: str) -> None:
        print(text, flush=True)


def _dumped(document: JsonObject) -> str:
    # ASCII alone: no text from outside reaches a terminal as it is, whoever reads the lines.
    return json.dumps(document, separators=(",", ":"))


def _names(inputs: Sequence[str]) -> Iterator[str]:
    for name in inputs:
        if name == "-" or "://" in name or not Path(name).is_dir():
            yield name
        else:
            yield from _files(name)


def _files(folder: str) -> Iterator[str]:
    """The plain files below a folder, in order of their names; dot-files and links are passed over."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        # The folder itself becomes an input: opening it fails again, and the report says why.
        yield folder
        return
    for entry in found:
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path)
        elif entry.is_file(follow_symlinks=False):
            yield entry.path


def moment_of(text: str) -> datetime:
    try:
        return timestamp.parse(text)
    except CodecError as fault:
        raise click.BadParameter(f"{fault.message}. Write it like 2026-11-24T00:00:00Z.", param_hint="--now") from fault


def _folder(name: str, option: str) -> Path:
    folder = Path(name)
    if not folder.is_dir():
        raise click.BadParameter(f"{for_terminal(name)} is no folder.", param_hint=option)
    return folder


def _held(path: Path) -> HeldFile:
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise UsageFault("usage.file", f"{path}: {fault.strerror or type(fault).__name__}") from fault
    return hold(path.name, raw)


def named_policy(name: str, home: str | None) -> Policy:
    """A built-in policy, a policy file, or a named one of the home folder when a home was given."""
    if name in POLICIES:
        return POLICIES[name]
    path = Path(name)
    if not path.is_file() and (home is not None or "SATCHEL_HOME" in os.environ):
        from satchel.node.settings import Home

        path = Home.resolve(home, os.environ).policy / f"{Path(name).name}.toml"
    if not path.is_file():
        raise UsageFault(
            "usage.option", f"there is no policy {for_terminal(name)}: use {', '.join(POLICIES)} or a file"
        )
    try:
        with path.open("rb") as file:
            return policy.load(file.read(POLICY_LIMIT_BYTES))
    except OSError as fault:
        raise UsageFault("usage.file", f"{for_terminal(name)}: {fault.strerror}") from fault


def _save_materials(path: Path, kept: Sequence[Saved]) -> None:
    from satchel.node.settings import write_file

    lines = [_dumped(materials.to_json(saved)) + "\n" for saved in kept]
    write_file(path, "".join(lines).encode("ascii"))


def _load_materials(path: Path) -> Iterator[Saved]:
    """The saved verifications of a file, one a line. Raises UsageFault usage.file, SettingsFault materials.invalid."""
    try:
        with path.open("rb") as file:
            raw = file.read(REPLAY_LIMIT_BYTES + 1)
    except OSError as fault:
        raise UsageFault("usage.file", f"{for_terminal(str(path))}: {fault.strerror}") from fault
    lines = raw.splitlines()
    if len(raw) > REPLAY_LIMIT_BYTES or not lines:
        raise SettingsFault("materials.invalid", f"{for_terminal(str(path))} is empty or too large")
    for line in lines:
        yield materials.from_json(strictjson.loads(line, limit_bytes=REPLAY_LIMIT_BYTES))
