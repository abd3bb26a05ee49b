"""One teaching case: a file, its story, and what a careful verifier says of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from satchel.codec import bits
from satchel.credential import status
from satchel.key.private import PrivateKey
from tests.attack.forge import ISSUER, LEARNER, badge, did_of, signed, to_bytes

SCHEMA: Final = "satchel.cases/1"
HOST: Final = "school.example"
LIST: Final = f"https://{HOST}/status/1"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`raw` is the file. `verdict`, `facet`, `outcome` and `code` are what is expected under the policy "default" at
    2026-11-24T00:00:00Z; `asked` is the question, `web` what https addresses serve, by their place under it."""

    name: str
    story: str
    raw: bytes
    verdict: str
    facet: str
    outcome: str
    code: str
    suffix: str = ".json"
    asked: Mapping[str, Any] = field(default_factory=dict)
    web: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"{self.name}{self.suffix}"


_VERDICTS: Final = {"pass": "accepted", "warn": "accepted_with_warnings", "unknown": "undecided", "fail": "rejected"}
# Facets that a default policy only tells of: what is wrong there warns, or does not touch the verdict.
_ADVISING: Final = ("schema", "published_key", "endorsements", "evidence", "results", "alignment")


def case(name: str, story: str, file: bytes | Mapping[str, Any], said: str, **options: Any) -> Case:
    """The case whose deciding facet says the code `said`; outcome and verdict follow from the code's own outcome and
    the default policy, unless they are named."""
    facet, _, _ = said.partition(".")
    from satchel.codes import CODES

    outcome = options.pop("outcome", None) or CODES[said].outcome
    facet = options.pop("facet", None) or ("linked" if facet == "linked" else facet)
    if outcome == "error":
        outcome = "unknown"
    verdict = options.pop("verdict", None)
    if verdict is None:
        verdict = _VERDICTS[outcome]
        if facet in _ADVISING and outcome in ("fail", "unknown"):
            verdict = "accepted_with_warnings"
        if facet == "parse" and outcome == "fail":
            verdict = "malformed"
    raw = file if isinstance(file, bytes) else to_bytes(file)
    return Case(name=name, story=story, raw=raw, verdict=verdict, facet=facet, outcome=outcome, code=said, **options)


def good(**changes: Any) -> Document:
    """A signed badge that is accepted; changes replace members before it is signed."""
    return signed(badge(**changes))


def edited(change: Callable[[Document], None], document: Document | None = None) -> Document:
    """The good badge, changed after it was signed."""
    value: Document = json.loads(json.dumps(document or good()))
    change(value)
    return value


def about(**members: Any) -> Document:
    """The subject of the good badge with these members."""
    subject: Document = badge()["credentialSubject"]
    return subject | members


def achievement(**members: Any) -> Document:
    """The subject of the good badge whose achievement has these members."""
    subject = about()
    return subject | {"achievement": subject["achievement"] | members}


ISSUER_DID: Final = did_of(ISSUER)
LEARNER_DID: Final = did_of(LEARNER)


def put(*path: str | int, to: Any) -> Any:
    """The change that puts a value at this place of a document."""

    def change(value: Any) -> None:
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = to

    return change


def serve_list(*set_bits: int, key: PrivateKey = ISSUER, purpose: str = "revocation", **options: Any) -> bytes:
    """A signed status list with these entries set, as the school's host serves it."""
    data = bytearray(status.ENTRIES_MINIMUM // 8)
    for place in set_bits:
        bits.put(data, place, 1)
    value = status.compose_list(
        id=options.pop("id", LIST),
        issuer=did_of(key),
        purpose=purpose,
        encoded=status.encode(bytes(data)),
        valid_from=options.pop("valid_from", datetime(2026, 1, 1, tzinfo=UTC)),
        valid_until=options.pop("valid_until", datetime(2027, 1, 1, tzinfo=UTC)),
    )
    return to_bytes(signed(value, key=key))


def status_entry(**changes: Any) -> Document:
    """Entry 7 of that list."""
    return status.compose_entry(list_url=LIST, index=7, purpose="revocation") | changes
