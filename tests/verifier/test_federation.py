from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from satchel.codec.base import base64url_encode
from satchel.errors import RegistryFault
from satchel.key import jwk
from satchel.key.private import PrivateKey
from satchel.key.public import PublicKey
from tests.shared import SHARED, needs_shared
from verifier import federation
from verifier.federation import Anchor, Statement

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ANCHOR, MIDDLE, SCHOOL = "https://anchor.example", "https://region.example", "did:web:school.example"
TOP = PrivateKey.from_seed(b"federation tests: the anchor's k")
BETWEEN = PrivateKey.from_seed(b"federation tests: the middle one")
OTHER = PrivateKey.from_seed(b"federation tests: somebody else.")
CAPTURED = SHARED / "data/registries"


def jwks(**keys: PrivateKey) -> dict[str, Any]:
    return {"keys": [jwk.encode(key.public()) | {"kid": name} for name, key in keys.items()]}


def statement(key: PrivateKey = TOP, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
    """A signed statement of the anchor about the school; a claim of None is left out."""
    made = {
        "iss": ANCHOR,
        "sub": SCHOOL,
        "iat": int((NOW - timedelta(hours=1)).timestamp()),
        "exp": int((NOW + timedelta(hours=1)).timestamp()),
        "metadata": {"federation_entity": {"organization_name": "An invented school"}},
    } | claims
    head = {"alg": "EdDSA", "typ": "entity-statement+jwt", "kid": "top"} | (header or {})
    parts = [
        base64url_encode(json.dumps({k: v for k, v in part.items() if v is not None}).encode()) for part in (head, made)
    ]
    return ".".join([*parts, base64url_encode(key.sign(".".join(parts).encode()))])


def verified(token: str, keys: Mapping[str, PublicKey] | None = None, now: datetime = NOW) -> Statement:
    known = {"top": TOP.public()} if keys is None else keys
    return federation.verify(token, issuer=ANCHOR, keys=known, subject=SCHOOL, now=now)


def refused(token: str, **options: Any) -> str:
    with pytest.raises(RegistryFault) as fault:
        verified(token, **options)
    return fault.value.code


def test_a_statement_of_the_anchor_about_the_issuer_holds() -> None:
    found = verified(statement(jwks=jwks(school=OTHER)))
    assert (found.issuer, found.subject, found.organisation) == (ANCHOR, SCHOOL, "An invented school")
    assert found.keys == {"school": OTHER.public()}
    assert (found.issued_at, found.expires) == (NOW - timedelta(hours=1), NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (statement(OTHER), "registry.signature"),
        (statement()[:-6] + "AAAAAA", "registry.signature"),
        (statement(header={"kid": "other"}), "registry.key"),
        (statement(header={"kid": None}), "registry.key"),
        (statement(header={"typ": "JWT"}), "registry.statement"),
        (statement(header={"typ": None}), "registry.statement"),
        (statement(header={"alg": "none"}), "registry.algorithm"),
        (statement(header={"alg": "HS256"}), "registry.algorithm"),
        (statement(header={"alg": "ES256"}), "registry.algorithm"),
        (statement(header={"jwk": {}}), "registry.statement"),
        (statement(header={"crit": ["x"]}), "registry.statement"),
        ("a.b", "registry.statement"),
        ("", "registry.statement"),
        (statement(iss="https://other.example"), "registry.issuer"),
        (statement(iss=None), "registry.statement"),
        (statement(sub="did:web:other.example"), "registry.subject"),
        (statement(sub=7), "registry.statement"),
        (statement(exp=int(NOW.timestamp())), "registry.expired"),
        (statement(exp="2027"), "registry.statement"),
        (statement(exp=True), "registry.statement"),
        (statement(exp=None), "registry.statement"),
        (statement(iat=int((NOW + timedelta(minutes=6)).timestamp())), "registry.not_yet"),
        (statement(crit=["x"]), "registry.critical"),
        (statement(metadata_policy={"x": {}}), "registry.critical"),
        (statement(constraints={"naming_constraints": {}}), "registry.critical"),
        (statement(constraints={"max_path_length": -1}), "registry.statement"),
        (statement(constraints=[]), "registry.statement"),
        (statement(metadata="x"), "registry.statement"),
        (statement(jwks={"keys": [{}]}), "registry.keys"),
    ],
)
def test_each_thing_that_is_wrong_with_a_statement_has_its_code(token: str, code: str) -> None:
    assert refused(token) == code


def chain(**changes: str) -> list[str]:
    links = {
        "above": statement(sub=MIDDLE, jwks=jwks(mid=BETWEEN)),
        "below": statement(BETWEEN, header={"kid": "mid"}, iss=MIDDLE),
    } | changes
    return list(links.values())


def walked(tokens: list[str], now: datetime = NOW) -> tuple[Statement, ...]:
    anchor = Anchor(entity=ANCHOR, keys={"top": TOP.public()})
    return federation.verify_chain(tokens, anchor=anchor, subject=SCHOOL, now=now)


def test_a_whole_chain_holds_from_the_anchor_to_the_issuer() -> None:
    assert [(one.issuer, one.subject) for one in walked(chain())] == [(ANCHOR, MIDDLE), (MIDDLE, SCHOOL)]
    assert [one.subject for one in walked([statement()])] == [SCHOOL]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"above": statement(OTHER, sub=MIDDLE, jwks=jwks(mid=BETWEEN))}, "registry.signature"),
        ({"above": statement(sub=MIDDLE, jwks=jwks(mid=OTHER))}, "registry.signature"),
        ({"above": statement(sub=MIDDLE)}, "registry.key"),
        ({"above": statement(sub="https://x.example", jwks=jwks(mid=BETWEEN))}, "registry.issuer"),
        ({"above": statement(sub=MIDDLE, exp=1_700_000_000, jwks=jwks(mid=BETWEEN))}, "registry.expired"),
        ({"above": "a.b.c"}, "registry.statement"),
        ({"below": statement(OTHER, header={"kid": "mid"}, iss=MIDDLE)}, "registry.signature"),
        ({"below": statement(BETWEEN, header={"kid": "mid"}, iss=ANCHOR)}, "registry.issuer"),
        ({"below": statement(BETWEEN, header={"kid": "mid"}, iss=MIDDLE, sub="did:web:x.example")}, "registry.subject"),
        ({"below": statement(BETWEEN, header={"kid": "mid"}, iss=MIDDLE, exp=1_700_000_000)}, "registry.expired"),
        ({"below": statement()}, "registry.key"),
    ],
)
def test_a_chain_fails_at_each_broken_link(changes: dict[str, str], code: str) -> None:
    with pytest.raises(RegistryFault) as fault:
        walked(chain(**changes))
    assert fault.value.code == code


def test_a_chain_is_no_longer_than_its_statements_allow() -> None:
    none_below = statement(sub=MIDDLE, jwks=jwks(mid=BETWEEN), constraints={"max_path_length": 0})
    assert len(walked(chain(above=none_below))) == 2
    lower = statement(BETWEEN, header={"kid": "mid"}, iss=MIDDLE, sub="https://low.example", jwks=jwks(low=OTHER))
    last = statement(OTHER, header={"kid": "low"}, iss="https://low.example")
    assert len(walked([statement(sub=MIDDLE, jwks=jwks(mid=BETWEEN)), lower, last])) == 3
    for tokens in ([none_below, lower, last], [], [statement()] * 7):
        with pytest.raises(RegistryFault) as fault:
            walked(tokens)
        assert fault.value.code == "registry.chain"


def test_keys_of_other_kinds_are_left_out_and_broken_sets_refused() -> None:
    mixed = jwks(top=TOP)
    mixed["keys"].append({"kty": "OKP", "crv": "Ed448", "x": "AA", "kid": "other"})
    assert federation.read_keys(mixed) == {"top": TOP.public()}
    twice = jwks(top=TOP)["keys"] * 2
    for broken in (
        None,
        {},
        {"keys": {}},
        {"keys": twice},
        {"keys": [{"kid": "a", "kty": "OKP", "crv": "Ed25519"}]},
        {"keys": [{}] * 33},
    ):
        with pytest.raises(RegistryFault) as fault:
            federation.read_keys(broken)  # type: ignore[arg-type]
        assert fault.value.code == "registry.keys"


def captured(name: str) -> str:
    (token,) = json.loads((CAPTURED / f"httpResponses__oidfResponses__{name}.json").read_text()).values()
    assert isinstance(token, str)
    return token


REGISTRY = "https://test.registry.dcconsortium.org"
REAL = {
    "oidfECResponseDCC": (REGISTRY, 1745947681),
    "oidfFetchResponseA": ("did:web:oneuni.testuni.edu", 1745603982),
    "oidfFetchResponseB": ("did:web:twotr.testschool.edu", 1745593243),
}


def anchors_keys() -> dict[str, PublicKey]:
    payload = captured("oidfECResponseDCC").split(".")[1]
    from satchel.codec.base import base64url_decode

    return federation.read_keys(json.loads(base64url_decode(payload))["jwks"])


@needs_shared
@pytest.mark.parametrize("name", REAL)
def test_the_captured_statements_hold_in_their_own_time_and_have_ended_today(name: str) -> None:
    subject, issued = REAL[name]

    def at(now: datetime) -> Statement:
        return federation.verify(captured(name), issuer=REGISTRY, keys=anchors_keys(), subject=subject, now=now)

    assert at(datetime.fromtimestamp(issued, UTC) + timedelta(hours=1)).subject == subject
    with pytest.raises(RegistryFault) as fault:
        at(NOW)
    assert fault.value.code == "registry.expired"
    broken = captured(name)[:-4] + "AAAA"
    with pytest.raises(RegistryFault) as fault:
        federation.verify(broken, issuer=REGISTRY, keys=anchors_keys(), subject=subject, now=NOW)
    assert fault.value.code == "registry.signature"


@needs_shared
def test_the_captured_statement_with_a_shared_secret_is_refused() -> None:
    with pytest.raises(RegistryFault) as fault:
        federation.verify(
            captured("oidfECResponseDCC2"),
            issuer="https://registry.dcconsortium.org",
            keys=anchors_keys(),
            subject="https://registry.dcconsortium.org",
            now=NOW,
        )
    assert fault.value.code == "registry.algorithm"
