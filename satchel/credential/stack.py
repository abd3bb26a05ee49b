"""The stack: credentials of any format in one file, and a manifest that the learner signs over all of them.

Real badges are of several formats, versions and subjects, so no single credential can hold them. A stack is a zip file
with `manifest.json` and `parts/NN.EXT`, the bytes of each credential exactly as received. The manifest is a VC 2.0
credential by the learner about the learner; its `relatedResource` names the parts in order: the first entry is
parts/01. It proves who put them together, and nothing about a part. The form is docs/decisions/0004-stack.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from satchel.codec import strictjson, timestamp
from satchel.credential import archive, openbadge, resource
from satchel.credential.archive import SIGNATURE, StackFault
from satchel.credential.envelope import Envelope
from satchel.credential.openbadge import VC2_CONTEXT
from satchel.credential.read import read as read_credential
from satchel.port import Did, JsonObject, Signer
from satchel.proof import suites
from satchel.text import for_terminal

__all__ = ["MEDIA_TYPE", "PARTS_LIMIT", "Part", "Stack", "StackFault", "compose", "looks_like_stack", "read"]

LIMIT_BYTES: Final = strictjson.LIMIT_BYTES
PARTS_LIMIT: Final = 99
MEDIA_TYPE: Final = "application/zip"
MANIFEST: Final = "manifest.json"
SUITE: Final = "eddsa-rdfc-2022"
PUT_TOGETHER: Final = (
    "A stack of credentials, put together by the learner. The signature says which files belong to it and who put "
    "them together; what each credential says is proven by its own issuer, or not at all."
)

_PART: Final = re.compile(r"parts/(0[1-9]|[1-9][0-9])\.(?:json|png|svg|jwt|bin)")
_SUFFIXES: Final = {"json": "json", "png": "png", "svg": "svg", "token": "jwt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One credential of a stack. `file`, `id` and `title` are what the manifest names; `envelope` holds the bytes."""

    file: str
    id: str
    title: str
    envelope: Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack that was read: every part has the bytes that the manifest names. The manifest's proof was NOT checked;
    `learner` is who it says put it together."""

    manifest: Envelope
    name: str
    learner: str
    parts: tuple[Part, ...]


def looks_like_stack(raw: bytes) -> bool:
    """Whether the bytes begin as a zip file does."""
    return raw.startswith(SIGNATURE)


def compose(
    credentials: Sequence[Envelope], *, id: str, learner: Did, name: str, signer: Signer, created: datetime
) -> bytes:
    """The stack file of these credentials, in order, its manifest signed by the learner's key.

    Raises StackFault stack.empty, stack.too_many, stack.too_large, stack.part_twice for the same bytes twice,
    stack.part_unreadable for what is no credential; ProofError and KeyFault from signing.
    """
    _check_parts(credentials)
    document: JsonObject = {
        "@context": [VC2_CONTEXT],
        "id": id,
        "type": ["VerifiableCredential"],
        "name": name,
        "description": PUT_TOGETHER,
        "issuer": learner,
        "validFrom": timestamp.render(created.replace(microsecond=0)),
        "credentialSubject": {"id": learner},
        "relatedResource": resource.compose(credentials, taken=(id, learner)),
    }
    signed = suites.sign(document, suite=SUITE, signer=signer, created=created.replace(microsecond=0))
    manifest = json.dumps(signed, ensure_ascii=False, indent=2).encode("utf-8")
    entries = [(MANIFEST, manifest)]
    for number, envelope in enumerate(credentials, start=1):
        entries.append((f"parts/{number:02d}.{_SUFFIXES.get(envelope.container, 'bin')}", envelope.raw))
    raw = archive.write(entries)
    if len(raw) > LIMIT_BYTES:
        raise StackFault("stack.too_large", f"the stack would have {len(raw)} bytes, more than {LIMIT_BYTES}")
    return raw


def read(raw: bytes) -> Stack:
    """The stack of a file. The manifest's proof and the parts' own verdicts are the verifier's.

    Raises StackFault: stack.too_large, stack.too_many, stack.zip, stack.compressed, stack.name, stack.name_twice,
    stack.manifest, stack.part_missing, stack.part_unnamed, stack.part_changed, stack.part_twice,
    stack.part_unreadable for a stack inside.
    """
    if len(raw) > LIMIT_BYTES:
        raise StackFault("stack.too_large", f"the file has {len(raw)} bytes, more than {LIMIT_BYTES}")
    manifest, files = _files(raw)
    envelope = read_credential(manifest, name=MANIFEST)
    value = envelope.value
    if value is None or openbadge.version(value) != "2.0" or "VerifiableCredential" not in openbadge.types(value):
        raise StackFault("stack.manifest", "manifest.json is no VC 2.0 credential in JSON")
    learner = openbadge.issuer_id(value)
    if learner is None or openbadge.subject_ids(value) != (learner,):
        raise StackFault("stack.manifest", "the manifest is not by the one that it is about")
    named = _named(value)
    for number in sorted(files):
        if number > len(named):
            raise StackFault("stack.part_unnamed", f"{files[number][0]} stands in the file and not in the manifest")
    parts: list[Part] = []
    for number, (entry, digest) in enumerate(named, start=1):
        if number not in files:
            raise StackFault("stack.part_missing", f"the manifest names part {number}, which is not in the file")
        file, content = files[number]
        if looks_like_stack(content):
            raise StackFault("stack.part_unreadable", f"{file} is itself a zip file")
        part = read_credential(content, name=file)
        if part.digest != digest:
            raise StackFault("stack.part_changed", f"{file} has other bytes than the manifest names")
        identifier, title = entry.get("id"), openbadge.text(entry.get("name"))
        parts.append(
            Part(file=file, id=identifier if isinstance(identifier, str) else "", title=title or "", envelope=part)
        )
    return Stack(manifest=envelope, name=openbadge.text(value.get("name")) or "", learner=learner, parts=tuple(parts))


def _files(raw: bytes) -> tuple[bytes, dict[int, tuple[str, bytes]]]:
    """The manifest's bytes, and the parts' names and bytes by number. No name is ever used as a path."""
    manifest: bytes | None = None
    files: dict[int, tuple[str, bytes]] = {}
    for name, content in archive.read(raw, entries_limit=PARTS_LIMIT + 1):
        found = _PART.fullmatch(name)
        if name == MANIFEST and manifest is None:
            manifest = content
        elif found is not None and int(found[1]) not in files:
            files[int(found[1])] = (name, content)
        elif name == MANIFEST or found is not None:
            raise StackFault("stack.name_twice", f"{name} or its number stands in the file twice")
        else:
            raise StackFault("stack.name", f"{for_terminal(name, limit=100)} is no name of a stack's part")
    if manifest is None:
        raise StackFault("stack.manifest", "the file has no manifest.json")
    return manifest, files


def _named(value: JsonObject) -> list[tuple[JsonObject, str]]:
    """The entries of the manifest with their digests."""
    given = value.get("relatedResource")
    entries = given if isinstance(given, list) else [given]
    named: list[tuple[JsonObject, str]] = []
    for entry in entries:
        digest = resource.sha256_of(entry) if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or digest is None:
            raise StackFault("stack.manifest", "the manifest names a part without its SHA-256, or none at all")
        named.append((entry, digest))
    if len({digest for _, digest in named}) != len(named):
        raise StackFault("stack.part_twice", "the manifest names the same bytes twice")
    return named


def _check_parts(credentials: Sequence[Envelope]) -> None:
    if not credentials:
        raise StackFault("stack.empty", "there is no credential to stack")
    if len(credentials) > PARTS_LIMIT:
        raise StackFault("stack.too_many", f"{len(credentials)} credentials are more than {PARTS_LIMIT}")
    seen: set[str] = set()
    for envelope in credentials:
        shown = for_terminal(envelope.name or envelope.digest, limit=100)
        if envelope.fault is not None:
            raise StackFault("stack.part_unreadable", f"{shown}: {envelope.fault.message}")
        if looks_like_stack(envelope.raw):
            raise StackFault("stack.part_unreadable", f"{shown} is a stack, and no stack lies in another")
        if envelope.digest in seen:
            raise StackFault("stack.part_twice", f"{shown} is in the stack already")
        seen.add(envelope.digest)
