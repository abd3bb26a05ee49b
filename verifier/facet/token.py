"""proof, of a token: does the signature fit, by the key that the token names, and is the token in force?

The document in it is judged as any other; whose key it is, issuer_binding says. A header never brings the key that it
is checked with (satchel.proof refuses such tokens). Sources: VC-JOSE-COSE §3, §4; VC Data Model 1.1 §6.3.1; RFC 8725.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from did.document import DidDocument
from did.syntax import parse, split_url
from satchel.codes import CODES
from satchel.credential.token import Token
from satchel.errors import DidError, KeyFault, LinkedError, ProofError, SatchelError
from satchel.linked.context import Contexts
from satchel.linked.emit import to_quads
from satchel.linked.pinned import PINNED
from satchel.port import Did, JsonObject
from satchel.proof.method import VerificationMethod
from satchel.text import for_terminal
from verifier.facet.proof import AUTHENTICATION, Checked, ProofPurpose, Resolve
from verifier.materials import Asked

# Methods whose DID is one key, so that the DID alone names it.
_ONE_KEY: Final = ("key", "jwk")
_DISCLOSING: Final = ("vc+sd-jwt", "dc+sd-jwt")


def key_name(token: Token) -> str | None:
    """The DID URL of the key, or a DID of one key; None when the token names none (VC-JOSE-COSE §4.1, §4.2)."""
    is_did = token.issuer is not None and token.issuer.startswith("did:")
    if token.key_id is None:
        return token.issuer if is_did else None
    if token.key_id.startswith("#"):
        return f"{token.issuer}{token.key_id}" if is_did else None
    return token.key_id


def holder_name(token: Token) -> str | None:
    """The DID URL of the key that a holder must have signed with; None without one, or when the token holds the key."""
    if token.profile not in _DISCLOSING:
        return None
    from verifier.facet import disclosing

    return disclosing.holder_method(token)


def is_held(token: Token) -> bool:
    """Whether a holder signed with the token."""
    if token.profile not in _DISCLOSING:
        return False
    from verifier.facet import disclosing

    return disclosing.is_bound(token)


def check(
    token: Token, resolve: Resolve, asked: Asked, now: datetime, *, purpose: ProofPurpose, contexts: Contexts = PINNED
) -> Checked:
    """The token, checked as the one proof of what it holds."""
    named = key_name(token)
    did, document, method, fault = find_key(named, resolve, purpose, token.issued_at)
    code, message = _unfit(token, asked, now, purpose)
    details: JsonObject = {}
    if code is None and token.profile in _DISCLOSING:
        from verifier.facet import disclosing

        details = disclosing.details_of(token)
        code, message = disclosing.check_holder(token, resolve, asked, now)
    if code is None and method is not None:
        code, message = _verify(token, method, now, contexts)
    elif code is None:
        code, message = _unfound(token, fault)
    return Checked(
        details=details,
        suite=f"{token.profile} {token.algorithm}",
        name=method.id if method is not None else named or token.key_id or "",
        created=token.issued_at,
        code=code,
        message=message,
        did=did,
        document=document,
        method=method,
        fault=fault,
    )


def find_key(
    named: str | None, resolve: Resolve, purpose: ProofPurpose, signed: datetime | None
) -> tuple[Did | None, DidDocument | None, VerificationMethod | None, SatchelError | None]:
    """The key that a token names, as it was when it `signed`, with its DID and document, or why it could not be found.
    A bare DID names a key only when its method has but one."""
    if named is None:
        return None, None, None, None
    try:
        did, path, query, fragment = split_url(named)
    except DidError as error:
        return None, None, None, error if named.startswith("did:") else None
    is_bare = fragment is None and not path and query is None
    if is_bare and parse(did).method not in _ONE_KEY:
        # Which of its keys is not said; the first that fits would be a guess.
        return did, None, None, None
    document = resolve(did)
    if isinstance(document, DidError):
        cause = document.__cause__
        return did, None, None, cause if isinstance(cause, KeyFault) else document
    try:
        return did, document, document.method_then(_only(document, purpose) if is_bare else named, signed), None
    except SatchelError as error:
        return did, document, None, error


def _only(document: DidDocument, purpose: ProofPurpose) -> str:
    """The one method of the document for this purpose."""
    found = sorted(name for name in document.methods if document.authorises(name, purpose))
    return found[0] if len(found) == 1 else document.id


def _unfound(token: Token, fault: SatchelError | None) -> tuple[str, str | None]:
    if fault is not None:
        return fault.code, fault.message
    if token.key_id is None:
        return "proof.key_unresolved", "The token does not say which key signed it."
    name = for_terminal(token.key_id, limit=200)
    return "proof.key_unresolved", f"The key is named {name}, which leads to no DID, so it could not be found."


def _unfit(token: Token, asked: Asked, now: datetime, purpose: ProofPurpose) -> tuple[str | None, str | None]:
    """What rules a token out whatever its signature says."""
    if token.is_presentation != (purpose == AUTHENTICATION):
        wanted = "a presentation" if purpose == AUTHENTICATION else "a credential"
        return "proof.token_type", f"A token of type {token.profile} stands where {wanted} belongs."
    # Of these the dates are the credential's own: the facet validity judges them.
    if token.profile not in ("vc-jwt", "dc+sd-jwt"):
        if token.not_before is not None and token.expires is not None and token.expires < token.not_before:
            return "proof.dates", "The token ends before it begins."
        # RFC 7519 §4.1.4: the present must be before it.
        if token.expires is not None and token.expires <= now:
            return "proof.expired", None
        if token.not_before is not None and token.not_before > now:
            return "proof.not_yet_valid", None
    if token.profile in _DISCLOSING:
        # The holder's own signature behind the disclosures answers the question.
        return None, None
    if asked.challenge is not None and token.nonce != asked.challenge:
        return "proof.challenge", None
    # The same set: a token for two places could be shown again at the other one.
    if asked.domain is not None and set(token.audience) != {asked.domain}:
        return "proof.domain", None
    return None, None


def _verify(token: Token, method: VerificationMethod, now: datetime, contexts: Contexts) -> tuple[str, str | None]:
    try:
        if not token.verify(method.key):
            return "proof.invalid", None
    except (ProofError, KeyFault) as error:
        return error.code, error.message
    if token.profile != "dc+sd-jwt":
        code, message = _meaning(token.document, contexts)
        if code is not None:
            return code, message
    if "proof" in token.document:
        # Nobody but the token's signer may speak for what is in it.
        return "proof.also_embedded", None
    if token.issued_at is not None and token.issued_at > now:
        return "proof.created_future", None
    return "proof.ok", None


def _meaning(document: JsonObject, contexts: Contexts) -> tuple[str | None, str | None]:
    """What a true signature over a token leaves open: it covers every member, also those without a meaning. Under a
    context that is not held nobody here could say what the document means."""
    own = {name: member for name, member in document.items() if name not in ("proof", "verifiableCredential")}
    try:
        to_quads(own, contexts=contexts)
    except LinkedError as error:
        if CODES[error.code].outcome == "unknown":
            return error.code, f"{error.message}."
        return "proof.meaning", f"Signed as it stands, but not all of it has a meaning: {error.message}."
    return None, None
