"""Rows 101 to 110: status entries and lists that lie, are cut, or tell two readers two things."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from satchel.codec import base
from satchel.credential import status
from satchel.key.private import PrivateKey
from satchel.port import JsonObject
from tests.attack.forge import (
    ACCEPTED,
    ISSUER,
    STRANGER,
    Document,
    badge,
    did_of,
    facet,
    judged,
    mirror,
    says,
    signed,
    to_bytes,
    within,
)
from verifier.report import Report

URL = "https://school.example/status/1"
LENGTH = 131_072
VALID = {"valid_from": datetime(2026, 1, 1, tzinfo=UTC), "valid_until": datetime(2027, 1, 1, tzinfo=UTC)}


def bits_with(*indexes: int, length: int = LENGTH) -> bytes:
    """A bit list, most significant bit first, with these entries set."""
    data = bytearray(length // 8)
    for index in indexes:
        data[index // 8] |= 0x80 >> index % 8
    return bytes(data)


def entry(**changes: object) -> JsonObject:
    made = {
        "id": f"{URL}#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": URL,
    }
    return {name: value for name, value in (made | changes).items() if value is not None}  # type: ignore[misc]


def unsigned_list(encoded: str, *, purpose: str = "revocation", issuer: str = "", **dates: datetime) -> Document:
    return status.compose_list(
        id=URL, issuer=issuer or did_of(ISSUER), purpose=purpose, encoded=encoded, **(VALID | dates)
    )


def list_of(data: bytes, *, key: PrivateKey = ISSUER, purpose: str = "revocation", **dates: datetime) -> Document:
    return signed(unsigned_list(status.encode(data), purpose=purpose, issuer=did_of(key), **dates), key=key)


def judged_with(folder: Path, listed: object, *entries: object) -> Report:
    """The verdict on a badge with these entries (one plain entry if none) whose list is what the URL serves."""
    statuses = list(entries) or [entry()]
    credential = signed(badge(credentialStatus=statuses[0] if len(statuses) == 1 else statuses))
    served = listed if isinstance(listed, bytes) else to_bytes(listed)
    return judged(credential, fetch=mirror(folder, {URL: served}))


def pasted(folder: Path, listed: object, broken: object) -> Report:
    """As above, with an entry that cannot be signed in place of the signed one: the status facet must still say so."""
    credential = signed(badge(credentialStatus=entry())) | {"credentialStatus": broken}
    return judged(credential, fetch=mirror(folder, {URL: to_bytes(listed)}))


def test_the_list_that_the_attacks_change_says_not_revoked(tmp_path: Path) -> None:
    says(judged_with(tmp_path, list_of(bits_with(6, 8))), "accepted", "status", "pass", "status.ok")


@pytest.mark.parametrize("index", [0, 7, 8, 131_071])
def test_a_set_bit_is_a_revoked_credential_wherever_it_lies(tmp_path: Path, index: int) -> None:
    place = entry(statusListIndex=str(index))
    says(judged_with(tmp_path, list_of(bits_with(index)), place), "rejected", "status", "fail", "status.revoked")
    others = [other for other in (index - 1, index + 1) if 0 <= other < LENGTH]
    says(judged_with(tmp_path, list_of(bits_with(*others)), place), "accepted", "status", "pass", "status.ok")


def test_a_suspended_credential_is_rejected_as_suspended(tmp_path: Path) -> None:
    listed = list_of(bits_with(7), purpose="suspension")
    report = judged_with(tmp_path, listed, entry(statusPurpose="suspension"))
    says(report, "rejected", "status", "fail", "status.suspended")


def test_the_second_of_two_entries_counts(tmp_path: Path) -> None:
    entries = [entry(), entry(id=f"{URL}#9", statusListIndex="9")]
    report = judged_with(tmp_path, list_of(bits_with(9)), *entries)
    says(report, "rejected", "status", "fail", "status.revoked")
    report = judged_with(tmp_path, list_of(bits_with(9)), *reversed(entries))
    says(report, "rejected", "status", "fail", "status.revoked")


def test_the_left_most_bit_is_entry_zero(tmp_path: Path) -> None:
    """Readers that count from the other end of each byte see entry 7 where the standard has entry 0."""
    first = list_of(b"\x80" + bytes(LENGTH // 8 - 1))
    assert judged_with(tmp_path, first, entry(statusListIndex="0")).verdict == "rejected"
    assert judged_with(tmp_path, first, entry(statusListIndex="7")).verdict == "accepted"


@pytest.mark.parametrize("index", [str(LENGTH), str(2**64), "9" * 4_000])
def test_an_index_past_the_list_is_never_not_revoked(tmp_path: Path, index: str) -> None:
    report = judged_with(tmp_path, list_of(bits_with()), entry(statusListIndex=index))
    assert report.verdict == "rejected"
    assert facet(report, "status").code in {"status.index_out_of_range", "status.malformed"}


@pytest.mark.parametrize(
    "index",
    ["-1", "1_0", " 5", "5 ", "+5", "\u0665", "0x10", "1e1", "", "5.0", None, True, 5, 5.0, [], ["5"], {}],
    ids=repr,
)
def test_an_index_that_is_no_plain_decimal_text_is_malformed(tmp_path: Path, index: object) -> None:
    report = pasted(tmp_path, list_of(bits_with()), entry() | {"statusListIndex": index})
    assert report.verdict == "rejected"
    says(report, "rejected", "status", "fail", "status.malformed")


@pytest.mark.parametrize("broken", [None, [], {}, "x", 7, [None], [entry(), None], entry(type=None)], ids=repr)
def test_a_status_that_is_no_entry_is_never_not_revoked(tmp_path: Path, broken: object) -> None:
    report = pasted(tmp_path, list_of(bits_with(7)), broken)
    assert report.verdict == "rejected"


def test_another_purpose_than_the_lists_leaves_the_verdict_open(tmp_path: Path) -> None:
    listed = list_of(bits_with(7), purpose="suspension")
    says(judged_with(tmp_path, listed), "undecided", "status", "unknown", "status.purpose_mismatch")
    report = judged_with(tmp_path, list_of(bits_with(7)), entry(statusPurpose="suspension"))
    says(report, "undecided", "status", "unknown", "status.purpose_mismatch")


def test_an_unknown_purpose_leaves_the_verdict_open(tmp_path: Path) -> None:
    listed = list_of(bits_with(7), purpose="retirement")
    report = judged_with(tmp_path, listed, entry(statusPurpose="retirement"))
    says(report, "undecided", "status", "unknown", "status.purpose_unknown")


def test_a_missing_purpose_is_malformed(tmp_path: Path) -> None:
    says(
        pasted(tmp_path, list_of(bits_with()), entry(statusPurpose=None)),
        "rejected",
        "status",
        "fail",
        "status.malformed",
    )


def test_a_list_without_a_good_signature_leaves_the_verdict_open(tmp_path: Path) -> None:
    good = list_of(bits_with(7))
    emptied = status.encode(bits_with())
    altered = good | {"credentialSubject": good["credentialSubject"] | {"encodedList": emptied}}
    forged = signed(unsigned_list(emptied), key=STRANGER)
    for listed in (unsigned_list(emptied), altered, forged, unsigned_list(emptied) | {"proof": []}):
        report = judged_with(tmp_path, listed)
        says(report, "undecided", "status", "unknown", "status.list_unverified")


def test_a_list_of_another_issuer_is_never_taken_in_silence(tmp_path: Path) -> None:
    """Real issuers leave their lists to a service, so its word counts; that it is another's word is said."""
    report = judged_with(tmp_path, list_of(bits_with(), key=STRANGER))
    says(report, "accepted_with_warnings", "status", "warn", "status.list_issuer_other")
    report = judged_with(tmp_path, list_of(bits_with(7), key=STRANGER))
    assert report.verdict == "rejected"
    assert facet(report, "status").outcome == "fail"


def test_a_list_past_its_dates_leaves_the_verdict_open(tmp_path: Path) -> None:
    expired = list_of(bits_with(), valid_until=datetime(2026, 6, 1, tzinfo=UTC))
    says(judged_with(tmp_path, expired), "undecided", "status", "unknown", "status.list_expired")
    early = list_of(bits_with(), valid_from=datetime(2026, 12, 1, tzinfo=UTC))
    says(judged_with(tmp_path, early), "undecided", "status", "unknown", "status.list_not_yet_valid")


def text_of(data: bytes) -> str:
    return base.multibase_encode(data, "u")


def zeros(count: int, *, level: int = 9) -> bytes:
    """A gzip member that inflates to this many zero bytes, made without holding them."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    chunk = bytes(1024 * 1024)
    return b"".join([packer.compress(chunk) for _ in range(count // len(chunk))]) + packer.flush()


GZIPPED = gzip.compress(bits_with(7), mtime=0)


@pytest.mark.parametrize(
    ("encoded", "code"),
    [
        (text_of(gzip.compress(GZIPPED)), "status.list_encoding"),
        (text_of(GZIPPED[:-12]), "status.list_encoding"),
        (text_of(GZIPPED[:40]), "status.list_encoding"),
        (text_of(GZIPPED[:-8] + b"\x00\x00\x00\x00" + GZIPPED[-4:]), "status.list_encoding"),
        (text_of(GZIPPED[:-4] + b"\x01\x00\x00\x00"), "status.list_encoding"),
        (text_of(GZIPPED + b"\x00"), "status.list_encoding"),
        (text_of(GZIPPED + GZIPPED), "status.list_encoding"),
        (text_of(zlib.compress(bits_with(7))), "status.list_encoding"),
        (text_of(zlib.compressobj(9, zlib.DEFLATED, -15).flush()), "status.list_encoding"),
        (text_of(bits_with(7)), "status.list_encoding"),
        (base.base64url_encode(GZIPPED), "status.list_encoding"),
        (base.multibase_encode(gzip.compress(bytes(64)), "z"), "status.list_encoding"),
        ("u" + base.base64url_encode(GZIPPED) + "==", "status.list_encoding"),
        ("u", "status.list_encoding"),
        ("", "status.list_encoding"),
    ],
    ids=[
        "gzip in gzip",
        "cut",
        "cut early",
        "bad CRC",
        "bad length",
        "trailing byte",
        "two members",
        "zlib",
        "raw deflate",
        "not compressed",
        "no u",
        "base58",
        "padding",
        "u alone",
        "empty",
    ],
)
def test_bits_that_cannot_be_read_leave_the_verdict_open(tmp_path: Path, encoded: str, code: str) -> None:
    """Signed by the issuer itself: a good signature over broken bits is still no answer."""
    report = judged_with(tmp_path, signed(unsigned_list(encoded)))
    says(report, "undecided", "status", "unknown", code)


def test_a_list_shorter_than_the_standard_asks_is_told_and_never_read_past_its_end(tmp_path: Path) -> None:
    """Lists of 100,000 entries are in use by real issuers: they hide a holder less well, and still answer."""
    short = bits_with(7)[: LENGTH // 8 - 1]
    listed = signed(unsigned_list(text_of(gzip.compress(short))))
    says(judged_with(tmp_path, listed), "rejected", "status", "fail", "status.revoked")
    report = judged_with(tmp_path, listed, entry(statusListIndex="8"))
    says(report, "accepted_with_warnings", "status", "warn", "status.list_too_short")
    for index, data in (("131064", short), ("0", b"")):
        listed = signed(unsigned_list(text_of(gzip.compress(data))))
        report = judged_with(tmp_path, listed, entry(statusListIndex=index))
        says(report, "rejected", "status", "fail", "status.index_out_of_range")


def test_a_gzip_bomb_of_512_mib_is_refused_in_time(tmp_path: Path) -> None:
    listed = signed(unsigned_list(text_of(zeros(512 * 1024 * 1024, level=1))))
    with within(5):
        report = judged_with(tmp_path, listed)
    assert report.verdict == "undecided"
    assert facet(report, "status").code in {"status.list_too_large", "status.list_unreachable"}


def test_another_good_credential_at_the_lists_url_is_no_list(tmp_path: Path) -> None:
    says(judged_with(tmp_path, signed(badge())), "undecided", "status", "unknown", "status.list_malformed")
    bare = unsigned_list(status.encode(bits_with()))
    del bare["credentialSubject"]["encodedList"]
    says(judged_with(tmp_path, signed(bare)), "undecided", "status", "unknown", "status.list_malformed")
    untyped = unsigned_list(status.encode(bits_with())) | {"type": ["VerifiableCredential"]}
    says(judged_with(tmp_path, signed(untyped)), "undecided", "status", "unknown", "status.list_malformed")


def test_a_list_whose_own_status_is_itself_ends(tmp_path: Path) -> None:
    listed = signed(unsigned_list(status.encode(bits_with())) | {"credentialStatus": entry(statusListIndex="3")})
    with within(5):
        report = judged_with(tmp_path, listed)
    assert report.verdict in {*ACCEPTED, "undecided"}
    assert facet(report, "status").outcome in {"pass", "warn", "unknown"}
