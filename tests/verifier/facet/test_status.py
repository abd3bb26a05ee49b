from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from satchel.codec import base, bits
from satchel.credential import status
from satchel.errors import FetchError
from satchel.port import Fetched, JsonObject, JsonValue, Request
from tests.attack.forge import (
    ISSUER,
    LEARNER,
    STRANGER,
    Document,
    badge,
    badge_1_1,
    did_of,
    facet,
    judged,
    mirror,
    says,
    signed,
    to_bytes,
)
from verifier.report import Report
from verifier.service import VerifierService

URL = "https://school.example/status/1"
OTHER_URL = "https://school.example/status/2"
DATES = {"valid_from": datetime(2026, 1, 1, tzinfo=UTC), "valid_until": datetime(2027, 1, 1, tzinfo=UTC)}


def list_of(
    *set_bits: int, url: str = URL, purpose: str = "revocation", key: Any = ISSUER, **dates: datetime
) -> Document:
    data = bytearray(status.ENTRIES_MINIMUM // 8)
    for index in set_bits:
        bits.put(data, index, 1)
    value = status.compose_list(
        id=url, issuer=did_of(key), purpose=purpose, encoded=status.encode(bytes(data)), **(DATES | dates)
    )
    return signed(value, key=key)


def entry(index: int = 7, url: str = URL, **changes: Any) -> JsonObject:
    return status.compose_entry(list_url=url, index=index, purpose="revocation") | changes


def report_on(folder: Path, lists: dict[str, Document], *entries: JsonObject) -> Report:
    credential = signed(badge(credentialStatus=entries[0] if len(entries) == 1 else list(entries)))
    return judged(credential, fetch=mirror(folder, {url: to_bytes(value) for url, value in lists.items()}))


def test_a_bit_that_is_not_set_passes_and_the_list_is_an_inner_report(tmp_path: Path) -> None:
    report = report_on(tmp_path, {URL: list_of(6, 8)}, entry())
    says(report, "accepted", "status", "pass", "status.ok")
    assert facet(report, "status").details == {"list": URL, "index": "7", "purpose": "revocation"}
    (inner,) = report.inner
    assert (inner.name, inner.verdict) == (URL, "accepted")
    assert [found.facet for found in inner.facets] == ["parse", "data_model", "proof", "issuer_binding", "validity"]


def test_a_set_bit_fails(tmp_path: Path) -> None:
    says(report_on(tmp_path, {URL: list_of(7)}, entry()), "rejected", "status", "fail", "status.revoked")


def test_of_several_entries_the_worst_counts_and_all_are_told(tmp_path: Path) -> None:
    lists = {URL: list_of(9), OTHER_URL: list_of(url=OTHER_URL, purpose="suspension")}
    suspended = entry(3, OTHER_URL, statusPurpose="suspension")
    report = report_on(tmp_path, lists, entry(7), entry(9), suspended)
    says(report, "rejected", "status", "fail", "status.revoked")
    items = facet(report, "status").details["items"]
    assert isinstance(items, list)
    assert [item["code"] for item in items if isinstance(item, dict)] == ["status.ok", "status.revoked", "status.ok"]
    report = report_on(
        tmp_path, {URL: list_of()}, entry(7), suspended | {"statusListCredential": "https://x.example/1"}
    )
    says(report, "undecided", "status", "unknown", "status.list_unreachable")


def test_a_list_that_was_not_fetched_is_never_not_revoked() -> None:
    report = judged(signed(badge(credentialStatus=entry())))
    says(report, "undecided", "status", "unknown", "status.list_unreachable")


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"\xff", b"{", b'{"a":1,"a":2}'])
def test_a_document_that_cannot_be_read_is_no_list(tmp_path: Path, body: bytes) -> None:
    report = judged(signed(badge(credentialStatus=entry())), fetch=mirror(tmp_path, {URL: body}))
    says(report, "undecided", "status", "unknown", "status.list_malformed")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": ["VerifiableCredential"]}, "status.list_malformed"),
        ({"credentialSubject": {"type": "BitstringStatusList"}}, "status.list_malformed"),
        ({"proof": None}, "status.list_unverified"),
        ({"name": "changed"}, "status.list_unverified"),
        ({"issuer": "did:web:school.example"}, "status.list_unverified"),
        ({"@context": ["https://www.w3.org/ns/credentials/v2", "https://x.example/v1"]}, "status.list_unverified"),
    ],
    ids=["another type", "no bits", "no proof", "changed", "another issuer", "unknown context"],
)
def test_a_list_that_cannot_be_believed_is_unknown_though_the_bit_is_set(
    tmp_path: Path, change: JsonObject, code: str
) -> None:
    report = report_on(tmp_path, {URL: list_of(7) | change}, entry())
    says(report, "undecided", "status", "unknown", code)


def test_a_respelled_end_of_a_list_does_not_bring_it_back(tmp_path: Path) -> None:
    listed = list_of(valid_until=datetime(2026, 6, 1, tzinfo=UTC))
    says(report_on(tmp_path, {URL: listed}, entry()), "undecided", "status", "unknown", "status.list_expired")
    listed["https://www.w3.org/2018/credentials#validUntil"] = {
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
        "@value": listed.pop("validUntil"),
    }
    says(report_on(tmp_path, {URL: listed}, entry()), "undecided", "status", "unknown", "status.list_unverified")


def test_a_list_before_its_time_is_unknown(tmp_path: Path) -> None:
    listed = list_of(valid_from=datetime(2026, 12, 1, tzinfo=UTC))
    says(report_on(tmp_path, {URL: listed}, entry()), "undecided", "status", "unknown", "status.list_not_yet_valid")


def test_a_list_served_from_another_url_than_its_id_passes_with_a_note(tmp_path: Path) -> None:
    report = report_on(tmp_path, {URL: list_of(url=OTHER_URL)}, entry())
    says(report, "accepted", "status", "pass", "status.list_id_differs")
    assert facet(report, "status").details["list_id"] == OTHER_URL


def test_a_list_of_another_issuer_warns_and_still_revokes(tmp_path: Path) -> None:
    report = report_on(tmp_path, {URL: list_of(key=STRANGER)}, entry())
    says(report, "accepted_with_warnings", "status", "warn", "status.list_issuer_other")
    assert facet(report, "status").details["list_issuer"] == did_of(STRANGER)
    report = report_on(tmp_path, {URL: list_of(7, key=STRANGER)}, entry())
    says(report, "rejected", "status", "fail", "status.revoked")


def test_a_short_list_warns_and_still_revokes(tmp_path: Path) -> None:
    def short(*set_bits: int) -> Document:
        data = bytearray(12_500)
        for index in set_bits:
            bits.put(data, index, 1)
        encoded = base.multibase_encode(bits.deflate(bytes(data)), "u")
        return signed(
            status.compose_list(id=URL, issuer=did_of(ISSUER), purpose="revocation", encoded=encoded, **DATES)
        )

    says(
        report_on(tmp_path, {URL: short()}, entry()),
        "accepted_with_warnings",
        "status",
        "warn",
        "status.list_too_short",
    )
    says(report_on(tmp_path, {URL: short(7)}, entry()), "rejected", "status", "fail", "status.revoked")


def test_purposes_that_take_no_force_away_do_not_reject(tmp_path: Path) -> None:
    for purpose in ("refresh", "message"):
        report = report_on(tmp_path, {URL: list_of(7, purpose=purpose)}, entry(statusPurpose=purpose))
        says(report, "accepted_with_warnings", "status", "warn", f"status.{purpose}")


def test_a_kind_of_status_that_is_not_known_is_unknown() -> None:
    document = signed(badge()) | {"credentialStatus": {"id": "urn:x:1", "type": "CredentialStatusList2017"}}
    found = facet(judged(document), "status")
    assert (found.outcome, found.code) == ("unknown", "status.type_unsupported")


V1 = "https://www.w3.org/2018/credentials/v1"
OLDER = {
    "StatusList2021Entry": ("https://w3id.org/vc/status-list/2021/v1", "statusList"),
    "RevocationList2020Status": ("https://w3id.org/vc-revocation-list-2020/v1", "revocationList"),
}


def older_entry(kind: str) -> JsonObject:
    name = OLDER[kind][1]
    entry: JsonObject = {"id": f"{URL}#7", "type": kind, f"{name}Index": "7", f"{name}Credential": URL}
    return entry | ({"statusPurpose": "revocation"} if kind == "StatusList2021Entry" else {})


def older_list(kind: str, *set_bits: int, key: Any = ISSUER) -> Document:
    """A list of an older kind as a signed VC 1.1, in the plain base64url that those lists have."""
    data = bytearray(status.ENTRIES_MINIMUM // 8)
    for index in set_bits:
        bits.put(data, index, 1)
    held = status.KINDS[kind]
    subject: JsonObject = {"id": f"{URL}#list", "type": held.list_type, "encodedList": status.encode(bytes(data))[1:]}
    if kind == "StatusList2021Entry":
        subject["statusPurpose"] = "revocation"
    value: JsonObject = {
        "@context": [V1, OLDER[kind][0], "https://w3id.org/security/suites/ed25519-2020/v1"],
        "id": URL,
        "type": ["VerifiableCredential", held.credential_type],
        "issuer": did_of(key),
        "issuanceDate": "2026-01-01T00:00:00Z",
        "credentialSubject": subject,
    }
    return signed(value, key=key, suite="Ed25519Signature2020")


def older_badge(kind: str, entry: JsonObject) -> Document:
    made = badge_1_1(credentialStatus=entry)
    made["@context"].insert(2, OLDER[kind][0])
    return signed(made, suite="Ed25519Signature2020")


@pytest.mark.parametrize("kind", OLDER)
def test_the_lists_of_older_drafts_revoke_and_do_not(tmp_path: Path, kind: str) -> None:
    credential = older_badge(kind, older_entry(kind))
    for index, (verdict, outcome, code) in (
        (7, ("rejected", "fail", "status.revoked")),
        (6, ("accepted", "pass", "status.ok")),
    ):
        report = judged(credential, fetch=mirror(tmp_path, {URL: to_bytes(older_list(kind, index))}))
        says(report, verdict, "status", outcome, code)
        assert facet(report, "status").details["kind"] == kind


@pytest.mark.parametrize("kind", OLDER)
def test_an_older_list_that_is_changed_unsigned_or_absent_leaves_the_verdict_open(tmp_path: Path, kind: str) -> None:
    credential = older_badge(kind, older_entry(kind))
    unsigned = {name: value for name, value in older_list(kind, 7).items() if name != "proof"}
    for served in (unsigned, older_list(kind, 7) | {"issuer": did_of(STRANGER)}):
        report = judged(credential, fetch=mirror(tmp_path, {URL: to_bytes(served)}))
        says(report, "undecided", "status", "unknown", "status.list_unverified")
    says(judged(credential), "undecided", "status", "unknown", "status.list_unreachable")
    report = judged(credential, fetch=mirror(tmp_path, {URL: to_bytes(list_of())}))
    says(report, "undecided", "status", "unknown", "status.list_malformed")


def document_at(folder: Path, url: str, **changes: Any) -> Report:
    """The verdict on a badge of a did:web issuer that names an unsigned list; only its status is of interest."""
    credential = badge(credentialStatus={"id": url, "type": "1EdTechRevocationList"})
    credential["@context"].append("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json")
    credential["issuer"] |= {"id": "did:web:school.example"}
    value = {"id": url, "issuer": "did:web:school.example", "revokedCredential": []} | changes
    return judged(signed(credential), fetch=mirror(folder, {url: to_bytes(value)}))


REVOCATIONS = "https://school.example/revocations"


def test_a_list_of_revoked_credentials_on_the_issuers_own_host_is_believed(tmp_path: Path) -> None:
    found = facet(document_at(tmp_path, REVOCATIONS), "status")
    assert (found.outcome, found.code) == ("pass", "status.ok")
    listed = [{"id": badge()["id"], "revocationReason": "Issued twice."}]
    found = facet(document_at(tmp_path, REVOCATIONS, revokedCredential=listed), "status")
    assert (found.outcome, found.code, found.message) == ("fail", "status.revoked", "Issued twice.")


def test_silence_of_an_unsigned_list_on_another_host_leaves_the_status_open_but_it_still_revokes(
    tmp_path: Path,
) -> None:
    elsewhere = "https://lists.example/revocations"
    found = facet(document_at(tmp_path, elsewhere), "status")
    assert (found.outcome, found.code) == ("unknown", "status.list_unsigned")
    found = facet(document_at(tmp_path, elsewhere, revokedCredential=[{"id": badge()["id"]}]), "status")
    assert (found.outcome, found.code) == ("fail", "status.revoked")


def test_a_list_that_speaks_for_another_issuer_is_never_taken_in_silence(tmp_path: Path) -> None:
    found = facet(document_at(tmp_path, REVOCATIONS, issuer="did:web:other.example"), "status")
    assert (found.outcome, found.code) == ("warn", "status.list_issuer_other")


@pytest.mark.parametrize("change", [{"revokedCredential": 7}, {"issuer": None}, {"id": None}])
def test_another_document_at_the_url_of_a_revocation_list_is_no_list(tmp_path: Path, change: JsonObject) -> None:
    found = facet(document_at(tmp_path, REVOCATIONS, **change), "status")
    assert (found.outcome, found.code) == ("unknown", "status.list_malformed")


def test_a_broken_entry_fails() -> None:
    document = signed(badge()) | {"credentialStatus": entry() | {"statusListIndex": 7}}
    found = facet(judged(document), "status")
    assert (found.outcome, found.code) == ("fail", "status.malformed")


def test_no_status_is_not_applicable() -> None:
    says(judged(signed(badge())), "accepted", "status", "not_applicable", "status.none")


def test_a_list_that_names_itself_as_its_status_ends(tmp_path: Path) -> None:
    value = status.compose_list(
        id=URL,
        issuer=did_of(ISSUER),
        purpose="revocation",
        encoded=status.encode(bytes(status.ENTRIES_MINIMUM // 8)),
        **DATES,
    )
    says(
        report_on(tmp_path, {URL: signed(value | {"credentialStatus": entry(3)})}, entry()),
        "accepted",
        "status",
        "pass",
        "status.ok",
    )


async def over_a_cache(listed: Document, *, first: datetime, then: datetime) -> Report:
    """The verdict `then`, by a verifier that remembers the list as it was served at `first`; its server is gone."""
    now = first

    class Copies:
        """A Fetch whose answers are those of a cache: remembered, with the time that they were really fetched."""

        async def __call__(self, request: Request, /) -> Fetched:
            return Fetched(
                url=request.url,
                final_url=request.url,
                status=200,
                media_type="application/vc",
                body=to_bytes(listed),
                fetched_at=first,
                source="cache",
            )

        async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]:
            return tuple([await self(request) for request in requests])

    now = then
    service = VerifierService(fetch=Copies(), clock=lambda: now)
    return await service.verify(to_bytes(signed(badge(credentialStatus=entry()))))


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "outcome", "code"),
    [
        (timedelta(minutes=4), "pass", "status.ok"),
        (timedelta(hours=23), "pass", "status.ok"),
        (timedelta(days=2), "warn", "status.list_stale"),
        (timedelta(seconds=-1), "warn", "status.list_stale"),
    ],
)
async def test_a_remembered_list_tells_its_age_and_warns_when_it_is_old(
    age: timedelta, outcome: str, code: str
) -> None:
    report = await over_a_cache(list_of(), first=NOON - age, then=NOON)
    found = facet(report, "status")
    assert (found.outcome, found.code) == (outcome, code)
    assert found.details["age_seconds"] == age.total_seconds()


async def test_a_list_that_gives_itself_less_time_is_old_sooner_and_an_old_one_still_revokes() -> None:
    value = status.compose_list(
        id=URL,
        issuer=did_of(ISSUER),
        purpose="revocation",
        encoded=status.encode(bytes(status.ENTRIES_MINIMUM // 8)),
        **DATES,
    )
    subject = value["credentialSubject"]
    assert isinstance(subject, dict)
    subject["ttl"] = 60_000
    report = await over_a_cache(signed(value), first=NOON - timedelta(minutes=2), then=NOON)
    says(report, "accepted_with_warnings", "status", "warn", "status.list_stale")
    report = await over_a_cache(list_of(7), first=NOON - timedelta(days=9), then=NOON)
    says(report, "rejected", "status", "fail", "status.revoked")


def stapled(*lists: Document, credential: JsonObject | None = None) -> Report:
    """The verdict on a presentation with one badge and these lists beside it, when no server can be asked."""
    held = credential or signed(badge(credentialStatus=entry()))
    value: JsonObject = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": did_of(LEARNER),
        "verifiableCredential": [held, *lists],
    }
    return judged(signed(value, key=LEARNER, purpose="authentication"))


def inner_status(report: Report) -> tuple[str, str]:
    badge_report = report.inner[0]
    found = facet(badge_report, "status")
    return found.outcome, found.code


def test_a_list_that_the_holder_brings_along_is_judged_like_any_other() -> None:
    fresh = list_of(valid_from=datetime(2026, 11, 23, 12, tzinfo=UTC))
    report = stapled(fresh)
    assert (report.verdict, inner_status(report)) == ("accepted", ("pass", "status.ok"))
    assert facet(report, "parts").outcome == "pass"
    assert inner_status(stapled(list_of(7, valid_from=datetime(2026, 11, 23, 12, tzinfo=UTC)))) == (
        "fail",
        "status.revoked",
    )
    assert inner_status(stapled(list_of())) == ("warn", "status.list_stale")


def test_a_list_that_cannot_be_believed_or_is_another_one_helps_no_holder() -> None:
    assert inner_status(stapled()) == ("unknown", "status.list_unreachable")
    assert inner_status(stapled(list_of(url=OTHER_URL))) == ("unknown", "status.list_unreachable")
    assert inner_status(stapled(list_of() | {"name": "changed"})) == ("unknown", "status.list_unverified")
    assert inner_status(stapled(list_of(key=STRANGER)))[0] == "warn"


# One test per error that the standards name, for every kind of list (Bitstring Status List 1.0 §3.2 and §3.5 for the
# names in capitals; Token Status List §8.3; Open Badges 3.0 §B.9), each with a list that is really signed.

MESSAGES: list[JsonValue] = [{"status": f"0x{value:x}", "message": f"message {value}"} for value in range(4)]
BIT_KINDS = ("BitstringStatusListEntry", *OLDER)


def credential_with(kind: str, **changes: Any) -> Document:
    """A signed badge whose entry is of that kind, at place 7."""
    if kind == "BitstringStatusListEntry":
        return signed(badge(credentialStatus=entry() | changes))
    return older_badge(kind, older_entry(kind) | changes)


def packed(kind: str, bits_of_list: bytes) -> str:
    encoded = base.multibase_encode(bits.deflate(bits_of_list), "u")
    return encoded if kind == "BitstringStatusListEntry" else encoded[1:]


def list_with(
    kind: str, encoded: str, *, subject: JsonObject | None = None, key: Any = ISSUER, **changes: Any
) -> Document:
    """A signed list of that kind with this encoded list; `subject` and `changes` replace members before signing."""
    if kind == "BitstringStatusListEntry":
        value = status.compose_list(id=URL, issuer=did_of(key), purpose="revocation", encoded=encoded, **DATES)
        suite = "eddsa-rdfc-2022"
    else:
        value = {name: held for name, held in older_list(kind).items() if name != "proof"}
        suite = "Ed25519Signature2020"
    held = value["credentialSubject"]
    assert isinstance(held, dict)
    whole = held | {"encodedList": encoded} | (subject or {})
    return signed(value | {"credentialSubject": whole} | changes, key=key, suite=suite)


ZEROS = bytes(status.ENTRIES_MINIMUM // 8)


def judged_by(folder: Path, kind: str, listed: Document | None, **changes: Any) -> Report:
    documents = {} if listed is None else {URL: to_bytes(listed)}
    return judged(credential_with(kind, **changes), fetch=mirror(folder, documents))


@pytest.mark.parametrize("kind", BIT_KINDS)
def test_the_lists_of_the_error_table_are_good_ones_before_they_are_broken(tmp_path: Path, kind: str) -> None:
    says(judged_by(tmp_path, kind, list_with(kind, packed(kind, ZEROS))), "accepted", "status", "pass", "status.ok")


@pytest.mark.parametrize("kind", BIT_KINDS)
def test_status_retrieval_error_is_unreachable(tmp_path: Path, kind: str) -> None:
    says(judged_by(tmp_path, kind, None), "undecided", "status", "unknown", "status.list_unreachable")


def _dated(kind: str, *, end: bool, moment: str) -> Document:
    names = ("validFrom", "validUntil") if kind == "BitstringStatusListEntry" else ("issuanceDate", "expirationDate")
    return list_with(kind, packed(kind, ZEROS), **{names[end]: moment})


VERIFICATION_ERRORS: dict[str, tuple[Callable[[str], Document], str]] = {
    "changed": (lambda kind: list_with(kind, packed(kind, ZEROS)) | {"name": "changed"}, "status.list_unverified"),
    "forged": (
        lambda kind: list_with(kind, packed(kind, ZEROS), key=STRANGER) | {"issuer": did_of(ISSUER)},
        "status.list_unverified",
    ),
    "no proof": (lambda kind: list_with(kind, packed(kind, ZEROS)) | {"proof": []}, "status.list_unverified"),
    "expired": (lambda kind: _dated(kind, end=True, moment="2026-06-01T00:00:00Z"), "status.list_expired"),
    "early": (lambda kind: _dated(kind, end=False, moment="2026-12-01T00:00:00Z"), "status.list_not_yet_valid"),
    "type": (
        lambda kind: list_with(kind, packed(kind, ZEROS), type=["VerifiableCredential"]),
        "status.list_malformed",
    ),
    "subject type": (
        lambda kind: list_with(kind, packed(kind, ZEROS), credentialSubject={"id": f"{URL}#list"}),
        "status.list_malformed",
    ),
    "purpose": (
        lambda kind: list_with(kind, packed(kind, ZEROS), subject={"statusPurpose": "suspension"}),
        "status.purpose_mismatch",
    ),
}


@pytest.mark.parametrize("error", VERIFICATION_ERRORS)
@pytest.mark.parametrize("kind", BIT_KINDS)
def test_status_verification_error_leaves_the_verdict_open(tmp_path: Path, kind: str, error: str) -> None:
    if (kind, error) == ("RevocationList2020Status", "purpose"):
        return  # its lists have one purpose, which they do not write
    make, code = VERIFICATION_ERRORS[error]
    says(judged_by(tmp_path, kind, make(kind)), "undecided", "status", "unknown", code)


@pytest.mark.parametrize("kind", BIT_KINDS)
def test_malformed_value_error_rejects(tmp_path: Path, kind: str) -> None:
    """What cannot be signed is put in place of the signed entry: the status facet must say so for itself."""
    names = status.KINDS[kind]
    made = older_entry(kind) if kind in OLDER else entry()
    good = credential_with(kind)
    served = mirror(tmp_path, {URL: to_bytes(list_with(kind, packed(kind, ZEROS)))})
    broken: list[JsonObject] = [
        made | {names.index: 7},
        made | {names.index: "-7"},
        made | {names.index: "7.0"},
        made | {names.url: "status/1"},
        made | {names.url: ["https://school.example/status/1"]},
        made | {"id": made[names.url]},
        made | {"id": "no URL"},
    ]
    if names.purpose is None:
        broken += [made | {"statusPurpose": None}, made | {"statusPurpose": ["revocation"]}]
    if names.is_strict:
        broken += [
            made | {"statusSize": 0},
            made | {"statusSize": "1"},
            made | {"statusSize": 2},
            made | {"statusSize": 2, "statusMessage": MESSAGES[:3]},
            made | {"statusSize": 2, "statusMessage": [*MESSAGES[:3], MESSAGES[0]]},
            made | {"statusReference": "no URL"},
        ]
    for one in broken:
        report = judged(good | {"credentialStatus": one}, fetch=served)
        says(report, "rejected", "status", "fail", "status.malformed")


@pytest.mark.parametrize("kind", BIT_KINDS)
def test_status_list_length_error_is_told_and_a_short_list_still_revokes(tmp_path: Path, kind: str) -> None:
    """§3.2 step 9 would refuse the list: then a real issuer's revocation would be lost. A reader is told instead."""
    short = bytearray(len(ZEROS) - 1)
    report = judged_by(tmp_path, kind, list_with(kind, packed(kind, bytes(short))))
    says(report, "accepted_with_warnings", "status", "warn", "status.list_too_short")
    bits.put(short, 7, 1)
    report = judged_by(tmp_path, kind, list_with(kind, packed(kind, bytes(short))))
    says(report, "rejected", "status", "fail", "status.revoked")


@pytest.mark.parametrize("kind", BIT_KINDS)
def test_range_error_rejects(tmp_path: Path, kind: str) -> None:
    listed = list_with(kind, packed(kind, ZEROS))
    for index in (str(status.ENTRIES_MINIMUM), "9" * 40):
        report = judged_by(tmp_path, kind, listed, **{status.KINDS[kind].index: index})
        says(report, "rejected", "status", "fail", "status.index_out_of_range")


@pytest.mark.parametrize("kind", BIT_KINDS)
def test_bits_that_do_not_inflate_leave_the_verdict_open(tmp_path: Path, kind: str) -> None:
    good = packed(kind, ZEROS)
    bomb = packed(kind, bytes(status.LIMIT_BITS // 8 + 1))
    for encoded, code in (
        (good[:-20], "status.list_encoding"),
        ("z" + good, "status.list_encoding"),
        (good[:9] + "!" + good[10:], "status.list_encoding"),
        (bomb, "status.list_too_large"),
    ):
        report = judged_by(tmp_path, kind, list_with(kind, encoded))
        says(report, "undecided", "status", "unknown", code)


def wide(value: int, **changes: Any) -> tuple[JsonObject, Document]:
    """An entry of two bits with a message for each value, and a signed list that has this value at its place."""
    data = bytearray(status.ENTRIES_MINIMUM // 4)
    bits.put(data, 7, value, 2)
    asked = entry(statusPurpose="message", statusSize=2, statusMessage=MESSAGES) | changes
    encoded = packed("BitstringStatusListEntry", bytes(data))
    return asked, list_with("BitstringStatusListEntry", encoded, subject={"statusPurpose": "message"})


@pytest.mark.parametrize("value", [1, 2, 3])
def test_a_status_of_two_bits_is_read_whole_and_gives_its_own_message(tmp_path: Path, value: int) -> None:
    asked, listed = wide(value)
    report = report_on(tmp_path, {URL: listed}, asked)
    says(report, "accepted_with_warnings", "status", "warn", "status.message")
    assert facet(report, "status").message == f"message {value}"


def test_a_status_of_two_bits_that_is_zero_passes_and_names_what_it_refers_to(tmp_path: Path) -> None:
    terms = "https://school.example/statuses"
    asked, listed = wide(0, statusReference=terms)
    report = report_on(tmp_path, {URL: listed}, asked)
    says(report, "accepted", "status", "pass", "status.ok")
    assert facet(report, "status").details["references"] == [terms]


def test_a_wide_status_has_fewer_places_and_asks_a_longer_list(tmp_path: Path) -> None:
    asked, listed = wide(0, statusListIndex=str(status.ENTRIES_MINIMUM))
    report = report_on(tmp_path, {URL: listed}, asked)
    says(report, "rejected", "status", "fail", "status.index_out_of_range")
    short = list_with(
        "BitstringStatusListEntry", packed("BitstringStatusListEntry", ZEROS), subject={"statusPurpose": "message"}
    )
    report = report_on(tmp_path, {URL: short}, wide(0)[0])
    says(report, "accepted_with_warnings", "status", "warn", "status.list_too_short")


def test_a_list_of_several_purposes_answers_for_each(tmp_path: Path) -> None:
    both: JsonObject = {"statusPurpose": ["revocation", "suspension"]}
    data = bytearray(ZEROS)
    bits.put(data, 9, 1)
    listed = list_with("BitstringStatusListEntry", packed("BitstringStatusListEntry", bytes(data)), subject=both)
    says(report_on(tmp_path, {URL: listed}, entry(7)), "accepted", "status", "pass", "status.ok")
    report = report_on(tmp_path, {URL: listed}, entry(9, statusPurpose="suspension"))
    says(report, "rejected", "status", "fail", "status.suspended")


@pytest.mark.parametrize(
    ("change", "outcome", "code"),
    [
        ({"id": None}, "fail", "status.malformed"),
        ({"id": "revocations"}, "fail", "status.malformed"),
        ({"type": None}, "fail", "status.malformed"),
    ],
)
def test_a_broken_entry_of_a_revocation_list_rejects(change: JsonObject, outcome: str, code: str) -> None:
    made: JsonObject = {"id": REVOCATIONS, "type": "1EdTechRevocationList"}
    found = facet(judged(signed(badge()) | {"credentialStatus": made | change}), "status")
    assert (found.outcome, found.code) == (outcome, code)


def test_a_revocation_list_that_is_absent_broken_or_endless_leaves_the_status_open(tmp_path: Path) -> None:
    made: JsonObject = {"id": REVOCATIONS, "type": "1EdTechRevocationList"}
    document = signed(badge()) | {"credentialStatus": made}
    says(judged(document), "rejected", "status", "unknown", "status.list_unreachable")
    for body, code in ((b"{", "status.list_malformed"), (b"[]", "status.list_malformed")):
        found = facet(judged(document, fetch=mirror(tmp_path, {REVOCATIONS: body})), "status")
        assert (found.outcome, found.code) == ("unknown", code)
    many = [{"id": f"urn:x:{place}"} for place in range(100_001)]
    found = facet(document_at(tmp_path, REVOCATIONS, revokedCredential=many), "status")
    assert (found.outcome, found.code) in {("unknown", "status.list_too_large"), ("unknown", "status.list_unreachable")}


def test_a_revocation_list_cannot_name_a_credential_that_has_no_id(tmp_path: Path) -> None:
    credential = badge(credentialStatus={"id": REVOCATIONS, "type": "1EdTechRevocationList"})
    del credential["id"]
    value = {"id": REVOCATIONS, "issuer": did_of(ISSUER), "revokedCredential": []}
    found = facet(judged(to_bytes(credential), fetch=mirror(tmp_path, {REVOCATIONS: to_bytes(value)})), "status")
    assert (found.outcome, found.code) == ("fail", "status.malformed")
