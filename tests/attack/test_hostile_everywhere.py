"""Rows 140 to 143 on every surface: each screen, command and route of the code is named here, or this file is red.

The tables of the code are enumerated, never a list of our own: a surface that is new has no entry, and says so. An
entry is the way to make the surface show hostile text, or the reason why none of it comes from outside.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import click
import pytest

from issuer.service import IssuerService
from satchel.node import entropy, settings
from satchel.node.guard import create_token
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from tests.attack import hostile
from tests.attack.hostile import ARGUMENT, HOSTILE, MARK, OWN, PLAIN
from tests.issuer.conftest import EXAMPLE
from tests.satchel.credential.pictures import png
from tests.screen import ground
from tests.screen.test_hostile import PATHWAY, WALKS
from tui.main import COMMANDS, main
from tui.screen import SCREENS
from wallet import peer, stack
from wallet.drawer import Drawer, DrawerTokens
from wallet.secret import passphrase
from wallet.service import WalletService

ORIGIN: Final = "https://issuer.example"
NOW: Final = "2026-11-24T12:00:00Z"


# -- screens


def test_every_screen_is_walked_with_hostile_text() -> None:
    """The walks themselves run in tests/screen/test_hostile.py."""
    assert WALKS.keys() == SCREENS.keys()


# -- commands


def commands() -> Iterator[str]:
    """The words of every command that can be run, from the one table."""
    for name, (module, attribute, _) in COMMANDS.items():
        yield from _leaves(name, getattr(importlib.import_module(module), attribute))


def _leaves(words: str, command: click.Command) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield words
        return
    with click.Context(command) as context:
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _leaves(f"{words} {name}", found)


@dataclass
class Shop:
    """A home with a hostile wallet and a hostile issuer, files of both, and the ids of what they hold."""

    folder: Path
    card: str
    endorsement: str
    credential: str
    token: str
    access: str

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def wallet(self, *words: str) -> list[str]:
        where = ["--home", self.path("learner"), "--passphrase-file", self.path("phrase"), "--offline"]
        return [*words, *where, "--now", NOW]

    def issuer(self, *words: str) -> list[str]:
        return [*words, "--home", self.path("college"), "--now", NOW]


Run = Callable[[Shop], list[str]]


@dataclass(frozen=True)
class Shows:
    """The runs of one command that meet hostile text. They show its mark, or when `silent` they never do."""

    runs: tuple[Run, ...]
    silent: bool = False


def shows(*runs: Run) -> Shows:
    return Shows(runs)


def meets(*runs: Run) -> Shows:
    """Runs that take hostile text and show none of it."""
    return Shows(runs, silent=True)


ASKED: Final = ("--domain", OWN, "--challenge", OWN)
# words of a command -> how it meets hostile text, or why there is none to meet. Every command, also one with a reason,
# is given hostile arguments besides (test_a_hostile_argument_is_never_said_back_raw).
RUNS: Final[dict[str, Shows | str]] = {
    "verify": shows(
        lambda shop: ["verify", "--offline", "--now", NOW, shop.path("hostile.json")],
        lambda shop: ["verify", "--offline", "--now", NOW, "--json", shop.path("hostile.json")],
        lambda shop: ["verify", "--offline", "--now", NOW, "--explain", shop.path("hostile.json")],
        lambda shop: ["verify", "--offline", "--now", NOW, shop.path("files")],
        lambda shop: ["verify", "--offline", "--now", NOW, "--jsonl", shop.path("files")],
        lambda shop: ["verify", "--offline", "--now", NOW, "--by-folder", shop.path("people")],
        lambda shop: ["verify", "--offline", "--now", NOW, "--by-folder", "--csv", shop.path("people")],
        lambda shop: ["verify", "--offline", "--now", NOW, "--by-folder", "--json", shop.path("people")],
    ),
    "add": shows(
        lambda shop: shop.wallet("add", shop.path("hostile.json"), shop.path("files")),
        lambda shop: shop.wallet("add", "--json", shop.path("hostile.json")),
    ),
    "list": shows(
        lambda shop: shop.wallet("list", "--history"),
        lambda shop: shop.wallet("list", "--json"),
    ),
    "show": shows(
        lambda shop: shop.wallet("show", shop.card),
        lambda shop: shop.wallet("show", shop.card, "--json"),
    ),
    "export": shows(lambda shop: shop.wallet("export", "--all", shop.path("out"), "--json")),
    "passport": shows(
        lambda shop: shop.wallet("passport"),
        lambda shop: shop.wallet("passport", "--json"),
    ),
    "present": meets(lambda shop: shop.wallet("present", shop.card, *ASKED, "--out", shop.path("shown.json"))),
    "endorse": shows(
        lambda shop: shop.wallet("endorse", shop.path("broken.json"), "--comment", OWN, "--as", OWN),
        lambda shop: shop.wallet(
            "endorse", shop.path("peer.json"), "--comment", OWN, "--out", shop.path(f"{OWN}.json")
        ),
    ),
    "inbox list": shows(
        lambda shop: shop.wallet("inbox", "list"),
        lambda shop: shop.wallet("inbox", "list", "--json"),
    ),
    "inbox accept": shows(lambda shop: shop.wallet("inbox", "accept", shop.endorsement)),
    "inbox reject": shows(lambda shop: shop.wallet("inbox", "reject", OWN)),
    "stack build": shows(
        lambda shop: shop.wallet("stack", "build", shop.card, "--name", OWN, "--out", shop.path(f"{MARK}.zip"))
    ),
    "stack show": shows(
        lambda shop: ["stack", "show", shop.path("stack.zip")],
        lambda shop: ["stack", "show", shop.path("stack.zip"), "--json"],
    ),
    "stack check": shows(
        lambda shop: shop.wallet("stack", "check", shop.path("stack.zip"), "--pathway", shop.path("p.yaml")),
        lambda shop: shop.wallet("stack", "check", shop.path("stack.zip"), "--json"),
        lambda shop: shop.wallet("stack", "check", "--pathway", shop.path("p.yaml")),
    ),
    "access new": shows(lambda shop: shop.wallet("access", "new", OWN, "--scope", OWN)),
    "access list": shows(
        lambda shop: shop.wallet("access", "list"),
        lambda shop: shop.wallet("access", "list", "--json"),
    ),
    "access revoke": shows(lambda shop: shop.wallet("access", "revoke", OWN)),
    "rm": shows(lambda shop: shop.wallet("rm", "--yes", shop.card)),
    "template check": shows(
        lambda shop: ["template", "check", shop.path("t.yaml"), "--now", NOW],
        lambda shop: ["template", "check", shop.path("bad.yaml"), "--now", NOW],
        lambda shop: ["template", "check", shop.path("bad.yaml"), "--json", "--now", NOW],
    ),
    "issue one": shows(
        lambda shop: shop.issuer("issue", "one", shop.path("t.yaml"), "--to", ARGUMENT),
        lambda shop: shop.issuer("issue", "one", shop.path("email.yaml"), "--to", "a@b.example", "--set", ARGUMENT),
    ),
    "issue batch": shows(
        lambda shop: shop.issuer("issue", "batch", shop.path("email.yaml"), shop.path("rows.csv"), "--dry-run"),
        lambda shop: shop.issuer("issue", "batch", shop.path("email.yaml"), shop.path("rows.csv"), "--json"),
    ),
    "revoke": meets(lambda shop: shop.issuer("revoke", shop.credential, "--reason", OWN)),
    "suspend": meets(lambda shop: shop.issuer("suspend", shop.credential, "--reason", OWN)),
    "reinstate": meets(lambda shop: shop.issuer("reinstate", shop.credential, "--reason", OWN)),
    "init issuer": shows(
        lambda shop: [
            *("init", "issuer", "--home", shop.path("another"), "--now", NOW),
            *("--origin", f"https://{OWN}", "--name", OWN),
        ],
        lambda shop: [
            *("init", "issuer", "--home", shop.path(OWN), "--now", NOW),
            *("--origin", ORIGIN, "--name", PLAIN, "--json"),
        ],
    ),
    "token new": meets(lambda shop: shop.issuer("token", "new", "--name", OWN, "--scope", "read")),
    "token list": shows(
        lambda shop: shop.issuer("token", "list"),
        lambda shop: shop.issuer("token", "list", "--json"),
    ),
    "token revoke": shows(lambda shop: shop.issuer("token", "revoke", OWN)),
    "framework import": shows(
        lambda shop: ["framework", "import", shop.path("skills.jsonl"), "--title", HOSTILE, "--home", shop.path("new")],
        lambda shop: ["framework", "import", shop.path("twice.jsonl"), "--home", shop.path("new")],
        lambda shop: ["framework", "import", shop.path("skills.jsonl"), "--json", "--home", shop.path("more")],
    ),
    "framework list": shows(
        lambda shop: ["framework", "list", "--home", shop.path("learner")],
        lambda shop: ["framework", "list", "--home", shop.path("learner"), "--json"],
    ),
    "framework show": shows(
        lambda shop: ["framework", "show", "https://skills.example/0", "--home", shop.path("learner")],
        lambda shop: ["framework", "show", "https://skills.example/0", "--home", shop.path("learner"), "--json"],
        lambda shop: ["framework", "show", OWN, "--home", shop.path("learner")],
    ),
    "framework search": shows(
        lambda shop: ["framework", "search", MARK, "--home", shop.path("learner")],
        lambda shop: ["framework", "search", MARK, "--home", shop.path("learner"), "--json"],
    ),
    "framework suggest": shows(
        lambda shop: ["framework", "suggest", MARK, "--from", shop.path("skills.jsonl")],
        lambda shop: ["framework", "suggest", MARK, "--from", shop.path("skills.jsonl"), "--json"],
    ),
    "bake": shows(
        lambda shop: ["bake", shop.path("badge.png"), shop.path("hostile.json"), "--out", shop.path(f"{OWN}.png")]
    ),
    "bench verify": shows(lambda shop: ["bench", "verify", "--input", shop.path(f"{MARK}-none.json"), "--count", "10"]),
    "bench canonicalize": shows(
        lambda shop: ["bench", "canonicalize", "--input", shop.path(f"{MARK}-none.json"), "--count", "10"]
    ),
    "doctor": shows(lambda shop: ["doctor", "--home", shop.path(OWN)]),
    "errors": shows(lambda shop: ["errors", OWN]),
    "wallet check": meets(lambda shop: shop.wallet("wallet", "check")),
    "claim": shows(lambda shop: shop.wallet("claim", f"https://{OWN}/claim/x", "--yes")),
    "did new": shows(
        lambda shop: ["did", "new", "web", "--origin", f"https://{OWN}", "--out", shop.path("did")],
        lambda shop: ["did", "new", "key", "--out", shop.path(f"{MARK}/none/{OWN}")],
    ),
    "did resolve": shows(
        lambda shop: ["did", "resolve", hostile.did(), "--offline"],
        lambda shop: ["did", "resolve", hostile.did(), "--offline", "--json"],
        lambda shop: ["did", "resolve", f"did:web:{OWN}", "--offline"],
    ),
    "did show": shows(
        lambda shop: ["did", "show", hostile.did()],
        lambda shop: ["did", "show", hostile.did(), "--json"],
        lambda shop: ["did", "show", shop.path(OWN)],
    ),
    "did explain": shows(
        lambda shop: ["did", "explain", hostile.did(), "--offline"],
        lambda shop: ["did", "explain", f"did:example:{OWN}", "--offline"],
    ),
    "did diff": shows(lambda shop: ["did", "diff", f"did:webvh:{OWN}", "--offline"]),
    "did rotate": shows(lambda shop: ["did", "rotate", shop.path(OWN)]),
    "did deactivate": shows(lambda shop: ["did", "deactivate", shop.path(OWN), "--yes"]),
    "disclose": shows(
        lambda shop: shop.wallet("disclose", shop.path("selective.json")),
        lambda shop: shop.wallet("disclose", shop.path("selective.json"), "--json"),
        lambda shop: shop.wallet("disclose", shop.path("selective.json"), "--reveal", f"/{OWN}"),
    ),
    "inspect": shows(
        lambda shop: ["inspect", shop.path("hostile.json")],
        lambda shop: ["inspect", shop.path("hostile.json"), "--json"],
        lambda shop: ["inspect", shop.path("stack.zip")],
    ),
    "page": meets(lambda shop: shop.wallet("page", OWN)),
    "refresh": shows(lambda shop: shop.wallet("refresh", OWN)),
    "policy show": shows(
        lambda shop: ["policy", "show", shop.path("policy.toml")],
        lambda shop: ["policy", "show", shop.path("policy.toml"), "--json"],
        lambda shop: ["policy", "show", OWN],
    ),
    "policy test": shows(
        lambda shop: ["policy", "test", "default", shop.path("policy.toml"), shop.path("hostile.json")],
        lambda shop: ["policy", "test", "default", "w3c", shop.path("broken.json"), "--json"],
    ),
    "trust add": shows(
        lambda shop: ["trust", "add", f"did:{OWN}", "--name", OWN, "--home", shop.path("learner")],
        lambda shop: ["trust", "add", "did:web:x.example", "--name", OWN, "--home", shop.path("learner")],
    ),
    "trust import": shows(
        lambda shop: ["trust", "import", shop.path("list.json"), "--home", shop.path("learner")],
        lambda shop: ["trust", "import", shop.path("list.json"), "--as", OWN, "--home", shop.path("learner")],
    ),
    "trust list": shows(
        lambda shop: ["trust", "list", "--home", shop.path("trusting")],
        lambda shop: ["trust", "list", "--home", shop.path("trusting"), "--json"],
    ),
    "vc-api config": meets(lambda shop: ["vc-api", "config", "--home", shop.path("none"), "--url", f"http://{OWN}"]),
    "archive make": shows(
        lambda shop: [
            "archive",
            "make",
            shop.path("hostile.json"),
            "--mirror",
            shop.path("files"),
            "--out",
            shop.path(f"{OWN}.zip"),
        ],
        lambda shop: [
            "archive",
            "make",
            shop.path(f"{MARK}-none.json"),
            "--out",
            shop.path("x.zip"),
            "--mirror",
            shop.path("files"),
        ],
    ),
    "archive verify": shows(
        lambda shop: ["archive", "verify", shop.path("bundle.zip")],
        lambda shop: ["archive", "verify", shop.path("bundle.zip"), "--json"],
        lambda shop: ["archive", "verify", shop.path("hostile.json")],
        lambda shop: ["archive", "verify", shop.path(f"{MARK}-none.zip")],
        lambda shop: ["archive", "verify", shop.path("stack.zip"), "--json"],
    ),
    "verify-lines": shows(
        lambda shop: ["verify-lines", shop.path("lines.jsonl"), "--offline", "--now", NOW],
        lambda shop: ["verify-lines", shop.path(f"{MARK}-none.jsonl"), "--offline"],
    ),
    "policy list": "lists the policies of the package",
    "fetches": "shows host names, which are plain by the rule of addresses, and words of ours",
    "serve all": "shows the addresses that it listens on; its routes are those of the three nodes",
    "unbake": "gives the bytes of a credential as they are, for a file or a pipe; a refusal is met by the arguments",
    "template new": "writes the example template",
    "wallet passphrase": "asks for secrets and shows none",
    "init wallet": "shows the DID that it has made",
    "bench issue": "issues invented rows to an issuer of its own",
    "demo": "shows the story of its own files, one of them hostile: tests/tui reads its lines",
    "learn": "shows pages of the package",
    "tui": "tests/screen/test_hostile.py walks every screen and reads its bytes in a pseudo-terminal",
    "serve issuer": "shows the address that it listens on; its routes are below",
    "serve wallet": "shows the address that it listens on; its routes are below",
    "serve verifier": "shows the address that it listens on; its routes are below",
}


@pytest.fixture(scope="module")
def first_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop, stocked once; tests get a copy of its folder."""
    folder = tmp_path_factory.mktemp("everywhere") / "shop"
    folder.mkdir()
    return asyncio.run(_stocked(folder))


async def _stocked(folder: Path) -> Shop:
    (folder / "phrase").write_text(ground.PASSPHRASE, "utf-8")
    raw = hostile.file()
    (folder / "hostile.json").write_bytes(raw)
    (other,) = hostile.badge("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").values()
    (folder / "peer.json").write_bytes(other)
    (folder / "broken.json").write_bytes(raw.replace(b"2026-03-01", MARK.encode() + b"\xe2\x80\xae"))
    for place in ("files", f"people/{OWN}"):
        (folder / place).mkdir(parents=True)
        (folder / place / f"{MARK}-\x1b]52;c;eA==\x07\u202e.json").write_bytes(raw)
        (folder / place / f"{MARK}-broken[@click=app.quit]x\udcff.json").write_bytes(b'{"' + MARK.encode() + b'": 1,}')
    (folder / "p.yaml").write_text(PATHWAY, "utf-8")
    (folder / "badge.png").write_bytes(png())
    (folder / "t.yaml").write_bytes(hostile.template(EXAMPLE))
    (folder / "email.yaml").write_bytes(
        hostile.template(EXAMPLE).replace(b"bind: claim", b"bind: email").replace(b"data-hostile", b"data-email")
    )
    (folder / "bad.yaml").write_bytes(hostile.template(EXAMPLE).replace(b"bind: claim", f"bind: {OWN}".encode()))
    (folder / "rows.csv").write_text(
        "email,learner,awarded_on,project_score,level,project_url,feedback\n"
        f"{OWN},{OWN},{OWN},{OWN},{OWN},{OWN},{OWN}\n",
        "utf-8",
    )
    (folder / "skills.jsonl").write_bytes(hostile.framework())
    (folder / "twice.jsonl").write_bytes(hostile.framework() * 2 + b'{"uri": "' + MARK.encode() + b'\xe2\x80\xae"}\n')
    (folder / "lines.jsonl").write_bytes(raw + b"\n{" + HOSTILE.encode() + b"\n")
    (folder / "selective.json").write_bytes(hostile.selective())
    (folder / "policy.toml").write_text(
        f"name = {json.dumps(OWN, ensure_ascii=False)}\n[facet.schema]\nfail = 'reject'\n", "utf-8"
    )
    known = {"id": "did:web:x.example", "name": HOSTILE[:150]}
    trusted = json.dumps({"schema": "satchel.trust/1", "name": HOSTILE[:150], "issuers": [known]}).encode()
    (folder / "list.json").write_bytes(trusted)
    settings.make_folder(Home(folder / "trusting").prepare().trust)
    settings.write_file(folder / "trusting" / "trust" / "own.json", trusted)
    home = await ground.make_home(folder / "learner", hostile.badge)
    async with (
        WalletService.unlock(home, passphrase(ground.PASSPHRASE), fetch=OfflineFetch()) as wallet,
        Drawer.open(home, wallet.vault, entropy=entropy.system) as drawer,
    ):
        card = (await wallet.list()).current[0]
        mate = ground.key_of("hostile: a peer")
        made = await peer.endorse(
            (await wallet.export(card.id)).raw,
            endorser=ground.did_of(mate),
            endorser_name=HOSTILE,
            signer=ground.signer_of(mate),
            comment=HOSTILE,
            about="credential",
            fetch=OfflineFetch(),
            now=ground.NOW,
            entropy=entropy.system,
        )
        endorsement = await peer.Inbox(wallet, drawer, fetch=OfflineFetch()).receive(made.raw, now=ground.NOW)
        stacked = await stack.build(wallet, [card.id], name=OWN, now=ground.NOW, entropy=entropy.system)
        (folder / "stack.zip").write_bytes(stacked)
        _, access = create_token(
            name=HOSTILE[:100],
            scopes=("wallet.read",),
            created=ground.NOW,
            expires=ground.NOW + timedelta(days=9),
            entropy=entropy.system,
        )
        await DrawerTokens(drawer).add(access)
    college = Home(folder / "college")
    await IssuerService.found(college, origin=ORIGIN, name=PLAIN, clock=lambda: ground.NOW, entropy=entropy.system)
    async with IssuerService.open(college, clock=lambda: ground.NOW, entropy=entropy.system) as issuer:
        _, token = await issuer.new_token(name=PLAIN, scopes=("read",), expires=None)
    # A framework of the wallet's own home, for the commands that look into it.
    kept = ["--title", HOSTILE, "--home", str(folder / "learner")]
    assert main(["framework", "import", str(folder / "skills.jsonl"), *kept]) == 0
    bundle = ["--mirror", str(folder / "files"), "--out", str(folder / "bundle.zip")]
    main(["archive", "make", str(folder / "hostile.json"), *bundle])
    assert (folder / "bundle.zip").is_file()
    return Shop(
        folder=folder,
        card=card.id,
        endorsement=endorsement,
        credential="a" * 26,
        token=token.id,
        access=access.id,
    )


@pytest.fixture
def shop(first_shop: Shop, tmp_path: Path) -> Shop:
    return replace(first_shop, folder=Path(shutil.copytree(first_shop.folder, tmp_path / "shop")))


def check(capture: pytest.CaptureFixture[bytes]) -> str:
    """What was written to both streams: UTF-8, clean, and nothing broke inside."""
    shown = ""
    written = capture.readouterr()
    for stream in (written.out, written.err):
        text = stream.decode("utf-8")
        assert hostile.clean(text) == [], text
        assert "Traceback" not in text and "a fault of Satchel's own" not in text, text
        shown += text
    return shown


def test_every_command_says_how_it_meets_hostile_text() -> None:
    assert sorted(RUNS) == sorted(commands())


@pytest.mark.parametrize("words", [words for words, entry in RUNS.items() if isinstance(entry, Shows)])
def test_hostile_text_stays_text_in_this_command(
    words: str, shop: Shop, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop.folder)
    entry = RUNS[words]
    assert isinstance(entry, Shows)
    shown = ""
    for run in entry.runs:
        arguments = run(shop)
        assert arguments[: len(words.split())] == words.split()
        main(arguments)
        shown += check(capfdbinary)
    assert (MARK.casefold() in shown.casefold()) is not entry.silent, shown


@pytest.mark.parametrize("words", sorted(commands()))
def test_a_hostile_argument_is_never_said_back_raw(
    words: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell gives a stranger's file name as an argument; a refusal quotes it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SATCHEL_HOME", str(tmp_path / "home"))
    for more in (
        [ARGUMENT],
        [ARGUMENT] * 4,
        [f"--{ARGUMENT}"],
        [f"--json={ARGUMENT}"],
        [f"--home={ARGUMENT}", "x", "x"],
    ):
        main([*words.split(), *more])
        check(capfdbinary)
    main([ARGUMENT, *words.split()])
    assert MARK in check(capfdbinary)


def test_credentials_given_out_as_data_are_the_bytes_that_came(
    shop: Shop, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """What `export` and `unbake` write to a pipe is sacred, hostile or not; people are shown it by `show`."""
    main(shop.wallet("export", shop.card))
    assert json.loads(capfdbinary.readouterr().out)["name"] == HOSTILE
    main(["bake", shop.path("badge.png"), shop.path("hostile.json"), "--out", shop.path("baked.png")])
    capfdbinary.readouterr()
    main(["unbake", shop.path("baked.png")])
    assert capfdbinary.readouterr().out == (shop.folder / "hostile.json").read_bytes()


def test_json_of_a_command_is_ascii_whatever_it_holds(shop: Shop, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for arguments in (
        ["verify", "--offline", "--now", NOW, "--json", shop.path("hostile.json")],
        shop.wallet("show", shop.card, "--json"),
        shop.wallet("passport", "--json"),
    ):
        main(arguments)
        written = capfdbinary.readouterr().out
        assert written.isascii() and json.loads(written)
