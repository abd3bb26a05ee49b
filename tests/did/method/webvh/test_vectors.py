"""The did:webvh test suite's logs of five implementations, its negative scenarios and its resolver queries."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from did import resolve
from did.syntax import parse, split_url
from satchel.errors import DidError
from satchel.node.mirror import MirrorFetch
from satchel.port import JsonObject, drive
from tests.did.method.webvh.site import NOW, look_up, publish
from tests.shared import SHARED, needs_shared

VECTORS = SHARED / "vectors" / "didwebvh" / "vectors"
SUITE = SHARED / "vectors" / "didwebvh" / "resolver-suite"

pytestmark = needs_shared

# The specification decides where implementations disagree.
AGAINST_THE_SPECIFICATION = {
    # "The DID MUST be a did:key DID": this implementation writes the bare key.
    ("witness-threshold", "rust"): "did.log_parameters",
    ("witness-update", "rust"): "did.log_parameters",
    # "that new list becomes active AFTER the new entry has been published": entry 2 replaces two of two witnesses by
    # one and has that one's approval alone. Rust, TypeScript and one of the Java implementations take it.
    ("witness-update", "ts"): "did.log_witness",
    ("witness-update", "java"): "did.log_witness",
    ("witness-update", "java-eecc"): "did.log_witness",
    ("witness-update", "python"): "did.log_witness",
}
NEGATIVE = {
    "negative-cross-did-witness-replay": "did.log_witness",
    "negative-did-key-body-fragment-mismatch": "did.log_proof",
    "negative-duplicate-witness-ids": "did.log_parameters",
    "negative-portable-scid-swap": "did.log_state",
    "negative-pre-rotation-omit-updatekeys": "did.log_prerotation",
    "negative-scid-mismatch-genesis": "did.log_scid",
    "negative-unknown-method-version": "did.log_method",
    "negative-versiontime-future": "did.log_time",
    "negative-versiontime-non-monotonic": "did.log_time",
    "negative-wrong-cryptosuite": "did.log_proof",
    "negative-zero-witness-threshold": "did.log_parameters",
}
# Five scenarios have an empty log: the DID itself is the attack.
SCID = "QmdmPkUdYzbr9txmx8gM2rsHPgr5L6m3gHjJGAf4vUFoGE"
NEGATIVE_DIDS = {
    "negative-path-traversal-did": [
        f"did:webvh:{SCID}:example.com:..:..:etc:passwd",
        f"did:webvh:{SCID}:example.com:.",
    ],
    "negative-pct-encoded-ip-host": [f"did:webvh:{SCID}:127%2E0%2E0%2E1", f"did:webvh:{SCID}:%31%32%37.0.0.1"],
    "negative-pct-encoded-traversal": [
        f"did:webvh:{SCID}:example.com:%2e%2e:secret",
        f"did:webvh:{SCID}:example.com:%2E%2E",
        f"did:webvh:{SCID}:example.com:a%2F..%2Fb",
    ],
    "negative-lowercase-pct-port-ip": [f"did:webvh:{SCID}:127.0.0.1%3a8080", f"did:webvh:{SCID}:example.com%3a8080"],
    "negative-fragment-leaks-into-domain": [
        f"did:webvh:{SCID}:example.com#frag",
        f"did:webvh:{SCID}:evil.example%23.example.com",
    ],
}

LOGS = sorted(path for path in VECTORS.glob("*/*") if (path / "did.jsonl").is_file()) if VECTORS.is_dir() else []
WITH_ENTRIES = [path for path in LOGS if (path / "did.jsonl").read_bytes().strip()]


def is_negative(path: Path) -> bool:
    return path.parent.name.startswith("negative-")


def dids_of(path: Path) -> list[str]:
    """Every DID that the log has been, oldest first."""
    lines = (path / "did.jsonl").read_bytes().splitlines()
    return list(dict.fromkeys(json.loads(line)["state"]["id"] for line in lines))


def without_implicit(document: JsonObject) -> JsonObject:
    """The document without the services files and whois: the standard implies them, implementations write them out,
    and no two of them alike."""
    given = document.get("service", [])
    assert isinstance(given, list)
    services = [
        one
        for one in given
        if not (isinstance(one, dict) and str(one.get("id")).rpartition("#")[2] in ("files", "whois"))
    ]
    return {**{name: value for name, value in document.items() if name != "service"}, "service": services}


def serve(folder: Path, path: Path, did: str) -> None:
    witnesses = path / "did-witness.json"
    publish(folder, did, (path / "did.jsonl").read_bytes(), witnesses.read_bytes() if witnesses.is_file() else None)


def test_the_vectors_are_all_there() -> None:
    assert len([path for path in LOGS if not is_negative(path)]) == 64
    assert {path.parent.name for path in LOGS if is_negative(path)} == NEGATIVE.keys() | NEGATIVE_DIDS.keys()


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in WITH_ENTRIES
        if not is_negative(path) and (path.parent.name, path.name) not in AGAINST_THE_SPECIFICATION
    ],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_a_positive_log_resolves_to_the_document_that_its_maker_resolved(path: Path, tmp_path: Path) -> None:
    for did in dids_of(path):
        serve(tmp_path, path, did)
        found = look_up(tmp_path, did)
        expected = json.loads((path / "resolutionResult.json").read_bytes())
        assert found.metadata["versionId"] == expected["didDocumentMetadata"]["versionId"]
        assert found.metadata["created"] == expected["didDocumentMetadata"]["created"]
        assert found.metadata["updated"] == expected["didDocumentMetadata"]["updated"]
        assert found.is_deactivated == expected["didDocumentMetadata"].get("deactivated", False)
        if expected["didDocument"] is not None:
            assert without_implicit(found.document.raw) == without_implicit(expected["didDocument"])
        for number in range(1, int(str(found.metadata["versionNumber"])) + 1):
            early = look_up(tmp_path, did, version_number=number)
            assert early.metadata["versionNumber"] == number
            result = path / f"resolutionResult.{number}.json"
            said = json.loads(result.read_bytes()) if result.is_file() else {"didDocument": None}
            # One implementation gave its last version whatever was asked.
            if (
                said["didDocument"] is not None
                and said["didDocumentMetadata"]["versionId"] == early.metadata["versionId"]
            ):
                assert without_implicit(early.document.raw) == without_implicit(said["didDocument"])


@pytest.mark.parametrize("scenario,implementation", AGAINST_THE_SPECIFICATION, ids="/".join)
def test_a_log_that_the_specification_forbids_is_refused_whoever_takes_it(
    scenario: str, implementation: str, tmp_path: Path
) -> None:
    path = VECTORS / scenario / implementation
    (did,) = dids_of(path)
    serve(tmp_path, path, did)
    with pytest.raises(DidError) as caught:
        look_up(tmp_path, did)
    assert caught.value.code == AGAINST_THE_SPECIFICATION[scenario, implementation]


@pytest.mark.parametrize("scenario", NEGATIVE)
def test_a_negative_log_is_refused_for_its_own_reason(scenario: str, tmp_path: Path) -> None:
    path = VECTORS / scenario / "ts"
    scid = json.loads((path / "did.jsonl").read_bytes().splitlines()[0])["parameters"]["scid"]
    did = f"did:webvh:{scid}:example.com"
    serve(tmp_path, path, did)
    with pytest.raises(DidError) as caught:
        look_up(tmp_path, did)
    assert caught.value.code == NEGATIVE[scenario]


@pytest.mark.parametrize("did", [did for dids in NEGATIVE_DIDS.values() for did in dids])
def test_a_negative_did_is_refused_before_anything_is_fetched(did: str) -> None:
    asked: list[str] = []

    class Recording(MirrorFetch):
        async def __call__(self, request: resolve.Request, /) -> resolve.Fetched:
            asked.append(request.url)
            return await super().__call__(request)

    with pytest.raises(DidError) as caught:
        drive(resolve.resolve(did, fetch=Recording(Path("/nowhere"), NOW)))
    assert caught.value.code == "did.invalid"
    assert not asked


CASES = json.loads((SUITE / "resolver-suite.json").read_bytes()) if SUITE.is_dir() else []
ERRORS = {"did.version_missing": "notFound", "did.not_found": "notFound"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['log']} {case['did_url'].partition('?')[2]}")
def test_the_resolver_suite_is_answered_as_it_asks(case: dict[str, object], tmp_path: Path) -> None:
    did, _, query, _ = split_url(str(case["did_url"]))
    asked = {name: values[0] for name, values in parse_qs(query or "").items()}
    serve(tmp_path, SUITE / "logs" / str(case["log"]), did)
    number = asked.get("versionNumber")
    try:
        found = look_up(
            tmp_path, did, version_id=asked.get("versionId"), version_number=int(number) if number else None
        )
    except DidError as error:
        assert case["status"] == "error", error
        assert case["didResolutionMetadata"] == {"error": ERRORS.get(error.code, "invalidDid")}
        return
    assert case["status"] == "ok"
    wanted = case["didDocumentMetadata"]
    assert isinstance(wanted, dict)
    last = {"updated"} if case["log"] in ("missing-witness",) else set()
    assert {name: found.metadata[name] for name in wanted if name not in last} == {
        name: value for name, value in wanted.items() if name not in last
    }
    assert parse(did).did == found.document.id
