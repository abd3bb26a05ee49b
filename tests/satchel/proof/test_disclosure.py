"""satchel.proof.disclosure: digests and disclosures put into place, and every way of forging one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.codec.base import base64url_encode
from satchel.port import JsonObject, JsonValue
from satchel.proof import disclosure
from satchel.proof.disclosure import choose, open_claims, pack
from tests.satchel.proof.ground import code_of


def salts() -> Any:
    """Entropy that gives every call other bytes, and every run the same."""
    counter: Iterator[int] = iter(range(1, 10**9))
    return lambda count: hashlib.sha256(str(next(counter)).encode()).digest()[:count]


def made(parts: Any) -> str:
    return base64url_encode(json.dumps(parts).encode() if not isinstance(parts, bytes) else parts)


def digest(text: str) -> str:
    return base64url_encode(hashlib.sha256(text.encode()).digest())


def hiding(*parts: Any) -> tuple[JsonObject, list[str]]:
    """Claims that hide each of these behind a digest, and the disclosures."""
    texts = [made(entry) for entry in parts]
    return {"open": 1, "_sd": [digest(text) for text in texts]}, texts


def refused(claims: JsonObject, texts: list[str]) -> str:
    return code_of(lambda: open_claims(claims, texts))


# RFC 9901 §4.2.1, §4.2.2, §4.2.3 print these.
NAME = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
ELEMENT = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0"


def test_the_printed_disclosures_of_the_rfc_have_their_printed_digests() -> None:
    assert disclosure.digest(NAME, "sha-256") == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    assert disclosure.digest(ELEMENT, "sha-256") == "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"
    claims: JsonObject = {
        "_sd_alg": "sha-256",
        "_sd": ["X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"],
        "nationalities": [{"...": "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"}, "DE"],
    }
    opened = open_claims(claims, [NAME, ELEMENT])
    assert opened.claims == {"family_name": "M\u00f6bius", "nationalities": ["FR", "DE"]}
    assert [(entry.pointer, entry.name) for entry in opened.disclosed] == [
        ("/nationalities/0", None),
        ("/family_name", "family_name"),
    ]
    assert open_claims(claims, []).claims == {"nationalities": ["DE"]}
    assert open_claims(claims, []).hidden == 2


WHOLE: JsonObject = {
    "iss": "https://school.example",
    "address": {"street": "Long Lane 1", "town": "Knotham", "a/b": {"c~d": True}},
    "skills": ["reef knot", {"name": "bowline", "level": 3}, ["x", ["y"]], None],
    "empty": {},
    "none": [],
}
EVERYTHING = (
    "/address",
    "/address/street",
    "/address/a~1b",
    "/address/a~1b/c~0d",
    "/skills",
    "/skills/0",
    "/skills/1/level",
    "/skills/1",
    "/skills/2/1/0",
    "/skills/3",
    "/empty",
)


@pytest.mark.parametrize("hash_name", disclosure.HASHES)
@pytest.mark.parametrize("decoys", [0, 3])
def test_what_is_packed_opens_whole_in_part_or_not_at_all(hash_name: str, decoys: int) -> None:
    packed = pack(WHOLE, EVERYTHING, entropy=salts(), decoys=decoys, hash_name=hash_name)
    assert packed.claims["_sd_alg"] == hash_name
    assert "reef knot" not in json.dumps(packed.claims)
    texts = [text for _, text in packed.disclosures]
    opened = open_claims(packed.claims, texts)
    assert opened.claims == WHOLE
    assert {entry.pointer for entry in opened.disclosed} == set(EVERYTHING)
    assert opened.hidden == 4 * decoys  # four objects hide something
    assert open_claims(packed.claims, []).claims == {"iss": "https://school.example", "none": []}
    chosen = choose(opened.disclosed, ["/skills/1/level"])
    shown = open_claims(packed.claims, chosen)
    assert shown.claims == {
        "iss": "https://school.example",
        "none": [],
        "skills": [{"name": "bowline", "level": 3}, ["x", []]],
    }


def test_a_claim_is_shown_with_what_it_stands_in_and_without_what_stands_in_it() -> None:
    packed = pack(WHOLE, EVERYTHING, entropy=salts())
    opened = open_claims(packed.claims, [text for _, text in packed.disclosures])
    shown = open_claims(packed.claims, choose(opened.disclosed, ["/address"]))
    assert shown.claims["address"] == {"town": "Knotham"}
    assert choose(opened.disclosed, []) == ()
    for pointer in ("/iss", "/addres", "/address/town", "/skills/9", "", "address"):
        assert code_of(lambda pointer=pointer: choose(opened.disclosed, [pointer])) == "proof.disclosure_unknown"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=6).filter(lambda name: name not in ("_sd", "...", "_sd_alg")), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def pointers_of(value: JsonValue, pointer: str = "") -> Iterator[str]:
    members: Any = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for name, member in members:
        place = disclosure.step(pointer, name)
        yield place
        yield from pointers_of(member, place)


@given(st.dictionaries(st.text(max_size=6), JSON, max_size=4), st.data())
def test_whatever_is_hidden_comes_out_as_it_was(claims: dict[str, Any], data: st.DataObject) -> None:
    if claims.keys() & {"_sd", "...", "_sd_alg"}:
        return
    every = list(dict.fromkeys(pointers_of(claims)))
    hidden = data.draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    packed = pack(claims, hidden, entropy=salts(), decoys=1)
    texts = [text for _, text in packed.disclosures]
    opened = open_claims(packed.claims, texts)
    assert opened.claims == claims
    assert {entry.pointer for entry in opened.disclosed} == set(hidden)


def test_what_nobody_signed_is_refused() -> None:
    """Row 84: the software of others has shown such claims as the issuer's."""
    claims, texts = hiding(["s", "name", "Ada"])
    stranger = made(["s", "degree", "PhD"])
    assert open_claims(claims, texts).claims == {"open": 1, "name": "Ada"}
    assert refused(claims, [*texts, stranger]) == "proof.disclosure_unsigned"
    assert refused({"open": 1}, [stranger]) == "proof.disclosure_unsigned"
    changed = made(["s", "name", "Eve"])
    assert refused(claims, [changed]) == "proof.disclosure_unsigned"


def test_a_disclosure_inside_one_that_is_not_shown_is_refused() -> None:
    inner = made(["s", "street", "Long Lane 1"])
    outer = made(["s", "address", {"_sd": [digest(inner)]}])
    claims: JsonObject = {"_sd": [digest(outer)]}
    assert open_claims(claims, [inner, outer]).claims == {"address": {"street": "Long Lane 1"}}
    assert refused(claims, [inner]) == "proof.disclosure_unsigned"


def test_a_disclosure_or_digest_that_stands_twice_is_refused() -> None:
    claims, (text,) = hiding(["s", "name", "Ada"])
    key = digest(text)
    assert refused(claims, [text, text]) == "proof.disclosure_repeated"
    for doubled in (
        {"_sd": [key, key]},
        {"_sd": [key], "inner": {"_sd": [key]}},
        {"_sd": [key], "list": [{"...": key}]},
        {"list": [{"...": key}, {"...": key}]},
        {"list": [[{"...": "decoy"}], {"...": "decoy"}]},
    ):
        assert refused(doubled, []) == "proof.disclosure_repeated"
    nested = made(["s", "outer", {"_sd": [key]}])
    assert refused({"_sd": [key, digest(nested)]}, [text, nested]) == "proof.disclosure_repeated"


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_a_claim_of_a_reserved_name_is_refused(name: str) -> None:
    """Row 85."""
    claims, texts = hiding(["s", name, ["x"]])
    assert refused(claims, texts) == "proof.disclosure_name"


def test_a_disclosure_takes_no_others_place() -> None:
    text = made(["s", "exp", 4102444800])
    assert refused({"exp": 1, "_sd": [digest(text)]}, [text]) == "proof.disclosure_name"
    claims, texts = hiding(["s", "name", "Ada"], ["t", "name", "Eve"])
    assert refused(claims, texts) == "proof.disclosure_name"


@pytest.mark.parametrize(
    "parts",
    [
        [],
        ["s"],
        ["s", "name", "Ada", "more"],
        ["s", 5, "Ada"],
        ["s", None, "Ada"],
        ["s", ["name"], "Ada"],
        [5, "name", "Ada"],
        [None, "name", "Ada"],
        {"salt": "s"},
        "text",
        None,
        5,
        b"",
        b"{",
        b'["s","name","Ada"',
        b'["s","name","Ada"] []',
        b'["s","name",NaN]',
        b'["s","name",{"a":1,"a":2}]',
        b"\xef\xbb\xbf" + b'["s","name","Ada"]',
        b'["s","name","\xff"]',
        b'["s","name","\\ud800"]',
    ],
    ids=repr,
)
def test_a_disclosure_in_another_form_is_malformed(parts: Any) -> None:
    """Row 86."""
    claims, texts = hiding(parts)
    assert refused(claims, texts) == "proof.disclosure_malformed"


def test_a_disclosure_in_another_spelling_is_malformed() -> None:
    text = made(["s", "name", "Ad\u00ff\u00fe"])
    for other in ("", f"{text}=", f" {text}", f"{text}\n", text[:-1], f"{text[:4]}\u200b{text[4:]}", f"{text}+/"):
        assert refused({"_sd": [digest_of(other)]}, [other]) == "proof.disclosure_malformed", other


def digest_of(text: str) -> str:
    return base64url_encode(hashlib.sha256(text.encode("ascii", "replace")).digest())


def test_a_member_is_not_disclosed_as_an_element_nor_an_element_as_a_member() -> None:
    member, element = made(["s", "name", "Ada"]), made(["s", "Ada"])
    assert refused({"_sd": [digest(element)]}, [element]) == "proof.disclosure_malformed"
    assert refused({"list": [{"...": digest(member)}]}, [member]) == "proof.disclosure_malformed"


@pytest.mark.parametrize(
    "claims",
    [
        {"_sd": "digest"},
        {"_sd": {"a": 1}},
        {"_sd": None},
        {"_sd": [1]},
        {"_sd": ["a", None]},
        {"inner": {"_sd": "x"}},
        {"list": [{"...": "d", "more": 1}]},
        {"list": [{"...": "d", "_sd": []}]},
        {"list": [{"...": 5}]},
        {"list": [{"...": None}]},
        {"...": "d"},
        {"inner": {"...": "d"}},
    ],
    ids=repr,
)
def test_digests_in_another_form_are_malformed(claims: JsonObject) -> None:
    """Row 88."""
    assert refused(claims, []) == "proof.disclosure_malformed"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("md5", "proof.digest"),
        ("sha-1", "proof.digest"),
        ("SHA-256", "proof.digest"),
        ("sha256", "proof.digest"),
        ("sha-256 ", "proof.digest"),
        ("sha-256-32", "proof.digest"),
        ("", "proof.digest"),
        (None, "proof.digest"),
        (256, "proof.digest"),
        (["sha-256"], "proof.digest"),
        ("sha3-256", "proof.digest_unsupported"),
        ("blake2b-256", "proof.digest_unsupported"),
    ],
)
def test_digests_by_another_hash_are_refused(name: Any, code: str) -> None:
    assert refused({"_sd_alg": name, "_sd": []}, []) == code
    if code == "proof.digest" and isinstance(name, str):
        assert code_of(lambda: pack({"a": 1}, ["/a"], entropy=salts(), hash_name=name)) == code


def test_a_hash_named_further_in_is_a_claim_like_any_other() -> None:
    claims, texts = hiding(["s", "name", "Ada"])
    assert open_claims({**claims, "inner": {"_sd_alg": "md5"}}, texts).claims["inner"] == {"_sd_alg": "md5"}


def test_disclosures_nested_deeper_than_any_document_are_refused() -> None:
    text = made(["s", "a", "end"])
    texts = [text]
    for _ in range(70):
        text = made(["s", "a", {"_sd": [digest(text)]}])
        texts.append(text)
    assert refused({"_sd": [digest(text)]}, texts) == "proof.token_malformed"


def test_ten_thousand_disclosures_are_refused_before_they_are_read() -> None:
    """Row 92."""
    assert refused({}, ["not read"] * 10_000) == "proof.disclosure_count"
    claims, texts = hiding(*(["s", f"claim{index}", index] for index in range(2000)))
    assert len(open_claims(claims, texts).claims) == 2001


@pytest.mark.parametrize("claims", [{"_sd": []}, {"a": {"...": 1}}, {"_sd_alg": "sha-256"}, {"a": [{"_sd": 1}]}])
def test_claims_of_reserved_names_are_not_packed(claims: JsonObject) -> None:
    assert code_of(lambda: pack(claims, [], entropy=salts())) == "proof.disclosure_name"


@pytest.mark.parametrize("pointer", ["", "a", "/b", "/list/1", "/list/-", "/list/00", "/list/0/x", "/a/0"])
def test_a_pointer_to_nothing_hides_nothing_and_is_told(pointer: str) -> None:
    claims: JsonObject = {"a": 1, "list": ["x"]}
    assert code_of(lambda: pack(claims, [pointer], entropy=salts())) == "proof.disclosure_unknown"


def test_nothing_hidden_leaves_no_trace_and_equal_claims_get_other_digests() -> None:
    assert pack({"a": 1}, [], entropy=salts(), decoys=5) == disclosure.Packed(claims={"a": 1}, disclosures=())
    packed = pack({"list": ["x", "x"]}, ["/list/0", "/list/1"], entropy=salts())
    first, second = packed.claims["list"]  # type: ignore[misc]
    assert first != second
    assert open_claims(packed.claims, [text for _, text in packed.disclosures]).claims == {"list": ["x", "x"]}
