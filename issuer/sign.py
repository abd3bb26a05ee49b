"""Signing: the document that was judged, and nothing else, becomes bytes with a proof.

The bytes are read back and compared before they count: what is stored and sent is what was judged and signed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from did.syntax import split_url
from satchel.codec import strictjson
from satchel.errors import IssueFault, Malformed
from satchel.port import JsonObject, Signer
from satchel.proof import suites

SUITE: Final = "eddsa-rdfc-2022"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The bytes of a signed credential and their SHA-256 in hex."""

    raw: bytes
    digest: str


def sign(document: JsonObject, *, signer: Signer, now: datetime) -> Signed:
    """The document with an eddsa-rdfc-2022 proof of the signer, as compact JSON in UTF-8.

    Raises IssueFault issue.signer when the document's issuer does not own the key, issue.bytes when the bytes do not
    read back as what was signed; ProofError and LinkedError from signing.
    """
    issuer = document.get("issuer")
    owner = issuer.get("id") if isinstance(issuer, dict) else issuer
    if owner != split_url(signer.id)[0]:
        raise IssueFault("issue.signer", f"the key {signer.id} does not belong to the issuer of the document")
    signed = suites.sign(document, suite=SUITE, signer=signer, created=now)
    raw = json.dumps(signed, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    try:
        read_back = strictjson.load_object(raw)
    except Malformed as fault:
        raise IssueFault("issue.bytes", f"{document.get('id')} does not read back: {fault.message}") from fault
    if read_back != {**document, "proof": signed["proof"]}:
        raise IssueFault("issue.bytes", f"{document.get('id')} does not read back as it was signed")
    return Signed(raw=raw, digest=hashlib.sha256(raw).hexdigest())
