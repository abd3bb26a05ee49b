"""What a file is made of and what its signatures are over, step by step, so that anybody can repeat them.

Of each proof: its options, the two texts that are hashed, the hashes, what is signed and the signature, as the
standards' own test vectors print them. Of each token: header, claims, disclosures and what is signed. Nothing here
judges; nothing is fetched: a key that does not stand in its own name is left open.
Sources: vc-di-eddsa §3.2, §3.3; vc-di-ecdsa §3.2 to §3.4; RFC 7515 §5.1; RFC 9901 §4; RFC 9052 §4.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Final, TypeAlias

from did.document import DidDocument
from did.syntax import split_url
from satchel.codec import jcs
from satchel.codec.base import base64url_encode, multibase_decode
from satchel.credential.envelope import Envelope
from satchel.credential.token import Token
from satchel.errors import CodecError, DidError, KeyFault, LinkedError, ProofError, SatchelError
from satchel.key import multikey
from satchel.key.public import PublicKey
from satchel.linked.context import Contexts
from satchel.linked.pinned import PINNED
from satchel.port import Did, JsonObject, JsonValue
from satchel.proof import suites
from satchel.proof.configuration import Proof, options_of, proofs_of
from satchel.proof.secured import HashName, Secured, canonical_form
from satchel.text import for_terminal
from verifier import inside

SCHEMA: Final = "satchel.explanation/1"
PARTS_LIMIT: Final = 50

Resolve: TypeAlias = Callable[[Did], "DidDocument | DidError"]


def explain(envelope: Envelope, resolve: Resolve, *, contexts: Contexts = PINNED) -> JsonObject:
    """The file as `satchel.explanation/1`. It never raises for what is in it: what cannot be told has a `fault`.

    `resolve` gives DID documents; one that must be fetched may be an error.
    """
    found = inside.look(envelope)
    outer = found.outer
    document: JsonObject = {"schema": SCHEMA, "file": _file(envelope), "format": outer.format}
    for fault in (envelope.fault, found.fault, outer.refusal):
        if fault is not None:
            document["fault"] = {"code": fault.code, "message": fault.message}
            break
    if envelope.notes:
        document["notes"] = list(envelope.notes)
    if outer.token is not None:
        document["token"] = _token(outer.token, resolve)
    if outer.value is not None:
        document["document"] = outer.value
        if outer.token is None:
            document["proofs"] = _proofs(outer.value, resolve, contexts)
        parts = [*found.parts, *(one.envelope for one in inside.endorsements(outer.value) if one.envelope is not None)]
        if parts:
            document["inside"] = [_part(part) for part in parts[:PARTS_LIMIT]]
    return document


def to_text(document: JsonObject) -> str:
    """The explanation for a terminal, every text from outside made safe. Texts that are hashed stand unwrapped, one
    line each, so that they can be compared."""
    lines: list[str] = []
    _write(lines, document, 0)
    return "\n".join(lines) + "\n"


def _write(lines: list[str], value: JsonObject, depth: int) -> None:
    indent = "  " * depth
    for name, member in value.items():
        shown = for_terminal(name.replace("_", " "), limit=200)
        match member:
            case dict() if not member:
                lines.append(f"{indent}{shown}: {{}}")
            case dict() if name in ("document", "options", "header", "claims"):
                lines.append(f"{indent}{shown}:")
                _write_json(lines, member, depth + 1)
            case dict():
                lines.append(f"{indent}{shown}:")
                _write(lines, member, depth + 1)
            case list():
                _write_list(lines, shown, member, depth)
            case str() if "\n" in member:
                lines.append(f"{indent}{shown}:")
                lines += (f"{indent}  {_safe(line)}" for line in member.rstrip("\n").split("\n"))
            case _:
                lines.append(f"{indent}{shown}: {_plain(member)}")


def _write_list(lines: list[str], shown: str, members: Sequence[JsonValue], depth: int) -> None:
    indent = "  " * depth
    if not any(isinstance(member, dict | list) for member in members):
        lines.append(f"{indent}{shown}: {', '.join(map(_plain, members)) or 'none'}")
        return
    for number, member in enumerate(members, start=1):
        lines.append(f"{indent}{shown} {number}:")
        if isinstance(member, dict):
            _write(lines, member, depth + 1)
        else:
            lines.append(f"{indent}  {_safe(jcs.encode(member).decode('utf-8'))}")


def _write_json(lines: list[str], value: JsonObject, depth: int) -> None:
    """One line a member, its value as canonical JSON."""
    for name, member in value.items():
        text = jcs.encode(member).decode("utf-8")
        lines.append(f"{'  ' * depth}{for_terminal(name, limit=200)}: {_safe(text)}")


def _plain(value: JsonValue) -> str:
    return _safe(value) if isinstance(value, str) else jcs.encode(value).decode("utf-8")


def _safe(text: str) -> str:
    """The whole text, however long: what is hashed is compared letter by letter."""
    return for_terminal(text, limit=len(text) * 10 + 1)


def _file(envelope: Envelope) -> JsonObject:
    return {
        "name": envelope.name,
        "sha256": envelope.digest,
        "size_bytes": len(envelope.raw),
        "container": envelope.container,
        "media_type": envelope.media_type,
    }


def _part(part: Envelope) -> JsonObject:
    found: JsonObject = {"name": part.name, "sha256": part.digest, "format": part.format}
    if part.fault is not None:
        found["fault"] = {"code": part.fault.code, "message": part.fault.message}
    if part.value is not None and isinstance(identifier := part.value.get("id"), str):
        found["id"] = identifier
    return found


def _proofs(value: JsonObject, resolve: Resolve, contexts: Contexts) -> list[JsonValue]:
    try:
        proofs = proofs_of(value)
    except ProofError as error:
        return [{"fault": _fault(error)}]
    secured = Secured(value, contexts)
    return [_proof(secured, proof, resolve) for proof in proofs]


def _proof(secured: Secured, proof: Proof, resolve: Resolve) -> JsonObject:
    found: JsonObject = {
        "type": proof.type,
        "cryptosuite": proof.cryptosuite,
        "purpose": proof.purpose,
        "verification_method": proof.verification_method,
    }
    suite = suites.find(proof)
    key = _key(proof.verification_method, resolve)
    if isinstance(key, SatchelError):
        found["key_fault"] = _fault(key)
    else:
        found["key"] = {"type": str(key.type), "multikey": multikey.encode(key)}
    if suite is None:
        found["fault"] = {"code": "proof.suite_unsupported", "message": "the suite is not known here"}
        return found
    try:
        if proof.previous:
            secured = secured.with_earlier(proof.previous)
            found["builds_on"] = list(proof.previous)
        hash_name = _hash_of(suite, key)
        if suite.selection is not None:
            found.update(_selective(secured, proof, hash_name))
        elif "-jcs-" in suite.name:
            found.update(_jcs(secured, proof, hash_name))
        else:
            found.update(_rdfc(secured, proof, hash_name, value=suite.value))
        if isinstance(key, PublicKey):
            found["signature_holds"] = suites.verify(secured, proof, key)
    except (ProofError, LinkedError, CodecError, KeyFault) as error:
        found["fault"] = _fault(error)
    return found


def _hash_of(suite: suites.Suite, key: PublicKey | SatchelError) -> HashName:
    """The hash that goes with the key; the suite's first one while the key is not known."""
    if isinstance(key, PublicKey) and key.type in suite.hashes:
        return suite.hashes[key.type]
    return next(iter(suite.hashes.values()))


def _rdfc(secured: Secured, proof: Proof, hash_name: HashName, *, value: str) -> JsonObject:
    options = {name: member for name, member in options_of(proof, secured.document).items() if name != value}
    found: JsonObject = {"options": options}
    configuration = canonical_form(options, secured.contexts, hash_name)
    found |= _hashed(configuration, secured.canonical(hash_name), hash_name)
    if value == "jws":
        found["jws"] = proof.raw.get("jws")
    else:
        found |= _signature(proof)
    return found


def _jcs(secured: Secured, proof: Proof, hash_name: HashName) -> JsonObject:
    options = {name: member for name, member in proof.raw.items() if name != "proofValue"}
    found: JsonObject = {"options": options}
    return found | _hashed(jcs.encode(options), secured.canonical_json(options), hash_name) | _signature(proof)


def _hashed(options: bytes, document: bytes, hash_name: HashName) -> JsonObject:
    """The two texts, their hashes, and the two together, which is what is signed."""
    first, second = hashlib.new(hash_name, options).digest(), hashlib.new(hash_name, document).digest()
    return {
        "canonical_options": options.decode("utf-8"),
        "canonical_document": document.decode("utf-8"),
        "hash": hash_name,
        "options_hash": first.hex(),
        "document_hash": second.hex(),
        "signed": (first + second).hex(),
    }


def _signature(proof: Proof) -> JsonObject:
    return {"signature": multibase_decode(proof.value or "", allowed="z").hex()}


def _selective(secured: Secured, proof: Proof, hash_name: HashName) -> JsonObject:
    """A suite that signs statement by statement: what its proofValue holds, part by part."""
    from satchel.proof import bbs, ecdsa_sd, selective
    from verifier.facet.derived import statements

    options = options_of(proof, secured.document)
    configuration = canonical_form(options, secured.contexts, hash_name)
    is_bbs = proof.cryptosuite == "bbs-2023"
    is_base = (bbs if is_bbs else ecdsa_sd).is_base(proof)
    parts: ecdsa_sd.Base | ecdsa_sd.Derived | bbs.Base | bbs.Derived
    if is_base:
        parts = bbs.read_base(proof) if is_bbs else ecdsa_sd.read_base(proof)
    else:
        parts = bbs.read_derived(proof) if is_bbs else ecdsa_sd.read_derived(proof)
    fixed, free = statements(secured, proof)
    return {
        "options": options,
        "canonical_options": configuration.decode("utf-8"),
        "canonical_document": secured.canonical(hash_name).decode("utf-8"),
        "hash": hash_name,
        "options_hash": hashlib.sha256(configuration).hexdigest(),
        "is_base": is_base,
        "mandatory_statements": "".join(fixed),
        "mandatory_hash": selective.hash_of(fixed).hex(),
        "other_statements": "".join(free),
        "parts": {one.name: _shown(getattr(parts, one.name)) for one in fields(parts)},
    }


def _shown(value: object) -> JsonValue:
    """A part of a proofValue as JSON: bytes in hex."""
    match value:
        case bytes():
            return value.hex()
        case tuple() | list():
            return [_shown(member) for member in value]
        case Mapping():
            return {str(name): _shown(member) for name, member in value.items()}
        case bool() | int() | str() | None:
            return value
        case _:
            return str(value)


def _token(token: Token, resolve: Resolve) -> JsonObject:
    from satchel.proof import cose_sign, jades, jose, sdjwt
    from verifier.facet import token as judging

    found: JsonObject = {"profile": token.profile, "algorithm": token.algorithm, "media_type": token.media_type}
    match token.read:
        case cose_sign.Token(sign1=sign1):
            found["header"] = {str(name): _shown(member) for name, member in sign1.protected.items()}
            found |= _signed(sign1.signed, sign1.signature)
        case jose.Token() | sdjwt.Token() | jades.Token() as read:
            found["header"] = read.jws.header
            payload = read.payload if isinstance(read, jades.Token) else b""
            found |= _signed(read.jws.signed + payload, read.jws.signature)
    match token.read:
        case jose.Token(claims=claims):
            found["claims"] = claims
        case sdjwt.Token() as read:
            found["claims"] = read.claims
            found["disclosures"] = [
                {"pointer": one.pointer, "name": one.name, "text": one.text} for one in read.disclosed
            ]
            found["hidden"] = read.hidden
            if read.binding is not None:
                found["holder"] = {
                    "header": read.binding.jws.header,
                    "audience": read.binding.audience,
                    "nonce": read.binding.nonce,
                }
        case jades.Token() as read:
            found["certificates"] = [base64url_encode(one) for one in read.certificates]
            found["unprotected"] = list(read.unprotected)
        case _:
            pass
    if isinstance(token.read, jades.Token):
        return found
    name = judging.key_name(token)
    found["verification_method"] = name or token.key_id
    key = _key(name or "", resolve)
    if isinstance(key, SatchelError):
        found["key_fault"] = _fault(key)
        return found
    found["key"] = {"type": str(key.type), "multikey": multikey.encode(key)}
    try:
        found["signature_holds"] = token.verify(key)
    except (ProofError, KeyFault) as error:
        found["fault"] = _fault(error)
    return found


def _signed(signed: bytes, signature: bytes) -> JsonObject:
    return {
        "signed_sha256": hashlib.sha256(signed).hexdigest(),
        "signed_bytes": len(signed),
        "signature": signature.hex(),
    }


def _key(name: str, resolve: Resolve) -> PublicKey | SatchelError:
    """The key of this name, or why it is not at hand."""
    try:
        did, _, _, fragment = split_url(name)
        document = resolve(did)
        if isinstance(document, DidError):
            return document
        if fragment is None and len(document.methods) == 1:
            return next(iter(document.methods.values())).key
        return document.method(name).key
    except SatchelError as error:
        return error


def _fault(error: SatchelError) -> JsonObject:
    return {"code": error.code, "message": error.message}
