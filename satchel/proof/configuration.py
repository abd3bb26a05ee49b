"""What a document's proofs say, read exactly: every member of a proof has one form, and no other is guessed at.

Source: Verifiable Credential Data Integrity 1.0 §2.1, §4.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from satchel.codec import timestamp
from satchel.errors import CodecError, ProofError
from satchel.port import JsonObject, JsonValue

DATA_INTEGRITY: Final = "DataIntegrityProof"
# Each proof costs a canonicalization and a signature check; nobody has this many honest signers.
PROOFS_LIMIT: Final = 100

_BARE_TIME: Final = re.compile(r"[^T]+T\d\d:\d\d:\d\d(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One proof as written (`raw`) and as read. Times are aware UTC; `domain` and `previous` are lists in the standard.

    `value` is the proofValue; proofs of older kinds keep their signature elsewhere and have None. `lacks_offset`: one
    of its times names no zone, and was read as UTC.
    """

    raw: JsonObject
    id: str | None
    type: str
    cryptosuite: str | None
    purpose: str
    verification_method: str
    created: datetime | None
    expires: datetime | None
    challenge: str | None
    domain: tuple[str, ...]
    value: str | None
    previous: tuple[str, ...]
    lacks_offset: bool = False


def proofs_of(document: JsonObject) -> tuple[Proof, ...]:
    """The proofs of a secured document, in order; more than one is a proof set or chain.

    Raises ProofError: proof.missing when there is no member `proof`, proof.malformed for a wrong shape of it or of
    one of its members, proof.too_many. Whether a suite is known, a key fits or a purpose is right is NOT checked here.
    """
    if "proof" not in document:
        raise ProofError("proof.missing", "the document has no proof")
    value = document["proof"]
    entries = value if isinstance(value, list) else [value]
    if not entries:
        raise ProofError("proof.malformed", "proof is an empty list")
    if len(entries) > PROOFS_LIMIT:
        raise ProofError("proof.too_many", f"the document has {len(entries)} proofs, more than {PROOFS_LIMIT}")
    proofs = tuple(_read(entry) for entry in entries)
    ids = [proof.id for proof in proofs if proof.id is not None]
    if len(set(ids)) != len(ids):
        raise ProofError("proof.malformed", "two proofs have the same id")
    return proofs


def options_of(proof: Proof, document: JsonObject) -> JsonObject:
    """The proof configuration that is hashed beside the document: the proof without its value, under the document's
    own @context (vc-di-eddsa §3.2.5 step 5). Raises ProofError proof.context."""
    require_own_context(proof, document)
    options = {name: member for name, member in proof.raw.items() if name != "proofValue"}
    if "@context" in document:
        options["@context"] = document["@context"]
    return options


def require_own_context(proof: Proof, document: JsonObject) -> None:
    """Raises ProofError proof.context when the proof brings a @context that the document's does not begin with
    (vc-di-eddsa §3.3.2 step 4.1): then its terms would mean something else than they say."""
    if "@context" in proof.raw:
        own, whole = _as_list(proof.raw["@context"]), _as_list(document.get("@context"))
        if whole[: len(own)] != own:
            raise ProofError("proof.context", "the proof has a @context that is not the beginning of the document's")


def _read(entry: JsonValue) -> Proof:
    if not isinstance(entry, dict):
        raise ProofError("proof.malformed", "a proof is not an object")
    kind = _required(entry, "type")
    cryptosuite = _text(entry, "cryptosuite")
    value = _text(entry, "proofValue")
    if kind == DATA_INTEGRITY:
        cryptosuite = _required(entry, "cryptosuite")
        value = _required(entry, "proofValue")
    # Read for their form alone: both are covered by the signature and judged by nobody here.
    _text(entry, "nonce")
    return Proof(
        raw=entry,
        id=_text(entry, "id"),
        type=kind,
        cryptosuite=cryptosuite,
        purpose=_required(entry, "proofPurpose"),
        # An object here would bring its own key along; only a name is taken (attack: key beside the signature).
        verification_method=_required(entry, "verificationMethod"),
        created=_moment(entry, "created"),
        expires=_moment(entry, "expires"),
        challenge=_text(entry, "challenge"),
        domain=_texts(entry, "domain"),
        value=value,
        previous=_texts(entry, "previousProof"),
        lacks_offset=any(_BARE_TIME.fullmatch(str(entry.get(name, ""))) for name in ("created", "expires")),
    )


def _required(entry: JsonObject, name: str) -> str:
    text = _text(entry, name)
    if text is None:
        raise ProofError("proof.malformed", f"a proof has no {name}")
    return text


def _text(entry: JsonObject, name: str) -> str | None:
    if name not in entry:
        return None
    member = entry[name]
    if not isinstance(member, str) or not member:
        raise ProofError("proof.malformed", f"{name} of a proof is not a text")
    return member


def _texts(entry: JsonObject, name: str) -> tuple[str, ...]:
    if name not in entry:
        return ()
    members = _as_list(entry[name])
    texts = tuple(member for member in members if isinstance(member, str) and member)
    if not texts or len(texts) != len(members):
        raise ProofError("proof.malformed", f"{name} of a proof is not a text or a list of texts")
    return texts


def _moment(entry: JsonObject, name: str) -> datetime | None:
    text = _text(entry, name)
    if text is None:
        return None
    # §2.1: a time that was written without an offset, against the rule, is one of UTC.
    stamp = text + "Z" if _BARE_TIME.fullmatch(text) else text
    try:
        return timestamp.parse(stamp)
    except CodecError as fault:
        raise ProofError("proof.malformed", f"{name} of a proof: {fault.message}") from fault


def _as_list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]
