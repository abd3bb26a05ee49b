"""Time and people: dates, status, whose it must be, and who shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from satchel.credential import identity
from satchel.key.private import PrivateKey
from tests.attack.forge import (
    LEARNER,
    STRANGER,
    badge_1_1,
    did_of,
    signed,
    to_bytes,
)
from tests.cases.case import (
    LEARNER_DID,
    LIST,
    Case,
    Document,
    about,
    case,
    edited,
    good,
    put,
    serve_list,
    status_entry,
)

DATES: Final[tuple[tuple[str, str, dict[str, Any], str], ...]] = (
    ("open-end", "It has no end.", {}, "validity.ok"),
    ("within", "Between its days.", {"validUntil": "2027-01-01T00:00:00Z"}, "validity.ok"),
    ("expired", "It ended in summer.", {"validUntil": "2026-07-01T00:00:00Z"}, "validity.expired"),
    ("last-second", "It ended one second ago.", {"validUntil": "2026-11-23T23:59:59Z"}, "validity.expired"),
    (
        "offset",
        "It ended an hour ago, in another zone.",
        {"validUntil": "2026-11-24T00:00:00+01:00"},
        "validity.expired",
    ),
    ("not-yet", "It begins next year.", {"validFrom": "2027-01-01T00:00:00Z"}, "validity.not_yet_valid"),
    ("crossed", "It ends before it begins.", {"validUntil": "2026-02-01T00:00:00Z"}, "validity.ends_before_start"),
    ("no-day", "The thirtieth of February.", {"validUntil": "2027-02-30T00:00:00Z"}, "validity.malformed"),
    ("no-zone", "It does not say in which zone.", {"validUntil": "2027-01-01T00:00:00"}, "validity.malformed"),
    ("day-only", "A day is no moment.", {"validUntil": "2027-01-01"}, "validity.malformed"),
    ("digits", "Digits of another script.", {"validUntil": "２０２７-01-01T00:00:00Z"}, "validity.malformed"),
    ("number", "A number instead of a date.", {"validUntil": 1798761600}, "validity.malformed"),
)


def dates() -> Iterator[Case]:
    for name, story, changes, code in DATES:
        document = good(**changes) if name not in ("number",) else edited(put("validUntil", to=1798761600))
        if code == "validity.malformed":
            # Signed or not, nobody can say when it ends.
            document = edited(lambda value, changes=changes: value.update(changes))
        yield case(f"date-{name}", story, document, code)
    older = badge_1_1(expirationDate="2026-07-01T00:00:00Z")
    yield case(
        "date-1.1-expired", "The older model's end.", signed(older, suite="Ed25519Signature2020"), "validity.expired"
    )


def statuses() -> Iterator[Case]:
    held = good(credentialStatus=status_entry())
    suspendable = good(credentialStatus=status_entry(statusPurpose="suspension"))

    def served(name: str, story: str, listed: bytes, code: str, document: Document = held, **options: Any) -> Case:
        return case(f"status-{name}", story, document, code, web={"school.example/status/1": listed}, **options)

    yield served("valid", "The list says that it was not taken back.", serve_list(6, 8), "status.ok")
    yield served("revoked", "The issuer took it back.", serve_list(7), "status.revoked")
    yield served(
        "suspended", "The issuer suspended it.", serve_list(7, purpose="suspension"), "status.suspended", suspendable
    )
    yield case("status-unreachable", "The list cannot be had: nobody knows.", held, "status.list_unreachable")
    yield served("not-json", "The host serves a web page.", b"<html></html>", "status.list_malformed")
    yield served(
        "unsigned",
        "A list that nobody signed.",
        to_bytes({k: v for k, v in json.loads(serve_list()).items() if k != "proof"}),
        "status.list_unverified",
    )
    yield served(
        "changed",
        "A bit was set back after signing.",
        serve_list(7).replace(
            json.loads(serve_list(7))["credentialSubject"]["encodedList"].encode(),
            json.loads(serve_list())["credentialSubject"]["encodedList"].encode(),
        ),
        "status.list_unverified",
    )
    yield served("of-a-stranger", "A stranger keeps the list.", serve_list(key=STRANGER), "status.list_issuer_other")
    yield served(
        "stranger-revokes",
        "A stranger's list says revoked: the issuer named that list.",
        serve_list(7, key=STRANGER),
        "status.revoked",
    )
    yield served(
        "list-expired",
        "The list has ended.",
        serve_list(valid_until=datetime(2026, 6, 1, tzinfo=UTC)),
        "status.list_expired",
    )
    yield served(
        "list-not-yet",
        "The list has not begun.",
        serve_list(valid_from=datetime(2026, 12, 1, tzinfo=UTC)),
        "status.list_not_yet_valid",
    )
    yield served(
        "other-purpose",
        "The list is for suspensions, the entry for revocations.",
        serve_list(7, purpose="suspension"),
        "status.purpose_mismatch",
    )
    yield served(
        "moved",
        "The list is served elsewhere than its name says.",
        serve_list(id="https://old.example/1"),
        "status.list_id_differs",
    )
    yield served(
        "outside",
        "Its place is past the end of the list.",
        serve_list(),
        "status.index_out_of_range",
        good(credentialStatus=status_entry(statusListIndex="131072")),
    )
    yield served(
        "second-entry",
        "The second of two entries revokes.",
        serve_list(9),
        "status.revoked",
        good(credentialStatus=[status_entry(), status_entry(id=f"{LIST}#9", statusListIndex="9")]),
    )
    for name, index in (("negative", "-1"), ("words", "seven"), ("hex", "0x7"), ("blank", " 7"), ("number", 7)):
        broken = edited(put("credentialStatus", "statusListIndex", to=index), held)
        yield served(f"index-{name}", f"The place {index!r} is none.", serve_list(), "status.malformed", broken)
    yield served("another-credential", "The host serves another good badge.", to_bytes(good()), "status.list_malformed")
    yield case(
        "status-unknown-kind",
        "A kind of status that nobody knows.",
        edited(put("credentialStatus", to={"id": "urn:x:1", "type": "Horoscope2026"})),
        "status.type_unsupported",
        verdict="rejected",
    )


def questions() -> Iterator[Case]:
    salted = identity.compose("ada@example.org", identity_type="emailAddress", salt="c2FsdA")
    weak = salted | {"salt": "", "identityHash": identity.hash("ada@example.org", "")}
    by_mail = good(credentialSubject={k: v for k, v in about(identifier=[salted]).items() if k != "id"})
    by_weak = good(credentialSubject={k: v for k, v in about(identifier=[weak]).items() if k != "id"})
    ask = {"recipient": "ada@example.org"}
    yield case("asked-nothing", "Nobody asked whose it is.", good(), "subject.not_asked", verdict="accepted")
    yield case("asked-holder", "Is it this learner's? It is.", good(), "subject.ok", asked={"holder": LEARNER_DID})
    yield case(
        "asked-other-holder",
        "Is it this person's? It is somebody else's.",
        good(),
        "subject.other_holder",
        asked={"holder": did_of(STRANGER)},
    )
    yield case("asked-address", "Is it Ada's? The salted address fits.", by_mail, "subject.ok", asked=ask)
    yield case(
        "asked-other-address",
        "Is it Bob's? It is not.",
        by_mail,
        "subject.other_recipient",
        asked={"recipient": "bob@example.org"},
    )
    yield case(
        "asked-weak-address", "The address fits, but was hashed without salt.", by_weak, "subject.weak_match", asked=ask
    )
    yield case("asked-no-identifier", "Is it Ada's? It names no address.", good(), "subject.no_identifier", asked=ask)
    yield case(
        "asked-presenter",
        "Who shows it has proven nothing.",
        good(),
        "subject.holder_not_proven",
        asked={"require_holder_binding": True},
    )
    yield case(
        "asked-challenge",
        "It was to answer a challenge, and answers none.",
        good(),
        "proof.challenge",
        asked={"challenge": "n-0S6"},
    )
    yield case(
        "asked-domain",
        "It was made for nobody in particular.",
        good(),
        "proof.domain",
        asked={"domain": "employer.example"},
    )


def _presentation(*held: Document, key: PrivateKey = LEARNER, **options: Any) -> Document:
    value: Document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": did_of(options.pop("holder", key)),
        "verifiableCredential": list(held),
    }
    return signed(value, key=key, purpose=options.pop("purpose", "authentication"), **options)


def presentations() -> Iterator[Case]:
    fresh = {"challenge": "n-0S6_WzA2Mj", "domain": "employer.example"}
    yield case("shown", "The learner shows a badge.", _presentation(good()), "parts.ok")
    yield case(
        "shown-fresh",
        "The learner answers the employer's challenge.",
        _presentation(good(), **fresh),
        "parts.ok",
        asked=fresh,
    )
    yield case(
        "shown-replayed",
        "An answer to another challenge is shown again.",
        _presentation(good(), **fresh),
        "proof.challenge",
        asked=fresh | {"challenge": "another"},
    )
    yield case(
        "shown-elsewhere",
        "An answer for another employer is shown again.",
        _presentation(good(), **fresh),
        "proof.domain",
        asked=fresh | {"domain": "rival.example"},
    )
    yield case(
        "shown-wrong-purpose",
        "Signed as a claim, not as a showing.",
        _presentation(good(), purpose="assertionMethod"),
        "proof.purpose",
    )
    yield case(
        "shown-by-thief",
        "A thief shows the learner's badge.",
        _presentation(good(), key=STRANGER),
        "parts.rejected",
        asked={"require_holder_binding": True},
    )
    yield case(
        "shown-holder-forged",
        "The thief names the learner as holder.",
        _presentation(good(), key=STRANGER, holder=LEARNER),
        "issuer_binding.other_issuer",
    )
    yield case(
        "shown-tampered",
        "The badge inside was changed.",
        _presentation(edited(put("name", to="Captain"))),
        "parts.rejected",
    )
    yield case(
        "shown-expired",
        "The badge inside has ended.",
        _presentation(good(validUntil="2026-07-01T00:00:00Z")),
        "parts.rejected",
    )
    yield case(
        "shown-unsigned",
        "The badge inside has no signature.",
        _presentation(edited(lambda value: value.pop("proof"))),
        "parts.rejected",
    )
    yield case(
        "shown-nested", "A showing inside a showing.", _presentation(_presentation(good())), "parts.presentation_inside"
    )
