"""What the VC API signs with the issuer's own key: a credential with a place in a status list, on disk before it is
given out, so that it can be revoked like any other."""

from __future__ import annotations

import hashlib
from typing import Final

from issuer import compose, event, store
from issuer.event import Happened
from issuer.issue import Desk
from issuer.sign import sign
from issuer.store import NewCredential
from satchel.codec import jcs
from satchel.credential import openbadge, status
from satchel.exchange.vcapi import ExchangeFault
from satchel.node.clock import to_micros
from satchel.node.database import Transaction
from satchel.node.entropy import new_id
from satchel.port import JsonObject

TEMPLATE: Final = "vc-api"
"""What stands for a template in the record of such a credential: it has none."""

_PURPOSE: Final = "revocation"
_STATUS_CONTEXT: Final = "https://www.w3.org/ns/credentials/status/v1"


async def issue(desk: Desk, credential: JsonObject) -> bytes:
    """The signed bytes; whether the credential is sound is the caller's to check. One without an id gets the URL of
    its record.

    Raises ExchangeFault vc_api.issuer when it names another issuer, vc_api.status when it brings a status; ProofError
    and LinkedError from signing.
    """
    if openbadge.issuer_id(credential) != desk.profile.did:
        raise ExchangeFault("vc_api.issuer", f"this instance signs for {desk.profile.did} alone")
    if "credentialStatus" in credential:
        raise ExchangeFault("vc_api.status", "the credential has a credentialStatus")
    now = desk.clock().replace(microsecond=0)
    (place,) = await desk.places.take(_PURPOSE, 1)
    await desk.publisher.ensure({place.list_id})
    credential_id = new_id(desk.entropy)
    document = _with_status(credential, desk.profile.origin, credential_id, place)
    signed = sign(document, signer=desk.signer, now=now)
    made = NewCredential(
        id=credential_id,
        row_key=f"{TEMPLATE} {credential_id}",
        row_digest=hashlib.sha256(jcs.encode(credential)).hexdigest(),
        template=TEMPLATE,
        template_version="1",
        template_digest="",
        cohort="",
        place=place,
        digest=signed.digest,
        raw=signed.raw,
        issued_at=now,
        valid_until=None,
        achievement_until=None,
    )
    at_micros = to_micros(now)

    async def unit(tx: Transaction) -> None:
        await store.insert(tx, [made])
        about = Happened(kind="credential.issued", ref=made.id, data={"digest": made.digest})
        await event.append(tx, [about], at_micros=at_micros)

    await desk.database.submit(unit)
    return signed.raw


def _with_status(credential: JsonObject, origin: str, credential_id: str, place: compose.Place) -> JsonObject:
    document = dict(credential)
    contexts = document.get("@context")
    if openbadge.version(credential) == "1.1" and isinstance(contexts, list) and _STATUS_CONTEXT not in contexts:
        # 2.0 defines the entry itself.
        document["@context"] = [*contexts, _STATUS_CONTEXT]
    document.setdefault("id", compose.credential_url(origin, credential_id))
    document["credentialStatus"] = status.compose_entry(
        list_url=compose.status_list_url(origin, place.list_id), index=place.index, purpose=_PURPOSE
    )
    return document
