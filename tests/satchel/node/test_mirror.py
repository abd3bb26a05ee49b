from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from satchel.errors import FetchError
from satchel.node.mirror import MirrorFetch, OfflineFetch
from satchel.port import Fetched, Request, drive

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def ask(url: str, limit_bytes: int = 1000) -> Request:
    return Request(url=url, purpose="did", limit_bytes=limit_bytes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    mirror = tmp_path / "mirror"
    (mirror / "college.example" / ".well-known").mkdir(parents=True)
    (mirror / "college.example" / ".well-known" / "did.json").write_bytes(b'{"id":"did:web:college.example"}')
    (mirror / "college.example" / "list one").write_bytes(b"{}")
    (mirror / "college.example%3A8443").mkdir()
    (mirror / "college.example%3A8443" / "did.json").write_bytes(b"[8443]")
    (tmp_path / "secret").write_bytes(b"secret")
    return mirror


def fetch(folder: Path, url: str, limit_bytes: int = 1000) -> Fetched:
    return drive(MirrorFetch(folder, NOW)(ask(url, limit_bytes)))


def refusal(folder: Path, url: str, limit_bytes: int = 1000) -> str:
    with pytest.raises(FetchError) as fault:
        fetch(folder, url, limit_bytes)
    return fault.value.code


def test_a_url_is_read_from_its_host_and_path_without_an_event_loop(folder: Path) -> None:
    fetched = fetch(folder, "https://college.example/.well-known/did.json")
    assert fetched.body == b'{"id":"did:web:college.example"}'
    assert (fetched.source, fetched.fetched_at, fetched.status) == ("mirror", NOW, 200)


def test_a_percent_encoded_name_and_a_port_have_their_file(folder: Path) -> None:
    assert fetch(folder, "https://college.example/list%20one").body == b"{}"
    assert fetch(folder, "https://college.example:8443/did.json").body == b"[8443]"


@pytest.mark.parametrize(
    "url",
    [
        "https://college.example/absent",
        "https://college.example/",
        "https://college.example",
        "https://college.example/.well-known",
        "https://college.example/.well-known/",
        "https://college.example/list%20one?page=1",
        "https://college.example/../../secret",
        "https://college.example/%2e%2e/%2e%2e/secret",
        "https://college.example/..%2f..%2fsecret",
        "https://college.example/%2Fetc/passwd",
        "https://college.example//etc/passwd",
        "https://college.example/a%00",
        "https://college.example/a%5cb",
        "https://college.example/%252e%252e/secret",
        "https://college.example/%ff",
        "https://other.example/did.json",
    ],
)
def test_a_url_without_a_file_inside_the_mirror_is_not_found(folder: Path, url: str) -> None:
    assert refusal(folder, url) == "fetch.not_found"


def test_a_link_out_of_the_mirror_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "college.example" / "out").symlink_to(tmp_path / "secret")
    (folder / "away.example").symlink_to(tmp_path)
    (folder / "college.example" / "loop").symlink_to("loop")
    assert refusal(folder, "https://college.example/out") == "fetch.not_found"
    assert refusal(folder, "https://away.example/secret") == "fetch.not_found"
    assert refusal(folder, "https://college.example/loop") == "fetch.not_found"


def test_a_pipe_in_the_mirror_is_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "college.example" / "pipe")
    assert refusal(folder, "https://college.example/pipe") == "fetch.not_found"


def test_a_file_over_the_limit_is_refused(folder: Path) -> None:
    assert fetch(folder, "https://college.example/list%20one", 2).body == b"{}"
    assert refusal(folder, "https://college.example/list%20one", 1) == "fetch.too_large"


def test_the_rules_for_urls_hold_for_a_mirror_too(folder: Path) -> None:
    assert refusal(folder, "http://college.example/did.json") == "fetch.url"
    assert refusal(folder, "https://192.0.2.1/did.json") == "fetch.address"
    assert refusal(folder, "https://college.example:22/did.json") == "fetch.port"


def test_all_answers_in_the_order_asked(folder: Path) -> None:
    urls = ["https://college.example/absent", "https://college.example/list%20one"]
    first, second = drive(MirrorFetch(folder, NOW).all([ask(url) for url in urls]))
    assert isinstance(first, FetchError)
    assert isinstance(second, Fetched)


def test_offline_refuses_every_request() -> None:
    with pytest.raises(FetchError) as fault:
        drive(OfflineFetch()(ask("https://college.example/did.json")))
    assert fault.value.code == "fetch.offline"
    (answer,) = drive(OfflineFetch().all([ask("https://college.example/did.json")]))
    assert isinstance(answer, FetchError)


def test_the_mirror_needs_neither_asyncio_nor_aiohttp() -> None:
    program = "import sys, satchel.node.mirror; print({'asyncio', 'aiohttp', 'socket'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
