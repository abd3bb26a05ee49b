"""proof, of a token with disclosures: what the holder shows and hides, and the holder's own signature with it.

Source: RFC 9901 §7.3 (verification by the verifier).
"""

from __future__ import annotations

from datetime import datetime

from did.syntax import split_url
from satchel.codec import timestamp
from satchel.credential.token import Token
from satchel.errors import DidError, KeyFault, ProofError, SatchelError
from satchel.key.public import PublicKey
from satchel.port import JsonObject, JsonValue
from satchel.proof import sdjwt
from satchel.text import for_terminal
from verifier.facet.proof import Resolve
from verifier.materials import Asked


def check_holder(token: Token, resolve: Resolve, asked: Asked, now: datetime) -> tuple[str | None, str | None]:
    """The code of what is wrong with the holder's signature, if anything is.

    It must be there when a question is asked; one that is there must hold in any case. How fresh it is counts when
    somebody asks: what was shown to another reader last year still is what the issuer signed.
    """
    read = token.read
    if not isinstance(read, sdjwt.Token):
        return None, None
    is_asked = asked.challenge is not None or asked.domain is not None
    if read.binding is None:
        return ("proof.binding_missing", None) if is_asked else (None, None)
    try:
        sdjwt.check_binding(
            read,
            _holder_key(read, resolve),
            audience=read.binding.audience if asked.domain is None else asked.domain,
            nonce=read.binding.nonce if asked.challenge is None else asked.challenge,
            now=now if is_asked or asked.require_holder_binding else read.binding.issued_at,
        )
    except (ProofError, KeyFault, DidError) as error:
        return error.code, error.message
    return None, None


def is_bound(token: Token) -> bool:
    """Whether a holder signed with the token; whether rightly, check_holder says."""
    return isinstance(token.read, sdjwt.Token) and token.read.binding is not None


def holder_method(token: Token) -> str | None:
    """The DID URL of the holder's key, when the issuer named it by one and the holder signed."""
    if not isinstance(token.read, sdjwt.Token) or token.read.binding is None:
        return None
    try:
        found = sdjwt.holder_key(token.read)
    except KeyFault:
        return None
    return found if isinstance(found, str) else None


def details_of(token: Token) -> JsonObject:
    """What is shown, how many digests stay closed, and whom the holder signed for."""
    read = token.read
    if not isinstance(read, sdjwt.Token):
        return {}
    shown: list[JsonValue] = [for_terminal(one.pointer, limit=200) for one in read.disclosed[:200]]
    found: JsonObject = {"disclosed": shown, "hidden": read.hidden}
    if read.binding is not None:
        found["holder_signed_for"] = read.binding.audience
        found["holder_signed_at"] = timestamp.render(read.binding.issued_at)
    return found


def _holder_key(read: sdjwt.Token, resolve: Resolve) -> PublicKey | None:
    """The key that the issuer bound the token to. Raises KeyFault, DidError for one that cannot be had."""
    found = sdjwt.holder_key(read)
    if not isinstance(found, str):
        return found
    document = resolve(split_url(found)[0])
    if isinstance(document, DidError):
        raise document
    try:
        method = document.method(found)
    except DidError:
        raise
    except SatchelError as error:
        raise KeyFault(error.code, error.message) from error
    if not document.authorises(found, "authentication"):
        raise DidError("did.method_missing", f"{for_terminal(found, limit=120)} may not show who presents")
    return method.key
