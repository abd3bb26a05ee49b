"""Revoking, suspending, reinstating: the rules of the kind that a template chose, and asking twice."""

from datetime import timedelta

import pytest

from issuer.issue import Issued
from issuer.revoke import Change
from issuer.service import IssuerService
from satchel.codec import strictjson
from satchel.credential import status
from satchel.errors import IssueFault, StatusError
from satchel.node.settings import Home
from tests.issuer.conftest import CELLS, EXAMPLE, NOW, SUSPENDABLE, FakeClock


async def bit(home: Home, issuer: IssuerService, issued: Issued) -> status.StatusValue:
    """What a verifier reads: the entry inside the credential, and the published file."""
    (entry,) = status.entries_of(strictjson.load_object(await issuer.credential(issued.id)))
    assert isinstance(entry, status.StatusEntry)
    path = home.public / entry.list_url.removeprefix("https://")
    return status.read_list(strictjson.load_object(path.read_bytes()), entry)


async def test_a_revoked_credential_reads_as_revoked(home: Home, issuer: IssuerService) -> None:
    issued, other = await issuer.issue(EXAMPLE, CELLS), await issuer.issue(EXAMPLE, {**CELLS, "email": "b@x.example"})
    assert (await bit(home, issuer, issued)).code == "status.ok"
    changed = await issuer.change_status(issued.id, "revoke", reason="issued to the wrong person")
    assert (changed.changed, changed.since) == (True, NOW)
    assert (await bit(home, issuer, issued)).code == "status.revoked"
    assert (await bit(home, issuer, other)).code == "status.ok"


async def test_a_suspension_comes_and_goes(home: Home, issuer: IssuerService) -> None:
    issued = await issuer.issue(SUSPENDABLE, CELLS)
    for action, code in (("suspend", "status.suspended"), ("reinstate", "status.ok"), ("suspend", "status.suspended")):
        changed = await issuer.change_status(issued.id, action, reason="an appeal is open")  # type: ignore[arg-type]
        assert changed.changed
        assert (await bit(home, issuer, issued)).code == code


@pytest.mark.parametrize(
    ("template", "change", "piece"),
    [(EXAMPLE, "suspend", "revocation"), (EXAMPLE, "reinstate", "revocation"), (SUSPENDABLE, "revoke", "suspension")],
)
async def test_the_other_kind_of_change_is_refused(
    home: Home, issuer: IssuerService, template: bytes, change: Change, piece: str
) -> None:
    issued = await issuer.issue(template, CELLS)
    with pytest.raises(StatusError) as fault:
        await issuer.change_status(issued.id, change, reason="a test")
    assert fault.value.code == "status.purpose_missing"
    assert piece in fault.value.message
    assert "satchel " in fault.value.next_step
    assert (await bit(home, issuer, issued)).value == 0


async def test_a_revocation_is_final(home: Home, issuer: IssuerService) -> None:
    issued = await issuer.issue(EXAMPLE, CELLS)
    await issuer.change_status(issued.id, "revoke", reason="a test")
    with pytest.raises(StatusError):
        await issuer.change_status(issued.id, "reinstate", reason="we think better of it")
    assert (await bit(home, issuer, issued)).code == "status.revoked"


async def test_asking_twice_changes_nothing_and_says_since_when(issuer: IssuerService, clock: FakeClock) -> None:
    issued = await issuer.issue(SUSPENDABLE, CELLS)
    none = await issuer.change_status(issued.id, "reinstate", reason="it never was")
    assert (none.changed, none.since) == (False, None)
    await issuer.change_status(issued.id, "suspend", reason="first")
    clock.now += timedelta(days=1)
    again = await issuer.change_status(issued.id, "suspend", reason="second")
    assert (again.changed, again.since) == (False, NOW)
    database = issuer._desk.database
    assert await database.read("SELECT action, reason FROM status_change") == [("suspend", "first")]
    kinds = await database.read("SELECT kind FROM event WHERE kind LIKE 'credential.s%'")
    assert kinds == [("credential.suspended",)]


@pytest.mark.parametrize("form", ["{id}", " {id}\n", "https://issuer.example/credentials/{id}"])
async def test_a_credential_is_named_by_its_id_or_url(issuer: IssuerService, form: str) -> None:
    issued = await issuer.issue(EXAMPLE, CELLS)
    assert (await issuer.change_status(form.format(id=issued.id), "revoke", reason="a test")).id == issued.id


@pytest.mark.parametrize(
    "name", ["", "a" * 26, "a" * 25, "../x", "%", "' OR 1=1 --", "https://issuer.example/credentials/"]
)
async def test_a_credential_that_is_not_ours_is_not_found(issuer: IssuerService, name: str) -> None:
    with pytest.raises(IssueFault) as fault:
        await issuer.change_status(name, "revoke", reason="a test")
    assert fault.value.code == "issue.not_found"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "two\nlines", "esc\x1b[2J", "\u202eback"])
async def test_a_change_needs_a_reason_of_one_plain_line(home: Home, issuer: IssuerService, reason: str) -> None:
    issued = await issuer.issue(EXAMPLE, CELLS)
    with pytest.raises(IssueFault) as fault:
        await issuer.change_status(issued.id, "revoke", reason=reason)
    assert fault.value.code == "issue.reason"
    assert (await bit(home, issuer, issued)).value == 0


async def test_the_reason_stays_with_the_issuer(home: Home, issuer: IssuerService) -> None:
    issued = await issuer.issue(EXAMPLE, CELLS)
    await issuer.change_status(issued.id, "revoke", reason="plagiarism of Ada Lark")
    events = await issuer._desk.database.read("SELECT data FROM event")
    published = b"".join(path.read_bytes() for path in home.public.rglob("*") if path.is_file())
    assert b"plagiarism" not in published + repr(events).encode()
    assert await issuer.first_break() is None
