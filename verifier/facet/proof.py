"""proof: is the content as it was signed, by the key that each proof names? Whose key that is, issuer_binding says.

Sources: Verifiable Credential Data Integrity 1.0 §4.4 (verify proof), §4.5 (proof sets).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from did.document import DidDocument
from did.syntax import split_url
from satchel.codes import CODES, Outcome
from satchel.errors import CodecError, DidError, KeyFault, LinkedError, ProofError, SatchelError
from satchel.linked import pinned
from satchel.linked.context import Contexts
from satchel.linked.pinned import PINNED
from satchel.port import Did, JsonObject, JsonValue
from satchel.proof import suites
from satchel.proof.configuration import Proof, proofs_of
from satchel.proof.method import VerificationMethod
from satchel.proof.suites import Secured
from satchel.text import for_terminal
from verifier.materials import Asked
from verifier.report import Facet

ProofPurpose: TypeAlias = Literal["assertionMethod", "authentication"]
"""What a proof may be for: claims in a credential, or showing who presents."""

PURPOSE: Final[ProofPurpose] = "assertionMethod"
AUTHENTICATION: Final[ProofPurpose] = "authentication"
EARLIEST: Final = datetime(2010, 1, 1, tzinfo=UTC)
"""No Data Integrity proof is older; 1970 is a clock that was never set."""

Resolve: TypeAlias = Callable[[Did], "DidDocument | DidError"]

_SELECTIVE: Final = ("ecdsa-sd-2023", "bbs-2023")
_TOO_COMPLEX: Final = "linked.too_complex"
# After these the older published contents of the contexts may still give the text that was signed.
_UNDEFINED: Final = frozenset({"linked.undefined_term", "linked.undefined_type", "linked.protected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One proof or token and what came of it. `name` is that of its key, "" when it names none; `created` is its own
    word. `method` and `document` are None when the key could not be found; then `fault` says why, unless the name is no
    DID URL at all (`did` is None)."""

    suite: str
    name: str
    created: datetime | None
    code: str
    message: str | None
    did: Did | None
    document: DidDocument | None
    method: VerificationMethod | None
    fault: SatchelError | None
    details: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        found = CODES[self.code].outcome
        return "unknown" if found == "error" else found

    @property
    def is_good(self) -> bool:
        """Whether the signature holds."""
        return self.outcome in ("pass", "warn")


class _Content:
    """What the proofs are over, in one canonical form for all of them: under the official contexts, and under the
    older ones when those are asked for. A content that takes too much work is given up for all proofs at once."""

    def __init__(self, value: JsonObject, contexts: Contexts) -> None:
        self._value = value
        self.official = Secured(value, contexts)
        self.given_up: tuple[str, str | None] | None = None
        self._older: list[tuple[str, Secured]] | None = None

    def older(self) -> list[tuple[str, Secured]]:
        """The document under each older published content of one of its contexts: two contents were served under the
        same URL, and issuers signed with either."""
        if self._older is None:
            context = self.official.document.get("@context")
            urls = [item for item in context if isinstance(item, str)] if isinstance(context, list) else []
            self._older = [(label, Secured(self._value, contexts)) for label, contexts in pinned.historical(urls)]
        return self._older

    def drop(self, label: str) -> None:
        """Tries this older content no more."""
        self._older = [entry for entry in self.older() if entry[0] != label]


def check(
    value: JsonObject,
    resolve: Resolve,
    asked: Asked,
    now: datetime,
    *,
    purpose: ProofPurpose,
    contexts: Contexts = PINNED,
) -> tuple[Checked, ...]:
    """Every proof of the document, checked against what it must be for. Raises ProofError proof.missing,
    proof.malformed or proof.too_many when the proofs as a whole cannot be read."""
    proofs = proofs_of(value)
    content = _Content(value, contexts)
    return tuple([_check(content, proof, resolve, asked, now, purpose) for proof in proofs])


def facet(checked: Sequence[Checked] | ProofError) -> Facet:
    """One false proof fails the set; an unknown one beside a good one warns; none good is unknown."""
    if isinstance(checked, ProofError):
        return Facet.of("proof", checked.code, checked.message)
    items: list[JsonValue] = [_item(entry) for entry in checked]
    by_outcome = {entry.outcome: entry for entry in reversed(checked)}
    first = by_outcome.get("fail")
    if first is None and "unknown" in by_outcome:
        if any(entry.is_good for entry in checked):
            return Facet.of("proof", "proof.one_unknown", by_outcome["unknown"].message, items=items)
        first = by_outcome["unknown"]
    if first is None:
        first = by_outcome.get("warn") or by_outcome["pass"]
    return Facet.of("proof", first.code, first.message, items=items)


def _item(entry: Checked) -> JsonObject:
    item: JsonObject = {
        "outcome": entry.outcome,
        "code": entry.code,
        "suite": entry.suite,
        "verification_method": entry.name,
    }
    if entry.fault is not None and entry.fault.code != entry.code:
        item["cause"] = entry.fault.code
    return item | dict(entry.details)


def _check(
    content: _Content, proof: Proof, resolve: Resolve, asked: Asked, now: datetime, purpose: ProofPurpose
) -> Checked:
    did, document, method, fault = _find_key(proof, resolve)
    code, message = _unfit(proof, asked, now, purpose)
    if code is None and method is not None:
        code, message = _verify(content, proof, method, now)
    elif code is None:
        code, message = _unfound(proof, fault)
    return Checked(
        suite=proof.cryptosuite or proof.type,
        name=proof.verification_method,
        created=proof.created,
        code=code,
        message=message,
        did=did,
        document=document,
        method=method,
        fault=fault,
    )


def _find_key(
    proof: Proof, resolve: Resolve
) -> tuple[Did | None, DidDocument | None, VerificationMethod | None, SatchelError | None]:
    try:
        did = split_url(proof.verification_method)[0]
    except DidError as error:
        # Something that only calls itself a DID is a broken one; anything else is another kind of name.
        return None, None, None, error if proof.verification_method.startswith("did:") else None
    document = resolve(did)
    if isinstance(document, DidError):
        cause = document.__cause__
        return did, None, None, cause if isinstance(cause, KeyFault) else document
    try:
        return did, document, document.method_then(proof.verification_method, proof.created), None
    except SatchelError as error:
        return did, document, None, error


def _unfound(proof: Proof, fault: SatchelError | None) -> tuple[str, str | None]:
    if fault is not None:
        return fault.code, fault.message
    name = for_terminal(proof.verification_method, limit=200)
    return "proof.key_unresolved", f"The key is named {name}, which is no DID, so it could not be found."


def _unfit(proof: Proof, asked: Asked, now: datetime, purpose: ProofPurpose) -> tuple[str | None, str | None]:
    """What rules a proof out whatever its signature says (§4.4 steps on purpose, domain and challenge)."""
    if proof.purpose != purpose:
        wanted = "claims" if purpose == PURPOSE else "showing who presents"
        return "proof.purpose", f"The signature was made for {for_terminal(proof.purpose, limit=60)}, not for {wanted}."
    if proof.expires is not None:
        if proof.created is not None and proof.expires < proof.created:
            return "proof.dates", None
        if proof.expires < now:
            return "proof.expired", None
    if asked.challenge is not None and proof.challenge != asked.challenge:
        return "proof.challenge", None
    # The same set: a proof for two places could be shown again at the other one.
    if asked.domain is not None and set(proof.domain) != {asked.domain}:
        return "proof.domain", None
    return None, None


def _verify(content: _Content, proof: Proof, method: VerificationMethod, now: datetime) -> tuple[str, str | None]:
    if content.given_up is not None:
        return content.given_up
    try:
        holds = suites.verify(content.official, proof, method.key)
    except LinkedError as error:
        found = (error.code, _placed(error))
        if error.code == _TOO_COMPLEX:
            content.given_up = found
        return (_older(content, proof, method) if _may_be_older(error) else None) or found
    except (ProofError, KeyFault, CodecError) as error:
        return error.code, error.message
    if not holds:
        return _older(content, proof, method) or ("proof.invalid", None)
    if proof.created is not None and proof.created > now:
        return "proof.created_future", None
    if proof.created is not None and proof.created < EARLIEST:
        return "proof.created_early", None
    if suites.is_base(proof):
        return "proof.base_shown", None
    if proof.cryptosuite in _SELECTIVE:
        from verifier.facet import derived

        if derived.leaves_to_holder(content.official, proof):
            return "proof.few_mandatory", None
    if proof.lacks_offset:
        return "proof.no_offset", None
    return _plain(content, proof) if "-jcs-" in (proof.cryptosuite or "") else ("proof.ok", None)


def _plain(content: _Content, proof: Proof) -> tuple[str, str | None]:
    """What a true signature over plain JSON leaves open: it also covers members without a meaning, and it holds when
    contexts were added behind those that the proof names (vc-di-eddsa §3.3, the prefix rule)."""
    signed = proof.raw.get("@context")
    if signed is not None and signed != content.official.document.get("@context"):
        return "proof.context_added", None
    try:
        content.official.canonical()
    except LinkedError as error:
        return "proof.meaning", f"Signed as it stands, but not all of it has a meaning: {error.message}."
    return "proof.ok", None


def _may_be_older(error: LinkedError) -> bool:
    """Whether an older content could make sense of what the official one does not: not of a term that none knows."""
    if error.code != "linked.undefined_term":
        return error.code in _UNDEFINED
    return str(error.details.get("path", "")).rpartition("/")[2] in pinned.defined_terms()


def _older(content: _Content, proof: Proof, method: VerificationMethod) -> tuple[str, str] | None:
    """Whether the signature holds under an older published content of one of the document's contexts."""
    for label, secured in content.older():
        try:
            if suites.verify(secured, proof, method.key):
                return "proof.older_context", f"The signature holds under the older published context {label}."
        except SatchelError as error:
            if error.code == _TOO_COMPLEX:
                content.drop(label)
    return None


def _placed(error: LinkedError) -> str:
    path = error.details.get("path")
    where = f" (at {for_terminal(path, limit=120)})" if isinstance(path, str) and path else ""
    return f"The content cannot be put into the form that is signed: {error.message}{where}."
