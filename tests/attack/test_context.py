"""Rows 14 to 32: what JSON-LD contexts, aliases and graphs let an attacker say without breaking a signature."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from satchel.codec import strictjson
from satchel.linked import pinned
from tests.attack.forge import (
    ACCEPTED,
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    NOW,
    OPEN_BADGES,
    Document,
    badge,
    badge_1_1,
    facet,
    judged,
    options_of,
    says,
    signed,
    signed_with,
    within,
)
from verifier.materials import Asked

SCHOOL = "https://school.example/terms#"


def with_context(*extra: object, **changes: object) -> Document:
    """The unsigned badge with more contexts."""
    return badge(**{"@context": [CREDENTIALS_V2, OPEN_BADGES, *extra]}, **changes)


def test_a_known_context_appended_after_signing_changes_nothing_that_is_read() -> None:
    """The proof's own context is the document's under eddsa-rdfc-2022, and the same quads keep the same signature."""
    document = signed(badge())
    document["@context"].append("https://w3id.org/security/multikey/v1")
    report = judged(document)
    assert report.verdict in ACCEPTED
    assert facet(report, "proof").outcome == "pass"


@pytest.mark.parametrize(
    "url",
    [
        "https://unknown.example/context/v1",
        "http://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/v2/",
        "https://www.w3.org/ns/credentials/v2#",
        "https://www.w3.org/NS/credentials/v2",
        "https://www.w3.org/ns/credentials/v2?",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "context.jsonld",
    ],
)
def test_an_unknown_or_look_alike_context_is_never_fetched_and_leaves_the_proof_unknown(url: str) -> None:
    document = signed(badge())
    document["@context"].append(url)
    says(judged(document), "undecided", "proof", "unknown", "linked.context_unknown")


@pytest.mark.parametrize("url", ["data:application/json,{}", "", " ", "a b"])
def test_a_context_that_is_no_url_is_refused(url: str) -> None:
    document = signed(badge())
    document["@context"].append(url)
    says(judged(document), "rejected", "data_model", "fail", "data_model.context")


@pytest.mark.parametrize("first", [OPEN_BADGES, "https://www.w3.org/ns/credentials/v3", None, 7, {}])
def test_another_first_context_than_the_data_model_names_is_refused(first: object) -> None:
    document = signed(badge())
    document["@context"][0] = first
    says(judged(document), "rejected", "data_model", "fail", "data_model.context")


@pytest.mark.parametrize(
    "inline",
    [
        {"issuer": f"{SCHOOL}issuer"},
        {"@protected": False, "issuer": {"@id": f"{SCHOOL}issuer", "@type": "@id"}},
        {"end": "https://www.w3.org/2018/credentials#validUntil"},
        {"vc": "https://www.w3.org/2018/credentials#"},
        {"kind": "@type"},
        {"self": "@id"},
        {"@vocab": SCHOOL},
        {"@base": "https://school.example/"},
        {"@language": "en"},
        {"@direction": "rtl"},
        {"@import": CREDENTIALS_V2},
        {"grade": {"@id": f"{SCHOOL}grade", "@context": {"issuer": f"{SCHOOL}issuer"}}},
        {"Graded": {"@id": f"{SCHOOL}Graded", "@context": {"name": f"{SCHOOL}hidden"}}},
        {"holds": {"@reverse": "https://www.w3.org/2018/credentials#credentialSubject"}},
        {"school": {"@id": SCHOOL, "@prefix": True}, "purl": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"},
        {"name": None},
        {"x": {"@id": f"{SCHOOL}x", "@container": "@graph"}},
        {"x": {"@id": f"{SCHOOL}x", "@nest": "credentialSubject"}},
    ],
    ids=lambda value: next(iter(value)),
)
def test_an_inline_context_that_does_more_than_add_new_terms_is_refused(inline: dict[str, object]) -> None:
    """What it would change need not even be used: the same document without it carries a good signature."""
    document = signed(badge())
    document["@context"].append(inline)
    says(judged(document), "rejected", "data_model", "fail", "data_model.inline_redefines")


def test_an_inline_context_of_plain_new_terms_is_told() -> None:
    document = signed(with_context({"boat": f"{SCHOOL}boat"}, boat="Dinghy 7"))
    says(judged(document), "accepted_with_warnings", "data_model", "warn", "data_model.inline_context")


def test_an_end_date_cannot_be_renamed_by_an_inline_alias() -> None:
    """The attack that two leading verifiers miss: the quads, and so the signature, stay the same."""
    document = signed(badge(validUntil="2026-04-01T00:00:00Z"))
    says(judged(document), "rejected", "validity", "fail", "validity.expired")
    document["@context"].append({"end": "https://www.w3.org/2018/credentials#validUntil"})
    document["end"] = document.pop("validUntil")
    says(judged(document), "rejected", "data_model", "fail", "data_model.inline_redefines")


@pytest.mark.parametrize("name", ["https://www.w3.org/2018/credentials#validUntil", "cred:validUntil"])
def test_an_end_date_cannot_be_renamed_to_its_iri(name: str) -> None:
    document = signed(badge(validUntil="2026-04-01T00:00:00Z"))
    document[name] = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": document.pop("validUntil")}
    says(judged(document), "rejected", "data_model", "fail", "data_model.second_spelling")


def test_an_end_date_cannot_be_moved_to_a_second_object_of_the_same_id() -> None:
    """Objects with one identifier are one node of the graph: the quads, and so the signature, stay the same."""
    document = signed(
        with_context(
            {"about": {"@id": f"{SCHOOL}about", "@type": "@id"}},
            validUntil="2026-04-01T00:00:00Z",
            about=badge()["id"],
        )
    )
    says(judged(document), "rejected", "validity", "fail", "validity.expired")
    document["about"] = {name: document[name] for name in ("id", "type", "validUntil")}
    del document["validUntil"]
    report = judged(document)
    assert facet(report, "proof").outcome == "pass"
    says(report, "rejected", "data_model", "fail", "data_model.second_spelling")


def test_a_flag_written_as_text_is_not_read_as_its_opposite() -> None:
    """`true` and `"true"` are one typed literal of the graph."""
    document = badge()
    document["credentialSubject"]["identifier"] = [
        {
            "type": "IdentityObject",
            "hashed": True,
            "identityHash": "sha256$" + hashlib.sha256(b"ada@school.example" + b"salt").hexdigest(),
            "identityType": "emailAddress",
            "salt": "salt",
        }
    ]
    document = signed(document)
    (identifier,) = document["credentialSubject"]["identifier"]
    assert judged(document, asked=Asked(recipient="ada@school.example")).verdict == "accepted"
    identifier["hashed"] = "true"
    for recipient in ("ada@school.example", identifier["identityHash"]):
        report = judged(document, asked=Asked(recipient=recipient))
        assert facet(report, "proof").outcome == "pass"
        assert facet(report, "subject").outcome == "unknown"
        assert report.verdict == "undecided"


def test_the_status_cannot_be_renamed_to_its_iri() -> None:
    entry = {
        "id": "https://issuer.example/status/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://issuer.example/status/1",
    }
    document = signed(badge(credentialStatus=entry))
    document["https://www.w3.org/2018/credentials#credentialStatus"] = document.pop("credentialStatus")
    says(judged(document), "rejected", "data_model", "fail", "data_model.second_spelling")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("@type", ["VerifiableCredential"]),
        ("@id", "urn:uuid:00000000-0000-4000-8000-000000000000"),
        ("https://www.w3.org/2018/credentials#issuer", {"@id": "did:example:other"}),
        ("@graph", [{"id": "did:example:other", "name": "Another"}]),
        ("@included", [{"id": "did:example:other", "name": "Another"}]),
        ("@reverse", {"credentialSubject": {"id": "urn:x:other"}}),
        ("@nest", {"validUntil": "2099-01-01T00:00:00Z"}),
    ],
)
def test_a_keyword_or_iri_beside_its_alias_is_a_second_spelling(name: str, value: object) -> None:
    """Signed by the issuer itself where our engine can sign it at all: the refusal does not lean on the proof."""
    plain = signed(badge())
    document: Document = plain | {name: value}
    says(judged(document), "rejected", "data_model", "fail", "data_model.second_spelling")


@pytest.mark.parametrize("context", [{"name": f"{SCHOOL}hidden"}, None, {"@vocab": SCHOOL}, [], CREDENTIALS_V1])
def test_a_context_inside_the_subject_is_refused(context: object) -> None:
    document = badge()
    document["credentialSubject"]["@context"] = context
    document["proof"] = signed(badge())["proof"]
    says(judged(document), "rejected", "data_model", "fail", "data_model.nested_context")


def test_a_thousand_contexts_are_judged_in_time() -> None:
    document = signed(badge())
    document["@context"] += [OPEN_BADGES] * 1_000
    with within(5):
        report = judged(document)
    assert report.verdict == "accepted"
    document["@context"] += [{f"t{number}": f"{SCHOOL}t{number}"} for number in range(1_000)]
    with within(5):
        report = judged(document)
    says(report, "rejected", "proof", "fail", "linked.too_complex")


@pytest.mark.parametrize(
    ("changes", "name", "code"),
    [
        ({"name": {"@list": ["Knots"]}}, "data_model", "data_model.name"),
        ({"name": {"@value": "Knots", "@language": "not a language!"}}, "proof", "linked.language"),
        ({"name": {"@value": "Knots", "@type": "@json"}}, "data_model", "data_model.name"),
        ({"name": {"@set": ["Knots"]}}, "data_model", "data_model.second_spelling"),
        ({"validUntil": {"@value": "2099-01-01T00:00:00Z"}}, "validity", "validity.malformed"),
        ({"validFrom": ["2026-03-01T00:00:00Z"]}, "validity", "validity.malformed"),
    ],
    ids=["list", "language", "json", "set", "date as value object", "date in an array"],
)
def test_a_value_object_where_plain_text_is_asked_is_never_accepted_in_silence(
    changes: dict[str, Any], name: str, code: str
) -> None:
    says(judged(signed(badge()) | changes), "rejected", name, "fail", code)


def test_a_name_with_a_language_is_an_ordinary_signed_value() -> None:
    document = signed(badge(name={"@value": "Knoten", "@language": "de"}))
    assert judged(document).verdict in ACCEPTED
    document["name"]["@language"] = "nl"
    says(judged(document), "rejected", "proof", "fail", "proof.invalid")


@pytest.mark.parametrize("name", ["@evil", "@validUntil", "@Context"])
def test_a_member_that_looks_like_a_keyword_is_refused(name: str) -> None:
    """JSON-LD drops it in silence, so nothing would be signed of it."""
    report = judged(signed(badge()) | {name: "2099-01-01T00:00:00Z"})
    says(report, "rejected", "data_model", "fail", "data_model.second_spelling")
    says(report, "rejected", "proof", "fail", "linked.keyword")


def test_an_undefined_term_is_never_covered_by_a_signature_and_so_refused() -> None:
    report = judged(signed(badge()) | {"grade": "A"})
    says(report, "rejected", "proof", "fail", "linked.undefined_term")


def test_an_undefined_type_is_refused() -> None:
    document = signed(badge())
    document["type"] = [*document["type"], "GoldenBadge"]
    says(judged(document), "rejected", "proof", "fail", "linked.undefined_type")


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        ("id", "badges/7", "linked.relative_iri"),
        ("id", "urn:uuid:a b", "linked.iri"),
        ("id", "_:b0", "proof.invalid"),
        ("id", "", "linked.relative_iri"),
        ("subject", "learner", "linked.relative_iri"),
        ("subject", "_:b0", "proof.invalid"),
        ("achievement", "achievements/7", "linked.relative_iri"),
        ("achievement", "https://school.example/a b", "linked.iri"),
    ],
)
def test_a_relative_or_broken_identifier_is_refused(place: str, value: str, code: str) -> None:
    document = signed(badge())
    target = {
        "id": document,
        "subject": document["credentialSubject"],
        "achievement": document["credentialSubject"]["achievement"],
    }[place]
    target["id"] = value
    report = judged(document)
    says(report, "rejected", "proof", "fail", code)
    assert place == "achievement" or facet(report, "data_model").code == "data_model.id"


def test_an_identifier_with_characters_that_no_iri_has_is_refused_by_its_form() -> None:
    """Processors write it into the RDF in different ways, so the proof is left open; the data model refuses it."""
    document = signed(badge())
    document["id"] = "https://school.example/<script>"
    report = judged(document)
    says(report, "rejected", "proof", "unknown", "linked.unsupported")
    says(report, "rejected", "data_model", "fail", "data_model.id")


def test_blank_node_ids_are_refused_even_when_the_signature_holds() -> None:
    document = signed_with(badge(id="_:b7"), options_of())
    report = judged(document)
    assert facet(report, "proof").outcome == "pass"
    says(report, "rejected", "data_model", "fail", "data_model.id")


def test_a_swap_of_contexts_that_keeps_the_quads_cannot_change_what_is_read() -> None:
    """vc-data-integrity #272: other known contexts, other JSON names, the same signature."""
    document = signed(badge())
    document["@context"] = [OPEN_BADGES, CREDENTIALS_V2]
    report = judged(document)
    assert facet(report, "proof").outcome == "pass"
    says(report, "rejected", "data_model", "fail", "data_model.context")
    older = signed(badge())
    older["@context"] = [CREDENTIALS_V1, *older["@context"][1:]]
    older["issuanceDate"] = older.pop("validFrom")
    says(judged(older), "rejected", "proof", "fail", "linked.undefined_type")


def clique(size: int) -> list[Document]:
    """Blank nodes that each point to all others: every labelling has to be tried."""
    nodes: list[Document] = [{"id": f"_:n{n}", "type": ["Twin"]} for n in range(size)]
    for node in nodes:
        node["beside"] = [{"id": other["id"]} for other in nodes if other is not node]
    return nodes


def ring(size: int) -> list[Document]:
    return [{"id": f"_:n{n}", "type": ["Twin"], "beside": [{"id": f"_:n{(n + 1) % size}"}]} for n in range(size)]


def bipartite(size: int) -> list[Document]:
    right = [{"id": f"_:r{n}"} for n in range(size)]
    return [{"id": f"_:l{n}", "type": ["Twin"], "beside": copy.deepcopy(right)} for n in range(size)]


def twins(size: int) -> list[Document]:
    return [{"type": ["Twin"], "name": "twin"} for _ in range(size)]


@pytest.mark.parametrize(
    "graph",
    [clique(8), clique(14), clique(40), ring(300), ring(2_000), bipartite(10), bipartite(24), twins(2_000)],
    ids=["clique 8", "clique 14", "clique 40", "ring 300", "ring 2,000", "bipartite 10", "bipartite 24", "twins"],
)
def test_a_graph_made_to_be_hard_to_label_is_judged_in_time(graph: list[Document]) -> None:
    """The issuer could have signed none of these; what counts is that a stranger's file cannot hold us up."""
    terms = {"Twin": f"{SCHOOL}Twin", "beside": {"@id": f"{SCHOOL}beside", "@type": "@id"}}
    document = with_context(terms)
    document["beside"] = graph
    with within(10):
        report = judged(document | {"proof": signed(badge())["proof"]})
    # Twins are named one after the other; all else would have to be tried in every order.
    code = "proof.invalid" if graph[0].get("name") == "twin" else "linked.too_complex"
    says(report, "rejected", "proof", "fail", code)


# What the facets read by name. Proof members are a closed list of their own (proof.member).
READ_BY_FACETS = {
    "issuer",
    "validFrom",
    "validUntil",
    "issuanceDate",
    "expirationDate",
    "credentialSubject",
    "credentialStatus",
    "credentialSchema",
    "statusPurpose",
    "statusListIndex",
    "statusListCredential",
    "encodedList",
    "achievement",
    "verificationMethod",
    "assertionMethod",
}


def terms_of(context: Any, prefixes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every (term, IRI) of a context document, scoped contexts included."""
    if isinstance(context, list):
        for part in context:
            yield from terms_of(part, prefixes)
    if not isinstance(context, dict):
        return
    iris = {
        name: value if isinstance(value, str) else value["@id"]
        for name, value in context.items()
        if isinstance(value, str) or (isinstance(value, dict) and isinstance(value.get("@id"), str))
    }
    known = prefixes | iris
    for name, value in context.items():
        if name in iris and not name.startswith("@"):
            prefix, colon, rest = iris[name].partition(":")
            is_compact = colon and not rest.startswith("//") and prefix in known
            yield name, known[prefix] + rest if is_compact else known.get(iris[name], iris[name])
        if isinstance(value, dict):
            yield from terms_of(value.get("@context"), known)


def test_no_pinned_context_gives_a_second_name_to_what_a_facet_reads() -> None:
    """A second name under a known context would let a signed end date or status be read by nobody."""
    names: dict[str, set[str]] = {}
    for path in Path(pinned.__file__).parent.glob("*.json*"):  # the older contents of a URL too
        for name, iri in terms_of(strictjson.load_object(path.read_bytes())["@context"], {}):
            names.setdefault(iri, set()).add(name)
    read = [others for others in names.values() if others & READ_BY_FACETS]
    assert len(read) >= len(READ_BY_FACETS)
    # Open Badges 3.0.0 named the class and the property alike; a type is no member.
    assert [others for others in read if len(others) > 1 and others != {"achievement", "Achievement"}] == []


def test_a_proof_member_under_another_name_is_refused() -> None:
    document = signed(with_context("https://w3id.org/security/v1"), expires=NOW - timedelta(days=1))
    says(judged(document), "rejected", "proof", "fail", "proof.expired")
    document["proof"]["expiration"] = document["proof"].pop("expires")
    says(judged(document), "rejected", "proof", "fail", "proof.member")


def test_the_older_published_content_of_a_context_is_named_when_it_verifies() -> None:
    """One URL, two contents: the official one is tried first; what verified is said."""
    url = "https://purl.imsglobal.org/spec/ob/v3p0/context.json"
    document = badge_1_1()
    document["@context"][1] = url
    (label, older), *_ = pinned.historical([url])
    credential = signed(document, suite="Ed25519Signature2020", contexts=older)
    report = judged(credential)
    proof = facet(report, "proof")
    says(report, "accepted_with_warnings", "proof", "warn", "proof.older_context")
    assert label in proof.message or label in repr(proof.details)
    says(judged(credential | {"name": "Another"}), "rejected", "proof", "fail", "proof.invalid")
