"""What a learner does on the screens, with a real wallet, real badges and a real issuer node on a loopback port."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from satchel.codec import strictjson
from satchel.credential import endorsement
from satchel.node import entropy, settings
from satchel.node.mirror import OfflineFetch
from satchel.node.server import Tcp, serve
from satchel.node.settings import Home
from tests.attack.forge import judged
from tests.screen import ground, snapshot
from tests.screen.ground import NOW, PASSPHRASE
from tests.screen.test_snapshots import PATIENCE_SECONDS, settled, typed
from tests.wallet.issuer_node import LINK, IssuerNode, serving
from tui import keymap, theme
from tui.app import SatchelApp
from tui.desk import Desk
from tui.glyph import UNICODE
from tui.local import LateNetwork, LocalNode
from tui.main import main
from tui.widget.text_line import TextLine
from verifier.materials import Asked
from wallet import http as wallet_http
from wallet import peer
from wallet.drawer import Drawer
from wallet.secret import passphrase
from wallet.service import WalletService

WIDE = (120, 40)
NARROW = (80, 24)


def words(pilot: Pilot[None]) -> str:
    return snapshot.text(pilot.app)


async def type_in(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*("space" if char == " " else char for char in text))


async def locked(node: LocalNode, **options: str) -> SatchelApp:
    return SatchelApp(ground.desk_of(node), **options)


async def gone(pilot: Pilot[None], text: str) -> None:
    """Waits until the words are not on the screen any more."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        await pilot.pause()
        if text not in words(pilot):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{text!r} stays:\n{words(pilot)}")


async def test_a_wrong_passphrase_says_three_lines_and_its_code_and_the_right_one_opens(node: LocalNode) -> None:
    app = await locked(node)
    async with app.run_test(size=NARROW) as pilot:
        await type_in(pilot, "a wrong heron")
        assert "a wrong heron" not in words(pilot)
        await pilot.press("enter")
        await settled(pilot, "does not open")
        assert "The wallet stays locked; nothing was changed." in words(pilot)
        assert "restore a backup" in words(pilot)
        assert "wallet.passphrase" not in words(pilot)
        await pilot.press("f2")
        await settled(pilot, "wallet.passphrase")
        await pilot.press("escape")
        await gone(pilot, "does not open")
        await type_in(pilot, PASSPHRASE)
        await pilot.press("enter")
        await settled(pilot, "Data wrangling")


async def test_the_first_steps_refuse_two_passphrases_and_a_weak_one_and_then_make_a_wallet(tmp_path: Path) -> None:
    async with ground.node_of(Home(tmp_path / "new")) as node:
        app = await locked(node)
        async with app.run_test(size=NARROW) as pilot:
            first, second = app.screen.query(TextLine)
            first.value, second.value = "a heron over the salt marsh", "another heron"
            second.focus()
            await pilot.press("enter")
            await settled(pilot, "The two passphrases are not the same.")
            assert not node.has_wallet()
            first.value = second.value = "short"
            await pilot.press("enter")
            await settled(pilot, "under 12 characters")
            assert "No wallet was made." in words(pilot)
            assert not node.has_wallet()
            first.value = second.value = "a heron over the salt marsh"
            await pilot.press("enter")
            await settled(pilot, "The wallet is made.")
            assert "No credentials yet." in words(pilot)
            assert node.has_wallet()


async def test_locking_leaves_nothing_behind_the_door(node: LocalNode) -> None:
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, "Data wrangling")
        await pilot.press("1")
        await settled(pilot, "Join data")
        await pilot.press("ctrl+l")
        await settled(pilot, "The wallet is locked.")
        await pilot.press("f8")
        await settled(pilot, "Nothing judged yet")
        assert "wrangling" not in words(pilot)
        await pilot.press("1")
        await settled(pilot, "The wallet is locked.")
        assert app.desk.opened is None
        await type_in(pilot, PASSPHRASE)
        await pilot.press("enter")
        # Where one wanted to go is where one is let in.
        await settled(pilot, "Join data")


async def test_a_file_a_folder_and_a_paste_are_added_and_what_is_bad_is_told(node: LocalNode, folder: Path) -> None:
    new = ground.signed(ground.badge(30, "Splicing", ground.SCHOOL, "did:example:1"), ground.SCHOOL)
    persian = ground.signed(ground.badge(31, "می\u200cخواهم 👩\u200d🏫", ground.SCHOOL, "did:example:1"), ground.SCHOOL)
    (folder / "in").mkdir()
    (folder / "in" / "a.json").write_bytes(new)
    (folder / "in" / "b.json").write_bytes(new.replace(b"Splicing", b"Slicing!"))
    (folder / "in" / ".hidden.json").write_bytes(new)
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, "Data wrangling")
        await pilot.press("a")
        await settled(pilot, "What do you want to add?")
        await typed(pilot, str(folder / "in"))
        await settled(pilot, "1 kept or already there, 1 not kept.")
        assert "signature does not fit" in words(pilot)
        await pilot.press("f")
        await gone(pilot, "kept                  ✔")
        await pilot.press("escape")
        await settled(pilot, "Splicing")
        await pilot.press("a")
        await settled(pilot, "What do you want to add?")
        await typed(pilot, "/nowhere/at-all.json")
        await settled(pilot, "No such file or directory")
        await pilot.press("escape")
        await pilot.press("a")
        await settled(pilot, "What do you want to add?")
        # Its signature covers the joiners: the text must arrive as it was copied.
        app.post_message(events.Paste("  " + persian.decode() + "\n"))
        await settled(pilot, "1 kept or already there, 0 not kept.")
        assert "✔ accepted" in words(pilot)
        await pilot.press("escape")
        opened = app.desk.opened
        assert opened is not None
        listing = await opened.wallet.listing()
        assert len(listing.current) == 8
        written = await opened.wallet.export(listing.current[0].id, folder / "out")
        assert written.read_bytes() in (new, persian)


async def test_the_filter_and_the_order_change_the_list_and_esc_brings_it_back(node: LocalNode) -> None:
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, "Data wrangling")
        await pilot.press("slash")
        await type_in(pilot, "sailing")
        await settled(pilot, "3 of 6")
        await pilot.press("enter", "o")
        await settled(pilot, "Credentials by title")
        lines = [line for line in words(pilot).splitlines() if "sailing" in line or "saili" in line]
        assert [line.find("First aid") >= 0 for line in lines[1:4]] == [True, False, False]
        await pilot.press("escape")
        await settled(pilot, " 6 ─")
        await pilot.press("slash")
        await type_in(pilot, "zzz")
        await settled(pilot, "No credential passes the filter.")


async def test_export_writes_the_bytes_and_never_over_another_file(node: LocalNode, folder: Path) -> None:
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, "Data wrangling")
        await pilot.press("end", "x")
        await settled(pilot, "Into which folder")
        await typed(pilot, str(folder / "out"))
        await settled(pilot, "Written:")
        (written,) = (folder / "out").iterdir()
        card_id = app.screen.query_one("#cards").current.id  # type: ignore[attr-defined]
        assert app.desk.opened is not None
        shown = await app.desk.opened.wallet.show(card_id)
        assert written.read_bytes() == shown.envelope.raw
        written.write_bytes(b"something else")
        await pilot.press("x")
        await settled(pilot, "Into which folder")
        await typed(pilot, str(folder / "out"))
        await settled(pilot, "it was not overwritten")
        assert written.read_bytes() == b"something else"
        await pilot.press("d")
        await settled(pilot, "usage.file")


async def test_removing_asks_first_and_enter_is_not_yes(node: LocalNode) -> None:
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot, "Knots and hitches")
        for key in ("enter", "n", "escape"):
            await pilot.press("home", "delete")
            await settled(pilot, "this credential?")
            await pilot.press(key)
            if key == "enter":
                await pilot.pause()
                assert "this credential?" in words(pilot)
                await pilot.press("n")
            await gone(pilot, "this credential?")
        assert "Knots and hitches" in words(pilot)
        await pilot.press("home", "delete")
        await settled(pilot, "this credential?")
        await pilot.press("y")
        await gone(pilot, "Knots and hitches")


async def test_what_was_removed_is_taken_back_byte_for_byte_until_the_wallet_is_locked(node: LocalNode) -> None:
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot, "Knots and hitches")
        assert app.desk.opened is not None
        wallet = app.desk.opened.wallet
        before = {card.digest: card.title for card in (await wallet.listing()).current}
        await pilot.press("u")
        await pilot.pause()
        assert len((await wallet.listing()).current) == 6
        for _ in range(2):
            await pilot.press("home", "delete")
            await settled(pilot, "Remove this credential?")
            await pilot.press("y")
            await settled(pilot, "u takes that back")
        assert len((await wallet.listing()).current) == 4
        # The last one comes back first, also what is rejected by now, and each as it was received.
        await pilot.press("u")
        await settled(pilot, "Working in a team is in the wallet again")
        await pilot.press("u")
        await settled(pilot, "Knots and hitches is in the wallet again")
        assert {card.digest: card.title for card in (await wallet.listing()).current} == before
        await pilot.press("home", "delete")
        await settled(pilot, "Remove this credential?")
        await pilot.press("y")
        await settled(pilot, "u takes that back")
        await pilot.press("ctrl+l")
        await settled(pilot, "The wallet is locked.")
        assert app.desk.steps == []


async def test_a_presentation_is_signed_for_one_asker_after_saying_what_they_see(node: LocalNode, folder: Path) -> None:
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot, "Data wrangling")
        await pilot.press("end", "space", "s")
        await settled(pilot, "Who asks to see one credential?")
        await typed(pilot, "employer.example")
        await settled(pilot, "Which challenge did they give?")
        await typed(pilot, "c-17")
        await settled(pilot, "Show one credential to employer.example?")
        assert "Data wrangling" in words(pilot) and "They see everything" in words(pilot)
        await pilot.press("n")
        await gone(pilot, "Show one credential")
        assert list(folder.glob("presentation-*")) == []
        await pilot.press("s")
        for question, answer in (("Who asks", "employer.example"), ("Which challenge", "c-17")):
            await settled(pilot, question)
            await typed(pilot, answer)
        await settled(pilot, "Show one credential")
        await pilot.press("y")
        await settled(pilot, "Into which folder shall the presentation go?")
        await typed(pilot, str(folder))
        await settled(pilot, "Written:")
        assert app.desk.opened is not None
        holder = app.desk.opened.wallet.did
    (written,) = folder.glob("presentation-employer-example-*.json")
    asked = Asked(challenge="c-17", domain="employer.example", holder=holder, require_holder_binding=True)
    good = judged(written.read_bytes(), asked=asked, now=NOW)
    assert (good.verdict, [one.verdict for one in good.inner]) == ("accepted", ["accepted"])
    assert judged(written.read_bytes(), asked=replace(asked, challenge="c-18"), now=NOW).verdict == "rejected"


async def test_a_card_opened_for_itself_can_be_presented_too(node: LocalNode, folder: Path) -> None:
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot, "Data wrangling")
        await pilot.press("end", "enter")
        await settled(pilot, "ACCEPTED")
        await pilot.press("s")
        await settled(pilot, "Who asks to see one credential?")
        await pilot.press("escape")
        await gone(pilot, "Who asks")
        assert list(folder.glob("presentation-*")) == []


async def test_a_peers_badge_is_endorsed_from_the_wallet_and_from_the_verifier_and_ones_own_is_not(
    node: LocalNode, folder: Path
) -> None:
    mate = ground.did_of(ground.key_of("screens: a peer"))
    badge = ground.signed(ground.badge(40, "Sail making", ground.SCHOOL, mate), ground.SCHOOL)
    (folder / "mate.json").write_bytes(badge)
    app = await ground.opened_app(node, start="verify")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, "Nothing judged yet")
        await pilot.press("a")
        await typed(pilot, str(folder / "mate.json"))
        await settled(pilot, "✔ accepted")
        await pilot.press("e")
        await settled(pilot, "What do you know about this badge?")
        await typed(pilot, "We made the mizzen together.")
        await settled(pilot, "Where shall the endorsement go?")
        await typed(pilot, str(folder / "out"))
        await settled(pilot, "Written:")
        (written,) = (folder / "out").glob("endorsement-sail-making-*.json")
        report = judged(written.read_bytes(), now=NOW)
        assert report.verdict == "accepted"
        value = strictjson.load_object(written.read_bytes())
        assert endorsement.is_endorsement(value) and "mizzen" in endorsement.comment(value)
        assert app.desk.opened is not None
        assert value["issuer"]["id"] == app.desk.opened.wallet.did  # type: ignore[index,call-overload]
        # A badge of one's own is refused in three lines, and nothing is written.
        await pilot.press("2")
        await settled(pilot, "Data wrangling")
        await pilot.press("end", "e")
        await settled(pilot, "What do you know")
        await typed(pilot, "I am good at it.")
        await settled(pilot, "Where shall")
        await typed(pilot, str(folder / "own"))
        await settled(pilot, "No endorsement was written or sent.")
        await pilot.press("d")
        await settled(pilot, "endorsement.self")
        assert not (folder / "own").exists()
        # To a wallet on the network, which is switched off here.
        await pilot.press("escape", "8")
        await settled(pilot, "mate.json")
        await pilot.press("e")
        await settled(pilot, "What do you know")
        await typed(pilot, "We made the mizzen together.")
        await settled(pilot, "Where shall")
        await typed(pilot, "https://wallet.example")
        await settled(pilot, "This needs the network")


async def test_an_endorsement_is_brought_to_the_peers_wallet_over_http(home: Home, tmp_path: Path) -> None:
    """Two wallets: one endorses on its screen, the other finds it in its inbox screen."""
    mate_home = await ground.make_home(
        tmp_path / "mate",
        lambda did: {"sail.json": ground.signed(ground.badge(41, "Sail making", ground.SCHOOL, did), ground.SCHOOL)},
        label="a mate",
    )
    async with (
        WalletService.unlock(mate_home, passphrase(PASSPHRASE), fetch=OfflineFetch()) as wallet,
        Drawer.open(mate_home, wallet.vault, entropy=entropy.system) as drawer,
    ):
        raw = (await wallet.export((await wallet.list()).current[0].id)).raw
        application = wallet_http.build(
            wallet, drawer, fetch=OfflineFetch(), origin="https://mate.example", clock=lambda: NOW
        )
        async with serve(application, at=[Tcp()]) as serving_mate:
            network = LateNetwork(lambda: NOW, {"https://mate.example": serving_mate.urls[0]})
            async with LocalNode(home, clock=lambda: NOW, fetch=network, network="online") as node:
                app = await ground.opened_app(node, start="verify")
                async with app.run_test(size=WIDE) as pilot:
                    await settled(pilot, "Nothing judged yet")
                    app.post_message(events.Paste(raw.decode()))
                    await settled(pilot, "✔ accepted")
                    await pilot.press("e")
                    await settled(pilot, "What do you know")
                    await typed(pilot, "She sews to the mark.")
                    await settled(pilot, "Where shall")
                    await typed(pilot, "https://mate.example")
                    await settled(pilot, "Brought to https://mate.example")
    async with ground.node_of(mate_home) as node:
        app = await ground.opened_app(node, start="inbox")
        async with app.run_test(size=WIDE) as pilot:
            await settled(pilot, "She sews to the mark.")
            await pilot.press("delete")
            await settled(pilot, "Take this out of the inbox?")
            await pilot.press("y")
            await settled(pilot, "Nothing waits for you.")
            await pilot.press("u")
            await settled(pilot, "She sews to the mark.")
            await settled(pilot, "waits in the inbox again")
            await pilot.press("c")
            await settled(pilot, "1 of 1 kept.")


async def test_the_cleared_list_of_verdicts_comes_back(tmp_path: Path) -> None:
    async with ground.node_of(Home(tmp_path / "none")) as node:
        app = await locked(node, start="verify")
        async with app.run_test(size=WIDE) as pilot:
            await settled(pilot, "It needs no wallet")
            app.post_message(events.Paste(ground.applicants()["applicant-1.json"].decode()))
            await settled(pilot, "1 accepted")
            await pilot.press("delete")
            await settled(pilot, "Nothing judged yet")
            await pilot.press("u")
            await settled(pilot, "1 accepted")


def trusting(folder: Path) -> None:
    """A trust list of the home that names the invented college."""
    entry = {"id": ground.did_of(ground.COLLEGE[1]), "name": "An invented coastal college"}
    settings.make_folder(folder / "trust")
    settings.write_file(
        folder / "trust" / "own.json",
        json.dumps({"schema": "satchel.trust/1", "name": "Own list", "issuers": [entry]}).encode(),
    )


async def test_verify_asks_the_trust_lists_and_the_frameworks_of_the_home(tmp_path: Path) -> None:
    """What the screen says is what `satchel verify --home` says, facet by facet."""
    home = Home(tmp_path / "home").prepare()
    skills = [
        {"uri": "https://skills.example/set/S2.7.1", "label": "Clean data"},
        {"uri": "https://skills.example/set/S2.7.2", "label": "Something else"},
    ]
    (tmp_path / "skills.jsonl").write_bytes(b"".join(json.dumps(one).encode() + b"\n" for one in skills))
    assert main(["framework", "import", str(tmp_path / "skills.jsonl"), "--home", str(home.path)]) == 0
    trusting(home.path)
    file = tmp_path / "badge.json"
    file.write_bytes(ground.applicants()["applicant-1.json"])
    async with ground.node_of(home) as node:
        app = await locked(node, start="verify")
        async with app.run_test(size=WIDE) as pilot:
            await settled(pilot, "It needs no wallet")
            app.post_message(events.Paste(str(file)))
            await settled(pilot, "Something else")
            assert "✔ Issuer known" in words(pilot) and "✘ Alignment" in words(pilot)
        report = await node.verify(await node.load(str(file)))
        codes = {facet.facet: facet.code for facet in report.facets}
        assert codes["issuer_trust"] == "issuer_trust.ok"
        assert codes["alignment"] == "alignment.name_contradicted"
        command = [
            "verify",
            "--offline",
            "--json",
            "--now",
            "2026-11-24T09:30:00Z",
            "--home",
            str(home.path),
            str(file),
        ]
        done = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tui.main", *command), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await done.communicate()
        said = {facet["facet"]: facet["code"] for facet in json.loads(out)["facets"]}
        assert said == codes
        # A list that cannot be used ends the work instead of being passed by.
        (home.path / "trust" / "own.json").write_text("{}")
        app = await locked(node, start="verify")
        async with app.run_test(size=WIDE) as pilot:
            app.post_message(events.Paste(str(file)))
            await settled(pilot, "Nothing more was judged.")
            await pilot.press("d")
            await settled(pilot, "trust.")


async def test_a_stack_is_built_opened_again_and_held_against_a_pathway(node: LocalNode, folder: Path) -> None:
    (folder / "goal.yaml").write_text(ground.PATHWAY, "utf-8")
    (folder / "round.yaml").write_text(
        "satchel: pathway/1\nid: r\nname: Round\nsteps:\n"
        "  - {id: a, name: A, needs: {step: b}}\n  - {id: b, name: B, needs: {step: a}}\n",
        "utf-8",
    )
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, "Data wrangling")
        await pilot.press("end", "space", "t")
        await settled(pilot, "What is the stack called?")
        await typed(pilot, "Harbour data")
        await settled(pilot, "Into which folder?")
        await typed(pilot, str(folder / "stacks"))
        await settled(pilot, "✔ signed")
        file = folder / "stacks" / "harbour-data.stack.zip"
        assert file.is_file()
        await pilot.press("end", "p")
        await settled(pilot, "Which pathway file?")
        await typed(pilot, str(folder / "goal.yaml"))
        await settled(pilot, "1 of 4 steps")
        assert "first: First aid in force" in words(pilot)
        await pilot.press("p")
        await settled(pilot, "Which pathway file?")
        await typed(pilot, str(folder / "round.yaml"))
        await settled(pilot, "a waits for b waits for a")
        assert "nothing was changed" in words(pilot)
        await pilot.press("d")
        await settled(pilot, "pathway.cycle")
        await pilot.press("escape", "a")
        await settled(pilot, "Which stack file?")
        await typed(pilot, str(file))
        await settled(pilot, "Harbour data")
        assert words(pilot).count("Harbour data") == 2  # the row and its page: the same file is one row
        file.write_bytes(file.read_bytes()[:-30])
        await pilot.press("a")
        await settled(pilot, "Which stack file?")
        await typed(pilot, str(file))
        await settled(pilot, "No stack was opened.")


async def test_verify_needs_no_wallet_and_keeps_the_order_asked(tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    sent.mkdir()
    for name, raw in ground.applicants().items():
        (sent / name).write_bytes(raw)
    async with ground.node_of(Home(tmp_path / "none")) as node:
        app = await locked(node, start="verify")
        async with app.run_test(size=NARROW) as pilot:
            await settled(pilot, "It needs no wallet")
            app.post_message(events.Paste(str(sent)))
            await settled(pilot, "2 accepted, 2 rejected, 1 undecided, 1 malformed")
            names = [line.split("applicant-")[1][0] for line in words(pilot).splitlines() if "applicant-" in line]
            assert names == ["1", "2", "3", "4", "5", "6"]
            await pilot.press("home", "down", "enter")
            await settled(pilot, "REJECTED")
            assert "Nothing that the file says is confirmed." in words(pilot)
            await pilot.press("escape")
            await settled(pilot, "applicant-3")
            await pilot.press("down", "enter")
            await settled(pilot, "REJECTED")
            # It has ended, and is still what its issuer signed.
            assert "Nothing that the file says is confirmed." not in words(pilot)
            await pilot.press("v")
            await settled(pilot, "applicant-3")
            await pilot.press("escape", "delete")
            await settled(pilot, "Nothing judged yet")
        assert not node.has_wallet()


async def test_a_claim_link_is_looked_at_first_and_then_claimed(home: Home) -> None:
    issuer = IssuerNode(expires=NOW.replace(year=2027))
    async with serving(issuer) as origins:
        network = LateNetwork(lambda: NOW, origins)
        async with LocalNode(home, clock=lambda: NOW, fetch=network, network="online") as node:
            desk = Desk(node=node, clock=lambda: NOW, glyphs=UNICODE, opened=await node.unlock(PASSPHRASE))
            app = SatchelApp(desk, start="inbox")
            async with app.run_test(size=WIDE) as pilot:
                await settled(pilot, "Nothing waits for you.")
                await pilot.press("a")
                await settled(pilot, "Which link were you given?")
                await typed(pilot, "https://college.example/somewhere")
                await settled(pilot, "Nothing was taken from the link.")
                await pilot.press("a")
                await settled(pilot, "Which link were you given?")
                await typed(pilot, LINK)
                await settled(pilot, "Reading tide tables")
                assert "Not checked yet" in words(pilot) and "3 Inbox(1)" in words(pilot)
                assert issuer.claims == []
                await pilot.press("c")
                await settled(pilot, "1 of 1 kept.")
                await settled(pilot, "Nothing waits for you.")
                assert len(issuer.claims) == 1
                await pilot.press("2")
                await settled(pilot, "SQL basics")
                titles = [card.title for card in (await desk.opened.wallet.listing()).current]  # type: ignore[union-attr]
                assert titles.count("Reading tide tables") == 2


async def test_an_endorsement_waits_is_judged_and_is_taken_or_declined(home: Home, first_home: Home) -> None:
    mate = ground.key_of("screens: a peer")
    async with (
        WalletService.unlock(home, passphrase(PASSPHRASE), fetch=OfflineFetch()) as wallet,
        Drawer.open(home, wallet.vault, entropy=entropy.system) as drawer,
    ):
        inbox = peer.Inbox(wallet, drawer, fetch=OfflineFetch())
        cards = {card.title: card.id for card in (await wallet.list()).current}
        for title in ("Data wrangling", "SQL basics", "Working in a team"):
            made = await peer.endorse(
                (await wallet.export(cards[title])).raw,
                endorser=ground.did_of(mate),
                endorser_name="An invented peer",
                signer=ground.signer_of(mate),
                comment=f"I have seen it done: {title}.",
                about="credential",
                fetch=OfflineFetch(),
                now=NOW,
                entropy=entropy.system,
            )
            await inbox.receive(made.raw, now=NOW)
    async with ground.node_of(home) as node:
        app = await locked(node, start="inbox")
        async with app.run_test(size=WIDE) as pilot:
            await type_in(pilot, PASSPHRASE)
            await pilot.press("enter")
            await settled(pilot, "3 Inbox(3)")
            await settled(pilot, "ACCEPTED")
            assert "I have seen it done" in words(pilot)
            await pilot.press("c")
            await settled(pilot, "1 of 1 kept.")
            await settled(pilot, "3 Inbox(2)")
            await pilot.press("delete")
            await settled(pilot, "Take this out of the inbox?")
            await pilot.press("y")
            await settled(pilot, "3 Inbox(1)")
            assert app.desk.opened is not None
            assert len((await app.desk.opened.wallet.listing()).current) == 7


async def test_without_a_network_a_link_is_refused_in_three_lines(node: LocalNode) -> None:
    app = await ground.opened_app(node, start="inbox")
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot, "Nothing waits for you.")
        await pilot.press("a")
        await settled(pilot, "Which link were you given?")
        await typed(pilot, LINK)
        await settled(pilot, "This needs the network")
        await pilot.press("d")
        await settled(pilot, "fetch.offline")


async def test_narrow_shows_one_pane_with_enter_and_esc_and_wide_shows_two(node: LocalNode) -> None:
    app = await ground.opened_app(node, start="passport")
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot, "Join data")
        assert "What speaks for it" not in words(pilot)
        await pilot.press("enter")
        await settled(pilot, "What speaks for it")
        assert "Reached" not in words(pilot)
        await pilot.press("enter")
        await settled(pilot, "ACCEPTED")
        await pilot.press("escape")
        await settled(pilot, "What speaks for it")
        await pilot.press("escape")
        await settled(pilot, "Reached")
        await pilot.resize_terminal(*WIDE)
        await settled(pilot, "What speaks for it")
        assert "Reached" in words(pilot)


async def test_settings_change_colours_and_keys_and_check_the_wallet(node: LocalNode) -> None:
    app = await ground.opened_app(node, start="settings")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, "Your DID")
        await pilot.press("enter")
        await settled(pilot, "satchel-light")
        await pilot.press("down", "enter")
        await settled(pilot, " vi")
        await pilot.press("j", "j", "k")
        assert app.screen.query_one("#settings").current.name == "Signs"  # type: ignore[attr-defined]
        await pilot.press("G", "k", "enter")
        await settled(pilot, "7 records, all whole")


async def test_every_theme_draws_every_tone(node: LocalNode) -> None:
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=NARROW) as pilot:
        for name in theme.names():
            app.theme = name
            await settled(pilot, "✔ accepted")
            assert "✘ expired" in words(pilot) and "? undecided" in words(pilot), name


async def test_the_palette_offers_what_makes_sense_now_and_runs_it(node: LocalNode) -> None:
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, "Data wrangling")
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert "credential: Add from a file, folder or link" in titles
        assert "inbox: Claim what is offered" not in titles and "error: Show code and causes" not in titles
        assert all(": " in title for title in titles) and len(set(titles)) == len(titles)
        await pilot.press("ctrl+p")
        await settled(pilot, "credential: Add")
        await type_in(pilot, "view pass")
        await settled(pilot, "view: Passport")
        await pilot.press("enter")
        await settled(pilot, "Join data")


async def test_help_lists_the_bindings_that_work_here(node: LocalNode) -> None:
    app = await ground.opened_app(node, start="stack")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, "The whole wallet")
        await pilot.press("question_mark")
        await settled(pilot, "Hold against a pathway")
        assert "Copy the DID" not in words(pilot)
        await pilot.press("question_mark")
        await gone(pilot, "Everywhere")


@pytest.mark.parametrize("place", keymap.PLACES, ids=lambda place: place.name)
async def test_every_place_has_a_key_a_click_and_at_most_eight_keys_below(place: keymap.Place, node: LocalNode) -> None:
    app = await ground.opened_app(node, start="credentials")
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot, "Data wrangling")
        await pilot.press(place.key)
        await pilot.pause()
        assert app.current_mode == place.name
        shown = [one for one in app.screen.active_bindings.values() if one.binding.show]
        assert 1 <= len({one.binding.action for one in shown}) <= 8
        await pilot.press("2")
        await pilot.pause()
        await pilot.click("TitleBar", offset=(words(pilot).splitlines()[0].index(place.title) + 1, 0))
        await pilot.pause()
        assert app.current_mode == place.name


async def test_keys_that_come_faster_than_screens_open_break_nothing(node: LocalNode) -> None:
    app = await ground.opened_app(node, start="credentials")
    broken: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: broken.append(context))
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, "Data wrangling")
        for number in range(30):
            for key in ("enter", "]", "1", "enter", "3", "4", "2", "v", "escape", "8", "0", "2"):
                app.post_message(events.Key(key, None))
                await asyncio.sleep(0.001 * (number % 15))
        await settled(pilot, "Data wrangling")
        await pilot.press("end", "enter")
        await settled(pilot, "ACCEPTED")
    assert broken == []


def test_every_binding_has_an_id_of_its_own_and_the_keymaps_know_them() -> None:
    tables = [value for value in vars(keymap).values() if isinstance(value, list)]
    ids = [binding.id for table in tables for binding in table]
    assert all(ids) and len(set(ids)) == len(ids)
    for name, keys in keymap.KEYMAPS.items():
        assert set(keys) <= set(ids), name
