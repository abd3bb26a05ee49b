"""The public key of an X.509 certificate. Nothing here trusts one: chain, dates and names are for others to judge."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from satchel.errors import KeyFault
from satchel.key import ecdsa, rsa
from satchel.key.public import KeyType, PublicKey

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LIMIT_BYTES = 64 * 1024


def load(der: bytes) -> Certificate:
    """The certificate in DER. Raises KeyFault key.certificate for bytes that are none, or too many."""
    from cryptography import x509

    if len(der) > LIMIT_BYTES:
        raise KeyFault("key.certificate", f"the certificate has {len(der)} bytes, more than {LIMIT_BYTES}")
    try:
        # Odd serial numbers are complained of on stderr, where a batch of other people's files would fill it.
        with warnings.catch_warnings(action="ignore"):
            return x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion) as fault:
        raise KeyFault("key.certificate", "the certificate cannot be read") from fault


def public_key(der: bytes) -> PublicKey:
    """The key of a certificate in DER.

    Raises KeyFault: key.certificate for bytes that are none, key.type_unsupported for another kind of key, key.length,
    key.point."""
    # Imported here: few documents hold certificates, and the reader of them is large.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    certificate = load(der)
    try:
        found = certificate.public_key()
    except ValueError as fault:
        raise KeyFault("key.certificate", "the certificate's key cannot be read") from fault
    except UnsupportedAlgorithm as fault:
        raise KeyFault("key.type_unsupported", "the certificate's key is of no kind that is known here") from fault
    match found:
        case RSAPublicKey():
            numbers = found.public_numbers()
            return PublicKey(KeyType.RSA, rsa.encode(numbers.n, numbers.e))
        case EllipticCurvePublicKey():
            raw = found.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
            names = {ecdsa.engine_curve(curve).name: name for name, curve in ecdsa.CURVES.items()}
            if found.curve.name in names:
                return PublicKey(KeyType(names[found.curve.name]), raw)
        case Ed25519PublicKey():
            return PublicKey(KeyType.ED25519, found.public_bytes_raw())
        case _:
            pass
    raise KeyFault("key.type_unsupported", "the certificate's key is of no kind that is known here")
