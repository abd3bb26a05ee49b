"""wallet.service: judged before stored, byte for byte out again, nothing readable on disk."""

import asyncio
import base64
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest

from satchel.credential import bake
from satchel.errors import WalletFault
from satchel.key import multikey
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from tests.wallet.badge import ISSUER, ISSUER_NAME, LEARNER, TITLE, badge, badge_file, signed, to_bytes
from tests.wallet.conftest import NOW, PASSPHRASE
from wallet.header import KDF_FLOOR
from wallet.secret import Secret, passphrase
from wallet.service import Incoming, WalletService, calibrate

LATER = NOW + timedelta(days=400)
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")


async def made(folder: Path) -> Home:
    home = Home(folder / "home")
    await WalletService.create(home, passphrase(PASSPHRASE), now=NOW, parameters=KDF_FLOOR)
    return home


@asynccontextmanager
async def opened(home: Home, text: str = PASSPHRASE) -> AsyncIterator[WalletService]:
    async with WalletService.unlock(home, passphrase(text), fetch=OfflineFetch()) as wallet:
        yield wallet


async def held(wallet: WalletService) -> set[bytes]:
    listing = await wallet.list()
    return {(await wallet.export(card.id)).raw for card in (*listing.current, *listing.history)}


async def test_a_new_wallet_has_a_holder_key_that_signs(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    did = await WalletService.create(home, passphrase(PASSPHRASE), now=NOW, parameters=KDF_FLOOR)
    async with opened(home) as wallet:
        assert wallet.did == did
        signer = await wallet.signer()
        assert did == f"did:key:{signer.public()}"
        assert signer.id == f"{did}#{signer.public()}"
        assert multikey.decode(signer.public()).verify(b"message", signer.sign(b"message"))
        assert (await wallet.list()).current == ()
        assert wallet.notices == ()


async def test_a_second_wallet_in_one_home_is_refused_and_the_first_still_opens(home: Home) -> None:
    with pytest.raises(WalletFault) as fault:
        await WalletService.create(home, passphrase("another heron here"), now=NOW, parameters=KDF_FLOOR)
    assert fault.value.code == "wallet.exists"
    async with opened(home) as wallet:
        assert wallet.notices == ()


async def test_a_weak_passphrase_makes_no_file(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with pytest.raises(WalletFault) as fault:
        await WalletService.create(home, passphrase("short"), now=NOW)
    assert fault.value.code == "wallet.passphrase_weak"
    assert not home.path.exists()


async def test_a_wrong_passphrase_does_not_open(home: Home) -> None:
    with pytest.raises(WalletFault) as fault:
        async with opened(home, PASSPHRASE.upper()):
            pass
    assert fault.value.code == "wallet.passphrase"


async def test_a_good_badge_is_kept_and_comes_out_byte_for_byte(home: Home) -> None:
    raw = b"\n\t" + to_bytes(signed(badge()), indent=3) + b"\r\n  "
    async with opened(home) as wallet:
        added = await wallet.add(raw, name="badge.json", now=NOW)
        assert added.outcome == "added"
        assert added.report.verdict == "accepted"
        assert added.card is not None
        assert (added.card.title, added.card.issuer_name, added.card.name) == (TITLE, ISSUER_NAME, "badge.json")
        assert added.card.valid_from == "2026-03-01T00:00:00Z"
    async with opened(home) as wallet:
        assert (await wallet.list()).current == (added.card,)
        assert (await wallet.export(added.card.id[:4])).raw == raw


@pytest.mark.parametrize("suffix", ["png", "svg"])
async def test_a_baked_badge_is_kept_with_its_picture(home: Home, suffix: str) -> None:
    picture = (
        PIXEL if suffix == "png" else b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>'
    )
    raw = bake.bake(picture, badge_file())
    async with opened(home) as wallet:
        added = await wallet.add(raw, now=NOW)
        assert added.card is not None
        assert (added.outcome, added.card.title, added.card.container) == ("added", TITLE, suffix)
        exported = await wallet.export(added.card.id)
        assert exported.raw == raw
        assert exported.file_name.endswith(f".{suffix}")


@pytest.mark.parametrize("raw", [b"", b"{", b"not a credential", b'{"a":1,"a":2}', PIXEL], ids=range(5))
async def test_a_malformed_file_is_not_kept(home: Home, raw: bytes) -> None:
    async with opened(home) as wallet:
        added = await wallet.add(raw, now=NOW)
        assert (added.outcome, added.card, added.report.verdict) == ("refused", None, "malformed")
        assert (await wallet.list()).current == ()


async def test_a_tampered_badge_is_not_kept_and_the_report_names_the_proof(home: Home) -> None:
    raw = badge_file().replace(b"Three plans", b"Seven plans")
    async with opened(home) as wallet:
        added = await wallet.add(raw, now=NOW)
        assert (added.outcome, added.card, added.report.verdict) == ("refused", None, "rejected")
        assert [facet.facet for facet in added.report.facets if facet.outcome == "fail"] == ["proof"]
        assert (await wallet.list()).current == ()


async def test_a_rejected_or_malformed_one_is_kept_when_told_so(home: Home) -> None:
    tampered = badge_file().replace(b"Three plans", b"Seven plans")
    async with opened(home) as wallet:
        for raw, verdict in ((tampered, "rejected"), (b"{", "malformed")):
            added = await wallet.add(raw, name="odd.json", now=NOW, keep_rejected=True)
            assert added.outcome == "added"
            assert added.card is not None
            assert added.card.verdict == verdict
            assert added.card.remarks
            assert (await wallet.export(added.card.id)).raw == raw


async def test_an_undecided_badge_is_kept_with_its_verdict(home: Home) -> None:
    did = "did:web:issuer.example"
    document = badge(issuer={"id": did, "type": ["Profile"], "name": ISSUER_NAME})
    raw = to_bytes(signed(document, method=f"{did}#key-1"))
    async with opened(home) as wallet:
        added = await wallet.add(raw, now=NOW)
        assert added.card is not None
        assert (added.outcome, added.card.verdict) == ("added", "undecided")


async def test_the_same_bytes_are_already_there(home: Home) -> None:
    async with opened(home) as wallet:
        first = await wallet.add(badge_file(), now=NOW)
        before = (home.state / "wallet.json").read_bytes()
        again = await wallet.add(badge_file(), name="other.json", now=LATER)
        assert (again.outcome, again.card) == ("already_there", first.card)
        assert (home.state / "wallet.json").read_bytes() == before
        twice = await wallet.add_all([Incoming(raw=badge_file(2)), Incoming(raw=badge_file(2))], now=NOW)
        assert [one.outcome for one in twice] == ["added", "already_there"]
        assert len((await wallet.list()).current) == 2


async def test_a_newer_form_replaces_and_the_older_one_stays_in_the_history(home: Home) -> None:
    old, new = badge_file(1), badge_file(1, validFrom="2026-06-01T00:00:00Z")
    oldest = badge_file(1, validFrom="2025-06-01T00:00:00Z")
    async with opened(home) as wallet:
        outcomes = [(await wallet.add(raw, now=NOW)).outcome for raw in (old, new, oldest)]
        assert outcomes == ["added", "replaced", "older"]
        listing = await wallet.list()
        assert [card.valid_from[:7] for card in listing.current] == ["2026-06"]
        assert {card.valid_from[:7] for card in listing.history} == {"2026-03", "2025-06"}
        shown = await wallet.show(listing.current[0].id, now=NOW)
        assert set(shown.history) == set(listing.history)
        assert (await wallet.show(listing.history[0].id, now=NOW)).replaced_by == listing.current[0].id
        assert await held(wallet) == {old, new, oldest}
        await wallet.remove(listing.current[0].id, now=NOW)
        assert [card.valid_from[:7] for card in (await wallet.list()).current] == ["2026-03"]


async def test_an_unproven_newer_form_replaces_nothing(home: Home) -> None:
    did = "did:web:issuer.example"
    profile = {"id": did, "type": ["Profile"], "name": ISSUER_NAME}
    forged = to_bytes(signed(badge(issuer=profile, validFrom="2026-09-01T00:00:00Z"), method=f"{did}#key-1"))
    async with opened(home) as wallet:
        await wallet.add(badge_file(), now=NOW)
        assert (await wallet.add(forged, now=NOW)).outcome == "added"
        assert len((await wallet.list()).current) == 2


async def test_show_judges_again_and_keeps_the_report_of_the_first_day(home: Home) -> None:
    raw = badge_file(1, validUntil="2027-01-01T00:00:00Z")
    async with opened(home) as wallet:
        added = await wallet.add(raw, now=NOW)
        assert added.card is not None
        shown = await wallet.show(added.card.id, now=LATER)
        assert shown.envelope.raw == raw
        assert shown.report.verdict == "rejected"
        assert [facet.code for facet in shown.report.facets if facet.outcome == "fail"] == ["validity.expired"]
        assert shown.report_at_adding["verdict"] == "accepted"
        assert shown.card.is_expired(LATER)


async def test_a_removed_credential_is_gone_and_may_come_back(home: Home) -> None:
    async with opened(home) as wallet:
        first, second = await wallet.add_all([Incoming(raw=badge_file(n)) for n in (1, 2)], now=NOW)
        assert first.card is not None
        assert await wallet.remove(first.card.id, now=NOW) == first.card
        with pytest.raises(WalletFault) as fault:
            await wallet.export(first.card.id)
        assert fault.value.code == "wallet.unknown_id"
    async with opened(home) as wallet:
        assert [card.id for card in (await wallet.list()).current] == [second.card.id if second.card else ""]
        assert (await wallet.add(badge_file(1), now=NOW)).outcome == "added"
        assert wallet.notices == ()


async def test_every_credential_is_exported(home: Home) -> None:
    files = [badge_file(number) for number in range(3)] + [badge_file(0, validFrom="2026-05-01T00:00:00Z")]
    async with opened(home) as wallet:
        await wallet.add_all([Incoming(raw=raw) for raw in files], now=NOW)
        exported = [one async for one in wallet.export_all()]
        assert not any(isinstance(one, WalletFault) for one in exported)
        assert {one.raw for one in exported if not isinstance(one, WalletFault)} == set(files)
        assert len({one.file_name for one in exported if not isinstance(one, WalletFault)}) == 4


async def test_a_new_passphrase_opens_and_the_old_one_does_not(home: Home) -> None:
    new = "a grebe under the pier"
    async with opened(home) as wallet:
        await wallet.add(badge_file(), now=NOW)
        for old, wanted, code in (
            ("not the passphrase", new, "wallet.passphrase"),
            (PASSPHRASE, "short", "wallet.passphrase_weak"),
        ):
            with pytest.raises(WalletFault) as fault:
                await wallet.change_passphrase(passphrase(old), passphrase(wanted), now=NOW, parameters=KDF_FLOOR)
            assert fault.value.code == code
        await wallet.change_passphrase(passphrase(PASSPHRASE), passphrase(new), now=NOW, parameters=KDF_FLOOR)
        assert await held(wallet) == {badge_file()}
    async with opened(home, new) as wallet:
        assert await held(wallet) == {badge_file()}
        assert wallet.notices == ()
    with pytest.raises(WalletFault) as fault:
        async with opened(home):
            pass
    assert fault.value.code == "wallet.passphrase"


async def test_nothing_readable_lies_on_the_disk(home: Home) -> None:
    raw = badge_file(1)
    async with opened(home) as wallet:
        added = await wallet.add(raw, name="tide-badge.json", now=NOW)
        await wallet.signer()
        signer_did = wallet.did
        assert added.card is not None
        on_disk = b"".join(path.read_bytes() for path in sorted(home.path.rglob("*")) if path.is_file())
    words = [TITLE, ISSUER_NAME, LEARNER, signer_did, "tide-badge.json", PASSPHRASE, added.card.digest]
    words += ["Reading", "coastal", "did:key", "accepted", "OpenBadge", "urn:uuid", "vc-json", "2026-03-01", "Ed25519"]
    for word in words:
        for shape in (word.encode(), word.encode("utf-16-le"), base64.b64encode(word.encode())[:-4]):
            assert shape not in on_disk, word
    for start in range(0, len(raw) - 24, 24):
        assert raw[start : start + 24] not in on_disk
    assert bytes.fromhex(added.card.digest) not in on_disk


async def test_two_processes_see_each_other_and_keep_the_same_bytes_once(home: Home) -> None:
    async with opened(home) as one, opened(home) as other:
        await one.add(badge_file(1), now=NOW)
        assert (await other.add(badge_file(1), now=NOW)).outcome == "already_there"
        assert (await other.add(badge_file(2), now=NOW)).outcome == "added"
        assert await held(one) == await held(other) == {badge_file(1), badge_file(2)}
        listing = await one.list()
        await one.remove(listing.current[0].id, now=NOW)
        with pytest.raises(WalletFault) as fault:
            await other.remove(listing.current[0].id, now=NOW)
        assert fault.value.code == "wallet.unknown_id"
    async with opened(home) as wallet:
        assert wallet.notices == ()
        assert len((await wallet.list()).current) == 1


async def test_concurrent_adds_are_all_kept(home: Home) -> None:
    async with opened(home) as one, opened(home) as other:
        done = await asyncio.gather(
            *((one, other)[number % 2].add(badge_file(number // 2), now=NOW) for number in range(12))
        )
        assert sorted(added.outcome for added in done) == ["added"] * 6 + ["already_there"] * 6
    async with opened(home) as wallet:
        assert wallet.notices == ()
        assert await held(wallet) == {badge_file(number) for number in range(6)}


async def test_an_older_copy_put_back_opens_with_a_warning_until_it_was_written_to(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "older.db"
    shutil.copy(home.wallet_db, copy)
    async with opened(home) as wallet:
        await wallet.add_all([Incoming(raw=badge_file(1))], now=LATER)
        await wallet.add_all([Incoming(raw=badge_file(2))], now=LATER)
    shutil.copy(copy, home.wallet_db)
    for _ in range(2):
        async with opened(home) as wallet:
            (notice,) = wallet.notices
            assert notice.code == "wallet.rolled_back"
            assert NOW.isoformat() in notice.message
            assert LATER.isoformat() in notice.message
            assert not (await wallet.check()).is_whole
    async with opened(home) as wallet:
        await wallet.add(badge_file(3), now=LATER)
    async with opened(home) as wallet:
        assert wallet.notices == ()
    shutil.copy(copy, home.wallet_db)
    async with opened(home) as wallet:
        assert [one.code for one in wallet.notices] == ["wallet.rolled_back"]


async def test_another_wallet_put_in_its_place_is_told(home: Home, tmp_path: Path) -> None:
    other = await made(tmp_path / "other")
    shutil.copy(other.wallet_db, home.wallet_db)
    async with opened(home) as wallet:
        assert [one.code for one in wallet.notices] == ["wallet.replaced"]


async def test_a_wallet_whose_rows_were_changed_can_be_read_and_exported_but_not_written(home: Home) -> None:
    async with opened(home) as wallet:
        await wallet.add_all([Incoming(raw=badge_file(number)) for number in (1, 2)], now=NOW)
    with closing(sqlite3.connect(home.wallet_db)) as other, other:
        other.execute("PRAGMA foreign_keys = ON")
        other.execute("DELETE FROM record WHERE id = (SELECT id FROM record WHERE kind = 2 LIMIT 1)")
    async with opened(home) as wallet:
        assert [one.code for one in wallet.notices] == ["wallet.rows_changed"]
        (card,) = (await wallet.list()).current
        assert (await wallet.export(card.id)).raw in (badge_file(1), badge_file(2))
        assert not (await wallet.check()).is_whole
        new = passphrase("a grebe under the pier")
        for change in (
            wallet.add(badge_file(3), now=NOW),
            wallet.remove(card.id, now=NOW),
            wallet.change_passphrase(passphrase(PASSPHRASE), new, now=NOW, parameters=KDF_FLOOR),
        ):
            with pytest.raises(WalletFault) as fault:
                await change
            assert fault.value.code == "wallet.rows_changed"
    async with opened(home) as wallet:
        assert [one.code for one in wallet.notices] == ["wallet.rows_changed"]


async def test_a_lost_body_is_named_and_the_others_are_exported(home: Home) -> None:
    async with opened(home) as wallet:
        await wallet.add_all([Incoming(raw=badge_file(number)) for number in (1, 2)], now=NOW)
    with closing(sqlite3.connect(home.wallet_db)) as other, other:
        other.execute("DELETE FROM body WHERE id = (SELECT id FROM record WHERE kind = 2 LIMIT 1)")
    async with opened(home) as wallet:
        exported = [one async for one in wallet.export_all()]
        assert [one.code for one in exported if isinstance(one, WalletFault)] == ["wallet.record"]
        assert len(exported) == 2
        assert len((await wallet.check()).damaged) == 1


async def test_a_whole_wallet_is_whole(home: Home) -> None:
    async with opened(home) as wallet:
        await wallet.add(badge_file(), now=NOW)
        integrity = await wallet.check()
        assert integrity.is_whole
        assert integrity.records == 2


async def test_a_copy_of_the_home_without_its_state_opens_without_a_warning(home: Home) -> None:
    shutil.rmtree(home.state)
    async with opened(home) as wallet:
        assert wallet.notices == ()
    assert (home.state / "wallet.json").exists()


async def test_a_wallet_that_was_deleted_is_followed_by_a_new_one_without_a_warning(home: Home) -> None:
    home.wallet_db.unlink()
    with pytest.raises(WalletFault) as fault:
        async with opened(home):
            pass
    assert fault.value.code == "wallet.missing"
    await WalletService.create(home, passphrase(PASSPHRASE), now=NOW, parameters=KDF_FLOOR)
    async with opened(home) as wallet:
        assert wallet.notices == ()


def test_the_key_derivation_is_never_set_below_the_floor() -> None:
    chosen = calibrate()
    chosen.check()
    assert chosen.memory_kib == KDF_FLOOR.memory_kib
    assert KDF_FLOOR.passes <= chosen.passes <= 16


def test_no_secret_of_the_service_shows_itself() -> None:
    assert repr(ISSUER) == "PrivateKey(***)"
    assert repr(Secret(b"x")) == "***"
