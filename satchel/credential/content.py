"""What the text of a credential is: JSON or a token, in which format, and with which value. It never raises.

Formats that are known but not verified yet are recognised and their value is left out: nothing that is not verified
can then be shown. Sources: VC Data Model 2.0, VC-JOSE-COSE, RFC 7515, RFC 9901, Open Badges 2.0, ETSI TS 119 182-1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from satchel.codec import base, strictjson
from satchel.errors import CodecError, Malformed
from satchel.port import JsonObject, JsonValue

Format: TypeAlias = Literal["vc-json", "vc-jwt", "vc+jwt", "sd-jwt", "cose", "edc", "ob2", "unknown"]

_BOM: Final = b"\xef\xbb\xbf"
_WHITESPACE: Final = b" \t\r\n"
# The signature may be empty: an unsecured token is still a token, and its proof is what fails.
_TOKEN: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_DISCLOSURES: Final = re.compile(rb"(?:~[A-Za-z0-9_-]+)*~(?:[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)?")
_OB2_CONTEXTS: Final = ("https://w3id.org/openbadges/v2", "https://w3id.org/openbadges/v1")
_VC2_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
_VC_CONTEXTS: Final = (_VC2_CONTEXT, "https://www.w3.org/2018/credentials/v1")
_ENVELOPED: Final = re.compile(r"data:application/(vc\+jwt|jwt|vc\+sd-jwt|dc\+sd-jwt),([!-~]+)")
_ENVELOPED_TYPE: Final = "EnvelopedVerifiableCredential"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why bytes could not be read: a code of the table (parse.*) and a sentence that names the thing."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The text's format, media type and, for plain JSON credentials only, its value."""

    format: Format
    media_type: str
    is_token: bool
    value: JsonObject | None = None
    fault: Fault | None = None
    notes: tuple[str, ...] = ()


def of_text(raw: bytes) -> Content:
    """The content of bytes that are no image: JSON, a JWT, an SD-JWT, or a fault."""
    text = raw.removeprefix(_BOM).strip(_WHITESPACE)
    if not text:
        return _faulty("parse.empty", "the file is empty")
    if text[:1] in (b"{", b"[", b'"'):
        return _json(raw)
    token, tilde, rest = raw.strip(_WHITESPACE).partition(b"~")
    if _TOKEN.fullmatch(token) is None or (tilde and _DISCLOSURES.fullmatch(tilde + rest) is None):
        return _faulty("parse.not_credential", "the bytes are no JSON, token or image")
    return _token(token, has_disclosures=bool(tilde))


def of_value(value: JsonObject, notes: tuple[str, ...] = ()) -> Content:
    """The content of a JSON object that was read strictly."""
    if value.keys() == {"payload", "signatures"} and isinstance(value["payload"], str):
        return _sealed(value["payload"], notes)
    if _is_ob2(value):
        return Content(format="ob2", media_type="application/ld+json", is_token=False, notes=notes)
    token = enveloped_token(value)
    if token is not None:
        inner = of_text(token)
        return Content(format=inner.format, media_type="application/vc", is_token=False, fault=inner.fault, notes=notes)
    media_type = "application/vc" if _contexts(value)[:1] == [_VC2_CONTEXT] else "application/vc+ld+json"
    return Content(format="vc-json", media_type=media_type, is_token=False, value=value, notes=notes)


def enveloped_token(value: JsonObject) -> bytes | None:
    """The token of an EnvelopedVerifiableCredential (VC Data Model 2.0 §4.13.1); None for any other object.

    One with members beside @context, type and id is none either: they would be claims that nobody signed.
    """
    types = value.get("type")
    if _ENVELOPED_TYPE not in (types if isinstance(types, list) else [types]) or not (
        value.keys() <= {"@context", "type", "id"}
    ):
        return None
    address = value.get("id")
    found = _ENVELOPED.fullmatch(address) if isinstance(address, str) else None
    return found.group(2).encode("ascii") if found else None


def _json(raw: bytes) -> Content:
    try:
        parsed = strictjson.parse(raw)
    except Malformed as fault:
        return _faulty(fault.code, fault.message)
    if not isinstance(parsed.value, dict):
        return _faulty("parse.not_object", "the JSON is not one object")
    return of_value(parsed.value, ("parse.bom",) if parsed.bom else ())


def _sealed(payload: str, notes: tuple[str, ...]) -> Content:
    """A JAdES seal over a JSON text, as European Digital Credentials have: the payload stands as it is, not encoded."""
    fault: Fault | None = None
    try:
        strictjson.load_object(payload.encode("utf-8"))
    except Malformed as error:
        fault = Fault(code=error.code, message=f"the sealed payload cannot be read: {error.message}")
    return Content(format="edc", media_type="application/jose+json", is_token=False, fault=fault, notes=notes)


def _token(token: bytes, *, has_disclosures: bool) -> Content:
    """A compact JWS. Header and payload must be JSON objects of one reading; the signature is not looked at."""
    header_part, payload_part, signature_part = token.decode("ascii").split(".")
    try:
        base.base64url_decode(signature_part)
        header = strictjson.load_object(base.base64url_decode(header_part))
        payload = strictjson.load_object(base.base64url_decode(payload_part))
    except CodecError as error:
        return _faulty("parse.not_credential", f"the token is not written in base64url: {error.message}")
    except Malformed as error:
        return _faulty(error.code, f"the token cannot be read: {error.message}")
    kind = _kind(header.get("typ"))
    if has_disclosures:
        media_type = "application/dc+sd-jwt" if kind == "dc+sd-jwt" else "application/vc+sd-jwt"
        return Content(format="sd-jwt", media_type=media_type, is_token=True)
    if _is_ob2(payload):
        return Content(format="ob2", media_type="application/jwt", is_token=True)
    if kind == "vc+jwt":
        return Content(format="vc+jwt", media_type="application/vc+jwt", is_token=True)
    return Content(format="vc-jwt", media_type="application/jwt", is_token=True)


def _contexts(value: JsonObject) -> list[JsonValue]:
    context = value.get("@context")
    return context if isinstance(context, list) else [context]


def _is_ob2(value: JsonObject) -> bool:
    """Whether the older context is named, and none of verifiable credentials beside it."""
    contexts = _contexts(value)
    return any(known in contexts for known in _OB2_CONTEXTS) and not any(known in contexts for known in _VC_CONTEXTS)


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
