"""subject: is the credential about the person that the verifier asks for? Not applicable when nobody is asked for.

Source: Open Badges 3.0 IdentityObject: `sha256$` or `md5$` and the hex hash of identifier and salt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from satchel.credential import identity, openbadge
from satchel.port import JsonObject
from verifier.materials import Asked
from verifier.report import Facet

_NAME: Final = "subject"


def facet(value: JsonObject, asked: Asked) -> Facet:
    """Fail when the credential is about another DID or identifier, or the holder's key was asked for and not shown;
    unknown when it names nothing to compare with."""
    found: list[Facet] = []
    if asked.require_holder_binding:
        # A bare credential proves nothing about who brings it: a thief has the same bytes.
        found.append(Facet.of(_NAME, "subject.holder_not_proven"))
    if asked.holder is not None:
        found.append(_holder(value, asked.holder))
    if asked.recipient is not None:
        found.append(_recipient(value, asked.recipient))
    if not found:
        return Facet.of(_NAME, "subject.not_asked", subject=list(openbadge.subject_ids(value)))
    order = ("fail", "unknown", "warn", "pass")
    return min(found, key=lambda entry: order.index(entry.outcome))


def presentation_facet(holder: str | None, asked: Asked, *, is_proven: bool) -> Facet:
    """Of a presentation: is the holder, whose key has answered, the one asked for? `is_proven` says whether the key
    has. Whether each credential inside is about that holder, its own report says."""
    if asked.require_holder_binding and not is_proven:
        return Facet.of(_NAME, "subject.holder_not_proven")
    if asked.holder is not None and asked.holder != holder:
        return Facet.of(_NAME, "subject.other_holder", "The presentation is by somebody else's DID.", holder=holder)
    if asked.holder is None and not asked.require_holder_binding:
        return Facet.of(_NAME, "subject.not_asked", holder=holder)
    return Facet.of(_NAME, "subject.ok", "The holder is the one asked for.", holder=holder)


def _holder(value: JsonObject, holder: str) -> Facet:
    ids = openbadge.subject_ids(value)
    if holder in ids:
        return Facet.of(_NAME, "subject.ok", "The subject is the holder asked for.", holder=holder)
    return Facet.of(_NAME, "subject.other_holder" if ids else "subject.no_identifier", subject=list(ids))


def _recipient(value: JsonObject, text: str) -> Facet:
    types, wanted = _wanted(text)
    matches = [
        identity.compare(item, wanted)
        for item in _identifiers(value)
        if isinstance(kind := item.get("identityType"), str) and kind in types
    ]
    if "same" in matches:
        return Facet.of(_NAME, "subject.ok")
    if "weak" in matches:
        return Facet.of(_NAME, "subject.weak_match")
    if "unsupported" in matches:
        return Facet.of(_NAME, "subject.identifier_unsupported")
    return Facet.of(_NAME, "subject.other_recipient" if matches else "subject.no_identifier")


def _wanted(text: str) -> tuple[frozenset[str], str]:
    """The identifier types and the identifier that are asked for: `ada@school.example` is an e-mail address,
    `sourcedId:17` an identifier of that type."""
    kind, colon, rest = text.partition(":")
    if colon and kind.isidentifier():
        return (identity.EMAIL_TYPES if kind in identity.EMAIL_TYPES else frozenset({kind})), rest
    return identity.EMAIL_TYPES, text


def _identifiers(value: JsonObject) -> Sequence[JsonObject]:
    found: list[JsonObject] = []
    for subject in openbadge.subjects(value):
        given = subject.get("identifier")
        found += [item for item in (given if isinstance(given, list) else [given]) if isinstance(item, dict)]
    return found
