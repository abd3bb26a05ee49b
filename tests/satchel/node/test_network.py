"""satchel.node.network: the settings of a home hold for what is fetched and for what is sent."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

from satchel.errors import FetchError
from satchel.node import network
from satchel.node.consent import FileDiary
from satchel.node.send import Sender
from satchel.node.settings import Home
from satchel.port import Request
from tests.attack.rude_server import answer, serving, sockets

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ORIGIN = "https://college.example"
JSON = answer(200, b"{}", Content_Type="application/json")


def home_with(folder: Path, config: str) -> Home:
    home = Home(folder / "home")
    home.prepare()
    home.config_file.write_text(config, encoding="utf-8")
    home.config_file.chmod(0o600)
    return home


def told(home: Home) -> list[tuple[str, str, str]]:
    return [(one.host, one.purpose, one.outcome) for one in FileDiary(home.diary).read()]


async def test_what_is_sent_is_written_down_with_what_is_fetched(tmp_path: Path) -> None:
    home = home_with(tmp_path, "")
    async with serving({"/x": JSON}) as base:
        leave = network.leave_of(home, clock=lambda: NOW)
        async with (
            Sender(clock=lambda: NOW, origins={ORIGIN: base}, leave=leave) as sender,
            network.before(sender, home, clock=lambda: NOW) as fetch,
        ):
            assert (await sender.post(f"{ORIGIN}/x", {})).status == 200
            assert (await sender.ask(f"{ORIGIN}/x")).status == 200
            await fetch(Request(url=f"{ORIGIN}/x", purpose="status", limit_bytes=100))
    host = "college.example"
    assert told(home) == [(host, "exchange", "asked"), (host, "exchange", "asked"), (host, "status", "asked")]


@pytest.mark.parametrize("config", ['[network]\nnever = "college.example"\n', '[network]\nonly = "other.example"\n'])
async def test_a_host_that_may_not_be_asked_is_sent_nothing(tmp_path: Path, config: str) -> None:
    home = home_with(tmp_path, config)
    async with serving({"/x": JSON}) as base:
        leave = network.leave_of(home, clock=lambda: NOW)
        with sockets() as asked:
            async with Sender(clock=lambda: NOW, origins={ORIGIN: base}, leave=leave) as sender:
                for talk in (sender.ask(f"{ORIGIN}/x"), sender.post(f"{ORIGIN}/x", {})):
                    with pytest.raises(FetchError) as refused:
                        await talk
                    assert refused.value.code == "fetch.not_allowed"
        assert asked == []
    assert told(home) == [("college.example", "exchange", "refused")] * 2


def test_without_a_home_nobody_is_asked_and_nothing_is_kept() -> None:
    assert network.leave_of(None, clock=lambda: NOW) is None


def _opens_past_settings(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    return name == "Fetcher" or (name == "Sender" and all(keyword.arg != "leave" for keyword in call.keywords))


def test_no_face_opens_the_network_past_the_settings() -> None:
    """The network's own room opens it; the demonstration talks with itself, in a folder of its own."""
    root = Path(network.__file__).parents[2]
    found = {
        path.relative_to(root).as_posix()
        for package in ("satchel", "did", "verifier", "issuer", "wallet", "tui")
        for path in (root / package).rglob("*.py")
        if any(isinstance(n, ast.Call) and _opens_past_settings(n) for n in ast.walk(ast.parse(path.read_bytes())))
    }
    assert found == {"satchel/node/network.py", "tui/demo/stage.py"}
