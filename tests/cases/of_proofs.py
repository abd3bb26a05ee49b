"""Signatures: what they say of themselves, whose key it is, and tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from satchel.key.private import LocalSigner, PrivateKey
from satchel.proof import jose, sdjwt
from tests.attack.forge import (
    ISSUER,
    STRANGER,
    badge,
    did_of,
    method_of,
    options_of,
    signed,
    signed_with,
)
from tests.cases.case import (
    ISSUER_DID,
    Case,
    Document,
    case,
    edited,
    good,
    put,
)

SIGNER: Final = LocalSigner(id=method_of(ISSUER), key=ISSUER)


PROOF_EDITS: Final[tuple[tuple[str, str, Any, str], ...]] = (
    ("missing", "Nobody signed.", lambda value: value.pop("proof"), "proof.missing"),
    ("null", "The signature is null.", put("proof", to=None), "proof.malformed"),
    ("empty-list", "No signature in the list.", put("proof", to=[]), "proof.malformed"),
    ("text", "The signature is a text.", put("proof", to="signed"), "proof.malformed"),
    ("no-value", "The signature has no value.", lambda value: value["proof"].pop("proofValue"), "proof.malformed"),
    (
        "no-method",
        "It does not say whose key.",
        lambda value: value["proof"].pop("verificationMethod"),
        "proof.malformed",
    ),
    ("no-purpose", "It does not say what for.", lambda value: value["proof"].pop("proofPurpose"), "proof.malformed"),
    ("base64", "Its value is in another base.", put("proof", "proofValue", to="uAAAA"), "proof.value"),
    (
        "short",
        "Its value is too short.",
        put("proof", "proofValue", to="z3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"),
        "proof.value",
    ),
    (
        "newline",
        "Its value ends in a line break.",
        lambda value: value["proof"].update(proofValue=value["proof"]["proofValue"] + "\n"),
        "proof.value",
    ),
    (
        "unknown-suite",
        "A suite that nobody knows.",
        put("proof", "cryptosuite", to="magic-2026"),
        "proof.suite_unsupported",
    ),
    ("other-suite", "Named as another suite.", put("proof", "cryptosuite", to="eddsa-jcs-2022"), "proof.invalid"),
    ("extra-member", "A member that no signature has.", put("proof", "note", to="x"), "proof.member"),
    ("many", "Two hundred signatures.", lambda value: value.update(proof=[value["proof"]] * 200), "proof.too_many"),
    (
        "previous-missing",
        "It stands on a signature that is not there.",
        put("proof", "previousProof", to="urn:uuid:11111111-1111-4111-8111-111111111111"),
        "proof.previous_missing",
    ),
)


def proofs() -> Iterator[Case]:
    for name, story, change, code in PROOF_EDITS:
        yield case(f"proof-{name}", story, edited(change), code)
    for purpose in ("authentication", "keyAgreement"):
        yield case(
            f"proof-purpose-{purpose.lower()}",
            f"Signed for {purpose}, not for claims.",
            signed(badge(), purpose=purpose),
            "proof.purpose",
        )
    yield case(
        "proof-future",
        "Signed tomorrow.",
        signed(badge(), created=datetime(2026, 11, 25, tzinfo=UTC)),
        "proof.created_future",
    )
    yield case(
        "proof-1970",
        "Signed before there were computers for it.",
        signed(badge(), created=datetime(1970, 1, 1, tzinfo=UTC)),
        "proof.created_early",
    )
    yield case(
        "proof-expired",
        "The signature itself has ended.",
        signed(badge(), expires=datetime(2026, 6, 1, tzinfo=UTC)),
        "proof.expired",
    )
    yield case(
        "proof-dates-crossed",
        "It ended before it was made.",
        signed(badge(), expires=datetime(2026, 1, 1, tzinfo=UTC)),
        "proof.dates",
    )
    stranger = signed(good(), key=STRANGER)
    yield case(
        "proof-set-one-false",
        "Of two signatures one is false.",
        edited(
            put("proof", 1, "proofValue", to=good()["proof"]["proofValue"]),
            signed(good(), created=datetime(2026, 3, 3, tzinfo=UTC)),
        ),
        "proof.invalid",
    )
    yield case("proof-set-with-stranger", "A stranger has signed, too.", stranger, "issuer_binding.other_proof")
    unknown = edited(put("proof", 1, "cryptosuite", to="magic-2026"), signed(good()))
    yield case(
        "proof-set-one-unknown", "Beside a good signature stands one of an unknown kind.", unknown, "proof.one_unknown"
    )


def _by(method: str, *, key: PrivateKey = ISSUER, **changes: Any) -> Document:
    return signed_with(badge(**changes), options_of(verificationMethod=method), key=key)


def keys() -> Iterator[Case]:
    yield case(
        "key-stranger",
        "Signed by somebody else than the issuer that it names.",
        signed(badge(), key=STRANGER),
        "issuer_binding.other_issuer",
    )
    fragment = method_of(STRANGER).partition("#")[2]
    yield case(
        "key-in-fragment",
        "The issuer is a famous address, and the key stands behind its # sign.",
        _by(f"https://university.example#{fragment}", key=STRANGER, issuer="https://university.example"),
        "issuer_binding.key_in_fragment",
    )
    bare = did_of(STRANGER)
    yield case(
        "key-without-fragment",
        "A bare DID beside another issuer.",
        _by(bare, key=STRANGER, issuer="https://university.example"),
        "issuer_binding.other_issuer",
    )
    other = method_of(STRANGER).partition("#")[2]
    yield case(
        "key-fragment-of-another",
        "One DID with another one's key.",
        _by(f"{ISSUER_DID}#{other}"),
        "issuer_binding.key_refused",
    )
    yield case(
        "key-did-web-gone",
        "The issuer's host cannot be asked.",
        _by("did:web:gone.example#key-1", issuer="did:web:gone.example"),
        "issuer_binding.unresolved",
    )
    zero = PrivateKey.from_seed(bytes(32))
    yield case(
        "key-published",
        "Signed with a key whose secret everybody knows.",
        signed(badge(issuer=did_of(zero)), key=zero),
        "published_key.known",
    )
    yield case(
        "key-low-order",
        "A key under which any signature holds.",
        _by(
            "did:key:z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP#z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP",
            issuer="did:key:z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP",
        ),
        "issuer_binding.key_refused",
    )


def tokens() -> Iterator[Case]:
    token = jose.sign(badge(), signer=SIGNER)
    head, body, signature = token.split(".")

    def text(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    def named(name: str, story: str, made: str, code: str, **options: Any) -> Case:
        return case(f"token-{name}", story, made.encode(), code, suffix=".jwt", **options)

    yield named("good", "An honest badge as a token.", token, "proof.ok")
    yield named(
        "none",
        "The token says that it needs no signature.",
        f"{text({'alg': 'none', 'typ': 'vc+jwt'})}.{body}.",
        "proof.algorithm",
    )
    yield named(
        "secret",
        "The token wants its public key used as a password.",
        f"{text({'alg': 'HS256', 'typ': 'vc+jwt', 'kid': SIGNER.id})}.{body}.{signature}",
        "proof.algorithm",
    )
    own = {"alg": "EdDSA", "typ": "vc+jwt", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA"}}
    yield named("own-key", "The token brings its own key.", f"{text(own)}.{body}.{signature}", "proof.token_key")
    yield named(
        "changed",
        "The badge in the token was changed.",
        f"{head}.{text(badge(name='Captain'))}.{signature}",
        "proof.invalid",
    )
    yield named("cut", "The token is cut.", f"{head}.{body}", "parse.not_credential")
    yield named(
        "critical",
        "The token has a condition that nobody knows.",
        f"{text({'alg': 'EdDSA', 'typ': 'vc+jwt', 'kid': SIGNER.id, 'crit': ['x'], 'x': 1})}.{body}.{signature}",
        "proof.token_header",
    )
    disclosing = sdjwt.sign(
        badge(), signer=SIGNER, hide=["/credentialSubject/achievement/description"], entropy=lambda count: b"s" * count
    )
    yield case("token-disclosing", "A token whose holder shows all.", disclosing.encode(), "proof.ok", suffix=".sd-jwt")
    hidden = disclosing.split("~")[0] + "~"
    yield case(
        "token-hidden",
        "A token whose holder keeps the description back.",
        hidden.encode(),
        "proof.ok",
        suffix=".sd-jwt",
        verdict="accepted_with_warnings",
    )
    added = f"{hidden}{text(['c2FsdA', 'name', 'Captain'])}~"
    yield case(
        "token-added",
        "A claim was added that nobody signed.",
        added.encode(),
        "proof.disclosure_unsigned",
        suffix=".sd-jwt",
    )
