from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from satchel.key.private import LocalSigner
from satchel.port import JsonObject
from satchel.proof import sdjwt
from tests.attack.forge import ISSUER, NOW, did_of, facet, judged, method_of, mirror, to_bytes
from verifier.report import Report

TYPE = "https://types.example/badge"
BASE = "https://types.example/record"


def integrity(raw: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(raw).digest()).decode()


def described(vct: str = TYPE, *claims: JsonObject, **members: Any) -> bytes:
    return to_bytes({"vct": vct, "name": "A badge", "claims": list(claims), **members})


def token(hide: tuple[str, ...] = (), **claims: Any) -> bytes:
    held: JsonObject = {
        "vct": TYPE,
        "iss": did_of(ISSUER),
        "iat": int(NOW.timestamp()) - 60,
        "given_name": "Ada",
    }
    signer = LocalSigner(id=method_of(ISSUER), key=ISSUER)
    return sdjwt.sign(held | claims, signer=signer, hide=hide, entropy=lambda count: b"s" * count).encode()


def said(folder: Path, made: bytes, **documents: bytes) -> Report:
    urls = {"type": TYPE, "base": BASE}
    folder.joinpath("web").mkdir(exist_ok=True)
    return judged(made, fetch=mirror(folder / "web", {urls[name]: raw for name, raw in documents.items()}))


def schema(report: Report) -> tuple[str, str]:
    found = facet(report, "schema")
    return found.outcome, found.code


MANDATORY: JsonObject = {"path": ["given_name"], "mandatory": True}
HIDEABLE: JsonObject = {"path": ["given_name"], "sd": "always"}
FIXED: JsonObject = {"path": ["given_name"], "sd": "never"}


def test_a_token_that_does_what_its_type_asks_passes(tmp_path: Path) -> None:
    report = said(tmp_path, token(), type=described(TYPE, MANDATORY | FIXED))
    assert (report.verdict, schema(report)) == ("accepted", ("pass", "schema.type_ok"))
    assert facet(report, "schema").details["name"] == "A badge"
    report = said(tmp_path, token(hide=("/given_name",)), type=described(TYPE, HIDEABLE))
    assert schema(report) == ("pass", "schema.type_ok")


@pytest.mark.parametrize(
    ("made", "claim"),
    [(token(), HIDEABLE), (token(hide=("/given_name",)), FIXED), (token(), MANDATORY | {"path": ["family_name"]})],
)
def test_a_departure_from_the_type_is_told(tmp_path: Path, made: bytes, claim: JsonObject) -> None:
    report = said(tmp_path, made, type=described(TYPE, claim))
    assert (report.verdict, schema(report)) == ("accepted_with_warnings", ("fail", "schema.type_departed"))


def test_a_type_that_builds_on_another_is_read_with_it(tmp_path: Path) -> None:
    base = described(BASE, MANDATORY | {"path": ["family_name"]})
    extending = described(TYPE, extends=BASE)
    assert schema(said(tmp_path, token(), type=extending, base=base)) == ("fail", "schema.type_departed")
    full = token(family_name="Lovelace")
    assert schema(said(tmp_path, full, type=extending, base=base)) == ("pass", "schema.type_ok")
    wrong = described(TYPE, extends=BASE, **{"extends#integrity": integrity(b"other")})
    assert schema(said(tmp_path, full, type=wrong, base=base)) == ("fail", "proof.type_integrity")


def test_a_description_in_a_circle_ends(tmp_path: Path) -> None:
    circle = described(TYPE, extends=BASE)
    report = said(tmp_path, token(), type=circle, base=described(BASE, extends=TYPE))
    assert schema(report)[0] in ("unknown", "not_applicable")


def test_no_description_is_no_fault_unless_the_token_insists_on_one(tmp_path: Path) -> None:
    report = said(tmp_path, token())
    assert (report.verdict, schema(report)) == ("accepted", ("not_applicable", "schema.type_absent"))
    insisting = token(**{"vct#integrity": integrity(described())})
    assert schema(said(tmp_path, insisting)) == ("unknown", "schema.type_needed")
    assert schema(said(tmp_path, insisting, type=described())) == ("pass", "schema.type_ok")
    assert schema(said(tmp_path, insisting, type=described(name="Another"))) == ("fail", "proof.type_integrity")


@pytest.mark.parametrize("raw", [b"no json", b"[]", described(BASE), to_bytes({"vct": TYPE, "claims": [{}]})])
def test_a_description_that_cannot_be_read_leaves_the_question_open(tmp_path: Path, raw: bytes) -> None:
    assert schema(said(tmp_path, token(), type=raw)) == ("unknown", "proof.type_metadata")


def test_a_type_that_is_no_address_is_asked_of_nobody(tmp_path: Path) -> None:
    assert schema(said(tmp_path, token(vct="urn:example:badge"))) == ("not_applicable", "schema.type_private")
