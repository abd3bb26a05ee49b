from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satchel.codec import base, bits
from satchel.codes import CODES
from satchel.credential import status
from satchel.credential.status import StatusEntry, UnsupportedEntry
from satchel.errors import StatusError
from satchel.port import JsonObject, JsonValue
from tests.shared import SHARED, needs_shared

URL = "https://issuer.example/status/1"
MIRROR = SHARED / "data/mirror/digitalcredentials.github.io/vc-test-fixtures/statusLists/didkey-ed25519Signature2020"
ABSENT = object()


def entry(**changes: object) -> JsonObject:
    made = status.compose_entry(list_url=URL, index=7, purpose="revocation")
    for name, value in changes.items():
        if value is ABSENT:
            del made[name]
        else:
            made[name] = value  # type: ignore[assignment]
    return made


def read_entry(value: JsonValue) -> StatusEntry:
    (found,) = status.entries_of({"credentialStatus": value})
    assert isinstance(found, StatusEntry)
    return found


def list_of(data: bytes, purpose: JsonValue = "revocation", **subject: JsonValue) -> JsonObject:
    made = status.compose_list(
        id=URL,
        issuer="did:web:issuer.example",
        purpose="revocation",
        encoded="",
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_until=datetime(2027, 1, 1, 12, 30, tzinfo=UTC),
    )
    held = made["credentialSubject"]
    assert isinstance(held, dict)
    held |= {"statusPurpose": purpose, "encodedList": base.multibase_encode(gzip.compress(data), "u"), **subject}
    return made


def data_with(*indexes: int, size: int = 1, value: int = 1, entries: int = status.ENTRIES_MINIMUM) -> bytes:
    data = bytearray(entries * size // 8)
    for index in indexes:
        bits.put(data, index, value, size)
    return bytes(data)


def refused(work: object, code: str) -> None:
    with pytest.raises(StatusError) as error:
        work()  # type: ignore[operator]
    assert error.value.code == code


# Entries


def test_an_entry_is_read_as_it_was_composed() -> None:
    assert read_entry(status.compose_entry(list_url=URL, index=94_567, purpose="suspension")) == StatusEntry(
        id=f"{URL}#94567", purpose="suspension", index=94_567, list_url=URL, size=1, messages={}, references=()
    )


def test_a_credential_without_status_has_no_entries() -> None:
    assert status.entries_of({}) == ()
    assert status.entries_of({"credentialStatus": []}) == ()


def test_every_entry_of_a_list_is_given() -> None:
    second = entry(id=f"{URL}#8", statusPurpose="suspension", statusListIndex="8")
    found = status.entries_of({"credentialStatus": [entry(), second]})
    assert [(one.purpose, one.index) for one in found if isinstance(one, StatusEntry)] == [
        ("revocation", 7),
        ("suspension", 8),
    ]


def test_a_kind_of_status_that_nobody_knows_is_unsupported_and_hides_no_other() -> None:
    other: JsonValue = {"id": "https://issuer.example/revocations", "type": "CredentialStatusList2017"}
    assert status.entries_of({"credentialStatus": [other, entry()]}) == (
        UnsupportedEntry(id="https://issuer.example/revocations", type="CredentialStatusList2017"),
        read_entry(entry()),
    )


OLDER: list[JsonObject] = [
    {
        "id": f"{URL}#7",
        "type": "StatusList2021Entry",
        "statusPurpose": "suspension",
        "statusListIndex": "7",
        "statusListCredential": URL,
    },
    {
        "id": f"{URL}#7",
        "type": "RevocationList2020Status",
        "revocationListIndex": "7",
        "revocationListCredential": URL,
    },
    {
        "id": f"{URL}#7",
        "type": "SuspensionList2020Status",
        "suspensionListIndex": "7",
        "suspensionListCredential": URL,
    },
]


@pytest.mark.parametrize("older", OLDER, ids=lambda older: str(older["type"]))
def test_entries_of_the_older_lists_are_read_by_their_own_names(older: JsonObject) -> None:
    kind = str(older["type"])
    purpose = "revocation" if kind.startswith("Revocation") else "suspension"
    assert read_entry(older) == StatusEntry(
        id=f"{URL}#7", purpose=purpose, index=7, list_url=URL, size=1, messages={}, references=(), kind=kind
    )
    for name in older:
        if name.endswith(("Index", "Credential")):
            refused(lambda name=name: read_entry(older | {name: 7}), "status.malformed")


def older_list(kind: str, encoded: str) -> JsonObject:
    held = status.KINDS[kind]
    return {
        "type": ["VerifiableCredential", held.credential_type],
        "credentialSubject": {"type": held.list_type, "encodedList": encoded, "statusPurpose": "suspension"},
    }


def spellings(data: bytes) -> Iterable[str]:
    packed = gzip.compress(data)
    for encode in (base64.urlsafe_b64encode, base64.b64encode):
        yield encode(packed).decode()
        yield encode(packed).decode().rstrip("=")


@pytest.mark.parametrize("older", OLDER, ids=lambda older: str(older["type"]))
def test_an_older_list_gives_its_bit_in_each_spelling_that_is_in_use(older: JsonObject) -> None:
    kind = str(older["type"])
    for encoded in spellings(data_with(7)):
        answer = status.read_list(older_list(kind, encoded), read_entry(older))
        assert answer.code == ("status.revoked" if kind.startswith("Revocation") else "status.suspended")
    for encoded in spellings(data_with(6, 8)):
        assert status.read_list(older_list(kind, encoded), read_entry(older)).code == "status.ok"
    refused(lambda: status.read_list(older_list(kind, "!"), read_entry(older)), "status.list_encoding")


@pytest.mark.parametrize("older", OLDER, ids=lambda older: str(older["type"]))
def test_a_list_of_another_generation_is_not_the_one_that_the_entry_names(older: JsonObject) -> None:
    refused(lambda: status.read_list(list_of(data_with(), "suspension"), read_entry(older)), "status.list_malformed")
    encoded = next(iter(spellings(data_with())))
    refused(
        lambda: status.read_list(older_list(str(older["type"]), encoded), read_entry(entry())), "status.list_malformed"
    )


def test_an_entry_of_a_token_status_list_stands_in_a_claim_of_its_own() -> None:
    found = status.entries_of({"credentialStatus": entry(), "status": {"status_list": {"idx": 5, "uri": URL}}})
    assert found == (read_entry(entry()), status.TokenEntry(index=5, list_url=URL))
    assert status.entries_of({"status": "active"}) == ()


@pytest.mark.parametrize(
    "claim",
    [
        None,
        7,
        {},
        {"idx": "5", "uri": URL},
        {"idx": -1, "uri": URL},
        {"idx": True, "uri": URL},
        {"idx": 1},
        {"idx": 1, "uri": "no url"},
    ],
)
def test_a_broken_claim_of_a_token_status_list_is_malformed(claim: JsonValue) -> None:
    refused(lambda: status.entries_of({"status": {"status_list": claim}}), "status.malformed")


def test_a_revocation_document_is_named_by_the_id_of_its_entry() -> None:
    other: JsonValue = {"id": "https://issuer.example/revocations", "type": "1EdTechRevocationList"}
    assert status.entries_of({"id": "urn:x:1", "credentialStatus": other}) == (
        status.ListedEntry(list_url="https://issuer.example/revocations", credential_id="urn:x:1"),
    )
    refused(lambda: status.entries_of({"credentialStatus": {"type": "1EdTechRevocationList"}}), "status.malformed")


def test_the_type_may_stand_in_a_list() -> None:
    assert read_entry(entry(type=["BitstringStatusListEntry", "Other"])).index == 7


def test_the_id_of_an_entry_may_be_absent() -> None:
    assert read_entry(entry(id=ABSENT)).id is None


INDEXES = ["", "-1", "+5", " 5", "5 ", "5\n", "1_0", "0x10", "1e3", "5.0", "00", "07", "٣", "５", "²", "9" * 101]


@pytest.mark.parametrize("index", [*INDEXES, 7, 7.0, True, None, ["7"], {}, ABSENT])
def test_an_index_that_readers_could_read_differently_is_malformed(index: object) -> None:
    refused(lambda: read_entry(entry(statusListIndex=index)), "status.malformed")


@given(index=st.integers(0, 10**60))
@settings(derandomize=True, database=None, max_examples=50)
def test_an_index_of_any_size_is_read(index: int) -> None:
    assert read_entry(entry(statusListIndex=str(index))).index == index


MESSAGES: list[JsonValue] = [{"status": f"0x{n:x}", "message": f"message {n}"} for n in range(4)]


@pytest.mark.parametrize(
    "changes",
    [
        {"type": ABSENT},
        {"type": []},
        {"type": 1},
        {"type": ["BitstringStatusListEntry", 1]},
        {"id": "no URL"},
        {"id": 1},
        {"id": URL},
        {"statusPurpose": ABSENT},
        {"statusPurpose": ""},
        {"statusPurpose": ["revocation"]},
        {"statusListCredential": ABSENT},
        {"statusListCredential": "status/1"},
        {"statusListCredential": "https://issuer.example/a b"},
        {"statusListCredential": "https://issuer.example/\r\nHost: x"},
        {"statusListCredential": {"id": URL}},
        {"statusSize": 0},
        {"statusSize": -1},
        {"statusSize": "1"},
        {"statusSize": 1.0},
        {"statusSize": True},
        {"statusSize": 2},
        {"statusSize": 2, "statusMessage": MESSAGES[:2]},
        {"statusSize": 2, "statusMessage": [*MESSAGES[:3], MESSAGES[0]]},
        {"statusSize": 2, "statusMessage": [*MESSAGES[:3], {"status": "0x9", "message": "too high"}]},
        {"statusSize": 2, "statusMessage": [*MESSAGES[:3], {"status": "3", "message": "no hex"}]},
        {"statusSize": 2, "statusMessage": [*MESSAGES[:3], {"status": "0x3"}]},
        {"statusSize": 2, "statusMessage": [*MESSAGES[:3], "three"]},
        {"statusSize": 2, "statusMessage": "text"},
        {"statusSize": 1_000_000, "statusMessage": []},
        {"statusMessage": []},
        {"statusReference": []},
        {"statusReference": "no URL"},
        {"statusReference": ["https://issuer.example/", 1]},
    ],
)
def test_an_entry_of_another_shape_is_malformed(changes: dict[str, object]) -> None:
    refused(lambda: read_entry(entry(**changes)), "status.malformed")


@pytest.mark.parametrize("value", [None, "revoked", 0, False, [None], [["x"]], [entry(), 1]])
def test_a_status_that_is_no_object_is_malformed(value: JsonValue) -> None:
    refused(lambda: status.entries_of({"credentialStatus": value}), "status.malformed")


def test_more_entries_than_anyone_needs_are_refused() -> None:
    assert len(status.entries_of({"credentialStatus": [entry()] * 16})) == 16
    refused(lambda: status.entries_of({"credentialStatus": [entry()] * 17}), "status.malformed")


def test_the_widest_status_has_sixteen_bits() -> None:
    messages: JsonValue = [{"status": f"0x{n:X}", "message": str(n)} for n in range(1 << 16)]
    assert len(read_entry(entry(statusSize=16, statusMessage=messages)).messages) == 1 << 16
    refused(lambda: read_entry(entry(statusSize=17, statusMessage=messages)), "status.malformed")


# Lists


def test_a_list_tells_what_its_credential_says_of_itself() -> None:
    opened = status.open_list(list_of(data_with(1), ["revocation", "suspension"], ttl=300_000))
    assert opened == status.StatusList(
        kind="BitstringStatusListEntry",
        id=URL,
        issuer="did:web:issuer.example",
        purposes=("revocation", "suspension"),
        bits=data_with(1),
        ttl_ms=300_000,
        valid_from="2026-01-01T00:00:00Z",
        valid_until="2027-01-01T12:30:00Z",
    )


@pytest.mark.parametrize(("ttl", "read"), [(0, 0), (1, 1), (-1, None), (True, None), ("300000", None), (1.5, None)])
def test_a_time_to_live_is_a_whole_number_of_milliseconds(ttl: JsonValue, read: int | None) -> None:
    assert status.open_list(list_of(data_with(), ttl=ttl)).ttl_ms == read


def test_the_issuer_of_a_list_may_be_an_object() -> None:
    value = list_of(data_with()) | {"issuer": {"id": "did:key:z6Mk", "name": "Registrar"}}
    assert status.open_list(value).issuer == "did:key:z6Mk"


def test_index_zero_is_the_left_most_bit() -> None:
    value = list_of(b"\x80" + bytes(16_383))
    assert status.read_list(value, read_entry(entry(statusListIndex="0"))).value == 1
    assert status.read_list(value, read_entry(entry(statusListIndex="7"))).value == 0


@pytest.mark.parametrize(
    ("purpose", "code"),
    [
        ("revocation", "status.revoked"),
        ("suspension", "status.suspended"),
        ("refresh", "status.refresh"),
        ("message", "status.message"),
        ("https://issuer.example/purpose", "status.purpose_unknown"),
    ],
)
def test_a_set_bit_means_what_its_purpose_says(purpose: str, code: str) -> None:
    asked = read_entry(entry(statusPurpose=purpose))
    assert status.read_list(list_of(data_with(7), purpose), asked).code == code
    assert status.read_list(list_of(data_with(6, 8), purpose), asked).code == "status.ok"
    assert CODES[code].outcome in ("fail", "warn", "unknown")


def test_a_value_of_several_bits_has_its_message() -> None:
    asked = read_entry(entry(statusPurpose="message", statusSize=2, statusMessage=MESSAGES))
    value = list_of(data_with(7, size=2, value=3), "message")
    assert status.read_list(value, asked) == status.StatusValue(value=3, code="status.message", message="message 3")


def test_the_last_place_of_a_list_is_read_and_the_next_one_is_not() -> None:
    value = list_of(data_with(131_071))
    assert status.read_list(value, read_entry(entry(statusListIndex="131071"))).value == 1
    for index in ("131072", str(2**64), "9" * 100):
        asked = read_entry(entry(statusListIndex=index))
        refused(lambda asked=asked: status.read_list(value, asked), "status.index_out_of_range")


def test_a_wider_status_has_fewer_places() -> None:
    asked = read_entry(entry(statusListIndex="131072", statusSize=2, statusMessage=MESSAGES))
    refused(lambda: status.read_list(list_of(bytes(32_768)), asked), "status.index_out_of_range")
    asked = read_entry(entry(statusListIndex="5", statusSize=2, statusMessage=MESSAGES))
    assert status.read_list(list_of(bytes(16_384)), asked).notes == ("status.list_too_short",)
    assert status.read_list(list_of(bytes(32_768)), asked).notes == ()


@pytest.mark.parametrize("purpose", ["suspension", ["suspension", "message"], "Revocation"])
def test_a_list_of_another_purpose_is_no_answer(purpose: JsonValue) -> None:
    refused(lambda: status.read_list(list_of(data_with(), purpose), read_entry(entry())), "status.purpose_mismatch")


@pytest.mark.parametrize("length", [1, 12_500, 16_383])
def test_a_list_that_is_too_short_to_hide_a_holder_still_tells_of_a_revocation(length: int) -> None:
    value = status.read_list(list_of(b"\x01" + bytes(length - 1)), read_entry(entry()))
    assert (value.code, value.notes) == ("status.revoked", ("status.list_too_short",))
    assert CODES["status.list_too_short"].outcome == "warn"


def test_an_empty_list_has_no_place_to_look_at() -> None:
    refused(lambda: status.read_list(list_of(b""), read_entry(entry())), "status.index_out_of_range")


def without(name: str) -> JsonObject:
    made = list_of(data_with())
    del made[name]
    return made


@pytest.mark.parametrize(
    "value",
    [
        {},
        without("type"),
        without("credentialSubject"),
        list_of(data_with()) | {"type": ["VerifiableCredential"]},
        list_of(data_with()) | {"type": "BitstringStatusListCredential"},
        list_of(data_with()) | {"credentialSubject": [list_of(data_with())["credentialSubject"]]},
        list_of(data_with(), type="Achievement"),
        list_of(data_with(), type=[]),
        list_of(data_with(), []),
        list_of(data_with(), None),
        list_of(data_with(), encodedList=None),
        list_of(data_with(), encodedList=["u"]),
    ],
)
def test_a_document_that_is_no_status_list_is_no_answer(value: JsonObject) -> None:
    refused(lambda: status.open_list(value), "status.list_malformed")


GOOD = gzip.compress(data_with())
ENCODINGS = {
    "empty": "",
    "prefix alone": "u",
    "no prefix": base.base64url_encode(GOOD),
    "standard base64": "m" + base.base64url_encode(GOOD),
    "padding": "u" + base.base64url_encode(GOOD) + "==",
    "white space": "u" + base.base64url_encode(GOOD) + "\n",
    "base58": "z" + base.base58_encode(GOOD[:60]),
    "no base64url": "u!!!!",
    "zlib": base.multibase_encode(zlib.compress(data_with()), "u"),
    "raw bits": base.multibase_encode(data_with(), "u"),
    "raw deflate": base.multibase_encode(zlib.compress(data_with())[2:-4], "u"),
    "cut": base.multibase_encode(GOOD[:-9], "u"),
    "bad checksum": base.multibase_encode(GOOD[:-8] + b"\x00" * 4 + GOOD[-4:], "u"),
    "bytes behind": base.multibase_encode(GOOD + b"\x00", "u"),
    "two members": base.multibase_encode(GOOD + GOOD, "u"),
    "gzip in gzip": base.multibase_encode(gzip.compress(GOOD), "u"),
}


@pytest.mark.parametrize("encoded", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_bits_in_another_encoding_are_no_answer(encoded: str) -> None:
    refused(lambda: status.open_list(list_of(b"", encodedList=encoded)), "status.list_encoding")


def bomb(mebibytes: int) -> str:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    data = b"".join([*(squeezer.compress(block) for _ in range(mebibytes)), squeezer.flush()])
    return base.multibase_encode(data, "u")


def test_a_list_of_512_mebibytes_is_stopped_at_the_limit() -> None:
    refused(lambda: status.decode(bomb(512)), "status.list_too_large")


def test_a_list_as_long_as_the_limit_is_read() -> None:
    assert len(status.decode(bomb(1), limit_bits=8 << 20)) == 1 << 20
    refused(lambda: status.decode(bomb(1), limit_bits=(8 << 20) - 8), "status.list_too_large")


@settings(derandomize=True, database=None, max_examples=30, deadline=None)
@given(indexes=st.sets(st.integers(0, 131_071), max_size=200))
def test_what_is_written_is_read_again(indexes: set[int]) -> None:
    encoded = status.encode(data_with(*indexes))
    assert encoded == status.encode(data_with(*sorted(indexes)))
    opened = status.open_list(list_of(b"", encodedList=encoded))
    probes: Iterable[int] = indexes | {index ^ 1 for index in indexes}
    for index in probes:
        asked = read_entry(entry(statusListIndex=str(index)))
        assert status.value_at(opened, asked).value == (index in indexes)


def test_a_list_too_short_to_hide_a_holder_is_not_written() -> None:
    refused(lambda: status.encode(bytes(16_383)), "status.list_too_short")


def test_an_index_below_zero_is_not_written() -> None:
    assert read_entry(status.compose_entry(list_url=URL, index=0, purpose="revocation")).index == 0
    refused(lambda: status.compose_entry(list_url=URL, index=-1, purpose="revocation"), "status.value")


def test_a_list_may_have_no_end() -> None:
    made = status.compose_list(
        id=URL, issuer="did:x:y", purpose="revocation", encoded="u", valid_from=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert "validUntil" not in made


@needs_shared
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("e5WK8CbZ1GjycuPombrj", None),
        ("expired", None),
        ("notYetValid", None),
        ("tampered", "status.list_encoding"),
        ("missingBitStringType", "status.list_malformed"),
    ],
)
def test_lists_of_other_software_are_read(name: str, code: str | None) -> None:
    value = json.loads((MIRROR / name).read_bytes())
    if code is not None:
        refused(lambda: status.open_list(value), code)
        return
    opened = status.open_list(value)
    values = [status.value_at(opened, read_entry(entry(statusListIndex=str(index)))) for index in range(6, 9)]
    assert [value.code for value in values] == ["status.revoked", "status.ok", "status.revoked"]
    assert len(opened.bits) * 8 == 100_000
    assert {value.notes for value in values} == {("status.list_too_short",)}
