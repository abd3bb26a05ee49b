from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from satchel.codec import strictjson
from satchel.linked import pinned
from satchel.port import JsonObject, JsonValue
from verifier.facet.spelling import READ, Respelled, check_contexts, walk

V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
VOCABULARY = "https://www.w3.org/2018/credentials#"
SCHOOL = "https://school.example/terms#"


def document(**members: JsonValue) -> JsonObject:
    return {"@context": [V2, OB], "id": "urn:x:1", "type": ["VerifiableCredential"], **members}


def refused(value: JsonObject) -> str:
    contexts = value["@context"]
    assert isinstance(contexts, list)
    with pytest.raises(Respelled) as refusal:
        walk(value, contexts)
    return refusal.value.code


def refused_context(*inline: JsonValue, first: str = V2) -> str:
    with pytest.raises(Respelled) as refusal:
        check_contexts([first, OB, *inline])
    return refusal.value.code


@pytest.mark.parametrize(
    "name",
    [
        f"{VOCABULARY}validUntil",
        f"{VOCABULARY}credentialStatus",
        "https://www.w3.org/ns/credentials/status#statusListIndex",
        "https://w3id.org/vc/status-list#encodedList",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "https://purl.imsglobal.org/spec/vc/ob/vocab.html#identityHash",
        "cred:validUntil",
        "credentials:statusListIndex",
        "@id",
        "@type",
        "@graph",
        "@included",
        "@reverse",
        "@nest",
        "@set",
        "@index",
        "@validUntil",
    ],
)
@pytest.mark.parametrize("place", ["top", "subject", "status", "list", "issuer"])
def test_a_second_spelling_is_refused_wherever_a_facet_reads(name: str, place: str) -> None:
    member: JsonObject = {name: "2099-01-01T00:00:00Z"}
    value = {
        "top": document(**member),
        "subject": document(credentialSubject={"id": "urn:x:2", **member}),
        "status": document(credentialStatus=[{"id": "urn:x:3", **member}]),
        "list": document(credentialSubject=[{"id": "urn:x:2"}, [member]]),
        "issuer": document(issuer={"id": "urn:x:4", "address": member}),
    }[place]
    assert refused(value) == "data_model.second_spelling"


def test_a_compact_name_that_cuts_an_iri_in_the_middle_is_expanded() -> None:
    contexts: list[JsonValue] = [V2, {"x": f"{VOCABULARY}valid"}]
    with pytest.raises(Respelled) as refusal:
        walk({"x:Until": "2099-01-01T00:00:00Z"}, contexts)
    assert refusal.value.code == "data_model.second_spelling"
    walk({"y:Until": "2099-01-01T00:00:00Z"}, contexts)


@pytest.mark.parametrize("kind", [f"{VOCABULARY}VerifiableCredential", "status:BitstringStatusListEntry", "@id"])
def test_a_known_type_has_one_spelling(kind: str) -> None:
    assert refused(document(credentialStatus={"type": kind})) == "data_model.second_spelling"
    assert refused(document(credentialStatus={"type": ["Other", kind]})) == "data_model.second_spelling"


@pytest.mark.parametrize(
    "member",
    [
        {f"{SCHOOL}boat": "Dinghy 7"},
        {"https://schema.org/award": "first"},
        {"1EdTech": 1, "foo-bar": 2, "später": 3},
        {"type": [f"{SCHOOL}Badge", "1EdTechJsonSchemaValidator2019"]},
        {"name": {"@value": "Knoten", "@language": "de", "@direction": "ltr"}},
        {"jsonSchema": {"@id": 1, f"{VOCABULARY}validUntil": 2}},
        {"publicKeyJwk": {"kid": "_:x", "@type": 1}},
        {"id": "urn:x:1"},
    ],
)
def test_names_that_no_facet_reads_are_free(member: JsonObject) -> None:
    walk(document(credentialSubject={"achievement": member}), [V2, OB])


def test_a_value_object_holds_nothing_else() -> None:
    assert refused(document(name={"@value": "x", "validUntil": "y"})) == "data_model.second_spelling"


def test_a_list_in_the_long_form_is_found() -> None:
    assert walk(document(name={"@list": ["x"]}), [V2]).has_list
    assert not walk(document(name=["x"]), [V2]).has_list


def test_a_second_object_cannot_carry_on_the_credential() -> None:
    inside: JsonObject = {"id": "urn:x:1", "validUntil": "2026-01-01T00:00:00Z"}
    assert refused(document(credentialSubject={"related": [inside]})) == "data_model.second_spelling"
    walk(document(credentialSubject={"related": [{"id": "urn:x:1", "name": "itself"}]}), [V2, OB])
    walk(document(credentialSubject={"related": [{**inside, "id": "urn:x:9"}]}), [V2, OB])


@pytest.mark.parametrize("place", ["id", "credentialSubject"])
def test_a_blank_node_names_nothing(place: str) -> None:
    value = document(id="_:b0") if place == "id" else document(credentialSubject={"id": "_:b0"})
    assert refused(value) == "data_model.id"


@pytest.mark.parametrize("context", [None, [], {}, "", V1, [V2], {"name": f"{SCHOOL}hidden"}, {"@vocab": SCHOOL}])
def test_a_context_inside_a_part_is_refused(context: JsonValue) -> None:
    assert refused(document(credentialSubject={"@context": context})) == "data_model.nested_context"


def test_a_context_inside_a_whole_credential_is_its_own_by_urls_alone() -> None:
    endorsement: JsonObject = {"@context": [V2], "type": ["VerifiableCredential"], "issuer": "urn:x:5"}
    assert walk(document(endorsement=[endorsement]), [V2, OB]).inner == 1
    for context in ([V2, {"end": f"{SCHOOL}end"}], {"end": f"{SCHOOL}end"}, [], None):
        value = document(endorsement=[endorsement | {"@context": context}])
        assert refused(value) == "data_model.nested_context"


@pytest.mark.parametrize(
    "inline",
    [
        {"validUntil": f"{SCHOOL}end"},
        {"achievement": f"{SCHOOL}achievement"},
        {"statusListIndex": f"{SCHOOL}index"},
        {"id": f"{SCHOOL}id"},
        {"end": f"{VOCABULARY}validUntil"},
        {"vc": VOCABULARY},
        {"vc": "https://www.w3.org/2018/cred"},
        {"kind": "@type"},
        {"kind": {"@id": "@type"}},
        {"end": "cred:validUntil", "cred": VOCABULARY},
        {"near": f"{SCHOOL}near", "far": "near:far"},
        {"far": "name:far"},
        {"a:b": f"{SCHOOL}b"},
        {"": f"{SCHOOL}empty"},
        {"https://school.example/x": f"{SCHOOL}x"},
        {"@vocab": SCHOOL},
        {"@base": SCHOOL},
        {"@language": "en"},
        {"@protected": False},
        {"@version": 1.1},
        {"@import": V2},
        {"@propagate": False},
        {"x": None},
        {"x": 7},
        {"x": {}},
        {"x": {"@id": f"{SCHOOL}x", "@context": {}}},
        {"x": {"@id": f"{SCHOOL}x", "@reverse": f"{SCHOOL}y"}},
        {"x": {"@id": f"{SCHOOL}x", "@prefix": True}},
        {"x": {"@id": f"{SCHOOL}x", "@nest": "y"}},
        {"x": {"@id": f"{SCHOOL}x", "@container": "@graph"}},
        {"x": {"@id": f"{SCHOOL}x", "@container": ["@id"]}},
        {"x": {"@id": f"{SCHOOL}x", "@type": "@vocab"}},
        {"x": {"@id": f"{SCHOOL}x", "@type": "xsd:date"}},
        {"x": "not an iri"},
        {"x": "https ://school.example/x"},
    ],
    ids=str,
)
def test_an_inline_context_may_add_plain_new_terms_only(inline: JsonObject) -> None:
    assert refused_context(inline) == "data_model.inline_redefines"


@pytest.mark.parametrize(
    "inline",
    [
        {"boat": f"{SCHOOL}boat"},
        {"@protected": True, "boat": {"@id": f"{SCHOOL}boat", "@type": "@id", "@container": "@set"}},
        {"sailedOn": {"@id": f"{SCHOOL}sailedOn", "@type": "http://www.w3.org/2001/XMLSchema#date"}},
        {"Boat": "urn:example:Boat", "constructor": f"{SCHOOL}constructor"},
        {"issuanceDate": "https://www.w3.org/2018/credentials/v1#issuanceDate"},
    ],
    ids=str,
)
def test_plain_new_terms_are_allowed_and_found(inline: JsonObject) -> None:
    assert check_contexts([V2, OB, inline])


def test_a_term_added_twice_is_refused() -> None:
    assert refused_context({"boat": f"{SCHOOL}a"}, {"boat": f"{SCHOOL}b"}) == "data_model.inline_redefines"


@pytest.mark.parametrize("item", [None, 7, ["x"], True])
def test_a_context_is_a_url_or_an_object(item: JsonValue) -> None:
    assert refused_context(item) == "data_model.context"


def test_without_inline_contexts_there_is_nothing_to_tell() -> None:
    assert not check_contexts([V2, OB, "https://unknown.example/v1"])


def contents() -> Iterator[JsonValue]:
    """Every pinned context document, also the older ones: they may be what a signature holds under."""
    folder = Path(pinned.__file__).parent
    for path in sorted([*folder.glob("*.json"), *folder.glob("*.jsonld")]):
        yield strictjson.loads(path.read_bytes())


def terms_of(context: Any, prefixes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every (term, IRI) of a context, scoped ones included; written apart from the code under test."""
    for part in context if isinstance(context, list) else [context]:
        if not isinstance(part, dict):
            continue
        iris = {
            n: v if isinstance(v, str) else v["@id"]
            for n, v in part.items()
            if isinstance(v, str) or (isinstance(v, dict) and "@id" in v)
        }
        known = prefixes | iris
        for name, iri in iris.items():
            if not name.startswith("@"):
                prefix, colon, rest = iri.partition(":")
                yield name, known[prefix] + rest if colon and not rest.startswith("//") and prefix in known else iri
        for definition in part.values():
            if isinstance(definition, dict) and "@context" in definition:
                yield from terms_of(definition["@context"], known)


def test_no_known_content_gives_what_a_facet_reads_a_second_plain_name() -> None:
    """The walk passes plain names over, so there must be no alias among them."""
    names: dict[str, set[str]] = {}
    for content in contents():
        assert isinstance(content, dict)
        for name, iri in terms_of(content["@context"], {}):
            names.setdefault(iri, set()).add(name)
    assert names["@id"] == {"id"}
    assert names["@type"] == {"type"}
    assert [iri for iri in names if iri.startswith("@")] == ["@id", "@type"]
    doubled = {frozenset(known) for known in names.values() if len(known) > 1 and known & READ}
    # Open Badges 3.0.0 named a class and a property alike; a type is no member.
    alike = ("achievement", "identifier", "result", "rubricCriterionLevel")
    assert doubled <= {frozenset({name, name[0].upper() + name[1:]}) for name in alike}
