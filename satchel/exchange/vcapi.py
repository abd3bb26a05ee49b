"""The VC API: what its requests say, which issuer instances there are, and how a refusal is told.

One instance issues with one suite and one key, because the W3C's suites call one endpoint for each. Nothing is signed
or judged here. Sources: Verifiable Credential API (W3C CCG draft) §3; VC Data Model 2.0 §7.2, VC Data Integrity 1.0
§4.8, Bitstring Status List 1.0 §3.5 and Controlled Identifiers 1.0 §3.5 for the types of problems; RFC 9457.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from satchel.codes import CODES
from satchel.credential.openbadge import VC1_CONTEXT, VC2_CONTEXT, Version
from satchel.errors import SatchelError
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal

POINTERS_LIMIT: Final = 500
POINTER_LIMIT_CHARS: Final = 1000
QUESTION_LIMIT_CHARS: Final = 500
DETAIL_LIMIT_CHARS: Final = 1000
STATUS_CODE: Final = 400

Check: TypeAlias = Literal["proof", "credentialStatus"]
Form: TypeAlias = Literal["embedded", "vc+jwt"]

EXAMPLES_CONTEXT: Final = "https://www.w3.org/ns/credentials/examples/v2"
EXAMPLES: Final[JsonObject] = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
"""The context of the standards' examples. It gives every word a meaning, so nothing but this API may read with it."""

_DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
_DATA_INTEGRITY_CONTEXTS: Final = frozenset({_DATA_INTEGRITY, "https://w3id.org/security/data-integrity/v1"})
_ED25519_2020: Final = "https://w3id.org/security/suites/ed25519-2020/v1"

_CHECKS: Final[Mapping[str, Check]] = MappingProxyType({"proof": "proof", "credentialStatus": "credentialStatus"})


class ExchangeFault(SatchelError):
    """A message of a protocol cannot be read, or asks for what must not be done (vc_api.*)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRequest:
    """A credential to sign; `mandatory` are the JSON pointers that a selective suite must always show."""

    credential: JsonObject
    mandatory: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """A credential or presentation to judge. `checks` is None when the request names none; `purpose` is the proof
    purpose that it expects."""

    document: JsonObject
    checks: frozenset[Check] | None
    challenge: str | None
    domain: str | None
    purpose: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeriveRequest:
    """A credential of a selective suite, and the JSON pointers of what to show of it."""

    credential: JsonObject
    selective: tuple[str, ...]


def read_issue(body: JsonObject) -> IssueRequest:
    """The request of `credentials/issue`. Raises ExchangeFault vc_api.request.

    Options that this API does not know are passed over: the W3C's suites send settings of their own along.
    """
    return IssueRequest(
        credential=_document(body, "credential"),
        mandatory=_pointers(_options(body), "mandatoryPointers"),
    )


def read_verify(body: JsonObject, member: Literal["verifiableCredential", "verifiablePresentation"]) -> VerifyRequest:
    """The request of `credentials/verify` or `presentations/verify`.

    Raises ExchangeFault vc_api.request, and vc_api.check for a check that is not done here: the answer would seem to
    say that it was.
    """
    options = _options(body)
    return VerifyRequest(
        document=_document(body, member),
        checks=_checks(options),
        challenge=_question(options, "challenge"),
        domain=_question(options, "domain"),
        purpose=_question(options, "expectedProofPurpose"),
    )


def read_derive(body: JsonObject) -> DeriveRequest:
    """The request of `credentials/derive`. Raises ExchangeFault vc_api.request."""
    return DeriveRequest(
        credential=_document(body, "verifiableCredential"),
        selective=_pointers(_options(body), "selectivePointers"),
    )


def with_context(credential: JsonObject, suite: str | None) -> JsonObject:
    """The credential with the context that a proof of the suite needs put behind its own, unless it stands there.

    VC Data Model 2.0 defines Data Integrity proofs itself; 1.1 does not, and neither defines Ed25519Signature2020.
    A credential whose contexts are no list, or do not begin with a data model's, is given back as it is: it is refused
    for that elsewhere.
    """
    contexts = credential.get("@context")
    if contexts == VC2_CONTEXT:
        contexts = [contexts]
    if suite is None or not isinstance(contexts, list) or contexts[:1] not in ([VC1_CONTEXT], [VC2_CONTEXT]):
        return credential
    if suite == "Ed25519Signature2020":
        wanted, present = _ED25519_2020, _ED25519_2020 in contexts
    else:
        wanted = _DATA_INTEGRITY
        present = contexts[0] == VC2_CONTEXT or any(known in contexts for known in _DATA_INTEGRITY_CONTEXTS)
    return credential if present else {**credential, "@context": [*contexts, wanted]}


def enveloped(token: str) -> JsonObject:
    """A `vc+jwt` as the object that JSON readers take for a credential (VC Data Model 2.0 §4.13.1)."""
    return {
        "@context": [VC2_CONTEXT],
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{token}",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One endpoint that issues: its name in the path, its suite (None: a token) and the type of its key.

    `key_type` is None when the home's own issuer signs, with the key that its DID document shows. `tags` are those by
    which the W3C's suites choose an endpoint, `versions` those of the data model.
    """

    name: str
    suite: str | None
    key_type: str | None
    form: Form = "embedded"
    tags: tuple[str, ...]
    versions: tuple[Version, ...] = ("1.1", "2.0")
    has_status: bool = False


_ANY_VERSION: Final = ("vc-api", "vc2.0", "eddsa-rdfc-2022")

INSTANCES: Final = (
    Instance(name="eddsa-rdfc-2022", suite="eddsa-rdfc-2022", key_type="Ed25519", tags=_ANY_VERSION),
    Instance(name="eddsa-jcs-2022", suite="eddsa-jcs-2022", key_type="Ed25519", tags=("eddsa-jcs-2022",)),
    *(
        Instance(name=f"{suite}-{key_type.lower().replace('-', '')}", suite=suite, key_type=key_type, tags=(suite,))
        for suite in ("ecdsa-rdfc-2019", "ecdsa-jcs-2019")
        for key_type in ("P-256", "P-384")
    ),
    Instance(
        name="ed25519signature2020",
        suite="Ed25519Signature2020",
        key_type="Ed25519",
        tags=("Ed25519Signature2020",),
    ),
    Instance(name="ecdsa-sd-2023", suite="ecdsa-sd-2023", key_type="P-256", tags=("ecdsa-sd-2023",)),
    Instance(name="bbs-2023", suite="bbs-2023", key_type="Bls12381G2", tags=("bbs-2023",)),
    Instance(
        name="vc-jose-es256",
        suite=None,
        key_type="P-256",
        form="vc+jwt",
        tags=("EnvelopingProof",),
        versions=("2.0",),
    ),
    Instance(
        name="bitstring-status-list",
        suite="eddsa-rdfc-2022",
        key_type=None,
        tags=("BitstringStatusList",),
        has_status=True,
    ),
)
"""Every instance that there can be; a node serves those whose suite its installation has."""

SELECTIVE: Final = ("ecdsa-sd-2023", "bbs-2023")
"""Suites whose holder shows a part."""


def offered(suites: Collection[str]) -> tuple[Instance, ...]:
    """The instances for these suites."""
    return tuple(one for one in INSTANCES if one.suite is None or one.suite in suites)


def issue_path(name: str) -> str:
    """Where an instance is called."""
    return f"/vc-api/issuers/{name}/credentials/issue"


def local_config(
    url: str, issuers: Mapping[str, str], *, selective: Collection[str], oauth2: JsonObject | None = None
) -> JsonObject:
    """What a W3C suite reads as localConfig.cjs: the endpoints of a node at `url`, and the DID of each instance by its
    name. `selective` are the suites that the node derives with, `oauth2` how a suite gets its token.

    No endpoint has `options`: a suite writes into that object, and pointers of one test would come along in the next.
    """
    served = [instance for instance in INSTANCES if instance.name in issuers]
    # What can be verified does not depend on what is issued here.
    checked = [one for one in INSTANCES if one.suite not in SELECTIVE or one.suite in selective]
    tags = list(dict.fromkeys(tag for one in checked for tag in one.tags))
    curves: list[JsonValue] = list(
        dict.fromkeys(one.key_type for one in checked if one.key_type is not None and one.key_type.startswith("P-"))
    )
    somebody = next(iter(issuers.values()), url)

    def endpoint(
        path: str, id: str, tags: Sequence[str], curves: list[JsonValue], versions: Sequence[str] = ("1.1", "2.0")
    ) -> JsonObject:
        entry: JsonObject = {
            "id": id,
            "endpoint": url.rstrip("/") + path,
            "tags": [*tags],
            "supports": {"vc": [*versions]},
        }
        if curves:
            entry["supportedEcdsaKeyTypes"] = curves
        if oauth2 is not None:
            entry["oauth2"] = oauth2
        return entry

    shows = [suite for suite in SELECTIVE if suite in selective]
    implementation: JsonObject = {
        "name": "Satchel",
        "implementation": "Satchel",
        "issuers": [
            endpoint(
                issue_path(one.name),
                issuers[one.name],
                one.tags,
                [one.key_type] if one.key_type is not None and any("ecdsa" in tag for tag in one.tags) else [],
                one.versions,
            )
            for one in served
        ],
        "verifiers": [endpoint("/vc-api/credentials/verify", somebody, tags, curves)],
        "vpVerifiers": [endpoint("/vc-api/presentations/verify", somebody, tags, curves)],
        "vcHolders": [endpoint("/vc-api/credentials/derive", somebody, ["vcHolder", *shows], curves)] if shows else [],
    }
    return {
        "settings": {"enableInteropTests": False, "testAllImplementations": False},
        "implementations": [implementation],
    }


_DATA_MODEL: Final = "https://www.w3.org/TR/vc-data-model#"
_SECURITY: Final = "https://w3id.org/security#"
_STATUS: Final = "https://www.w3.org/ns/credentials/status-list#"
# A whole code wins over its room.
_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "parse": f"{_DATA_MODEL}PARSING_ERROR",
        "codec": f"{_DATA_MODEL}PARSING_ERROR",
        "vc_api": f"{_DATA_MODEL}MALFORMED_VALUE_ERROR",
        "data_model": f"{_DATA_MODEL}MALFORMED_VALUE_ERROR",
        "schema": f"{_DATA_MODEL}MALFORMED_VALUE_ERROR",
        "validity": f"{_DATA_MODEL}MALFORMED_VALUE_ERROR",
        "validity.ends_before_start": f"{_DATA_MODEL}RANGE_ERROR",
        "presentation": f"{_DATA_MODEL}MALFORMED_VALUE_ERROR",
        "parts": f"{_DATA_MODEL}CRYPTOGRAPHIC_SECURITY_ERROR",
        "linked": f"{_SECURITY}PROOF_TRANSFORMATION_ERROR",
        "proof": f"{_SECURITY}PROOF_VERIFICATION_ERROR",
        "proof.challenge": f"{_SECURITY}INVALID_CHALLENGE_ERROR",
        "proof.domain": f"{_SECURITY}INVALID_DOMAIN_ERROR",
        "proof.meaning": f"{_SECURITY}PROOF_TRANSFORMATION_ERROR",
        "key": f"{_SECURITY}INVALID_VERIFICATION_METHOD",
        "did": f"{_SECURITY}INVALID_VERIFICATION_METHOD",
        "did.unreachable": f"{_SECURITY}INVALID_CONTROLLED_IDENTIFIER_DOCUMENT",
        "did.document": f"{_SECURITY}INVALID_CONTROLLED_IDENTIFIER_DOCUMENT",
        "did.document_mismatch": f"{_SECURITY}INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID",
        "status": f"{_STATUS}STATUS_VERIFICATION_ERROR",
        "status.malformed": f"{_DATA_MODEL}MALFORMED_VALUE_ERROR",
        "status.index_out_of_range": f"{_DATA_MODEL}RANGE_ERROR",
        "status.list_unreachable": f"{_STATUS}STATUS_RETRIEVAL_ERROR",
        "status.list_too_short": f"{_STATUS}STATUS_LIST_LENGTH_ERROR",
    }
)
_AT_ISSUE: Final[Mapping[str, str]] = MappingProxyType(dict.fromkeys(("proof", "key"), "PROOF_GENERATION_ERROR"))


def problem_type(code: str, *, issuing: bool = False) -> str:
    """The standards' type URL for one of our codes; `/errors/CODE` where they have none."""
    room = code.partition(".")[0]
    if issuing and room in _AT_ISSUE:
        return _SECURITY + _AT_ISSUE[room]
    return _TYPES.get(code) or _TYPES.get(room) or f"/errors/{code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, or worth a warning: a public code, and what it names. `message` comes from outside."""

    code: str
    message: str


def finding_of(error: SatchelError) -> Finding:
    """An error as a finding; its place in the document, when it has one, is told."""
    path = error.details.get("path")
    where = f" (at {path})" if isinstance(path, str) and path else ""
    return Finding(code=error.code, message=f"{error.message}{where}")


def problem(findings: Sequence[Finding], *, issuing: bool = False, status: int = STATUS_CODE) -> JsonObject:
    """The RFC 9457 document of a refusal, by its first finding; `problemDetails` lists all of them. `status` is the
    HTTP status that goes with it."""
    listed = [_told(finding, issuing=issuing) for finding in findings]
    return {**listed[0], "status": status, "problemDetails": [*listed]}


def verified(warnings: Sequence[Finding], *, checks: Sequence[str], binding: str) -> JsonObject:
    """The answer to a document that passed. `binding` says whether the named issuer (or holder) was found to control
    the key: this API answers on proof and data model, and a caller must not take one for the other."""
    return {
        "verified": True,
        "checks": [*checks],
        "issuerBinding": binding,
        "warnings": [_told(warning, issuing=False) for warning in warnings],
    }


def _told(finding: Finding, *, issuing: bool) -> JsonObject:
    known = CODES[finding.code]
    return {
        "type": problem_type(finding.code, issuing=issuing),
        "title": known.sentence,
        "detail": for_terminal(finding.message, limit=DETAIL_LIMIT_CHARS),
        "code": finding.code,
        "next_step": known.next_step,
    }


def _document(body: JsonObject, member: str) -> JsonObject:
    if member not in body:
        raise _malformed(f"the request has no {member}")
    found = body[member]
    if not isinstance(found, dict):
        raise _malformed(f"{member} is not an object")
    return found


def _options(body: JsonObject) -> JsonObject:
    options = body.get("options")
    if options is None:
        return {}
    if not isinstance(options, dict):
        raise _malformed("options is not an object")
    return options


def _checks(options: JsonObject) -> frozenset[Check] | None:
    if "checks" not in options:
        return None
    wanted: list[Check] = []
    for name in _texts(options["checks"], "checks"):
        check = _CHECKS.get(name)
        if check is None:
            raise ExchangeFault("vc_api.check", f"there is no check {for_terminal(name, limit=60)}")
        wanted.append(check)
    return frozenset(wanted)


def _question(options: JsonObject, name: str) -> str | None:
    if name not in options:
        return None
    text = options[name]
    if not isinstance(text, str) or not 0 < len(text) <= QUESTION_LIMIT_CHARS:
        raise _malformed(f"{name} is not a text of 1 to {QUESTION_LIMIT_CHARS} characters")
    return text


def _pointers(options: JsonObject, name: str) -> tuple[str, ...]:
    """JSON pointers (RFC 6901) by their form; whether they lead anywhere is the suite's to say."""
    if name not in options:
        return ()
    pointers = _texts(options[name], name)
    if len(pointers) > POINTERS_LIMIT:
        raise _malformed(f"{name} has more than {POINTERS_LIMIT} items")
    for pointer in pointers:
        if len(pointer) > POINTER_LIMIT_CHARS or not _is_pointer(pointer):
            raise _malformed(f"{for_terminal(pointer, limit=60)} of {name} is no JSON pointer")
    return pointers


def _is_pointer(text: str) -> bool:
    return re.fullmatch(r"(?:/(?:[^/~]|~[01])*)*", text) is not None


def _texts(value: JsonValue, name: str) -> tuple[str, ...]:
    items = value if isinstance(value, list) else None
    texts = tuple(item for item in items or () if isinstance(item, str))
    if items is None or len(texts) != len(items):
        raise _malformed(f"{name} is not a list of texts")
    return texts


def _malformed(message: str) -> ExchangeFault:
    return ExchangeFault("vc_api.request", message)
