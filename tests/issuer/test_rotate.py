"""The issuer's key over time: founded as did:webvh or did:web, rotated, compromised, given up; old credentials stay."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from did import resolve
from did.method.webvh import write
from issuer import identity as identities
from issuer import rotate
from issuer.identity import Method
from issuer.service import IssuerService
from satchel.credential.read import read
from satchel.errors import DidError, IssueFault
from satchel.node import entropy
from satchel.node.mirror import MirrorFetch
from satchel.node.settings import Home
from satchel.port import drive
from tests.issuer.conftest import CELLS, EXAMPLE
from verifier.gather import gather
from verifier.judge import judge
from verifier.materials import Asked
from verifier.policy import POLICIES
from verifier.report import Report

START = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ORIGIN = "https://issuer.example"


class Clock:
    """The one clock of a test; it goes on a day when it is told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def next_day(self) -> None:
        self.now += DAY


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def found(home: Home, clock: Clock, method: Method) -> str:
    made = await IssuerService.found(home, origin=ORIGIN, name="Riverside College", did_method=method, clock=clock)
    return made.did


async def issue(home: Home, clock: Clock, learner: str) -> bytes:
    async with IssuerService.open(home, clock=clock) as service:
        issued = await service.issue(EXAMPLE, {**CELLS, "email": f"{learner}@learner.example"})
        return await service.credential(issued.id)


def judged(home: Home, raw: bytes, now: datetime) -> Report:
    envelope, asked, policy = read(raw, name="badge.json"), Asked(), POLICIES["default"]
    materials = drive(gather(envelope, policy, asked, now, MirrorFetch(home.public, now)))
    return judge(envelope, materials, policy, asked)


def binding(report: Report) -> tuple[str, str, str]:
    (facet,) = [one for one in report.facets if one.facet == "issuer_binding"]
    return report.verdict, facet.outcome, facet.code


def signed_by(raw: bytes) -> str:
    name: str = json.loads(raw)["proof"]["verificationMethod"]
    return name


async def test_a_new_issuer_has_a_history_and_a_did_web_beside_it(tmp_path: Path, clock: Clock) -> None:
    home = Home(tmp_path)
    did = await found(home, clock, "webvh")
    assert did.startswith("did:webvh:Qm") and did.endswith(":issuer.example")
    fetch = MirrorFetch(home.public, clock())
    resolved = drive(resolve.resolve(did, fetch=fetch))
    beside = drive(resolve.resolve("did:web:issuer.example", fetch=fetch))
    assert resolved.document.raw["alsoKnownAs"] == ["did:web:issuer.example"]
    assert beside.document.raw["alsoKnownAs"] == [did]
    assert resolved.document.method(f"{did}#key-1").key == beside.document.method("did:web:issuer.example#key-1").key
    files = sorted(path.name for path in home.keys.iterdir() if path.suffix == ".json")
    assert files == ["issuer-did.json", "issuer-key-1.json", "issuer-update-1.json", "issuer-update-2.json"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in home.keys.iterdir() if path.is_file())
    raw = await issue(home, clock, "ada")
    assert json.loads(raw)["issuer"]["id"] == did
    assert binding(judged(home, raw, clock())) == ("accepted", "pass", "issuer_binding.ok")


async def test_a_did_web_alone_is_what_it_always_was(tmp_path: Path, clock: Clock) -> None:
    home = Home(tmp_path)
    assert await found(home, clock, "web") == "did:web:issuer.example"
    assert not (home.keys / "issuer-did.json").exists()
    assert not (home.public / "issuer.example" / ".well-known" / "did.jsonl").exists()


@pytest.mark.parametrize("method", ["webvh", "web"])
async def test_after_a_rotation_old_and_new_credentials_verify(tmp_path: Path, clock: Clock, method: Method) -> None:
    home = Home(tmp_path)
    did = await found(home, clock, method)
    clock.next_day()
    old = await issue(home, clock, "ada")
    clock.next_day()
    planned = await rotate.plan(home, clock=clock)
    assert (planned.credentials, planned.after) == (1, planned.before)
    done = await rotate.rotate(home, clock=clock)
    assert [(key.name, key.state) for key in done.after.keys] == [("key-1", "retired"), ("key-2", "active")]
    assert {path.path.name for path in done.published} > {"did.json"}
    clock.next_day()
    new = await issue(home, clock, "grace")
    assert (signed_by(old), signed_by(new)) == (f"{did}#key-1", f"{did}#key-2")
    for raw in (old, new):
        assert binding(judged(home, raw, clock())) == ("accepted", "pass", "issuer_binding.ok")
    # Once more, and the first ones still stand.
    await rotate.rotate(home, clock=clock)
    clock.next_day()
    for raw in (old, new, await issue(home, clock, "joan")):
        assert binding(judged(home, raw, clock()))[0] == "accepted"


@pytest.mark.parametrize("method", ["webvh", "web"])
async def test_a_compromised_key_is_marked_and_signs_nothing_more(tmp_path: Path, clock: Clock, method: Method) -> None:
    home = Home(tmp_path)
    did = await found(home, clock, method)
    clock.next_day()
    old = await issue(home, clock, "ada")
    clock.next_day()
    await rotate.rotate(home, is_compromised=True, clock=clock)
    clock.next_day()
    verdict, outcome, code = binding(judged(home, old, clock()))
    if method == "webvh":
        assert (verdict, outcome, code) == ("accepted_with_warnings", "warn", "issuer_binding.key_retired")
    else:
        # Nobody knows whether a did:web's key was authorised earlier.
        assert (verdict, code) == ("rejected", "issuer_binding.not_authorised")
    document = drive(resolve.resolve(did, fetch=MirrorFetch(home.public, clock()))).document
    assert document.method(f"{did}#key-1").revoked == "2026-11-03T09:00:00Z"
    assert not document.authorises(f"{did}#key-1", "assertionMethod")


async def test_the_announced_key_can_be_kept_elsewhere_and_is_asked_for(tmp_path: Path, clock: Clock) -> None:
    home = Home(tmp_path)
    did = await found(home, clock, "webvh")
    kept = home.keys / "issuer-update-2.json"
    elsewhere = kept.rename(tmp_path / "safe.json")
    await issue(home, clock, "ada")
    with pytest.raises(IssueFault) as caught:
        await rotate.rotate(home, clock=clock)
    assert caught.value.code == "issue.key" and "issuer-update-2.json" in caught.value.message
    elsewhere.rename(kept)
    clock.next_day()
    done = await rotate.rotate(home, clock=clock)
    assert done.after.update is not None and done.after.update.next == "update-3"
    assert drive(resolve.resolve(did, fetch=MirrorFetch(home.public, clock()))).metadata["versionNumber"] == 2


async def test_the_old_update_key_changes_nothing_any_more(tmp_path: Path, clock: Clock) -> None:
    home = Home(tmp_path)
    await found(home, clock, "webvh")
    clock.next_day()
    before = rotate.current(home)
    await rotate.rotate(home, clock=clock)
    now = rotate.current(home)
    assert before.update is not None and now.update is not None
    assert now.log.startswith(before.log)
    thief = identities.keys.read_secret(home, now.did, before.update.active)
    assert thief is not None
    text = identities.multikey.encode(thief.public())
    signer = identities.LocalSigner(write.update_signer_id(text), thief)
    with pytest.raises(DidError):
        write.update(now.log, write.Change(update_keys=(text,), next_keys=()), signer=signer, now=clock())


async def test_a_did_that_was_given_up_stands_for_what_it_signed(tmp_path: Path, clock: Clock) -> None:
    home = Home(tmp_path)
    did = await found(home, clock, "webvh")
    clock.next_day()
    old = await issue(home, clock, "ada")
    clock.next_day()
    await rotate.deactivate(home, clock=clock)
    clock.next_day()
    assert drive(resolve.resolve(did, fetch=MirrorFetch(home.public, clock()))).is_deactivated
    assert binding(judged(home, old, clock())) == ("accepted", "pass", "issuer_binding.ok")
    beside = drive(resolve.resolve("did:web:issuer.example", fetch=MirrorFetch(home.public, clock()))).document
    assert not beside.authorises("did:web:issuer.example#key-1", "assertionMethod")
    with pytest.raises(DidError) as caught:
        await rotate.rotate(home, clock=clock)
    assert caught.value.code == "did.log_writer"


async def test_a_did_web_cannot_be_given_up_in_words(tmp_path: Path, clock: Clock) -> None:
    home = Home(tmp_path)
    await found(home, clock, "web")
    with pytest.raises(IssueFault) as caught:
        await rotate.deactivate(home, clock=clock)
    assert caught.value.code == "issue.key"


async def test_a_rotation_that_was_stopped_before_it_was_written_is_done_again(tmp_path: Path, clock: Clock) -> None:
    home = Home(tmp_path)
    did = await found(home, clock, "webvh")
    clock.next_day()
    identities._secret(home, did, "key-2", entropy.system)  # type: ignore[arg-type]
    left = json.loads((home.keys / "issuer-key-2.json").read_bytes())["secretKeyMultibase"]
    await rotate.rotate(home, clock=clock)
    assert json.loads((home.keys / "issuer-key-2.json").read_bytes())["secretKeyMultibase"] == left


async def test_a_founding_that_was_stopped_is_taken_up(tmp_path: Path, clock: Clock) -> None:
    home = Home(tmp_path)
    home.prepare()
    first = identities.found(home, ORIGIN, "webvh", now=clock(), entropy=entropy.system)
    assert await found(home, clock, "webvh") == first.did


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "satchel.issuer_did/2"},
        {"did": "nonsense"},
        {"keys": []},
        {"keys": [{"name": "key-1"}]},
        {"keys": [{"name": "key-1", "state": "lost", "publicKeyMultibase": "z", "since": None, "until": None}]},
        {"log": None},
        {"update": {}},
    ],
)
async def test_a_broken_record_is_refused(tmp_path: Path, clock: Clock, change: dict[str, object]) -> None:
    home = Home(tmp_path)
    await found(home, clock, "webvh")
    path = home.keys / "issuer-did.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises((IssueFault, DidError)) as caught:
        rotate.current(home)
    assert caught.value.code in ("issue.key", "did.invalid")


async def test_the_table_names_every_key_and_no_secret(tmp_path: Path, clock: Clock) -> None:
    home = Home(tmp_path)
    await found(home, clock, "webvh")
    clock.next_day()
    await rotate.rotate(home, clock=clock)
    rows = identities.table(rotate.current(home))
    assert [(row["name"], row["use"], row["state"]) for row in rows] == [
        ("key-1", "signing", "retired"),
        ("key-2", "signing", "active"),
        ("update-2", "update", "active"),
        ("update-3", "update", "next"),
    ]
    assert "secret" not in json.dumps(rows)
