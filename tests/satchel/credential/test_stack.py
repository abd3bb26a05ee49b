"""satchel.credential.stack: credentials of any format under one manifest."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from satchel.codec import base, strictjson
from satchel.credential import archive, clr, resource, stack
from satchel.credential.envelope import Envelope
from satchel.credential.read import read
from satchel.credential.stack import Stack, StackFault
from satchel.proof import suites
from satchel.proof.configuration import proofs_of
from tests.satchel.credential.signed import (
    CREATED,
    LEARNER,
    LEARNER_DID,
    json_file,
    png_file,
    signed,
    signer_of,
    svg_file,
    to_bytes,
    token_file,
)


def stacked(*credentials: Envelope) -> bytes:
    return stack.compose(
        credentials,
        id="urn:uuid:5",
        learner=LEARNER_DID,
        name="Ropes and tides",
        signer=signer_of(LEARNER),
        created=CREATED,
    )


def every_kind() -> tuple[Envelope, ...]:
    """One of each: VC 1.1 JSON, VC 2.0 JSON, PNG, SVG, a CLR and a token."""
    record = clr.compose(
        id="urn:uuid:4",
        learner=LEARNER_DID,
        learner_name=None,
        name="Ropes",
        parts=[json_file(5), json_file(6)],
        created=CREATED,
    )
    return (
        json_file(1, version="1.1"),
        json_file(2),
        png_file(3),
        svg_file(4),
        read(to_bytes(signed(record, LEARNER), indent=1), name="record.json"),
        token_file(),
    )


def entries_of(raw: bytes) -> list[tuple[str, bytes]]:
    return list(archive.read(raw, entries_limit=100))


def code_of(raw: bytes) -> str:
    with pytest.raises(StackFault) as fault:
        stack.read(raw)
    return fault.value.code


def test_originals_of_every_kind_come_out_byte_for_byte() -> None:
    originals = every_kind()
    found = stack.read(stacked(*originals))
    assert [part.envelope.raw for part in found.parts] == [one.raw for one in originals]
    assert [part.file for part in found.parts] == [
        "parts/01.json",
        "parts/02.json",
        "parts/03.png",
        "parts/04.svg",
        "parts/05.json",
        "parts/06.jwt",
    ]
    assert [part.title for part in found.parts] == ["Knot 1", "Knot 2", "Knot 3", "Knot 4", "Ropes", "badge.jwt"]
    assert found.parts[0].id == "urn:uuid:3f2b0f9e-8c11-4d0a-9a1c-000000000001"
    assert (found.name, found.learner) == ("Ropes and tides", LEARNER_DID)


def test_the_manifest_is_a_credential_that_the_learner_signed_over_all_parts() -> None:
    found = stack.read(stacked(*every_kind()))
    value: Any = found.manifest.value
    assert value["type"] == ["VerifiableCredential"]
    assert value["@context"] == ["https://www.w3.org/ns/credentials/v2"]
    assert value["issuer"] == value["credentialSubject"]["id"] == LEARNER_DID
    assert [entry["mediaType"] for entry in value["relatedResource"]] == [
        "application/vc+ld+json",
        "application/vc",
        "image/png",
        "image/svg+xml",
        "application/vc",
        "application/jwt",
    ]
    (proof,) = proofs_of(value)
    assert suites.verify(suites.Secured(value, suites.PINNED), proof, LEARNER.public())
    value["relatedResource"][2]["digestMultibase"] = value["relatedResource"][3]["digestMultibase"]
    assert not suites.verify(suites.Secured(value, suites.PINNED), proof, LEARNER.public())


def test_the_same_stack_is_the_same_file() -> None:
    originals = every_kind()
    assert stacked(*originals) == stacked(*originals)
    assert stack.looks_like_stack(stacked(*originals))
    assert not stack.looks_like_stack(b"{}")


def test_nothing_too_much_and_nothing_unreadable_is_stacked() -> None:
    cases: list[tuple[str, list[Envelope]]] = [
        ("stack.empty", []),
        ("stack.too_many", [json_file(1)] * 100),
        ("stack.part_twice", [json_file(1), json_file(2), json_file(1)]),
        ("stack.part_unreadable", [json_file(1), read(b"no credential", name="notes.txt")]),
        ("stack.too_large", [read(to_bytes({"@context": [], "x": "y" * (stack.LIMIT_BYTES - 100)}), name="big")]),
    ]
    for code, credentials in cases:
        with pytest.raises(StackFault) as fault:
            stacked(*credentials)
        assert fault.value.code == code


def test_a_file_over_the_limit_is_not_looked_into() -> None:
    assert code_of(bytes(stack.LIMIT_BYTES + 1)) == "stack.too_large"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/parts/01.json",
        "parts/../parts/01.json",
        "parts\\01.json",
        "parts/1.json",
        "parts/00.json",
        "parts/100.json",
        "parts/01.html",
        "parts/01.json/",
        "parts/01.JSON",
        "C:01.json",
        "Manifest.json",
        "parts/01.json\x00.png",
    ],
)
def test_no_name_but_that_of_a_part_is_taken(name: str) -> None:
    entries = entries_of(stacked(json_file(1)))
    assert code_of(archive.write([*entries, (name, b"{}")])) == "stack.name"


def test_names_that_stand_there_twice_are_refused() -> None:
    manifest, part = entries_of(stacked(json_file(1)))
    assert code_of(archive.write([manifest, part, part])) == "stack.name_twice"
    assert code_of(archive.write([manifest, part, ("parts/01.png", b"")])) == "stack.name_twice"
    assert code_of(archive.write([manifest, part, manifest])) == "stack.name_twice"


def test_the_files_are_exactly_those_that_the_manifest_names() -> None:
    manifest, first, second = entries_of(stacked(json_file(1), png_file(2)))
    assert code_of(archive.write([manifest, first])) == "stack.part_missing"
    assert code_of(archive.write([manifest, first, second, ("parts/03.json", b"{}")])) == "stack.part_unnamed"
    assert code_of(archive.write([manifest, first, (second[0], json_file(9).raw)])) == "stack.part_changed"
    swapped = [manifest, ("parts/01.json", second[1]), ("parts/02.png", first[1])]
    assert code_of(archive.write(swapped)) == "stack.part_changed"
    blank_more = [manifest, (first[0], first[1] + b"\n"), second]
    assert code_of(archive.write(blank_more)) == "stack.part_changed"


def without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda value: {key: member for key, member in value.items() if key != name}


@pytest.mark.parametrize(
    "change",
    [
        without("relatedResource"),
        without("issuer"),
        without("credentialSubject"),
        lambda value: value | {"issuer": "did:key:z6MkqRYqQiSgvZQdnBytw86Qbs2ZWUkGv22od935YF4s8M7V"},
        lambda value: value | {"credentialSubject": [{"id": LEARNER_DID}, {"id": "urn:x"}]},
        lambda value: value | {"type": ["Something"]},
        lambda value: value | {"@context": ["https://www.w3.org/2018/credentials/v1"]},
        lambda value: value | {"relatedResource": []},
        lambda value: value | {"relatedResource": ["urn:x"]},
        lambda value: value | {"relatedResource": [{"id": "urn:x"}]},
    ],
)
def test_a_manifest_of_another_shape_is_refused(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    manifest, part = entries_of(stacked(json_file(1)))
    changed = json.dumps(change(strictjson.load_object(manifest[1]))).encode()
    code = code_of(archive.write([(manifest[0], changed), part]))
    # An empty list of names leaves the part unnamed; every other change leaves no manifest.
    assert code == ("stack.part_unnamed" if b'"relatedResource": []' in changed else "stack.manifest")


def test_a_manifest_that_is_missing_or_no_json_is_refused() -> None:
    manifest, part = entries_of(stacked(json_file(1)))
    assert code_of(archive.write([part])) == "stack.manifest"
    for raw in (b"", b"[]", b'{"a":1,"a":2}', manifest[1][:-1]):
        assert code_of(archive.write([(manifest[0], raw), part])) == "stack.manifest"


def test_no_stack_lies_in_another() -> None:
    inner = stacked(json_file(1))
    with pytest.raises(StackFault) as fault:
        stacked(read(inner, name="inner.zip"))
    assert fault.value.code == "stack.part_unreadable"
    manifest, part = entries_of(stacked(json_file(1)))
    value: Any = strictjson.load_object(manifest[1])
    (entry,) = resource.compose([read(inner)], taken=())
    value["relatedResource"] = [entry]
    assert (
        code_of(archive.write([(manifest[0], json.dumps(value).encode()), (part[0], inner)])) == "stack.part_unreadable"
    )


def test_a_manifest_that_names_the_same_bytes_twice_is_refused() -> None:
    manifest, part = entries_of(stacked(json_file(1)))
    value: Any = strictjson.load_object(manifest[1])
    value["relatedResource"] *= 2
    raw = json.dumps(value).encode()
    assert code_of(archive.write([(manifest[0], raw), part, ("parts/02.json", part[1])])) == "stack.part_twice"


def test_a_single_related_resource_may_stand_without_its_list() -> None:
    manifest, part = entries_of(stacked(json_file(1)))
    value: Any = strictjson.load_object(manifest[1])
    value["relatedResource"] = value["relatedResource"][0]
    found: Stack = stack.read(archive.write([(manifest[0], json.dumps(value).encode()), part]))
    assert len(found.parts) == 1


def test_a_title_that_is_no_text_is_no_title() -> None:
    manifest, part = entries_of(stacked(json_file(1)))
    value: Any = strictjson.load_object(manifest[1])
    value["name"] = 7
    value["relatedResource"][0] |= {"name": [], "id": 3}
    found = stack.read(archive.write([(manifest[0], json.dumps(value).encode()), part]))
    assert (found.name, found.parts[0].title, found.parts[0].id) == ("", "", "")


def test_the_digest_is_read_in_both_bases() -> None:
    manifest, part = entries_of(stacked(json_file(1)))
    value: Any = strictjson.load_object(manifest[1])
    entry = value["relatedResource"][0]
    raw = base.multibase_decode(entry["digestMultibase"], allowed="u")
    entry["digestMultibase"] = base.multibase_encode(raw, "z")
    assert len(stack.read(archive.write([(manifest[0], json.dumps(value).encode()), part])).parts) == 1
