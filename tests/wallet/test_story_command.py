"""wallet.story_command and wallet.stack_command: the story as a person or a script uses it."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from satchel.credential import bake, presentation, stack
from satchel.node.mirror import OfflineFetch
from satchel.node.server import Tcp
from satchel.node.server import serve as serve_application
from satchel.node.settings import Home
from tests.satchel.credential.pictures import png
from tests.wallet.badge import TITLE, badge, badge_file, signed, to_bytes
from tests.wallet.conftest import NOW, PASSPHRASE
from tests.wallet.issuer_node import DID, LINK, ORIGIN, IssuerNode, serving
from tests.wallet.story import PEER, SKILL, badge_about, did_of, endorsed, keep, open_wallet
from tui.main import COMMANDS, main
from wallet import face, http, story_command
from wallet.header import KDF_FLOOR
from wallet.peer import Inbox
from wallet.secret import passphrase
from wallet.service import WalletService

HOSTILE = "\x1b]52;c;aGk=\x07\u202egpj.exe\u200b\x9b31m [@click=app.quit]x[/]"
BADGE_ID = "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-000000000001"
AT = ["--now", "2026-11-24T00:00:00Z"]
TABLE = {
    "claim": ("wallet.story_command", "claim"),
    "passport": ("wallet.story_command", "show_passport"),
    "present": ("wallet.story_command", "present_credentials"),
    "endorse": ("wallet.story_command", "endorse"),
    "inbox": ("wallet.story_command", "inbox"),
    "access": ("wallet.story_command", "access"),
    "stack": ("wallet.stack_command", "group"),
}


class Run:
    """`satchel` with this home and its passphrase in a file; keeps what it printed."""

    def __init__(self, home: Home, capture: pytest.CaptureFixture[bytes]) -> None:
        self.home = home
        self.words = home.path.parent / "words"
        self.words.write_text(PASSPHRASE + "\n", encoding="utf-8")
        self._capture = capture
        self.out = b""
        self.err = ""

    def __call__(self, *arguments: str, passphrase: bool = True, offline: bool = True) -> int:
        given = ["--passphrase-file", str(self.words)] if passphrase else []
        way = ["--offline"] if offline else []
        code = main([*arguments, "--home", str(self.home.path), *given, *AT, *way])
        captured = self._capture.readouterr()
        self.out, self.err = captured.out, captured.err.decode()
        return code

    def plain(self, *arguments: str) -> int:
        """A command that opens no wallet."""
        code = main([*arguments])
        captured = self._capture.readouterr()
        self.out, self.err = captured.out, captured.err.decode()
        return code

    @property
    def text(self) -> str:
        return self.out.decode()

    def json(self, *arguments: str, **options: bool) -> Any:
        self(*arguments, "--json", **options)
        return json.loads(self.out)

    def add(self, raw: bytes) -> str:
        path = self.home.path.parent / "to-add"
        path.write_bytes(raw)
        added = self.json("add", "--keep-rejected", str(path))
        return str(added["items"][0]["card"]["id"])

    @property
    def did(self) -> str:
        async def work() -> str:
            async with open_wallet(self.home) as (wallet, _):
                return str(wallet.did)

        return asyncio.run(work())


@pytest.fixture
def run(home: Home, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("SATCHEL_PASSPHRASE", raising=False)
    for name, (module, attribute) in TABLE.items():
        monkeypatch.setitem(COMMANDS, name, (module, attribute, "A command of the story."))
    return Run(home, capsysbinary)


@contextmanager
def in_background(make: Callable[[asyncio.Event, Callable[[Any], None]], Any]) -> Iterator[Any]:
    """Something served on another thread's event loop while the command runs on this one."""
    ready = threading.Event()
    told: list[Any] = []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def tell(value: Any) -> None:
        told.append(value)
        ready.set()

    thread = threading.Thread(target=lambda: loop.run_until_complete(make(stop, tell)), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield told[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()


@contextmanager
def issuer(node: IssuerNode) -> Iterator[str]:
    """The --origin option that leads to the node."""

    async def make(stop: asyncio.Event, tell: Callable[[Any], None]) -> None:
        async with serving(node) as origins:
            tell(f"{ORIGIN}={origins[ORIGIN]}")
            await stop.wait()

    with in_background(make) as option:
        yield option


@contextmanager
def served_wallet(home: Home) -> Iterator[str]:
    """The --origin option that leads to the served wallet of this home, as https://wallet.example."""

    async def make(stop: asyncio.Event, tell: Callable[[Any], None]) -> None:
        async with (
            http.opened(home, passphrase(PASSPHRASE), origin="http://localhost", clock=lambda: NOW) as application,
            serve_application(application, at=[Tcp()]) as served,
        ):
            tell(f"https://wallet.example={served.urls[0]}")
            await stop.wait()

    with in_background(make) as option:
        yield option


def test_a_claim_link_is_shown_and_taken(run: Run) -> None:
    node = IssuerNode()
    with issuer(node) as origin:
        assert run("claim", LINK, "--yes", "--origin", origin, offline=False) == 0
        assert "added: ✔ accepted" in run.text
        assert TITLE in run.text
        assert "Offered: Reading tide tables" in run.err
        assert DID in run.err
        assert run("claim", LINK, "--yes", "--origin", origin, offline=False) == 0
        assert "already there" in run.text
    assert run.json("list")["items"][0]["issuer"]["id"] == DID


def test_nothing_is_claimed_without_a_yes(run: Run) -> None:
    node = IssuerNode()
    with issuer(node) as origin:
        assert run("claim", LINK, "--origin", origin, offline=False) == 1
    assert "claim.declined" in run.err
    assert "--yes" in run.err
    assert node.claims == []
    assert run.json("list")["items"] == []


def test_another_learners_claim_ends_with_its_code(run: Run) -> None:
    with issuer(IssuerNode(claims=[did_of(PEER)])) as origin:
        assert run("claim", LINK, "--yes", "--origin", origin, offline=False) == 1
    assert "claim.used" in run.err
    assert run.json("list")["items"] == []


def test_a_rejected_credential_is_told_and_not_kept(run: Run) -> None:
    with issuer(IssuerNode(bend_signed=lambda made: made | {"name": "Better"})) as origin:
        assert run("claim", LINK, "--yes", "--origin", origin, offline=False) == 3
    assert "not kept: ✘ rejected" in run.text
    assert run.json("list")["items"] == []


def test_a_credential_is_received_by_its_address(run: Run) -> None:
    with issuer(IssuerNode()) as origin:
        answer = run.json("claim", f"{ORIGIN}/files/badge.json", "--origin", origin, offline=False)
    assert answer["items"][0]["outcome"] == "added"
    assert answer["items"][0]["name"] == "badge.json"


def test_claiming_offline_says_that_the_network_is_needed(run: Run) -> None:
    assert run("claim", LINK, "--yes") == 7
    assert "fetch.offline" in run.err


def test_a_link_into_this_machine_is_refused(run: Run) -> None:
    assert run("claim", f"https://127.0.0.1/claim/{'a' * 52}", "--yes", offline=False) == 1
    assert "fetch.address" in run.err


def test_the_passport_shows_dots_reasons_and_sources(run: Run) -> None:
    run.add(badge_about(run.did, 1, result=True))
    run.add(to_bytes(signed(endorsed(BADGE_ID), key=PEER)))
    assert run("passport") == 0
    lines = run.text.splitlines()
    assert lines[0].startswith("●●●  Reads tide tables")
    assert "It was assessed" in lines[1]
    assert TITLE in lines[2] and "Final plan: 88" in lines[2]
    answer = run.json("passport")
    assert answer["skills"][0]["url"] == SKILL


def test_an_empty_passport_says_what_to_do(run: Run) -> None:
    assert run("passport") == 0
    assert run.text == ""
    assert "satchel add" in run.err


def test_a_stack_is_built_shown_checked_and_taken_apart(run: Run, tmp_path: Path) -> None:
    did = run.did
    originals = [badge_about(did, 1), bake.bake(png(), badge_about(did, 2))]
    ids = [run.add(raw) for raw in originals]
    file, record = tmp_path / "mine.zip", tmp_path / "record.json"
    assert run("stack", "build", *ids, "--name", "Tides", "--out", str(file), "--clr", str(record)) == 0
    assert run.text.splitlines() == [str(file), str(record)]
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(record.read_bytes())["partial"] is True
    assert run.plain("stack", "show", str(file), "--extract", str(tmp_path / "out")) == 0
    assert "Tides" in run.text and "parts/02.png" in run.text
    assert [(tmp_path / "out" / name).read_bytes() for name in ("01.json", "02.png")] == originals
    assert run("stack", "check", str(file), passphrase=False) == 0
    assert run.text.splitlines()[0] == f"✔ Tides: put together and signed by {did}"
    assert run.text.count("The subject's key signed the stack. [stack.key_proven]") == 2
    answer = run.json("stack", "check", str(file))
    assert answer["signed"] is True
    assert run("stack", "build", *ids, "--out", str(record)) == 2  # another file is there already
    assert "usage.file" in run.err


def test_a_stack_with_a_bad_part_ends_as_the_verifier_does(run: Run, tmp_path: Path) -> None:
    did = run.did
    bad = badge_about(did, 2).replace(b"Three plans", b"Seven plans")
    ids = [run.add(badge_about(did, 1)), run.add(bad)]
    file = tmp_path / "mine.zip"
    assert run("stack", "build", *ids, "--out", str(file)) == 0
    assert run("stack", "check", str(file)) == 3
    assert "parts/02.json  Reading tide tables: rejected" in run.text
    assert "[proof.invalid]" in run.text
    file.write_bytes(file.read_bytes()[:-5])
    assert run("stack", "check", str(file)) == 1
    assert "stack.zip" in run.err
    assert run.plain("stack", "show", str(file)) == 1
    assert "stack.zip" in run.err


PATHWAY = f"""satchel: pathway/1
id: pilot
name: Pilot
steps:
  - {{ id: tides, name: Tides, needs: {{ skill: "{SKILL}" }} }}
  - {{ id: ropes, name: Ropes, needs: {{ achievement: "https://college.example/achievements/2" }} }}
  - {{ id: bridge, name: Bridge, needs: {{ all: [ {{ step: tides }}, {{ step: ropes }} ] }} }}
"""


def test_a_pathway_is_compared_with_the_wallet_and_with_a_stack(run: Run, tmp_path: Path) -> None:
    did = run.did
    first = run.add(badge_about(did, 1))
    path = tmp_path / "pilot.yaml"
    path.write_text(PATHWAY, encoding="utf-8")
    assert run("stack", "check", "--pathway", str(path)) == 4
    assert "Pathway Pilot: not complete yet" in run.text
    assert "✔ Tides: met" in run.text
    assert "○ Ropes: open" in run.text
    assert "first: ropes" in run.text
    second = run.add(badge_about(did, 2))
    assert run("stack", "check", "--pathway", str(path)) == 0
    assert "Pathway Pilot: complete" in run.text
    file = tmp_path / "mine.zip"
    assert run("stack", "build", first, second, "--out", str(file)) == 0
    assert run("stack", "check", str(file), "--pathway", str(path)) == 0
    answer = run.json("stack", "check", str(file), "--pathway", str(path))
    assert answer["pathway"]["ready"] is True
    path.write_text(PATHWAY.replace("{ step: tides }", "{ step: bridge }"), encoding="utf-8")
    assert run("stack", "check", "--pathway", str(path)) == 3
    assert "pathway.cycle" in run.err
    assert run("stack", "check") == 2
    assert "usage.option" in run.err


def test_a_presentation_goes_to_stdout_or_into_a_file(run: Run, tmp_path: Path) -> None:
    id = run.add(badge_file(1))
    question = ("--challenge", "c-1", "--domain", "verifier.example")
    assert run("present", id, *question) == 0
    document = json.loads(run.out)
    assert document["proof"]["challenge"] == "c-1"
    assert len(presentation.parts(document)) == 1
    assert run("present", id, *question, "--out", str(tmp_path / "vp.json")) == 0
    assert run.text == f"{tmp_path / 'vp.json'}\n"
    assert json.loads((tmp_path / "vp.json").read_bytes())["holder"] == document["holder"]
    assert run("present", id, "--challenge", " ", "--domain", "x") == 1
    assert "presentation.question" in run.err
    assert run("present", "zz", *question) == 1
    assert "wallet.unknown_id" in run.err


def test_an_endorsement_is_made_for_a_peers_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "peers.json"
    file.write_bytes(badge_file(1))
    assert run("endorse", str(file), "--comment", "Seen it.", "--as", "A neighbour") == 0
    made = json.loads(run.out)
    assert made["credentialSubject"]["id"] == BADGE_ID
    assert made["issuer"] == {"id": run.did, "type": ["Profile"], "name": "A neighbour"}
    file.write_bytes(badge_file(1).replace(b"Three plans", b"Seven plans"))
    assert run("endorse", str(file), "--comment", "Seen it.") == 1
    assert "endorsement.badge" in run.err
    assert run("endorse", str(tmp_path / "absent"), "--comment", "x") == 2
    assert "usage.file" in run.err
    file.write_bytes(badge_about(run.did, 1))
    assert run("endorse", str(file), "--comment", "I am good.") == 1
    assert "endorsement.self" in run.err


def test_an_endorsement_travels_to_the_peers_wallet_and_is_accepted_there(
    run: Run, first_home: Home, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    other = Home(Path(shutil.copytree(first_home.path, tmp_path / "other")))
    file = tmp_path / "peers.json"
    file.write_bytes(badge_file(1))

    async def fill() -> None:
        async with open_wallet(other) as (wallet, _):
            await keep(wallet, badge_file(1))

    asyncio.run(fill())
    # The copied wallet has the same holder as `run`'s: the peer gets a wallet of its own.
    peers = make_home(tmp_path / "peer")
    peer_run = Run(peers, capsysbinary)
    with served_wallet(other) as origin:
        place = "https://wallet.example"
        given = ("--comment", "Seen it.", "--send", place, "--origin", origin)
        assert peer_run("endorse", str(file), *given, offline=False) == 0
        assert peer_run.out == b""
        assert "Brought." in peer_run.err
    own = Run(other, capsysbinary)
    assert own("inbox", "list") == 0
    id = own.text.split()[0]
    assert f"about {TITLE}, by {peer_run.did}" in own.text
    assert "Seen it." in own.text
    assert own.json("inbox", "list")["items"][0]["about"] == [TITLE]
    assert own("inbox", "accept", id) == 0
    assert "added: ✔ accepted" in own.text
    assert own("inbox", "list") == 0
    assert "Nothing waits." in own.err
    assert own("passport") == 0
    assert own.text.startswith("●●○")
    assert own("inbox", "reject", id) == 1
    assert "endorsement.unknown_id" in own.err


def make_home(path: Path) -> Home:
    """A home with a wallet of its own."""
    home = Home(path / "home")
    path.mkdir()
    asyncio.run(WalletService.create(home, passphrase(PASSPHRASE), now=NOW, parameters=KDF_FLOOR))
    return home


def test_a_rejected_endorsement_leaves_the_inbox(run: Run) -> None:
    run.add(badge_file(1))

    async def bring() -> None:
        async with open_wallet(run.home) as (wallet, drawer):
            value = signed(endorsed(BADGE_ID), key=PEER)
            await Inbox(wallet, drawer, fetch=OfflineFetch()).receive(to_bytes(value), now=NOW)

    asyncio.run(bring())
    (item,) = run.json("inbox", "list")["items"]
    assert run.json("inbox", "reject", item["id"])["id"] == item["id"]
    assert run.json("inbox", "list")["items"] == []


def test_tokens_are_made_listed_and_revoked(run: Run) -> None:
    assert run("access", "new", "my phone") == 2
    assert "usage.option" in run.err
    assert run("access", "new", "my phone", "--scope", "wallet.read", "--days", "7") == 0
    secret = run.text.strip()
    assert len(secret) == 52
    assert run("access", "list") == 0
    assert "my phone" in run.text and "until 2026-12-01" in run.text
    assert secret not in run.text
    (item,) = run.json("access", "list")["items"]
    assert item["scopes"] == ["wallet.read"]
    assert run("access", "revoke", "zz") == 2
    assert run("access", "revoke", item["id"][:6]) == 0
    assert run.json("access", "list")["items"] == []


def test_the_scopes_of_the_command_are_those_of_the_http_face() -> None:
    assert story_command.SCOPES == face.SCOPES


def test_a_locked_wallet_ends_with_its_code(run: Run) -> None:
    run.words.write_text("another passphrase\n", encoding="utf-8")
    for arguments in (("passport",), ("inbox", "list"), ("present", "x", "--challenge", "c", "--domain", "d")):
        assert run(*arguments) == 6
        assert "wallet.passphrase" in run.err
        assert run(*arguments, passphrase=False) == 6
        assert "wallet.locked" in run.err


def test_hostile_text_reaches_no_terminal_as_it_is(run: Run, tmp_path: Path) -> None:
    did = run.did
    document = badge(1)
    document["issuer"]["name"] = HOSTILE
    document["credentialSubject"]["id"] = did
    document["credentialSubject"]["achievement"] |= {
        "name": HOSTILE,
        "tag": [HOSTILE],
        "alignment": [
            {
                "type": ["Alignment"],
                "targetName": HOSTILE,
                "targetUrl": "http://data.example/skill/x",
                "targetFramework": HOSTILE,
            }
        ],
    }
    id = run.add(to_bytes(signed(document)))
    file, path = tmp_path / "s.zip", tmp_path / "p.yaml"
    outputs = [("stack", "build", id, "--name", HOSTILE, "--out", str(file)), ("passport",)]
    path.write_text(
        f"satchel: pathway/1\nid: p\nname: {json.dumps(HOSTILE)}\nsteps:\n"
        f"  - id: a\n    name: {json.dumps(HOSTILE)}\n"
        f"    needs: {{skill: {{url: 'urn:x', name: {json.dumps(HOSTILE)}}}}}\n",
        encoding="utf-8",
    )
    outputs += [("stack", "check", str(file), "--pathway", str(path)), ("stack", "check", "--pathway", str(path))]

    async def bring() -> None:
        async with open_wallet(run.home) as (wallet, drawer):
            value = signed(endorsed(BADGE_ID, comment=HOSTILE), key=PEER)
            await Inbox(wallet, drawer, fetch=OfflineFetch()).receive(to_bytes(value), now=NOW)

    asyncio.run(bring())
    outputs += [("inbox", "list")]
    node = IssuerNode(bend_offer=lambda offer: offer | {"name": HOSTILE, "description": HOSTILE})
    shown = ""
    for arguments in outputs:
        run(*arguments)
        shown += run.text + run.err
        run(*arguments, "--json")
        assert run.out.isascii()
    run.plain("stack", "show", str(file))
    shown += run.text + run.err
    with issuer(node) as origin:
        run("claim", LINK, "--origin", origin, offline=False)
    shown += run.text + run.err
    assert shown.count("<U+001B>") >= 8
    for char in "\x1b\x07\x9b\u202e\u200b":
        assert char not in shown
    assert stack.read(file.read_bytes()).name == HOSTILE
