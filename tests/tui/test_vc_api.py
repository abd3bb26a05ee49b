"""`satchel vc-api config`, and the options that open the VC API."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from satchel.errors import LinkedError, SatchelError
from satchel.linked.emit import to_quads
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject
from tui.command.vc_api import opened
from verifier.vcapi_access import Client

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"


def satchel(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "tui.main", *arguments], capture_output=True, text=True, timeout=60)


def code(*arguments: object) -> str:
    with pytest.raises(SatchelError) as refused:
        opened(*arguments)  # type: ignore[arg-type]
    return refused.value.code


def test_the_api_is_closed_unless_it_is_asked_for() -> None:
    assert opened(False, None, None, ()) is None
    for client, secret, contexts in (("suite", None, ()), (None, "file", ()), (None, None, ("https://x/=y",))):
        assert code(False, client, secret, contexts) == "usage.option"
    done = satchel("serve", "verifier", "--vc-api-client", "suite")
    assert (done.returncode, "[usage.option]" in done.stderr) == (2, True)


def test_it_is_open_to_everybody_or_to_one_client(tmp_path: Path) -> None:
    everybody = opened(True, None, None, ())
    assert everybody is not None
    assert (everybody.client, everybody.scopes) == (None, ())
    secret = tmp_path / "secret"
    secret.write_text("s" * 40 + "\nand more\n")
    one = opened(True, "suite", str(secret), ())
    assert one is not None
    assert (one.client, one.scopes) == (Client.of("suite", "s" * 40), ("vc_api",))


def test_a_client_without_a_good_secret_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    assert code(True, "suite", None, ()) == "vc_api.client"
    assert code(True, None, str(secret), ()) == "vc_api.client"
    assert code(True, "suite", str(secret), ()) == "vc_api.client"
    for raw in (b"", b"short", b"\n" + b"s" * 40, b"x" * 5000):
        secret.write_bytes(raw)
        assert code(True, "suite", str(secret), ()) == "vc_api.client"


def test_further_contexts_are_known_to_the_api_alone(tmp_path: Path) -> None:
    file = tmp_path / "boats.jsonld"
    file.write_text(json.dumps({"@context": {"Boat": "https://school.example/Boat"}}))
    options = opened(True, None, None, (f"https://school.example/boats/v1={file}",))
    assert options is not None
    document: JsonObject = {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://school.example/boats/v1"],
        "id": "urn:x:1",
        "type": "Boat",
    }
    assert to_quads(document, contexts=options.contexts)
    with pytest.raises(LinkedError) as refused:
        to_quads(document, contexts=PINNED)
    assert refused.value.code == "linked.context_unknown"
    examples: JsonObject = {"@context": [EXAMPLES], "id": "urn:x:1", "anything": "x"}
    assert to_quads(examples, contexts=options.contexts)


@pytest.mark.parametrize("text", ["boats", "https://x.example/", "http://x.example/={file}", "={file}", "https://x/="])
def test_a_context_is_named_by_an_https_url_and_a_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "boats.jsonld"
    file.write_text(json.dumps({"@context": {}}))
    assert code(True, None, None, (text.replace("{file}", str(file)),)) == "vc_api.context"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"{}", b'{"a": 1, "a": 2}', b" " * (1024 * 1024 + 1)])
def test_a_file_that_is_no_context_is_refused(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "boats.jsonld"
    file.write_bytes(raw)
    assert code(True, None, None, (f"https://x.example/v1={file}",)) == "vc_api.context"


def test_the_config_of_a_home_is_json_with_the_endpoints_and_dids(tmp_path: Path) -> None:
    home = tmp_path / "home"
    satchel("init", "issuer", "--origin", "https://issuer.example", "--name", "Riverside", "--home", str(home))
    done = satchel("vc-api", "config", "--home", str(home), "--url", "http://127.0.0.1:9999/", "--client", "suite")
    assert (done.returncode, done.stderr) == (0, "")
    (one,) = json.loads(done.stdout)["implementations"]
    first = one["issuers"][0]
    assert first["endpoint"] == "http://127.0.0.1:9999/vc-api/issuers/eddsa-rdfc-2022/credentials/issue"
    assert first["id"].startswith("did:key:z6Mk")
    assert first["oauth2"] == {
        "clientId": "suite",
        "clientSecret": "SATCHEL_CLIENT_SECRET",
        "tokenEndpoint": "http://127.0.0.1:9999/vc-api/oauth2/token",
        "tokenAudience": "http://127.0.0.1:9999",
        "scopes": ["vc_api"],
    }
    (own,) = [entry["id"] for entry in one["issuers"] if "BitstringStatusList" in entry["tags"]]
    assert own.startswith("did:web") and own.endswith("issuer.example")


def test_the_config_of_a_verifier_needs_no_home() -> None:
    done = satchel("vc-api", "config", "--verifier", "--url", "http://127.0.0.1:8403")
    (one,) = json.loads(done.stdout)["implementations"]
    assert one["issuers"] == []
    assert one["verifiers"][0]["endpoint"] == "http://127.0.0.1:8403/vc-api/credentials/verify"


def test_a_home_without_an_issuer_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    done = satchel("vc-api", "config", "--home", str(tmp_path))
    assert (done.returncode, "[issue.no_issuer]" in done.stderr) == (1, True)
    assert satchel("vc-api", "config", "--home", str(tmp_path / "nothing")).returncode == 1
