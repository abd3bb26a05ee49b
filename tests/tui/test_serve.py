"""`satchel serve` as it is installed: nodes in a process, asked over HTTP, and stopped by a signal."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.attack.forge import badge, signed

PASSPHRASE = "a long passphrase of the tests"
SATCHEL = [sys.executable, "-m", "tui.main"]


def satchel(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SATCHEL, *arguments], capture_output=True, text=True, timeout=60)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an issuer and a wallet."""
    made = tmp_path / "home"
    done = satchel("init", "issuer", "--origin", "https://issuer.example", "--name", "Riverside", "--home", str(made))
    assert done.returncode == 0, done.stderr
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    done = satchel("init", "wallet", "--passphrase-file", str(tmp_path / "passphrase"), "--home", str(made))
    assert done.returncode == 0, done.stderr
    return made


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command, killed if the block leaves it alive."""
    with subprocess.Popen([*SATCHEL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def all_of(home: Path, *arguments: str) -> list[str]:
    ports = [part for name in ("issuer", "wallet", "verifier") for part in (f"--{name}-port", "0")]
    passphrase = str(home.parent / "passphrase")
    return ["serve", "all", "--home", str(home), "--passphrase-file", passphrase, *ports, "--json", *arguments]


def first_line(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        assert process.stderr is not None
        pytest.fail(process.stderr.read())
    return json.loads(line)


def ask(url: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        raw = None if body is None else json.dumps(body)
        sent = {"Content-Type": "application/json", **headers}
        connection.request("GET" if raw is None else "POST", path, raw, sent)
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"null")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_faces_of_a_home_are_served_by_one_process_until_a_signal(home: Path, number: signal.Signals) -> None:
    with running(*all_of(home)) as process:
        urls = first_line(process)
        assert urls.pop("schema") == "satchel.serving/1"
        assert set(urls) == {"issuer", "wallet", "verifier"}
        assert len(set(urls.values())) == 3
        for url in urls.values():
            assert url.startswith("http://127.0.0.1:")
            assert ask(url, "/readyz")[0] == 200
        assert ask(urls["issuer"], "/.well-known/did.json")[1]["id"] == "did:web:issuer.example"
        assert ask(urls["wallet"], "/api/v1/credentials")[0] == 401
        status, report = ask(urls["verifier"], "/api/v1/verify", signed(badge()))
        assert (status, report["verdict"]) == (200, "accepted")
        process.send_signal(number)
        assert process.wait(30) == 0
        assert process.stderr is not None
        said = process.stderr.read()
        assert [f"The {name} listens on {urls[name]}." in said for name in urls] == [True] * 3
        assert "Traceback" not in said


def test_wallet_and_verifier_reach_the_issuer_of_the_home_although_its_address_leads_nowhere(home: Path) -> None:
    """A status list under https://issuer.example, which no name server knows."""
    with running(*all_of(home, "--vc-api")) as process:
        urls = first_line(process)
        config = json.loads(satchel("vc-api", "config", "--home", str(home), "--url", urls["issuer"]).stdout)
        own = next(one for one in config["implementations"][0]["issuers"] if "BitstringStatusList" in one["tags"])
        credential = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"],
            "issuer": own["id"],
            "credentialSubject": {"id": "did:example:subject"},
        }
        status, issued = ask(urls["issuer"], urlsplit(own["endpoint"]).path, {"credential": credential})
        assert status == 201, issued
        status, report = ask(urls["verifier"], "/api/v1/verify", issued)
        outcomes = {facet["facet"]: facet["code"] for facet in report["facets"]}
        assert (outcomes["proof"], outcomes["issuer_binding"], outcomes["status"]) == (
            "proof.ok",
            "issuer_binding.ok",
            "status.ok",
        )
        body = {"verifiableCredential": issued, "options": {"checks": ["proof", "credentialStatus"]}}
        assert ask(urls["verifier"], "/vc-api/credentials/verify", body)[0] == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_what_was_begun_is_answered_before_the_process_ends(home: Path) -> None:
    with running(*all_of(home)) as process:
        urls = first_line(process)
        body = json.dumps(signed(badge())).encode()
        with closing(http.client.HTTPConnection(urlsplit(urls["verifier"]).netloc, timeout=30)) as connection:
            connection.putrequest("POST", "/api/v1/verify")
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body[:10])
            assert ask(urls["verifier"], "/healthz")[0] == 200
            process.send_signal(signal.SIGTERM)
            connection.send(body[10:])
            assert connection.getresponse().status == 200
        assert process.wait(30) == 0


def test_a_home_without_a_wallet_or_an_issuer_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    home.mkdir(mode=0o700)
    done = satchel(*all_of(home))
    assert (done.returncode, "[issue.no_issuer]" in done.stderr) == (1, True)
    satchel("init", "issuer", "--origin", "https://issuer.example", "--name", "Riverside", "--home", str(home))
    done = satchel(*all_of(home))
    assert (done.returncode, "[wallet.missing]" in done.stderr) == (1, True)


def test_a_wrong_passphrase_serves_nothing(home: Path) -> None:
    (home.parent / "passphrase").write_text("another passphrase\n")
    done = satchel(*all_of(home))
    assert (done.returncode, done.stdout) == (6, "")
    assert "[wallet.passphrase]" in done.stderr


def test_a_port_that_is_taken_is_named_and_nothing_is_left_running(home: Path) -> None:
    with running(*all_of(home)) as process:
        port = urlsplit(first_line(process)["issuer"]).port
        taken = [*all_of(home)]
        taken[taken.index("--verifier-port") + 1] = str(port)
        done = satchel(*taken)
        assert (done.returncode, done.stdout) == (1, "")
        assert "[http.address_in_use]" in done.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_the_help_tells_what_all_means() -> None:
    done = satchel("serve", "all", "--help")
    assert done.returncode == 0
    for word in ("--issuer-port", "--wallet-port", "--verifier-port", "--passphrase-file", "--vc-api", "three ports"):
        assert word in done.stdout
    assert "all" in satchel("serve", "--help").stdout


def test_a_verifier_serves_the_vc_api_when_it_is_asked_to() -> None:
    with running("serve", "verifier", "--port", "0", "--vc-api") as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        url = line.split()[2].rstrip(";")
        status, told = ask(url, "/vc-api/credentials/verify", {"verifiableCredential": signed(badge())})
        assert (status, told["verified"]) == (200, True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
