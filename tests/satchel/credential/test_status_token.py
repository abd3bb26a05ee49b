from __future__ import annotations

import ast
import json
import re
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satchel.codec import cbor
from satchel.codec.base import base64url_decode, base64url_encode
from satchel.credential import status_token
from satchel.credential.status import TokenEntry, entries_of
from satchel.credential.status_token import ListClaims, TokenList
from satchel.errors import ProofError, StatusError
from satchel.key.private import LocalSigner, PrivateKey
from satchel.port import JsonObject, JsonValue
from satchel.proof import cose_sign
from tests.shared import SHARED, needs_shared

URL = "https://issuer.example/statuslists/1"
KEY = PrivateKey.from_seed(b"status token tests, key number 1")
VECTORS = SHARED / "vectors/token-status-list"


def vector(name: str) -> str:
    return (VECTORS / name).read_text()


def claims(data: bytes = bytes(16), size: int = 1, **changes: JsonValue) -> JsonObject:
    made = status_token.compose(url=URL, data=data, size=size, issued_at=1_700_000_000, expires=1_900_000_000) | changes
    return {name: value for name, value in made.items() if value != "absent"}


def token(value: JsonObject, **header: JsonValue) -> str:
    head: JsonObject = {"alg": "EdDSA", "kid": "did:example:1#key", "typ": "statuslist+jwt"} | header
    parts = [base64url_encode(json.dumps(part).encode()) for part in (head, value)]
    signer = LocalSigner(id="did:example:1#key", key=KEY)
    return ".".join([*parts, base64url_encode(signer.sign(".".join(parts).encode()))])


def refused(value: JsonObject) -> str:
    with pytest.raises(StatusError) as error:
        status_token.open_list(status_token.read(token(value).encode()).claims)
    return error.value.code


def held_by(name: str) -> dict[str, object]:
    """The JSON object of a vector, whose long text is broken over indented lines."""
    text = vector(name)
    return json.loads(re.sub(r"\n\s*", "", text[text.index("{") :]))


@needs_shared
@pytest.mark.parametrize(
    "name", ["status_list_encoding_json.txt", "status_list_encoding2_json.txt", "status_list_jwt.txt"]
)
def test_the_short_lists_of_the_draft_are_the_bytes_that_it_prints(name: str) -> None:
    text = vector(name)
    printed = re.search(r"byte_array = (\[.*\])", text)
    expected = bytes(ast.literal_eval(printed[1].replace("0x", "0x"))) if printed else bytes([0xB9, 0xA3])
    held = re.search(r'"lst": "([^"]+)"', text)
    assert held is not None
    assert status_token.inflate(base64url_decode(held[1])) == expected


LONG = {
    "status_list_encoding1_long_json.txt": {
        0: 1,
        1993: 1,
        25460: 1,
        159495: 1,
        495669: 1,
        554353: 1,
        645645: 1,
        723232: 1,
        854545: 1,
        934534: 1,
        1000345: 1,
    },
    "status_list_encoding2_long_json.txt": {
        0: 1,
        1993: 2,
        25460: 1,
        159495: 3,
        495669: 1,
        554353: 1,
        645645: 2,
        723232: 1,
        854545: 1,
        934534: 2,
        1000345: 3,
    },
}
"""The places that the draft's appendix names, with their values; all others are zero."""


@needs_shared
@pytest.mark.parametrize("name", LONG)
def test_the_long_lists_of_the_appendix_have_the_values_that_it_names(name: str) -> None:
    held = held_by(name)
    size, packed = held["bits"], held["lst"]
    assert isinstance(size, int)
    opened = TokenList(size=size, data=status_token.inflate(base64url_decode(str(packed))))
    assert len(opened.data) * 8 // size >= 1 << 20
    found = {place: status_token.get(opened.data, place, size) for place in LONG[name]}
    assert found == LONG[name]
    whole = int.from_bytes(opened.data, "little")
    for place, value in LONG[name].items():
        whole -= value << place * size
    assert whole == 0


@needs_shared
@pytest.mark.parametrize("size", [4, 8])
def test_the_wide_lists_of_the_appendix_open_and_hold_every_value(size: int) -> None:
    held = held_by(f"status_list_encoding{size}_json.txt")
    data = status_token.inflate(base64url_decode(str(held["lst"])))
    values = {status_token.get(data, place, size) for place in range(len(data) * 8 // size)}
    assert held["bits"] == size
    assert values == set(range(1 << size))


@needs_shared
def test_the_token_of_the_draft_is_read() -> None:
    read = status_token.read("".join(vector("status_list_jwt_raw.txt").split()).encode())
    assert (read.key_id, read.algorithm) == ("12", "ES256")
    assert (read.claims.subject, read.claims.issuer) == ("https://example.com/statuslists/1", "https://example.com")
    assert (read.claims.issued_at, read.claims.expires, read.claims.ttl_seconds) == (1686920170, 2291720170, 43200)
    opened = status_token.open_list(read.claims)
    assert [status_token.get(opened.data, place, 1) for place in range(16)] == [
        1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1,
    ]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(status_token.SIZES), st.data())
def test_every_value_comes_back_from_its_place(size: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.integers(0, (1 << size) - 1), min_size=1, max_size=64))
    whole = sum(value << place * size for place, value in enumerate(values))
    packed = whole.to_bytes((len(values) * size + 7) // 8, "little")
    read = status_token.read(token(claims(packed, size)).encode())
    opened = status_token.open_list(read.claims)
    assert [status_token.get(opened.data, place, size) for place in range(len(values))] == values


def test_a_token_that_we_made_is_read_and_its_signature_holds() -> None:
    made = status_token.signing_input(claims(), algorithm="EdDSA", key_id="did:example:1#key")
    text = f"{made.decode()}.{base64url_encode(LocalSigner(id='did:example:1#key', key=KEY).sign(made))}"
    read = status_token.read(text.encode())
    assert read.key_id == "did:example:1#key"
    assert read.verify(KEY.public())
    assert not status_token.read(token(claims(sub="x")).encode()).verify(PrivateKey.from_seed(bytes(32)).public())
    assert read.claims == ListClaims(
        subject=URL,
        issuer=None,
        issued_at=1_700_000_000,
        expires=1_900_000_000,
        ttl_seconds=None,
        size=1,
        packed=read.claims.packed,
    )


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (0, "status.ok"),
        (1, "status.revoked"),
        (2, "status.suspended"),
        (3, "status.value_unknown"),
        (4, "status.value_unknown"),
        (15, "status.value_unknown"),
    ],
)
def test_each_value_means_what_the_draft_says(value: int, code: str) -> None:
    opened = TokenList(size=4, data=bytes([0, value << 4]))
    answer = status_token.value_at(opened, TokenEntry(index=3, list_url=URL))
    assert (answer.value, answer.code) == (value, code)


def test_a_place_past_the_end_is_never_valid() -> None:
    opened = TokenList(size=2, data=bytes(4))
    assert status_token.value_at(opened, TokenEntry(index=15, list_url=URL)).code == "status.ok"
    with pytest.raises(StatusError) as error:
        status_token.value_at(opened, TokenEntry(index=16, list_url=URL))
    assert error.value.code == "status.index_out_of_range"


@pytest.mark.parametrize(
    "change",
    [
        {"status_list": "absent"},
        {"status_list": {"bits": 3, "lst": "eNpjAAAAAQAB"}},
        {"status_list": {"bits": True, "lst": "eNpjAAAAAQAB"}},
        {"status_list": {"bits": 1}},
        {"sub": "absent"},
        {"sub": 7},
        {"iat": "absent"},
        {"iat": "2026"},
        {"exp": True},
        {"ttl": -1},
        {"iss": 7},
    ],
)
def test_claims_that_are_missing_or_of_another_form_are_no_list(change: JsonObject) -> None:
    assert refused(claims(**change)) == "status.list_malformed"


def packed_as(data: bytes) -> JsonObject:
    return claims(status_list={"bits": 1, "lst": base64url_encode(data)})


def test_a_list_that_cannot_be_inflated_is_refused() -> None:
    good = zlib.compress(bytes(16))
    for broken in (b"", b"abc", good[:-1], good + b"x", good + good, bytes([good[0], good[1] ^ 1]) + good[2:]):
        assert refused(packed_as(broken)) == "status.list_encoding"
    assert refused(claims(status_list={"bits": 1, "lst": "eNpj="})) == "status.list_encoding"


def test_a_bomb_is_refused_at_the_limit() -> None:
    assert refused(packed_as(zlib.compress(bytes(status_token.LIMIT_BYTES + 1)))) == "status.list_too_large"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"typ": "JWT"}, "proof.token_type"),
        ({"typ": "vc+jwt"}, "proof.token_type"),
        ({"alg": "none"}, "proof.algorithm"),
        ({"alg": "HS256"}, "proof.algorithm"),
        ({"jwk": {}}, "proof.token_key"),
        ({"crit": ["exp"]}, "proof.token_header"),
    ],
)
def test_another_header_than_a_status_list_tokens_is_refused(header: JsonObject, code: str) -> None:
    with pytest.raises(ProofError) as error:
        status_token.read(token(claims(), **header).encode())
    assert error.value.code == code


def test_a_size_that_is_none_is_not_composed() -> None:
    with pytest.raises(StatusError) as error:
        status_token.compose(url=URL, data=b"", size=3, issued_at=0)
    assert error.value.code == "status.value"


SIGNER = LocalSigner(id="did:example:1#key", key=KEY)


def cwt(value: JsonObject, typ: str = "application/statuslist+cwt") -> bytes:
    return cose_sign.sign_payload(status_token.cwt_payload(value), header={cose_sign.TYP: typ}, signer=SIGNER)


@needs_shared
def test_the_cwt_of_the_draft_is_read() -> None:
    read = status_token.read(bytes.fromhex("".join(vector("status_list_cwt.txt").split())))
    assert (read.form, read.key_id, read.algorithm) == ("cwt", "12", "-7")
    assert read.claims.subject == "https://example.com/statuslists/1"
    assert (read.claims.issued_at, read.claims.expires, read.claims.ttl_seconds) == (1686920170, 2291720170, 43200)
    assert status_token.open_list(read.claims) == TokenList(size=1, data=bytes([0xB9, 0xA3]))


@needs_shared
@pytest.mark.parametrize(
    "name",
    [
        "status_list_encoding_cbor.txt",
        "status_list_encoding2_cbor.txt",
        "status_list_encoding1_long_cbor.txt",
        "status_list_encoding2_long_cbor.txt",
        "status_list_encoding4_cbor.txt",
        "status_list_encoding8_cbor.txt",
    ],
)
def test_the_lists_in_cbor_are_those_in_json(name: str) -> None:
    text = vector(name)
    digits = "".join(re.findall(r"^[0-9a-f]+$", text, re.MULTILINE))
    value = cbor.decode(bytes.fromhex(digits))
    assert isinstance(value, dict)
    held = held_by(name.replace("cbor", "json"))
    packed = value["lst"]
    assert isinstance(packed, bytes)
    assert value["bits"] == held["bits"]
    assert status_token.inflate(packed) == status_token.inflate(base64url_decode(str(held["lst"])))


def test_a_cwt_that_we_made_says_what_the_jwt_says_and_its_signature_holds() -> None:
    made = claims(bytes(8), 2, ttl=60, iss="did:example:1")
    read = status_token.read(cwt(made))
    assert read.claims == status_token.read(token(made).encode()).claims
    assert read.verify(KEY.public())
    assert not read.verify(PrivateKey.from_seed(bytes(32)).public())


def test_another_cwt_is_no_status_list() -> None:
    with pytest.raises(ProofError) as error:
        status_token.read(cwt(claims(), typ="application/vc+cose"))
    assert error.value.code == "proof.token_type"
    with pytest.raises(StatusError) as fault:
        status_token.read(cose_sign.sign_payload(b"\x01", header={cose_sign.TYP: status_token.CWT_TYPE}, signer=SIGNER))
    assert fault.value.code == "status.list_malformed"
    with pytest.raises(ProofError) as error:
        status_token.read(cwt(claims())[:-1])
    assert error.value.code == "proof.token_malformed"


@needs_shared
def test_the_referenced_token_of_the_draft_names_its_place() -> None:
    raw = bytes.fromhex("".join(vector("referenced_token_cwt.txt").split()))
    claims = cbor.decode(cose_sign.split(raw, parameters=frozenset()).payload)
    assert isinstance(claims, dict)
    status = claims[65535]
    assert isinstance(status, dict)
    named = json.loads(json.dumps({str(name): value for name, value in status.items()}))
    assert entries_of({"status": named}) == (TokenEntry(index=0, list_url="https://example.com/statuslists/1"),)
