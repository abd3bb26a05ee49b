"""data_model: does the credential follow VC Data Model 1.1 or 2.0, in the one spelling that the facets read?

Sources: Verifiable Credentials Data Model 2.0 §4; Verifiable Credentials Data Model 1.1 §4. Dates are read by the
facet validity, proofs by the facet proof.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from satchel.codec import base
from satchel.credential import content, openbadge
from satchel.credential import resource as related
from satchel.credential.openbadge import Version
from satchel.linked import pinned
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from verifier.facet.spelling import Respelled, check_contexts, walk
from verifier.report import Facet

_NAME: Final = "data_model"
# An absolute URL: a scheme (so never the blank node `_:`), and no character that a URL must not have.
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f-\x9f<>\"{}|\\^`]+")
_REFERENCE: Final = re.compile(r"[^\x00-\x20\x7f-\x9f<>\"{}|\\^`]+")
_LANGUAGE_VALUE: Final = frozenset({"@value", "@language", "@direction"})
_TYPED_PARTS: Final = ("evidence", "termsOfUse", "refreshService")
# What the candidate recommendation of July 2024 published under the same URL; its digests stand in signed credentials
# and in the W3C's own test suite.
_EARLIER: Final[Mapping[str, Mapping[str, bytes]]] = MappingProxyType(
    {
        openbadge.VC2_CONTEXT: MappingProxyType(
            {
                "sha256": base.base64url_decode("JKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"),
                "sha384": base.base64url_decode("NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg"),
            }
        )
    }
)


def facet(
    value: JsonObject, version: Version | None, check_inline: Callable[[list[JsonValue]], bool] = check_contexts
) -> Facet:
    """Fail with the first rule that is broken; warn for inline contexts and lists in the long form; else pass. The
    credentials inside are judged by themselves."""
    try:
        if content.is_envelope(value):
            # A sound one was opened when it was read.
            raise Respelled("data_model.envelope", f"The envelope is not sound: {content.envelope_fault(value)}.")
        contexts = _check_context(value, version)
        has_inline = check_inline(contexts)
        findings = walk(value, contexts)
        kinds = _check_type(value, version)
        _check_ids(value)
        _check_subjects(value)
        if "credentialStatus" in value:
            _check_status(value["credentialStatus"])
        _check_parts(value, version)
        has_earlier = version == "2.0" and _check_related(value)
    except Respelled as refusal:
        return Facet.of(_NAME, refusal.code, refusal.message)
    title = _title(value)
    details: JsonObject = {"version": version, "type": list[JsonValue](kinds), "title": title}
    if has_inline:
        return Facet.of(_NAME, "data_model.inline_context", **details)
    if has_earlier:
        return Facet.of(_NAME, "data_model.related_earlier", **details)
    if findings.has_list:
        return Facet.of(_NAME, "data_model.keyword", **details)
    return Facet.of(_NAME, "data_model.ok", _sentence(value, version, title), **details)


def presentation_facet(
    value: JsonObject, version: Version | None, check_inline: Callable[[list[JsonValue]], bool] = check_contexts
) -> Facet:
    """The rules of a presentation (2.0 §4.13, 1.1 §4.10). The credentials in it are judged by themselves."""
    try:
        contexts = _check_context(value, version)
        has_inline = check_inline(contexts)
        walk(value, contexts, apart=frozenset({"verifiableCredential"}))
        kinds = openbadge.types(value)
        given = value.get("type")
        if isinstance(given, list) and len(kinds) != len(given):
            raise Respelled("data_model.type", "A type is not a text.")
        if "VerifiableCredential" in kinds:
            # One reader would judge the claims, another the holder, of the same bytes.
            raise Respelled("data_model.type", "It calls itself a credential and a presentation.")
        if "id" in value and not _is_url(value["id"]):
            raise Respelled("data_model.id", "The presentation's id is not one absolute URL.")
        holder = value.get("holder")
        if "holder" in value and not _is_url(holder.get("id") if isinstance(holder, dict) else holder):
            raise Respelled("data_model.holder", "The holder is not named by one absolute URL.")
        credentials = value.get("verifiableCredential", [])
        for item in credentials if isinstance(credentials, list) else [credentials]:
            _check_shown(item, version)
        if version == "2.0":
            _check_self_asserted(value, credentials)
    except Respelled as refusal:
        return Facet.of(_NAME, refusal.code, refusal.message)
    details: JsonObject = {"version": version, "type": list[JsonValue](kinds)}
    if has_inline:
        return Facet.of(_NAME, "data_model.inline_context", **details)
    return Facet.of(_NAME, "data_model.ok", f"A presentation of data model {version}.", **details)


def claims_facet(claims: JsonObject) -> Facet:
    """An SD-JWT VC: what its format asks of its claims was asked when it was read; `vct` says what it is."""
    kind = claims.get("vct")
    shown = for_terminal(kind if isinstance(kind, str) else "", limit=120)
    return Facet.of(
        _NAME, "data_model.ok", f"An SD-JWT VC of the type “{shown}”.", version=None, type=[kind], title=shown
    )


def _title(value: JsonObject) -> str:
    """As openbadge.title, without reading the whole achievement where the common shape has its name."""
    match value:
        case {"credentialSubject": {"achievement": {"name": str(name)}}} if name:
            return name
        case _:
            return openbadge.title(value)


def _check_shown(item: JsonValue, version: Version | None) -> None:
    """2.0 §4.13: what is shown are objects with a type; a bare token is a form of 1.1 alone."""
    if isinstance(item, str):
        if version == "2.0":
            # A bare text would be dropped by readers of linked data.
            raise Respelled("data_model.credentials", "A credential inside is a bare token without its envelope.")
    elif not isinstance(item, dict):
        raise Respelled("data_model.credentials", "A credential inside is neither an object nor a token.")
    elif not _is_typed(item):
        raise Respelled("data_model.credentials", "A credential inside has no type.")


def _check_self_asserted(value: JsonObject, credentials: JsonValue) -> None:
    """2.0 §4.13.4: a credential that is secured by nothing else than what secures the presentation is the holder's own
    word; so its issuer is the holder, and the holder is named."""
    methods = _methods(value)
    if not methods:
        return
    holder = value.get("holder")
    named = holder.get("id") if isinstance(holder, dict) else holder
    for item in credentials if isinstance(credentials, list) else [credentials]:
        own = _methods(item) if isinstance(item, dict) else frozenset()
        if isinstance(item, dict) and own and own <= methods and openbadge.issuer_id(item) != named:
            raise Respelled(
                "data_model.self_asserted", "A credential inside is by the holder's key and names another issuer."
            )


def _methods(value: JsonObject) -> frozenset[str]:
    """The names of the keys that the proofs of a document give."""
    given = value.get("proof")
    proofs = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, dict)]
    return frozenset(name for one in proofs if isinstance(name := one.get("verificationMethod"), str))


def _sentence(value: JsonObject, version: Version | None, title: str) -> str:
    kind = "An Open Badge" if openbadge.is_open_badge(value) else "A credential"
    return f"{kind} of data model {version}" + (f": “{for_terminal(title, limit=120)}”." if title else ".")


def _check_context(value: JsonObject, version: Version | None) -> list[JsonValue]:
    """2.0 §4.3, 1.1 §4.1: the first context is the data model's; each other is a URL or an object."""
    given = value.get("@context")
    if version is None:
        raise Respelled("data_model.context", "The first context is not that of a verifiable credential.")
    if not isinstance(given, list):
        if version == "1.1":
            raise Respelled("data_model.context", "The contexts are not a list.")
        given = [given]
    for item in given:
        if isinstance(item, str) and _REFERENCE.fullmatch(item) is None:
            raise Respelled("data_model.context", f"The context “{for_terminal(item, limit=100)}” is no URL.")
    return given


def _check_type(value: JsonObject, version: Version | None) -> tuple[str, ...]:
    given = value.get("type")
    kinds = openbadge.types(value)
    if version == "1.1" and not isinstance(given, list):
        raise Respelled("data_model.type", "The types are not a list.")
    if isinstance(given, list) and len(kinds) != len(given):
        raise Respelled("data_model.type", "A type is not a text.")
    if "VerifiableCredential" not in kinds:
        raise Respelled("data_model.type", "The type VerifiableCredential is missing.")
    return kinds


def _check_ids(value: JsonObject) -> None:
    if "id" in value and not _is_url(value["id"]):
        raise Respelled("data_model.id", "The credential's id is not one absolute URL.")
    issuer = value.get("issuer")
    if not _is_url(issuer.get("id") if isinstance(issuer, dict) else issuer):
        raise Respelled("data_model.issuer", "The issuer is not named by one absolute URL.")


def _check_subjects(value: JsonObject) -> None:
    given = value.get("credentialSubject")
    subjects = given if isinstance(given, list) else [given]
    if not subjects:
        raise Respelled("data_model.subject", "The credential has no subject.")
    for subject in subjects:
        if not isinstance(subject, dict) or not subject:
            raise Respelled("data_model.subject", "A subject is empty or no object.")
        if "id" in subject and not _is_url(subject["id"]):
            raise Respelled("data_model.id", "A subject's id is not one absolute URL.")


def _check_status(given: JsonValue) -> None:
    entries = given if isinstance(given, list) else [given]
    if not entries:
        raise Respelled("data_model.status", "The list of status entries is empty.")
    for entry in entries:
        if not isinstance(entry, dict) or not _is_typed(entry):
            raise Respelled("data_model.status", "A status entry has no type.")
        if "id" in entry and not _is_url(entry["id"]):
            raise Respelled("data_model.status", "A status entry's id is not one absolute URL.")


def _check_parts(value: JsonObject, version: Version | None) -> None:
    if version == "1.1" and "issuanceDate" not in value:
        raise Respelled("data_model.date", "The credential has no issuanceDate.")
    for schema in _objects(value, "credentialSchema", "data_model.schema"):
        if not _is_typed(schema) or not _is_url(schema.get("id")):
            raise Respelled("data_model.schema", "A credentialSchema has no URL or no type.")
    for name in _TYPED_PARTS:
        for part in _objects(value, name, "data_model.part"):
            if not _is_typed(part):
                raise Respelled("data_model.part", f"A part of {name} has no type.")
    if version == "2.0":
        issuer = value.get("issuer")
        for holder in (value, issuer) if isinstance(issuer, dict) else (value,):
            for name in ("name", "description"):
                if name in holder and not _is_language_text(holder[name]):
                    raise Respelled("data_model.name", f"The {name} is neither a text nor a text with its language.")


def _check_related(value: JsonObject) -> bool:
    """2.0 §5.3: each resource once, with a digest; those that are pinned contexts must have that digest. Gives whether
    one of them is that of an earlier publication."""
    seen: set[str] = set()
    has_earlier = False
    for resource in _objects(value, "relatedResource", "data_model.related"):
        url = resource.get("id")
        if not isinstance(url, str) or not _is_url(url) or url in seen:
            raise Respelled("data_model.related", "A related resource has no URL or stands there twice.")
        seen.add(url)
        if resource.get("digestSRI") is None and resource.get("digestMultibase") is None:
            raise Respelled("data_model.related", "A related resource has no digest.")
        # Where only an export of the context is pinned, its bytes are not the published ones.
        is_checked = url in pinned.urls() and pinned.is_published(url)
        if is_checked and not related.fits(resource, related.digests(pinned.raw(url))):
            if not related.fits(resource, _EARLIER.get(url, {})):
                shown = for_terminal(url, limit=100)
                raise Respelled("data_model.related", f"The digest of {shown} is another one.")
            has_earlier = True
    return has_earlier


def _objects(value: JsonObject, name: str, code: str) -> list[JsonObject]:
    """The objects of a member that may be one or a list of them."""
    if name not in value:
        return []
    given = value[name]
    items = given if isinstance(given, list) else [given]
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) != len(items):
        raise Respelled(code, f"A part of {name} is no object.")
    return objects


def _is_typed(part: JsonObject) -> bool:
    given = part.get("type")
    kinds = given if isinstance(given, list) else [given]
    return bool(kinds) and all(isinstance(kind, str) and kind for kind in kinds)


def _is_url(value: JsonValue) -> bool:
    return isinstance(value, str) and _URL.fullmatch(value) is not None


def _is_language_text(value: JsonValue) -> bool:
    if isinstance(value, str):
        return True
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(
        isinstance(item, str)
        or (isinstance(item, dict) and item.keys() <= _LANGUAGE_VALUE and _is_language_value(item))
        for item in items
    )


def _is_language_value(item: JsonObject) -> bool:
    """2.0 §11.1; whether the language is one, the canonical form says."""
    language, direction = item.get("@language", ""), item.get("@direction", "ltr")
    return isinstance(item.get("@value"), str) and isinstance(language, str) and direction in ("ltr", "rtl")
