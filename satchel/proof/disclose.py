"""What a holder shows, what stays hidden, and by what two readers could find out that they saw the same credential.

For credentials with a base proof (ecdsa-sd-2023, bbs-2023) and for SD-JWT. Whether the credential is good is NOT
checked here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from satchel.linked.context import Contexts
from satchel.linked.pinned import PINNED
from satchel.port import Entropy, JsonObject, JsonValue
from satchel.proof import selective, suites
from satchel.proof.selective import KEPT, Tree

State: TypeAlias = Literal["mandatory", "shown", "beside", "hidden"]
"""Always shown; shown by choice; shown because something beside it is (ids and types); not shown."""

LinkKind: TypeAlias = Literal[
    "signature", "labels", "shape", "holder_key", "credential_id", "holder_id", "status", "identity", "id", "moment"
]

_LINKS: Final[dict[LinkKind, str]] = {
    "signature": "The issuer's signature is the same each time.",
    "labels": "The labels of the credential's parts are the same each time.",
    "shape": "How many statements were signed, and which places are shown, is told each time.",
    "holder_key": "The key that the credential is bound to is the same each time.",
    "credential_id": "The credential's own id.",
    "holder_id": "Your own id.",
    "status": "The place in the status list is this credential's alone.",
    "identity": "A name, address or number of yours, plain or hashed.",
    "id": "An id that may be this credential's alone.",
    "moment": "A moment exact to the second, which few credentials share.",
}
# Ids that all holders of the same achievement share.
_SHARED: Final = frozenset(("issuer", "achievement", "alignment", "credentialSchema", "creator", "image", "criteria"))
_IDENTITIES: Final = frozenset(("identityHash", "hashed", "salt", "emailAddress", "email", "studentId", "sourcedId"))
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT(?!00:00:00)\d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim of the whole credential: a text, number or truth value, or a list of types."""

    pointer: str
    value: JsonValue
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Something by which two readers who compare notes can tell that they saw the same credential or holder. `pointer`
    names the claim that does it, "" when it is the proof."""

    kind: LinkKind
    pointer: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What the reader gets: `document`, and for an SD-JWT the `token` that it stands in. `is_unlinkable`: the proof
    itself is new each time, so that only `links` among the claims tie two of them together."""

    format: str
    document: JsonObject
    token: str | None
    claims: tuple[Claim, ...]
    links: tuple[Link, ...]
    is_unlinkable: bool

    def in_state(self, *states: State) -> tuple[Claim, ...]:
        """The claims in these states, in their order."""
        return tuple(claim for claim in self.claims if claim.state in states)


def look(document: JsonObject, *, proof_id: str | None = None) -> tuple[Claim, ...]:
    """What a holder can choose among: every claim of a credential with a base proof, as if nothing were chosen.

    Raises ProofError proof.not_derivable, proof.value, proof.pointer.
    """
    proof, selection = suites.base_of(document, proof_id)
    fixed = selection.mandatory(proof)
    return _claims(document, selective.tree(document, fixed) if fixed else {}, {})


def disclose(
    document: JsonObject,
    pointers: Sequence[str],
    *,
    entropy: Entropy,
    contexts: Contexts = PINNED,
    proof_id: str | None = None,
    header: bytes = b"",
) -> Disclosure:
    """The part of a credential with a base proof that its mandatory pointers and these name, and what it gives away.

    Raises what suites.derive raises.
    """
    proof, selection = suites.base_of(document, proof_id)
    fixed = selection.mandatory(proof)
    part = suites.derive(document, pointers, entropy=entropy, contexts=contexts, proof_id=proof_id, header=header)
    chosen = selective.tree(document, [*fixed, *pointers]) if fixed or pointers else {}
    claims = _claims(document, selective.tree(document, fixed) if fixed else {}, chosen)
    kinds: list[LinkKind] = ["shape"] if selection.is_unlinkable else ["signature", "labels"]
    links = [Link(kind=kind, pointer="", message=_LINKS[kind]) for kind in kinds]
    members = proof.raw
    links += [
        Link(kind="moment", pointer=selective.render(("proof", name)), message=_LINKS["moment"])
        for name in ("created", "expires")
        if _MOMENT.match(str(members.get(name, "")))
    ]
    return Disclosure(
        format=proof.cryptosuite or proof.type,
        document=part,
        token=None,
        claims=claims,
        links=(*links, *_links(claims)),
        is_unlinkable=selection.is_unlinkable,
    )


def disclose_token(token: str, pointers: Sequence[str]) -> Disclosure:
    """An SD-JWT with the disclosures of these claims alone, and what it gives away.

    Raises ProofError as satchel.proof.sdjwt.read and present. The holder's signature (key binding) comes after this.
    """
    # Imported here: proofs in the document need nothing of tokens.
    from satchel.proof import sdjwt

    whole = sdjwt.read(token)
    chosen = sdjwt.present(token, pointers)
    part = sdjwt.read(chosen)
    hideable = {entry.pointer for entry in whole.disclosed}
    left = {entry.pointer for entry in part.disclosed}
    claims = tuple(
        Claim(pointer=pointer, value=value, state=_token_state(pointer, hideable, left))
        for pointer, value in _leaves(whole.document)
    )
    kinds: list[LinkKind] = ["signature"]
    if whole.claims.get("cnf") is not None:
        kinds.append("holder_key")
    links = [Link(kind=kind, pointer="", message=_LINKS[kind]) for kind in kinds]
    return Disclosure(
        format=whole.profile,
        document=part.document,
        token=chosen,
        claims=claims,
        links=(*links, *_links(claims)),
        is_unlinkable=False,
    )


def look_token(token: str) -> tuple[Claim, ...]:
    """What the holder of an SD-JWT can choose among, as if nothing were chosen. Raises ProofError as sdjwt.read."""
    from satchel.proof import sdjwt

    whole = sdjwt.read(token)
    hideable = {entry.pointer for entry in whole.disclosed}
    return tuple(
        Claim(pointer=pointer, value=value, state=_token_state(pointer, hideable, set()))
        for pointer, value in _leaves(whole.document)
    )


def _token_state(pointer: str, hideable: Collection[str], left: Collection[str]) -> State:
    around = [known for known in hideable if pointer == known or pointer.startswith(f"{known}/")]
    if not around:
        return "mandatory"
    return "shown" if all(known in left for known in around) else "hidden"


def _claims(document: JsonObject, fixed: Tree | None, chosen: Tree | None) -> tuple[Claim, ...]:
    found: list[Claim] = []
    for pointer, value in _leaves(document):
        tokens = selective.parse(pointer)
        state: State = "hidden"
        if selective.covers(fixed, tokens):
            state = "mandatory"
        elif selective.covers(chosen, tokens):
            state = "beside" if tokens[-1] in KEPT and not _is_named(chosen, tokens) else "shown"
        found.append(Claim(pointer=pointer, value=value, state=state))
    return tuple(found)


def _is_named(chosen: Tree | None, tokens: Sequence[str]) -> bool:
    """Whether the selection names the claim or something that it is in."""
    for token in tokens:
        if chosen is None:
            return True
        if token not in chosen:
            return False
        chosen = chosen[token]
    return chosen is None


def _leaves(value: JsonValue, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str, JsonValue]]:
    """Each claim with its pointer, contexts and proofs aside; a type is one claim however many it lists."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            if name == "@context" or (not at and name == "proof"):
                continue
            if name in KEPT:
                yield selective.render((*at, name)), member
            else:
                yield from _leaves(member, (*at, name))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, (*at, index))
    else:
        yield selective.render(at), value


def _links(claims: Sequence[Claim]) -> list[Link]:
    found: list[Link] = []
    for claim in claims:
        kind = None if claim.state == "hidden" else _link_kind(selective.parse(claim.pointer), claim.value)
        if kind is not None:
            found.append(Link(kind=kind, pointer=claim.pointer, message=_LINKS[kind]))
    return found


def _link_kind(tokens: Sequence[str], value: JsonValue) -> LinkKind | None:
    names = [token for token in tokens if not token.isdecimal()]
    last = names[-1]
    if names[0] in ("credentialStatus", "status"):
        return "status" if last in ("statusListIndex", "revocationListIndex", "idx") else None
    if last in ("id", "jti", "sub"):
        if len(names) == 1:
            return "holder_id" if last == "sub" else "credential_id"
        if names == ["credentialSubject", "id"]:
            return "holder_id"
        return None if names[-2] in _SHARED or names[0] == "issuer" else "id"
    if last in _IDENTITIES or "identifier" in names:
        return "identity"
    if isinstance(value, str) and _MOMENT.match(value):
        return "moment"
    return None
