"""The archive bundle: a credential with all that its verdict rested on, sealed by whoever kept it.

Long after an issuer's domain is gone its key document and its status list cannot be asked for. A bundle holds them as
they were, with the published contexts by which the document was read, and is signed by its keeper; whoever opens it
later gets the same verdict from the same grounds, and is told of when it is and on whose word.

A bundle is a plain zip file: manifest.json (signed with eddsa-jcs-2022 by a did:key), materials.json (the saved
verification, with the credential's own bytes), and contexts/SHA256 for each context. The form is that of
docs/decisions/0014-archive.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from did.create import did_key, did_key_method
from satchel.codec import strictjson, timestamp
from satchel.credential import archive as plain_zip
from satchel.credential import openbadge
from satchel.credential.archive import StackFault
from satchel.errors import CodecError, KeyFault, Malformed, ProofError, SatchelError, SettingsFault
from satchel.key import multikey
from satchel.linked import pinned
from satchel.port import JsonObject, JsonValue, Signer
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from satchel.proof.secured import Secured
from verifier import materials
from verifier.materials import Saved

SCHEMA: Final = "satchel.archive/1"
MANIFEST: Final = "manifest.json"
MATERIALS: Final = "materials.json"
CONTEXTS: Final = "contexts/"
ENTRIES_LIMIT: Final = 200
LIMIT_BYTES: Final = 64 * 1024 * 1024
SUITE: Final = "eddsa-jcs-2022"


class ArchiveFault(SatchelError):
    """An archive bundle cannot be used (archive.*)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle that was opened: every file is the one that its keeper sealed. `keeper` is the keeper's did:key,
    `sealed` when, by the keeper's own word; `contexts` are the sealed contexts by their URL."""

    saved: Saved
    keeper: str
    sealed: datetime
    contexts: Mapping[str, bytes]


def compose(saved: Saved, *, signer: Signer, now: datetime) -> bytes:
    """The bundle of a saved verification. Raises ProofError or KeyFault from signing."""
    keeper = did_key(multikey.decode(signer.public()))
    files: list[tuple[str, bytes]] = [
        (MATERIALS, json.dumps(materials.to_json(saved), ensure_ascii=False, separators=(",", ":")).encode())
    ]
    named: list[JsonValue] = []
    for url in _contexts(saved):
        content = pinned.raw(url)
        digest = hashlib.sha256(content).hexdigest()
        named.append({"url": url, "sha256": digest})
        if all(name != CONTEXTS + digest for name, _ in files):
            files.append((CONTEXTS + digest, content))
    manifest: JsonObject = {
        "schema": SCHEMA,
        "keeper": keeper,
        "sealed": timestamp.render(now),
        "files": [{"name": name, "sha256": hashlib.sha256(content).hexdigest()} for name, content in files],
        "contexts": named,
    }
    signed = suites.sign(manifest, suite=SUITE, signer=signer, created=now)
    return plain_zip.write([(MANIFEST, json.dumps(signed, ensure_ascii=False).encode()), *files])


def read(raw: bytes) -> Bundle:
    """The bundle of these bytes, with its seal checked.

    Raises ArchiveFault: archive.malformed for another kind of file, archive.altered for a file that is not the one that
    was sealed, one too many or too few, archive.signature for a false seal or one of another key than the keeper's.
    NOT judged here: the credential (verifier.service.repeat), and whether the keeper is to be believed about the time.
    """
    if len(raw) > LIMIT_BYTES:
        raise ArchiveFault("archive.malformed", f"the bundle has more than {LIMIT_BYTES} bytes")
    try:
        entries = dict(plain_zip.read(raw, entries_limit=ENTRIES_LIMIT))
        manifest = strictjson.load_object(entries.pop(MANIFEST, b""))
    except (StackFault, Malformed) as fault:
        raise ArchiveFault("archive.malformed", f"the file is no archive bundle: {fault.message}") from fault
    keeper, sealed = _checked_seal(manifest)
    _check_files(manifest, entries)
    try:
        saved = materials.from_json(strictjson.loads(entries[MATERIALS], limit_bytes=LIMIT_BYTES))
    except (Malformed, SettingsFault) as fault:
        raise ArchiveFault("archive.malformed", f"the bundle's materials cannot be read: {fault.message}") from fault
    return Bundle(saved=saved, keeper=keeper, sealed=sealed, contexts=_sealed_contexts(manifest, entries))


def differing(bundle: Bundle) -> tuple[str, ...]:
    """The contexts whose sealed content is not the one that this version holds: the verdict may be another one then."""
    held = pinned.urls()
    return tuple(url for url, content in bundle.contexts.items() if url not in held or pinned.raw(url) != content)


def ended(bundle: Bundle, now: datetime) -> bool:
    """Whether the credential has ended between the sealing and now: an end is no fault of what was proven before."""
    from satchel.credential.read import read as read_credential

    value = read_credential(bundle.saved.raw).value
    until = None if value is None else openbadge.dates(value).valid_until
    try:
        return until is not None and bundle.sealed <= timestamp.parse(until) < now
    except CodecError:
        return False


def _contexts(saved: Saved) -> tuple[str, ...]:
    """The pinned contexts that the credential and its lists name, however deep."""
    found: dict[str, None] = {}
    documents = [saved.raw, *(answer.body for answer in saved.materials.fetched.values() if hasattr(answer, "body"))]
    held = pinned.urls()
    for raw in documents:
        text = raw.decode("utf-8", "ignore")
        found |= dict.fromkeys(url for url in held if url in text)
    return tuple(found)


def _checked_seal(manifest: JsonObject) -> tuple[str, datetime]:
    keeper, sealed = manifest.get("keeper"), manifest.get("sealed")
    if manifest.get("schema") != SCHEMA or not isinstance(keeper, str) or not isinstance(sealed, str):
        raise ArchiveFault("archive.malformed", f"the manifest is no {SCHEMA}")
    try:
        moment = timestamp.parse(sealed)
        (proof,) = proofs_of(manifest)
        key = multikey.decode(keeper.removeprefix("did:key:"))
        is_own = proof.cryptosuite == SUITE and proof.verification_method == did_key_method(did_key(key))
        unsigned = {name: value for name, value in manifest.items() if name != "proof"}
        holds = is_own and suites.verify(Secured(unsigned, pinned.PINNED), proof, key)
    except (CodecError, KeyFault, ProofError, ValueError) as fault:
        raise ArchiveFault("archive.signature", f"the seal cannot be checked: {fault}") from fault
    if not holds:
        raise ArchiveFault("archive.signature", "the seal is false, or not its keeper's")
    return keeper, moment


def _check_files(manifest: JsonObject, entries: Mapping[str, bytes]) -> None:
    listed = manifest.get("files")
    wanted: dict[str, JsonValue] = {}
    for item in listed if isinstance(listed, list) else []:
        name = item.get("name") if isinstance(item, dict) else None
        if isinstance(item, dict) and isinstance(name, str):
            wanted[name] = item.get("sha256")
    if MATERIALS not in wanted or wanted.keys() != entries.keys():
        raise ArchiveFault("archive.altered", "the files of the bundle are not those that were sealed")
    for name, content in entries.items():
        if hashlib.sha256(content).hexdigest() != wanted[name]:
            raise ArchiveFault("archive.altered", f"{name} is not the file that was sealed")


def _sealed_contexts(manifest: JsonObject, entries: Mapping[str, bytes]) -> dict[str, bytes]:
    listed = manifest.get("contexts")
    found: dict[str, bytes] = {}
    for item in listed if isinstance(listed, list) else []:
        url, digest = (item.get("url"), item.get("sha256")) if isinstance(item, dict) else (None, None)
        content = entries.get(f"{CONTEXTS}{digest}")
        if not isinstance(url, str) or content is None:
            raise ArchiveFault("archive.altered", "a context of the bundle is not there")
        found[url] = content
    return found
