"""What the text of a credential is: JSON or a token, in which format, and with which value. It never raises.

A token is read as far as it can be without a key; one that breaks the rules of its format has a `refusal` in place of
a value. Formats that are known and never verified have neither: nothing of them is shown.
Sources: VC Data Model 2.0, VC-JOSE-COSE, RFC 7515, RFC 9901, Open Badges 2.0, ETSI TS 119 182-1.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from satchel.codec import base, jcs, strictjson
from satchel.errors import CodecError, Malformed, ProofError
from satchel.port import JsonObject, JsonValue

if TYPE_CHECKING:
    from satchel.credential.token import Profile, Token

Format: TypeAlias = Literal["vc-json", "vc-jwt", "vc+jwt", "sd-jwt", "cose", "edc", "ob2", "unknown"]

_BOM: Final = b"\xef\xbb\xbf"
_WHITESPACE: Final = b" \t\r\n"
# A tagged COSE_Sign1 (RFC 9052 §4.2), and how its base64 begins.
_COSE: Final = b"\xd2\x84"
_COSE_TEXT: Final = re.compile(rb"0o[QRST][A-Za-z0-9+/]+={0,2}")
# The signature may be empty: an unsecured token is still a token, and its proof is what fails.
_TOKEN: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_DISCLOSURES: Final = re.compile(rb"(?:~[A-Za-z0-9_-]+)*~(?:[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)?")
_OB2_CONTEXTS: Final = ("https://w3id.org/openbadges/v2", "https://w3id.org/openbadges/v1")
_OB2_VOCABULARY: Final = "https://w3id.org/openbadges#"
_VC2_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
_VC_CONTEXTS: Final = (_VC2_CONTEXT, "https://www.w3.org/2018/credentials/v1")
# The members of a JWS in JSON (RFC 7515 §7.2).
_SEAL: Final = frozenset(("payload", "signatures", "protected", "header", "signature"))
_ENVELOPE: Final = "EnvelopedVerifiableCredential"
_ENVELOPES: Final = (_ENVELOPE, "EnvelopedVerifiablePresentation")
_DATA_URL: Final = re.compile(r"data:application/([a-z+-]{1,20})(;base64)?,([!-~]+)")
# What the media type of a data URL promises; `jwt` is the older name for all tokens in this form.
_PROMISED: Final[Mapping[str, frozenset[Profile]]] = MappingProxyType(
    {
        "jwt": frozenset(("vc-jwt", "vp-jwt", "vc+jwt", "vp+jwt")),
        "vc+jwt": frozenset(("vc+jwt",)),
        "vp+jwt": frozenset(("vp+jwt",)),
        # Older SD-JWT VCs call themselves by the name that the data model's own tokens have.
        "vc+sd-jwt": frozenset(("vc+sd-jwt", "dc+sd-jwt")),
        "dc+sd-jwt": frozenset(("dc+sd-jwt",)),
        "vp+sd-jwt": frozenset(("vp+sd-jwt",)),
        "vc+cose": frozenset(("vc+cose",)),
        "vp+cose": frozenset(("vp+cose",)),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why bytes could not be read: a code of the table (parse.*) and a sentence that names the thing."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The text's format, media type and value. `is_token` says whether the text itself is a token, `token` holds the
    one that it is or carries; `refusal` says why a token breaks the rules of its format (proof.*)."""

    format: Format
    media_type: str
    is_token: bool
    value: JsonObject | None = None
    fault: Fault | None = None
    notes: tuple[str, ...] = ()
    token: Token | None = None
    refusal: Fault | None = None


def of_text(raw: bytes) -> Content:
    """The content of bytes that are no image: JSON, a JWT, an SD-JWT, a COSE_Sign1 (or its base64 text), or a fault."""
    if raw.startswith(_COSE):
        return of_token(raw)
    text = raw.removeprefix(_BOM).strip(_WHITESPACE)
    if not text:
        return _faulty("parse.empty", "the file is empty")
    return _json(raw) if text[:1] in (b"{", b"[", b'"') else of_token(raw)


def of_token(raw: bytes) -> Content:
    """The content of bytes that are a token and nothing else: a JWT, an SD-JWT, a COSE_Sign1, or a fault."""
    if raw.startswith(_COSE):
        # Before any stripping: the last bytes of a signature may look like blanks.
        return _cose(raw)
    text = raw.strip(_WHITESPACE)
    if _COSE_TEXT.fullmatch(text):
        try:
            decoded = b64decode(text + b"=" * (-len(text) % 4), validate=True)
        except BinasciiError:
            decoded = b""
        if b64encode(decoded).rstrip(b"=") != text.rstrip(b"="):
            return _faulty("parse.not_credential", "the token is not written in base64")
        return _cose(decoded)
    token, tilde, rest = text.partition(b"~")
    if _TOKEN.fullmatch(token) is None or (tilde and _DISCLOSURES.fullmatch(tilde + rest) is None):
        return _faulty("parse.not_credential", "the bytes are no JSON, token or image")
    return _disclosing(text) if tilde else _token(token)


def of_value(value: JsonObject, notes: tuple[str, ...] = (), *, raw: bytes | None = None) -> Content:
    """The content of a JSON object that was read strictly; `raw` is its text when it stands alone."""
    payload = value.get("payload")
    if isinstance(payload, str) and ("signatures" in value or "protected" in value) and value.keys() <= _SEAL:
        return _sealed(payload, jcs.encode(value) if raw is None else raw, notes)
    if _is_ob2(value):
        return Content(format="ob2", media_type="application/ld+json", is_token=False, notes=notes)
    if is_envelope(value):
        inner = of_envelope(value)
        if inner is not None:
            return replace(inner[1], media_type="application/vc", is_token=False, notes=notes)
    media_type = "application/vc" if _contexts(value)[:1] == [_VC2_CONTEXT] else "application/vc+ld+json"
    return Content(format="vc-json", media_type=media_type, is_token=False, value=value, notes=notes)


def is_envelope(value: JsonObject) -> bool:
    """Whether an object calls itself an EnvelopedVerifiableCredential or EnvelopedVerifiablePresentation."""
    types = value.get("type")
    return any(kind in (types if isinstance(types, list) else [types]) for kind in _ENVELOPES)


def envelope_fault(value: JsonObject) -> str | None:
    """What is wrong with an envelope (VC Data Model 2.0 §4.13.1, §4.13.2), None for a sound one.

    Members beside @context, type and id would be claims that nobody signed; an id that is no data URL would be
    somewhere else's word.
    """
    types = value.get("type")
    if types not in _ENVELOPES and types not in [[kind] for kind in _ENVELOPES]:
        return "its one type is not that of an envelope"
    if not value.keys() <= {"@context", "type", "id"}:
        return "it has members beside @context, type and id, which nobody signed"
    contexts = _contexts(value)
    if contexts[:1] != [_VC2_CONTEXT] or not all(isinstance(item, str) for item in contexts):
        return "its @context is not that of the data model"
    if _opened(value) is None:
        return "its id is no data URL of a credential or presentation"
    return None


def of_envelope(value: JsonObject) -> tuple[bytes, Content] | None:
    """The token of a sound envelope, and its content; None when something is wrong with the envelope. A token of
    another kind than its media type and the envelope promise is refused."""
    opened = _opened(value)
    if opened is None or envelope_fault(value) is not None:
        return None
    kind, raw = opened
    read = of_token(raw)
    if read.token is None:
        return raw, read
    wants_presentation = value.get("type") not in (_ENVELOPE, [_ENVELOPE])
    if read.token.profile in _PROMISED[kind] and read.token.is_presentation == wants_presentation:
        return raw, read
    refusal = Fault(code="proof.token_type", message="the envelope promises another kind of token than it holds")
    return raw, replace(read, value=None, token=None, refusal=refusal)


def _opened(value: JsonObject) -> tuple[str, bytes] | None:
    """The media type of an envelope's data URL, without `application/`, and the token in it."""
    address = value.get("id")
    found = _DATA_URL.fullmatch(address) if isinstance(address, str) else None
    if found is None or found[1] not in _PROMISED:
        return None
    raw = found[3].encode("ascii")
    if found[2] is None:
        return found[1], raw
    try:
        return found[1], b64decode(raw, validate=True)
    except BinasciiError:
        return None


def _json(raw: bytes) -> Content:
    try:
        parsed = strictjson.parse(raw)
    except Malformed as fault:
        return _faulty(fault.code, fault.message)
    if not isinstance(parsed.value, dict):
        return _faulty("parse.not_object", "the JSON is not one object")
    return of_value(parsed.value, ("parse.bom",) if parsed.bom else (), raw=raw)


def _sealed(payload: str, raw: bytes, notes: tuple[str, ...]) -> Content:
    """A JAdES seal over a JSON text, as European Digital Credentials have: the payload stands as it is, not encoded."""
    from satchel.credential import token

    fault: Fault | None = None
    try:
        found = token.of_seal(raw)
    except ProofError as error:
        refusal = Fault(code=error.code, message=error.message)
        try:
            strictjson.load_object(payload.encode("utf-8"))
        except Malformed as wrong:
            fault = Fault(code=wrong.code, message=f"the sealed payload cannot be read: {wrong.message}")
        return Content(
            format="edc",
            media_type="application/jose+json",
            is_token=False,
            fault=fault,
            notes=notes,
            refusal=refusal if fault is None else None,
        )
    return Content(
        format="edc",
        media_type=found.media_type,
        is_token=False,
        value=found.document,
        notes=notes,
        token=found,
    )


def _token(raw: bytes) -> Content:
    """A compact JWS."""
    from satchel.credential import token

    try:
        found = token.of_jwt(raw)
    except ProofError as error:
        return _refused(raw, error)
    name: Format = "vc+jwt" if found.profile in ("vc+jwt", "vp+jwt") else "vc-jwt"
    return Content(format=name, media_type=found.media_type, is_token=True, value=found.document, token=found)


def _disclosing(raw: bytes) -> Content:
    """A compact JWS with disclosures behind it."""
    from satchel.credential import token

    try:
        found = token.of_sd_jwt(raw)
    except ProofError as error:
        return _refused(raw, error)
    return Content(format="sd-jwt", media_type=found.media_type, is_token=True, value=found.document, token=found)


def _cose(raw: bytes) -> Content:
    """A COSE_Sign1: bytes that are none all the same are no credential."""
    from satchel.credential import token

    try:
        found = token.of_cose(raw)
    except ProofError as error:
        if error.code == "proof.token_malformed":
            return _faulty("parse.not_credential", error.message)
        refusal = Fault(code=error.code, message=error.message)
        return Content(format="cose", media_type="application/cose", is_token=True, refusal=refusal)
    return Content(format="cose", media_type=found.media_type, is_token=True, value=found.document, token=found)


def _refused(raw: bytes, error: ProofError) -> Content:
    """A token that breaks the rules of its format. When header or payload are no JSON objects of one reading, it is no
    token at all; a signed Open Badge 2.0 is known by its payload."""
    refusal = Fault(code=error.code, message=error.message)
    token, tilde, _ = raw.partition(b"~")
    header_part, payload_part, signature_part = token.decode("ascii").split(".")
    try:
        base.base64url_decode(signature_part)
        header = strictjson.load_object(base.base64url_decode(header_part))
        payload = strictjson.load_object(base.base64url_decode(payload_part))
    except CodecError as fault:
        return _faulty("parse.not_credential", f"the token is not written in base64url: {fault.message}")
    except Malformed as fault:
        return _faulty(fault.code, f"the token cannot be read: {fault.message}")
    kind = _kind(header.get("typ"))
    if tilde:
        media_type = "application/dc+sd-jwt" if kind == "dc+sd-jwt" else "application/vc+sd-jwt"
        return Content(format="sd-jwt", media_type=media_type, is_token=True, refusal=refusal)
    if _is_ob2(payload):
        return Content(format="ob2", media_type="application/jwt", is_token=True)
    if kind in ("vc+jwt", "vp+jwt"):
        return Content(format="vc+jwt", media_type=f"application/{kind}", is_token=True, refusal=refusal)
    return Content(format="vc-jwt", media_type="application/jwt", is_token=True, refusal=refusal)


def _contexts(value: JsonObject) -> list[JsonValue]:
    context = value.get("@context")
    return context if isinstance(context, list) else [context]


def _is_ob2(value: JsonObject) -> bool:
    """Whether the older context is named, or its vocabulary written out, and none of verifiable credentials beside."""
    contexts = _contexts(value)
    if any(known in contexts for known in _VC_CONTEXTS):
        return False
    return any(known in contexts for known in _OB2_CONTEXTS) or any(
        isinstance(item, dict) and item.get("obi") == _OB2_VOCABULARY for item in contexts
    )


def _kind(typ: JsonValue) -> str:
    """The header's typ in small letters and without `application/` (RFC 7515 §4.1.9)."""
    return typ.lower().removeprefix("application/") if isinstance(typ, str) else ""


def _faulty(code: str, message: str) -> Content:
    return Content(
        format="unknown",
        media_type="application/octet-stream",
        is_token=False,
        fault=Fault(code=code, message=message),
    )
