"""schema, of an SD-JWT VC: does the token do what the published description of its type asks?

The description lies at the address that `vct` is, and may build on others. Publishing one is its author's choice: where
none can be had and the token does not insist on one (`vct#integrity`), there is nothing to judge by.
Source: SD-JWT-based Verifiable Credentials §4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from satchel.credential.envelope import Fault
from satchel.errors import ProofError
from satchel.port import Fetched, JsonObject, JsonValue, Purpose, Request
from satchel.proof import type_metadata
from satchel.proof.sdjwt import Token
from satchel.proof.type_metadata import TypeMetadata
from verifier.report import Facet

_NAME: Final = "schema"

Answers = Mapping[tuple[Purpose, str], Fetched | Fault]


def next_request(claims: JsonObject, fetched: Answers) -> Request | None:
    """The next description that is needed: that of the type, then those that it builds on, one by one."""
    url = _address(claims.get("vct"))
    for _ in range(type_metadata.EXTENDS_LIMIT):
        if url is None:
            return None
        answer = fetched.get(("schema", url))
        if answer is None:
            return Request(url=url, purpose="schema", limit_bytes=type_metadata.LIMIT_BYTES)
        if isinstance(answer, Fault):
            return None
        try:
            url = _address(type_metadata.read(answer.body, vct=url, integrity=None).extends)
        except ProofError:
            return None
    return None


def facet(token: Token, fetched: Answers) -> Facet:
    """Fail when a claim departs from the description, or the description is not the one that the issuer meant."""
    claims = token.document
    vct, integrity = claims.get("vct"), claims.get("vct#integrity")
    if _address(vct) is None:
        return Facet.of(_NAME, "schema.type_private", vct=vct)
    try:
        chain = _chain(str(vct), integrity if isinstance(integrity, str) else None, fetched)
        if chain is None:
            code = "schema.type_absent" if integrity is None else "schema.type_needed"
            return Facet.of(_NAME, code, vct=vct)
        departures = type_metadata.departures(token, type_metadata.rules(chain))
    except ProofError as error:
        return Facet.of(_NAME, error.code, f"{error.message}.", vct=vct)
    if departures:
        items: list[JsonValue] = [{"path": one.pointer, "message": one.message} for one in departures]
        return Facet.of(_NAME, "schema.type_departed", vct=vct, items=items)
    return Facet.of(_NAME, "schema.type_ok", vct=vct, name=chain[0].name)


def _chain(vct: str, integrity: str | None, fetched: Answers) -> tuple[TypeMetadata, ...] | None:
    """The descriptions of the type and of all that it builds on; None when one is not at hand."""
    found: list[TypeMetadata] = []
    url: str | None = vct
    while url is not None:
        answer = fetched.get(("schema", url))
        if not isinstance(answer, Fetched) or len(found) == type_metadata.EXTENDS_LIMIT:
            return None
        found.append(type_metadata.read(answer.body, vct=url, integrity=integrity))
        url, integrity = found[-1].extends, found[-1].extends_integrity
    return tuple(found)


def _address(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value.startswith("https://") else None
