from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from satchel.credential import status_token
from satchel.errors import FetchError, SettingsFault
from satchel.node import network
from satchel.node.consent import FILE_LIMIT_BYTES, Asking, Consent, ConsentingFetch, FileDiary, host_of
from satchel.node.mirror import MirrorFetch
from satchel.node.settings import Home, NetworkSettings, parse_config
from satchel.port import Fetched, Request

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


def ask(url: str) -> Request:
    return Request(url=url, purpose="status", limit_bytes=1_000)


def mirror(folder: Path, *hosts: str) -> MirrorFetch:
    for host in hosts:
        place = folder / "mirror" / host
        place.mkdir(parents=True)
        (place / "1").write_bytes(b"{}")
    return MirrorFetch(folder / "mirror", NOW)


@pytest.mark.parametrize(
    ("consent", "allowed", "refused"),
    [
        (Consent(), ["a.example", "b.example", ""], []),
        (Consent(only=frozenset(["a.example"])), ["a.example", "x.a.example"], ["b.example", "xa.example", "example"]),
        (Consent(never=frozenset(["a.example"])), ["b.example"], ["a.example", "x.y.a.example"]),
        (
            Consent(only=frozenset(["a.example"]), never=frozenset(["x.a.example"])),
            ["a.example"],
            ["x.a.example", "b.example"],
        ),
    ],
)
def test_a_name_covers_the_hosts_below_it_and_a_refusal_is_stronger(
    consent: Consent, allowed: list[str], refused: list[str]
) -> None:
    assert [host for host in [*allowed, *refused] if consent.allows(host)] == allowed


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://A.example/x", "a.example"),
        ("https://a.example.:443/x", "a.example"),
        ("https://u@a.example", "a.example"),
        ("https://[bad", ""),
        ("nothing", ""),
    ],
)
def test_the_host_of_a_url(url: str, host: str) -> None:
    assert host_of(url) == host


async def test_a_host_without_leave_is_not_asked_and_both_are_written_down(tmp_path: Path) -> None:
    diary = FileDiary(tmp_path / "fetches.jsonl")
    fetch = ConsentingFetch(
        mirror(tmp_path, "a.example", "b.example"),
        consent=Consent(never=frozenset(["b.example"])),
        clock=lambda: NOW,
        diary=diary,
    )
    assert (await fetch(ask("https://a.example/1"))).body == b"{}"
    with pytest.raises(FetchError) as error:
        await fetch(ask("https://b.example/1"))
    assert error.value.code == "fetch.not_allowed"
    first, second = await fetch.all([ask("https://b.example/1"), ask("https://a.example/1")])
    assert isinstance(first, FetchError)
    assert not isinstance(second, FetchError)
    assert [(asking.host, asking.purpose, asking.outcome) for asking in diary.read()] == [
        ("a.example", "status", "asked"),
        ("b.example", "status", "refused"),
        ("b.example", "status", "refused"),
        ("a.example", "status", "asked"),
    ]


def test_the_diary_is_private_and_holds_no_path(tmp_path: Path) -> None:
    path = tmp_path / "fetches.jsonl"
    diary = FileDiary(path)
    diary.write(Asking(at=NOW, host="a.example", purpose="did", outcome="asked"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text()) == {
        "at": "2026-11-24T12:30:00Z",
        "host": "a.example",
        "purpose": "did",
        "outcome": "asked",
    }
    assert diary.read() == (Asking(at=NOW, host="a.example", purpose="did", outcome="asked"),)


def test_a_broken_line_is_passed_over_and_a_link_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fetches.jsonl"
    diary = FileDiary(path)
    assert diary.read() == ()
    diary.write(Asking(at=NOW, host="a.example", purpose="did", outcome="asked"))
    with path.open("ab") as file:
        file.write(b'{"at": "2026\n{"at": 7}\n[]\n')
    diary.write(Asking(at=NOW, host="b.example", purpose="did", outcome="refused"))
    assert [asking.host for asking in diary.read()] == ["a.example", "b.example"]
    link = tmp_path / "link.jsonl"
    link.symlink_to(path)
    with pytest.raises(SettingsFault) as error:
        FileDiary(link).write(Asking(at=NOW, host="a.example", purpose="did", outcome="asked"))
    assert error.value.code == "settings.file_unsafe"


def test_a_diary_that_grows_too_long_is_halved_and_keeps_the_newer_half(tmp_path: Path) -> None:
    path = tmp_path / "fetches.jsonl"
    diary = FileDiary(path)
    diary.write(Asking(at=NOW, host="first.example", purpose="did", outcome="asked"))
    line = path.read_bytes()
    path.write_bytes(line * (FILE_LIMIT_BYTES // len(line) + 1))
    diary.write(Asking(at=NOW, host="last.example", purpose="did", outcome="asked"))
    assert path.stat().st_size <= FILE_LIMIT_BYTES // 2 + 2 * len(line)
    assert diary.read()[-1].host == "last.example"


def test_the_settings_name_hosts_and_nothing_else() -> None:
    config = parse_config(b'[network]\nonly = "A.example, b.example"\nnever = "x.a.example"\n')
    assert network.consent_of(config.network) == Consent(
        only=frozenset(["a.example", "b.example"]), never=frozenset(["x.a.example"])
    )
    assert parse_config(b"").network == NetworkSettings()
    for broken in (b'[network]\nonly = "https://a.example"', b'[network]\nnever = "a_b"', b"[network]\nonly = 7"):
        with pytest.raises(SettingsFault) as error:
            parse_config(broken)
        assert error.value.code == "settings.value"


def fetched(body: bytes, media_type: str = "application/vc") -> Fetched:
    return Fetched(
        url="https://a.example/1",
        final_url="https://a.example/1",
        status=200,
        media_type=media_type,
        body=body,
        fetched_at=NOW,
        source="network",
    )


def test_a_status_list_says_how_long_it_may_be_kept() -> None:
    told = network.told_by_list
    assert told(fetched(b'{"credentialSubject": {"ttl": 60000}}'), "status") == timedelta(minutes=1)
    assert told(fetched(b'{"credentialSubject": {"ttl": 60000}}'), "did") is None
    for silent in (b"{}", b"no json", b'{"credentialSubject": {"ttl": "60000"}}', b'{"credentialSubject": []}'):
        assert told(fetched(silent), "status") is None
    claims = status_token.compose(
        url="https://a.example/1", data=bytes(4), size=1, issued_at=1_700_000_000, ttl_seconds=90
    )
    token = status_token.signing_input(claims, algorithm="EdDSA", key_id="did:example:1#key") + b".AAAA"
    assert told(fetched(token, "application/statuslist+jwt"), "status") == timedelta(seconds=90)
    assert told(fetched(b"a.b.c", "application/statuslist+jwt"), "status") is None


async def test_a_home_brings_its_consent_its_diary_and_the_cache(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    home.config_file.write_text('[network]\nnever = "b.example"\n')
    home.config_file.chmod(0o600)
    async with network.before(mirror(tmp_path, "a.example", "b.example"), home, clock=lambda: NOW) as fetch:
        await fetch(ask("https://a.example/1"))
        assert (await fetch(ask("https://a.example/1"))).source == "cache"
        with pytest.raises(FetchError) as error:
            await fetch(ask("https://b.example/1"))
    assert error.value.code == "fetch.not_allowed"
    assert [(asking.host, asking.outcome) for asking in FileDiary(home.diary).read()] == [
        ("a.example", "asked"),
        ("b.example", "refused"),
    ]
