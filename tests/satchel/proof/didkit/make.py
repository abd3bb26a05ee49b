"""Makes signed.json beside it with DIDKit 0.3.3: `python make.py > signed.json`. Run in a process of its own: DIDKit
crashes the interpreter at its exit. The keys are made for this run and thrown away."""

import asyncio
import json
import os
import sys
from typing import Any

import didkit
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, SECP256R1, EllipticCurve, generate_private_key

from satchel.codec.base import base64url_encode

CREDENTIALS = "https://www.w3.org/2018/credentials/v1"
JWS_2020 = "https://w3id.org/security/suites/jws-2020/v1"


def ec_key(curve: EllipticCurve, name: str) -> str:
    numbers = generate_private_key(curve).private_numbers()
    members = {"x": numbers.public_numbers.x, "y": numbers.public_numbers.y, "d": numbers.private_value}
    return json.dumps(
        {"kty": "EC", "crv": name}
        | {member: base64url_encode(number.to_bytes(32, "big")) for member, number in members.items()}
    )


def rsa_key() -> str:
    numbers = rsa.generate_private_key(65537, 2048).private_numbers()
    members = {"n": numbers.public_numbers.n, "e": numbers.public_numbers.e, "d": numbers.d}
    members |= {"p": numbers.p, "q": numbers.q, "dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp}
    return json.dumps(
        {"kty": "RSA"}
        | {
            member: base64url_encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))
            for member, number in members.items()
        }
    )


async def sign(kind: str, key: str) -> Any:
    did = didkit.key_to_did("key", key)
    method = await didkit.key_to_verification_method("key", key)
    credential = {
        "@context": [CREDENTIALS] if kind == "Ed25519Signature2018" else [CREDENTIALS, JWS_2020],
        "type": ["VerifiableCredential"],
        "id": "urn:uuid:0f7c4f3e-6a0e-4a35-9a55-2a6cb1a0d6c1",
        "issuer": did,
        "issuanceDate": "2026-03-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:learner"},
    }
    options = {"proofPurpose": "assertionMethod", "verificationMethod": method, "type": kind}
    return json.loads(await didkit.issue_credential(json.dumps(credential), json.dumps(options), key))


async def main() -> None:
    ed25519, p_256, secp256k1 = (
        didkit.generate_ed25519_key(),
        ec_key(SECP256R1(), "P-256"),
        ec_key(SECP256K1(), "secp256k1"),
    )
    made = [await sign("Ed25519Signature2018", ed25519)]
    made += [await sign("JsonWebSignature2020", key) for key in (ed25519, p_256, secp256k1, rsa_key())]
    json.dump(made, sys.stdout, indent=1)


asyncio.run(main())
sys.stdout.write("\n")
sys.stdout.flush()
os._exit(0)
