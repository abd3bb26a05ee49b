"""Our canonical form and jsonld.js's, in safe mode, over the same contexts: equal, or both refuse.

Never does one side accept what the other reads differently, and never do we accept what jsonld.js refuses. What we
alone refuse has one code, linked.unsupported, and is counted apart.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from satchel.errors import LinkedError
from satchel.linked import canon, emit
from satchel.linked.context import Contexts
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject
from tests.peers.peer import Peer, PeerRefused
from tests.satchel.linked import mutate
from tests.shared import SHARED, needs_shared

SEED = 20261124
COUNT = 2_000
FOLDERS = ("data/signed", "data/unsigned", "data/mirror", "vectors/vc-di-eddsa", "vectors/vc-di-ecdsa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What both sides said of one document: canonical N-Quads, or why not."""

    name: str
    document: JsonObject
    ours: str | LinkedError
    theirs: str | PeerRefused

    @property
    def is_unsupported(self) -> bool:
        return isinstance(self.ours, LinkedError) and self.ours.code == "linked.unsupported"

    @property
    def is_same(self) -> bool:
        if isinstance(self.ours, LinkedError) or isinstance(self.theirs, PeerRefused):
            return isinstance(self.ours, LinkedError) and isinstance(self.theirs, PeerRefused)
        return self.ours == self.theirs

    def __str__(self) -> str:
        if isinstance(self.ours, str) and isinstance(self.theirs, str):
            lines = sorted(set(self.ours.splitlines()) ^ set(self.theirs.splitlines()))
            said = f"quads on one side only: {lines[:4]}"
        else:
            said = f"ours: {str(self.ours)[:200]!r}; theirs: {str(self.theirs)[:200]!r}"
        return f"{self.name}: {said}\n    {json.dumps(self.document)[:1500]}"


def canonical(document: JsonObject, contexts: Contexts = PINNED) -> str | LinkedError:
    try:
        return canon.canonicalize(emit.to_quads(document, contexts=contexts)).decode()
    except LinkedError as refused:
        return refused


def compared(peer: Peer, documents: Sequence[tuple[str, JsonObject]], contexts: Contexts = PINNED) -> list[Compared]:
    answers = peer.ask_all("canonize", [{"document": document} for _, document in documents])
    return [
        Compared(
            name=name,
            document=document,
            ours=canonical(document, contexts),
            theirs=answer if isinstance(answer, PeerRefused) else str(answer["nquads"]),
        )
        for (name, document), answer in zip(documents, answers, strict=True)
    ]


def differing(results: Sequence[Compared]) -> list[Compared]:
    """Those that neither agree nor stand apart, each asked again in a child of its own: jsonld.js keeps the warnings
    of a context that it has processed before, and then refuses a document that alone it accepts."""
    again: list[Compared] = []
    for result in results:
        if not (result.is_same or result.is_unsupported):
            with Peer() as fresh:
                again += compared(fresh, [(result.name, result.document)])
    return [result for result in again if not (result.is_same or result.is_unsupported)]


def tell(results: Sequence[Compared]) -> None:
    """Print the counts, and list the unsupported apart: `pytest -s` or a failure shows them."""
    equal = sum(isinstance(result.ours, str) and result.is_same for result in results)
    refused = sum(isinstance(result.ours, LinkedError) and result.is_same for result in results)
    unsupported = [result for result in results if result.is_unsupported]
    print(f"{len(results)} documents: {equal} equal, {refused} refused by both, {len(unsupported)} unsupported here")
    for reason, count in Counter(str(result.ours) for result in unsupported).most_common():
        print(f"  {count} x {reason}")


def test_two_thousand_bent_documents_have_one_canonical_form_or_none(peer: Peer) -> None:
    documents = [(f"seed {SEED} number {n}", document) for n, document in enumerate(mutate.documents(SEED, COUNT))]
    results = compared(peer, documents)
    tell(results)
    assert [str(result) for result in differing(results)] == []
    plain = results[: len(mutate.SHAPES)]
    assert [str(result) for result in plain if isinstance(result.ours, LinkedError)] == []
    # Counted, so that neither a generator of nonsense nor an engine that refuses everything passes.
    assert sum(isinstance(result.ours, str) for result in results) >= COUNT // 5
    assert sum(result.is_unsupported and not result.is_same for result in results) <= COUNT // 5


def files() -> Iterator[tuple[str, JsonObject]]:
    """Every JSON-LD document of the shared folder without its proof, and each of its proof configurations."""
    for folder in FOLDERS:
        for path in sorted((SHARED / folder).rglob("*")):
            try:
                document = json.loads(path.read_bytes()) if path.is_file() else None
            except ValueError:
                continue
            if not isinstance(document, dict) or "@context" not in document:
                continue
            name = path.relative_to(SHARED).as_posix()
            proofs = document.pop("proof", [])
            yield name, document
            for number, proof in enumerate(proofs if isinstance(proofs, list) else [proofs]):
                if isinstance(proof, dict):
                    config = {member: value for member, value in proof.items() if member != "proofValue"}
                    yield f"{name} proof {number}", {"@context": document["@context"], **config}


@needs_shared
def test_every_file_of_the_field_has_one_canonical_form_or_none_and_is_supported(peer: Peer) -> None:
    results = compared(peer, list(files()))
    tell(results)
    assert [str(result) for result in results if not result.is_same] == []
    assert [result.name for result in results if result.is_unsupported] == []
    assert sum(isinstance(result.ours, str) for result in results) >= 300
