"""satchel.credential.resource: naming documents by id and digest."""

import hashlib
from typing import Any

import pytest

from satchel.codec import base
from satchel.credential import resource
from satchel.credential.read import read
from tests.satchel.credential.signed import badge, json_file, png_file, to_bytes, token_file


def test_an_entry_names_the_bytes_as_they_were_received() -> None:
    original = png_file(1)
    (entry,) = resource.compose([original], taken=())
    assert entry == {
        "id": "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-000000000001",
        "name": "Knot 1",
        "mediaType": "image/png",
        "digestMultibase": base.multibase_encode(b"\x12\x20" + hashlib.sha256(original.raw).digest(), "u"),
    }
    assert resource.sha256_of(entry) == original.digest


@pytest.mark.parametrize(
    "id",
    [
        None,
        7,
        "relative/id",
        "urn:a b",
        'urn:a"b',
        "urn:a#b#c",
        "urn:" + "x" * 1000,
        "https://ümlaut.example/",
        # A pinned context: a verifier that holds it would compare the badge with it.
        "https://www.w3.org/ns/credentials/v2",
        "urn:uuid:taken",
    ],
)
def test_an_id_that_cannot_stand_there_gives_way_to_the_address_of_the_bytes(id: Any) -> None:
    original = read(to_bytes({**badge(1), "id": id}), name="x")
    entry: Any = resource.compose([original], taken=("urn:uuid:taken",))[0]
    digest = base.base64url_encode(hashlib.sha256(original.raw).digest())
    assert entry["id"] == f"ni:///sha-256;{digest}"


def test_two_documents_with_one_id_have_two_entries() -> None:
    one, two = json_file(1), json_file(1, indent=1)
    first, second = resource.compose([one, two], taken=())
    assert isinstance(first, dict) and isinstance(second, dict)
    assert first["id"] != second["id"]
    assert str(second["id"]).startswith("ni:///sha-256;")


def test_a_token_is_named_by_its_file_and_a_long_title_is_cut() -> None:
    (entry,) = resource.compose([token_file()], taken=())
    assert isinstance(entry, dict) and entry["name"] == "badge.jwt"
    document: Any = badge(1)
    document["credentialSubject"]["achievement"]["name"] = "x" * 5000
    (entry,) = resource.compose([read(to_bytes(document))], taken=())
    assert isinstance(entry, dict) and entry["name"] == "x" * resource.TITLE_LIMIT_CHARS


@pytest.mark.parametrize(
    "given",
    [
        None,
        3,
        "",
        "uEiB",
        "mEiB",
        base.multibase_encode(hashlib.sha256(b"").digest(), "u"),
        base.multibase_encode(b"\x13\x40" + hashlib.sha512(b"").digest(), "u"),
        base.multibase_encode(b"\x12\x20" + hashlib.sha256(b"").digest() + b"x", "u"),
        base.multibase_encode(b"\x12\x20" + hashlib.sha256(b"").digest(), "u") + "=",
    ],
)
def test_a_digest_of_another_form_is_none(given: Any) -> None:
    assert resource.sha256_of({"digestMultibase": given}) is None


def test_an_id_of_the_longest_length_still_stands() -> None:
    longest = "urn:" + "x" * (resource.ID_LIMIT_CHARS - 4)
    (entry,) = resource.compose([read(to_bytes({**badge(1), "id": longest}))], taken=())
    assert isinstance(entry, dict) and entry["id"] == longest
