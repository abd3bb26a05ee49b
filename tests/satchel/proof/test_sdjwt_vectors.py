"""satchel.proof.sdjwt over the examples of RFC 9901 and of SD-JWT VC: what the holder discloses comes out equal, and
nothing else does. Salts are random, so the examples are what goes in and what must come out, not tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from satchel.codec import jcs
from satchel.codec.base import base64url_decode
from satchel.key import jwk
from satchel.key.private import LocalSigner, PrivateKey
from satchel.key.public import KeyType, PublicKey
from satchel.port import JsonObject, JsonValue
from satchel.proof import disclosure, jws, sdjwt
from satchel.proof.disclosure import step
from tests.satchel.proof.ground import code_of, read
from tests.satchel.proof.test_disclosure import salts
from tests.shared import SHARED, needs_shared

AT = SHARED / "vectors" / "sd-jwt"
MARK = "$sd:"
ABSENT = object()
NOW = datetime(2023, 5, 2, tzinfo=UTC)


def examples() -> list[Any]:
    paths = sorted(AT.glob("*.json")) if AT.is_dir() else []
    return [pytest.param(path.stem, id=path.stem) for path in paths if not path.stem.endswith("-settings")]


def plain(value: Any, pointer: str, hide: list[str]) -> Any:
    """The claims without their marks; `hide` takes the pointers of what is marked as selectively disclosable."""
    if isinstance(value, dict):
        found: dict[str, Any] = {}
        for marked, member in value.items():
            name = marked.removeprefix(MARK)
            if name != marked:
                hide.append(step(pointer, name))
            found[name] = plain(member, step(pointer, name), hide)
        return found
    if isinstance(value, list):
        elements: list[Any] = []
        for index, element in enumerate(value):
            place = step(pointer, index)
            is_marked = isinstance(element, dict) and element.keys() == {"$sd"}
            if is_marked:
                hide.append(place)
            elements.append(plain(element["$sd"] if is_marked else element, place, hide))
        return elements
    return value


def shown(value: Any, wanted: Any, pointer: str, chosen: list[str]) -> Any:
    """What must come out: marked claims only where the holder wants them. `chosen` takes their pointers."""
    if isinstance(value, dict):
        asked = wanted if isinstance(wanted, dict) else {}
        found: dict[str, Any] = {}
        for marked, member in value.items():
            name = marked.removeprefix(MARK)
            if name != marked:
                if not asked.get(name):
                    continue
                chosen.append(step(pointer, name))
            found[name] = shown(member, asked.get(name), step(pointer, name), chosen)
        return found
    if isinstance(value, list):
        elements: list[Any] = []
        for index, element in enumerate(value):
            place = step(pointer, index)
            one = wanted[index] if isinstance(wanted, list) and index < len(wanted) else None
            if isinstance(element, dict) and element.keys() == {"$sd"}:
                if one in (None, False):
                    continue
                chosen.append(place)
                element = element["$sd"]
            elements.append(shown(element, one, place, chosen))
        return elements
    return value


def signer_of(value: dict[str, Any]) -> tuple[LocalSigner, PublicKey]:
    public: JsonObject = {name: member for name, member in value.items() if name != "d"}
    key = PrivateKey(base64url_decode(value["d"]), KeyType.P_256)
    return LocalSigner("key-1", key), jwk.decode(public)


@needs_shared
@pytest.mark.parametrize("name", examples())
@pytest.mark.parametrize("decoys", [0, 2])
def test_the_disclosed_claims_come_out_equal(name: str, decoys: int) -> None:
    example, settings = read(AT / f"{name}.json"), read(AT / f"{name.partition('-')[0]}-settings.json")
    keys = settings["key_settings"]
    issuer, issuer_key = signer_of(keys["issuer_keys"][0] if "issuer_keys" in keys else keys["issuer_key"])
    holder, holder_key = signer_of(keys["holder_key"])
    hide: list[str] = []
    claims: JsonObject = plain(example["user_claims"], "", hide)
    chosen: list[str] = []
    expected = shown(example["user_claims"], example["holder_disclosed_claims"], "", chosen)
    default: JsonObject = {"iss": settings["identifiers"]["issuer"], "iat": settings["iat"], "exp": settings["exp"]}
    default = {key: member for key, member in default.items() if key not in claims}
    bound: JsonObject = {"cnf": {"jwk": jwk.encode(holder_key)}} if example.get("key_binding") else {}
    whole: JsonObject = {**claims, **default, **bound}

    # Issue, in whatever type the example has: not all are credentials.
    packed = disclosure.pack(whole, hide, entropy=salts(), decoys=decoys)
    jwt = jws.sign({"typ": "example+sd-jwt"}, jcs.encode(packed.claims), signer=issuer)
    issued = "~".join((jwt, *(text for _, text in packed.disclosures), ""))
    parts = sdjwt.split(issued)
    assert jws.verify(parts.jws, issuer_key)
    assert parts.opened.claims == whole
    assert {entry.pointer for entry in parts.opened.disclosed} == set(hide)

    # Present, and read as the verifier does.
    presented = sdjwt.present(issued, chosen)
    if bound:
        presented = sdjwt.bind(
            presented,
            signer=holder,
            audience=settings["identifiers"]["verifier"],
            nonce=settings["key_binding_nonce"],
            now=NOW,
        )
    seen = sdjwt.split(presented)
    assert jws.verify(seen.jws, issuer_key)
    assert seen.opened.claims == {**expected, **default, **bound}
    assert len(seen.opened.disclosed) == len(chosen)
    if seen.binding is not None:
        assert jws.verify(seen.binding.jws, holder_key)

    # One disclosure left out after that is noticed: by the binding, or by what it held.
    if chosen and bound:
        first, *rest = presented.split("~")
        assert code_of(lambda: sdjwt.split("~".join((first, *rest[1:])))) in {
            "proof.binding_hash",
            "proof.disclosure_unsigned",
        }


@needs_shared
@pytest.mark.parametrize("name", [row.values[0] for row in examples() if str(row.values[0]).startswith("vc-")])
def test_an_sd_jwt_vc_example_reads_as_one_with_its_claims_as_its_document(name: str) -> None:
    example, settings = read(AT / f"{name}.json"), read(AT / "vc-settings.json")
    issuer, issuer_key = signer_of(settings["key_settings"]["issuer_key"])
    holder, holder_key = signer_of(settings["key_settings"]["holder_key"])
    hide: list[str] = []
    claims: JsonObject = plain(example["user_claims"], "", hide)
    chosen: list[str] = []
    expected: dict[str, JsonValue] = shown(example["user_claims"], example["holder_disclosed_claims"], "", chosen)
    issued = sdjwt.sign(claims, signer=issuer, entropy=salts(), hide=hide, holder=holder_key)
    token = sdjwt.read(
        sdjwt.bind(sdjwt.present(issued, chosen), signer=holder, audience="v", nonce="1234567890", now=NOW)
    )
    assert sdjwt.verify(token, issuer_key)
    assert token.profile == "dc+sd-jwt"
    assert token.type == claims["vct"]
    assert token.document == {**expected, "cnf": {"jwk": jwk.encode(holder_key)}}
    sdjwt.check_binding(token, holder_key, audience="v", nonce="1234567890", now=NOW)
