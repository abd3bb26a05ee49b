"""What a document holds that is judged by itself: the credentials of a presentation, a learner record or a stack, and
the endorsements in a credential. Gathering and judging both walk by this, so that they meet the same things.

Nothing here judges, and nothing raises for what comes from outside.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from satchel.credential import openbadge
from satchel.credential.envelope import Envelope, Fault, of_text
from satchel.port import JsonObject, JsonValue

DEPTH_LIMIT: Final = 4
COUNT_LIMIT: Final = 200

PRESENTATION: Final = "VerifiablePresentation"

Kind: TypeAlias = Literal["credential", "presentation", "record", "stack"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A document and the credentials in it. `outer` is what has the proof: the manifest of a stack, else the document
    itself; `fault` says why the parts could not be read. `stapled` are the status lists that a holder put beside the
    credentials of a presentation: they are no parts of it."""

    kind: Kind
    outer: Envelope
    parts: tuple[Envelope, ...] = ()
    stapled: tuple[Envelope, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorsing:
    """An endorsement where it hangs: on which part, the identifier of that part, and the endorsement; None for what is
    neither an object nor a token."""

    place: str
    owner: str | None
    envelope: Envelope | None


def look(envelope: Envelope) -> Inside:
    """What the document is and holds."""
    if envelope.container == "zip":
        return _stack(envelope)
    value = envelope.value
    if value is None:
        return Inside(kind="credential", outer=envelope)
    kind = _kind(value)
    if kind == "credential":
        return Inside(kind=kind, outer=envelope)
    # Imported here and below: most documents are one credential.
    from satchel.credential.presentation import PresentationFault

    try:
        found = _parts(value, kind)
        stapled = tuple(one for one in found if kind == "presentation" and _is_status_list(one))
        return Inside(
            kind=kind, outer=envelope, parts=tuple(one for one in found if one not in stapled), stapled=stapled
        )
    except PresentationFault as fault:
        return Inside(kind=kind, outer=envelope, fault=Fault(code=fault.code, message=fault.message))


def endorsements(value: JsonObject) -> tuple[Endorsing, ...]:
    """The endorsements of the credential, its subjects, their achievements and its issuer, in this order."""
    owners: list[tuple[str, JsonObject]] = [("the credential", value)]
    for subject in openbadge.subjects(value):
        owners.append(("the subject", subject))
        for achievement in _items(subject.get("achievement")):
            if isinstance(achievement, dict):
                owners.append(("the achievement", achievement))
    issuer = value.get("issuer")
    if isinstance(issuer, dict):
        owners.append(("the issuer", issuer))
    found: list[Endorsing] = []
    for place, owner in owners:
        if "endorsement" in owner or "endorsementJwt" in owner:
            found += _hanging(owner, place)
    return tuple(found)


def everything(envelope: Envelope) -> Iterator[Envelope]:
    """The document that has the proof, and all that is judged with it, within the limits of depth and count."""
    waiting = deque([(envelope, 0)])
    for _ in range(COUNT_LIMIT + 1):
        if not waiting:
            return
        current, depth = waiting.popleft()
        found = look(current)
        yield found.outer
        if depth == DEPTH_LIMIT or found.outer.value is None:
            continue
        waiting.extend((part, depth + 1) for part in found.parts)
        for one in endorsements(found.outer.value):
            if one.envelope is not None:
                waiting.append((one.envelope, depth + 1))


def _kind(value: JsonObject) -> Kind:
    if PRESENTATION in openbadge.types(value):
        return "presentation"
    for subject in openbadge.subjects(value):
        if "verifiableCredential" in subject:
            return "record"
    return "credential"


def _parts(value: JsonObject, kind: Kind) -> tuple[Envelope, ...]:
    if kind == "presentation":
        from satchel.credential import presentation

        return presentation.parts(value)
    from satchel.credential import clr

    return clr.parts(value)


def _is_status_list(envelope: Envelope) -> bool:
    from satchel.credential.status import KINDS

    types = () if envelope.value is None else openbadge.types(envelope.value)
    return any(kind.credential_type in types for kind in KINDS.values())


def _stack(envelope: Envelope) -> Inside:
    from satchel.credential import stack
    from satchel.credential.stack import StackFault

    try:
        found = stack.read(envelope.raw)
    except StackFault as fault:
        return Inside(kind="stack", outer=envelope, fault=Fault(code=fault.code, message=fault.message))
    return Inside(kind="stack", outer=found.manifest, parts=tuple(part.envelope for part in found.parts))


def _hanging(owner: JsonObject, place: str) -> Iterator[Endorsing]:
    identifier = owner.get("id")
    known = identifier if isinstance(identifier, str) else None
    for item in _items(owner.get("endorsement")):
        inner = Envelope.inner(item, name=f"endorsement of {place}") if isinstance(item, dict) else None
        yield Endorsing(place=place, owner=known, envelope=inner)
    for item in _items(owner.get("endorsementJwt")):
        inner = of_text(item, name=f"endorsement of {place}") if isinstance(item, str) else None
        yield Endorsing(place=place, owner=known, envelope=inner)


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [] if value is None else [value]
