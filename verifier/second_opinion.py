"""A second opinion: another engine, didkit, looks at the signature of the same document, in a process of its own.

It is told and never decides. The engine reads Verifiable Credentials 1.1 with older suites, crashes its process at exit
and has a network of its own; so it runs in a child that ends at once, has a time limit, and gets only documents whose
key is in the name of the method (did:key, did:jwk): there is nothing that it could look up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from satchel.codec import strictjson
from satchel.credential import openbadge
from satchel.errors import Malformed
from satchel.linked import pinned
from satchel.port import JsonObject, JsonValue
from satchel.text import for_terminal
from verifier.materials import SecondOpinion

SECONDS: Final = 15
ANSWER_LIMIT_BYTES: Final = 64 * 1024
SUITES: Final = frozenset(("Ed25519Signature2018", "Ed25519Signature2020", "JsonWebSignature2020"))
CHILD: Final = (sys.executable, "-I", "-c")

# What the child does: one document in, one line out, and an end without the engine's own clean-up.
_PROGRAM: Final = """
import asyncio, json, os, sys
async def work():
    import didkit
    try:
        return json.loads(await didkit.verify_credential(sys.stdin.read(), "{}"))
    except didkit.DIDKitException as fault:
        return {"refused": str(fault)}
try:
    said = asyncio.run(work())
except ImportError:
    said = {"absent": True}
sys.stdout.write(json.dumps(said) + "\\n")
sys.stdout.flush()
os._exit(0)
"""


def ask(document: JsonObject | None, *, child: Sequence[str] = CHILD) -> SecondOpinion:
    """What the engine says of the document's signature. It never raises for what is in the document."""
    if document is None or not _is_within_reach(document):
        return SecondOpinion(said="not_applicable", message="The other engine does not know this kind of credential.")
    try:
        done = subprocess.run(
            [*child, _PROGRAM],
            input=json.dumps(_with_contexts(document)).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={},
        )
    except (subprocess.TimeoutExpired, OSError) as fault:
        return SecondOpinion(said="failed", message=f"The other engine gave no answer: {type(fault).__name__}.")
    return _read(done.stdout[:ANSWER_LIMIT_BYTES])


def _read(raw: bytes) -> SecondOpinion:
    try:
        said = strictjson.load_object(raw)
    except Malformed:
        return SecondOpinion(said="failed", message="The other engine ended without an answer.")
    if said.get("absent") is True:
        return SecondOpinion(said="failed", message="The other engine is not installed.")
    errors, refused = said.get("errors"), said.get("refused")
    if isinstance(refused, str):
        shown = for_terminal(refused, limit=160)
        return SecondOpinion(said="not_applicable", message=f"The other engine does not read it: {shown}.")
    if not isinstance(errors, list):
        return SecondOpinion(said="failed", message="The other engine gave an answer that is none.")
    if errors:
        shown = for_terminal(str(errors[0]), limit=160)
        return SecondOpinion(said="bad", message=f"The other engine finds the signature false: {shown}.")
    return SecondOpinion(said="good", message="The other engine finds the signature good.")


def _is_within_reach(document: JsonObject) -> bool:
    proof = document.get("proof")
    if openbadge.version(document) != "1.1" or not isinstance(proof, dict) or proof.get("type") not in SUITES:
        return False
    names = (proof.get("verificationMethod"), openbadge.issuer_id(document))
    return all(isinstance(name, str) and name.startswith(("did:key:", "did:jwk:")) for name in names)


def _with_contexts(document: JsonObject) -> JsonObject:
    """The same document with the contents of pinned contexts in place of all addresses but the first: the engine knows
    few, and asks for others over the network."""
    given = document.get("@context")
    contexts = given if isinstance(given, list) else [given]
    inside: list[JsonValue] = [*contexts[:1]]
    for one in contexts[1:]:
        if isinstance(one, str) and one in pinned.urls():
            content = strictjson.load_object(pinned.raw(one))["@context"]
            inside += content if isinstance(content, list) else [content]
        else:
            inside.append(one)
    return {**document, "@context": inside}
