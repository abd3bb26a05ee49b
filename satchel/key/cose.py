"""Public keys as COSE_Key maps: OKP for Ed25519, EC2 for the ECDSA curves (RFC 9052 §7, RFC 9053 §7, RFC 8812)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from satchel.codec import cbor
from satchel.codec.cbor import CborKey, CborValue
from satchel.errors import CodecError, KeyFault
from satchel.key import ecdsa
from satchel.key.public import KeyType, PublicKey
from satchel.text import for_terminal

# RFC 9864 gave the names that leave the curve open numbers of their own (-8 is now -19, -7 is -9, and so on); both are
# met, and each belongs to one key type here.
ALGORITHMS: Final[Mapping[KeyType, frozenset[int]]] = MappingProxyType(
    {
        KeyType.ED25519: frozenset((-8, -19)),
        KeyType.P_256: frozenset((-7, -9)),
        KeyType.P_384: frozenset((-35, -51)),
        KeyType.P_521: frozenset((-36, -52)),
        KeyType.SECP256K1: frozenset((-47,)),
        KeyType.BLS12_381_G2: frozenset(),
    }
)
LIMIT_BYTES: Final = 4096

_KTY, _KID, _ALG, _KEY_OPS, _CRV, _X, _Y, _D = 1, 2, 3, 4, -1, -2, -3, -4
_OKP, _EC2 = 1, 2
_VERIFY = 2
_TYPES: Final[Mapping[tuple[int, int], KeyType]] = MappingProxyType(
    {
        (_OKP, 6): KeyType.ED25519,
        (_EC2, 1): KeyType.P_256,
        (_EC2, 2): KeyType.P_384,
        (_EC2, 3): KeyType.P_521,
        (_EC2, 8): KeyType.SECP256K1,
    }
)
_NUMBERS: Final = MappingProxyType({kind: numbers for numbers, kind in _TYPES.items()})


def decode(raw: bytes) -> PublicKey:
    """The public key that an encoded COSE_Key gives for checking signatures.

    Raises KeyFault: key.cose for a wrong form, key.secret when it publishes a secret, key.use when its key_ops or alg
    are for something else, key.type_unsupported for another kty or curve, key.length, key.point.
    """
    try:
        value = cbor.decode(raw, limit_bytes=LIMIT_BYTES)
    except CodecError as fault:
        raise KeyFault("key.cose", f"the COSE key cannot be read: {fault.message}") from fault
    if not isinstance(value, dict):
        raise KeyFault("key.cose", "the COSE key is no map")
    if _D in value:
        raise KeyFault("key.secret", "the COSE key publishes its secret half")
    kty, curve = value.get(_KTY), value.get(_CRV)
    if not isinstance(kty, int) or not isinstance(curve, int) or isinstance(kty, bool) or isinstance(curve, bool):
        raise KeyFault("key.type_unsupported", "the COSE key is of no type and curve that is known here")
    kind = _TYPES.get((kty, curve))
    if kind is None:
        shown = for_terminal(f"{kty}, {curve}", limit=40)
        raise KeyFault("key.type_unsupported", f"a COSE key of type and curve {shown} is not known here")
    _refuse_other_use(value, kind)
    x = _bytes(value, _X)
    if kind is KeyType.ED25519:
        return PublicKey(kind, x)
    return PublicKey(kind, _point(kind, x, value.get(_Y)))


def encode(key: PublicKey) -> bytes:
    """The key as encoded COSE_Key with the members of its thumbprint alone (RFC 9679). Raises KeyFault
    key.type_unsupported for RSA and BLS keys, which no COSE token here is signed with."""
    numbers = _NUMBERS.get(key.type)
    if numbers is None:
        raise KeyFault("key.type_unsupported", f"a key of type {key.type} is not written as a COSE key here")
    value: dict[CborKey, CborValue] = {_KTY: numbers[0], _CRV: numbers[1]}
    if key.type is KeyType.ED25519:
        return cbor.encode({**value, _X: key.raw})
    x, y = ecdsa.coordinates(ecdsa.CURVES[key.type], key.raw)
    return cbor.encode({**value, _X: x, _Y: y})


def _point(kind: KeyType, x: bytes, y: CborValue) -> bytes:
    """The compressed point; y may be a sign bit alone (RFC 9053 §7.1.1)."""
    curve = ecdsa.CURVES[kind]
    if isinstance(y, bool):
        return bytes([2 + y]) + x
    if not isinstance(y, bytes) or len(x) != curve.size or len(y) != curve.size:
        raise KeyFault("key.length", f"x and y of a COSE key of type {kind} do not have {curve.size} bytes each")
    raw = ecdsa.compress(curve, x, y)
    if raw is None:
        raise KeyFault("key.point", f"x and y of the COSE key are not a point of {kind}")
    return raw


def _bytes(value: dict[CborKey, CborValue], name: int) -> bytes:
    member = value.get(name)
    if not isinstance(member, bytes):
        raise KeyFault("key.cose", f"the COSE key has no bytes under {name}")
    return member


def _refuse_other_use(value: dict[CborKey, CborValue], kind: KeyType) -> None:
    operations = value.get(_KEY_OPS, [_VERIFY])
    if not isinstance(operations, list) or _VERIFY not in operations:
        raise KeyFault("key.use", "the COSE key is not for checking signatures")
    algorithm = value.get(_ALG)
    if _ALG in value and not (isinstance(algorithm, int) and algorithm in ALGORITHMS[kind]):
        raise KeyFault("key.use", "alg of the COSE key does not belong to its type")
