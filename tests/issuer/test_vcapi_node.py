"""The VC API on an issuer node: its status list, its keys, who may use it, and what a test suite is told of it."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from issuer.http import vcapi_keys
from issuer.http.vcapi import OwnFetch
from issuer.http.vcapi_keys import benches
from satchel.errors import FetchError, SatchelError
from satchel.exchange.vcapi import INSTANCES
from satchel.node import entropy
from satchel.node.mirror import OfflineFetch
from satchel.node.settings import Home
from satchel.port import Request, drive
from satchel.proof.suites import SUITES
from tests.issuer.conftest import NOW
from tests.issuer.vcapi_ground import ORIGIN, V1, Api, Document, satchel, served

STATUS = "bitstring-status-list"
OWN = "did:web:issuer.example"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(tmp_path_factory.mktemp("vc-api")) / "home"


@pytest.fixture(scope="module")
def api(home: Path) -> Iterator[Api]:
    with served(home) as one:
        yield one


# The instance with a status list


def issued(api: Api, version: str = "2.0", **changes: object) -> Document:
    answer = api.issue(STATUS, api.credential(next(one for one in INSTANCES if one.has_status), version, **changes))
    assert answer.status == 201, answer.json
    found: Document = answer.json
    return found


@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_the_issuers_own_instance_gives_a_status_and_leaves_the_subject_as_it_was(api: Api, version: str) -> None:
    subject = {"id": "did:example:subject", "name": "Alice"} if version == "2.0" else {"id": "did:example:subject"}
    one = issued(api, version, credentialSubject=subject)
    entry = one["credentialStatus"]
    assert one["credentialSubject"] == subject
    assert one["issuer"] == api.dids[STATUS]
    assert one["issuer"].split(":")[1] in ("web", "webvh")
    assert entry["type"] == "BitstringStatusListEntry"
    assert entry["statusPurpose"] == "revocation"
    assert entry["statusListIndex"].isdigit()
    assert entry["statusListCredential"].startswith(f"{ORIGIN}/status/")
    assert entry["id"] != entry["statusListCredential"]
    for checks in (["proof"], ["proof", "credentialStatus"]):
        answer = api.verify(one, checks=checks)
        assert (answer.status, answer.json["checks"]) == (200, sorted(checks))


def test_the_status_list_is_a_signed_credential_that_anybody_can_get(api: Api) -> None:
    url = issued(api)["credentialStatus"]["statusListCredential"]
    answer = api.get(url.removeprefix(ORIGIN))
    assert answer.status == 200
    assert "BitstringStatusListCredential" in answer.json["type"]
    assert answer.json["credentialSubject"]["encodedList"].startswith("u")
    assert api.verify(answer.json).status == 200
    assert api.get("/status/nothing").status == 404


def test_a_credential_of_the_api_can_be_revoked_like_any_other(api: Api, home: Path) -> None:
    one = issued(api)
    assert api.verify(one, checks=["proof", "credentialStatus"]).status == 200
    done = satchel("revoke", one["id"], "--reason", "a test", home=home)
    assert done.returncode == 0, done.stderr
    refused = api.verify(one, checks=["proof", "credentialStatus"])
    assert refused.code == "status.revoked"
    assert refused.json["type"] == "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR"
    assert api.verify(one).code == "status.revoked"
    assert api.verify(one, checks=["proof"]).status == 200


def test_a_status_that_cannot_be_had_is_refused_when_it_is_asked_for_and_told_otherwise(api: Api) -> None:
    away = {
        "id": "https://127.0.0.1/status/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://127.0.0.1/status/1",
    }
    # An address that the guard refuses at once, as a lookup that fails would after seconds.
    one = api.issue("eddsa-rdfc-2022", api.credential(INSTANCES[0], credentialStatus=away)).json
    refused = api.verify(one, checks=["proof", "credentialStatus"])
    assert refused.code == "status.list_unreachable"
    assert refused.json["type"] == "https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR"
    told = api.verify(one)
    assert told.status == 200
    assert [warning["code"] for warning in told.json["warnings"]] == ["status.list_unreachable"]
    assert api.verify(one, checks=["proof"]).json["warnings"] == []


def test_the_issuers_own_key_signs_for_the_issuer_alone(api: Api) -> None:
    own = next(one for one in INSTANCES if one.has_status)
    assert api.issue(own, api.credential(own, issuer="did:example:other")).code == "vc_api.issuer"
    assert api.issue(own, api.credential(own, issuer={"id": api.dids[STATUS], "name": "Riverside"})).status == 201
    entry = issued(api)["credentialStatus"]
    assert api.issue(own, api.credential(own, credentialStatus=entry)).code == "vc_api.status"


def test_a_credential_keeps_its_id_and_gets_one_where_it_has_none(api: Api) -> None:
    assert issued(api, id="urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33")["id"].startswith("urn:uuid:58172aac")
    assert issued(api)["id"].startswith(f"{ORIGIN}/")


def test_two_credentials_have_two_places_in_the_list(api: Api) -> None:
    entries = [issued(api)["credentialStatus"] for _ in range(5)]
    assert len({(entry["statusListCredential"], entry["statusListIndex"]) for entry in entries}) == 5


def test_what_is_under_the_issuers_own_origin_is_read_from_its_folder(tmp_path: Path) -> None:
    place = tmp_path / "issuer.example" / "status" / "one"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"{}")
    fetch = OwnFetch(ORIGIN, tmp_path, OfflineFetch(), clock=lambda: NOW)
    own = Request(url=f"{ORIGIN}/status/one", purpose="status", limit_bytes=100)
    near = Request(url="https://issuer.example.org/status/one", purpose="status", limit_bytes=100)
    gone = Request(url=f"{ORIGIN}/status/two", purpose="status", limit_bytes=100)
    assert drive(fetch(own)).body == b"{}"
    with pytest.raises(FetchError) as refused:
        drive(fetch(near))
    assert refused.value.code == "fetch.offline"
    answers = drive(fetch.all([near, own, gone]))
    assert [one.code if isinstance(one, FetchError) else one.source for one in answers] == [
        "fetch.offline",
        "mirror",
        "fetch.not_found",
    ]


# Its keys


def test_every_suite_that_is_built_has_an_instance_and_every_instance_a_did_of_its_own(api: Api) -> None:
    assert set(api.dids) == {one.name for one in INSTANCES}
    assert {one.suite for one in INSTANCES} >= {
        name for name in SUITES if name not in ("Ed25519Signature2018", "JsonWebSignature2020", "RsaSignature2018")
    }
    assert len(set(api.dids.values())) == len(api.dids)


def test_the_keys_lie_in_the_home_for_nobody_else_and_stay_the_same(api: Api, home: Path) -> None:
    files = sorted((home / "keys").glob("vc-api-*.json"))
    assert len(files) == len(INSTANCES) - 1
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    again = json.loads(satchel("vc-api", "config", home=home).stdout)["implementations"][0]["issuers"]
    assert [one["id"] for one in again] == list(api.dids.values())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{}",
        b'{"schema": "satchel.key/1", "secretKeyMultibase": 7}',
        b'{"schema": "satchel.key/1", "secretKeyMultibase": "zNothing"}',
    ],
)
def test_a_broken_key_file_is_named_and_never_overwritten(tmp_path: Path, raw: bytes) -> None:
    home = Home(tmp_path)
    benches(home, OWN, entropy=entropy.system)
    file = home.key_file("vc-api", "eddsa-rdfc-2022")
    file.write_bytes(raw)
    with pytest.raises(SatchelError) as refused:
        benches(home, OWN, entropy=entropy.system)
    assert refused.value.code == "vc_api.key"
    assert "vc-api-eddsa-rdfc-2022.json" in refused.value.message
    assert file.read_bytes() == raw


def test_the_key_of_another_instance_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    benches(home, OWN, entropy=entropy.system)
    other = home.key_file("vc-api", "ecdsa-rdfc-2019-p384").read_bytes()
    home.key_file("vc-api", "eddsa-rdfc-2022").write_bytes(other)
    with pytest.raises(SatchelError) as refused:
        benches(home, OWN, entropy=entropy.system)
    assert refused.value.code == "vc_api.key"


def test_without_the_extra_for_bbs_all_other_instances_are_served(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['py_arkworks_bls12381'] = None\n"
        "from pathlib import Path\n"
        "from issuer.http.vcapi_keys import benches\n"
        "from satchel.node import entropy\n"
        "from satchel.node.settings import Home\n"
        f"print(*benches(Home(Path({str(tmp_path)!r})), {OWN!r}, entropy=entropy.system))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [one.name for one in INSTANCES if one.name != "bbs-2023"]
    assert vcapi_keys.ROLE == "vc-api"


# What is told of it


def test_the_openapi_document_lists_the_routes(api: Api) -> None:
    paths = api.get("/openapi.json").json["paths"]
    for path in (
        "/vc-api/issuers/{name}/credentials/issue",
        "/vc-api/credentials/verify",
        "/vc-api/presentations/verify",
        "/vc-api/credentials/derive",
    ):
        operation = paths[path]["post"]
        assert operation["tags"] == ["vc-api"]
        assert "application/json" in operation["requestBody"]["content"]
        assert "application/problem+json" in operation["responses"]["400"]["content"]
        assert "security" not in operation
    assert "/vc-api/oauth2/token" not in paths


def test_the_config_has_the_shape_of_a_suites_local_config(api: Api) -> None:
    assert api.config["settings"] == {"enableInteropTests": False, "testAllImplementations": False}
    one = api.implementation
    assert one["name"] == "Satchel"
    for entry in (*one["issuers"], *one["verifiers"], *one["vpVerifiers"], *one["vcHolders"]):
        assert entry["endpoint"].startswith(f"{api.url}/vc-api/")
        assert entry["id"].startswith("did:")
        assert entry["tags"]
        assert set(entry["supports"]["vc"]) <= {"1.1", "2.0"}
        # A suite writes into `options`: what one test puts there the next one would send.
        assert "options" not in entry
    tags = {entry["endpoint"].split("/")[-3]: entry["tags"] for entry in one["issuers"]}
    assert {"vc-api", "vc2.0", "eddsa-rdfc-2022"} <= set(tags["eddsa-rdfc-2022"])
    assert tags["vc-jose-es256"] == ["EnvelopingProof"]
    assert tags[STATUS] == ["BitstringStatusList"]
    curves = {entry["endpoint"].split("/")[-3]: entry.get("supportedEcdsaKeyTypes") for entry in one["issuers"]}
    assert (curves["ecdsa-rdfc-2019-p256"], curves["ecdsa-rdfc-2019-p384"]) == (["P-256"], ["P-384"])
    assert (curves["ecdsa-sd-2023"], curves["eddsa-rdfc-2022"]) == (["P-256"], None)
    (verifier,), (holder,) = one["verifiers"], one["vcHolders"]
    assert set(verifier["tags"]) == {tag for entry in one["issuers"] for tag in entry["tags"]}
    assert verifier["supportedEcdsaKeyTypes"] == ["P-256", "P-384"]
    assert holder["tags"] == ["vcHolder", "ecdsa-sd-2023", "bbs-2023"]


def test_every_endpoint_of_the_config_answers(api: Api) -> None:
    for kind in ("issuers", "verifiers", "vpVerifiers", "vcHolders"):
        for entry in api.implementation[kind]:
            assert api.post(entry["endpoint"].removeprefix(api.url), {}).code == "vc_api.request"


# Who may use it


SECRET = "s3cret-" + "x" * 40


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = Path(tmp_path_factory.mktemp("vc-api-client"))
    secret = folder / "secret"
    secret.write_text(SECRET + "\n")
    with served(folder / "home", "--vc-api-client", "suite", "--vc-api-secret-file", str(secret)) as one:
        yield one


def ask_token(api: Api, **changes: str) -> Any:
    form = {
        "grant_type": "client_credentials",
        "client_id": "suite",
        "client_secret": SECRET,
        "audience": api.url,
        "scope": "vc_api",
    }
    raw = urllib.parse.urlencode(form | changes).encode()
    return api.post("/vc-api/oauth2/token", raw, Content_Type="application/x-www-form-urlencoded")


def test_a_client_gets_a_token_and_nobody_signs_or_verifies_without_one(closed: Api) -> None:
    answer = ask_token(closed)
    assert (answer.status, answer.json["token_type"], answer.json["expires_in"]) == (200, "Bearer", 3600)
    bearer = {"Authorization": f"Bearer {answer.json['access_token']}"}
    sent = {"credential": closed.credential(INSTANCES[0])}
    path = "/vc-api/issuers/eddsa-rdfc-2022/credentials/issue"
    issued = closed.post(path, sent, **bearer)
    assert issued.status == 201
    assert closed.post("/vc-api/credentials/verify", {"verifiableCredential": issued.json}, **bearer).status == 200
    for route in (path, "/vc-api/credentials/verify", "/vc-api/presentations/verify", "/vc-api/credentials/derive"):
        assert (closed.post(route, sent).status, closed.post(route, sent).json["code"]) == (401, "token.missing")
        other = closed.post(route, sent, Authorization="Bearer " + "a" * 52)
        assert (other.status, other.json["code"]) == (401, "token.unknown")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": SECRET + "x"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"client_id": "sürprise"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
    ],
)
def test_nobody_else_gets_a_token(closed: Api, changes: dict[str, str], status: int, error: str) -> None:
    answer = ask_token(closed, **changes)
    assert (answer.status, answer.json) == (status, {"error": error})


@pytest.mark.parametrize("raw", [b"", b"grant_type", b"\xff", b"client_id=suite&client_id=suite", b"a=1&" * 30])
def test_a_form_that_is_none_is_refused(closed: Api, raw: bytes) -> None:
    answer = closed.post("/vc-api/oauth2/token", raw, Content_Type="application/x-www-form-urlencoded")
    assert (answer.status, answer.json) == (400, {"error": "invalid_request"})


def test_a_token_of_the_api_opens_nothing_else(closed: Api) -> None:
    bearer = f"Bearer {ask_token(closed).json['access_token']}"
    refused = closed.post("/api/v1/credentials", {}, Authorization=bearer)
    assert (refused.status, refused.json["code"]) == (403, "token.scope")


def test_the_openapi_document_says_that_a_token_is_needed(closed: Api) -> None:
    paths = closed.get("/openapi.json").json["paths"]
    assert paths["/vc-api/credentials/verify"]["post"]["security"] == [{"token": ["vc_api"]}]
    assert "/vc-api/oauth2/token" in paths


def test_the_context_of_1_1_gets_what_a_status_needs(api: Api) -> None:
    contexts = issued(api, "1.1")["@context"]
    assert contexts[0] == V1
    assert "https://www.w3.org/ns/credentials/status/v1" in contexts
