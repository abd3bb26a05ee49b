"""wallet.refresh: the newer form of a held credential, asked for once, or nothing at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from satchel.errors import FetchError, WalletFault
from satchel.node.fetch import Fetcher
from satchel.node.settings import Home
from satchel.port import Fetched, JsonObject, Request
from tests.attack.rude_server import answer, redirect, serving
from tests.wallet.badge import badge, signed, to_bytes
from tests.wallet.conftest import PASSPHRASE
from tests.wallet.story import NOW, PEER, SECOND, did_of, keep, open_wallet
from tui.main import main
from wallet import refresh
from wallet.refresh import Refreshed
from wallet.service import WalletService

ORIGIN = "https://college.example"
URL = f"{ORIGIN}/refresh/1"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
LATER = "2026-06-01T00:00:00Z"


def form(start: str = "2026-03-01T00:00:00Z", *, url: str = URL, **changes: Any) -> dict[str, Any]:
    """An unsigned badge that names a refresh service and starts then."""
    document = badge(1, refreshService={"id": url, "type": "1EdTechCredentialRefresh"}, validFrom=start)
    document["@context"] = [*document["@context"], EXTENSIONS]
    return document | changes


HELD = to_bytes(signed(form()))
NEWER = to_bytes(signed(form(LATER)))


class Counting:
    """A Fetch before another one that keeps what was asked."""

    def __init__(self, fetch: Fetcher) -> None:
        self._fetch = fetch
        self.urls: list[str] = []

    async def __call__(self, request: Request, /) -> Fetched:
        self.urls.append(request.url)
        return await self._fetch(request)

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
        self.urls += [request.url for request in requests]
        return await self._fetch.all(requests)


@asynccontextmanager
async def meeting(home: Home, answers: dict[str, bytes]) -> AsyncIterator[tuple[WalletService, Counting]]:
    async with (
        serving(answers) as base,
        Fetcher(clock=lambda: NOW, origins={ORIGIN: base}, deadline_seconds=2) as fetcher,
    ):
        counting = Counting(fetcher)
        async with open_wallet(home, fetch=counting) as (wallet, _):
            yield wallet, counting


def credential(raw: bytes) -> bytes:
    return answer(200, raw, Content_Type="application/vc")


async def refreshed(home: Home, came: bytes, held: bytes = HELD) -> tuple[Refreshed | str, list[str]]:
    """What became of it, or its code, after which nothing has changed; and what was asked."""
    async with meeting(home, {"/refresh/1": came}) as (wallet, counting):
        (held_id,) = await keep(wallet, held)
        counting.urls.clear()
        try:
            return await refresh.refresh(held_id, wallet=wallet, fetch=counting, now=NOW), counting.urls
        except (WalletFault, FetchError) as fault:
            listing = await wallet.list()
            assert ([card.id for card in listing.current], listing.history) == ([held_id], ())
            return fault.code, counting.urls


async def test_the_newer_form_takes_the_place_of_the_older_which_is_kept_byte_for_byte(home: Home) -> None:
    async with meeting(home, {"/refresh/1": credential(NEWER)}) as (wallet, counting):
        (held_id,) = await keep(wallet, HELD)
        done = await refresh.refresh(held_id, wallet=wallet, fetch=counting, now=NOW)
        assert done.outcome == "replaced"
        assert counting.urls == [URL]  # once; the service that the newer form names is not asked
        listing = await wallet.list()
        assert [card.id for card in listing.current] == [done.after.id]
        assert [card.id for card in listing.history] == [held_id]
        assert (await wallet.export(held_id)).raw == HELD
        assert (await wallet.export(done.after.id)).raw == NEWER


async def test_the_same_bytes_are_nothing_newer(home: Home) -> None:
    done, asked = await refreshed(home, credential(HELD))
    assert isinstance(done, Refreshed)
    assert (done.outcome, done.after, asked) == ("current", done.before, [URL])


async def test_ids_are_compared_percent_decoded_and_trimmed(home: Home) -> None:
    held = to_bytes(signed(form(id="https://college.example/badges/a%20b")))
    newer = to_bytes(signed(form(LATER, id="https://college.example/badges/a%20%62")))
    done, _ = await refreshed(home, credential(newer), held)
    assert isinstance(done, Refreshed)
    assert done.outcome == "replaced"


def other_subject() -> dict[str, Any]:
    document = form(LATER)
    return document | {"credentialSubject": document["credentialSubject"] | {"id": did_of(PEER)}}


def by_second() -> dict[str, Any]:
    return signed(form(LATER, issuer={"id": did_of(SECOND), "type": ["Profile"], "name": "Another"}), key=SECOND)


REFUSED: dict[str, tuple[Any, str]] = {
    "older": (signed(form("2025-01-01T00:00:00Z")), "refresh.not_newer"),
    "the same start": (signed(form(name="Another name")), "refresh.not_newer"),
    "another issuer": (by_second(), "refresh.other_issuer"),
    "another id": (signed(form(LATER, id="urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-000000000009")), "refresh.other_credential"),
    "another subject": (signed(other_subject()), "refresh.other_subject"),
    "changed": (signed(form(LATER)) | {"name": "Changed"}, "refresh.not_accepted"),
    "unsigned": (form(LATER), "refresh.not_accepted"),
    "forged": (signed(form(LATER), key=SECOND), "refresh.not_accepted"),
    "expired": (signed(form(LATER, validUntil="2026-07-01T00:00:00Z")), "refresh.not_accepted"),
    "not yet valid": (signed(form("2027-01-01T00:00:00Z")), "refresh.not_accepted"),
    "no credential": ({"a": 1}, "refresh.other_issuer"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_anything_but_the_newer_form_is_refused_and_nothing_changes(home: Home, name: str) -> None:
    document, code = REFUSED[name]
    assert await refreshed(home, credential(to_bytes(document))) == (code, [URL])


@pytest.mark.parametrize(
    ("came", "code"),
    [
        (credential(b"not json"), "refresh.answer"),
        (credential(b""), "refresh.answer"),
        (answer(404), "fetch.not_found"),
        (answer(500), "fetch.status"),
        (answer(200, b"<html>", Content_Type="text/html"), "fetch.media_type"),
        (redirect("https://10.0.0.1/x"), "fetch.address"),
        (redirect("http://college.example/x"), "fetch.url"),
    ],
)
async def test_a_service_that_gives_no_credential_changes_nothing(home: Home, came: bytes, code: str) -> None:
    assert await refreshed(home, came) == (code, [URL])


@pytest.mark.parametrize(
    ("held", "code"),
    [
        (signed(form()) | {"name": "Changed"}, "refresh.unproven"),
        (form(), "refresh.unproven"),
        (signed(form(), key=SECOND), "refresh.unproven"),
        (signed(badge(1)), "refresh.none"),
        (signed(form(url="http://college.example/refresh/1")), "refresh.malformed"),
        (signed(form(url="https://127.0.0.1/refresh/1")), "refresh.malformed"),
        (signed(form(url="urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-000000000009")), "refresh.malformed"),
    ],
)
async def test_a_credential_that_is_not_proven_or_names_no_service_asks_nobody(
    home: Home, held: dict[str, Any], code: str
) -> None:
    assert await refreshed(home, credential(NEWER), to_bytes(held)) == (code, [])


@pytest.mark.parametrize(
    ("service", "found"),
    [
        (None, None),
        ({"id": URL, "type": "MediatedRefresh2021"}, None),
        ([{"id": "https://x.example/", "type": "Other"}, {"id": URL, "type": ["1EdTechCredentialRefresh"]}], URL),
        ([], None),
        ("text", None),
    ],
)
def test_only_a_service_of_our_type_counts(service: Any, found: str | None) -> None:
    value: JsonObject = {} if service is None else {"refreshService": service}
    assert refresh.service_of(value) == found


@pytest.mark.parametrize("service", [{"type": "1EdTechCredentialRefresh"}, [form()["refreshService"]] * 2])
def test_a_service_without_an_id_or_a_second_one_is_malformed(service: Any) -> None:
    with pytest.raises(WalletFault) as refused:
        refresh.service_of({"refreshService": service})
    assert refused.value.code == "refresh.malformed"


def run(home: Home, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    words = home.path.parent / "words"
    words.write_text(PASSPHRASE + "\n", encoding="utf-8")
    common = ["--home", str(home.path), "--passphrase-file", str(words), "--now", "2026-11-24T00:00:00Z"]
    code = main([*arguments, *common])
    told = capsys.readouterr()
    return code, told.out, told.err


async def fill(home: Home, *files: bytes) -> list[str]:
    async with open_wallet(home) as (wallet, _):
        return await keep(wallet, *files)


def test_the_command_asks_for_all_and_says_what_became_of_each(
    home: Home, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = to_bytes(signed(badge(2)))
    asyncio.run(fill(home, HELD, other))
    mirror = tmp_path / "mirror"
    (mirror / "college.example/refresh").mkdir(parents=True)
    (mirror / "college.example/refresh/1").write_bytes(NEWER)
    code, out, _ = run(home, capsys, "refresh", "--mirror", str(mirror), "--json")
    told = json.loads(out)
    assert (code, told["schema"], told["refused"]) == (0, "satchel.refreshed/1", [])
    assert [item["outcome"] for item in told["items"]] == ["replaced"]
    code, out, _ = run(home, capsys, "refresh", "--mirror", str(mirror))
    assert code == 0
    assert "nothing newer" in out


def test_the_command_refuses_one_that_names_no_service_and_stays_offline_when_told(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    held_id, other_id = asyncio.run(fill(home, HELD, to_bytes(signed(badge(2)))))
    code, _, err = run(home, capsys, "refresh", other_id, "--offline")
    assert (code, "refresh.none" in err) == (1, True)
    code, _, err = run(home, capsys, "refresh", held_id, "--offline")
    assert (code, "fetch.offline" in err) == (7, True)


def test_a_host_that_may_not_be_asked_is_not_asked(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    (held_id,) = asyncio.run(fill(home, HELD))
    home.config_file.write_text('[network]\nnever = "college.example"\n', encoding="utf-8")
    home.config_file.chmod(0o600)
    code, _, err = run(home, capsys, "refresh", held_id)
    assert (code, "fetch.not_allowed" in err) == (1, True)
