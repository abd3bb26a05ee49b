"""proof, issuer_binding, chain and timestamp of a sealed document (European Digital Credentials, JAdES).

A seal brings its certificate along. So three things are told apart: the document is as the certificate's owner sealed
it (proof); the certificate leads to an authority that this verifier knows (chain); the organisation that it names is
the issuer (issuer_binding). When it was sealed is the sealer's own word (timestamp). Whether a certificate was revoked
is NOT asked here. Sources: ETSI TS 119 182-1; RFC 5280 §6.1 (path validation), in the parts named below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from satchel.codec import timestamp as moments
from satchel.codes import CODES
from satchel.credential import openbadge
from satchel.credential.token import Token
from satchel.errors import KeyFault, LinkedError, ProofError
from satchel.key.certificate import load
from satchel.key.public import PublicKey
from satchel.linked.context import Contexts
from satchel.linked.emit import to_quads
from satchel.port import JsonObject, JsonValue
from satchel.proof import jades
from satchel.text import for_terminal
from verifier.facet.proof import Checked
from verifier.report import Facet

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

CHAIN_LIMIT: Final = 8
# Basic constraints, key usage, and what restricts nothing that a seal is for: policies and extended usage.
_LOOKED_AT: Final = frozenset(("2.5.29.19", "2.5.29.15", "2.5.29.32", "2.5.29.37"))
# organizationIdentifier (ETSI EN 319 412-1 §5.1.4), as VATES-A00000000.
_ORGANISATION_ID: Final = "2.5.4.97"
# Names that somebody controls by other means than a certificate: a sealer could write anybody's.
_ADDRESSES: Final = ("did:", "http:", "https:")
_IDENTIFIERS: Final = ("eIDASIdentifier", "vatIdentifier", "taxIdentifier", "registration", "identifier")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealer:
    """Whom the leaf certificate names, in its own words."""

    organisation: str
    identifier: str


def check(token: Token, contexts: Contexts) -> tuple[Checked, PublicKey | None]:
    """The seal as the one proof of its document, and the key of its certificate."""
    code, message, key = _verify(token, contexts)
    found = Checked(
        suite=f"JAdES {token.algorithm}",
        name="",
        created=token.issued_at,
        code=code,
        message=message,
        did=None,
        document=None,
        method=None,
        fault=None,
    )
    return found, key


def _verify(token: Token, contexts: Contexts) -> tuple[str, str | None, PublicKey | None]:
    read = token.read
    if not isinstance(read, jades.Token):
        return "proof.format_unsupported", None, None
    try:
        key = jades.leaf_key(read)
        if not token.verify(key):
            return "proof.invalid", "The seal does not fit: the document was changed after it.", key
    except (ProofError, KeyFault) as error:
        return error.code, error.message, None
    try:
        to_quads(token.document, contexts=contexts)
    except LinkedError as error:
        if CODES[error.code].outcome == "unknown":
            return error.code, f"The seal holds, but what the document means is open: {error.message}.", key
        return "proof.meaning", f"The seal holds, but not all of the document has a meaning: {error.message}.", key
    return "proof.ok", "The document is as it was sealed.", key


def chain(token: Token, anchors: Sequence[bytes], now: datetime) -> Facet:
    """Whether the certificate leads to one of the anchors (certificates in DER that this verifier trusts)."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.x509 import DuplicateExtension, UnsupportedGeneralNameType

    read = token.read
    if not isinstance(read, jades.Token):
        return Facet.of("chain", "chain.malformed")
    try:
        certificates = [load(one) for one in read.certificates[:CHAIN_LIMIT]]
        trusted = [load(one) for one in anchors]
        details = _details(certificates[0])
        broken = _broken(certificates)
        was_in_force = read.sealed_at is None or _covers(certificates[0], read.sealed_at)
        leads = any(_leads_to(certificates, anchor) for anchor in trusted)
        covers = all(_covers(one, now) for one in certificates)
        is_understood = all(_is_understood(one) for one in (*certificates, *trusted))
    except (
        KeyFault,
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        DuplicateExtension,
        UnsupportedGeneralNameType,
    ) as fault:
        shown = for_terminal(fault.message if isinstance(fault, KeyFault) else str(fault), limit=200)
        return Facet.of("chain", "chain.malformed", f"A certificate of the seal cannot be used: {shown}.")
    if broken is not None:
        return Facet.of("chain", "chain.broken", broken, **details)
    if not was_in_force:
        return Facet.of("chain", "chain.outside_dates", **details)
    if not trusted:
        return Facet.of("chain", "chain.no_anchor", **details)
    if not is_understood:
        return Facet.of("chain", "chain.unsupported", **details)
    if not leads:
        return Facet.of("chain", "chain.unknown_authority", **details)
    if not covers:
        return Facet.of("chain", "chain.ended", **details)
    return Facet.of("chain", "chain.ok", **details)


def timestamp(token: Token) -> Facet:
    """What is known of the time of the seal. The stamps of time authorities are counted and not checked."""
    read = token.read
    sealed_at = read.sealed_at if isinstance(read, jades.Token) else None
    details: JsonObject = {} if sealed_at is None else {"sealed_at": moments.render(sealed_at)}
    if isinstance(read, jades.Token) and (read.timestamps or read.unprotected):
        return Facet.of("timestamp", "timestamp.not_checked", stamps=len(read.timestamps), **details)
    if sealed_at is None:
        return Facet.of("timestamp", "timestamp.none")
    return Facet.of("timestamp", "timestamp.claim_only", **details)


def binding(token: Token, chained: Facet, *, is_good: bool) -> Facet:
    """Whether the organisation of the certificate is the issuer: only a chain that holds makes its words count."""
    issuer = openbadge.issuer_id(token.document)
    if not is_good:
        return Facet.of("issuer_binding", "issuer_binding.unresolved", "The seal was not found good.", issuer=issuer)
    if chained.outcome == "fail":
        return Facet.of("issuer_binding", "issuer_binding.seal_refused", issuer=issuer, cause=chained.code)
    sealer = _sealer_of(token)
    shown = "nobody" if sealer is None else for_terminal(f"{sealer.organisation} ({sealer.identifier})", limit=120)
    if chained.outcome != "pass" or sealer is None:
        message = f"The seal's certificate names {shown}; whether that is true nobody here can say."
        return Facet.of("issuer_binding", "issuer_binding.seal_unproven", message, issuer=issuer)
    if issuer is not None and issuer.startswith(_ADDRESSES):
        message = f"The seal's certificate names {shown}; it does not prove whose {for_terminal(issuer, limit=120)} is."
        return Facet.of("issuer_binding", "issuer_binding.sealed_by_other", message, issuer=issuer)
    if sealer.identifier and sealer.identifier in _identifiers(token.document):
        message = f"The seal's certificate names the issuer: {shown}."
        return Facet.of("issuer_binding", "issuer_binding.ok", message, issuer=issuer)
    message = f"It was sealed by {shown}, which is not how the issuer identifies itself."
    return Facet.of("issuer_binding", "issuer_binding.sealed_by_other", message, issuer=issuer)


def organisation_id(token: Token) -> str | None:
    """The identifier of the organisation that the certificate names: by this, and never by the id that the document
    gives itself, a sealer is looked up in lists."""
    sealer = _sealer_of(token)
    return None if sealer is None or not sealer.identifier else sealer.identifier


def _broken(certificates: Sequence[Certificate]) -> str | None:
    """What is wrong in the chain itself: every certificate is signed by the next, which is an authority's."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        usage = certificates[0].extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        return "The seal's certificate is not for signing."
    for place, (below, above) in enumerate(pairwise(certificates)):
        try:
            below.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature):
            return "A certificate of the chain is not signed by the next."
        if not _is_authority(above, below=place):
            return "A certificate of the chain is signed by one that may not sign it."
    return None


def _is_authority(certificate: Certificate, *, below: int) -> bool:
    """Whether it may sign certificates, with this many authorities below it (RFC 5280 §6.1.4 (k) to (n))."""
    from cryptography import x509

    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    if not basic.ca or (basic.path_length is not None and below > basic.path_length):
        return False
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return True


def _is_understood(certificate: Certificate) -> bool:
    """Whether every condition that is critical is looked at here: names that an authority is bound to are not."""
    return all(one.oid.dotted_string in _LOOKED_AT for one in certificate.extensions if one.critical)


def _leads_to(certificates: Sequence[Certificate], anchor: Certificate) -> bool:
    """Whether the last certificate of the chain is the anchor, or is signed by it."""
    from cryptography.exceptions import InvalidSignature

    if certificates[-1] == anchor:
        return True
    try:
        certificates[-1].verify_directly_issued_by(anchor)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return _is_authority(anchor, below=len(certificates) - 1)


def _covers(certificate: Certificate, moment: datetime) -> bool:
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def _details(leaf: Certificate) -> JsonObject:
    sealer = _sealer(leaf)
    return {
        "organisation": sealer.organisation,
        "organisation_id": sealer.identifier,
        "authority": _name(leaf, "2.5.4.3", of_issuer=True),
        "from": moments.render(leaf.not_valid_before_utc),
        "until": moments.render(leaf.not_valid_after_utc),
    }


def _sealer_of(token: Token) -> Sealer | None:
    if not isinstance(token.read, jades.Token):
        return None
    try:
        return _sealer(load(token.read.certificates[0]))
    except (KeyFault, ValueError):
        return None


def _sealer(leaf: Certificate) -> Sealer:
    return Sealer(organisation=_name(leaf, "2.5.4.10"), identifier=_name(leaf, _ORGANISATION_ID))


def _name(certificate: Certificate, number: str, *, of_issuer: bool = False) -> str:
    """The one attribute of this kind in a name; "" without one, and with several: readers might pick others."""
    from cryptography import x509

    name = certificate.issuer if of_issuer else certificate.subject
    found = name.get_attributes_for_oid(x509.ObjectIdentifier(number))
    value = found[0].value if len(found) == 1 else ""
    return value if isinstance(value, str) else ""


def _identifiers(document: JsonObject) -> frozenset[str]:
    """The identifiers under which the issuer presents itself."""
    issuer = document.get("issuer")
    found: set[str] = set()
    for name in _IDENTIFIERS:
        given: JsonValue = issuer.get(name) if isinstance(issuer, dict) else None
        for item in given if isinstance(given, list) else [given]:
            notation = item.get("notation") if isinstance(item, dict) else None
            if isinstance(notation, str):
                found.add(notation)
    return frozenset(found)
