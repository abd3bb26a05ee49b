"""Ten thousand documents of the field's shapes, bent: our canonical form beside jsonld.js's, PyLD as second witness.

Half of them are the same in every run, half are new: the seed is printed, and stands in the name of each document.
jsonld.js reads in safe mode: both forms are equal, or both sides refuse; what we alone refuse (linked.unsupported) is
counted apart. PyLD has no safe mode, so it is asked only about what the two others agree on. Each disagreement must
have one of the reasons below.
"""

from __future__ import annotations

import json
import os
import random
import re
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest

from satchel.errors import LinkedError
from satchel.linked.pinned import PINNED
from satchel.port import JsonObject, JsonValue
from tests.peers import test_canonical
from tests.peers.peer import Peer, pinned_contexts
from tests.peers.test_canonical import Compared
from tests.satchel.linked import mutate
from tests.shared import SHARED, needs_shared

FIXED: Final = 31337
COUNT: Final = 5_000
BATCH: Final = 2_500
WITNESSED: Final = 1_500
EDC: Final = "http://data.europa.eu/snb/model/context/edc-ap"
EDC_COUNT: Final = 400

# jsonld.js 9 where it differs from itself: asked again in a new process, each of these documents is refused by both, or
# has one form.
OF_HISTORY: Final = (
    "jsonld.js keeps the warnings of a context object that it met in an earlier document, and gives them again for an "
    "equal one where they do not belong"
)
# PyLD 3.3, on what the two others agree on: reason -> what tells it, in their canonical form or in the document.
OF_PYLD: Final = {
    "PyLD escapes five characters in literals; canonical N-Quads escapes all controls": re.compile(
        r'"(?:[^"\\\n]|\\["\\nrt])*(?:\\[bfu]|\x7f)'
    ),
    "PyLD hashes a statement of a blank node about itself twice": re.compile(
        r"^(_:c14n\d+) <[^>]*> \1 |^(_:c14n\d+) .* \2 \.$", re.MULTILINE
    ),
}
OF_PYLD_DOCUMENT: Final = {
    "PyLD loses the property that @index names": re.compile(r'"@container": "@index", "@index": "'),
}
# The same where PyLD breaks down: the error of Python's that it ends with -> why.
OF_CRASH: Final[dict[type[BaseException], str]] = {
    KeyError: "PyLD takes away a default of a context (language, direction, vocabulary) that was never set",
    TypeError: "PyLD takes the index of a node that stands in two places for an object",
}


@dataclass(slots=True)
class Told:
    """What came of a run, for `pytest -s` and for failures."""

    equal: int = 0
    refused: int = 0
    unsupported: int = 0
    again: int = 0

    def add(self, results: Sequence[Compared]) -> None:
        for result in results:
            if result.is_same:
                self.equal += isinstance(result.ours, str)
                self.refused += isinstance(result.ours, LinkedError)
            elif result.is_unsupported:
                self.unsupported += 1
            else:
                self.again += 1


@pytest.mark.parametrize("seed", [FIXED, *map(int, os.environ.get("SATCHEL_FUZZ_SEEDS", "").split())])
def test_five_thousand_documents_have_one_canonical_form_or_none(seed: int) -> None:
    documents = [(f"seed {seed} number {n}", document) for n, document in enumerate(mutate.documents(seed, COUNT))]
    told = Told()
    agreed: list[Compared] = []
    for start in range(0, COUNT, BATCH):
        with Peer() as peer:  # a new one now and then: see OF_HISTORY
            results = test_canonical.compared(peer, documents[start : start + BATCH])
        told.add(results)
        assert [str(result) for result in test_canonical.differing(results)] == []
        agreed += [result for result in results if isinstance(result.ours, str) and result.is_same]
    print(f"seed {seed}: {told}")
    print(f"  asked again in a new process: {told.again} ({OF_HISTORY})")
    # Neither a generator of nonsense nor an engine that refuses everything passes; history explains a few only.
    assert told.equal >= COUNT // 3
    assert told.unsupported <= COUNT // 4
    assert told.again <= COUNT // 100
    sample = random.Random(seed).sample(agreed, min(WITNESSED, len(agreed)))
    differences = [(result, witness(result)) for result in sample]
    print(f"  PyLD on {len(sample)} of them: {Counter(reason for _, reason in differences)}")
    assert [str(result) for result, reason in differences if reason == "unexplained"] == []


def witness(result: Compared) -> str:
    """What PyLD says of a form that two agree on: the same, or why not."""
    from pyld import jsonld  # type: ignore[import-untyped]

    assert isinstance(result.ours, str)
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "rdfDirection": "i18n-datatype",
        "documentLoader": load,
    }
    try:
        form = jsonld.normalize(result.document, options)
    except jsonld.JsonLdError as refused:
        cause: BaseException = refused
        while cause.__cause__ is not None:
            cause = cause.__cause__
        return OF_CRASH.get(type(cause), "unexplained")
    except (KeyError, TypeError) as crashed:
        return OF_CRASH[type(crashed)]
    if form == result.ours:
        return "the same"
    text = json.dumps(result.document)
    reasons = [reason for reason, mark in OF_PYLD.items() if mark.search(result.ours)]
    reasons += [reason for reason, mark in OF_PYLD_DOCUMENT.items() if mark.search(text)]
    return reasons[0] if reasons else "unexplained"


LOADED: Final[dict[str, JsonObject]] = {url: json.loads(text) for url, text in pinned_contexts().items()}


def load(url: str, _: dict[str, Any]) -> dict[str, Any]:
    return {"contextUrl": None, "documentUrl": url, "document": LOADED[url]}


def european(seed: int, count: int) -> Iterator[JsonObject]:
    """Parts of European Digital Credentials, each a document of its own under the contexts of the whole, bent."""
    rng = random.Random(seed)
    parts: list[JsonObject] = []
    for path in sorted((SHARED / "data" / "signed" / "eu-edc").glob("*.jsonld")):
        payload = json.loads(path.read_bytes())["payload"]
        value = json.loads(payload if payload.startswith("{") else urlsafe_b64decode(payload + "=="))
        parts += [
            {"@context": value["@context"], **holder[key]}
            for holder, key in mutate.walk(value)
            if isinstance(holder, dict) and is_part(holder[key])  # type: ignore[index]
        ]
    for _ in range(count):
        document: JsonObject = json.loads(json.dumps(rng.choice(parts)))
        if rng.random() < 0.7:
            mutate.bend(rng, document)
        yield document


def is_part(value: JsonValue) -> bool:
    return isinstance(value, dict) and "type" in value and "@context" not in value and len(json.dumps(value)) < 4_000


@needs_shared
def test_parts_of_european_digital_credentials_have_one_canonical_form_or_none() -> None:
    context = (SHARED / "data" / "contexts" / "edc-ap-context.jsonld").read_bytes()
    contexts = PINNED.extended({EDC: context})
    documents = [(f"edc number {n}", document) for n, document in enumerate(european(FIXED, EDC_COUNT))]
    with Peer({**pinned_contexts(), EDC: context.decode("utf-8-sig")}) as peer:
        results = test_canonical.compared(peer, documents, contexts)
    told = Told()
    told.add(results)
    print(told)
    assert [str(result) for result in results if not (result.is_same or result.is_unsupported)] == []
    assert told.equal >= EDC_COUNT // 3
