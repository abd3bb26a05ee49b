"""satchel.proof.type_metadata: the document that vct names, what it extends, and where a token departs from it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from satchel.port import JsonObject
from satchel.proof import sdjwt, type_metadata
from satchel.proof.type_metadata import ClaimRule, TypeMetadata, departures, read, rules
from tests.satchel.proof.ground import code_of
from tests.satchel.proof.test_sdjwt import CARD, HIDE, issued

VCT = str(CARD["vct"])
PARENT = "https://school.example/credentials/any"
DOCUMENT: JsonObject = {
    "vct": VCT,
    "name": "Knots",
    "description": "Ties knots.",
    "extends": PARENT,
    "display": [{"lang": "en", "name": "Knots"}],
    "claims": [
        {"path": ["given_name"], "sd": "always"},
        {"path": ["results", None], "sd": "always", "mandatory": True},
        {"path": ["results", 0, "score"], "sd": "never"},
        {"path": ["address", "street"]},
    ],
}


def raw(**changes: Any) -> bytes:
    whole = DOCUMENT | changes
    return json.dumps({name: value for name, value in whole.items() if value is not None}).encode()


def sri(data: bytes, name: str = "sha256") -> str:
    return f"{name}-{base64.b64encode(hashlib.new(name, data).digest()).decode()}"


def test_a_description_is_read_whole() -> None:
    found = read(raw(), vct=VCT, integrity=None)
    assert (found.vct, found.name, found.description, found.extends) == (VCT, "Knots", "Ties knots.", PARENT)
    assert found.claims[1] == ClaimRule(path=("results", None), is_mandatory=True, disclosable="always")
    assert found.claims[3] == ClaimRule(path=("address", "street"), is_mandatory=False, disclosable="allowed")


def test_the_bytes_are_the_ones_that_the_issuer_meant() -> None:
    data = raw()
    for integrity in (sri(data), sri(data, "sha384"), sri(data, "sha512"), f"{sri(b'other')} {sri(data)}"):
        assert read(data, vct=VCT, integrity=integrity).vct == VCT
    for integrity in (
        sri(b"other"),
        sri(data + b" "),
        # The strongest hash counts: a true weaker digest beside it does not help.
        f"{sri(data)} {sri(b'other', 'sha512')}",
        "",
        "sha256-",
        "md5-AAAA",
        "sha256-*",
        sri(data)[:-4],
        sri(data).replace("sha256", "SHA256"),
    ):
        code = code_of(lambda integrity=integrity: read(data, vct=VCT, integrity=integrity))
        assert code == "proof.type_integrity", integrity


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"vct":"a","vct":"b"}',
        raw(vct=None),
        raw(vct=PARENT),
        raw(name=5),
        raw(extends=[PARENT]),
        raw(claims={}),
        raw(claims=[{"path": ["a"]}] * 501),
        raw(claims=["a"]),
        raw(claims=[{}]),
        raw(claims=[{"path": []}]),
        raw(claims=[{"path": "a"}]),
        raw(claims=[{"path": [1.5]}]),
        raw(claims=[{"path": [True]}]),
        raw(claims=[{"path": [-1]}]),
        raw(claims=[{"path": [["a"]]}]),
        raw(claims=[{"path": ["a"], "sd": "maybe"}]),
        raw(claims=[{"path": ["a"], "sd": None}]),
        raw(claims=[{"path": ["a"], "mandatory": "yes"}]),
        b'{"a":"' + b"x" * type_metadata.LIMIT_BYTES + b'"}',
    ],
    ids=range(21),
)
def test_a_description_in_another_form_or_of_another_type_is_refused(data: bytes) -> None:
    assert code_of(lambda: read(data, vct=VCT, integrity=None)) == "proof.type_metadata"


def described(vct: str, extends: str | None, *claims: tuple[str, str, bool]) -> TypeMetadata:
    return TypeMetadata(
        vct=vct,
        name=None,
        description=None,
        extends=extends,
        extends_integrity=None,
        claims=tuple(
            ClaimRule(path=(name,), is_mandatory=mandatory, disclosable=sd)  # type: ignore[arg-type]
            for name, sd, mandatory in claims
        ),
    )


def test_a_type_adds_to_what_it_extends() -> None:
    parent = described("p", None, ("a", "allowed", False), ("b", "never", True))
    child = described("c", "p", ("a", "always", True), ("x", "allowed", False))
    assert {rule.path: (rule.disclosable, rule.is_mandatory) for rule in rules([child, parent])} == {
        ("a",): ("always", True),
        ("b",): ("never", True),
        ("x",): ("allowed", False),
    }


@pytest.mark.parametrize(
    "chain",
    [
        [described("c", "p", ("b", "always", True)), described("p", None, ("b", "never", True))],
        [described("c", "p", ("b", "allowed", True)), described("p", None, ("b", "never", True))],
        [described("c", "p", ("b", "never", False)), described("p", None, ("b", "never", True))],
        [described("c", "p")],
        [described("c", None), described("p", None)],
        [described("c", "p"), described("p", "c")],
        [described("c", "c")],
        [described(str(index), str(index + 1)) for index in range(8)] + [described("8", None)],
    ],
)
def test_a_chain_that_loosens_is_broken_turns_or_is_too_long_is_refused(chain: list[TypeMetadata]) -> None:
    assert code_of(lambda: rules(chain)) == "proof.type_metadata"


def test_a_token_that_does_what_its_type_asks_departs_nowhere() -> None:
    asked = read(raw(), vct=VCT, integrity=None).claims
    token = sdjwt.read(issued())
    assert departures(token, asked) == ()
    assert departures(sdjwt.read(sdjwt.present(issued(), [])), asked) == ()


def test_each_departure_names_its_claim() -> None:
    asked = read(raw(), vct=VCT, integrity=None).claims
    hide = [*HIDE[1:], "/results/0/score"]
    token = sdjwt.read(issued(hide=hide))
    assert {(entry.pointer, entry.message.rpartition(" may ")[2]) for entry in departures(token, asked)} == {
        ("/given_name", "hide this claim"),
        ("/results/0/score", "hide this claim"),
    }
    without: JsonObject = {**CARD, "results": []}
    (missing,) = departures(sdjwt.read(issued(without, hide=[])), [asked[1]])
    assert (missing.pointer, missing.message) == ("/results/*", "the type asks for this claim")
